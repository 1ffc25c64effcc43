"""Which old entries the new ones of a tensor see along a dimension, and the field that comes of it."""

from collections.abc import Callable
from dataclasses import replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from explorer.fields.algebra import Affine, Field, IntArray, Rule, collapsed, unlabelled
from explorer.fields.axes import Digit, is_whole

_FEW = 4  # taps that are taken one by one, for numpy is slow to begin a reduction


class Taps(NamedTuple):
    """Which old entries each new one sees.

    Attributes:
        positions: (taps, entries) old positions; where there are fewer, one is repeated.
        blind: (entries,) whether an entry sees nothing; None if none does.
    """

    positions: NDArray[np.int64]
    blind: NDArray[np.bool_] | None


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

    def take(a: IntArray, neutral: int) -> IntArray:
        if a.shape[dimension] == 1:
            return _blinded(a, dimension, seen.blind, neutral)
        choose = np.minimum if neutral > 0 else np.maximum
        taken: IntArray = a.take(seen.positions[0], axis=dimension)
        if len(seen.positions) <= _FEW:
            for positions in seen.positions[1:]:
                choose(taken, a.take(positions, axis=dimension), out=taken)
        else:
            taken = choose.reduce(a.take(seen.positions, axis=dimension), axis=dimension)
        return _blinded(taken, dimension, seen.blind, neutral)

    taken = field.each(take)
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
