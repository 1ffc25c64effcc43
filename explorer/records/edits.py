"""What a person tries on an input: a patch that covers a part of it, strokes, blur, noise, light, place and size."""

from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from explorer.records.answers import Answer, Prediction
from explorer.records.images import Frame
from explorer.records.values import ValueView

Colour = tuple[int, int, int]
Box = tuple[int, int, int, int]

GREY: Colour = (128, 128, 128)
"""What lies outside a picture that was moved, turned, made smaller or cropped."""


class Fill(StrEnum):
    """What a patch covers the picture with."""

    GREY = "grey"  # 128 of 255 in each channel
    MEAN = "mean"  # the mean colour of what it covers
    BLUR = "blur"  # what it covers, blurred until no detail is left
    NOISE = "noise"  # each value drawn evenly from 0 to 255


@dataclass(frozen=True)
class Patch:
    """A square that covers a part of the picture; in shares, so that it is the same on inputs of all sizes.

    Attributes:
        y, x: Its middle, as shares of the picture's height and width.
        side: As a share of the picture's shorter side.
        fill: What it covers the picture with.
    """

    y: float = 0.5
    x: float = 0.5
    side: float = 0.25
    fill: Fill = Fill.GREY

    def box(self, size: tuple[int, int]) -> Box:
        """Return (top, left, bottom, right), half-open, of what lies on a picture (height, width)."""
        height, width = size
        side = max(1, round(self.side * min(size)))
        top, left = round(self.y * height - side / 2), round(self.x * width - side / 2)
        inside = max(top, 0), max(left, 0), min(top + side, height), min(left + side, width)
        return inside[0], inside[1], max(inside[2], inside[0]), max(inside[3], inside[1])


@dataclass(frozen=True)
class Stroke:
    """What was drawn with a round brush in one go.

    Attributes:
        points: (y, x) of its way, as shares of the picture's height and width.
        width: Of the brush, as a share of the picture's shorter side.
        colour: RGB, from 0 to 255.
    """

    points: tuple[tuple[float, float], ...]
    width: float
    colour: Colour


@dataclass(frozen=True)
class Edit:
    """All that is changed on a picture, in the order in which it is done.

    Attributes:
        crop: Share of height and width that is kept in the middle; what is outside is grey.
        scale: How many times as large the picture is made around its middle.
        rotation: In degrees, to the left.
        down, right: How far it is shifted, as shares of its height and width.
        blur: Standard deviation of the Gaussian, in pixels.
        brightness: What each value is multiplied by.
        contrast: What its distance to the picture's mean luminance is multiplied by.
        noise: Standard deviation of the Gaussian that is added to each value, of 255.
        seed: Of all noise.
        strokes: Drawn over it.
        patch: Laid over it; None for none.
        frame: A picture of a stream that takes its place before all else is done; None for the recorded one itself.
    """

    crop: float = 1.0
    scale: float = 1.0
    rotation: float = 0.0
    down: float = 0.0
    right: float = 0.0
    blur: float = 0.0
    brightness: float = 1.0
    contrast: float = 1.0
    noise: float = 0.0
    seed: int = 0
    strokes: tuple[Stroke, ...] = ()
    patch: Patch | None = None
    frame: Frame | None = None

    @cached_property
    def is_nothing(self) -> bool:
        """True if it changes nothing."""
        return replace(self, seed=0) == NOTHING


NOTHING = Edit()


@dataclass(frozen=True, eq=False)
class LiveView:
    """What a network makes of an edited picture.

    Attributes:
        answer: Its answer; of classes the first ones, and in the last place `former` if there is one.
        before: What it answered to the classes of `answer` before the edit, in the same order.
        value: The value of the operation that was asked about; None if none was, or if it was not met.
        unmet: Why it was not; empty if it was.
        picture: (H, W, 3) uint8 RGB, what the model saw of a picture of a stream; None if it was the recorded one.
        former: Number of the class that was first before, where it is not among the first any more; None if it is.
    """

    answer: Answer
    before: tuple[Prediction, ...] = ()
    value: ValueView | None = None
    unmet: str = ""
    picture: NDArray[np.uint8] | None = None
    former: int | None = None
