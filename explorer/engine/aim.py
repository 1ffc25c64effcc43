"""Where the score of a class stands: in which tensor, before a softmax that may follow, and at which number.

Whoever differentiates an answer asks here, so that all mean the same score by it.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from torch import Tensor

from explorer.engine import answering
from explorer.engine.class_names import ClassNames, class_names
from explorer.engine.held import HeldForward
from explorer.engine.recorded import RecordedForward
from explorer.forward.again import Change, can_be_met
from explorer.forward.returned import returned
from explorer.records.answers import AnswerWay, Reading
from explorer.records.errors import ExplorerError, UsageError
from explorer.records.models import VisionTask
from explorer.records.units import shape

_ENDS = {"softmax", "log_softmax", "sigmoid"}
_HANDS_ON = {"squeeze", "flatten", "view", "reshape", "clone", "contiguous", "to", "float"}


@dataclass(frozen=True)
class Aim:
    """The score of one class.

    Attributes:
        way: To the tensor that holds it, in what the network returns.
        node: Id of the operation that yields the numbers before a softmax or a sigmoid; None where what is returned
            has none.
        classes: How many numbers there are.
        place: Which of them it is.
        sign: -1 where the number speaks against the class: of the other of two classes that one number tells apart.
        index, label: Of the class.
        score_is: What the number is: `logit`, or what it is where the network gives no logits.
    """

    way: str
    node: int | None
    classes: int
    place: int
    index: int
    label: str
    sign: float = 1.0
    score_is: str = "logit"

    def score(self, rows: Tensor) -> Tensor:
        """Return the scores (B,) of the class in rows (B, classes); a probability against it is taken off one."""
        spoken = self.sign * rows[:, self.place]
        return spoken + 1 if self.sign < 0 and self.score_is == "probability" else spoken

    def met(
        self, changes: Mapping[int, Change], model: str
    ) -> tuple[dict[int, Change], Callable[[Any, int], Tensor]]:
        """Return changes for a run that see the scores as well, and what finds these in what the run returned.

        Args:
            changes: What is done at other operations, by their number.
            model: Its name, for an error.

        Returns:
            The changes, and a function of what the model returned for so many inputs, which gives rows (B, classes).
        """
        kept: dict[int, Tensor] = {}
        node = self.node

        def keep(value: Tensor) -> None:
            kept[0] = value.clone()  # the model may write into it

        def rows(output: Any, count: int) -> Tensor:
            found = kept[0] if node is not None else dict(returned(output)).get(self.way)
            if found is None or found.numel() != count * self.classes:
                given = "no scores" if found is None else f"scores of shape {shape(tuple(found.shape))}"
                raise ExplorerError(
                    f"{model} gave {given} for {count:,} inputs, not {self.classes:,} for each; "
                    "what gives other scores when it runs again cannot be explained."
                )
            return found.reshape(count, self.classes)

        return dict(changes) if node is None else {**changes, node: keep}, rows


def aim(held: HeldForward, way: AnswerWay, target: int | str | None) -> Aim:
    """Return where the score of a class stands.

    Args:
        held: The forward.
        way: How the person wants its answer read.
        target: Number or name of the class; None for the first of the answer.

    Raises:
        UsageError: There is no such class.
        ExplorerError: The network gives no score of a class, or none that is a number.
    """
    answer = answering.of_forward(held, way, 1)
    if held.trace.error is not None:
        raise ExplorerError(f"{held.trace.failure}; what gave no answer cannot be explained.")
    if answer.finding is not None or not answer.output or answer.classes is None:
        raise ExplorerError(_why_not(held, answer.reason))
    if not answer.predictions and answer.reading is Reading.NONE and target is None:
        raise ExplorerError(f"{answer.reason} There is nothing to explain.")
    classes, names = answer.classes, class_names(held.model, way)
    is_one = classes == 1 and answer.reading in (Reading.SIGMOID, Reading.PROBABILITIES)
    labels = _two(names) if is_one else tuple(names.label(k, classes) for k in range(classes))
    index = answer.predictions[0].index if target is None else find_class(labels, target)
    path = answer.output.removeprefix("output")
    return _aim(held, path, classes, index, labels[index], answer.reading, is_one)


def labels_of(held: HeldForward, way: AnswerWay) -> tuple[str, ...]:
    """Return the names of all classes of the answer; none where it names no classes."""
    answer = answering.of_forward(held, way, 1)
    if answer.classes is None or answer.finding is not None:
        return ()
    names = class_names(held.model, way)
    if answer.classes == 1 and answer.reading in (Reading.SIGMOID, Reading.PROBABILITIES):
        return _two(names)
    return tuple(names.label(k, answer.classes) for k in range(answer.classes))


def plain_aim(forward: RecordedForward, target: int | None) -> Aim:
    """Return where the score stands in a network of which nothing is known but its forward; arguments as for `aim`."""
    given = [
        (way, tensor, made)
        for (way, tensor), made in zip(forward.recording.returned, forward.made, strict=True)
    ]
    found = answering.row_of(given)
    if found is None:
        raise ExplorerError(
            "The network returned no row of class scores (1, K): there is no score to explain."
        )
    way, row, reading = found
    labels = tuple(f"class {k}" for k in range(row.numel()))
    index = int(row.argmax()) if target is None else find_class(labels, target)
    return _aim(forward, way, row.numel(), index, labels[index], reading, is_one=False)


def find_class(labels: tuple[str, ...], wanted: int | str) -> int:
    """Return the number of a class by its number, its name, or one of its names between commas.

    Raises:
        UsageError: There is none such; the message offers the closest names.
    """
    number = int(wanted) if isinstance(wanted, int) or re.fullmatch(r"\d{1,9}", wanted) else None
    if number is not None:
        if 0 <= number < len(labels):
            return number
        raise UsageError(f"There is no class {number}: the network has {len(labels):,}, numbered from 0.")
    named = str(wanted).strip().lower()
    spelled = [[name.strip().lower() for name in (label, *label.split(","))] for label in labels]
    if (found := next((k for k, names in enumerate(spelled) if named in names), None)) is not None:
        return found
    close = get_close_matches(named, [names[0] for names in spelled], n=3, cutoff=0.5)
    hint = (
        f"did you mean {' or '.join(close)}?"
        if close
        else "give its name as the answer writes it, or its number."
    )
    raise UsageError(f"There is no class named {wanted!r}; {hint}")


def _two(names: ClassNames) -> tuple[str, ...]:
    no, yes = names.of_one()
    return (no or f"not {yes}", yes)


def _aim(
    forward: RecordedForward, way: str, classes: int, index: int, label: str, reading: Reading, is_one: bool
) -> Aim:
    node, maker = _before_the_end(forward, way, classes)
    is_probability = reading is Reading.PROBABILITIES and node is None
    score_is = "probability" if is_probability else "value" if reading is Reading.VALUES else "logit"
    if node is None and maker == "log_softmax":
        score_is = "log-probability"
    sign = -1.0 if is_one and index == 0 else 1.0
    return Aim(way, node, classes, 0 if is_one else index, index, label, sign, score_is)


def _before_the_end(forward: RecordedForward, way: str, classes: int) -> tuple[int | None, str]:
    """Return the operation that a softmax or sigmoid at the end reads, and what stands there; empty if neither does."""
    nodes, operations = forward.trace.nodes, forward.recording.operations
    node = next(k for k, it in enumerate(operations) if it.op == "output" and it.way == way)
    seen = node
    while nodes[seen].inputs and (seen == node or nodes[seen].op in _HANDS_ON):
        seen = nodes[seen].inputs[0]
    if nodes[seen].op not in _ENDS or not nodes[seen].inputs:
        return None, ""
    before = nodes[seen].inputs[0]
    size = 1
    for side in nodes[before].shape:
        size *= side
    fits = can_be_met(operations[before]) and size == classes
    return (before if fits else None), nodes[seen].op


_NOT_OF = {
    VisionTask.SEGMENTATION: "it gives each pixel a class, not the picture",
    VisionTask.DETECTION: "it gives boxes a class each, not the picture",
}


def _why_not(held: HeldForward, reason: str) -> str:
    why = _NOT_OF.get(held.model.spec.entry.task, reason.rstrip("."))
    return f"{held.trace.model} has no score of a class to explain: {why}."
