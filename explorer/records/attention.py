"""Where a forward attends: softmax(q kᵀ) v, whoever wrote it, found by what reads what.

Vaswani et al., "Attention Is All You Need", 2017, equation 1. What counts is a product, a softmax along its last
dimension, and another product that reads what the softmax gave.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from math import prod
from weakref import ref

from explorer.records.errors import UsageError
from explorer.records.trace import Node, Trace

FUSED = "scaled_dot_product_attention"
PRODUCTS = ("matmul", "bmm", "baddbmm", "einsum", "mm")
_MOST_BETWEEN = 32  # operations from a product to its softmax, or from there to the next product
_BEFORE = frozenset({
    "mul", "div", "add", "sub", "masked_fill", "where", "view", "reshape", "to", "float", "half", "type_as",
    "clamp", "clip", "contiguous", "unsqueeze", "squeeze", "permute", "transpose", "linear", "conv2d", "tanh",
    "setitem", "dropout", "expand", "type", "double", "bfloat16", "flatten", "unflatten", "maximum", "minimum",
    "unbind",
})  # fmt: skip
_AFTER = _BEFORE | {
    "nan_to_num",
    "getitem",
    "identity",
    "batch_norm",
    "layer_norm",
    "movedim",
    "swapaxes",
    "clone",
}
_ALIKE = frozenset({"masked_fill", "where", "nan_to_num", "to", "float", "half", "type_as"})
_ENDS = frozenset({"linear", "conv2d", "conv1d", "layer_norm", "batch_norm", "input"})


@dataclass(frozen=True)
class Attention:
    """One attention of a forward.

    Attributes:
        number: Which one it is, from 0, in the order of execution.
        product: Id of the operation q kᵀ; None where it is not seen.
        weights: Id of the operation whose value says how much each query looks at each key, (..., q, k); None where
            one operation computes all and keeps nothing of it.
        output: Id of the operation that gathers the values in these shares.
        shape: Of the weights, (..., q, k).
        module: Path of the module that it ran in.
        call: How many calls of that module came before.
        members: Ids of the operations that belong to it: those of its module, and of the block around that.
        is_self: Whether queries and keys were made of the same tokens.
        why: Why its weights are not seen; empty if they are.
    """

    number: int
    product: int | None
    weights: int | None
    output: int
    shape: tuple[int, ...]
    module: str
    call: int
    members: frozenset[int] = frozenset()
    is_self: bool = False
    why: str = ""

    @property
    def tokens(self) -> tuple[int, int]:
        """How many queries and keys there are; in each window, where it attends in windows."""
        return self.shape[-2], self.shape[-1]

    @property
    def shown(self) -> int:
        """Id of the operation that stands for it."""
        return self.output if self.weights is None else self.weights


@dataclass(frozen=True)
class Attentions:
    """All attentions of a trace, in the order of execution."""

    all: tuple[Attention, ...]

    @cached_property
    def by_node(self) -> dict[int, Attention]:
        """The attention that each operation belongs to; an operation of several to the one it is nearest to."""
        found: dict[int, Attention] = {}
        for attention in sorted(self.all, key=lambda it: -len(it.members)):
            found.update(dict.fromkeys(attention.members, attention))
        return found

    def nearest(self, node: int) -> Attention | None:
        """Return the attention next before an operation; the first one where there is none; None if none at all."""
        before = [it for it in self.all if it.output <= node]
        return before[-1] if before else next(iter(self.all), None)

    def named(self, trace: Trace, name: str) -> Attention:
        """Return the attention that an operation belongs to, or the last one inside of a module.

        Raises:
            UsageError: There is no operation or module of that name, or it belongs to no attention.
        """
        node = trace.find(name)
        if node.id in self.by_node:
            return self.by_node[node.id]
        inside = [it for it in self.all if it.module.startswith(f"{name}.")]
        return inside[-1] if inside else self.at(trace, node.id)

    def at(self, trace: Trace, node: int) -> Attention:
        """Return the attention that an operation belongs to.

        Raises:
            UsageError: It belongs to none.
        """
        if node in self.by_node:
            return self.by_node[node]
        near = self.nearest(node)
        if near is None:
            raise UsageError(f"{trace.model} has no attention; `zoo:vit_b_16` and `torchvision:swin_t` have.")
        raise UsageError(
            f"{trace.nodes[node].name} belongs to no attention; the nearest is "
            f"{near.module or trace.nodes[near.shown].name}."
        )


_last: tuple[ref[Trace], Attentions] | None = None


def attentions(trace: Trace) -> Attentions:
    """Return the attentions of a trace; those of the trace that was asked about last are known."""
    global _last
    known = _last  # another thread may ask about another trace meanwhile
    if known is None or known[0]() is not trace:
        _last = known = ref(trace), Attentions(_with_members(trace, tuple(_found(trace))))
    return known[1]


def _found(trace: Trace) -> Iterator[Attention]:
    readers = _readers(trace)
    number = 0
    for node in trace.nodes:
        made = _of_softmax(trace, readers, node) if node.op == "softmax" else _opaque(trace, node)
        if made is not None:
            product, weights, output, why = made
            gathers = trace.nodes[output]
            shape = _shape_of(gathers) if weights is None else trace.nodes[weights].shape
            yield Attention(number, product, weights, output, shape, gathers.module, gathers.call, why=why)
            number += 1


Parts = tuple[int | None, int | None, int, str]


def _of_softmax(trace: Trace, readers: dict[int, list[int]], node: Node) -> Parts | None:
    """Return product, weights and output around a softmax; None if it is of another kind."""
    if len(node.shape) < 2 or node.attribute("dim") not in (-1, len(node.shape) - 1):
        return None
    product = _product_before(trace, node)
    if product is None:
        return None
    weights, seen = node.id, {node.id}
    open_ = [node.id]
    while open_ and len(seen) < _MOST_BETWEEN:
        for reader in map(trace.nodes.__getitem__, readers.get(open_.pop(0), ())):
            op = reader.op.rstrip("_")
            if op in PRODUCTS or op == FUSED:
                return product, weights, reader.id, ""
            if op in _AFTER and reader.id not in seen:
                seen.add(reader.id)
                open_.append(reader.id)
                if op in _ALIKE and reader.inputs[:1] == (weights,) and reader.shape == node.shape:
                    weights = reader.id
    return None


def _product_before(trace: Trace, node: Node) -> int | None:
    size, seen, open_ = prod(node.shape), {node.id}, list(node.inputs)
    while open_ and len(seen) < _MOST_BETWEEN:
        at = trace.nodes[max(open_)]
        open_.remove(at.id)
        if at.id in seen or not at.outputs or prod(at.shape) != size:
            continue
        seen.add(at.id)
        op = at.op.rstrip("_")
        if op in PRODUCTS:
            return at.id
        if op in _BEFORE:
            open_ += at.inputs
    return None


def _opaque(trace: Trace, node: Node) -> Parts | None:
    """Return the output of a fused attention that was not shown in parts."""
    if node.op != FUSED or any(it.within == node.id for it in map(trace.nodes.__getitem__, node.inputs)):
        return None
    dropped = node.attribute("dropout_p")
    if isinstance(dropped, float) and dropped > 0:
        why = "Chance leaves some of its weights out, so they cannot be computed apart; record without training."
    else:
        why = (
            "It has more weights than are kept, and stays one operation; "
            "choose a smaller input to see where it looks."
        )
    return None, None, node.id, why


def _shape_of(node: Node) -> tuple[int, ...]:
    heads, queries, keys = (node.attribute(name) for name in ("heads", "queries", "keys"))
    sizes = (heads if isinstance(heads, int) else 1, queries, keys)
    return (1, *(size if isinstance(size, int) else 0 for size in sizes))


def _readers(trace: Trace) -> dict[int, list[int]]:
    found: dict[int, list[int]] = {}
    for node in trace.nodes:
        for source in node.inputs:
            found.setdefault(source, []).append(node.id)
    return found


# ---- what belongs to it ----


def _with_members(trace: Trace, found: tuple[Attention, ...]) -> tuple[Attention, ...]:
    """Return the attentions with their operations: those of a call of a module that holds no other attention."""
    counts = Counter(call for it in found for call in _calls(trace, it))
    groups: dict[tuple[str, int], set[int]] = {call: set() for call in counts}
    for node in trace.nodes:
        for call in node.calls:
            if call in groups:
                groups[call].add(node.id)
    whole = []
    for it in found:
        alone = [call for call in _calls(trace, it) if counts[call] == 1]
        members = set(_core(trace, it)).union(*(groups[call] for call in alone))
        whole.append(replace(it, members=frozenset(members), is_self=_is_self(trace, it)))
    return tuple(whole)


def _is_self(trace: Trace, attention: Attention) -> bool:
    """Tell whether both sides of its product were projected from the same tokens."""
    if attention.product is None:
        return False
    sides = trace.nodes[attention.product].inputs[-2:]
    return len({frozenset(_projected(trace, side)) for side in sides}) == 1


def _projected(trace: Trace, node: int) -> Iterator[int]:
    """Yield the operations whose values were projected, or normed, to make that of an operation."""
    seen, open_ = {node}, [node]
    while open_ and len(seen) < 4 * _MOST_BETWEEN:
        at = trace.nodes[open_.pop()]
        if at.op in _ENDS or not at.inputs:
            yield from at.inputs[:1] or (at.id,)
            continue
        fresh = [it for it in at.inputs if it not in seen]
        seen.update(fresh)
        open_ += fresh


def _calls(trace: Trace, attention: Attention) -> Iterable[tuple[str, int]]:
    """Return the calls of its module and of the block around it; the model itself is no block."""
    calls = [call for call in trace.nodes[attention.output].calls if call[0]]
    return calls[-2:]


def _core(trace: Trace, attention: Attention) -> Iterator[int]:
    """Yield the operations that make its output of what was projected, the projections among them."""
    seen, open_ = {attention.output}, [attention.output]
    while open_ and len(seen) < 4 * _MOST_BETWEEN:
        node = trace.nodes[open_.pop()]
        yield node.id
        if node.op not in _ENDS:
            fresh = [it for it in node.inputs if it not in seen]
            seen.update(fresh)
            open_ += fresh
