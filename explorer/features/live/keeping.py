"""An edited picture as an ordinary image, of which the network sees the same pixels."""

import numpy as np
from numpy.typing import NDArray

from explorer.records.images import ImageSource, RawPixels
from explorer.records.models import Preprocess


def as_image(picture: NDArray[np.uint8], preprocess: Preprocess, name: str) -> ImageSource:
    """Return a source that a network prepares to this very picture.

    Where the network cuts off a border, the picture gets one, of its outermost pixels.

    Args:
        picture: (H, W, 3), what the network saw.
        preprocess: How it makes its input, at that size.
        name: What a person calls it.
    """
    framed = np.pad(picture, [*_borders(picture.shape[:2], preprocess), (0, 0)], mode="edge")
    rows = np.ascontiguousarray(framed).reshape(len(framed), -1)
    return ImageSource(name, pixels=RawPixels(rows, framed.shape[1], "RGB", "RGB"))


def _borders(size: tuple[int, ...], preprocess: Preprocess) -> list[tuple[int, int]]:
    """Return how many pixels of each side are cut off before and behind the crop."""
    frame = preprocess.frame
    if frame is None or preprocess.crop_mode == "whole":
        return [(0, 0), (0, 0)]
    borders = []
    for length, kept in zip(frame, size, strict=True):
        before = max(preprocess.first(length, kept), 0)
        borders.append((before, max(length - kept - before, 0)))
    return borders
