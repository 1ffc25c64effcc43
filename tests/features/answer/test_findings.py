"""The pane of the answer where something was found: its list, its controls, and what is drawn at its side."""

import csv
import io
from dataclasses import replace

import pytest
from finding_fakes import flow, found, objects, segments
from panes import seated
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from explorer.features.answer import FEATURE
from explorer.features.answer.pane import AnswerPane
from explorer.features.field.input_pane import InputPane
from explorer.records.findings import Finding
from explorer.window.desk import Desk
from explorer.window.findings import FindingChoice
from explorer.window.widgets.tables import csv_of


@pytest.fixture
def pane(qtbot: QtBot, desk: Desk) -> AnswerPane:
    return seated(qtbot, desk, AnswerPane(desk), (320, 300))


@pytest.fixture
def side(qtbot: QtBot, desk: Desk) -> InputPane:
    return seated(qtbot, desk, InputPane(desk))


def show(desk: Desk, finding: Finding, pretrained: bool = True) -> None:
    desk.put(found(finding, pretrained))
    desk.settle()


def rows(pane: AnswerPane) -> list[tuple[str, str]]:
    model = pane.found.model()
    return [(model.index(k, 0).data(), model.index(k, 1).data()) for k in range(model.rowCount())]


def test_what_was_found_stands_in_the_place_of_classes(pane: AnswerPane, desk: Desk) -> None:
    show(desk, segments())
    assert pane.found.isVisible() and not pane.view.isVisible()
    assert rows(pane) == [("background", "88.9 %"), ("cat", "11.1 %")]
    assert pane.found.caption() == "weights: pretrained"
    desk.put(desk.scene.with_image(desk.scene.image, answer=None))
    desk.settle()
    assert pane.view.isVisible() and not pane.found.isVisible()


def test_the_threshold_is_for_boxes_and_moves_the_list_and_the_drawing(
    pane: AnswerPane, side: InputPane, desk: Desk
) -> None:
    show(desk, segments())
    assert not pane.controls.threshold.isVisible() and pane.controls.opacity.isVisible()
    show(desk, objects())
    assert pane.controls.threshold.isVisible() and not pane.controls.opacity.isVisible()
    assert rows(pane) == [("person", "97.0 %"), ("dog", "71.0 %")]
    before = side.widget.layer
    pane.controls.threshold.setValue(80)
    assert desk.scene.choice(FindingChoice).threshold == 0.8
    assert rows(pane) == [("person", "97.0 %")] and side.widget.layer is not before
    pane.controls.threshold.setValue(99)
    assert rows(pane) == [] and pane.found.hint.startswith("No box scores 99 % or more; the best is person")


def test_a_class_is_turned_off_with_a_click_or_space(
    pane: AnswerPane, side: InputPane, desk: Desk, qtbot: QtBot
) -> None:
    show(desk, objects())
    model, before = pane.found.model(), side.widget.layer
    assert model.setData(model.index(0, 0), Qt.CheckState.Unchecked, Qt.ItemDataRole.CheckStateRole)
    assert desk.scene.choice(FindingChoice).turned == {1} and side.widget.layer is not before
    off = model.index(0, 0).data(Qt.ItemDataRole.CheckStateRole)
    assert off == Qt.CheckState.Unchecked and rows(pane)[0][0] == "person"
    pane.found.setCurrentIndex(model.index(0, 1))
    qtbot.keyClick(pane.found, Qt.Key.Key_Space)
    assert desk.scene.choice(FindingChoice).turned == frozenset()


def test_another_network_begins_with_all_classes_on(pane: AnswerPane, side: InputPane, desk: Desk) -> None:
    def shown() -> object:
        return model.index(0, 0).data(Qt.ItemDataRole.CheckStateRole)

    show(desk, objects())
    model = pane.found.model()
    model.setData(model.index(0, 0), Qt.CheckState.Unchecked, Qt.ItemDataRole.CheckStateRole)
    before = side.widget.layer
    assert shown() == Qt.CheckState.Unchecked
    known = desk.scene.model
    desk.put(desk.scene.with_seat(model=replace(known, entry=replace(known.entry, name="other"))))
    desk.settle()
    assert shown() == Qt.CheckState.Checked and side.widget.layer is not before
    {it.id: it for it in FEATURE.actions}["lowerThreshold"].run(desk)
    assert shown() == Qt.CheckState.Checked


def test_random_weights_show_what_they_found_only_if_asked(
    pane: AnswerPane, side: InputPane, desk: Desk
) -> None:
    show(desk, objects(), pretrained=False)
    look = pane.widget.findChild(QPushButton, "showRandomAnswer")
    assert look.isVisible() and not pane.found.isVisible() and side.widget.layer is None
    look.click()
    assert pane.found.isVisible() and side.widget.layer is not None
    assert pane.found.caption() == "random weights"


def test_saved_rows_tell_each_box_in_pixels_of_the_picture(pane: AnswerPane, desk: Desk) -> None:
    show(desk, objects())
    saved = list(csv.DictReader(io.StringIO(csv_of(pane.found))))
    assert saved[1] == {
        "Found": "dog", "Share or score": "0.71", "class": "18",
        "top": "40.0", "left": "100.0", "bottom": "100.0", "right": "160.0",
    }  # fmt: skip


def test_a_flow_has_a_wheel_that_tells_how_far_its_rim_is(pane: AnswerPane, desk: Desk) -> None:
    show(desk, flow())
    wheel = pane.controls._wheel
    assert wheel.isVisible() and wheel.text == "rim: 5 px"
    assert rows(pane) == [("longest", "5 pixels"), ("in the mean", "2.5 pixels")]
    assert pane.controls.opacity.isVisible() and not pane.controls.threshold.isVisible()


def test_how_the_input_was_made_is_said_under_the_answer(pane: AnswerPane, desk: Desk) -> None:
    now = found(objects())
    answer = replace(now.selected.answer, given="one picture, repeated 16 times")
    desk.put(now.with_image(now.image, answer=answer))
    desk.settle()
    assert pane.reading.text().startswith("one picture, repeated 16 times    a box")


def test_keys_move_the_threshold_and_the_colours_where_they_do_something(desk: Desk) -> None:
    actions = {it.id: it for it in FEATURE.actions}
    show(desk, objects())
    assert actions["raiseThreshold"].enabled(desk.scene) and not actions["moreColour"].enabled(desk.scene)
    for _ in range(12):
        actions["raiseThreshold"].run(desk)
    assert desk.scene.choice(FindingChoice).threshold == 1
    actions["lowerThreshold"].run(desk)
    assert desk.scene.choice(FindingChoice).threshold == 0.95
    show(desk, segments())
    assert not actions["raiseThreshold"].enabled(desk.scene) and actions["moreColour"].enabled(desk.scene)
    actions["moreColour"].run(desk)
    actions["lessColour"].run(desk)
    actions["lessColour"].run(desk)
    assert desk.scene.choice(FindingChoice).opacity == 0.4
