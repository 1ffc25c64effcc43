"""Images as they were opened and what a model answered to them."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class ImageSource:
    """Where an image comes from: a file, or bytes (clipboard, a browser's drag).

    Attributes:
        name: What a person calls it (the file's name, "pasted image").
        path: The file; None if `data` holds the encoded bytes.
        data: Encoded bytes; None if `path` is set.
    """

    name: str
    path: str | None = None
    data: bytes | None = None


@dataclass(frozen=True)
class DecodedImage:
    """A decoded image: (H, W, 3) uint8 RGB, and what was converted on the way, one line each."""

    pixels: NDArray[np.uint8]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class PreparedImage:
    """A model's input and its picture.

    Attributes:
        input: (1, C, H, W) float32, normalised.
        picture: (H, W, 3) uint8 RGB: the same pixels before normalisation, as the model sees them.
    """

    input: NDArray[np.float32]
    picture: NDArray[np.uint8]


@dataclass(frozen=True)
class OpenedImage:
    """An image in the strip.

    Attributes:
        key: The session's name for it.
        name: What a person calls it.
        width, height: Size in pixels after rotation by EXIF.
        thumbnail: (h, w, 3) uint8 RGB, longer side at most 160 pixels.
        notes: What was converted while decoding, one line each.
    """

    key: str
    name: str
    width: int
    height: int
    thumbnail: NDArray[np.uint8]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Prediction:
    """One class of an answer: its index, its label and its softmax probability."""

    index: int
    label: str
    probability: float
