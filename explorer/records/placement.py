"""How a model's input lies on the picture that it was made of."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Pair = tuple[float, float]


@dataclass(frozen=True)
class Placement:
    """Where the pixels of an input are from: along each axis, `picture = (input + first) * step`, edges to edges.

    Attributes:
        picture: Height and width of the picture, in pixels.
        step: Picture pixels for each pixel of the input, down and across.
        first: Where the input begins in the resized picture, down and across; negative where it is padded.
    """

    picture: tuple[int, int]
    step: Pair = (1.0, 1.0)
    first: Pair = (0.0, 0.0)

    def to_picture(self, points: NDArray[np.floating]) -> NDArray[np.float64]:
        """Return where points (..., 2) of the input, each (y, x), lie on the picture."""
        return (np.asarray(points, np.float64) + self.first) * self.step

    def to_input(self, points: NDArray[np.floating]) -> NDArray[np.float64]:
        """Return where points (..., 2) of the picture, each (y, x), lie on the input."""
        return np.asarray(points, np.float64) / self.step - self.first

    def boxes_to_picture(self, boxes: NDArray[np.floating]) -> NDArray[np.float64]:
        """Return boxes (K, 4) of the input, each (top, left, bottom, right), in pixels of the picture."""
        return self.to_picture(boxes.reshape(-1, 2, 2)).reshape(-1, 4)

    def boxes_to_input(self, boxes: NDArray[np.floating]) -> NDArray[np.float64]:
        """Return boxes (K, 4) of the picture, each (top, left, bottom, right), in pixels of the input."""
        return self.to_input(boxes.reshape(-1, 2, 2)).reshape(-1, 4)
