"""What is shown of an operation's output: a mosaic, statistics, a histogram, and the true values below them."""

from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from math import ceil, isnan, nan
from typing import Any

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.floating[Any]]
_ENOUGH = 16  # rows and columns of a map that are looked at to compare it with others


class Layout(StrEnum):
    """Which picture fits a value."""

    MAPS = "maps"  # (C, H, W): one tile a channel
    TOKENS = "tokens"  # (C, H, W): tokens laid back on the patch grid, one tile a feature
    MATRIX = "matrix"  # (1, H, W): one image, rows and columns without spatial meaning
    VECTOR = "vector"  # (F,): bars


@dataclass(frozen=True)
class Statistics:
    """Statistics of one sample's values, in float64.

    Attributes:
        count: Number of values.
        minimum, maximum, mean, std: Over the finite values; NaN if there are none.
        not_finite: Number of NaN and infinite values.
        zeros: Number of values equal to zero.
        channels: Number of channels (tiles), 0 for a vector.
        dead: Number of channels that are zero everywhere.
        low, high: Ends of the scale that shows nearly all values: the 0.5th and the 99.5th percentile where the
            extremes lie far beyond them, else the extremes; NaN if no value is finite.
        sampled: True if the percentiles are those of evenly spaced values instead of all.
    """

    count: int
    minimum: float
    maximum: float
    mean: float
    std: float
    not_finite: int
    zeros: int
    channels: int
    dead: int
    low: float = nan
    high: float = nan
    sampled: bool = False

    @property
    def ends(self) -> tuple[float, float]:
        """Ends of the scale: `low` and `high` where they are known, else the extremes."""
        return (self.minimum, self.maximum) if isnan(self.low) else (self.low, self.high)


@dataclass(frozen=True)
class Histogram:
    """Counts (B,) of the finite values between edges (B + 1,)."""

    counts: NDArray[np.int64]
    edges: NDArray[np.float64]


@dataclass(frozen=True)
class Mosaic:
    """All channels side by side, row by row, quantised for display.

    Attributes:
        pixels: (rows * (H + 1) - 1, columns * (W + 1) - 1) uint8. 0 means no value (the gap between tiles, an
            unused tile, NaN); 1 to 255 runs linearly from `levels[0]` to `levels[1]`, and values beyond have the
            colour of the end.
        columns: Number of tiles in a row.
        levels: Lowest and highest value of the scale, (C, 2), one pair a channel (all equal on a shared scale).
        signed: True if the scale is symmetric around zero and wants a diverging colour map.
        clipped: Number of values beyond the ends of their scale.
        kept: True if the scale is that of another value, with which this one is compared.
    """

    pixels: NDArray[np.uint8]
    columns: int
    levels: NDArray[np.float64]
    signed: bool
    clipped: int = 0
    kept: bool = False


@dataclass(frozen=True)
class ValueView:
    """One tensor made ready to be looked at (first sample of the batch).

    Attributes:
        node: Id of the operation.
        title: What the tensor is, e.g. `layer1.0.conv1` or `layer1.0.conv1.weight`.
        shape: Shape of the whole tensor.
        dtype: Its dtype.
        layout: Which picture fits.
        values: The true values, (C, H, W) or (F,); bfloat16 is widened to float32, else the dtype is kept.
        mosaic: None for a vector.
        statistics: Over `values`.
        histogram: Over `values`; None if none is finite.
        extra_tokens: Leading tokens without a place on the grid (class token), left out of the mosaic.
    """

    node: int
    title: str
    shape: tuple[int, ...]
    dtype: str
    layout: Layout
    values: NDArray[Any]
    mosaic: Mosaic | None
    statistics: Statistics
    histogram: Histogram | None
    extra_tokens: int = 0

    @cached_property
    def telling_channel(self) -> int:
        """The channel whose values vary most within the scale (standard deviation, of large maps over a sample).

        Raises:
            ValueError: It has no channels.
        """
        if self.values.ndim != 3:
            raise ValueError(f"A value of shape {self.values.shape} has no channels.")
        step = max(1, ceil(max(self.values.shape[1:]) / _ENOUGH))
        sample = np.nan_to_num(self.values[:, ::step, ::step].astype(np.float32))
        within = np.clip(sample, *self.statistics.ends).reshape(len(sample), -1)
        return int(within.std(1).argmax())

    def lies_on(self, grid: tuple[int, ...]) -> bool:
        """Tell whether its rows and columns are the places of a grid (H, W)."""
        return self.layout in (Layout.MAPS, Layout.TOKENS) and self.values.shape[1:3] == grid


@dataclass(frozen=True)
class FieldOfUnit:
    """The receptive field of one unit.

    Attributes:
        node: Id of the operation.
        status: As in `ReceptiveField.status`.
        size, stride, start: As in `ReceptiveField`.
        unit: Position of the unit on the grid of the output (y, x).
        box: (top, left, bottom, right) in input pixels, half-open, clipped to the input; None where unknown,
            or if the unit does not see the input at all.
        grid: Size of the grid of the output's units; None if it has none.
    """

    node: int
    status: str
    size: tuple[int, ...] | None
    stride: tuple[float, ...] | None
    start: tuple[float, ...] | None
    unit: tuple[int, ...]
    box: tuple[int, ...] | None
    grid: tuple[int, ...] | None = None


@dataclass(frozen=True)
class UnitsOfPixel:
    """The units of an output whose receptive field holds one input pixel.

    Attributes:
        node: Id of the operation.
        status: As in `ReceptiveField.status`.
        pixel: (y, x) in the input.
        mask: (H, W) bool over the grid of the output; None where unknown or if it has no grid.
    """

    node: int
    status: str
    pixel: tuple[int, int]
    mask: NDArray[np.bool_] | None
