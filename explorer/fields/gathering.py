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
        run: The positions as a slice, where they are one.
        lines: What came of lines that were met: rows and columns are often alike, and so are layers.
    """

    positions: NDArray[np.int64]
    blind: NDArray[np.bool_] | None
    run: slice | None = None
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
        if self.run is not None:
            return a[(slice(None),) * dimension + (self.run,)]
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


def places(positions: NDArray[np.int64]) -> Taps:
    """Return the taps of entries that see one old entry each; a negative one is padding, which is not seen."""
    return taps(positions[:, None])


def run(start: int, step: int, count: int) -> Taps:
    """Return the taps of `count` entries that see one old entry each, from `start` in steps of `step`."""
    positions = start + step * np.arange(count)
    return Taps(positions[None], None, slice(start, start + step * count, step))


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
    rules = tuple(
        [
            rule if rule and _alike(before, after, k, dimension) else None
            for k, rule in enumerate(before.rules)
        ]
    )
    shortest = after.each(lambda a, _: collapsed(a, dimension))
    return replace(shortest, rules=rules)


def _alike(before: Field, after: Field, axis: int, dimension: int) -> bool:
    """Tell whether all entries along a dimension see together the same of an axis before and after."""
    low = np.array_equal(before.low[axis].min(axis=dimension), after.low[axis].min(axis=dimension))
    return low and np.array_equal(before.high[axis].max(axis=dimension), after.high[axis].max(axis=dimension))
