"""Esc leaves a field at the first press: what was typed is taken back, and the keyboard is where it was."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QLineEdit, QMainWindow, QSpinBox, QTreeWidget, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from explorer.features.compare.tolerance import ToleranceBox
from explorer.features.cost.memory_line import MemoryLine
from explorer.features.graph.find import FindLine
from explorer.features.models.size_box import SizeBox
from explorer.window.leaving import LeavingFields, leave
from explorer.window.widgets.parts import number_box

ESC = Qt.Key.Key_Escape


class Desk:
    """A window with a tree, fields, and a shortcut of its own for Esc."""

    def __init__(self, qtbot: QtBot) -> None:
        self.window, self.tree = QMainWindow(), QTreeWidget()
        qtbot.addWidget(self.window)
        self.size, self.seed, self.line, self.memory = SizeBox(), QSpinBox(), QLineEdit(), MemoryLine()
        self.tolerance, self.find = ToleranceBox(), FindLine()
        number_box(self.seed)
        self.size.set_sizes((224, 224), None)
        centre = QWidget()
        column = QVBoxLayout(centre)
        for part in (self.tree, self.size, self.seed, self.line, self.memory, self.tolerance, self.find):
            column.addWidget(part)
        self.window.setCentralWidget(centre)
        self.cancelled: list[str] = []
        cancel = QShortcut(QKeySequence("Esc"), self.window)
        cancel.activated.connect(lambda: self.cancelled.append("work"))
        LeavingFields(self.window)
        self.window.show()
        self.window.activateWindow()
        qtbot.waitUntil(self.window.isActiveWindow)
        self.tree.setFocus()


@pytest.fixture
def desk(qtbot: QtBot) -> Desk:
    return Desk(qtbot)


def test_the_first_esc_takes_the_size_back_and_leaves_the_box(qtbot: QtBot, desk: Desk) -> None:
    for typed in ("96", ""):
        desk.size.edit()
        qtbot.keyClicks(desk.size, typed)
        qtbot.keyClick(desk.size, ESC)
        assert desk.size.currentText() == "224×224" and desk.tree.hasFocus() and desk.cancelled == []

    qtbot.keyClick(desk.tree, ESC)
    assert desk.cancelled == ["work"], "elsewhere Esc is the window's"


def test_a_number_that_was_not_confirmed_is_as_it_was(qtbot: QtBot, desk: Desk) -> None:
    heard: list[float] = []
    desk.tolerance.setValue(1e-5)
    for box in (desk.seed, desk.tolerance):
        box.valueChanged.connect(heard.append)
        box.setFocus()
        box.selectAll()
        qtbot.keyClicks(box, "1")
        qtbot.keyClick(box, ESC)
        assert desk.tree.hasFocus()
    assert (desk.seed.text(), desk.tolerance.text(), heard) == ("0", "1e-5", [])


def test_the_box_for_memory_and_a_plain_line_are_left(qtbot: QtBot, desk: Desk) -> None:
    desk.memory.edit()
    box = desk.memory.findChild(QLineEdit)
    qtbot.keyClicks(box, "3G")
    qtbot.keyClick(box, ESC)
    assert desk.memory.texts()[1] == "" and desk.tree.hasFocus()

    desk.line.setFocus()
    qtbot.keyClick(desk.line, ESC)
    assert desk.tree.hasFocus()


def test_from_one_field_to_another_the_way_back_is_the_same(qtbot: QtBot, desk: Desk) -> None:
    desk.line.setFocus()
    desk.seed.setFocus()
    qtbot.keyClick(desk.seed, ESC)
    assert desk.tree.hasFocus()


def test_a_field_with_a_use_of_its_own_for_esc_has_it(qtbot: QtBot, desk: Desk) -> None:
    left: list[str] = []
    desk.find.left.connect(lambda: left.append("find"))
    desk.find.setFocus()
    qtbot.keyClicks(desk.find, "conv")
    qtbot.keyClick(desk.find, ESC)
    assert desk.find.text() == "" and desk.find.hasFocus()
    qtbot.keyClick(desk.find, ESC)
    assert left == ["find"]


def test_what_is_confirmed_gives_the_keyboard_back_as_well(desk: Desk) -> None:
    desk.size.edit()
    leave(desk.size)
    assert desk.tree.hasFocus()
