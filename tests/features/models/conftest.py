"""A desk whose scene is brought about: the followers of the models, then the stage, as in the window."""

from collections.abc import Callable, Iterator
from importlib import import_module
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from explorer.features.models import FEATURE
from explorer.window.desk import Desk
from explorer.window.stage import Stage

Settle = Callable[[], None]


@pytest.fixture
def settle(qtbot: QtBot, desk: Desk) -> Settle:
    """Let the desk come to rest."""

    def rest() -> None:
        desk.refresh()
        qtbot.waitUntil(lambda: desk.is_idle)

    return rest


@pytest.fixture
def staged(desk: Desk, settle: Settle) -> Iterator[Desk]:
    followers: list[Any] = []
    for name in FEATURE.followers:
        module, _, kind = name.partition(":")
        followers.append(getattr(import_module(module), kind)(desk))
    followers.append(Stage(desk))
    settle()
    yield desk
    followers.clear()
