"""The receptive fields of a tensor that is viewed with another shape."""

from dataclasses import replace
from math import prod

import numpy as np

from explorer.fields.algebra import Field, IntArray, unlabelled
from explorer.fields.axes import Digit, Label, Labels, deal, holds, is_whole

Blocks = list[tuple[list[int], list[int]]]


def reshape(field: Field, old: tuple[int, ...], new: tuple[int, ...]) -> Field:
    """Return the field of the tensor of shape `old` viewed with shape `new` (row-major, same number of elements)."""
    blocks = _matching_blocks(old, new)

    def change(a: IntArray, _neutral: int) -> IntArray:
        full: list[int] = []
        shape: list[int] = []
        for before, after in blocks:
            constant = all(a.shape[d] == 1 for d in before)
            full += [1 if constant else old[d] for d in before]
            shape += [1 if constant else new[d] for d in after]
        return np.broadcast_to(a, full).reshape(shape)

    return _relabelled(field.each(change), field, blocks, old, new)


def _relabelled(
    field: Field, before: Field, blocks: Blocks, old: tuple[int, ...], new: tuple[int, ...]
) -> Field:
    """Return the reshaped field with the digits of every block of dimensions dealt out to the new ones."""
    if not any(before.labels):
        return replace(field, labels=((),) * len(new))
    stuck = [was for was, now in blocks if _dealt(before.labels, was, now, old, new) is None]
    source = unlabelled(before, [d for was in stuck for d in was if before.labels[d]])
    labels: list[Label] = []
    waiting: Label = ()
    for was, now in blocks:
        dealt = _dealt(source.labels, was, now, old, new) or []
        if not now:
            waiting += tuple(digit for d in was for digit in source.labels[d])
        elif waiting and dealt[0]:
            dealt[0], waiting = (*waiting, *dealt[0]), ()
        labels += dealt
    if waiting and labels and labels[-1]:
        labels[-1] = (*labels[-1], *waiting)
    return _interleaved(replace(field, labels=tuple(labels), rules=source.rules, extra=source.extra))


def _dealt(
    labels: Labels, was: list[int], now: list[int], old: tuple[int, ...], new: tuple[int, ...]
) -> list[Label] | None:
    """Return the labels of the dimensions `now` that a block of dimensions `was` becomes; None if they don't fit."""
    wide = [d for d in was if old[d] > 1]
    wide_now = [d for d in now if new[d] > 1]
    if len(wide) <= 1 and len(wide_now) <= 1:
        # The same dimension, with ones squeezed in or out.
        kept = labels[(wide or was)[0]] if was else ()
        target = (wide_now or now)[:1]
        return [kept if [d] == target else () for d in now]
    if not all(holds(labels[d], old[d]) for d in was if labels[d]):
        return None
    digits = [digit for d in was for digit in labels[d] or (Digit(None, 0, old[d]),)]
    return deal(digits, [new[d] for d in now])


def _interleaved(field: Field) -> Field:
    """A row or column interleaved with something that is no axis (depth to space) is a finer row or column."""
    labels, rules = list(field.labels), list(field.rules)
    for d, label in enumerate(labels):
        if len(label) == 2 and label[1].axis is None and is_whole(label[0], field.labels):
            axis = label[0].axis
            labels[d] = (Digit(axis, 1, label[0].size * label[1].size),)
            rules = [None if k == axis else rule for k, rule in enumerate(rules)]
    return replace(field, labels=tuple(labels), rules=tuple(rules))


def _matching_blocks(old: tuple[int, ...], new: tuple[int, ...]) -> Blocks:
    """Split two shapes into the smallest runs of dimensions with equal products."""
    blocks: Blocks = []
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
