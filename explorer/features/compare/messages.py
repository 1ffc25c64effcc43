"""What can be asked of two networks, a forward each."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from math import nan

import numpy as np
from numpy.typing import NDArray

from explorer.engine.command import Command, Lane, Urgency
from explorer.engine.messages import Look
from explorer.records.answers import AS_DERIVED, Answer, AnswerWay
from explorer.records.measures import Spread
from explorer.records.trace import Attribute, ReceptiveField
from explorer.records.values import ValueView

TOLERANCE = 1e-5
"""Relative error from which on two values are said to part, where nobody says otherwise."""

ByHand = tuple[tuple[int | None, int | None], ...]
"""What a person mends in a match: ids of an operation of each side that are a pair, or one that is to stay alone."""


class Why(StrEnum):
    """Why two operations are a pair."""

    HAND = "by hand"
    NAME = "name"
    STRUCTURE = "structure"


@dataclass(frozen=True)
class Change:
    """Something that differs between the two operations of a pair.

    Attributes:
        what: `operation`, `shape`, `dtype`, `parameters` (their number), or the name of an attribute (`kernel_size`).
        a, b: What it is on each side; None where it has none.
    """

    what: str
    a: Attribute | None
    b: Attribute | None


@dataclass(frozen=True)
class MatchedPair:
    """An operation of each side that are the same part of their networks.

    Attributes:
        a, b: Ids of the operations in their traces.
        why: What says so.
        changes: What differs between them, their values aside.
    """

    a: int
    b: int
    why: Why
    changes: tuple[Change, ...] = ()


@dataclass(frozen=True)
class Matching:
    """Which operation of one network is which of another; inputs and outputs are no operations.

    Attributes:
        pairs: In the order in which the operations of `a` ran.
        only_a, only_b: Ids of the operations that have no partner, in the order in which they ran.
    """

    pairs: tuple[MatchedPair, ...]
    only_a: tuple[int, ...]
    only_b: tuple[int, ...]

    @cached_property
    def of_a(self) -> Mapping[int, MatchedPair]:
        """The pair of each operation of `a` that has one."""
        return {pair.a: pair for pair in self.pairs}

    @cached_property
    def of_b(self) -> Mapping[int, MatchedPair]:
        """The pair of each operation of `b` that has one."""
        return {pair.b: pair for pair in self.pairs}


@dataclass(frozen=True)
class Match(Command[Matching]):
    """Asks which operation of forward `a` is which of forward `b`; networks without common parts have no pairs.

    Attributes:
        a, b: Numbers of the forwards.
        by_hand: What a person mended.
    """

    lane, urgency, doing = Lane.VIEW, Urgency.SELECTED, "matching two networks"
    looks_into = ("a", "b")

    a: int
    b: int
    by_hand: ByHand = ()


# ---- values ----


@dataclass(frozen=True)
class Agreement:
    """How far the first outputs of two operations agree, all in float64.

    Places where both have the same infinity, or both NaN, agree; the rest is told by the places that are finite. Where
    one side is not finite and the other is something else, `relative_error` and `max_difference` are infinite.

    Attributes:
        a, b: Ids of the operations.
        cosine: Cosine similarity of the values as vectors; NaN where it is unknown: shapes differ, one side is all
            zeros, or not all is finite that should be.
        relative_error: ||a - b|| / ||b||, the normwise relative error (Higham, Accuracy and Stability of Numerical
            Algorithms, 2002, section 6.2) in the 2-norm with `b` as the reference; infinite where only `b` is all
            zeros; NaN where shapes differ.
        max_difference: Largest absolute difference at a place; NaN where shapes differ.
        identical: True if shape, dtype and every bit are the same.
        not_finite: At how many places a value is NaN or infinite on one side at least.
        reason: Why it is unknown; empty if it is known.
    """

    a: int
    b: int
    cosine: float = nan
    relative_error: float = nan
    max_difference: float = nan
    identical: bool = False
    not_finite: int = 0
    reason: str = ""

    @property
    def told(self) -> str:
        """How far they agree, in a few words; why that is unknown where it is."""
        return self.reason or f"relative error {self.relative_error:.3g}"

    def is_beyond(self, tolerance: float) -> bool:
        """Tell whether the values part: bit by bit for a tolerance of 0, else by the relative error, or by shape."""
        if tolerance == 0:
            return not self.identical
        return not self.identical and not self.relative_error <= tolerance


@dataclass(frozen=True)
class ValueComparison:
    """How far the values of two forwards agree.

    Attributes:
        matching: Which operations are compared.
        inputs: Of the first inputs of the two networks.
        agreements: One a pair, in the order of the pairs; fewer than pairs in an answer so far.
    """

    matching: Matching
    inputs: Agreement
    agreements: tuple[Agreement, ...]

    @cached_property
    def of_a(self) -> Mapping[int, Agreement]:
        """The agreement at each operation of `a` that was compared."""
        return {it.a: it for it in self.agreements}

    def first_beyond(self, tolerance: float = TOLERANCE) -> Agreement | None:
        """Return where they part: the first pair, as `a` ran, beyond a relative error (0: not bit by bit the same).

        A pair of different shapes is beyond any. None if all agree.
        """
        return next((it for it in self.agreements if it.is_beyond(tolerance)), None)


@dataclass(frozen=True)
class CompareValues(Command[ValueComparison]):
    """Asks how far the values of two forwards agree, pair by pair; values that were let go are computed again.

    Attributes:
        a, b, by_hand: As in `Match`.
    """

    lane, urgency, doing = Lane.WORK, Urgency.BESIDE, "comparing values"
    frees = True
    looks_into = ("a", "b")

    a: int
    b: int
    by_hand: ByHand = ()


@dataclass(frozen=True, eq=False)
class DifferenceView:
    """Two values and their difference, ready to be looked at.

    Attributes:
        a, b: The values; the mosaics have the same scale, or the same for each channel, where they are laid out alike.
        difference: a - b in float64 on a scale of its own, symmetric around zero; None where it is unknown.
        reason: Why it is; empty if it is not.
    """

    a: ValueView
    b: ValueView
    difference: ValueView | None
    reason: str = ""


@dataclass(frozen=True)
class ViewDifference(Look[DifferenceView]):
    """Asks for the first output of an operation of each of two forwards, and their difference.

    Attributes:
        a, node_a: Number of the one forward, id of its operation.
        b, node_b: Of the other.
        shared_scale, aspect: As in `ViewValue`.
    """

    urgency, doing = Urgency.SELECTED, "comparing two values"
    looks_into = ("a", "b")

    a: int
    node_a: int
    b: int
    node_b: int
    shared_scale: bool = True
    aspect: float = 1.0


# ---- representations ----


@dataclass(frozen=True, eq=False)
class Cka:
    """Linear CKA of the layers of two networks: how alike they tell examples apart.

    Kornblith, Norouzi, Lee, Hinton: Similarity of Neural Network Representations Revisited, ICML 2019, section 3: with
    the features of each layer centred over the examples, K = XXᵀ and L = YYᵀ, it is <K, L> / (|K| |L|), from 0 to 1.

    Attributes:
        layers_a, layers_b: Ids of the operations, in the order in which they ran.
        matrix: (A, B) float64; NaN where it is unknown: not computed yet, no finite values, the same for all examples,
            or examples that the two layers do not share.
        pairs: Ids of matched operations among the layers.
        examples: What the examples were: `3 open images`, `the places of each map`.
        count: How many there were; 0 where it is not the same for all layers.
        rule: Which operations are layers, in a sentence.
        caution: With what care it is to be read, in a sentence; empty for none.
        why: Why so.
        over: What kind of examples they were, in a word or two: `images`, `places`.
        is_rough: True if they are so few, or so much alike, that a value by itself means little.
    """

    layers_a: tuple[int, ...]
    layers_b: tuple[int, ...]
    matrix: NDArray[np.float64]
    pairs: tuple[tuple[int, int], ...]
    examples: str
    count: int
    rule: str
    caution: str = ""
    why: str = ""
    over: str = "images"
    is_rough: bool = False

    def between(self, a: int, b: int) -> float:
        """Return the CKA of two operations; NaN where it is unknown, or one of them is no layer."""
        if a not in self.layers_a or b not in self.layers_b:
            return nan
        return float(self.matrix[self.layers_a.index(a), self.layers_b.index(b)])


@dataclass(frozen=True)
class MeasureCka(Command[Cka]):
    """Asks for the linear CKA of all layers of one network with all of another; parts of it come as they are known.

    Attributes:
        a, b: Numbers of the forwards whose networks, sizes and modes are meant.
        by_hand: As in `Match`.
        images: Keys of the inputs that are the examples, at least two; both networks run on each. Empty for the places
            of the maps in the two forwards as they are: known where two layers have the same grid.
        like: For each forward the first of those that ran alike; over images the answer is true of all of these, so
            that this names the question. Empty for the forwards themselves.
    """

    lane, urgency, doing = Lane.WORK, Urgency.LAB, "comparing representations"
    frees = True
    looks_into = ("a", "b")

    a: int = field(compare=False)
    b: int = field(compare=False)
    by_hand: ByHand = ()
    images: tuple[str, ...] = ()
    like: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        """Be like no others, if nothing else is said."""
        if not self.like or not self.images:
            object.__setattr__(self, "like", (self.a, self.b))


@dataclass(frozen=True)
class AnswerTo(Command[Answer]):
    """Asks what the network of a forward answers to another input, at the forward's size.

    Attributes:
        forward: Its number.
        like: The first of the forwards that ran like it: the answer is the same of all, so this names the question.
        key: The input.
        way: How the answer is read.
        beside: As in `Classify`.
    """

    lane, urgency, doing = Lane.WORK, Urgency.BESIDE, "classifying an image"

    forward: int = field(compare=False)
    like: int
    key: str
    way: AnswerWay = AS_DERIVED
    beside: tuple[str, ...] = ()


# ---- facts ----


@dataclass(frozen=True)
class Facts:
    """What can be said of a network in a table; None is unknown.

    Attributes:
        name: Its full name.
        weights: What its weights are, for a person.
        pretrained: True only for published, verified weights.
        params: Number of parameters, shared ones once.
        weight_bytes: Bytes of parameters and buffers.
        macs: Multiply-accumulates of the forward; without those of `macs_unknown` operations that have no formula.
        activation_bytes: All outputs of the forward, as if each were kept.
        input_shape: Shape of the first input.
        top1: Published ImageNet-1k top-1 of the pretrained weights, in percent.
        field_layer: The last operation whose output has more than one place.
        field: Its receptive field.
        forward: Time of the plain forward, where it was measured.
        failure: Where and why the forward failed, so that its costs are those up to there; empty if it did not.
    """

    name: str
    weights: str
    pretrained: bool
    params: int
    weight_bytes: int
    macs: int
    macs_unknown: int
    activation_bytes: int
    input_shape: tuple[int, ...]
    top1: float | None = None
    field_layer: str | None = None
    field: ReceptiveField | None = None
    forward: Spread | None = None
    failure: str = ""
