"""The answer: whose it is, and whether it is one at all."""

from dataclasses import replace

import pytest
from desk_fakes import KEY, image, scene, without_forward
from panes import seated
from PySide6.QtCore import QEvent, QRect
from PySide6.QtGui import QActionGroup
from PySide6.QtWidgets import QApplication, QPushButton
from pytestqt.qtbot import QtBot
from window_fakes import loaded, predictions

from explorer.engine.messages import LoadModel
from explorer.features.answer import FEATURE
from explorer.features.answer.pane import AnswerPane, why_none
from explorer.records.answers import Answer, AnswerWay, Prediction, Reading
from explorer.window import answer_ways
from explorer.window.desk import Desk
from explorer.window.findings import answer_of
from explorer.window.scene import EngineState, Scene
from explorer.window.spec import Waiting

DOG = (Prediction(1, "dog", 0.9),)


@pytest.fixture
def pane(qtbot: QtBot, desk: Desk) -> AnswerPane:
    return seated(qtbot, desk, AnswerPane(desk))


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
    assert answer_of(before) == Answer(KEY, DOG)
    assert answer_of(before.with_image(KEY, answer=None)) is None


def test_an_answer_is_only_ever_that_of_the_input_that_is_shown() -> None:
    both = scene(images=(image(), image("b", "b.png", answer=Answer("b", DOG))), image="b")
    assert answer_of(both) == Answer("b", DOG)
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
    assert rows(pane) == [] and not pane.view.isVisible()
    assert look.isVisible() and pane.why.text().startswith("Random weights: ")
    qtbot.waitUntil(lambda: 0 < pane.why.geometry().bottom() < look.geometry().top())
    look.click()
    assert rows(pane) == ["tabby", "tiger cat"] and pane.view.caption() == "random weights"
    look.click()
    assert rows(pane) == []


def test_what_stands_below_does_not_move_when_an_answer_comes(
    qtbot: QtBot, pane: AnswerPane, desk: Desk
) -> None:
    model = replace(loaded(LoadModel("zoo:toy"), pretrained=False), can_download=True)
    heights = set()
    for now in (without_forward(), scene(), scene(pretrained=False), scene().with_seat(model=model)):
        show(desk, now)
        qtbot.wait(10)
        heights.add((pane.widget.minimumSizeHint().height(), pane.widget.sizeHint().height()))
    look = pane.widget.findChild(QPushButton, "showRandomAnswer")
    assert len(heights) == 1 and look.isVisible() and not pane.reading.isVisible()
    look.click()
    qtbot.wait(10)
    assert pane.view.height() >= pane.view.sizeHint().height()


@pytest.mark.parametrize("can_download", [False, True])
def test_the_button_stays_where_it_is_when_it_shows_and_hides_the_numbers(
    qtbot: QtBot, pane: AnswerPane, desk: Desk, can_download: bool
) -> None:
    model = replace(loaded(LoadModel("zoo:toy"), pretrained=False), can_download=can_download)
    show(desk, scene(pretrained=False).with_seat(model=model))
    look = pane.widget.findChild(QPushButton, "showRandomAnswer")
    places = []
    for _ in range(3):
        qtbot.wait(10)
        places.append(look.geometry())
        look.click()
    assert look.isVisible() and len(set(map(QRect.getRect, places))) == 1


def test_how_it_is_read_is_a_plain_text_with_an_arrow_after_it(pane: AnswerPane, desk: Desk) -> None:
    show(desk, scene(images=(image(answer=READ),)))
    pane.reading.resize(600, 24)
    shot = pane.reading.grab().toImage()
    words = pane.reading.fontMetrics().horizontalAdvance(pane.reading.text())
    inked = [x for x in range(600) if len({shot.pixel(x, y) for y in range(shot.height())}) > 1]
    assert words < max(inked) < words + 24


def test_how_it_is_read_ends_with_a_whole_fact_where_there_is_little_room(
    pane: AnswerPane, desk: Desk
) -> None:
    show(desk, scene(images=(image(answer=replace(READ, said="softmax", names="names: a/long/name")),)))
    button = pane.reading
    first, whole = (button.fontMetrics().horizontalAdvance(it) for it in ("softmax", button.text()))
    inked = []
    for width in (first + 24, whole + 10):  # below the room of both facts with the arrow
        button.resize(width, 24)
        shot = button.grab().toImage()
        inked.append(
            [x for x in range(first + 24) if len({shot.pixel(x, y) for y in range(shot.height())}) > 1]
        )
    assert button.text() == "softmax    a/long/name" and inked[0] == inked[1]


def test_a_persons_own_weights_may_know_something(pane: AnswerPane, desk: Desk) -> None:
    own = replace(loaded(LoadModel("zoo:toy"), pretrained=False), weights="mine.safetensors")
    show(desk, scene().with_seat(model=own))
    assert rows(pane) == ["tabby", "tiger cat"] and pane.view.caption() == "weights: mine.safetensors"


def test_an_answer_without_classes_says_why(pane: AnswerPane, desk: Desk) -> None:
    bad = Answer(KEY, said="not finite", reason="4 NaN among the 4 numbers of the output.")
    show(desk, scene(images=(image(answer=bad),)))
    assert (
        rows(pane) == [] and pane.view._hint == "No classes to show. 4 NaN among the 4 numbers of the output."
    )
    assert pane.reading.text() == "not finite" and pane.reading.isVisible()


