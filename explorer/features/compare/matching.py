"""Which operation of one network is which of another: by name, then by structure.

A name says what an operation is if its author gave it: `layer1.0.conv1`, not the place in a row (`features.12`) nor the
count of a function (`relu:3`). What bears the same such name is a pair; those that come in the same order on both sides
divide the rest into parts. In each part the operations are aligned so that the most is in common: what they do,
attributes, shape, number of parameters. What alone is left is found by what it reads. Networks without common parts
still begin and end alike: their first convolutions are a pair where both would stand alone, so are their last ones.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from explorer.features.compare.alignment import Pair, aligned, rising
from explorer.features.compare.messages import ByHand, Change, MatchedPair, Matching, Why
from explorer.records.errors import UsageError
from explorer.records.trace import Attribute, Node, Trace

_SIZES = frozenset({"in_channels", "out_channels", "in_features", "out_features", "num_features"})
_USUAL = frozenset({"bias", "eps", "momentum", "p", "training", "start_dim", "end_dim"})
_CONVOLUTIONS, _LINEAR = frozenset({"conv1d", "conv2d", "conv3d"}), frozenset({"linear"})
_MOST_CELLS = 1 << 22  # of one alignment; longer parts are cut in proportion before


def match(a: Trace, b: Trace, by_hand: ByHand = ()) -> Matching:
    """Match the operations of two traces.

    Args:
        a: The one.
        b: The other.
        by_hand: Pairs of ids that a person made; with None for one side, the other one has no partner.

    Raises:
        UsageError: One of these is no operation, or is named twice.
    """
    forced = _forced(a, b, by_hand)
    rest_a, rest_b = _operations(a, (it for it, _ in by_hand)), _operations(b, (it for _, it in by_hand))
    pairs = dict.fromkeys(forced, Why.HAND)
    named = _by_name(rest_a, rest_b)
    pairs.update(dict.fromkeys(named, Why.NAME))
    chain = rising(forced)
    borders = rising([*chain, *(it for it in named if _fits(it, chain))])
    found = _by_structure(a, b, rest_a, rest_b, pairs, borders)
    if ends := [it for it in _lonely_ends(a, b, by_hand, found) if _fits(it, borders)]:
        pairs.update(dict.fromkeys(ends, Why.STRUCTURE))
        found = _by_structure(a, b, rest_a, rest_b, pairs, rising([*borders, *ends]))
    return _matching(a, b, found)


def _operations(trace: Trace, without: Iterable[int | None]) -> list[Node]:
    left_out = set(without)
    return [it for it in trace.nodes if it.is_operation and it.outputs and it.id not in left_out]


def _forced(a: Trace, b: Trace, by_hand: ByHand) -> list[Pair]:
    for trace, ids in ((a, [it for it, _ in by_hand]), (b, [it for _, it in by_hand])):
        told = [it for it in ids if it is not None]
        for node in told:
            if not 0 <= node < len(trace.nodes) or not trace.nodes[node].is_operation:
                raise UsageError(f"{trace.model} has no operation {node} that could be matched by hand.")
            if told.count(node) > 1:
                name = trace.nodes[node].name
                raise UsageError(f"{name} of {trace.model} was matched by hand twice; undo one of them.")
    return [(one, two) for one, two in by_hand if one is not None and two is not None]


# ---- by name ----


def _by_name(a: Sequence[Node], b: Sequence[Node]) -> list[Pair]:
    """Return the operations that bear the same name, if it says what they are.

    They do the same, or at least give a value of the same shape: a `relu` that became a `gelu`.
    """
    there = {node.name: node for node in b if _is_telling(node)}
    both = ((node, there[node.name]) for node in a if _is_telling(node) and node.name in there)
    return [(one.id, two.id) for one, two in both if one.op == two.op or one.shape == two.shape]


def _is_telling(node: Node) -> bool:
    """Tell whether an author named it: its module is not merely one of a row."""
    last = node.module.rpartition(".")[2]
    return bool(last) and not last.isdecimal()


def _fits(pair: Pair, chain: Sequence[Pair]) -> bool:
    return all((pair[0] < one) == (pair[1] < two) for one, two in chain)


# ---- by structure ----


def _by_structure(
    a: Trace,
    b: Trace,
    rest_a: Sequence[Node],
    rest_b: Sequence[Node],
    known: dict[Pair, Why],
    borders: Sequence[Pair],
) -> dict[Pair, Why]:
    """Return the known pairs, and those that are found in the rest between the borders."""
    pairs = dict(known)
    paired_a, paired_b = {it for it, _ in pairs}, {it for _, it in pairs}
    rest_a = [it for it in rest_a if it.id not in paired_a]
    rest_b = [it for it in rest_b if it.id not in paired_b]
    aligned_pairs = [pair for part in _parts(rest_a, rest_b, borders) for pair in _aligned(*part)]
    for pair in _with_company(a, b, aligned_pairs, known):
        same_name = a.nodes[pair[0]].name == b.nodes[pair[1]].name
        pairs[pair] = Why.NAME if same_name else Why.STRUCTURE
    _add_by_reading(a, b, rest_a, rest_b, pairs)
    return pairs


def _lonely_ends(a: Trace, b: Trace, by_hand: ByHand, pairs: Iterable[Pair]) -> Iterator[Pair]:
    """Yield the first convolutions, the last ones and the last linear layers, where neither has a partner.

    Networks of inputs of another kind, photos or text, do not begin alike.
    """
    if len({tuple(len(trace.nodes[it].shape) for it in _inputs(trace)) for trace in (a, b)}) > 1:
        return
    taken_a, taken_b = (
        {it for pair in (*by_hand, *pairs) if (it := pair[side]) is not None} for side in (0, 1)
    )
    for ops, place in ((_CONVOLUTIONS, 0), (_CONVOLUTIONS, -1), (_LINEAR, -1)):
        ends = [[it for it in _operations(trace, ()) if it.op in ops] for trace in (a, b)]
        if not all(ends):
            continue
        one, two = (side[place] for side in ends)
        if one.op == two.op and one.id not in taken_a and two.id not in taken_b:
            taken_a, taken_b = taken_a | {one.id}, taken_b | {two.id}
            yield one.id, two.id


def _parts(
    a: Sequence[Node], b: Sequence[Node], borders: Sequence[Pair]
) -> Iterator[tuple[Sequence[Node], Sequence[Node]]]:
    """Yield what lies between the borders on both sides, in parts that can be aligned."""
    ids_a, ids_b = np.array([it.id for it in a]), np.array([it.id for it in b])
    cuts_a = [0, *np.searchsorted(ids_a, [it for it, _ in borders]), len(a)]
    cuts_b = [0, *np.searchsorted(ids_b, [it for _, it in borders]), len(b)]
    for k in range(len(borders) + 1):
        yield from _cut(a[cuts_a[k] : cuts_a[k + 1]], b[cuts_b[k] : cuts_b[k + 1]])


def _cut(a: Sequence[Node], b: Sequence[Node]) -> Iterator[tuple[Sequence[Node], Sequence[Node]]]:
    if not a or not b:
        return
    if len(a) * len(b) <= _MOST_CELLS:
        yield a, b
        return
    half_a, half_b = len(a) // 2, len(b) // 2
    yield from _cut(a[:half_a], b[:half_b])
    yield from _cut(a[half_a:], b[half_b:])


def _aligned(a: Sequence[Node], b: Sequence[Node]) -> Iterator[Pair]:
    """Yield the pairs of ids with the most in common, of operations that do the same, in order."""
    codes: dict[object, int] = defaultdict(lambda: len(codes))

    def equal(of_a: Iterable[object], of_b: Iterable[object]) -> NDArray[np.bool_]:
        return np.equal.outer([codes[it] for it in of_a], [codes[it] for it in of_b])

    scores = np.where(equal((it.op for it in a), (it.op for it in b)), np.float32(1), np.float32(-np.inf))
    scores += 1.5 * equal(map(_make, a), map(_make, b))
    scores += equal((it.shape for it in a), (it.shape for it in b))
    scores += equal((it.params for it in a), (it.params for it in b))
    scores += 0.25 * equal((it.name for it in a), (it.name for it in b))
    begins = np.array([bool(it.macs) for it in a])
    for one, two in aligned(scores.astype(np.float32), np.where(begins, 0.25, 0.5)):
        yield a[one].id, b[two].id


def _make(node: Node) -> tuple[object, ...]:
    """Return what an operation was told, but for the numbers of channels."""
    return node.op, *(it for it in node.attributes if it[0] not in _SIZES)


def _with_company(a: Trace, b: Trace, pairs: Sequence[Pair], known: Iterable[Pair]) -> Iterator[Pair]:
    """Yield the pairs that have more in common than what they do, or lie in modules of which such a pair is known."""
    sound = {pair for pair in pairs if _is_sound(a.nodes[pair[0]], b.nodes[pair[1]])}
    modules = {(_around(a.nodes[one]), _around(b.nodes[two])) for one, two in (*sound, *known)}
    for one, two in pairs:
        if (one, two) in sound or (_around(a.nodes[one]), _around(b.nodes[two])) in modules:
            yield one, two


def _is_sound(one: Node, two: Node) -> bool:
    # Nobody tells a `relu` anything, and all `flatten` the same: that two were told the same says nothing then.
    is_told = any(name not in _SIZES | _USUAL for name, _ in one.attributes)
    return (is_told and _make(one) == _make(two)) or one.shape == two.shape or 0 < one.params == two.params


def _around(node: Node) -> str:
    """Return the path of the module that an operation is part of; that of a module of its own is not meant."""
    is_module = node.name.partition(":")[0] == node.module
    return node.module.rpartition(".")[0] if is_module else node.module


def _add_by_reading(
    a: Trace, b: Trace, rest_a: Sequence[Node], rest_b: Sequence[Node], pairs: dict[Pair, Why]
) -> None:
    """Add what does the same to matched values: branches may have run in another order."""
    partner = dict(pairs.keys()) | dict(zip(_inputs(a), _inputs(b), strict=False))
    taken = set(partner.values())
    readers: dict[tuple[object, ...], list[Node]] = defaultdict(list)
    for node in rest_b:
        if node.id not in taken:
            readers[(node.inputs, node.shape, _make(node))].append(node)
    for node in rest_a:
        if node.id in partner or not node.inputs or not all(it in partner for it in node.inputs):
            continue
        read = tuple(partner[it] for it in node.inputs)
        if found := readers.get((read, node.shape, _make(node))):
            two = found.pop(0)
            partner[node.id] = two.id
            pairs[node.id, two.id] = Why.NAME if node.name == two.name else Why.STRUCTURE


def _inputs(trace: Trace) -> list[int]:
    return [node.id for node in trace.nodes if node.op == "input"]


# ---- the answer ----


def _matching(a: Trace, b: Trace, pairs: dict[Pair, Why]) -> Matching:
    made = tuple(
        MatchedPair(one, two, why, _changes(a.nodes[one], b.nodes[two]))
        for (one, two), why in sorted(pairs.items())
    )
    of_a, of_b = {it.a for it in made}, {it.b for it in made}
    return Matching(
        made,
        tuple(it.id for it in a.nodes if it.is_operation and it.id not in of_a),
        tuple(it.id for it in b.nodes if it.is_operation and it.id not in of_b),
    )


def _changes(one: Node, two: Node) -> tuple[Change, ...]:
    told_a, told_b = dict(one.attributes), dict(two.attributes)
    every: dict[str, tuple[Attribute | None, Attribute | None]] = {
        "operation": (one.op, two.op),
        "shape": (_shape(one), _shape(two)),
        "dtype": (_dtype(one), _dtype(two)),
        "parameters": (one.params, two.params),
        **{name: (told_a.get(name), told_b.get(name)) for name in {**told_a, **told_b}},
    }
    return tuple(Change(what, was, became) for what, (was, became) in every.items() if was != became)


def _shape(node: Node) -> Attribute | None:
    return node.shape if node.outputs else None


def _dtype(node: Node) -> Attribute | None:
    return node.outputs[0].dtype if node.outputs else None
