"""`arch-explorer receptive-field`: what one unit of a layer sees."""

import argparse

from explorer.engine.messages import LoadModel, LocateField, Record
from explorer.records.errors import UsageError
from explorer.records.values import FieldOfUnit
from explorer.terminal import options as common
from explorer.terminal import text
from explorer.terminal.inputs import noise, said
from explorer.terminal.verb import Ask, Outcome

_SIDES = ("rows", "columns")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what the verb takes."""
    common.add_model(parser)
    parser.add_argument(
        "--layer", required=True, metavar="L", help="name of an operation or path of a module"
    )
    parser.add_argument(
        "--unit", type=common.numbers, metavar="Y,X", help="position on the map; default: its centre"
    )
    common.add_shape(parser)
    common.add_trust(parser)
    common.add_json(parser)


def carry_out(options: argparse.Namespace, ask: Ask) -> Outcome:
    """Locate the receptive field of the wanted unit, or of the one in the middle."""
    # Receptive fields follow from the operations alone: any weights give the same.
    told = common.told(options)
    model = said(ask(LoadModel(options.model, "random", seed=0, trusted=options.trust, told=told)))
    key, *beside = noise(model, ask, options.shape)
    forward = ask(Record(1, key, beside=tuple(beside)))
    if forward.trace.error and options.layer not in forward.trace.by_name:
        return "", text.say_failure(forward)
    node = forward.trace.find(options.layer).id
    found = ask(LocateField(1, node))
    if options.unit is not None:
        _check_unit(options.unit, found.grid, options.layer)
        found = ask(LocateField(1, node, options.unit))
    return (_document if options.json else _lines)(options.layer, found), text.say_failure(forward)


def _check_unit(unit: tuple[int, ...], grid: tuple[int, ...] | None, layer: str) -> None:
    if grid is None:
        raise UsageError(f"{layer} has no map to choose a unit on; leave out --unit.")
    if len(unit) != len(grid) or any(u >= n for u, n in zip(unit, grid, strict=True)):
        shown = "×".join(map(str, grid))
        raise UsageError(
            f"--unit {','.join(map(str, unit))} lies outside the map of {layer}, which is {shown}; count from 0."
        )


def _document(layer: str, found: FieldOfUnit) -> str:
    keys = ("status", "size", "stride", "start")
    facts = {key: getattr(found, key) for key in keys}
    return text.document({"layer": layer, **facts, "unit": found.unit or None, "box": found.box})


def _lines(layer: str, found: FieldOfUnit) -> str:
    if found.status == "unknown":
        return text.lines(
            [f"{layer}: unknown, for an operation before it mixes pixels in a way that is not followed"]
        )
    size, stride = text.times(found.size) or "–", text.times(found.stride) or "–"
    unit = f"unit {','.join(map(str, found.unit))}" if found.unit else "each unit"
    return text.lines(
        [f"{layer}: {found.status}, size {size}, stride {stride}", f"{unit} {_seen(found.box)}"]
    )


def _seen(box: tuple[int, ...] | None) -> str:
    if box is None:
        return "sees no pixel of the input"
    axes = len(box) // 2
    names = _SIDES if axes == 2 else [f"axis {k + 1}:" for k in range(axes)]
    spans = zip(names, box[:axes], box[axes:], strict=True)
    return f"sees {', '.join(f'{name} {low} to {high - 1}' for name, low, high in spans)} of the input"
