"""The layers of two networks as rows: pairs, and what stands in one of them alone, in the order in which they ran."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import nan

from explorer.features.compare.messages import Agreement, Change, Cka, MatchedPair, Matching
from explorer.records import phrases, units
from explorer.records.describe import term
from explorer.records.trace import Attribute, Node, Trace


class Sign(StrEnum):
    """What is to be said of a row first; one character, so that no colour is needed to tell it."""

    SAME = "="
    CLOSE = "≈"
    PARTS = "≠"
    CHANGED = "~"
    ONLY_A = "−"
    ONLY_B = "+"
    UNKNOWN = "·"


MEANINGS = {
    Sign.SAME: "the same to the bit",
    Sign.CLOSE: "within the tolerance",
    Sign.PARTS: "beyond the tolerance",
    Sign.CHANGED: "changed: another operation, shape or attribute",
    Sign.ONLY_A: "only in A",
    Sign.ONLY_B: "only in B",
    Sign.UNKNOWN: "not compared yet",
}


@dataclass(frozen=True, eq=False)
class Row:
    """A pair of operations, or one that stands alone.

    Attributes:
        place: Its place in the order in which they ran.
        a, b: The operations; None where there is none.
        sign: What is to be said first.
        pair: The pair; None where one stands alone.
        agreement: How far their values agree; None where that is not known yet.
        cka: Linear CKA of the two; NaN where it is not known.
        over: What kind of examples `cka` is of, as in `Cka`.
        is_rough: True if it means little by itself.
    """

    place: int
    a: Node | None
    b: Node | None
    sign: Sign
    pair: MatchedPair | None = None
    agreement: Agreement | None = None
    cka: float = nan
    over: str = ""
    is_rough: bool = False

    @property
    def changes(self) -> str:
        """What differs beside the values and the shapes: `kernel size 3×3 → 5×5`."""
        changes = self.pair.changes if self.pair is not None else ()
        told = sorted(changes, key=lambda it: it.what == "parameters")  # attributes first: they are why
        return "; ".join(change_text(it) for it in told if it.what != "shape")

    @property
    def shapes(self) -> str:
        """The shape of the first output: of both, if they differ."""
        told = [
            units.shape(phrases.one_image(it.shape))
            for it in (self.a, self.b)
            if it is not None and it.outputs
        ]
        return " | ".join(dict.fromkeys(told))

    @property
    def cosine(self) -> float:
        """Cosine similarity; NaN where it is unknown."""
        return self.agreement.cosine if self.agreement is not None else nan

    @property
    def relative_error(self) -> float:
        """Relative error; NaN where it is unknown."""
        return self.agreement.relative_error if self.agreement is not None else nan


def rows(
    matching: Matching,
    traces: tuple[Trace, Trace],
    agreements: Iterable[Agreement],
    cka: Cka | None,
    tolerance: float,
) -> tuple[Row, ...]:
    """Return the rows of two networks.

    Args:
        matching: Which operation is which.
        traces: Of both.
        agreements: How far values agree, as far as that is known.
        cka: How alike the layers are; None while nothing of it is known.
        tolerance: The relative error up to which values agree; 0: every bit.
    """
    a, b = traces
    known = {it.a: it for it in agreements}
    similar, of = _similar(cka), (cka.over, cka.is_rough) if cka is not None else ("", False)
    made: list[Row] = []
    for id_a, id_b in _ordered(matching):
        pair = matching.of_a.get(id_a) if id_a is not None and id_b is not None else None
        agreement = known.get(id_a) if pair is not None and id_a is not None else None
        sign = _sign(pair, id_a, agreement, tolerance)
        node_a, node_b = (None if i is None else t.nodes[i] for i, t in ((id_a, a), (id_b, b)))
        alike = similar.get((id_a, id_b), nan)
        made.append(Row(len(made), node_a, node_b, sign, pair, agreement, alike, *of))
    return tuple(made)


def _similar(cka: Cka | None) -> dict[tuple[int | None, int | None], float]:
    if cka is None:
        return {}
    place_a = {layer: place for place, layer in enumerate(cka.layers_a)}
    place_b = {layer: place for place, layer in enumerate(cka.layers_b)}
    return {
        (a, b): float(cka.matrix[place_a[a], place_b[b]])
        for a, b in cka.pairs
        if a in place_a and b in place_b
    }


def _ordered(matching: Matching) -> list[tuple[int | None, int | None]]:
    """Return pairs of ids as the first network ran; what is the second's alone stands behind what it ran after."""
    firsts = sorted([*(pair.a for pair in matching.pairs), *matching.only_a])
    anchors = sorted(pair.b for pair in matching.pairs)
    behind: dict[int | None, list[int]] = defaultdict(list)
    for alone in matching.only_b:
        place = bisect_left(anchors, alone)
        behind[matching.of_b[anchors[place - 1]].a if place else None].append(alone)
    found: list[tuple[int | None, int | None]] = [(None, it) for it in behind[None]]
    for first in firsts:
        pair = matching.of_a.get(first)
        found.append((first, pair.b if pair is not None else None))
        found += [(None, it) for it in behind[first]]
    return found


