"""What a person takes along."""

import pytest
from explorer.ui.window import MainWindow
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot
from window_fakes import FakeLink

from explorer.engine.messages import SaveFigure, SummariseModel


@pytest.fixture
def recorded(qtbot: QtBot, window: MainWindow) -> MainWindow:
    window.controller.open_files(["/cat.png"])
    qtbot.waitUntil(lambda: window.controller.is_idle)
    return window


def test_nothing_can_be_taken_from_an_empty_window(window: MainWindow) -> None:
    assert not window.actions_["saveFigure"].isEnabled()
    assert not window.actions_["copySummary"].isEnabled()


def test_the_figure_of_the_operation_shown_is_asked_for_and_told(
    qtbot: QtBot, recorded: MainWindow, link: FakeLink, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: ("/tmp/picture", ""))
    recorded.actions_["saveFigure"].trigger()
    (asked,) = link.asked(SaveFigure)
    assert (asked.node, asked.path) == (recorded.controller.session.node, "/tmp/picture.png")
    qtbot.waitUntil(lambda: "Saved /tmp/picture.png" in recorded.notices.texts())


def test_a_figure_that_cannot_be_written_is_told(qtbot: QtBot, recorded: MainWindow, link: FakeLink) -> None:
    link.failing[SaveFigure] = "It cannot be written; choose another place."
    recorded.controller.exporting.save_figure("/absent/figure.png")
    qtbot.waitUntil(lambda: link.failing[SaveFigure] in recorded.notices.texts())


def test_the_summary_goes_to_the_clipboard(qtbot: QtBot, recorded: MainWindow, link: FakeLink) -> None:
    recorded.actions_["copySummary"].trigger()
    assert link.asked(SummariseModel)
    qtbot.waitUntil(lambda: QGuiApplication.clipboard().text() == "layer 1\nlayer 2")
