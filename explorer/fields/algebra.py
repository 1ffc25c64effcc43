"""The receptive field of every element of a tensor, and how fields combine.

A field is carried in two ways at once. Interval tables say, for every index of the tensor, which stretch of each
input axis the element sees; they are exact at borders, under slicing, padding and rearranging. Beside them runs the
affine rule of the literature (jump, first and last pixel of unit 0), which describes the layer as if the input had
no border; it gives size, stride and start, and is lost where a layer is no longer shift-invariant.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from enum import IntEnum
from functools import cached_property, reduce
from math import prod
from typing import NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from explorer.fields.axes import Digit, Labels, axes_along, carriers, contract, is_whole

A = TypeVar("A", bound=np.generic)
IntArray = NDArray[np.int32]
FAR = 2**30  # above and below every pixel: the interval (FAR, -FAR) is empty and neutral under min and max


class Certainty(IntEnum):
    """How much is known; the weaker of two wins."""

    EXACT = 0
    BOUND = 1
    UNKNOWN = 2


class Affine(NamedTuple):
    """Position i of an axis sees pixels `first + i * jump` to `last + i * jump`, both included, border ignored."""

    jump: int
    first: int
    last: int

    def of_blocks(self, run: int, step: int = 1) -> "Affine":
        """Return the rule of blocks of `run` positions, every `step` positions."""
        return Affine(self.jump * step, self.first, self.last + self.jump * (run - 1))

    def moved(self, positions: int) -> "Affine":
        """Return the rule where position 0 is what was position `positions`."""
        return Affine(self.jump, self.first + self.jump * positions, self.last + self.jump * positions)


Rule = Affine | None


def lost(_old: Affine) -> None:
    """The rule of an axis after a step that is not shift-invariant."""


@dataclass(frozen=True)
class Field:
    """What each element of a tensor sees of the K axes of the input.

    Attributes:
        low, high: For each input axis an array with one dimension for each of the tensor's, of the tensor's
            length or of length 1 where nothing changes along it: the half-open interval seen.
        rules: For each input axis the affine rule of the elements at a position together; None where there is none.
        labels: For each dimension of the tensor the digits of the input axes it runs along.
        extra: Leading entries of a flattened grid that are not on it (a class token).
        certainty: Of the intervals.
    """

    low: tuple[IntArray, ...]
    high: tuple[IntArray, ...]
    rules: tuple[Rule, ...]
    labels: Labels
    extra: int = 0
    certainty: Certainty = Certainty.EXACT

    @property
    def ndim(self) -> int:
        """Number of dimensions of the tensor."""
        return len(self.labels)

    @cached_property
    def axes(self) -> tuple[tuple[int, ...], ...]:
        """For each dimension the axes units are counted along: () none, (0,) y, (1,) x, (0, 1) the flattened grid."""
        return axes_along(self.labels)

    @cached_property
    def grid(self) -> tuple[int, ...]:
        """Sizes of the grid that a dimension with several axes flattens; empty if there is none."""
        flattened = next((d for d, axes in enumerate(self.axes) if len(axes) > 1), None)
        return () if flattened is None else tuple(digit.size for digit in self.labels[flattened])

    @cached_property
    def together(self) -> dict[int, tuple[tuple[IntArray, ...], tuple[IntArray, ...]]]:
        """For some dimensions, what all elements along them see together, where that is known already."""
        return {}

    @property
    def tables(self) -> tuple[IntArray, ...]:
        """All interval tables."""
        return (*self.low, *self.high)

    @cached_property
    def content(self) -> tuple[bytes, ...]:
        """The entries of all tables."""
        return tuple([table.tobytes() for table in self.tables])

    def varies(self, dimension: int) -> bool:
        """Tell whether elements along `dimension` see different stretches."""
        return any(a.shape[dimension] > 1 for a in self.tables)

    def each(self, change: Callable[[IntArray, int], IntArray]) -> "Field":
        """Return the field with `change(array, neutral)` applied to all tables."""
        low = tuple([change(a, FAR) for a in self.low])
        high = tuple([change(a, -FAR) for a in self.high])
        return Field(low, high, self.rules, self.labels, self.extra, self.certainty)


def of_input(shape: tuple[int, ...]) -> Field:
    """Return the field of the input itself: every pixel sees itself.

    Shape (N, C, *axes), or (N, axis) for an input of two dimensions.
    """
    leading = 2 if len(shape) > 2 else 1
    low = []
    for dimension in range(leading, len(shape)):
        table_shape = [1] * len(shape)
        table_shape[dimension] = shape[dimension]
        low.append(np.arange(shape[dimension], dtype=np.int32).reshape(table_shape))
    labels = tuple((Digit(d - leading, 1, n),) if d >= leading else () for d, n in enumerate(shape))
    return Field(tuple(low), tuple(a + 1 for a in low), (Affine(1, 0, 0),) * len(low), labels)


def merge(fields: Iterable[Field]) -> Field:
    """Return the field of an element that sees all that the elements of `fields` at its position see.

    Shapes are broadcast as torch does, aligned at the last dimension.
    """
    return reduce(_merge_two, fields)


def _merge_two(a: Field, b: Field) -> Field:
    if a is b:
        return a
    ndim = max(a.ndim, b.ndim)
    a, b = lift(a, ndim), lift(b, ndim)
    same = a.labels == b.labels
    low = tuple([_wider(p, q, FAR) for p, q in zip(a.low, b.low, strict=True)])
    high = tuple([_wider(p, q, -FAR) for p, q in zip(a.high, b.high, strict=True)])
    rules = tuple(
        [
            _merge_rules(p, q) if same or carriers(a.labels, k) == carriers(b.labels, k) else None
            for k, (p, q) in enumerate(zip(a.rules, b.rules, strict=True))
        ]
    )
    labels = a.labels if same else _merge_labels(a.labels, b.labels)
    return Field(low, high, rules, labels, max(a.extra, b.extra), max(a.certainty, b.certainty))


def _wider(p: IntArray, q: IntArray, neutral: int) -> IntArray:
    """Return the lowest of two tables of lower ends or the highest of two of upper ends."""
    if p is q:
        return p
    choose = np.minimum if neutral > 0 else np.maximum
    if p.shape != q.shape:
        for d, (m, n) in enumerate(zip(p.shape, q.shape, strict=True)):
            if m > n:
                p = _hidden(p, q, d, choose)
            elif n > m:
                q = _hidden(q, p, d, choose)
    wider: IntArray = choose(p, q)
    return wider


def _hidden(a: IntArray, other: IntArray, dimension: int, choose: np.ufunc) -> IntArray:
    """Return a table of length 1 along a dimension if the other one, which is, sees all that differs there."""
    ends = [choose(one_of(a, dimension, k), other) for k in (0, a.shape[dimension] - 1)]
    if not np.array_equal(*ends):
        return a
    lowest, highest = a.min(axis=dimension, keepdims=True), a.max(axis=dimension, keepdims=True)
    return lowest if np.array_equal(choose(lowest, other), choose(highest, other)) else a


def merge_along(parts: Sequence[Field], low: Sequence[IntArray], high: Sequence[IntArray], dim: int) -> Field:
    """Return what sees all elements along `dim` of all `parts`, whose tables, joined, are given."""
    first = parts[0]
    if any(part.labels != first.labels for part in parts):
        return merge(part.each(lambda a, neutral: extreme(a, neutral, dim)) for part in parts)
    return Field(
        tuple([extreme(a, FAR, dim) for a in low]),
        tuple([extreme(a, -FAR, dim) for a in high]),
        tuple([_merged_rules(rules) for rules in zip(*[part.rules for part in parts], strict=True)]),
        first.labels,
        max(part.extra for part in parts),
        max(part.certainty for part in parts),
    )


def _merge_labels(a: Labels, b: Labels) -> Labels:
    """Return the labels of the one that has more, with those of the other where they are of other axes."""
    if _positions(b) > _positions(a):
        a, b = b, a
    named = {digit.axis for label in a for digit in label if digit.size > 1 and digit.axis is not None}
    return tuple(
        p if any(d.size > 1 for d in p) or any(d.axis in named for d in q) else q or p
        for p, q in zip(a, b, strict=True)
    )


def _positions(labels: Labels) -> int:
    return prod(digit.size for label in labels for digit in label if digit.axis is not None)


def _merge_rules(a: Rule, b: Rule) -> Rule:
    if a is None or b is None or a.jump != b.jump:
        return None
    return Affine(a.jump, min(a.first, b.first), max(a.last, b.last))


def _merged_rules(rules: Sequence[Rule]) -> Rule:
    known = [rule for rule in rules if rule is not None]
    jump = known[0].jump if known else 0
    if len(known) < len(rules) or any(rule.jump != jump for rule in known):
        return None
    return Affine(jump, min([rule.first for rule in known]), max([rule.last for rule in known]))


def lift(field: Field, ndim: int) -> Field:
    """Return the field with leading dimensions of length 1 added."""
    missing = ndim - field.ndim
    if missing <= 0:
        return field
    lifted = field.each(lambda a, _: a.reshape((1,) * missing + a.shape))
    return replace(lifted, labels=((),) * missing + field.labels)


def extreme(a: IntArray, neutral: int, dims: int | tuple[int, ...]) -> IntArray:
    """Return the lowest of the lower ends or the highest of the upper ends along `dims`, which keep length 1."""
    if a.size == 1 or all(a.shape[d] == 1 for d in ((dims,) if isinstance(dims, int) else dims)):
        return a
    found: IntArray = a.min(axis=dims, keepdims=True) if neutral > 0 else a.max(axis=dims, keepdims=True)
    return found


def mix(field: Field, dimensions: Iterable[int], groups: int = 1) -> Field:
    """Return the field after every element came to see all elements along `dimensions`, which keep their lengths.

    Args:
        field: The old field.
        dimensions: Dimensions that are normalised or attended over.
        groups: In how many runs of equal length the first of the dimensions is mixed.
    """
    dims = tuple(d % field.ndim for d in dimensions)

    def mixed(a: IntArray, neutral: int) -> IntArray:
        if groups == 1 or a.shape[dims[0]] == 1:
            return extreme(a, neutral, dims)
        first, length = dims[0], a.shape[dims[0]]
        split = a.reshape(*a.shape[:first], groups, length // groups, *a.shape[first + 1 :])
        inner = (first + 1, *(d + (d > first) for d in dims[1:]))
        in_groups = extreme(split, neutral, inner).squeeze(first + 1)
        return np.repeat(in_groups, length // groups, axis=first)

    if all(a.shape[d] == 1 for a in field.tables for d in dims):
        after = field
    elif groups == len(dims) == 1 and dims[0] in field.together:
        after = Field(*field.together[dims[0]], field.rules, field.labels, field.extra, field.certainty)
    else:
        after = field.each(mixed)
    if not any(field.labels[d] for d in dims):
        return after
    whole = all(
        is_whole(digit, field.labels) for d in dims for digit in field.labels[d] if digit.axis is not None
    )
    if not whole:
        return unlabelled(after, dims)
    axes = {digit.axis for d in dims for digit in field.labels[d] if digit.size > 1}
    return replace(after, rules=tuple(None if k in axes else r for k, r in enumerate(field.rules)))


def sum_up(field: Field, dimensions: Iterable[int], groups: int = 1) -> Field:
    """Return the field after `dimensions` were summed over: mixed as by `mix`, and no longer counted along."""
    dims = tuple(d % field.ndim for d in dimensions)
    return mix(unlabelled(field, [d for d in dims if field.labels[d]]), dims, groups)


def unlabelled(field: Field, dimensions: Iterable[int]) -> Field:
    """Return the field where units are no longer counted along `dimensions`."""
    dims = list(dimensions)
    if not dims:
        return field
    labels, runs = contract(field.labels, dims)
    rules = list(field.rules)
    for axis, run in runs.items():
        old = rules[axis]
        rules[axis] = old.of_blocks(run, run) if run and old else None
    extra = field.extra if any(len(axes) > 1 for axes in axes_along(labels)) else 0
    return replace(field, labels=labels, rules=tuple(rules), extra=extra)


def loosened(field: Field, dimensions: Iterable[int]) -> Field:
    """Return the field where units are no longer counted along `dimensions`, whose entries are about to be others."""
    dims = list(dimensions)
    loose = unlabelled(field, [d for d in dims if field.labels[d]])
    varied = [
        any(pair[k].shape[d] > 1 for pair in (field.low, field.high) for d in dims)
        for k in range(len(field.low))
    ]
    return replace(
        loose, rules=tuple(None if v else rule for v, rule in zip(varied, loose.rules, strict=True))
    )


def compact(a: NDArray[A], but: int | None = None) -> NDArray[A]:
    """Return an array with the dimensions, `but` one, along which nothing changes, made of length 1."""
    for dim in range(a.ndim):
        a = a if dim == but else collapsed(a, dim)
    return a


def bounded(field: Field) -> Field:
    """Return the field of elements of which no more is known than that they see no more than this."""
    none = (None,) * len(field.rules)
    return Field(
        field.low, field.high, none, ((),) * field.ndim, certainty=max(field.certainty, Certainty.BOUND)
    )


def drop(field: Field, dimensions: Iterable[int]) -> Field:
    """Return the field without `dimensions`, along which its tables must have length 1."""
    dims = {d % field.ndim for d in dimensions}
    field = unlabelled(field, dims)
    reduced = field.each(lambda a, _: a.reshape([n for d, n in enumerate(a.shape) if d not in dims]))
    return replace(reduced, labels=tuple(label for d, label in enumerate(field.labels) if d not in dims))


def unsqueeze(field: Field, dim: int) -> Field:
    """Return the field with a dimension of length 1 added before `dim`."""
    labels = (*field.labels[:dim], (), *field.labels[dim:])
    return replace(field.each(lambda a, _: np.expand_dims(a, dim)), labels=labels)


def permute(field: Field, order: Sequence[int]) -> Field:
    """Return the field with its dimensions in another order."""
    return replace(field.each(lambda a, _: a.transpose(order)), labels=tuple(field.labels[d] for d in order))


def collapsed(a: NDArray[A], dimension: int) -> NDArray[A]:
    """Return a table of length 1 along a dimension if nothing changes along it."""
    if a.shape[dimension] <= 1:
        return a
    first, last = (one_of(a, dimension, k) for k in (0, a.shape[dimension] - 1))
    return first.copy() if np.array_equal(first, last) and bool((a == first).all()) else a


def one_of(a: NDArray[A], dimension: int, position: int) -> NDArray[A]:
    """Return a view of the entries at a position along a dimension, which keeps length 1."""
    return a[(slice(None),) * dimension + (slice(position, position + 1),)]
