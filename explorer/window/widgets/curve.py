"""What a plot of curves is given: the lines, and how its heights are labelled."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]
ROOM_FOR_NAMES = 110
"""Pixels of the height of a plot from which its axes are named."""
NO_MARKS = np.zeros((0, 2))


@dataclass(frozen=True)
class Curve:
    """One line.

    Attributes:
        y: (N,) heights; NaN breaks the line.
        series: Place of its colour in `Theme.series`; None for the broad, pale line that lies below the others.
        dashed: True to draw it in dashes.
        marks: (K, 2) places (x, y) of triangles that stand for what has no height; those in the
            lower half point down.
    """

    y: Numbers
    series: int | None
    dashed: bool = False
    marks: Numbers = field(default_factory=lambda: NO_MARKS)


@dataclass(frozen=True)
class Scale:
    """The vertical axis: its ends, and where it is labelled with what."""

    low: float
    high: float
    ticks: tuple[tuple[float, str], ...]
