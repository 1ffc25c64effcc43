"""Panes at a desk, for the tests of features: seated, brought to rest, and while changes of the input are tried."""

from dataclasses import replace
from typing import Any, TypeVar

from pytestqt.qtbot import QtBot

from explorer.features.live import doing
from explorer.features.live.pace import Pace
from explorer.records.edits import Edit
from explorer.window.desk import Desk
from explorer.window.live import Live

P = TypeVar("P", bound=Any)


def settle(qtbot: QtBot, desk: Desk) -> None:
    """Let all be asked and answered that is wished."""
    desk.settle()
    qtbot.waitUntil(lambda: desk.is_idle)


def seated(qtbot: QtBot, desk: Desk, pane: P, size: tuple[int, int] | None = None) -> P:
    """Return a pane in sight at the desk, with the answer to its first wish."""
    qtbot.addWidget(pane.widget)
    if size is not None:
        pane.widget.resize(*size)
    pane.widget.show()
    desk.seat(pane, pane.widget.isVisible)
    qtbot.waitUntil(lambda: desk.is_idle)
    return pane


class Trying:
    """A desk where changes of the input are tried, once they have begun."""

    def __init__(self, qtbot: QtBot, desk: Desk) -> None:
        self.qtbot, self.desk, self.pace = qtbot, desk, Pace(desk)

    def begin(self) -> None:
        self.settle()
        doing.toggle(self.desk)
        self.settle()

    def settle(self) -> None:
        settle(self.qtbot, self.desk)

    def edit(self, edit: Edit) -> None:
        self.desk.choose(replace(self.desk.scene.choice(Live), edit=edit))
        self.desk.settle()
