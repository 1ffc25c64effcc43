"""The graph in the real window: a second navigator, in full size by one key."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from explorer.records.images import ImageSource
from explorer.window.frame import MainWindow


@pytest.fixture
def drawn(qtbot: QtBot, window: MainWindow) -> MainWindow:
    """The window with a photo and its network drawn."""
    assert window.findChild(QWidget, "graphPane").pane is None  # built when it is first seen
    window.desk.put(window.desk.scene.with_inputs(ImageSource("cat.png", path="/photos/cat.png")))
    window.findChild(QAction, "show_graph").trigger()
    qtbot.waitUntil(lambda: window.findChild(QWidget, "graphView") is not None)
    qtbot.waitUntil(lambda: window.desk.is_idle and graph(window).atlas is not None)
    return window


def graph(window: MainWindow) -> QWidget:
    return window.findChild(QWidget, "graphView")


def settle(qtbot: QtBot, window: MainWindow) -> None:
    window.desk.refresh()
    qtbot.waitUntil(lambda: window.desk.is_idle)


def test_the_graph_is_seen_beside_the_lens_and_steps_move_along_it(qtbot: QtBot, drawn: MainWindow) -> None:
    assert graph(drawn).isVisible() and drawn.findChild(QWidget, "featureMapView").isVisible()
    assert not drawn.findChild(QWidget, "layerTree").isVisible()
    before = graph(drawn).marks.shown
    drawn.findChild(QAction, "stepLast").trigger()
    settle(qtbot, drawn)
    assert before != "5" and graph(drawn).marks.shown == "5"


def test_full_size_takes_the_room_of_the_lenses_and_esc_or_a_lens_gives_it_back(
    qtbot: QtBot, drawn: MainWindow
) -> None:
    spread, maps = drawn.findChild(QAction, "spreadGraph"), drawn.findChild(QWidget, "featureMapView")
    narrow = graph(drawn).width()
    widths = drawn.explore.widths
    for leave in (
        lambda: QTest.keyClick(graph(drawn), Qt.Key.Key_Escape),
        lambda: drawn.findChild(QAction, "show_maps").trigger(),
        spread.trigger,
    ):
        spread.trigger()
        settle(qtbot, drawn)
        assert graph(drawn).width() > 2 * narrow and not maps.isVisible()
        assert drawn.findChild(QWidget, "inputView").isVisible()  # what accompanies it stays
        assert "graph" in drawn.desk.exports()[0].name
        leave()
        settle(qtbot, drawn)
        assert graph(drawn).width() == narrow and maps.isVisible()
    assert drawn.explore.widths == widths


def test_folded_away_it_leaves_the_room_to_the_lenses(qtbot: QtBot, drawn: MainWindow) -> None:
    drawn.findChild(QAction, "spreadGraph").trigger()
    drawn.findChild(QAction, "foldNavigators").trigger()
    settle(qtbot, drawn)
    assert not graph(drawn).isVisible() and drawn.findChild(QWidget, "featureMapView").isVisible()


def test_ctrl_f_comes_to_the_search_of_the_navigator_in_sight(qtbot: QtBot, drawn: MainWindow) -> None:
    drawn.activateWindow()
    QTest.keyClick(drawn, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    assert drawn.focusWidget().objectName() == "graphSearch"


def test_what_opens_a_menu_of_the_tree_brings_the_tree_back(qtbot: QtBot, drawn: MainWindow) -> None:
    drawn.findChild(QAction, "sortTree").trigger()
    settle(qtbot, drawn)
    assert drawn.findChild(QWidget, "layerTree").isVisible() and not graph(drawn).isVisible()


def test_whoever_chooses_a_lens_sees_it(qtbot: QtBot, drawn: MainWindow) -> None:
    drawn.findChild(QAction, "spreadGraph").trigger()
    drawn.desk.set(lens="details")  # as a card that points somewhere does
    settle(qtbot, drawn)
    assert not drawn.desk.scene.spread and drawn.findChild(QWidget, "detailsPane").isVisible()


def test_it_has_the_keys_when_it_comes_in_sight_and_in_full_size(qtbot: QtBot, drawn: MainWindow) -> None:
    drawn.activateWindow()
    qtbot.waitUntil(lambda: drawn.focusWidget() is graph(drawn))
    drawn.findChild(QWidget, "featureMapView").setFocus()
    drawn.findChild(QAction, "spreadGraph").trigger()
    qtbot.waitUntil(lambda: drawn.focusWidget() is graph(drawn))


def test_back_from_the_graph_the_tree_has_the_keys_and_not_its_filter(
    qtbot: QtBot, drawn: MainWindow
) -> None:
    drawn.activateWindow()
    qtbot.waitUntil(drawn.isActiveWindow)
    drawn.findChild(QAction, "show_graph").trigger()
    line, tree = drawn.findChild(QLineEdit, "layerFilter"), drawn.findChild(QWidget, "layerTree")
    qtbot.waitUntil(line.isVisible)
    settle(qtbot, drawn)
    QTest.mouseClick(line, Qt.MouseButton.LeftButton)
    assert line.hasFocus()
    drawn.findChild(QAction, "show_graph").trigger()
    qtbot.waitUntil(graph(drawn).isVisible)
    drawn.findChild(QAction, "show_graph").trigger()
    qtbot.waitUntil(tree.hasFocus)
    assert not line.hasFocus()


def test_graph_and_tree_write_what_can_be_searched_alike(drawn: MainWindow) -> None:
    for name, verb in (("layerFilter", "Filter"), ("graphSearch", "Find")):
        line = drawn.findChild(QLineEdit, name)
        line.resize(400, line.height())
        assert line.placeholderText() == f"{verb}: name, type, 3×3"
        assert "“3×3”" in line.toolTip() and "3x3" not in line.toolTip()
