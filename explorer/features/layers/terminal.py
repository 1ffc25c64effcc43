"""`arch-explorer trace`: every operation of one forward pass."""

import argparse
from pathlib import Path
from typing import Any

from explorer.engine.messages import OpenArray, OpenImage, Record
from explorer.features.layers.messages import SaveValues
from explorer.records.errors import UsageError
from explorer.records.images import ImageSource
from explorer.records.models import LoadedModel, TextInput
from explorer.records.trace import Node, ReceptiveField, Trace
from explorer.terminal import options as common
from explorer.terminal import text
from explorer.terminal.inputs import INPUT, load, no_images, noise
from explorer.terminal.verb import Ask, Outcome


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what the verb takes."""
    common.add_model(parser)
    common.add_loading(parser)
    given = parser.add_mutually_exclusive_group()
    given.add_argument("--input", type=Path, metavar="FILE.npy", help="input tensor")
    given.add_argument("--image", type=Path, metavar="FILE", help="image, preprocessed for the model")
    common.add_shape(given)
    parser.add_argument("--save", type=Path, metavar="DIR", help="write each value to DIR/<id>.npy")
    common.add_json(parser)


def carry_out(options: argparse.Namespace, ask: Ask) -> Outcome:
    """Record a forward, list its operations and save their values if asked to."""
    model = load(options, ask)
    given = _open(options, model, ask)
    forward = ask(Record(1, INPUT))
    if options.input and (got := forward.trace.nodes[0].outputs[0].dtype) != given:
        text.say(f"{options.input}: torch.{given} converted to torch.{got}, the dtype of the model")
    if options.save:
        ask(SaveValues(1, str(options.save)))
    text.say(f"{forward.trace.model}: weights {model.weights}")
    shown = text.document(_document(forward.trace)) if options.json else _table(forward.trace)
    return shown, text.say_failure(forward)


def _open(options: argparse.Namespace, model: LoadedModel, ask: Ask) -> str:
    """Open the input that was asked for; return the dtype in which it was given."""
    if options.input:
        return ask(OpenArray(INPUT, str(options.input))).dtype
    if not options.image:
        return ask(noise(model, options.shape)).dtype
    if isinstance(model.preprocess, TextInput):
        raise UsageError(no_images(options.model))
    path = str(options.image)
    opened = ask(OpenImage(INPUT, ImageSource(path, path)))
    text.say(*(f"{path}: {note}" for note in opened.notes))
    return model.preprocess.dtype


# ---- JSON ----


def _document(trace: Trace) -> dict[str, Any]:
    document: dict[str, Any] = {
        "model": trace.model,
        "input_shape": trace.input_shape,
        "output_shape": trace.output_shape,
        "params": trace.params,
        "macs": trace.macs,
        "macs_unknown": trace.macs_unknown,
        "flops": trace.flops,
        "flops_unknown": trace.flops_unknown,
        "nodes": [_node(node) for node in trace.nodes],
    }
    if trace.error:
        document["error"] = {"name": trace.error.name, "message": trace.error.message}
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
        "flops": node.flops,
        "bytes_read": node.bytes_read,
        "bytes_written": node.bytes_written,
        "attributes": dict(node.attributes),
        "receptive_field": _field(node.receptive_field),
    }
    if node.within is not None:
        document["within"] = node.within
    if len(node.outputs) > 1:
        document["outputs"] = [{"shape": o.shape, "dtype": o.dtype, "bytes": o.bytes} for o in node.outputs]
    return document


def _field(field: ReceptiveField | None) -> dict[str, Any]:
    """An operation that does not see the input has an exact field of size 0."""
    field = field or ReceptiveField("exact", (0, 0))
    return {"status": field.status, "size": field.size, "stride": field.stride, "start": field.start}


# ---- text ----


def _table(trace: Trace) -> str:
    rows = [
        (
            node.id,
            node.name,
            node.op,
            text.times(node.shape),
            node.params,
            node.macs,
            _field_text(node.receptive_field),
        )
        for node in trace.nodes
    ]
    header = ("id", "name", "operation", "output", "parameters", "MACs", "receptive field")
    return "\n".join([*text.table(header, rows), _total(trace)])


def _total(trace: Trace) -> str:
    total = f"{trace.model}: {trace.params:,} parameters, {trace.macs:,} multiply-accumulates"
    if not (unknown := trace.macs_unknown):
        return total
    operations = "one operation" if unknown == 1 else f"{unknown:,} operations"
    return f"{total} and those of {operations} without a formula"


def _field_text(field: ReceptiveField | None) -> str | None:
    if field is None:
        return None
    return (
        field.status if field.status in ("global", "unknown") else f"{text.times(field.size)} {field.status}"
    )
