"""Two parts beside each other where there is room, one over the other where there is little."""

from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from explorer.window.widgets.halves import Halves


def test_they_turn_with_the_room_and_keep_their_shares(qtbot: QtBot) -> None:
    first, second = QLabel("a text that is much longer than the other one"), QLabel("b")
    halves = Halves(first, second, (3, 1))
    qtbot.addWidget(halves)
    halves.resize(816, 400)
    halves.show()
    assert halves.are_beside and abs(first.width() - 3 * second.width()) <= 3
    with qtbot.waitSignal(halves.turned):
        halves.resize(400, 616)
    qtbot.waitUntil(lambda: second.y() > first.y())
    assert not halves.are_beside and abs(first.height() - second.height()) <= 1
    with qtbot.waitSignal(halves.turned):
        halves.resize(816, 400)
    assert halves.are_beside
