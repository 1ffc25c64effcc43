"""What a person may say of how an answer is read: the choices, as they stand in menus."""

from dataclasses import dataclass, replace

from explorer.records.answers import Answer, AnswerWay, Reading
from explorer.window import answer_ways
from explorer.window.findings import answer_of
from explorer.window.spec import DeskLike, NoticeAction

_TEXTS = {
    Reading.SOFTMAX: "Softmax: scores of classes of which one is right",
    Reading.SIGMOID: "Sigmoid: each score on its own, several may be right",
    Reading.PROBABILITIES: "Probabilities already",
    Reading.VALUES: "Values as they are",
    Reading.NONE: "No answer",
}


@dataclass(frozen=True)
class Choice:
    """One thing that can be chosen: what it says, the way it leads to, and whether it is the one in force."""

    text: str
    way: AnswerWay
    is_chosen: bool


def readings(way: AnswerWay) -> list[Choice]:
    """Return how the numbers can be read, the derived way first."""
    derived = Choice(
        "As the network's last operation means them", replace(way, reading=None), way.reading is None
    )
    others = [Choice(text, replace(way, reading=it), way.reading is it) for it, text in _TEXTS.items()]
    return [derived, *others]


def outputs(way: AnswerWay, answer: Answer | None) -> list[Choice]:
    """Return which of the returned tensors can be read; none if there is no choice."""
    if answer is None:
        return []
    others = answer.finding is not None or way.output is not None
    if len(answer.outputs) + others < 2:
        return []
    likeliest = Choice("The likeliest output", replace(way, output=None), way.output is None)
    named = [Choice(f"Read {it}", replace(way, output=it), way.output == it) for it in answer.outputs]
    return [likeliest, *named]


def names(way: AnswerWay) -> list[Choice]:
    """Return how the names of a file are given up again; none if no file names the classes."""
    return (
        [] if way.labels is None else [Choice("Class names of the network", replace(way, labels=None), False)]
    )


def offers(desk: DeskLike) -> list[NoticeAction]:
    """Return all choices as entries of a menu."""
    way, answer = desk.scene.seat.way, answer_of(desk.scene)
    return [
        NoticeAction(f"{'✓ ' if it.is_chosen else ''}{it.text}", lambda it=it: answer_ways.use(desk, it.way))  # type: ignore[misc]
        for it in (*readings(way), *outputs(way, answer), *names(way))
    ]


def next_reading(desk: DeskLike) -> None:
    """Read the answer in the next way."""
    choices = readings(desk.scene.seat.way)
    place = next(k for k, it in enumerate(choices) if it.is_chosen)
    answer_ways.use(desk, choices[(place + 1) % len(choices)].way)
