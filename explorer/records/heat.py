"""What is laid over a picture as colour: a value for each place."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class HeatMap:
    """Values over the whole of the picture that a model saw.

    Attributes:
        values: (h, w) float32 on a grid of any size, its rows and columns evenly over the picture; NaN where nothing is
            known.
        signed: Whether values below zero speak against what those above speak for.
        title: What the values are, in a few words: `Grad-CAM for tabby`.
        limit: The magnitude that gets the full colour; None for the largest there is.
    """

    values: NDArray[np.float32]
    signed: bool
    title: str
    limit: float | None = None

    @property
    def full(self) -> float:
        """The magnitude that gets the full colour; 0 where nothing is known or all values are zero."""
        if self.limit is not None:
            return self.limit
        known = self.values[np.isfinite(self.values)]
        return float(np.abs(known).max()) if known.size else 0.0
