"""What the boxes of two drawings say of what they stand for: the weightiest sign of their operations."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from explorer.drawing.messages import Box, Drawing
from explorer.features.compare.rows import MEANINGS, Row, Sign, summary
from explorer.window.widgets.graph.marks import Badge
from explorer.window.widgets.kind_legend import Entry, kinds_of

_HALF = 0.5
BADGES = {
    Sign.CHANGED: Badge("~", 3, is_strong=True),
    Sign.ONLY_A: Badge("−", is_strong=True),
    Sign.ONLY_B: Badge("+", is_strong=True),
    Sign.PARTS: Badge("≠", 3),
    Sign.UNKNOWN: Badge("·"),
    Sign.CLOSE: Badge("≈"),
    Sign.SAME: Badge("="),
}
"""The signs of the table, the weightiest first: several agree only if that is known of each of them.

What is of another build has a border as well. What is in one network only has no colour: all are of some kind.
"""


def by_node(rows: Iterable[Row], side: int) -> dict[int, Row]:
    """Return the row of each operation of the first (0) or the second network (1), by its id."""
    nodes = ((row.b if side else row.a, row) for row in rows)
    return {node.id: row for node, row in nodes if node is not None}


def sign_of(rows: Sequence[Row]) -> Sign | None:
    """Return what is to be said of several operations together; None for none.

    What is alone in part is changed.
    """
    signs = {row.sign for row in rows}
    if len(signs) > 1 and signs & {Sign.ONLY_A, Sign.ONLY_B}:
        return Sign.CHANGED
    return next((sign for sign in BADGES if sign in signs), None)


def signs_of(drawing: Drawing, known: Mapping[int, Row]) -> dict[str, Sign]:
    """Return the signs of the boxes of a drawing that are not open, by their keys."""
    closed = {box.key: sign_of(rows_of(box, known)) for box in drawing.boxes if not box.is_open}
    return {key: sign for key, sign in closed.items() if sign is not None}


def rows_of(box: Box, known: Mapping[int, Row]) -> list[Row]:
    """Return the rows of the operations that a box stands for."""
    return [known[node] for node in box.nodes if node in known]


def told(box: Box, known: Mapping[int, Row]) -> str:
    """Return what is said of a box under the mouse: the sign of one operation, how many of several have which."""
    found = rows_of(box, known)
    if len(found) == 1:
        return f"{found[0].sign} {MEANINGS[found[0].sign]}" + _changes(found[0])
    return ", ".join(summary(found))


def _changes(row: Row) -> str:
    parts = [it for it in (row.shapes if "|" in row.shapes else "", row.changes) if it]
    return f"\n{'; '.join(parts)}" if parts and row.pair is not None else ""


def said(rows: Iterable[Row], signs: Iterable[Sign] = ()) -> list[Entry]:
    """Return what the signs of rows mean and how many have which; `signs` are told of too, though no row has them."""
    counts = Counter(row.sign for row in rows)
    return [
        Entry(_counted(counts[sign], MEANINGS[sign].partition(":")[0]), "", badge=badge)
        for sign, badge in BADGES.items()
        if sign in {*signs, *counts}
    ]


def entries(drawings: Iterable[Drawing], signs: Iterable[Sign], rows: Iterable[Row]) -> list[Entry]:
    """Return the one legend of both drawings: how many operations have which sign, then the kinds of operations.

    Args:
        drawings: Both.
        signs: What boxes bear.
        rows: Of all operations.
    """
    boxes = [box for drawing in drawings for box in drawing.boxes]
    return [
        *said(rows, signs),
        *kinds_of(box.op for box in boxes if box.op and box.kind not in ("input", "output")),
    ]


def _counted(count: int, meaning: str) -> str:
    return f"{count:,} {meaning}" if count else meaning


def counterpart(box: Box, boxes: Iterable[Box], partners: frozenset[int]) -> Box | None:
    """Return the group of the other drawing that stands for most of the same, as open as one is; None without one.

    Args:
        box: A group of the one drawing.
        boxes: All of the other one.
        partners: Ids, there, of what belongs to the operations of `box`.
    """

    def share(other: Box) -> float:
        nodes = frozenset(other.nodes)
        return len(nodes & partners) / max(1, len(nodes | partners))

    alike = [it for it in boxes if it.can_open and it.is_open == box.is_open]
    best = max(alike, key=share, default=None)
    return best if best is not None and share(best) >= _HALF else None
