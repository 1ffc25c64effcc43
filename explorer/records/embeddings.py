"""What images become at one layer: vectors, and how similar they are."""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray


class Pooling(StrEnum):
    """How the output of an operation becomes one vector."""

    MEAN = "mean"  # average over positions: one number a channel or feature
    FLATTEN = "flatten"  # every number of the output, in its order in memory


@dataclass(frozen=True)
class FailedImage:
    """An image without an embedding: its key, its name and the reason in one line."""

    key: str
    name: str
    reason: str


@dataclass(frozen=True)
class Embeddings:
    """The vectors of some images at one operation of one model.

    Attributes:
        model: Full name of the model.
        weights: What its weights are, for a person.
        layer: Name of the operation.
        shape: Shape of its output.
        pooling: How the output became a vector.
        note: The same in words: `1,280 numbers: mean over 7×7 positions`.
        keys: The window's names of the images, in the order of the rows.
        names: What a person calls them.
        vectors: (N, D), one row an image.
        similarity: (N, N), cosine similarities in [-1, 1]; 0 where a vector is zero, NaN where one is not finite.
        remarks: What a person should know of the vectors, one line each.
        failed: The images that have no embedding.
    """

    model: str
    weights: str
    layer: str
    shape: tuple[int, ...]
    pooling: Pooling
    note: str
    keys: tuple[str, ...]
    names: tuple[str, ...]
    vectors: NDArray[np.float32]
    similarity: NDArray[np.float64]
    remarks: tuple[str, ...] = ()
    failed: tuple[FailedImage, ...] = ()

    def of(self, key: str) -> NDArray[np.float32] | None:
        """Return the vector (D,) of an image; None if it has none."""
        return self.vectors[self.keys.index(key)] if key in self.keys else None
