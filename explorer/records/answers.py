"""What a network answers, how its numbers are read, and what a person may say about that."""

from dataclasses import dataclass, field
from enum import StrEnum

from explorer.records.findings import BACKGROUND, Finding, Objects, Segments


class Reading(StrEnum):
    """How the numbers of an answer are read."""

    SOFTMAX = "softmax"  # scores of classes of which one is right
    SIGMOID = "sigmoid"  # each a score of its own: several may be right, or one number says yes or no
    PROBABILITIES = "probabilities"  # already: the network ends in a softmax or a sigmoid
    VALUES = "values"  # no probabilities
    NONE = "none"  # not an answer at all


@dataclass(frozen=True)
class AnswerWay:
    """How a person wants answers read; what is left out is derived.

    Attributes:
        reading: How the numbers are read.
        output: Name of the tensor that is the answer, of those that the network returns (`output.logits`).
        labels: File with the names of the classes.
    """

    reading: Reading | None = None
    output: str | None = None
    labels: str | None = None


AS_DERIVED = AnswerWay()


@dataclass(frozen=True)
class Prediction:
    """One class of an answer.

    Attributes:
        index: Its number; of a network that gives one number, 1 is what it says yes to and 0 the other.
        label: Its name.
        probability: From 0 to 1; None where the numbers are no probabilities.
        value: What the network gave for it, as it is; None for the other class of a network that gives one number.
    """

    index: int
    label: str
    probability: float | None
    value: float | None = None

    @property
    def rank(self) -> float:
        """What it is ranked by: its probability, else the network's own number."""
        number = self.value if self.probability is None else self.probability
        return 0.0 if number is None else number


@dataclass(frozen=True)
class Answer:
    """What a network answers to an input.

    Attributes:
        key: The input.
        predictions: The first classes, the most probable first; empty where there are none.
        reading: How the numbers were read.
        said: The same in a few words: `softmax of output.logits`; empty if the forward gave no answer.
        reason: Why they are read so, or why there are no classes, in a sentence.
        output: Name of the tensor that was read; empty if none was.
        outputs: Names of the tensors that could be read.
        names: Where the names of the classes are from, and what is assumed of them; empty if they have none.
        way: How the person wanted it.
        finding: Segments, objects or a flow, where the network found those instead of classes.
        given: How the input was made where that is not plain: `one picture, repeated 16 times`; empty else.
        classes: How many classes there are; None where that is not known, or there are none.
        tied: How many classes have exactly the highest number; with more than one, none is the answer.
    """

    key: str
    predictions: tuple[Prediction, ...] = ()
    reading: Reading = Reading.NONE
    said: str = ""
    reason: str = ""
    output: str = ""
    outputs: tuple[str, ...] = ()
    names: str = ""
    way: AnswerWay = field(default=AS_DERIVED)
    finding: Finding | None = None
    given: str = ""
    classes: int | None = None
    tied: int = 1

    @property
    def tie(self) -> str:
        """That no class comes first, for a person: `all classes equal`; empty where one does, or there are none."""
        if self.tied < 2:
            return ""
        return "all classes equal" if self.tied == self.classes else f"{self.tied:,} classes equal"

    @property
    def short_tie(self) -> str:
        """The same where it is plain that it is told of classes: `all equal`."""
        if not self.tie:
            return ""
        return "all equal" if self.tied == self.classes else f"{self.tied:,} equal"

    @property
    def headline(self) -> Prediction | None:
        """The first class, the surest box or the largest segment but for the background; None without, or in a tie."""
        match self.finding:
            case Objects(labels=labels, indices=indices, scores=scores) if labels:
                return Prediction(indices[0], labels[0], float(scores[0]))
            case Segments(parts=parts):
                first = next((it for it in parts if it.label not in BACKGROUND), None)
                return None if first is None else Prediction(first.index, first.label, first.share)
        return self.predictions[0] if self.predictions and not self.tie else None
