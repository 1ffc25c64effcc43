"""The wheel scrolls over sliders, lists and numbers, and changes only the one that has the focus."""

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QComboBox,
    QMainWindow,
    QScrollArea,
    QSlider,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)
from pytestqt.qtbot import QtBot

from explorer.window.frame import MainWindow
from explorer.window.wheel import ScrollingWheel


class Board:
    """A window whose controls lie in an area that is too low for them."""

    def __init__(self, qtbot: QtBot) -> None:
        self.window = QMainWindow()
        qtbot.addWidget(self.window)
        self.slider, self.spin, self.box = QSlider(Qt.Orientation.Horizontal), QSpinBox(), QComboBox()
        self.slider.setValue(50)
        self.spin.setValue(50)
        self.box.addItems(list("abcde"))
        self.box.setCurrentIndex(2)
        content, self.area = QWidget(), QScrollArea(widgetResizable=True)
        content.setMinimumHeight(2000)
        column = QVBoxLayout(content)
        for control in (self.slider, self.spin, self.box):
            column.addWidget(control)
        column.addStretch()
        self.area.setWidget(content)
        self.window.setCentralWidget(self.area)
        self.wheel = ScrollingWheel(self.window)
        self.window.show()
        self.window.activateWindow()
        qtbot.waitUntil(self.window.isActiveWindow)
        self.area.setFocus()
        self.wheel.watch()

    @property
    def values(self) -> tuple[int, int, int]:
        return self.slider.value(), self.spin.value(), self.box.currentIndex()

    def turn_over(self, control: QWidget) -> None:
        turn(self.window, control)


def turn(window: QWidget, control: QWidget) -> None:
    """Turn the wheel one notch down over the middle of a control, as it comes from the hand."""
    place = control.mapTo(window, control.rect().center())
    QTest.wheelEvent(window.windowHandle(), QPointF(place), QPoint(0, -120))


@pytest.fixture
def board(qtbot: QtBot) -> Board:
    return Board(qtbot)


@pytest.mark.parametrize("name", ["slider", "spin", "box"])
def test_over_a_control_without_the_focus_the_wheel_scrolls(board: Board, name: str) -> None:
    control = getattr(board, name)
    before = board.values
    board.turn_over(control)
    assert board.values == before and not control.hasFocus()
    assert board.area.verticalScrollBar().value() > 0


@pytest.mark.parametrize("name", ["slider", "spin", "box"])
def test_a_control_with_the_focus_takes_the_wheel(board: Board, name: str) -> None:
    control = getattr(board, name)
    control.setFocus()
    before = board.values
    board.turn_over(control)
    assert board.values != before and board.area.verticalScrollBar().value() == 0


def test_a_scroll_bar_still_scrolls(board: Board) -> None:
    board.turn_over(board.area.verticalScrollBar())
    assert board.area.verticalScrollBar().value() > 0


def test_the_real_window_turns_nothing_unasked(qtbot: QtBot, window: MainWindow) -> None:
    slider = QSlider(Qt.Orientation.Horizontal, window)
    slider.setValue(50)
    slider.setGeometry(400, 300, 200, 30)
    slider.show()
    slider.raise_()
    turn(window, slider)
    assert slider.value() == 50
