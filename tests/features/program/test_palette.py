"""The search over the window: what it finds, how it is used, what it does."""

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLineEdit
from pytestqt.qtbot import QtBot
from window_fakes import FakeLink

from explorer.engine.envelopes import Failure
from explorer.engine.messages import ListModels, LoadModel
from explorer.features.program.choice import InFront
from explorer.features.program.palette import Palette
from explorer.records.images import ImageSource
from explorer.records.models import Catalogue
from explorer.window.frame import MainWindow
from explorer.window.widgets.overlay import Overlay


@pytest.fixture
def open_(qtbot: QtBot, window: MainWindow) -> Palette:
    """The search over a window with an image and the list of models."""
    window.desk.put(window.desk.scene.with_inputs(ImageSource("a.png", path="/a.png")))
    qtbot.waitUntil(lambda: window.desk.scene.forward is not None and window.desk.is_idle)
    window.actions_["commandSearch"].trigger()
    qtbot.waitUntil(lambda: window.desk.known(ListModels()) is not None and window.desk.is_idle)
    (palette,) = [it.pane for it in window.desk._panes if isinstance(it.pane, Palette)]
    return palette


def shown(palette: Palette) -> list[tuple[str, str]]:
    return [(it.kind, it.title) for it in palette.found.entries]


def test_it_finds_actions_operations_and_models(open_: Palette, qtbot: QtBot) -> None:
    assert {kind for kind, _ in shown(open_)} == {"action", "operation", "model"}
    qtbot.keyClicks(open_.line, "stem")
    assert shown(open_) == [("operation", "stem.act"), ("operation", "stem.conv")]
    open_.line.setText("toy")
    assert shown(open_) == [("model", "toy")]
    open_.line.setText("measure")
    assert shown(open_)[0] == ("action", "Measure time")
    assert open_.found.entries[0].keys == "Ctrl+M"


def test_it_is_not_found_by_itself(open_: Palette) -> None:
    assert ("action", "Search") not in shown(open_)


def test_arrows_move_and_return_goes_to_the_operation(
    open_: Palette, window: MainWindow, qtbot: QtBot
) -> None:
    window.desk.set(page="history")
    open_.line.setText("body")
    qtbot.keyClick(open_.line, Qt.Key.Key_Down)
    qtbot.keyClick(open_.line, Qt.Key.Key_Up)
    qtbot.keyClick(open_.line, Qt.Key.Key_Down)
    chosen = open_.found.entries[1]
    qtbot.keyClick(open_.line, Qt.Key.Key_Return)
    scene = window.desk.scene
    assert (scene.layer, scene.page) == (chosen.title, "explore")
    assert scene.trace.nodes[scene.node].name == chosen.title
    assert not open_.widget.isVisible()


def test_the_ends_of_the_list_hold(open_: Palette, qtbot: QtBot) -> None:
    open_.line.setText("stem")
    for key in (Qt.Key.Key_Up, Qt.Key.Key_PageUp):
        qtbot.keyClick(open_.line, key)
        assert open_.list.currentIndex().row() == 0
    for key in (Qt.Key.Key_PageDown, Qt.Key.Key_Down):
        qtbot.keyClick(open_.line, key)
        assert open_.list.currentIndex().row() == 1


def test_a_model_is_loaded(open_: Palette, link: FakeLink, qtbot: QtBot, window: MainWindow) -> None:
    link.sent.clear()
    window.desk.put(window.desk.scene.with_seat(wanted=LoadModel("zoo:other", seed=0)))
    qtbot.waitUntil(lambda: window.desk.is_idle)
    open_.line.setText("zoo:toy")
    qtbot.keyClick(open_.line, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: link.asked(LoadModel)[-1].name == "zoo:toy")


def test_an_action_is_done(open_: Palette, window: MainWindow, qtbot: QtBot) -> None:
    open_.line.setText("cost")
    qtbot.keyClick(open_.line, Qt.Key.Key_Return)
    assert window.desk.scene.lens == "cost"


