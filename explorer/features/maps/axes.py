"""What the rows and columns of a value are, where neither is a row or a column of a picture."""

from dataclasses import dataclass, replace

from explorer.records.attention import attentions
from explorer.records.trace import Node, Trace
from explorer.records.values import Layout, ValueView

CHANNEL, POSITION = "channel", "position"


@dataclass(frozen=True)
class Axes:
    """What is counted along both sides of a matrix.

    Attributes:
        row, column: What one of them is, in a word: `channel`, `position`.
        note: What both are, in a line.
        noun: What one of several such matrices is.
        heads: How many of them each window has, one window after the other; 0 where there are no windows.
    """

    row: str
    column: str
    note: str
    noun: str = "channel"
    heads: int = 0

    def name(self, number: int) -> str:
        """Return what one of several such matrices is called."""
        if not self.heads:
            return f"{self.noun} {number}"
        window, head = divmod(number, self.heads)
        return f"window {window}, head {head}"

    def place(self, y: int, x: int) -> str:
        """Return a place for a person."""
        return f"{self.row} {y}, {self.column} {x}"

    @property
    def are_in_line(self) -> bool:
        """True for channels by positions along one line, either way."""
        return {self.row, self.column} == {CHANNEL, POSITION}

    def turned(self, one: int, other: int) -> tuple[int, int]:
        """Return the row and column of a channel and position, or those of a row and column."""
        return (one, other) if self.row == CHANNEL else (other, one)


ATTENTION = Axes("query", "key", "rows: the token that looks, columns: the token looked at", noun="head")


def axes_of(
    node: Node | None, value: ValueView, reads_words: bool, trace: Trace | None = None
) -> Axes | None:
    """Return what the rows and columns of an operation's value are; None where nothing tells, or for maps.

    Args:
        node: The operation.
        value: Its value.
        reads_words: Whether the positions are those of characters.
        trace: The trace of the operation.
    """
    if node is not None and is_attention(node, trace) and value.layout is Layout.MAPS:
        one = node.shape[0] == 1
        return ATTENTION if one else replace(ATTENTION, noun="map", heads=node.shape[1])
    field = node.receptive_field if node is not None else None
    if field is None or field.grid is None or len(field.grid) != 1 or value.layout is not Layout.MATRIX:
        return None
    where = f"{POSITION}s in the word" if reads_words else f"{POSITION}s"
    height, width = value.values.shape[1:3]
    if (width,) == field.grid and (height,) != field.grid:
        return Axes(CHANNEL, POSITION, f"rows: {CHANNEL}s, columns: {where}")
    if (height,) == field.grid and (width,) != field.grid:
        return Axes(POSITION, CHANNEL, f"rows: {where}, columns: {CHANNEL}s")
    return None


def is_attention(node: Node | None, trace: Trace | None) -> bool:
    """Tell whether it gives (windows, heads, queries, keys): how much tokens look at each other, or a score."""
    if node is None or trace is None or len(node.shape) != 4:
        return False
    attention = attentions(trace).by_node.get(node.id)
    if attention is None or attention.product is None or node.shape != attention.shape:
        return False
    return attention.product <= node.id < attention.output
