"""Notices: few at a time, those that ask for something longest; one about the same takes the other's place."""

import pytest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from explorer.window import notices
from explorer.window.notices import NoticeBar
from explorer.window.spec import Level, NoticeAction

ASK = NoticeAction("Run", lambda: None)


@pytest.fixture
def bar(qtbot: QtBot) -> NoticeBar:
    bar = NoticeBar()
    qtbot.addWidget(bar)
    return bar


def test_beyond_three_the_oldest_goes_but_a_question_stays(bar: NoticeBar) -> None:
    bar.tell(Level.INFO, "question", ASK)
    for number in range(5):
        bar.tell(Level.INFO, f"info {number}")
    assert bar.texts() == ["question", "info 3", "info 4"]


def test_a_notice_about_the_same_takes_the_place_of_the_one_before(bar: NoticeBar) -> None:
    bar.tell(Level.INFO, "one", about="x")
    bar.tell(Level.ERROR, "two", about="x")
    assert bar.texts() == ["two"]
    bar.close_about("x")
    assert bar.texts() == [] and bar.isHidden()


def test_what_asks_for_nothing_leaves_by_itself_and_an_error_stays(
    qtbot: QtBot, bar: NoticeBar, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(notices, "_STAYS_MS", {Level.INFO: 1, Level.WARNING: 1})
    bar.tell(Level.INFO, "info")
    bar.tell(Level.ERROR, "error")
    bar.tell(Level.WARNING, "question", ASK)
    qtbot.waitUntil(lambda: bar.texts() == ["error", "question"])


def test_a_notice_shows_text_never_markup(bar: NoticeBar) -> None:
    bar.tell(Level.INFO, "<b>bold</b>")
    assert [label.text() for label in bar.findChildren(QLabel) if label.text()] == ["<b>bold</b>"]
    assert bar.texts() == ["<b>bold</b>"]
