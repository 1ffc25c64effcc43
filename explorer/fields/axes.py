"""Where the axes of the input run along the dimensions of a tensor.

A dimension is labelled with digits, as in a number of mixed radix: the position along an axis of the input's grid is
the sum of `step * position` over the axis' digits. Cutting a map into windows and joining them again only deals
digits out anew, so that the map is known as a map afterwards.
"""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from math import prod
from typing import NamedTuple


class Digit(NamedTuple):
    """A part of the position along an axis; `axis` is None for what is no axis of the input (channels, heads)."""

    axis: int | None
    step: int
    size: int


Label = tuple[Digit, ...]
Labels = tuple[Label, ...]


@lru_cache(maxsize=1024)
def axes_along(labels: Labels) -> tuple[tuple[int, ...], ...]:
    """Return for each dimension the axes that units are counted along there.

    () for none, (0,) for y, (1,) for x, (0, 1) for a flattened grid. A dimension that holds an axis' leading digit
    alone counts blocks of units; a flattened dimension counts only whole axes.
    """
    return tuple(_axes_of(label, labels) for label in labels)


def _axes_of(label: Label, labels: Labels) -> tuple[int, ...]:
    if len(label) == 1:
        axis = label[0].axis
        leads = axis is not None and label[0].step * label[0].size == _extent(labels, axis)
        return (axis,) if axis is not None and leads else ()
    axes = tuple(d.axis for d in label if d.axis is not None and is_whole(d, labels))
    return axes if len(axes) == len(label) else ()


def is_whole(digit: Digit, labels: Labels) -> bool:
    """Tell whether `digit` is the only one of its axis."""
    return digit.step == 1 and digit.axis is not None and digit.size == _extent(labels, digit.axis)


def _extent(labels: Labels, axis: int) -> int:
    return max((d.step * d.size for label in labels for d in label if d.axis == axis), default=0)


def carriers(labels: Labels, axis: int) -> tuple[tuple[int, Label], ...]:
    """Return the dimensions, counted from the last, that hold digits of `axis`, with these digits."""
    found = []
    for d, label in enumerate(labels, start=-len(labels)):
        if digits := tuple(digit for digit in label if digit.axis == axis):
            found.append((d, digits))
    return tuple(found)


def contract(labels: Labels, dims: Iterable[int]) -> tuple[Labels, dict[int, int]]:
    """Return the labels after the digits along `dims` are no longer told apart.

    Returns:
        The new labels, and for each axis that lost a digit how many old positions one new position stands for,
        0 where it does not stand for a run of neighbours.
    """
    cut = set(dims)
    gone = sorted(
        (digit for d in cut for digit in labels[d] if digit.axis is not None), key=lambda d: -d.step
    )
    kept = tuple(() if d in cut else label for d, label in enumerate(labels))
    for digit in gone:
        kept = tuple(tuple(_without(other, digit) for other in label) for label in kept)
    runs = {
        axis: _run([d for d in reversed(gone) if d.axis == axis]) if carriers(kept, axis) else 0
        for axis in {digit.axis for digit in gone if digit.axis is not None}
    }
    return tuple(_joined(label) for label in kept), runs


def _without(digit: Digit, gone: Digit) -> Digit:
    lower = digit.axis == gone.axis and gone.step < digit.step
    return digit._replace(step=digit.step // gone.size) if lower else digit


def _run(lowest_first: Sequence[Digit]) -> int:
    """Return how many neighbours the digits span together; 0 if they leave gaps."""
    run = 1
    for digit in lowest_first:
        if digit.step != run and digit.size > 1:
            return 0
        run *= digit.size
    return run


def deal(digits: list[Digit], sizes: list[int]) -> list[Label] | None:
    """Return the labels of dimensions of `sizes` that the digits are dealt out to, in order; None if they don't fit."""
    rest = digits[::-1]
    labels: list[list[Digit]] = []
    for size in sizes:
        label: list[Digit] = []
        while size > 1:
            digit = rest.pop()
            taken = min(digit.size, size)
            if size % taken or digit.size % taken:
                return None
            inner = digit.size // taken
            label.append(Digit(digit.axis, digit.step * inner, taken))
            size //= taken
            if inner > 1:
                rest.append(Digit(digit.axis, digit.step, inner))
        labels.append(label)
    if labels:
        labels[-1] += rest[::-1]
    return [_joined(label) for label in labels]


def _joined(label: Sequence[Digit]) -> Label:
    """Join neighbouring digits of one axis; a label without any axis is empty."""
    joined: list[Digit] = []
    for digit in label:
        if joined and joined[-1].axis == digit.axis and (joined[-1].step == digit.step * digit.size):
            joined[-1] = Digit(digit.axis, digit.step, joined[-1].size * digit.size)
        else:
            joined.append(digit)
    return tuple(joined) if any(digit.axis is not None for digit in joined) else ()


def holds(label: Label, size: int) -> bool:
    """Tell whether the digits of a label number all `size` entries of its dimension."""
    return prod(digit.size for digit in label) == size
