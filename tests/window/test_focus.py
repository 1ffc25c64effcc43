"""The ring around what has the keyboard: seen by who uses keys, around the whole control, gone at a click."""

import pytest
from PySide6.QtCore import QPoint, Qt, QTimer
from PySide6.QtGui import QCursor, QKeySequence, QShortcut
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QApplication,
    QComboBox,
    QDialog,
    QLineEdit,
    QListWidget,
    QMenu,
    QPushButton,
    QScrollArea,
    QToolButton,
    QVBoxLayout,
    QWidget,
)
from pytestqt.qtbot import QtBot
from shiboken6 import delete

from explorer.window.focus import KeyFocus, give_menu
from explorer.window.veil import Veil


@pytest.fixture
def window(qtbot: QtBot) -> QWidget:
    """A window with a field, a button and a list, which has the keyboard."""
    made = QWidget()
    made.first, made.list, made.field = QPushButton("first"), QListWidget(), QLineEdit()
    made.list.addItems(["one", "two"])
    column = QVBoxLayout(made)
    for part in (made.first, made.list, made.field):
        column.addWidget(part)
    qtbot.addWidget(made)
    made.focus = KeyFocus(made)
    made.resize(300, 300)
    made.show()
    made.activateWindow()
    qtbot.waitUntil(made.isActiveWindow)
    made.first.setFocus()
    return made


def press(window: QWidget, key: Qt.Key) -> None:
    QTest.keyClick(window.windowHandle(), key)
    QApplication.processEvents()


def ring(window: QWidget) -> QWidget | None:
    """The ring that is in sight over a window, if there is one."""
    return next((it for it in window.findChildren(QWidget, "focusRing") if it.isVisible()), None)


def test_a_click_shows_no_ring_and_a_key_shows_one(window: QWidget) -> None:
    assert window.focus.ringed is None and ring(window) is None
    press(window, Qt.Key.Key_Tab)
    assert window.focus.ringed is window.list and ring(window) is not None
    QTest.mouseClick(window.windowHandle(), Qt.MouseButton.LeftButton, pos=window.first.geometry().center())
    assert window.focus.ringed is None and ring(window) is None


def test_the_ring_is_around_the_whole_control_and_goes_along(window: QWidget) -> None:
    press(window, Qt.Key.Key_Tab)
    assert ring(window).geometry() == window.list.geometry().adjusted(-2, -2, 2, 2)
    window.resize(500, 400)
    QApplication.processEvents()
    QApplication.processEvents()
    assert ring(window).geometry() == window.list.geometry().adjusted(-2, -2, 2, 2)


def test_a_field_shows_it_itself(window: QWidget) -> None:
    press(window, Qt.Key.Key_Tab)
    press(window, Qt.Key.Key_Tab)
    assert window.field.hasFocus() and window.focus.ringed is None


def test_where_a_shortcut_sends_the_focus_there_is_no_ring_until_the_next_key(window: QWidget) -> None:
    QShortcut(QKeySequence("Alt+2"), window).activated.connect(window.list.setFocus)
    QTest.keyClick(window.windowHandle(), Qt.Key.Key_2, Qt.KeyboardModifier.AltModifier)
    QApplication.processEvents()
    assert window.list.hasFocus() and ring(window) is None
    QTest.keyClick(window.windowHandle(), Qt.Key.Key_Tab, Qt.KeyboardModifier.ShiftModifier)
    QApplication.processEvents()
    assert window.focus.ringed is window.first and ring(window) is not None


def test_what_only_scrolls_has_no_ring(window: QWidget) -> None:
    area = QScrollArea()
    window.layout().addWidget(area)
    press(window, Qt.Key.Key_Tab)
    area.setFocus()
    assert area.hasFocus() and window.focus.ringed is None


def test_no_ring_lies_over_a_veil(window: QWidget) -> None:
    veil = Veil(window)
    press(window, Qt.Key.Key_Tab)
    assert ring(window) is not None
    veil.show()
    QApplication.processEvents()
    QApplication.processEvents()
    assert ring(window) is None
    veil.hide()
    QApplication.processEvents()
    QApplication.processEvents()
    assert ring(window) is not None


