"""How the numbers of an answer are read: found from what made them, and from the numbers themselves."""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from explorer.forward.makers import Chain
from explorer.records.answers import Reading

_SOFTMAX = {"softmax", "safe_softmax", "masked_softmax"}
_SIGMOID = {"sigmoid", "special_expit", "hardsigmoid"}
_LOGARITHMS = {"log_sigmoid_forward", "log_sigmoid", "log", "log1p"}
_LINEAR = {"addmm", "mm", "bmm", "baddbmm", "linear", "mkldnn_linear", "convolution", "addmv", "mv", "dot"}
_BOUNDED = {
    "tanh", "relu", "softplus", "hardtanh", "clamp", "clamp_min", "clamp_max", "exp", "abs", "square", "erf", "sqrt",
    "linalg_vector_norm", "norm", "sin", "cos",
}  # fmt: skip
"""What no score ends in that a sigmoid is to follow: it has ends of its own."""


@dataclass(frozen=True)
class Numbers:
    """One row of numbers that a network gave.

    Attributes:
        row: (K,) float64.
        made: What made it, the last kernel first.
        tolerance: How far from one its sum may lie if it is one.
        task: What the network says of its task (`problem_type` of a configuration); empty for nothing.
    """

    row: Tensor
    made: Chain
    tolerance: float
    task: str = ""

    @classmethod
    def of(cls, row: Tensor, made: Chain, task: str = "") -> "Numbers":
        """Return the numbers of a tensor (K,) of any precision."""
        return cls(row.detach().cpu().double(), made, max(1e-4, 4 * torch.finfo(row.dtype).eps), task)

    @property
    def is_one(self) -> bool:
        """True if it is a single number."""
        return len(self.row) == 1

    @property
    def maker(self) -> str:
        """The kernel that made it; empty if none is known."""
        return self.made[0] if self.made else ""

    @property
    def within_unit(self) -> bool:
        """True if all lie between 0 and 1."""
        return bool(((self.row >= -self.tolerance) & (self.row <= 1 + self.tolerance)).all())

    @property
    def sums_to_one(self) -> bool:
        """True if they could be the probabilities of classes of which one is right."""
        return self.within_unit and abs(float(self.row.sum()) - 1) <= self.tolerance


Found = tuple[Reading, str]
"""How numbers are read, and why."""


def derive(numbers: Numbers) -> Found:
    """Return how the numbers of a network are read, and why, in a sentence."""
    return _of_maker(numbers) or _of_values(numbers) or _of_task(numbers) or _usual(numbers)


def _of_maker(numbers: Numbers) -> Found | None:
    maker = numbers.maker
    if maker in _SOFTMAX:
        if numbers.is_one:
            return Reading.VALUES, "The network ends in a softmax over one number, which is always 1."
        if numbers.sums_to_one:
            return (
                Reading.PROBABILITIES,
                "The network ends in a softmax: its numbers are probabilities already.",
            )
        return (
            Reading.VALUES,
            "The network ends in a softmax over another dimension: its numbers do not sum to 1.",
        )
    if maker == "log_softmax":
        if numbers.is_one:
            return Reading.VALUES, "The network ends in a log-softmax over one number, which is always 0."
        return (
            Reading.SOFTMAX,
            "The network ends in a log-softmax; softmax makes probabilities of its logarithms.",
        )
    if maker in _SIGMOID:
        each = (
            "its number is a probability"
            if numbers.is_one
            else "each of its numbers is a probability of its own"
        )
        return Reading.PROBABILITIES, f"The network ends in a sigmoid: {each} already."
    if maker in _LOGARITHMS:
        return Reading.VALUES, f"The network ends in a logarithm ({maker})."
    return None


def _of_values(numbers: Numbers) -> Found | None:
    if numbers.maker in _LINEAR:
        return None  # whatever they are, they have no bounds
    if numbers.sums_to_one and not numbers.is_one:
        return (
            Reading.PROBABILITIES,
            "The numbers lie between 0 and 1 and sum to 1: they are probabilities already.",
        )
    if numbers.within_unit and "exp" in numbers.made:
        return (
            Reading.PROBABILITIES,
            "The numbers lie between 0 and 1 and come from an exponential: taken for a sigmoid that was written out.",
        )
    return None


def _of_task(numbers: Numbers) -> Found | None:
    if numbers.task == "multi_label_classification" and not numbers.is_one:
        return Reading.SIGMOID, "The network's configuration says that several classes may be right."
    if numbers.task == "regression":
        return Reading.VALUES, "The network's configuration says that it estimates quantities (regression)."
    return None


def _usual(numbers: Numbers) -> Found:
    made = f"made by {numbers.maker}" if numbers.maker else "made by what is not known"
    if not numbers.is_one:
        return Reading.SOFTMAX, f"A row of scores, {made}: taken for classes of which one is right."
    if numbers.maker in _BOUNDED:
        return Reading.VALUES, f"One number, {made}, which gives no score for a sigmoid."
    return (
        Reading.SIGMOID,
        f"One number, {made}: taken for a score of yes against no. A network that estimates a quantity gives one "
        "number too: read it as values then.",
    )


def shares(rows: Tensor, reading: Reading) -> Tensor | None:
    """Return the probabilities that rows of numbers (..., K) are read as; None where they are none."""
    made: dict[Reading, Callable[[], Tensor]] = {
        Reading.SOFTMAX: lambda: rows.softmax(-1),
        Reading.SIGMOID: lambda: rows.sigmoid(),
        Reading.PROBABILITIES: lambda: rows.clamp(0, 1),
    }
    return made[reading]() if reading in made else None


def refusal(numbers: Numbers, reading: Reading) -> str:
    """Say why the numbers cannot be read in a way that a person chose; empty if they can."""
    if reading is Reading.SOFTMAX and numbers.is_one:
        return "Softmax of one number is always 100 %, whatever it is; choose sigmoid or values."
    if reading is Reading.PROBABILITIES and not numbers.within_unit:
        low, high = float(numbers.row.min()), float(numbers.row.max())
        return f"The numbers run from {low:.4g} to {high:.4g}: probabilities lie between 0 and 1."
    return ""


def said(reading: Reading, is_one: bool, sums_to_one: bool) -> str:
    """Say a reading in a few words."""
    if is_one:
        binary = {Reading.SIGMOID: "sigmoid", Reading.PROBABILITIES: "a probability as it is"}
        return f"binary: {binary[reading]}" if reading in binary else "one value as it is"
    return {
        Reading.SOFTMAX: "softmax",
        Reading.SIGMOID: "sigmoid, each on its own",
        Reading.PROBABILITIES: "probabilities as they are"
        if sums_to_one
        else "probabilities, each on its own",
        Reading.VALUES: "values as they are",
        Reading.NONE: "not read",
    }[reading]
