"""What is laid over a picture as colour: a value for each place."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from explorer.records.value_colours import value_colours


@dataclass(frozen=True, eq=False)
class HeatMap:
    """Values over the whole of the picture that a model saw.

    Attributes:
        values: (h, w) float32 on a grid of any size, its rows and columns evenly over the picture; NaN where nothing is
            known.
        signed: Whether values below zero speak against what those above speak for.
        title: What the values are, in a few words: `Grad-CAM for tabby`.
        limit: The magnitude that gets the full colour; None for the largest there is.
        shift: How far the centres of what the values see lie below and right of an even grid's, in rows and columns of
            the grid, each less than 1: a convolution with a stride, padded alike on both sides, looks up and left.
    """

    values: NDArray[np.float32]
    signed: bool
    title: str
    limit: float | None = None
    shift: tuple[float, float] = (0.0, 0.0)

    def at(self, down: float, right: float) -> float:
        """Return the value over a point of the picture, told as shares of its sides, from 0 to below 1."""
        rows, columns = self.values.shape
        row = min(max(int(np.floor(down * rows - self.shift[0])), 0), rows - 1)
        column = min(max(int(np.floor(right * columns - self.shift[1])), 0), columns - 1)
        return float(self.values[row, column])

    @property
    def full(self) -> float:
        """The magnitude that gets the full colour; 0 where nothing is known or all values are zero."""
        if self.limit is not None:
            return self.limit
        known = self.values[np.isfinite(self.values)]
        return float(np.abs(known).max()) if known.size else 0.0


def with_border(painted: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return colours (h, w, 4) with their outermost rows and columns twice, so that a shifted map leaves no gap."""
    return np.pad(painted, ((1, 1), (1, 1), (0, 0)), mode="edge")


def area_of(heat: HeatMap) -> tuple[float, float, float, float]:
    """Return where the colours `with_border` lie: top, left, bottom and right, as shares of the picture's sides."""
    rows, columns = heat.values.shape
    down, right = heat.shift
    return (down - 1) / rows, (right - 1) / columns, (down + 1 + rows) / rows, (right + 1 + columns) / columns


def painted(heat: HeatMap, opacity: float) -> NDArray[np.uint8]:
    """Return (h, w, 4) colours, their alpha multiplied in: nothing where a value is zero or unknown.

    Of a map without a sign, what is below zero is not drawn.
    """
    full = heat.full or 1.0
    share = np.nan_to_num(heat.values.astype(np.float64) / full, nan=0.0)  # (h, w)
    share = np.clip(share, -1.0 if heat.signed else 0.0, 1.0)
    table = np.array(value_colours(heat.signed), np.uint32)
    along = (share + 1) / 2 if heat.signed else share
    colours = table[np.rint(along * (len(table) - 1)).astype(int)]
    alpha = np.abs(share) * opacity
    parts = [(colours >> shift & 255) * alpha for shift in (16, 8, 0)]
    return np.ascontiguousarray(np.rint(np.stack([*parts, 255 * alpha], 2)).astype(np.uint8))