def test_what_is_scrolled_out_of_sight_has_no_ring_outside(qtbot: QtBot) -> None:
    area, inside = QScrollArea(), QWidget()
    buttons = [QPushButton(str(k)) for k in range(30)]
    column = QVBoxLayout(inside)
    for button in buttons:
        column.addWidget(button)
    area.setWidget(inside)
    qtbot.addWidget(area)
    focus = KeyFocus(area)
    area.resize(200, 200)
    area.show()
    area.activateWindow()
    qtbot.waitUntil(area.isActiveWindow)
    buttons[0].setFocus()
    QTest.keyClick(area.windowHandle(), Qt.Key.Key_Tab)
    assert focus.ringed is buttons[1]
    area.verticalScrollBar().setValue(area.verticalScrollBar().maximum())
    QApplication.processEvents()
    QApplication.processEvents()
    assert ring(area) is None


@pytest.mark.parametrize("by_key", [False, True])
def test_a_list_that_drops_down_has_no_ring_and_hands_the_keyboard_back(
    window: QWidget, qtbot: QtBot, by_key: bool
) -> None:
    box = QComboBox()
    box.addItems(["one", "two"])
    window.layout().addWidget(box)
    qtbot.waitUntil(box.isVisible)
    for _ in range(3):
        if by_key:
            press(window, Qt.Key.Key_Tab)
        box.setFocus()
        box.showPopup()
        qtbot.waitUntil(lambda: QApplication.focusWidget() is box.view())
        assert window.focus.ringed is None
        box.hidePopup()
        window.activateWindow()
        qtbot.waitUntil(lambda: QApplication.focusWidget() is box)
        assert window.focus.ringed is (box if by_key else None)


def test_a_dialog_that_is_closed_and_gone_takes_its_ring_and_the_next_key_shows_another(
    window: QWidget, qtbot: QtBot
) -> None:
    dialog = QDialog(window)
    column = QVBoxLayout(dialog)
    for name in ("Yes", "No"):
        column.addWidget(QPushButton(name))
    dialog.open()
    qtbot.waitUntil(dialog.isActiveWindow)
    press(dialog, Qt.Key.Key_Tab)
    assert ring(dialog) is not None
    delete(dialog)
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    assert window.focus.ringed is window.first  # the focus came back
    press(window, Qt.Key.Key_Tab)
    assert window.focus.ringed is window.list and ring(window) is not None


def test_a_button_does_not_look_pointed_at_once_its_menu_is_closed_elsewhere(qtbot: QtBot) -> None:
    button = QToolButton()
    menu = QMenu(button)
    menu.addAction("one")
    qtbot.addWidget(button)
    give_menu(button, menu)
    button.show()
    menu.popup(button.mapToGlobal(QPoint(0, 30)))
    QCursor.setPos(button.mapToGlobal(QPoint(500, 500)))
    qtbot.wait(20)
    button.setAttribute(Qt.WidgetAttribute.WA_UnderMouse)
    menu.close()
    qtbot.waitUntil(lambda: not button.underMouse())


@pytest.mark.parametrize("kind", [QToolButton, QPushButton])
def test_a_menu_that_a_key_opens_has_its_first_entry_marked_and_a_click_marks_none(
    qtbot: QtBot, kind: type[QToolButton] | type[QPushButton]
) -> None:
    button, seen = kind(), []
    menu = QMenu(button)
    menu.addSeparator()
    below = menu.addMenu("one")
    below.addAction("of one")
    second = menu.addAction("two")
    if isinstance(button, QToolButton):
        button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
    qtbot.addWidget(button)
    give_menu(button, menu)
    button.show()
    menu.aboutToShow.connect(lambda: QTimer.singleShot(30, look))

    def look() -> None:
        seen.append((menu.activeAction(), below.isVisible()))
        QTest.keyClick(menu, Qt.Key.Key_Down)
        seen.append((menu.activeAction(), below.isVisible()))
        menu.close()

    QTest.keyClick(button, Qt.Key.Key_Space)  # returns when the menu is closed
    qtbot.waitUntil(lambda: len(seen) == 2)
    assert seen == [(below.menuAction(), False), (second, False)]
    seen.clear()
    QTest.mousePress(button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: len(seen) == 2)
    QTest.mouseRelease(button, Qt.MouseButton.LeftButton)
    assert seen[0] == (None, False)
