"""What networks cost and see, as the rows of a table; differences are to the first network."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from math import prod

from explorer.features.compare.messages import Facts
from explorer.records import units
from explorer.records.describe import field_text
from explorer.records.forward import Forward
from explorer.records.measures import ACTIVATIONS, Measurement, Spread
from explorer.records.models import LoadedModel
from explorer.records.trace import Node, ReceptiveField

SAME, INPUTS_DIFFER, UNCLEAR = "the same", "inputs differ", "no clear difference"
_TIMES = (
    "Median of the runs, and from the 10th to the 90th percentile. The networks are measured one after the other: what "
    "else the machine does meanwhile counts as well. Where the ranges overlap, the difference is not clear."
)


@dataclass(frozen=True)
class FactRow:
    """One fact of several networks.

    Attributes:
        what: Its name, with the unit of `values` where that is needed.
        values: Plain, one a network; None where it is unknown.
        shown: As a person reads them.
        differences: Of each to the first; None where either is unknown or no number.
        shown_differences: With the quotient, as a person reads them; empty for the first and where unknown.
        about: What it is, where its name does not say.
    """

    what: str
    values: tuple[float | str | None, ...]
    shown: tuple[str, ...]
    differences: tuple[float | None, ...]
    shown_differences: tuple[str, ...]
    about: str = ""


def facts_of(model: LoadedModel, forward: Forward, measured: Measurement | None = None) -> Facts:
    """Return the facts of a model that ran; its time only where it was measured."""
    trace = forward.trace
    layer = last_spatial(trace.nodes)
    return Facts(
        name=model.entry.full_name,
        weights=model.weights,
        pretrained=model.pretrained,
        params=model.params,
        weight_bytes=model.weight_bytes,
        macs=trace.macs,
        macs_unknown=trace.macs_unknown,
        activation_bytes=forward.memory.activations,
        input_shape=trace.input_shape,
        top1=model.entry.top1,
        field_layer=layer.name if layer else None,
        field=layer.receptive_field if layer else None,
        forward=measured.timing.forward if measured else None,
        failure=trace.failure,
    )


def last_spatial(nodes: Iterable[Node]) -> Node | None:
    """Return the last operation whose units stand in a grid of more than one place; None without one."""
    spatial = [it for it in nodes if it.is_operation and _places(it.receptive_field) > 1]
    return spatial[-1] if spatial else None


def rows(facts: Sequence[Facts]) -> tuple[FactRow, ...]:
    """Return the table of the facts of at least one network."""
    inputs = [it.input_shape for it in facts]
    return (
        replace(text_row("weights", [it.weights for it in facts]), shown_differences=("",) * len(facts)),
        number_row("parameters", [it.params for it in facts], units.count),
        of_equal_inputs(
            number_row("MACs", [it.macs for it in facts], units.count, [_without(it) for it in facts]), inputs
        ),
        number_row("parameters and buffers in bytes", [it.weight_bytes for it in facts], units.bytes_),
        replace(of_equal_inputs(_activations(facts), inputs), about=f"Counted: {ACTIVATIONS}"),
        of_equal_inputs(_times([it.forward for it in facts]), inputs),
        number_row(
            "published top-1 in %", [it.top1 for it in facts], percent, [_not_these(it) for it in facts]
        ),
        text_row("receptive field of the last maps", [_field(it.field, it.input_shape) for it in facts]),
        input_row(inputs),
    )


def _activations(facts: Sequence[Facts]) -> FactRow:
    values, notes = [it.activation_bytes for it in facts], [_until(it) for it in facts]
    return number_row("activations in bytes", values, units.bytes_, notes)


def _times(measured: Sequence[Spread | None]) -> FactRow:
    """Return how long the forwards took; a difference that lies within what the runs themselves differ is none."""
    medians = [None if it is None else it.median for it in measured]
    row = number_row("forward in ms", medians, units.milliseconds, [_range(it) for it in measured])
    unclear = [False, *(_overlap(it, measured[0]) for it in measured[1:])]
    plain = [None if hides else it for it, hides in zip(row.differences, unclear, strict=True)]
    told = [UNCLEAR if hides else it for it, hides in zip(row.shown_differences, unclear, strict=True)]
    return replace(row, differences=tuple(plain), shown_differences=tuple(told), about=_TIMES)


def _range(time: Spread | None) -> str:
    return "" if time is None else f" ({units.milliseconds(time.p10)} to {units.milliseconds(time.p90)})"


def _overlap(one: Spread | None, other: Spread | None) -> bool:
    return one is not None and other is not None and one.p10 <= other.p90 and other.p10 <= one.p90


def input_row(shapes: Sequence[tuple[int, ...] | None]) -> FactRow:
    """Return the shapes of the inputs; None where one is unknown."""
    return text_row("input", [None if it is None else units.shape(it) for it in shapes])


def of_equal_inputs(row: FactRow, shapes: Sequence[tuple[int, ...] | None]) -> FactRow:
    """Return a row of costs that grow with the input: those of other inputs than the first are not held against it."""
    equal = [it == shapes[0] for it in shapes]
    told = [
        text if is_equal or not text else INPUTS_DIFFER
        for text, is_equal in zip(row.shown_differences, equal, strict=True)
    ]
    plain = [it if is_equal else None for it, is_equal in zip(row.differences, equal, strict=True)]
    return replace(row, differences=tuple(plain), shown_differences=tuple(told))


def _places(field: ReceptiveField | None) -> int:
    return prod(field.grid) if field is not None and field.grid else 0


def number_row(
    what: str,
    values: Sequence[float | None],
    show: Callable[[float | None], str],
    notes: Sequence[str] | None = None,
) -> FactRow:
    """Return a row of numbers; what is in `notes` follows each."""
    first = values[0]
    differences = tuple(None if first is None or it is None else it - first for it in values)
    return FactRow(
        what,
        tuple(values),
        tuple(f"{show(it)}{note}" for it, note in zip(values, notes or [""] * len(values), strict=True)),
        differences,
        ("", *(_told(show, it, first) for it in values[1:])),
    )


def _told(show: Callable[[float | None], str], value: float | None, first: float | None) -> str:
    """Return `+11.4 M (×1.98)`; of percentages `+2.1 points`, that of the numbers as they are shown."""
    if value is None or first is None:
        return ""
    if value == first:
        return SAME
    sign = "+" if value > first else "−"
    if show is percent:
        return f"{sign}{abs(round(value, 1) - round(first, 1)):.1f} points"
    share = f" (×{value / first:.3g})" if first else ""
    return f"{sign}{show(abs(value - first))}{share}"


def text_row(what: str, values: Sequence[str | None]) -> FactRow:
    """Return a row of words."""
    none = (None,) * len(values)
    shown = tuple(units.UNKNOWN if it is None else it for it in values)
    same = [it is not None and it == values[0] for it in values[1:]]
    return FactRow(what, tuple(values), shown, none, ("", *(SAME if it else "" for it in same)))


def _without(facts: Facts) -> str:
    unknown = f" and {facts.macs_unknown:,} operations without a formula" if facts.macs_unknown else ""
    return unknown + _until(facts)


def _not_these(facts: Facts) -> str:
    """Return what is said of a published figure that is of other weights than these."""
    return "" if facts.pretrained or facts.top1 is None else ", of the published weights"


def _until(facts: Facts) -> str:
    """Return what is said of a cost that is not that of the whole network."""
    return " up to where it failed" if facts.failure else ""


def percent(value: float | None) -> str:
    """Return a percentage as it is published: `76.1 %`."""
    return units.UNKNOWN if value is None else f"{value:.1f} %"


def _field(field: ReceptiveField | None, input_shape: tuple[int, ...]) -> str | None:
    """Return what the units see; None where there are none."""
    return None if field is None else field_text(field, input_shape)
