"""What the network of a forward answers to another input: that of its own seat, at its size."""

from dataclasses import replace

import compare_networks
import pytest
from engine_asks import Asker, Own

from explorer.engine.messages import Classify, LoadModel, Record, SwapSeats
from explorer.features.compare.messages import AnswerTo


@pytest.fixture
def two(ask: Asker, own: Own) -> Asker:
    ask(own("Classifier"))
    ask(replace(own("Classifier"), seed=1, seat=1))
    for photo in ("coffee", "chelsea"):
        ask.open(photo)
    ask(Record(1, "coffee"))
    ask(Record(2, "coffee", seat=1, size=(40, 40)))
    return ask


def test_it_is_what_the_network_answers_by_itself(two: Asker) -> None:
    told = two(AnswerTo(2, 2, "chelsea"))
    assert told.predictions == two(Classify("chelsea", seat=1, size=(40, 40))).predictions
    assert told.predictions != two(AnswerTo(1, 1, "chelsea")).predictions
    before = two(AnswerTo(1, 1, "chelsea")).predictions
    two(SwapSeats())
    assert two(AnswerTo(1, 1, "chelsea")).predictions == before, "the forward's own network, wherever it sits"


def test_a_forward_or_an_input_that_is_gone_is_refused(two: Asker) -> None:
    assert "Another forward" in two.complaint(AnswerTo(7, 7, "chelsea"))
    assert two.complaint(AnswerTo(1, 1, "no such image"))


def test_a_network_of_two_images_is_given_both(ask: Asker) -> None:
    load = LoadModel(f"{compare_networks.__file__}:Two", seed=0, trusted=True)
    ask(replace(load, seat=1))
    for photo in ("coffee", "chelsea"):
        ask.open(photo)
    ask(Record(1, "coffee", seat=1, beside=("chelsea",)))
    told = ask(AnswerTo(1, 1, "chelsea", beside=("coffee",)))
    assert told.predictions == ask(Classify("chelsea", seat=1, beside=("coffee",))).predictions
    assert told.predictions != ask(AnswerTo(1, 1, "chelsea", beside=("chelsea",))).predictions
