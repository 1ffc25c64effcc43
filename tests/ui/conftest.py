"""A window over an engine that is not there."""

import pytest
from explorer.ui import measuring
from explorer.ui.app import assemble
from explorer.ui.window import MainWindow
from pytestqt.qtbot import QtBot
from window_fakes import FakeLink


@pytest.fixture(autouse=True)
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """Measuring begins at once."""
    monkeypatch.setattr(measuring, "_AFTER_MS", 1)


@pytest.fixture
def link() -> FakeLink:
    return FakeLink()


@pytest.fixture
def window(qtbot: QtBot, link: FakeLink) -> MainWindow:
    """The real window over the fake engine, shown, its model loaded."""
    window = assemble(link, "zoo:toy")
    qtbot.addWidget(window)
    window.show()
    qtbot.waitUntil(lambda: window.controller.is_idle)
    return window
