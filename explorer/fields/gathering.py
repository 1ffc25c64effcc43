"""Which old entries the new ones of a tensor see along a dimension, and the field that comes of it."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from dataclasses import field as attribute

import numpy as np
from numpy.typing import NDArray

from explorer.fields.algebra import Affine, Field, IntArray, Rule, collapsed, unlabelled
from explorer.fields.axes import Digit, is_whole

_MOST_LINES = 64
_FEW = 4  # taps that are taken one by one, for numpy is slow to begin a reduction


@dataclass(frozen=True, eq=False)
class Taps:
    """Which old entries each new one sees.

    Attributes:
        positions: (taps, entries) old positions; where there are fewer, one is repeated.
        blind: (entries,) whether an entry sees nothing; None if none does.
        lines: What came of lines that were met: rows and columns are often alike, and so are layers.
    """

    positions: NDArray[np.int64]
    blind: NDArray[np.bool_] | None
    lines: dict[tuple[bytes, int], IntArray] = attribute(default_factory=dict)

    def along(self, a: IntArray, dimension: int, neutral: int) -> IntArray:
        """Return a table of the new entries: the extreme of what each sees of `a` along `dimension`."""
        if a.shape[dimension] == 1:
            return _blinded(a, dimension, self.blind, neutral)
        if a.size > a.shape[dimension]:
            return _blinded(self._taken(a, dimension, neutral), dimension, self.blind, neutral)
        key = a.tobytes(), neutral
        if (line := self.lines.get(key)) is None:
            if len(self.lines) >= _MOST_LINES:
                self.lines.clear()
            line = _blinded(self._taken(a.reshape(-1), 0, neutral), 0, self.blind, neutral)
            self.lines[key] = line
        return line.reshape((1,) * dimension + (-1,) + (1,) * (a.ndim - dimension - 1))

    def _taken(self, a: IntArray, dimension: int, neutral: int) -> IntArray:
        choose = np.minimum if neutral > 0 else np.maximum
        if len(self.positions) > _FEW:
            extreme: IntArray = choose.reduce(a.take(self.positions, axis=dimension), axis=dimension)
            return extreme
        taken: IntArray = a.take(self.positions[0], axis=dimension)
        for positions in self.positions[1:]:
            choose(taken, a.take(positions, axis=dimension), out=taken)
        return taken


def taps(index: NDArray[np.int64]) -> Taps:
    """Return the taps of (entries, taps) positions; a negative one is padding, which is not seen."""
    index = np.ascontiguousarray(index.T)
    last = index.max(axis=0)
    blind = last < 0
    positions = np.where(index < 0, np.maximum(last, 0), index)
    return Taps(positions, blind if blind.any() else None)


def gather(field: Field, dimension: int, seen: Taps, rule: Callable[[Affine], Rule]) -> Field:
    """Return the field where entry o along `dimension` sees the old entries `seen` tells.

    Args:
        field: The old field.
        dimension: Along which to gather.
        seen: Which old entries each new one sees.
        rule: What becomes of the affine rule of the axis that runs along `dimension`.
    """
    taken = field.each(lambda a, neutral: seen.along(a, dimension, neutral))
    label = field.labels[dimension]
    if not label:
        return _same_together(field, taken, dimension)
    if len(label) > 1 or not is_whole(label[0], field.labels):
        return unlabelled(replace(taken, rules=_without_rules(field, dimension)), [dimension])
    axis = label[0].axis
    labels = list(field.labels)
    labels[dimension] = (Digit(axis, label[0].step, seen.positions.shape[1]),)
    rules = tuple([rule(old) if k == axis and old else old for k, old in enumerate(field.rules)])
    return Field(taken.low, taken.high, rules, tuple(labels), field.extra, field.certainty)


def _blinded(a: IntArray, dimension: int, blind: NDArray[np.bool_] | None, neutral: int) -> IntArray:
    """Return a table with the entries along `dimension` that see nothing told apart."""
    if blind is None:
        return a
    shape = [1] * a.ndim
    shape[dimension] = len(blind)
    return np.where(blind.reshape(shape), np.int32(neutral), a)


def _without_rules(field: Field, dimension: int) -> tuple[Rule, ...]:
    axes = {digit.axis for digit in field.labels[dimension]}
    return tuple(None if k in axes else rule for k, rule in enumerate(field.rules))


def _same_together(before: Field, after: Field, dimension: int) -> Field:
    """Keep the rules if the entries along `dimension`, which is no axis, see together what they saw before."""
    if not before.varies(dimension) and not after.varies(dimension):
        return after
    low = [(a.min(axis=dimension), b.min(axis=dimension)) for a, b in zip(before.low, after.low, strict=True)]
    high = [
        (a.max(axis=dimension), b.max(axis=dimension)) for a, b in zip(before.high, after.high, strict=True)
    ]
    rules = tuple(
        rule if np.array_equal(*lo) and np.array_equal(*hi) else None
        for rule, lo, hi in zip(before.rules, low, high, strict=True)
    )
    shortest = after.each(lambda a, _: collapsed(a, dimension))
    return replace(shortest, rules=rules)