def test_what_does_not_work_now_says_why_and_stays(open_: Palette, window: MainWindow, qtbot: QtBot) -> None:
    open_.line.setText("start the engine")
    entry = open_.found.entries[0]
    assert (entry.works, entry.why_not) == (False, "needs an engine that is off")
    qtbot.keyClick(open_.line, Qt.Key.Key_Return)
    assert open_.widget.isVisible()
    assert "needs an engine that is off" in open_._note.text()


def test_nothing_found_does_nothing(open_: Palette, qtbot: QtBot) -> None:
    open_.line.setText("no such thing anywhere")
    assert shown(open_) == []
    qtbot.keyClick(open_.line, Qt.Key.Key_Return)
    assert open_.widget.isVisible()


def test_esc_closes_it_and_the_focus_returns(window: MainWindow, qtbot: QtBot) -> None:
    window.activateWindow()
    window.menu_button.setFocus()
    window.actions_["commandSearch"].trigger()
    palette = window.findChild(Overlay, "commandPalette")
    line = palette.findChild(QLineEdit)
    qtbot.waitUntil(line.hasFocus)
    qtbot.keyClick(line, Qt.Key.Key_Escape)
    assert not palette.isVisible()
    assert window.desk.scene.choice(InFront) == InFront()
    assert QApplication.focusWidget() is window.menu_button


def test_what_was_typed_can_be_typed_over_the_next_time(
    open_: Palette, window: MainWindow, qtbot: QtBot
) -> None:
    qtbot.keyClicks(open_.line, "stem")
    qtbot.keyClick(open_.line, Qt.Key.Key_Escape)
    window.actions_["commandSearch"].trigger()
    qtbot.keyClicks(open_.line, "body")
    assert open_.line.text() == "body"


def test_the_models_are_asked_for_only_when_it_is_opened(
    window: MainWindow, link: FakeLink, qtbot: QtBot
) -> None:
    window.actions_["commandSearch"].trigger()
    qtbot.waitUntil(lambda: bool(link.asked(ListModels)))
    assert len(link.asked(ListModels)) == 1


def test_what_is_being_typed_stays_while_the_scene_changes(
    open_: Palette, window: MainWindow, qtbot: QtBot
) -> None:
    qtbot.keyClicks(open_.line, "st")
    qtbot.keyClick(open_.line, Qt.Key.Key_Down)
    for busy in (True, False):  # what can be done changes, too
        window.desk.set(busy=busy)
        window.desk.settle()
    qtbot.keyClicks(open_.line, "em")
    assert open_.line.text() == "stem"
    qtbot.keyClick(open_.line, Qt.Key.Key_Down)
    for used in (10, 20):
        window.desk.set(load=replace(window.desk.scene.load, cuda_used=used))
        window.desk.settle()
    assert open_.list.currentIndex().row() == 1


def test_a_list_that_failed_is_asked_for_again_when_it_is_opened(
    window: MainWindow, link: FakeLink, qtbot: QtBot
) -> None:
    desk = window.desk
    desk.ask_again(ListModels())
    link.failing[ListModels] = "Cancelled."
    window.actions_["commandSearch"].trigger()
    qtbot.waitUntil(lambda: isinstance(desk.known(ListModels()), Failure))
    desk.choose(InFront())
    desk.settle()
    link.failing.clear()
    window.actions_["commandSearch"].trigger()
    qtbot.waitUntil(lambda: isinstance(desk.known(ListModels()), Catalogue))


def test_what_is_not_found_is_said_and_the_matches_are_counted(open_: Palette) -> None:
    open_.line.setText("stem")
    assert open_._note.text() == "2 found"
    open_.line.setText("xyzzy")
    assert open_._note.text() == "0 found" and "Nothing is called “xyzzy”" in open_.list.hint
    open_.line.setText("")
    assert open_._note.text() == f"{open_.found.rowCount():,} actions, operations and models"


@pytest.mark.parametrize(("word", "title"), [("column", "Columns of the tree"), ("sort", "Sort the tree")])
def test_the_columns_and_the_order_of_the_tree_are_found(open_: Palette, word: str, title: str) -> None:
    open_.line.setText(word)
    assert ("action", title) in shown(open_)
