"""What waits for a turn of the event loop of its own gets one."""

from PySide6.QtCore import QObject, QTimer
from pytestqt.qtbot import QtBot

from explorer.window.turns import Turns


def test_each_has_a_turn_of_its_own_and_what_happens_meanwhile_is_heard(qtbot: QtBot):
    owner, order = QObject(), []
    turns = Turns(owner)
    assert turns.is_idle
    for name in ("first", "second", "third"):
        turns.add(lambda name=name: (order.append(name), QTimer.singleShot(0, lambda: order.append("heard"))))
    assert not turns.is_idle and order == []
    qtbot.waitUntil(lambda: order.count("heard") == 3)
    assert order.index("heard") < order.index("third"), "not all in one turn"
    assert [it for it in order if it != "heard"] == ["first", "second", "third"]
    assert turns.is_idle


def test_one_may_add_another(qtbot: QtBot):
    owner, order = QObject(), []
    turns = Turns(owner)
    turns.add(lambda: turns.add(lambda: order.append("last")))
    qtbot.waitUntil(lambda: order == ["last"])
    assert turns.is_idle
