"""Which operations of two networks are their layers, where all would be too many to be compared with all."""

from collections.abc import Sequence
from typing import TypeVar

from explorer.features.compare.messages import Matching
from explorer.records.names import plain
from explorer.records.trace import Node, Trace

T = TypeVar("T")
Ids = tuple[int, ...]


def layers_of(a: Trace, b: Trace, matching: Matching, most: int) -> tuple[Ids, Ids, str]:
    """Return the ids of the layers of two networks, as they ran, and in a sentence which operations they are.

    Of a network with more than `most` operations that give real numbers so many are taken, the matched ones first, so
    that partners are layers together, in even distances.
    """
    real_a, real_b = (tuple(it.id for it in trace.nodes if _is_real(it)) for trace in (a, b))
    in_a, in_b = set(real_a), set(real_b)
    pairs = _spaced([it for it in matching.pairs if it.a in in_a and it.b in in_b], most)
    some_a, some_b = _some(real_a, {it.a for it in pairs}, most), _some(real_b, {it.b for it in pairs}, most)
    told_a, told_b = _told(a, some_a, real_a), _told(b, some_b, real_b)
    return (
        some_a,
        some_b,
        f"Layers are {told_a}." if told_a == told_b else f"Layers are {told_a} and {told_b}.",
    )


def _some(real: Ids, first: set[int], most: int) -> Ids:
    if len(real) <= most:
        return real
    more = _spaced([it for it in real if it not in first], most - len(first))
    return tuple(sorted((*first, *more)))


def _told(trace: Trace, some: Ids, real: Ids) -> str:
    number = f"all {len(real):,}" if len(some) == len(real) else f"{len(some):,} of the {len(real):,}"
    which = "" if len(some) == len(real) else ", matched ones first, in even distances"
    return f"{number} operations of {plain(trace.model)} that give real numbers{which}"


def _spaced(items: Sequence[T], most: int) -> list[T]:
    """Return at most so many items, in even distances, the first and the last among them."""
    if len(items) <= most:
        return list(items)
    return [items[round(k * (len(items) - 1) / max(1, most - 1))] for k in range(most)]


def _is_real(node: Node) -> bool:
    if not node.is_operation or not node.outputs or 0 in node.shape:
        return False
    return node.outputs[0].dtype.removeprefix("b").startswith("float")
