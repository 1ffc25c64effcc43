"""The rail of pages: the word under an icon belongs to that icon at sight."""

from PySide6.QtWidgets import QToolButton, QWidget
from pytestqt.qtbot import QtBot

from explorer.window.frame import MainWindow


def test_a_word_stands_nearer_to_its_own_icon_than_to_the_next(qtbot: QtBot, window: MainWindow) -> None:
    buttons = window.findChild(QWidget, "pageRail").findChildren(QToolButton)
    second = next(it for it in buttons if not it.isChecked())
    shot = second.grab().toImage()
    ground = shot.pixelColor(shot.width() - 2, 1)
    inked = [
        any(shot.pixelColor(x, y) != ground for x in range(6, shot.width() - 2)) for y in range(shot.height())
    ]
    first, last = inked.index(True), len(inked) - inked[::-1].index(True)
    gaps = [y for y in range(first, last) if not inked[y]]
    assert 0 < len(gaps) < (first + shot.height() - last) // 2
