"""The receptive fields of a tensor that is viewed with another shape."""

from dataclasses import replace
from functools import lru_cache
from math import prod
from typing import NamedTuple

import numpy as np

from explorer.fields.algebra import Field, IntArray, collapsed, unlabelled
from explorer.fields.axes import Digit, Label, Labels, contract, deal, holds, is_whole

Shape = tuple[int, ...]
Blocks = tuple[tuple[tuple[int, ...], tuple[int, ...]], ...]


def reshape(field: Field, old: Shape, new: Shape) -> Field:
    """Return the field of the tensor of shape `old` viewed with shape `new` (row-major, same number of elements)."""
    dealt = _deal_out(field.labels, old, new)
    apart = [d for d in _split(old, new) if not dealt.labels[d]]

    def change(a: IntArray, _neutral: int) -> IntArray:
        full, shape = _laid(a.shape, old, new)
        a = (a if full == a.shape else np.broadcast_to(a, full)).reshape(shape)
        for d in apart:
            a = collapsed(a, d)
        return a

    changed, source = field.each(change), unlabelled(field, dealt.stuck)
    rules = tuple([None if k in dealt.finer else rule for k, rule in enumerate(source.rules)])
    return replace(changed, rules=rules, labels=dealt.labels, extra=source.extra)


@lru_cache(maxsize=1024)
def _laid(table: Shape, old: Shape, new: Shape) -> tuple[Shape, Shape]:
    """Return the shapes that a table is broadcast to and then viewed with: blocks it is constant along stay ones."""
    full: list[int] = []
    shape: list[int] = []
    for before, after in _matching_blocks(old, new):
        constant = all(table[d] == 1 for d in before)
        full += [1 if constant else old[d] for d in before]
        shape += [1 if constant else new[d] for d in after]
    return tuple(full), tuple(shape)


class _Dealt(NamedTuple):
    """The labels of a tensor with another shape.

    Attributes:
        labels: One for each new dimension.
        stuck: Old dimensions whose digits do not fit any more.
        finer: Axes that something that is none was interleaved with.
    """

    labels: Labels
    stuck: tuple[int, ...]
    finer: frozenset[int | None]


@lru_cache(maxsize=1024)
def _deal_out(before: Labels, old: Shape, new: Shape) -> _Dealt:
    """Deal the digits of every block of dimensions out to the new ones."""
    if not any(before):
        return _Dealt(((),) * len(new), (), frozenset())
    blocks = _matching_blocks(old, new)
    misfits = [was for was, now in blocks if _dealt(before, was, now, old, new) is None]
    stuck = tuple(d for was in misfits for d in was if before[d])
    source = contract(before, stuck)[0] if stuck else before
    labels: list[Label] = []
    waiting: Label = ()
    for was, now in blocks:
        dealt = _dealt(source, was, now, old, new) or [()] * len(now)
        if not now:
            waiting += tuple(digit for d in was for digit in source[d])
        elif waiting and dealt[0]:
            dealt[0], waiting = (*waiting, *dealt[0]), ()
        labels += dealt
    if waiting and labels and labels[-1]:
        labels[-1] = (*labels[-1], *waiting)
    return _interleaved(tuple(labels), stuck)


def _dealt(
    labels: Labels, was: tuple[int, ...], now: tuple[int, ...], old: Shape, new: Shape
) -> list[Label] | None:
    """Return the labels of the dimensions `now` that a block of dimensions `was` becomes; None if they don't fit."""
    wide = [d for d in was if old[d] > 1]
    wide_now = [d for d in now if new[d] > 1]
    if len(wide) <= 1 and len(wide_now) <= 1:
        # The same dimension, with ones squeezed in or out.
        kept = labels[(wide or was)[0]] if was else ()
        target = tuple(wide_now or now)[:1]
        return [kept if (d,) == target else () for d in now]
    if not all(holds(labels[d], old[d]) for d in was if labels[d]):
        return None
    digits = [digit for d in was for digit in labels[d] or (Digit(None, 0, old[d]),)]
    return deal(digits, [new[d] for d in now])


def _interleaved(labels: Labels, stuck: tuple[int, ...]) -> _Dealt:
    """A row or column interleaved with something that is no axis (depth to space) is a finer row or column."""
    dealt, finer = list(labels), set()
    for d, label in enumerate(labels):
        if len(label) == 2 and label[1].axis is None and is_whole(label[0], labels):
            finer.add(label[0].axis)
            dealt[d] = (Digit(label[0].axis, 1, label[0].size * label[1].size),)
    return _Dealt(tuple(dealt), stuck, frozenset(finer))


@lru_cache(maxsize=1024)
def _split(old: Shape, new: Shape) -> tuple[int, ...]:
    """Return the new dimensions that one old one was split into, and that are longer than 1."""
    return tuple(
        d
        for was, now in _matching_blocks(old, new)
        if len([d for d in was if old[d] > 1]) == 1 and len([d for d in now if new[d] > 1]) > 1
        for d in now
        if new[d] > 1
    )


@lru_cache(maxsize=1024)
def _matching_blocks(old: Shape, new: Shape) -> Blocks:
    """Split two shapes into the smallest runs of dimensions with equal products."""
    blocks: list[tuple[tuple[int, ...], tuple[int, ...]]] = []
    i = j = 0
    while i < len(old) or j < len(new):
        before: tuple[int, ...] = ()
        after: tuple[int, ...] = ()
        if i < len(old):
            before, i = (i,), i + 1
        if j < len(new) and (not before or old[before[0]] != 1 or new[j] == 1):
            after, j = (j,), j + 1
        while (p := prod([old[d] for d in before])) != (q := prod([new[d] for d in after])):
            if p < q:
                before, i = (*before, i), i + 1
            else:
                after, j = (*after, j), j + 1
        blocks.append((before, after))
    return tuple(blocks)
