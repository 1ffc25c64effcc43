"""The answer: whose it is, and whether it is one at all."""

from dataclasses import replace

import pytest
from desk_fakes import KEY, image, scene, without_forward
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot
from window_fakes import loaded, predictions

from explorer.engine.messages import LoadModel
from explorer.features.answer.pane import AnswerPane, answer_of, why_none
from explorer.records.answers import Answer, Prediction
from explorer.window.desk import Desk
from explorer.window.scene import EngineState, Scene
from explorer.window.spec import Waiting

DOG = (Prediction(1, "dog", 0.9),)


@pytest.fixture
def pane(qtbot: QtBot, desk: Desk) -> AnswerPane:
    pane = AnswerPane(desk)
    qtbot.addWidget(pane.widget)
    pane.widget.show()
    desk.seat(pane, lambda: True)
    return pane


def rows(pane: AnswerPane) -> list[str]:
    model = pane.view.model()
    return [model.index(row, 0).data() for row in range(model.rowCount())]


def show(desk: Desk, now: Scene) -> None:
    desk.put(now)
    desk.settle()


def test_it_wishes_nothing(pane: AnswerPane) -> None:
    assert pane.wants(scene()) is None


def test_the_answer_of_the_forward_is_shown_by_the_names_of_the_classes(pane: AnswerPane, desk: Desk) -> None:
    show(desk, scene())
    assert rows(pane) == ["tabby", "tiger cat"] and pane.view.caption() == "weights: pretrained"


def test_before_the_forward_is_there_the_plain_answer_is_shown() -> None:
    before = without_forward(images=(image(answer=Answer(KEY, DOG)),))
    assert answer_of(before) == DOG
    assert answer_of(before.with_image(KEY, answer=None)) is None


def test_an_answer_is_only_ever_that_of_the_input_that_is_shown() -> None:
    both = scene(images=(image(), image("b", "b.png", answer=Answer("b", DOG))), image="b")
    assert answer_of(both) == DOG
    assert answer_of(both.with_image("b", answer=None)) is None


def test_nothing_stands_under_the_name_of_another_model_or_size(pane: AnswerPane, desk: Desk) -> None:
    show(desk, scene())
    show(desk, scene().with_seat(wanted=LoadModel("zoo:other")))
    assert rows(pane) == [] and pane.view.caption() == ""
    show(desk, scene())
    show(desk, scene().at_size((64, 64)))
    assert rows(pane) == [] and pane.view._hint == "The answer is on its way."


def test_random_weights_are_not_said_to_answer(qtbot: QtBot, pane: AnswerPane, desk: Desk) -> None:
    look = pane.widget.findChild(QPushButton, "showRandomAnswer")
    show(desk, scene())
    assert not look.isVisible()
    show(desk, scene(pretrained=False))
    assert rows(pane) == [] and pane.view.caption() == "random weights: not knowledge"
    assert look.isVisible() and "not trained" in pane.view._hint
    look.click()
    assert rows(pane) == ["tabby", "tiger cat"] and pane.view.caption() == "random weights: not knowledge"
    look.click()
    assert rows(pane) == []


def test_a_persons_own_weights_may_know_something(pane: AnswerPane, desk: Desk) -> None:
    own = replace(loaded(LoadModel("zoo:toy"), pretrained=False), weights="mine.safetensors")
    show(desk, scene().with_seat(model=own))
    assert rows(pane) == ["tabby", "tiger cat"] and pane.view.caption() == "weights: mine.safetensors"


def test_a_forward_without_classes_says_so(pane: AnswerPane, desk: Desk) -> None:
    now = scene()
    show(desk, now.with_seat(forward=replace(now.forward, answer=Answer(KEY))))
    assert rows(pane) == [] and "gave no row of class scores" in pane.view._hint


def test_it_says_why_there_is_none() -> None:
    empty = scene(images=(), image=None).with_seat(forward=None)
    assert why_none(empty) == "Drop an image on the window to read the network's answer."
    assert why_none(without_forward(images=(image(answer=None),))) == "The answer is on its way."
    held = without_forward(images=(image(answer=None, held="it was cancelled"),))
    assert why_none(held) == "No answer: it was cancelled"
    off = without_forward(images=(image(answer=None, failed="cut short"),), engine=EngineState.OFF)
    assert "Drop an image" in why_none(off)


def test_what_has_not_changed_is_not_shown_anew(pane: AnswerPane, desk: Desk) -> None:
    show(desk, scene())
    told: list[int] = []
    pane.view.model().modelReset.connect(lambda: told.append(1))
    pane.show(replace(desk.scene, busy=True), Waiting(""))
    assert told == [] and rows(pane) == [it.label for it in predictions()]
