"""What is laid over a picture as colour: a value for each place."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from explorer.records.value_colours import value_colours

WHOLE = (0.0, 0.0, 1.0, 1.0)
"""The whole of a picture: top, left, bottom and right."""


@dataclass(frozen=True, eq=False)
class HeatMap:
    """Values over the whole of the picture that a model saw.

    Attributes:
        values: (h, w) float32 on a grid of any size, its rows and columns evenly over the picture; NaN where nothing is
            known.
        signed: Whether values below zero speak against what those above speak for.
        title: What the values are, in a few words: `Grad-CAM for tabby`.
        limit: The magnitude that gets the full colour; None for the largest there is.
        lies: Top, left, bottom and right of where its rows and columns lie, as shares of the picture's sides; beyond
            that its outermost values go on.
    """

    values: NDArray[np.float32]
    signed: bool
    title: str
    limit: float | None = None
    lies: tuple[float, float, float, float] = WHOLE

    def at(self, down: float, right: float) -> float:
        """Return the value over a point of the picture, told as shares of its sides, from 0 to below 1."""
        top, left, bottom, end = self.lies
        at = (down - top) / (bottom - top), (right - left) / (end - left)
        row, column = (
            int(np.clip(np.floor(share * count), 0, count - 1))
            for share, count in zip(at, self.values.shape, strict=True)
        )
        return float(self.values[row, column])

    @property
    def full(self) -> float:
        """The magnitude that gets the full colour; 0 where nothing is known or all values are zero."""
        if self.limit is not None:
            return self.limit
        known = self.values[np.isfinite(self.values)]
        return float(np.abs(known).max()) if known.size else 0.0


def spread(
    heat: HeatMap, opacity: float, even: bool = False
) -> tuple[NDArray[np.uint8], tuple[float, float, float, float]]:
    """Return the colours of a map, going on at its borders until they cover the picture, and where these lie.

    Args:
        heat: The map.
        opacity, even: As for `painted`.

    Returns:
        (h, w, 4) as of `painted`, and top, left, bottom and right as shares of the picture's sides.
    """
    top, left, bottom, right = heat.lies
    high, wide = (bottom - top) / heat.values.shape[0], (right - left) / heat.values.shape[1]
    above, below = _reaching(top, high), _reaching(1 - bottom, high)
    before, behind = _reaching(left, wide), _reaching(1 - right, wide)
    colours = np.pad(painted(heat, opacity, even), ((above, below), (before, behind), (0, 0)), mode="edge")
    area = (top - above * high, left - before * wide, bottom + below * high, right + behind * wide)
    return np.ascontiguousarray(colours), area


def _reaching(gap: float, cell: float) -> int:
    """Return how many cells fill a gap."""
    return max(0, int(np.ceil(gap / cell - 1e-6)))


def painted(heat: HeatMap, opacity: float, even: bool = False) -> NDArray[np.uint8]:
    """Return (h, w, 4) colours, their alpha multiplied in: nothing where a value is zero or unknown.

    Of a map without a sign, what is below zero is not drawn.

    Args:
        heat: The map.
        opacity: From 0 to 1: how much the strongest value hides of what is below.
        even: Whether all that is known hides as much, zeros too, so that each colour is just that of its scale.
    """
    full = heat.full or 1.0
    share = np.nan_to_num(heat.values.astype(np.float64) / full, nan=0.0)  # (h, w)
    share = np.clip(share, -1.0 if heat.signed else 0.0, 1.0)
    table = np.array(value_colours(heat.signed), np.uint32)
    along = (share + 1) / 2 if heat.signed else share
    colours = table[np.rint(along * (len(table) - 1)).astype(int)]
    alpha = (np.isfinite(heat.values) if even else np.abs(share)) * opacity
    parts = [(colours >> shift & 255) * alpha for shift in (16, 8, 0)]
    return np.ascontiguousarray(np.rint(np.stack([*parts, 255 * alpha], 2)).astype(np.uint8))