# ---- how it is read ----

READ = Answer(
    KEY, DOG, Reading.SOFTMAX, "softmax of output[0]", "A row of scores.", "output[0]", ("output[0]", "output[1]"),
    "names: ImageNet-1k, assumed of 1,000 classes",
)  # fmt: skip


def entries(pane: AnswerPane) -> dict[str, bool]:
    pane.reading.menu().aboutToShow.emit()
    return {it.text(): it.isChecked() for it in pane.reading.menu().actions() if it.isCheckable()}


def press(pane: AnswerPane, text: str) -> None:
    pane.reading.menu().aboutToShow.emit()
    next(it for it in pane.reading.menu().actions() if it.text() == text).trigger()


def test_how_it_was_read_is_said_and_why_in_the_tooltip(pane: AnswerPane, desk: Desk) -> None:
    show(desk, scene(images=(image(answer=READ),)))
    assert pane.reading.text() == "softmax of output[0]    ImageNet-1k, assumed of 1,000 classes"
    assert "A row of scores." in pane.reading.toolTip() and "Names: ImageNet-1k" in pane.reading.toolTip()
    show(desk, scene(images=(image(answer=None),), image=KEY))
    assert pane.reading.text() == "" and not pane.reading.isEnabled()


def test_the_line_that_says_how_it_was_read_stays_in_its_place(
    qtbot: QtBot, pane: AnswerPane, desk: Desk
) -> None:
    places = set()
    for now in (without_forward(), scene(images=(image(answer=READ),)), scene(images=(image(answer=None),))):
        show(desk, now)
        qtbot.wait(10)
        places.add((pane.reading.isVisible(), pane.reading.y(), pane.view.height()))
    assert len(places) == 1


def test_that_all_classes_are_equal_is_said_first(pane: AnswerPane, desk: Desk) -> None:
    now = scene()
    answer = now.images[0].answer
    assert answer is not None
    show(desk, now.with_image(now.images[0].key, answer=replace(answer, tied=1000, classes=1000)))
    assert pane.reading.text().startswith("all classes equal")


def test_of_the_ways_to_read_an_answer_one_holds_and_is_marked_so(pane: AnswerPane, desk: Desk) -> None:
    groups = []
    for _ in range(2):
        pane.reading.menu().aboutToShow.emit()
        QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
        groups.append(len(pane.reading.menu().findChildren(QActionGroup)))
    ways = [it for it in pane.reading.menu().actions() if it.isCheckable() and it.actionGroup() is not None]
    assert len(ways) > 2 and all(it.actionGroup().isExclusive() for it in ways)
    assert groups[0] == groups[1], "those of the last time are gone"


def test_another_way_is_chosen_in_the_menu_and_kept_with_the_network(pane: AnswerPane, desk: Desk) -> None:
    show(desk, scene(images=(image(answer=READ),)))
    assert [text for text, chosen in entries(pane).items() if chosen] == [
        "As the network's last operation means them",
        "The likeliest output",
    ]
    press(pane, "Probabilities already")
    assert desk.scene.seat.way == AnswerWay(Reading.PROBABILITIES) and desk.scene.selected.answer is None
    show(desk, desk.scene.with_image(KEY, answer=READ))
    press(pane, "Read output[1]")
    wanted = AnswerWay(Reading.PROBABILITIES, "output[1]")
    assert desk.scene.seat.way == wanted == answer_ways.kept(desk, "zoo:toy")
    assert [text for text, chosen in entries(pane).items() if chosen] == [
        "Probabilities already",
        "Read output[1]",
    ]


def test_the_key_goes_through_the_readings(desk: Desk) -> None:
    (action,) = (it for it in FEATURE.actions if it.id == "answerReading")
    desk.put(scene(images=(image(answer=READ),)))
    assert action.enabled(desk.scene) and not action.enabled(without_forward(images=(image(answer=None),)))
    seen = []
    for _ in range(6):
        action.run(desk)
        seen.append(desk.scene.seat.way.reading)
    assert seen == [*Reading, None]
    labels = [it.label for it in action.offers(desk)]
    assert labels[0] == "✓ As the network's last operation means them" and len(labels) == 6, (
        "no outputs: the answer is on its way"
    )


def test_it_says_why_there_is_none() -> None:
    empty = scene(images=(), image=None).with_seat(forward=None)
    assert why_none(empty) == "What the network answers appears here."
    assert why_none(without_forward(images=(image(answer=None),))) == "The answer is on its way."
    held = without_forward(images=(image(answer=None, held="it was cancelled"),))
    assert why_none(held) == "No answer: it was cancelled"
    broken = without_forward(images=(image(answer=None, failed="cut short"),))
    assert why_none(broken) == "No answer: photo.png could not be opened."
    off = without_forward(images=(image(answer=None),), engine=EngineState.OFF)
    assert why_none(off) == "The answer is on its way."


def test_what_has_not_changed_is_not_shown_anew(pane: AnswerPane, desk: Desk) -> None:
    show(desk, scene())
    told: list[int] = []
    pane.view.model().modelReset.connect(lambda: told.append(1))
    pane.show(replace(desk.scene, busy=True), Waiting(""))
    assert told == [] and rows(pane) == [it.label for it in predictions()]
