"""What a network found in a picture, where that is more than one row of classes: segments, objects, a flow."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from explorer.records.placement import Placement


@dataclass(frozen=True)
class Segment:
    """One class of a segmentation.

    Attributes:
        index: Its number.
        label: Its name.
        share: Of the pixels of the input that are of this class, from 0 to 1.
    """

    index: int
    label: str
    share: float


@dataclass(frozen=True, eq=False)
class Segments:
    """The class of each pixel.

    Attributes:
        parts: The classes that some pixel has, the largest first; the first 255 of them.
        mask: (h, w) uint8 over the whole input: the place in `parts` of each pixel's class, `LEFT_OUT` for one that is
            not there. At most `MOST_SIDE` pixels high and wide, the class in the middle of each pixel where the input
            has more.
        size: Height and width of the input, in pixels.
        placement: How the input lies on the picture.
    """

    parts: tuple[Segment, ...]
    mask: NDArray[np.uint8]
    size: tuple[int, int]
    placement: Placement


@dataclass(frozen=True, eq=False)
class Objects:
    """Boxes around objects, the best first.

    Attributes:
        labels: Names of their classes.
        indices: Numbers of their classes.
        scores: (K,) float64 from 0 to 1.
        boxes: (K, 4) float64: top, left, bottom, right, in pixels of the picture.
        size: Height and width of the input, in pixels.
        placement: How the input lies on the picture.
        masks: (K, h, w) bool over the whole input, at most `MOST_MASK_SIDE` pixels high and wide; None without.
        points: (K, P, 3) float64: y and x in pixels of the picture, and the network's score; None without.
        point_names: What these P points are called; empty if that is not known.
        left_out: How many more boxes there were, all with lower scores.
    """

    labels: tuple[str, ...]
    indices: tuple[int, ...]
    scores: NDArray[np.float64]
    boxes: NDArray[np.float64]
    size: tuple[int, int]
    placement: Placement
    masks: NDArray[np.bool_] | None = None
    points: NDArray[np.float64] | None = None
    point_names: tuple[str, ...] = ()
    left_out: int = 0


@dataclass(frozen=True, eq=False)
class Flow:
    """Where each pixel of the first picture has gone in the second.

    Attributes:
        field: (h, w, 2) float32 over the whole input: how far down and how far to the right, in pixels of the picture;
            at most `MOST_FLOW_SIDE` pixels high and wide, that of the middle of each pixel where the input has more.
        largest, mean: Of the lengths over all pixels of the input, in pixels of the picture.
        size: Height and width of the input, in pixels.
        placement: How the input lies on the first picture.
    """

    field: NDArray[np.float32]
    largest: float
    mean: float
    size: tuple[int, int]
    placement: Placement


Finding = Segments | Objects | Flow
BACKGROUND = ("__background__", "background")
"""What sources call the class of what is nothing."""
LEFT_OUT = 255
MOST_SIDE = 1024
MOST_MASK_SIDE = 320
MOST_FLOW_SIDE = 512
MOST_OBJECTS = 100
