"""What can be asked of a network with parts of it switched off, and what is answered."""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from explorer.engine.command import Command, Lane, Urgency
from explorer.engine.messages import OfInput, StudyOfInput
from explorer.records.answers import AS_DERIVED, Answer, AnswerWay, Prediction


class Part(StrEnum):
    """What of an operation's output is switched off."""

    CHANNEL = "channel"
    HEAD = "head"  # of an attention
    WHOLE = "whole output"


class How(StrEnum):
    """What stands in the place of the values that are switched off."""

    ZERO = "zero"
    MEAN = "mean"  # over its places, for this input
    NOISE = "noise"  # normal, of the same mean and spread over its places


@dataclass(frozen=True, order=True)
class Off:
    """Something that is switched off.

    Attributes:
        operation: Unique name of the operation, which stays the same from one input to the next.
        part: What of its output.
        number: Which channel or head, from 0; 0 for the whole output.
        how: What stands in its place; of the whole output in that of each channel.
        seed: Of the noise.
    """

    operation: str
    part: Part = Part.CHANNEL
    number: int = 0
    how: How = How.ZERO
    seed: int = 0


Ablation = frozenset[Off]
"""All that is switched off at the same time."""


@dataclass(frozen=True)
class Parts:
    """What of an operation can be switched off.

    Attributes:
        node: Id of the operation.
        channels: How many channels its output has; 0 where none are known.
        size: How many values each of them has.
        heads: How many heads; 0 if it is no output of an attention.
        joins: Where it is the end of a residual branch, the name of the operation that adds it to the rest; else empty.
        reason: Why nothing can be switched off; empty if something can.
        beside: Sizes of the dimensions that count the channels together, where they are several.
        near: Where neither channels nor heads are known, the nearest operation of its module that has some; else None.
        near_part: What that one has.
    """

    node: int
    channels: int = 0
    size: int = 0
    heads: int = 0
    joins: str = ""
    reason: str = ""
    beside: tuple[int, ...] = ()
    near: int | None = None
    near_part: Part = Part.CHANNEL

    @property
    def has_spread(self) -> bool:
        """Whether its channels are known and have several values each, so that they have a mean and a spread."""
        return self.channels > 0 and self.size > 1

    @property
    def has_some(self) -> bool:
        """Whether it has channels or heads that can be switched off."""
        return not self.reason and self.channels + self.heads > 0

    def count(self, part: Part) -> int:
        """Return how many there are of a part."""
        return {Part.CHANNEL: self.channels, Part.HEAD: self.heads, Part.WHOLE: 1}[part]


@dataclass(frozen=True)
class Shift:
    """One class of the answer, before and after.

    Attributes:
        before: With nothing switched off.
        after: With it.
    """

    before: Prediction
    after: Prediction


@dataclass(frozen=True)
class Without:
    """The answer of a network without what is switched off.

    Attributes:
        before, after: The whole answers, read in the same way; of `after` the reason why there are no classes.
        shifts: The first classes of both, those of `before` first; empty where there are no classes to compare.
    """

    before: Answer
    after: Answer
    shifts: tuple[Shift, ...] = ()


@dataclass(frozen=True, eq=False)
class Ranking:
    """What each channel or head of an operation does for one class: the class without it minus the class with all.

    Attributes:
        node: Id of the operation.
        part, how: What was switched off alone, one after the other, and what stood in its place.
        target: Index of the class.
        value: What the network gives for the class with all; a logit unless `unit` says otherwise.
        probability: The same as a probability; None where its numbers are none.
        numbers: (N,) int64, the channels or heads that were tried, those that matter most first.
        values: (N,) float64, change of `value` without each.
        shares: (N,) float64, change of `probability`; None where there are none.
        total: How many there are to try.
        forwards: How many times the model ran.
        unit: What `value` is: `logits`, or `the network's own numbers`.
    """

    node: int
    part: Part
    how: How
    target: int
    value: float
    probability: float | None
    numbers: NDArray[np.int64]
    values: NDArray[np.float64]
    shares: NDArray[np.float64] | None
    total: int
    forwards: int
    unit: str


@dataclass(frozen=True)
class ListParts(Command[Parts]):
    """Asks what of operation `node` can be switched off."""

    lane, urgency, doing = Lane.VIEW, Urgency.SELECTED, "looking what can be switched off"

    forward: int
    node: int


@dataclass(frozen=True)
class AnswerWithout(OfInput[Without]):
    """Asks what a forward's model answers to its input without some parts; nothing of model or forward changes.

    Attributes:
        forward: Number of the forward.
        ablation: What is switched off; empty for nothing.
        way: How the person wants the answer read.
        top: How many classes of each of the two answers.
    """

    lane, urgency, doing = Lane.WORK, Urgency.SELECTED, "running the network without what is off"

    forward: int
    ablation: Ablation = frozenset()
    way: AnswerWay = AS_DERIVED
    top: int = 5


@dataclass(frozen=True)
class RankChannels(StudyOfInput[Ranking]):
    """Asks what each channel or head of operation `node` does for a class, each alone switched off.

    What was found before it was cancelled is kept with the forward, and so is what other classes ask.

    Attributes:
        forward: Number of the forward.
        target: Index of the class.
        part: Channels or heads.
        how, seed: What stands in their place.
        way: How the person wants the answer read.
    """

    lane, doing = Lane.WORK, "ranking what matters"

    forward: int
    node: int
    target: int
    part: Part = Part.CHANNEL
    how: How = How.ZERO
    seed: int = 0
    way: AnswerWay = AS_DERIVED
