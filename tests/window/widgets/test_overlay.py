"""A panel over the window: it keeps the keyboard, closes as one expects, and gives the focus back."""

import pytest
from PySide6.QtCore import QPoint, QSize, Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QApplication, QLineEdit, QMainWindow, QPushButton
from shiboken6 import delete

from explorer.window.widgets.overlay import Overlay


class Case:
    def __init__(self, qtbot) -> None:
        self.window = QMainWindow()
        qtbot.addWidget(self.window)
        self.behind = QPushButton("behind")
        self.window.setCentralWidget(self.behind)
        self.window.resize(800, 600)
        self.window.show()
        self.window.activateWindow()
        qtbot.waitUntil(self.window.isActiveWindow)
        self.behind.setFocus()
        self.overlay = Overlay(self.window, "case", "A case", QSize(400, 300))
        self.line, self.button = QLineEdit(), QPushButton("inside")
        self.overlay.panel.addWidget(self.line)
        self.overlay.panel.addWidget(self.button)
        self.overlay.closed.connect(self.overlay.leave)
        self.overlay.reveal(self.line)

    def action(self, keys: str) -> list[str]:
        done: list[str] = []
        action = QAction(self.window)
        action.setShortcut(QKeySequence(keys))
        action.triggered.connect(lambda: done.append(keys))
        self.window.addAction(action)
        return done


@pytest.fixture
def case(qtbot) -> Case:
    return Case(qtbot)


def test_it_covers_the_window_and_follows_its_size(case, qtbot):
    case.window.resize(900, 700)
    assert case.overlay.size() == case.window.size()
    case.window.resize(320, 240)
    assert case.line.mapTo(case.window, QPoint()).x() > 0
    assert case.line.mapTo(case.window, case.line.rect().topRight()).x() < 320


def test_the_keyboard_is_in_it_and_stays(case, qtbot):
    assert case.line.hasFocus()
    seen = set()
    for _ in range(6):
        qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Tab)
        seen.add(QApplication.focusWidget())
        assert case.overlay.isAncestorOf(QApplication.focusWidget())
    assert {case.line, case.button} <= seen
    qtbot.keyClick(case.line, Qt.Key.Key_Backtab)
    assert case.overlay.isAncestorOf(QApplication.focusWidget())


@pytest.mark.parametrize("gone", ["never was", "deleted", "hidden"])
def test_where_there_is_nothing_to_return_to_the_keyboard_is_not_left_in_what_is_closed(case, qtbot, gone):
    other = QPushButton("other")
    case.window.setMenuWidget(other)
    if gone == "never was":
        case.overlay.leave()
        case.behind.clearFocus()
        case.overlay.reveal(case.line)
    elif gone == "hidden":
        case.behind.hide()
    else:
        case.window.takeCentralWidget()
        delete(case.behind)
    case.overlay.leave()
    focus = QApplication.focusWidget()
    assert focus is None or not case.overlay.isAncestorOf(focus)


def test_esc_closes_it_and_the_focus_returns(case, qtbot):
    stopped = case.action("Esc")
    qtbot.keyClick(case.line, Qt.Key.Key_Escape)
    assert not case.overlay.isVisible()
    assert case.behind.hasFocus()
    assert stopped == []


@pytest.mark.parametrize(("spot", "closes"), [((10, 10), True), ((400, 250), False)])
def test_a_click_beside_it_closes_it(case, qtbot, spot, closes):
    qtbot.mouseClick(case.overlay, Qt.MouseButton.LeftButton, pos=QPoint(*spot))
    assert case.overlay.isVisible() is not closes


def test_plain_keys_do_nothing_behind_it_but_commands_do(case, qtbot):
    plain, lens, command = case.action("."), case.action("Alt+1"), case.action("Ctrl+Q")
    case.button.setFocus()
    qtbot.keyClick(case.button, Qt.Key.Key_Period)
    qtbot.keyClick(case.button, Qt.Key.Key_1, Qt.KeyboardModifier.AltModifier)
    qtbot.keyClick(case.button, Qt.Key.Key_Q, Qt.KeyboardModifier.ControlModifier)
    assert (plain, lens, command) == ([], [], ["Ctrl+Q"])
