"""What the bars in the boxes can tell: MACs, parameters, bytes or time of what a box stands for."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from explorer.drawing.messages import Drawing
from explorer.records import units
from explorer.records.measures import Timing
from explorer.records.trace import Node, Trace

Amount = float | None


@dataclass(frozen=True)
class Size:
    """Something that a bar can tell.

    Attributes:
        id: Its name in the choice.
        title: In the menu and in the legend.
        text: How an amount is read.
        amount: Of some operations, of which the time may be known; None if none of them is known.
    """

    id: str
    title: str
    text: Callable[[Amount], str]
    amount: Callable[[Sequence[Node], Trace, Timing | None], Amount]


@dataclass(frozen=True)
class Bar:
    """The bar of a box.

    Attributes:
        share: Its length, 0 to 1, the largest of the drawing being 1; None if the amount is unknown.
        text: The amount.
    """

    share: float | None
    text: str


@dataclass(frozen=True)
class Bars:
    """The bars of a drawing.

    Attributes:
        by_key: Of each box that is not open.
        scale: In words, what a whole bar stands for.
    """

    by_key: dict[str, Bar]
    scale: str


def _sum(amounts: Sequence[Amount]) -> Amount:
    known = [amount for amount in amounts if amount is not None]
    return sum(known) if known else None


def _params(nodes: Sequence[Node], trace: Trace, _: Timing | None) -> Amount:
    names = {name for node in nodes for name in node.parameters}
    return sum(trace.parameter_sizes.get(name, 0) for name in names)


def _time(nodes: Sequence[Node], _: Trace, timing: Timing | None) -> Amount:
    if timing is None:
        return None
    own = [timing.nodes[node.id] for node in nodes if node.is_operation and node.within is None]
    return _sum([None if spread is None else spread.median for spread in own])


SIZES = (
    Size("macs", "MACs", units.count, lambda nodes, _, __: _sum([node.macs for node in nodes])),
    Size("params", "Parameters", units.count, _params),
    Size(
        "bytes", "Bytes of the outputs", units.bytes_, lambda nodes, _, __: _sum([it.bytes for it in nodes])
    ),
    Size("time", "Time", units.milliseconds, _time),
)


def size_of(id: str) -> Size | None:
    """Return a size by its id."""
    return next((size for size in SIZES if size.id == id), None)


def bars_of(size: Size, drawing: Drawing, trace: Trace, timing: Timing | None) -> Bars:
    """Return the bars of a drawing's boxes, on one scale that begins at zero."""
    amounts = {
        box.key: size.amount([trace.nodes[node] for node in box.nodes], trace, timing)
        for box in drawing.boxes
        if not box.is_open and box.nodes
    }
    most = max((amount for amount in amounts.values() if amount is not None), default=0.0)
    bars = {}
    for key, amount in amounts.items():
        share = None if amount is None else amount / most if most else 0.0
        bars[key] = Bar(share, size.text(amount))
    return Bars(
        bars, f"{size.title}: a whole bar is {size.text(most)}" if most else f"{size.title}: not known yet"
    )
