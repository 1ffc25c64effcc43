"""An empty desk with the stage and what follows the open inputs."""

from collections.abc import Callable, Iterator

import pytest
from desk_fakes import TOY, FakeNotices
from pytestqt.qtbot import QtBot
from window_fakes import FakeLink

from explorer.features.images.intake import Intake
from explorer.features.images.recents import Recents
from explorer.features.images.tidy import Tidy
from explorer.window.desk import Desk
from explorer.window.scene import Scene, Seat
from explorer.window.settings import Settings
from explorer.window.stage import Stage

Settle = Callable[[], None]


@pytest.fixture
def empty(qtbot: QtBot, link: FakeLink, notices: FakeNotices) -> Iterator[Desk]:
    """A desk with a model and no input; the stage brings what is opened to the fake engine."""
    desk = Desk(link, notices, Settings(), Scene(seats=(Seat(wanted=TOY),)))
    followers = [Intake(desk), Recents(desk), Tidy(desk), Stage(desk)]
    qtbot.waitUntil(lambda: desk.is_idle and desk.scene.seat.is_live)
    yield desk
    desk.close(0.0)
    del followers


@pytest.fixture
def settle(qtbot: QtBot, empty: Desk) -> Settle:
    """Let all be answered that is asked."""

    def wait() -> None:
        empty.settle()
        qtbot.waitUntil(lambda: empty.is_idle)

    return wait
