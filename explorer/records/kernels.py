"""What is shown of the tensors that an operation owns: filters in a chosen order, in colour, norms, matrices."""

from dataclasses import dataclass, field
from enum import StrEnum
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from explorer.records.trace import Node
from explorer.records.values import Layout, ValueView


class KernelOrder(StrEnum):
    """What the filters of a convolution are ordered by."""

    INDEX = "index"
    NORM = "norm"  # L2 norm of all weights of the filter
    MEAN = "mean"
    STD = "std"  # standard deviation
    REACH = "reach"  # largest absolute value


@dataclass(frozen=True)
class KernelChoice:
    """Which tensor of an operation is wanted, and how.

    Attributes:
        parameter: Its name, or the last part of it (`bias`); where the operation has none of that name, and where
            it is empty, the largest.
        order: What filters are ordered by.
        descending: True for the largest first.
        colour: True to show filters over three inputs as colour images, False for one tile an input.
    """

    parameter: str = ""
    order: KernelOrder = KernelOrder.INDEX
    descending: bool = False
    colour: bool = True


@dataclass(frozen=True, kw_only=True)
class KernelPicture(ValueView):
    """One tensor of an operation, its filters in the chosen order.

    In colour, `values` is (F, H, W, 3), one tile a filter, and `mosaic.pixels` has a last axis of red, green and
    blue: 0 for the gaps, else 1 to 255 running linearly from `levels[0]` to `levels[1]`, zero in the middle.
    Where `block` is above 1, `values` are means of blocks, while `statistics` and `histogram` are over all values.

    Attributes:
        op: The operation's name.
        names: The tensors there are to choose from, the largest first; `title` is the one shown.
        kernels: (F, I, *taps): filters, the inputs that each reads, its taps; empty if these are no kernels.
        groups: Groups of the convolution; None where unknown.
        order: (F,) index of the filter at each place.
        norms: (F,) L2 norm of each filter, by its index.
        can_colour: True if the filters can be shown in colour.
        block: Side of the square of values whose mean each pixel shows; 1 for the values themselves.
        cut_across: True if the parts, the tiles, of a long matrix are stretches of columns; False for rows.
        vectors: Of a norm: all its vectors of one length by their names, in order of scale, shift, mean, variance.
    """

    op: str
    names: tuple[str, ...]
    kernels: tuple[int, ...] = ()
    groups: int | None = None
    order: NDArray[np.intp] = field(default_factory=lambda: np.zeros(0, np.intp))
    norms: NDArray[np.float64] = field(default_factory=lambda: np.zeros(0))
    can_colour: bool = False
    block: int = 1
    vectors: dict[str, NDArray[Any]] = field(default_factory=dict)
    cut_across: bool = False

    @property
    def in_colour(self) -> bool:
        """True if each tile shows a whole filter in red, green and blue."""
        return self.values.ndim == 4

    @property
    def tiles_per_filter(self) -> int:
        """Tiles that belong to one filter; 1 where all filters share one image, or parts of one."""
        return (
            1
            if self.layout is Layout.MATRIX
            else max(1, int(self.values.shape[0]) // max(1, self.order.size))
        )

    def filter_at(self, place: tuple[int, int, int]) -> int:
        """Return the index of the filter that the value at (tile, y, x) belongs to."""
        return int(self.order[self._inside(place)[0]])

    def weight_at(self, place: tuple[int, int, int]) -> tuple[int, ...]:
        """Return (input, *tap) of the value at (tile, y, x); the input counts from the first of its group."""
        return tuple(int(i) for i in np.unravel_index(self._inside(place)[1], self._one_filter()))

    def input_of(self, filter_: int, number: int) -> int | None:
        """Return which channel of the convolution's input is number `number` of a filter; None if unknown."""
        if self.groups is None:
            return None
        filters, inputs = self.kernels[:2]
        return filter_ // (filters // self.groups) * inputs + number

    def place_of(self, filter_: int) -> int:
        """Return the first tile of a filter; of a matrix in parts the first part that it lies in."""
        place = int(np.flatnonzero(self.order == filter_)[0])
        if self.layout is Layout.MATRIX:
            return 0 if self.cut_across else place // int(self.values.shape[1])
        return place * self.tiles_per_filter

    def whole_place(self, place: tuple[int, int, int]) -> tuple[int, int]:
        """Return row and column of the whole matrix at (part, y, x)."""
        part, y, x = place
        _, height, width = self.values.shape[:3]
        return (y, part * width + x) if self.cut_across else (part * height + y, x)

    def _one_filter(self) -> tuple[int, ...]:
        _, inputs, *taps = self.kernels
        return (1 if self.in_colour else inputs, *taps)

    def _inside(self, place: tuple[int, int, int]) -> tuple[int, int]:
        if self.layout is Layout.MATRIX:
            row, column = self.whole_place(place)
            flat = row * prod(self._one_filter()) + column
        else:
            flat = int(np.ravel_multi_index(place, self.values.shape[:3]))
        return divmod(flat, prod(self._one_filter()))


def reads_a_weight(node: Node) -> bool:
    """Return whether the operation is given a weight, be it a parameter or made of some."""
    return node.op.startswith("conv") or node.op == "linear"
