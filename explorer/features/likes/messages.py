"""What can be asked about what a channel likes: its strongest places in images, a picture made to excite it."""

from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from explorer.engine.command import Command, Lane, Urgency


class Aim(StrEnum):
    """What of a channel a picture is made to excite."""

    MEAN = "whole map"  # its mean
    CENTRE = "middle unit"


@dataclass(frozen=True, eq=False)
class Patch:
    """A place where a channel is strong.

    Attributes:
        key, name: The image: the window's name for it, and a person's.
        value: What the channel gives there.
        unit: (y, x) on the grid of the operation.
        box: (top, left, bottom, right) in pixels of what the model saw, half-open, clipped to it: the receptive field
            of the unit; None where it is unknown, so that the whole picture stands for it.
        seen: (top, left, bottom, right): the same, with so much around a small one that it can be told what it is of.
        picture: (h, w, 3) uint8 RGB, what lies in `seen`.
        centre: (y, x) of the unit in pixels of what the model saw; None where all of its field lies within, so that it
            is the middle of the box.
        equals: How many places of this map give the same value, with this one.
    """

    key: str
    name: str
    value: float
    unit: tuple[int, int]
    box: tuple[int, ...] | None
    seen: tuple[int, ...]
    picture: NDArray[np.uint8]
    centre: tuple[float, ...] | None = None
    equals: int = 1

    @property
    def is_small(self) -> bool:
        """True if more is cut out than it sees."""
        return self.box not in (None, self.seen)


@dataclass(frozen=True, eq=False)
class Strongest:
    """The strongest places of a channel, the strongest first; which ones count is said in `places.strongest`.

    Attributes:
        node: Id of the operation.
        channel: The channel, as the maps are counted.
        patches: Of all images together.
        looked: How many images the network looked at.
        total: How many there are to look at.
        status: Of the boxes, as in `ReceptiveField.status`.
        failed: Name and reason of each image that it could not look at.
    """

    node: int
    channel: int
    patches: tuple[Patch, ...]
    looked: int
    total: int
    status: str
    failed: tuple[tuple[str, str], ...] = ()

    @property
    def shown(self) -> tuple[Patch, ...]:
        """Those that the channel answers to: where it gives zero it answers to nothing.

        A channel that is below zero everywhere is not cut yet: its strongest places are below zero, too.
        """
        is_negative = all(it.value < 0 for it in self.patches)
        return tuple(it for it in self.patches if it.value > 0 or is_negative)

    @property
    def is_framed(self) -> bool:
        """True if what each sees is framed: where it is less than is cut out for one, all are, to be read alike."""
        return any(it.is_small for it in self.shown)


@dataclass(frozen=True, eq=False)
class Made:
    """A picture that was made to excite a channel; it is no photo.

    Attributes:
        node: Id of the operation.
        channel: The channel, as the maps are counted.
        aim: What of the channel.
        steps, seed: How it was asked for.
        done: Steps that were done.
        start, activation: What the channel gives for the picture at the start, and for the one that is shown.
        picture: (H, W, 3) uint8 RGB.
    """

    node: int
    channel: int
    aim: Aim
    steps: int
    seed: int
    done: int
    start: float
    activation: float
    picture: NDArray[np.uint8]

    @property
    def is_in_vain(self) -> bool:
        """Tell whether the channel gives to the bit what it gave at the start: the picture shows nothing of it."""
        return self.done > 0 and self.activation == self.start


@dataclass(frozen=True)
class FindStrongest(Command[Strongest]):
    """Asks where in images a channel of operation `node` is strongest; the model runs on each up to this operation.

    Attributes:
        forward: Number of the forward whose model runs; images come at its size.
        channel: As the maps are counted; beyond the last it is the last.
        keys: The images.
        count: How many places at most.
        like: The first of the forwards that ran alike, as in `Measure`: what is found is true of all of them.
    """

    lane, urgency, doing = Lane.WORK, Urgency.BESIDE, "looking for what the channel likes"

    forward: int = field(compare=False)
    node: int
    channel: int
    keys: tuple[str, ...]
    count: int = 24
    like: int = 0

    def __post_init__(self) -> None:
        """Be like nobody else, if nothing else is said."""
        if not self.like:
            object.__setattr__(self, "like", self.forward)


@dataclass(frozen=True)
class MakePicture(Command[Made]):
    """Asks for a picture that excites a channel of operation `node`, made by gradient ascent; the model stays as it is.

    Attributes:
        forward: Number of the forward whose model runs; the picture has its size.
        channel: As the maps are counted; beyond the last it is the last.
        aim: What of the channel.
        steps: How many steps.
        seed: Of the start and of what is done to the picture before each step.
        like: As in `FindStrongest`.
    """

    lane, urgency, doing = Lane.WORK, Urgency.LAB, "making a picture that excites the channel"

    forward: int = field(compare=False)
    node: int
    channel: int
    aim: Aim = Aim.MEAN
    steps: int = 128
    seed: int = 0
    like: int = 0

    def __post_init__(self) -> None:
        """Be like nobody else, if nothing else is said."""
        if not self.like:
            object.__setattr__(self, "like", self.forward)
