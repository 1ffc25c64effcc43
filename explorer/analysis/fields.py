"""The receptive field of every element of a tensor, and how fields combine.

A field is carried in two ways at once. Interval tables say, for every index of the tensor, which stretch of each
input axis the element sees; they are exact at borders, under slicing, padding and rearranging. Beside them runs the
affine rule of the literature (jump, first and last pixel of unit 0), which describes the layer as if the input had
no border; it gives size, stride and start, and is lost where a layer is no longer shift-invariant.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from enum import IntEnum
from fractions import Fraction
from math import prod

import numpy as np
from numpy.typing import NDArray

IntArray = NDArray[np.int32]
FAR = 2**30  # above and below every pixel: the interval (FAR, -FAR) is empty and neutral under min and max


class Certainty(IntEnum):
    """How much is known; the weaker of two wins."""

    EXACT = 0
    BOUND = 1
    UNKNOWN = 2


@dataclass(frozen=True)
class Affine:
    """Unit i of an axis sees pixels `first + i * jump` to `last + i * jump`, both included, border ignored."""

    jump: Fraction
    first: Fraction
    last: Fraction


class Whole:
    """The affine rule of an axis that was mixed as a whole."""


WHOLE = Whole()
Rule = Affine | Whole | None


@dataclass(frozen=True)
class Field:
    """What each element of a tensor sees of the K axes of the input.

    Attributes:
        low, high: For each input axis an array with one dimension for each of the tensor's, of the tensor's
            length or of length 1 where nothing changes along it: the half-open interval seen.
        rules: For each input axis the affine rule; None where there is none.
        axes: For each dimension of the tensor the input axes it runs along: () none, (0,) y, (1,) x,
            (0, 1) the flattened grid.
        grid: Height and width of the grid that a dimension with several axes flattens.
        extra: Leading entries of that dimension that are not on the grid (a class token).
        certainty: Of the intervals.
    """

    low: tuple[IntArray, ...]
    high: tuple[IntArray, ...]
    rules: tuple[Rule, ...]
    axes: tuple[tuple[int, ...], ...]
    grid: tuple[int, ...] = ()
    extra: int = 0
    certainty: Certainty = Certainty.EXACT

    @property
    def ndim(self) -> int:
        """Number of dimensions of the tensor."""
        return len(self.axes)

    def each(self, change: Callable[[IntArray, int], IntArray]) -> "Field":
        """Return the field with `change(array, neutral)` applied to all tables."""
        return replace(
            self,
            low=tuple(change(a, FAR) for a in self.low),
            high=tuple(change(a, -FAR) for a in self.high),
        )


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
    pixel = Affine(Fraction(1), Fraction(0), Fraction(0))
    axes = tuple((d - leading,) if d >= leading else () for d in range(len(shape)))
    grid = shape[leading:]
    return Field(tuple(low), tuple(a + 1 for a in low), (pixel,) * len(low), axes, grid)


def merge(fields: Iterable[Field]) -> Field:
    """Return the field of an element that sees all that the elements of `fields` at its position see.

    Shapes are broadcast as torch does, aligned at the last dimension.
    """
    fields = list(fields)
    result = fields[0]
    for other in fields[1:]:
        result = _merge_two(result, other)
    return result


def _merge_two(a: Field, b: Field) -> Field:
    ndim = max(a.ndim, b.ndim)
    a, b = lift(a, ndim), lift(b, ndim)
    onto = a if any(a.axes) else b
    return Field(
        tuple(np.minimum(p, q) for p, q in zip(a.low, b.low, strict=True)),
        tuple(np.maximum(p, q) for p, q in zip(a.high, b.high, strict=True)),
        tuple(_merge_rules(p, q) for p, q in zip(a.rules, b.rules, strict=True)),
        tuple(p or q for p, q in zip(a.axes, b.axes, strict=True)),
        onto.grid,
        onto.extra,
        max(a.certainty, b.certainty),
    )


def _merge_rules(a: Rule, b: Rule) -> Rule:
    if isinstance(a, Whole) or isinstance(b, Whole):
        return WHOLE
    if a is None or b is None or a.jump != b.jump:
        return None
    return Affine(a.jump, min(a.first, b.first), max(a.last, b.last))


def lift(field: Field, ndim: int) -> Field:
    """Return the field with leading dimensions of length 1 added."""
    missing = ndim - field.ndim
    if missing <= 0:
        return field
    lifted = field.each(lambda a, _: a.reshape((1,) * missing + a.shape))
    return replace(lifted, axes=((),) * missing + field.axes)


def mix(field: Field, dimensions: Iterable[int], sizes: tuple[int, ...]) -> Field:
    """Return the field after every element came to see all elements along `dimensions`; lengths there become 1.

    Args:
        field: Field of a tensor of shape `sizes`.
        dimensions: Dimensions that are summed, normalised or attended over.
        sizes: Shape of the tensor.
    """
    dims = tuple(d % field.ndim for d in dimensions)
    mixed = {axis for d in dims if sizes[d] > 1 for axis in field.axes[d]}
    split = any(_varies(field, d) and not field.axes[d] for d in dims)
    rules = tuple(
        WHOLE if axis in mixed else (None if split and not isinstance(rule, Whole) else rule)
        for axis, rule in enumerate(field.rules)
    )
    return replace(
        field,
        low=tuple(a.min(axis=dims, keepdims=True) for a in field.low),
        high=tuple(a.max(axis=dims, keepdims=True) for a in field.high),
        rules=rules,
    )


def _varies(field: Field, dimension: int) -> bool:
    return any(a.shape[dimension] > 1 for a in (*field.low, *field.high))


def drop(field: Field, dimensions: Iterable[int]) -> Field:
    """Return the field without `dimensions`, along which its tables must have length 1."""
    dims = {d % field.ndim for d in dimensions}
    reduced = field.each(lambda a, _: a.reshape([n for d, n in enumerate(a.shape) if d not in dims]))
    return replace(reduced, axes=tuple(axes for d, axes in enumerate(field.axes) if d not in dims))


def unsqueeze(field: Field, dim: int) -> Field:
    """Return the field with a dimension of length 1 added before `dim`."""
    axes = (*field.axes[:dim], (), *field.axes[dim:])
    return replace(field.each(lambda a, _: np.expand_dims(a, dim)), axes=axes)


def gather(
    field: Field, dimension: int, index: NDArray[np.int64], rule: Callable[[Affine], Affine | None]
) -> Field:
    """Return the field where entry o along `dimension` sees the old entries `index[o]`.

    Args:
        field: The old field.
        dimension: Along which to gather.
        index: (entries, taps) positions; a negative one is padding and sees nothing.
        rule: What becomes of the affine rule of the axis that runs along `dimension`.
    """

    def take(a: IntArray, neutral: int) -> IntArray:
        if a.shape[dimension] == 1:
            return a
        taps = np.moveaxis(a, dimension, -1)[..., np.maximum(index, 0)]
        taps = np.where(index >= 0, taps, neutral)
        reduced = taps.min(axis=-1) if neutral > 0 else taps.max(axis=-1)
        return np.moveaxis(reduced, -1, dimension)

    def change(axis: int, old: Rule) -> Rule:
        if axis not in field.axes[dimension] or not isinstance(old, Affine):
            return old
        return rule(old) if len(field.axes[dimension]) == 1 else None

    rules = tuple(change(axis, old) for axis, old in enumerate(field.rules))
    if _varies(field, dimension) and not field.axes[dimension]:
        rules = tuple(r if isinstance(r, Whole) else None for r in rules)
    return replace(field.each(take), rules=rules)


def reshape(field: Field, old: tuple[int, ...], new: tuple[int, ...]) -> Field:
    """Return the field of the tensor of shape `old` viewed with shape `new` (row-major, same number of elements)."""
    blocks = _matching_blocks(old, new)
    axes: list[tuple[int, ...]] = []
    grid = field.grid
    rules = list(field.rules)
    for before, after in blocks:
        block_axes, grid = _reshaped_axes(field, old, new, before, after, grid)
        axes += block_axes
        for axis in {a for d in before for a in field.axes[d]} - {a for named in block_axes for a in named}:
            rules[axis] = rules[axis] if isinstance(rules[axis], Whole) else None

    def change(a: IntArray, _neutral: int) -> IntArray:
        full: list[int] = []
        shape: list[int] = []
        for before, after in blocks:
            constant = all(a.shape[d] == 1 for d in before)
            full += [1 if constant else old[d] for d in before]
            shape += [1 if constant else new[d] for d in after]
        return np.broadcast_to(a, full).reshape(shape)

    return replace(field.each(change), rules=tuple(rules), axes=tuple(axes), grid=grid)


def _reshaped_axes(
    field: Field,
    old: tuple[int, ...],
    new: tuple[int, ...],
    before: list[int],
    after: list[int],
    grid: tuple[int, ...],
) -> tuple[list[tuple[int, ...]], tuple[int, ...]]:
    """Return the axes along the dimensions of one block after a reshape, and the grid."""
    wide_before = [d for d in before if old[d] > 1 or field.axes[d]]
    wide_after = [d for d in after if new[d] > 1] or after[-1:]
    named = [field.axes[d] for d in wide_before]
    if len(wide_before) == len(wide_after) and [old[d] for d in wide_before] == [new[d] for d in wide_after]:
        kept = dict(zip(wide_after, named, strict=True))
    elif len(wide_after) == 1 and all(len(n) == 1 for n in named) and named:
        kept = {wide_after[0]: tuple(n[0] for n in named)}
        grid = tuple(old[d] for d in wide_before)
    elif (
        len(wide_before) == 1
        and len(named[0]) == len(wide_after)
        and grid == tuple(new[d] for d in wide_after)
        and field.extra == 0
    ):
        kept = {d: (axis,) for d, axis in zip(wide_after, named[0], strict=True)}
    else:
        kept = {}
    return [kept.get(d, ()) for d in after], grid


def _matching_blocks(old: tuple[int, ...], new: tuple[int, ...]) -> list[tuple[list[int], list[int]]]:
    """Split two shapes into the smallest runs of dimensions with equal products."""
    blocks: list[tuple[list[int], list[int]]] = []
    i = j = 0
    while i < len(old) or j < len(new):
        before, after = [], []
        if i < len(old):
            before, i = [i], i + 1
        if j < len(new) and (not before or old[before[0]] != 1 or new[j] == 1):
            after, j = [j], j + 1
        while (p := prod(old[d] for d in before)) != (q := prod(new[d] for d in after)):
            if p < q:
                before, i = [*before, i], i + 1
            else:
                after, j = [*after, j], j + 1
        blocks.append((before, after))
    return blocks
