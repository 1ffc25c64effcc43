"""Tab goes through the window in the order in which one reads, whatever was built when."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit, QSplitter, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from explorer.window.frame import MainWindow
from explorer.window.tab_order import put_in_order


def stops(window: QWidget) -> list[str]:
    """Return the names of what Tab stops at, from the first on, unnamed ones left out."""
    found, at = [], window.nextInFocusChain()
    while at is not window:
        if at.focusPolicy() & Qt.FocusPolicy.TabFocus and at.isVisible() and at.objectName():
            found.append(at.objectName())
        at = at.nextInFocusChain()
    return found


def test_it_is_the_order_of_the_layouts_and_not_that_of_building(qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    lines = {name: QLineEdit(objectName=name) for name in ("right", "below", "left", "top")}
    split = QSplitter()
    split.addWidget(lines["right"])
    split.insertWidget(0, lines["left"])
    column = QVBoxLayout(window)
    for part in (lines["top"], split, lines["below"]):
        column.addWidget(part)
    window.show()
    put_in_order(window)
    assert stops(window) == ["top", "left", "right", "below"]


def test_the_top_line_comes_first_then_navigator_lenses_and_sides(qtbot: QtBot, window: MainWindow) -> None:
    qtbot.waitUntil(lambda: "layerFilter" in stops(window) and "cardView" in stops(window))
    order = ["modelPicker", "inputSize", "layerFilter", "layerTree", "predictionView", "cardView"]
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    window.menu_button.setFocus()
    found: list[str] = []
    while len(found) < 100 and "cardView" not in found:
        qtbot.keyClick(window.focusWidget(), Qt.Key.Key_Tab)
        found.append(window.focusWidget().objectName())
    assert [name for name in found if name in order] == order
