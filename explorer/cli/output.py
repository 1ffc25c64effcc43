"""What commands print: text for a person, or one JSON document; messages go to standard error."""

import json
import sys
from collections.abc import Iterable, Sequence
from typing import Any

from explorer.records.measures import Memory, Spread, Timing
from explorer.records.models import ModelEntry
from explorer.records.trace import Node, ReceptiveField, Trace
from explorer.records.values import FieldOfUnit


def say(*lines: str) -> None:
    """Print lines to standard error."""
    for line in lines:
        print(line, file=sys.stderr)


def _document(value: Any) -> None:
    json.dump(value, sys.stdout, allow_nan=False)
    print()


def _table(header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Print columns; those whose cells are numbers or absent are aligned to the right."""
    shown = [[_cell(value) for value in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(header, *shown, strict=True)]
    for row in (list(header), *shown):
        cells = [
            cell.ljust(width) if k == 0 or not _is_number(cell) else cell.rjust(width)
            for k, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        print("  ".join(cells).rstrip())


def _cell(value: object) -> str:
    if value is None:
        return "–"
    if isinstance(value, float):
        return f"{value:.3f}" if value < 100 else f"{value:.1f}"
    return f"{value:,}" if isinstance(value, int) else str(value)


def _is_number(cell: str) -> bool:
    return cell == "–" or cell.replace(",", "").replace(".", "").replace("-", "").isdigit()


def _size(values: Sequence[float] | None) -> str | None:
    return None if values is None else "×".join(f"{v:g}" for v in values)


# ---- models ----


def models(entries: Sequence[ModelEntry], as_json: bool) -> None:
    """Print the catalogue."""
    if as_json:
        keys = ("name", "source", "family", "year", "params", "macs", "top1", "weights")
        _document([{key: getattr(entry, key) for key in keys} for entry in entries])
        return
    rows = [
        (e.full_name, e.family, str(e.year or "–"), e.params, e.macs and e.macs / 1e9, e.top1, e.weights)
        for e in entries
    ]
    _table(("model", "family", "year", "parameters", "GMACs", "top-1 %", "weights"), rows)


# ---- classify ----


def answers(documents: list[dict[str, Any]], as_json: bool) -> None:
    """Print what was seen in each image."""
    if as_json:
        _document(documents)
        return
    for document in (d for d in documents if "error" not in d):
        print(f"{document['file']}  ({document['model']}, {document['weights']})")
        if not document["pretrained"]:
            print("  the weights are not the published ones: what follows is not knowledge")
        for p in document["predictions"]:
            print(f"  {p['probability']:6.1%}  {p['label']}")


# ---- trace ----


def trace(traced: Trace, as_json: bool) -> None:
    """Print the operations of a trace."""
    if as_json:
        _document(_trace_document(traced))
        return
    rows = [
        (n.id, n.name, n.op, _size(n.shape), n.params or None, n.macs or None, _field_text(n.receptive_field))
        for n in traced.nodes
    ]
    _table(("id", "name", "operation", "output", "parameters", "MACs", "receptive field"), rows)
    print(f"{traced.model}: {traced.params:,} parameters, {traced.macs:,} multiply-accumulates")


def _trace_document(traced: Trace) -> dict[str, Any]:
    document: dict[str, Any] = {
        "model": traced.model,
        "input_shape": traced.input_shape,
        "output_shape": traced.output_shape,
        "params": traced.params,
        "macs": traced.macs,
        "nodes": [_node(node) for node in traced.nodes],
    }
    if traced.error:
        document["error"] = {"name": traced.error.name, "message": traced.error.message}
    return document


def _node(node: Node) -> dict[str, Any]:
    first = node.outputs[0]
    document = {
        "id": node.id,
        "op": node.op,
        "name": node.name,
        "module": node.module,
        "call": node.call,
        "inputs": node.inputs,
        "shape": first.shape,
        "dtype": first.dtype,
        "bytes": first.bytes,
        "params": node.params,
        "macs": node.macs,
        "receptive_field": _field(node.receptive_field),
    }
    if len(node.outputs) > 1:
        document["outputs"] = [{"shape": o.shape, "dtype": o.dtype, "bytes": o.bytes} for o in node.outputs]
    return document


def _field(field: ReceptiveField | None) -> dict[str, Any]:
    """An operation that does not see the input has an exact field of size 0."""
    field = field or ReceptiveField("exact", (0, 0))
    return {"status": field.status, "size": field.size, "stride": field.stride, "start": field.start}


def _field_text(field: ReceptiveField | None) -> str | None:
    if field is None:
        return None
    return field.status if field.status in ("global", "unknown") else f"{_size(field.size)} {field.status}"


# ---- receptive field ----


def field(layer: str, found: FieldOfUnit, as_json: bool) -> None:
    """Print what one unit sees."""
    if as_json:
        keys = ("status", "size", "stride", "start")
        unit = found.unit or None
        _document({"layer": layer, **{k: getattr(found, k) for k in keys}, "unit": unit, "box": found.box})
        return
    print(f"{layer}: {found.status}, size {_size(found.size) or '–'}, stride {_size(found.stride) or '–'}")
    if found.box is None:
        print(f"unit {found.unit} sees no input pixel, or it is unknown which")
    else:
        top, left, bottom, right = found.box if len(found.box) == 4 else (0, found.box[0], 1, found.box[1])
        print(
            f"unit {found.unit} sees rows {top} to {bottom - 1}, columns {left} to {right - 1} of the input"
        )


# ---- profile ----


def profile_document(traced: Trace, timed: Timing, memory: Memory, step: Spread | None) -> dict[str, Any]:
    """Return the JSON document of one batch size; `step` is forward and backward in training mode."""
    layers = []
    for node, lap in zip(traced.nodes, timed.nodes, strict=True):
        times = (lap.median, lap.p10, lap.p90) if lap else (None, None, None)
        named = dict(zip(("ms_median", "ms_p10", "ms_p90"), times, strict=True))
        layers.append({"id": node.id, "name": node.name, "op": node.op, **named, "bytes": node.bytes})
    document: dict[str, Any] = {
        "model": traced.model,
        "device": timed.device,
        "threads": timed.threads,
        "batch": timed.batch,
        "plain_ms": timed.forward.median,
        "plain_ms_p10": timed.forward.p10,
        "plain_ms_p90": timed.forward.p90,
        "layers": layers,
        "memory": {"weights": memory.weights, "activations_peak": memory.activations_peak},
    }
    if step is not None:
        document["train_step_ms"] = step.median
    return document


def profile(documents: list[dict[str, Any]], as_json: bool) -> None:
    """Print one document for one batch size, a list of them for several."""
    if as_json:
        _document(documents[0] if len(documents) == 1 else documents)
        return
    for document in documents:
        rows = [(x["id"], x["name"], x["op"], x["bytes"], x["ms_median"], x["ms_p10"], x["ms_p90"])
                for x in document["layers"]]  # fmt: skip
        _table(("id", "name", "operation", "bytes", "ms", "p10", "p90"), rows)
        print(
            f"{document['model']} on {document['device']}, {document['threads']} threads, "
            f"batch {document['batch']}: forward {document['plain_ms']:.2f} ms "
            f"({document['plain_ms_p10']:.2f}–{document['plain_ms_p90']:.2f})"
        )
        if "train_step_ms" in document:
            print(f"forward and backward in training mode: {document['train_step_ms']:.2f} ms")