def _sign(pair: MatchedPair | None, a: int | None, agreement: Agreement | None, tolerance: float) -> Sign:
    if pair is None:
        return Sign.ONLY_B if a is None else Sign.ONLY_A
    if pair.changes:
        return Sign.CHANGED
    if agreement is None:
        return Sign.UNKNOWN
    if agreement.identical:
        return Sign.SAME
    return Sign.PARTS if agreement.is_beyond(tolerance) else Sign.CLOSE


def only_differences(all_rows: Sequence[Row]) -> tuple[Row, ...]:
    """Return the rows without those whose values agree."""
    return tuple(it for it in all_rows if it.sign not in (Sign.SAME, Sign.CLOSE))


def with_words(all_rows: Sequence[Row], text: str) -> tuple[Row, ...]:
    """Return the rows of which an operation has all words of a text in its name or kind."""
    words = text.lower().split()
    return tuple(it for it in all_rows if all(word in _searched(it) for word in words))


def _searched(row: Row) -> str:
    return " ".join(f"{it.name} {it.op}" for it in (row.a, row.b) if it is not None).lower()


def summary(all_rows: Sequence[Row]) -> tuple[str, ...]:
    """Return how many rows say what, the most important first, and what the signs mean: `≠ 12 beyond the tolerance`."""
    order = (Sign.PARTS, Sign.CHANGED, Sign.ONLY_A, Sign.ONLY_B, Sign.CLOSE, Sign.SAME, Sign.UNKNOWN)
    counts = {sign: sum(it.sign is sign for it in all_rows) for sign in order}
    words = {sign: MEANINGS[sign].partition(":")[0] for sign in order}
    return tuple(f"{sign} {count:,} {words[sign]}" for sign, count in counts.items() if count)


def name_of(node: Node | None) -> str:
    """Return what an operation is called; empty for none."""
    return node.person_name if node is not None else ""


def change_text(change: Change) -> str:
    """Return a change for a person: `kernel size 3×3 → 5×5`."""
    word = term(change.what)
    return f"{word[:1].lower()}{word[1:]} {_told(change.a)} → {_told(change.b)}"


def _told(value: Attribute | None) -> str:
    if value is None:
        return "none"
    if isinstance(value, tuple):
        return "×".join(map(_told, value)) if not any(isinstance(it, tuple) for it in value) else str(value)
    return f"{value:g}" if isinstance(value, float) else str(value)


def candidates(row: Row, all_rows: Sequence[Row], most: int = 16) -> tuple[Node, ...]:
    """Return operations of the other network with which one may belong together.

    Those of its kind come first, of these those without a partner, of these the nearest.
    """
    own, is_first = (row.a, True) if row.a is not None else (row.b, False)
    if own is None:
        return ()

    def rank(other: Row) -> tuple[bool, bool, int]:
        node = other.b if is_first else other.a
        assert node is not None, "only those are ranked that have it"
        return node.op != own.op, other.pair is not None, abs(other.place - row.place)

    others = [it for it in all_rows if it is not row and (it.b if is_first else it.a) is not None]
    nodes = (it.b if is_first else it.a for it in sorted(others, key=rank)[:most])
    return tuple(node for node in nodes if node is not None)
