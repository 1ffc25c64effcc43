import os
from collections.abc import Iterator
from pathlib import Path

import pytest

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot
from window_fakes import FakeLink

from explorer.ui import measuring, theme
from explorer.ui.app import assemble
from explorer.ui.window import MainWindow


@pytest.fixture(autouse=True)
def isolated(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Settings of its own for each test, and no dialog that would wait for a person."""
    monkeypatch.setenv("ARCH_EXPLORER_HOME", str(tmp_path / "home"))

    def no_dialog(*_: object) -> tuple[str, str]:
        raise AssertionError("a dialog was opened that the test does not answer")

    monkeypatch.setattr(QFileDialog, "getOpenFileName", no_dialog)
    monkeypatch.setattr(QFileDialog, "getOpenFileNames", no_dialog)
    monkeypatch.setattr(measuring, "_AFTER_MS", 1)
    before = theme.current()
    yield
    theme._theme = before


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
