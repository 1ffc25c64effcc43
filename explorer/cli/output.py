"""What commands answer: text for a person, or one JSON document; messages go to standard error."""

import json
import sys
from collections.abc import Iterable, Sequence
from math import isfinite
from typing import Any

from explorer.records.measures import Memory, Spread, Timing
from explorer.records.models import ModelEntry
from explorer.records.trace import Node, ReceptiveField, Trace
from explorer.records.values import FieldOfUnit

_SIDES = ("rows", "columns")


def say(*lines: str) -> None:
    """Print lines to standard error."""
    for line in lines:
        print(line, file=sys.stderr)


def _document(value: Any) -> str:
    return json.dumps(_speakable(value), allow_nan=False)


def _speakable(value: Any) -> Any:
    """JSON has no NaN and no infinity: they become null."""
    if isinstance(value, float):
        return value if isfinite(value) else None
    if isinstance(value, dict):
        return {key: _speakable(each) for key, each in value.items()}
    return [_speakable(each) for each in value] if isinstance(value, (list, tuple)) else value


def _table(header: Sequence[str], rows: Iterable[Sequence[object]]) -> list[str]:
    """Return lines of columns; cells but those of the first that are numbers or absent stand to the right."""
    shown = [[_cell(value) for value in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(header, *shown, strict=True)]
    lines = []
    for row in (list(header), *shown):
        cells = [
            cell.ljust(width) if k == 0 or not _is_number(cell) else cell.rjust(width)
            for k, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        lines.append("  ".join(cells).rstrip())
    return lines


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


def models(entries: Sequence[ModelEntry], as_json: bool) -> str:
    """Return the catalogue."""
    if as_json:
        keys = ("name", "source", "family", "year", "params", "macs", "top1", "weights")
        return _document([{key: getattr(entry, key) for key in keys} for entry in entries])
    rows = [
        (e.full_name, e.family, str(e.year or "–"), e.params, e.macs and e.macs / 1e9, e.top1, e.weights)
        for e in entries
    ]
    return "\n".join(_table(("model", "family", "year", "parameters", "GMACs", "top-1 %", "weights"), rows))


# ---- classify ----


def answers(documents: list[dict[str, Any]], as_json: bool) -> str:
    """Return what was seen in each image; in text, those that failed are left to standard error."""
    if as_json:
        return _document(documents)
    return "\n".join(line for document in documents if "error" not in document for line in _answer(document))


def _answer(document: dict[str, Any]) -> list[str]:
    lines = [f"{document['file']}  ({document['model']}, {document['weights']})"]
    if not document["pretrained"]:
        lines.append("  the weights are not the published ones: what follows is not knowledge")
    if not document["predictions"]:
        lines.append("  no classes: the model's output is not one row of logits")
    return lines + [f"  {p['probability']:6.1%}  {p['label']}" for p in document["predictions"]]


# ---- trace ----


def trace(traced: Trace, as_json: bool) -> str:
    """Return the operations of a trace."""
    if as_json:
        return _document(_trace_document(traced))
    rows = [
        (n.id, n.name, n.op, _size(n.shape), n.params, n.macs, _field_text(n.receptive_field))
        for n in traced.nodes
    ]
    header = ("id", "name", "operation", "output", "parameters", "MACs", "receptive field")
    return "\n".join([*_table(header, rows), _total(traced)])


def _total(traced: Trace) -> str:
    total = f"{traced.model}: {traced.params:,} parameters, {traced.macs:,} multiply-accumulates"
    if not (unknown := traced.macs_unknown):
        return total
    operations = "one operation" if unknown == 1 else f"{unknown:,} operations"
    return f"{total} and those of {operations} without a formula"


def failure(traced: Trace) -> str:
    """Return one line on where and why the forward failed; empty if it did not."""
    return f"{traced.model} failed at {traced.error.name}: {traced.error.message}" if traced.error else ""


def _trace_document(traced: Trace) -> dict[str, Any]:
    document: dict[str, Any] = {
        "model": traced.model,
        "input_shape": traced.input_shape,
        "output_shape": traced.output_shape,
        "params": traced.params,
        "macs": traced.macs,
        "macs_unknown": traced.macs_unknown,
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


def field(layer: str, found: FieldOfUnit, as_json: bool) -> str:
    """Return what one unit sees."""
    if as_json:
        keys = ("status", "size", "stride", "start")
        return _document(
            {
                "layer": layer,
                **{k: getattr(found, k) for k in keys},
                "unit": found.unit or None,
                "box": found.box,
            }
        )
    if found.status == "unknown":
        return f"{layer}: unknown, for an operation before it mixes pixels in a way that is not followed"
    size, stride = _size(found.size) or "–", _size(found.stride) or "–"
    unit = f"unit {','.join(map(str, found.unit))}" if found.unit else "each unit"
    return f"{layer}: {found.status}, size {size}, stride {stride}\n{unit} {_seen(found.box)}"


def _seen(box: tuple[int, ...] | None) -> str:
    if box is None:
        return "sees no pixel of the input"
    axes = len(box) // 2
    names = _SIDES if axes == 2 else [f"axis {k + 1}:" for k in range(axes)]
    spans = zip(names, box[:axes], box[axes:], strict=True)
    return f"sees {', '.join(f'{name} {low} to {high - 1}' for name, low, high in spans)} of the input"


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


def profile(documents: list[dict[str, Any]], as_json: bool) -> str:
    """Return one document for one batch size, a list of them for several."""
    if as_json:
        return _document(documents[0] if len(documents) == 1 else documents)
    return "\n".join(line for document in documents for line in _profile(document))


def _profile(document: dict[str, Any]) -> list[str]:
    keys = ("id", "name", "op", "bytes", "ms_median", "ms_p10", "ms_p90")
    rows = [[layer[key] for key in keys] for layer in document["layers"]]
    lines = _table(("id", "name", "operation", "bytes", "ms", "p10", "p90"), rows)
    lines.append(
        f"{document['model']} on {document['device']}, {document['threads']} threads, "
        f"batch {document['batch']}: forward {document['plain_ms']:.2f} ms "
        f"({document['plain_ms_p10']:.2f}–{document['plain_ms_p90']:.2f})"
    )
    if "train_step_ms" in document:
        lines.append(f"forward and backward in training mode: {document['train_step_ms']:.2f} ms")
    return lines
