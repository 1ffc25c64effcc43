"""`arch-explorer trace`: every operation of one forward pass."""

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from explorer.engine.messages import AllowMemory, OpenArray, OpenImage, Record
from explorer.features.layers.messages import SaveValues
from explorer.records.errors import UsageError
from explorer.records.images import ImageSource, OpenedArray
from explorer.records.models import LoadedModel, TextInput
from explorer.records.trace import Node, ReceptiveField, Trace
from explorer.terminal import inputs, text
from explorer.terminal import options as common
from explorer.terminal.verb import Ask, Outcome


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what the verb takes."""
    common.add_model(parser)
    common.add_loading(parser)
    given = parser.add_mutually_exclusive_group()
    given.add_argument(
        "--input",
        type=Path,
        action="append",
        metavar="FILE.npy",
        help="input tensor; again for each further one",
    )
    given.add_argument(
        "--image", type=Path, action="append", metavar="FILE",
        help="image, preprocessed for the model; again for each further one",
    )  # fmt: skip
    common.add_shape(given)
    parser.add_argument("--save", type=Path, metavar="DIR", help="write each value to DIR/<id>.npy")
    common.add_memory(parser)
    common.add_json(parser)


def carry_out(options: argparse.Namespace, ask: Ask) -> Outcome:
    """Record a forward, list its operations and save their values if asked to."""
    arrays = _open_arrays(options.input or (), ask)
    if arrays:
        options.shape = [("", array.shape) for array in arrays]
    if options.memory is not None:
        ask(AllowMemory(options.memory))
    model = inputs.load(options, ask)
    key, *beside = _open(options, model, arrays, ask)
    forward = ask(Record(1, key, beside=tuple(beside)))
    _say_conversions(options.input or (), arrays, forward.trace)
    if options.save:
        ask(SaveValues(1, str(options.save)))
    text.say(f"{forward.trace.model}: weights {model.weights}")
    shown = text.document(_document(forward.trace)) if options.json else _table(forward.trace)
    return shown, text.say_failure(forward)


def _open_arrays(paths: Sequence[Path], ask: Ask) -> list[OpenedArray]:
    return [
        ask(OpenArray(key, str(path))) for key, path in zip(inputs.keys_of(len(paths)), paths, strict=True)
    ]


def _open(
    options: argparse.Namespace, model: LoadedModel, arrays: list[OpenedArray], ask: Ask
) -> tuple[str, ...]:
    """Open the inputs that were asked for; return their keys."""
    if arrays:
        _check_number(len(arrays), model, len(model.inputs))
        return tuple(array.key for array in arrays)
    if not options.image:
        return inputs.noise(model, ask, options.shape)
    if isinstance(model.preprocess, TextInput):
        raise UsageError(inputs.no_images(options.model))
    _check_number(len(options.image), model, sum(slot.is_image for slot in model.inputs))
    keys = inputs.keys_of(len(options.image))
    for key, path in zip(keys, map(str, options.image), strict=True):
        opened = ask(OpenImage(key, ImageSource(path, path)))
        text.say(*(f"{path}: {note}" for note in opened.notes))
    return keys


def _check_number(given: int, model: LoadedModel, taken: int) -> None:
    if given > max(taken, 1):
        what = "one input" if taken == 1 else f"{taken} inputs"
        raise UsageError(f"{model.entry.full_name} takes {what} of that kind, and {given} files were given.")


def _say_conversions(paths: Sequence[Path], arrays: list[OpenedArray], trace: Trace) -> None:
    for path, array, node in zip(paths, arrays, trace.nodes, strict=False):
        if (got := node.outputs[0].dtype) != array.dtype:
            text.say(f"{path}: torch.{array.dtype} converted to torch.{got}, the dtype of the model")


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
    return {"status": field.of_a_value, "size": field.size, "stride": field.stride, "start": field.start}


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
    return text.lines([*text.table(header, rows), _total(trace)])


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
        field.status
        if field.status in ("global", "unknown")
        else f"{text.times(field.size)} {field.of_a_value}"
    )
