"""What is kept of the answers, and what goes first."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from explorer.engine.command import Command
from explorer.engine.messages import ListModels, ViewValue
from explorer.window import answers
from explorer.window.answers import Answers


@dataclass(frozen=True, eq=False)
class Load:
    """A record of so many bytes, in an array, a table or a tuple."""

    data: Any


def load(size: int) -> Load:
    return Load(np.zeros(size, np.uint8))


def view(node: int) -> ViewValue:
    return ViewValue(1, node)


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answers, "_MOST", 4)
    monkeypatch.setattr(answers, "_MOST_BYTES", 1000)


def kept(known: Answers) -> list[int]:
    return [node for node in range(20) if view(node) in known]


def test_what_was_not_used_for_longest_goes_first() -> None:
    known = Answers()
    for node in range(4):
        known.keep(view(node), load(1))
    known.get(view(0))
    known.keep(view(4), load(1))
    assert kept(known) == [0, 2, 3, 4]


@pytest.mark.parametrize("wrap", [lambda it: it, lambda it: {"scale": it}, lambda it: (1, (it,))])
def test_bytes_of_arrays_count_wherever_they_are(wrap: Any) -> None:
    known = Answers()
    for node in range(3):
        known.keep(view(node), Load(wrap(np.zeros(400, np.uint8))))
    assert kept(known) == [1, 2]


def test_the_newest_and_what_is_needed_stay_however_large() -> None:
    known = Answers()
    known.keep(view(0), load(900))
    known.keep(view(1), load(900), needed=(view(0),))
    assert kept(known) == [0, 1]
    known.keep(view(2), load(5000))
    assert kept(known) == [2]


def test_an_answer_in_the_place_of_another_counts_once() -> None:
    known = Answers()
    for _ in range(5):
        known.keep(view(0), load(600))
    known.keep(view(1), load(300))
    assert kept(known) == [0, 1]


def test_what_was_asked_of_a_forward_goes_with_it_and_nothing_else() -> None:
    known = Answers()
    for command in (ViewValue(1, 0), ViewValue(2, 0), ListModels()):
        known.keep(command, load(1))
    known.forget_but({2})
    assert ViewValue(1, 0) not in known and ViewValue(2, 0) in known and ListModels() in known


@dataclass(frozen=True)
class Both(Command[int]):
    """A question about two forwards, true of all that ran like them."""

    looks_into = ("a", "b")

    a: int
    b: int
    like: tuple[int, ...] = ()


@pytest.mark.parametrize(
    ("question", "stays"),
    [
        (Both(1, 2), False),
        (Both(2, 3), True),
        (Both(1, 2, like=(1, 2)), True),
        (Both(1, 2, like=(7, 2)), False),
        (ListModels(), True),
    ],
)
def test_what_looks_into_two_forwards_goes_with_either_unless_it_is_true_of_others(
    question: Command[Any], stays: bool
) -> None:
    known = Answers()
    known.keep(question, 1)
    known.forget_but({2, 3}, {1, 2})
    assert (question in known) is stays
