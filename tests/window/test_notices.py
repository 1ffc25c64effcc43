"""Notices: few at a time, those that ask for something longest; one about the same takes the other's place."""

import time

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtGui import QAction, QKeyEvent
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QMainWindow,
    QToolButton,
    QTreeWidget,
    QVBoxLayout,
    QWidget,
)
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


def test_the_same_is_said_once_and_keeps_its_button(bar: NoticeBar) -> None:
    bar.tell(Level.ERROR, "boom in forward", ASK, about="record")
    notice = bar.tell(Level.ERROR, "boom in forward", about="answer")
    assert bar.texts() == ["boom in forward"] and notice.button is not None


def test_what_asks_for_nothing_leaves_by_itself_an_error_last(
    qtbot: QtBot, bar: NoticeBar, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(notices, "_STAYS_MS", dict.fromkeys(Level, 1))
    bar.tell(Level.WARNING, "question", ASK)
    bar.tell(Level.INFO, "info")
    bar.tell(Level.ERROR, "error")
    qtbot.waitUntil(lambda: bar.texts() == ["question"])


def test_one_is_seen_at_a_time_and_says_how_many_wait_behind_it(bar: NoticeBar) -> None:
    told = [bar.tell(Level.ERROR, text) for text in ("first", "second", "third")]
    seen = lambda: [notice.text for notice in told if notice.isVisible()]  # noqa: E731
    said = lambda: [it.text() for it in told[-1].findChildren(QToolButton) if it.text().endswith("more")]  # noqa: E731
    assert seen() == ["third"] and said() == ["2 more"]
    bar.close_newest()
    assert bar.texts() == ["first", "second"]
    assert [notice.text for notice in told[:2] if notice.isVisible()] == ["second"]


def test_those_that_wait_are_listed_above_it_when_asked_for_and_folded_again(
    bar: NoticeBar, qtbot: QtBot
) -> None:
    told = [bar.tell(Level.ERROR, text) for text in ("first", "second", "third")]
    more = next(it for it in told[-1].findChildren(QToolButton) if it.text() == "2 more")
    qtbot.mouseClick(more, Qt.MouseButton.LeftButton)
    assert bar.texts() == ["first", "second", "third"] and all(notice.isVisible() for notice in told)
    assert more.text() == "Fewer"
    qtbot.mouseClick(more, Qt.MouseButton.LeftButton)
    assert [notice.text for notice in told if notice.isVisible()] == ["third"] and more.text() == "2 more"


def test_the_time_of_one_that_waits_behind_another_does_not_run(
    qtbot: QtBot, bar: NoticeBar, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(notices, "_STAYS_MS", dict.fromkeys(Level, 60))
    bar.tell(Level.INFO, "info")
    bar.tell(Level.WARNING, "question", ASK)
    qtbot.wait(150)
    assert bar.texts() == ["info", "question"]
    bar.close_newest()
    qtbot.waitUntil(lambda: bar.texts() == [])


def test_a_while_in_which_the_machine_stood_still_is_no_time_to_read(
    qtbot: QtBot, bar: NoticeBar, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(notices, "_STAYS_MS", dict.fromkeys(Level, 300))
    qtbot.addWidget(bar)
    bar.show()
    bar.tell(Level.ERROR, "The engine ended; it is starting again.")
    time.sleep(0.5)
    qtbot.wait(60)
    assert bar.texts() != []
    qtbot.waitUntil(lambda: bar.texts() == [])


def test_a_notice_shows_text_never_markup(bar: NoticeBar) -> None:
    bar.tell(Level.INFO, "<b>bold</b>")
    assert [label.text() for label in bar.findChildren(QLabel) if label.text()] == ["<b>bold</b>"]
    assert bar.texts() == ["<b>bold</b>"]


# ---- the keyboard ----


class Desk:
    """A window with a tree, a line and the notices, whose keys come as from a keyboard."""

    def __init__(self, qtbot: QtBot) -> None:
        self.window, self.tree, self.line = QMainWindow(), QTreeWidget(), QLineEdit()
        qtbot.addWidget(self.window)
        centre = QWidget()
        column = QVBoxLayout(centre)
        column.addWidget(self.tree)
        column.addWidget(self.line)
        self.window.setCentralWidget(centre)
        self.bar = NoticeBar(centre)
        self.done: list[str] = []
        cancel = QAction(self.window, shortcut="Esc")
        cancel.triggered.connect(lambda: self.done.append("cancel"))
        self.window.addAction(cancel)
        self.window.show()
        self.window.activateWindow()
        qtbot.waitUntil(self.window.isActiveWindow)
        self.tree.setFocus()

    def press(self, key: Qt.Key, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        event = QKeyEvent(QEvent.Type.KeyPress, key, modifiers)
        QCoreApplication.sendEvent(self.window.windowHandle(), event)

    def question(self) -> NoticeAction:
        return NoticeAction("Run", lambda: self.done.append("run"))


@pytest.fixture
def at(qtbot: QtBot) -> Desk:
    return Desk(qtbot)


def test_esc_closes_the_newest_first(at: Desk) -> None:
    at.bar.tell(Level.ERROR, "old")
    at.bar.tell(Level.WARNING, "new", ASK)
    at.press(Qt.Key.Key_Escape)
    assert at.bar.texts() == ["old"]
    at.press(Qt.Key.Key_Escape)
    assert (at.bar.texts(), at.done) == ([], [])
    at.bar.tell(Level.INFO, "again")
    at.press(Qt.Key.Key_Escape)
    assert at.bar.texts() == []


def test_no_question_takes_the_keyboard_so_that_no_key_meant_for_another_says_yes(at: Desk) -> None:
    at.bar.tell(Level.WARNING, "May it run?", at.question())
    assert at.tree.hasFocus()
    for key in (Qt.Key.Key_Return, Qt.Key.Key_Space):
        at.press(key)
    assert at.done == []
    at.press(Qt.Key.Key_Return, Qt.KeyboardModifier.AltModifier)
    assert at.tree.hasFocus() and at.done == ["run"]


def test_an_input_gets_the_keyboard_before_the_button(at: Desk) -> None:
    box = QComboBox(editable=True)
    at.bar.tell(Level.INFO, "Which?", ASK, field=box)
    assert box.hasFocus()
    at.press(Qt.Key.Key_Escape)
    assert at.tree.hasFocus()


def test_who_types_is_not_disturbed_nor_by_what_came_unasked(at: Desk) -> None:
    at.bar.tell(Level.ERROR, "no network", ASK)
    assert at.tree.hasFocus()
    at.line.setFocus()
    at.bar.tell(Level.INFO, "Which?", ASK, field=QComboBox(editable=True))
    assert at.line.hasFocus()


@pytest.mark.parametrize("key", [Qt.Key.Key_Return, Qt.Key.Key_Enter])
def test_a_key_presses_the_newest_button_from_anywhere(at: Desk, qtbot: QtBot, key: Qt.Key) -> None:
    at.line.setFocus()
    notice = at.bar.tell(Level.WARNING, "May it run?", at.question())
    at.bar.tell(Level.INFO, "Saved")
    assert "Alt+Return" in notice.button.toolTip()
    qtbot.keyClick(at.line, key, Qt.KeyboardModifier.AltModifier)
    assert (at.bar.texts(), at.done) == (["Saved"], ["run"])


def over_a_foot(qtbot: QtBot, needed: int) -> tuple[QWidget, NoticeBar, QWidget, QWidget]:
    """A window, its bar, its foot, and 600 of its 1,000 pixels for facts that need some of them."""
    window = QWidget()
    qtbot.addWidget(window)
    window.resize(1000, 200)
    bar, foot = NoticeBar(window), QWidget(window)
    foot.setGeometry(0, 160, 1000, 40)
    facts = QWidget(foot)
    facts.setGeometry(0, 0, 600, 40)
    row = QHBoxLayout(facts)
    row.setContentsMargins(0, 0, 0, 0)
    row.addWidget(QWidget(minimumWidth=needed))
    bar.lie_over(foot, 400, facts)
    window.show()
    return window, bar, foot, facts


def filling(bar: NoticeBar, pixels: int) -> str:
    """Return a text that takes about so many pixels in one line."""
    word = "nothing "
    return (word * (pixels // bar.fontMetrics().horizontalAdvance(word))).strip()


@pytest.mark.parametrize(
    ("pixels", "kept"),
    [(200, 250), (450, 250), (700, 144), (900, 0)],
    ids=["one line", "two lines beside all", "two beside the first", "two lines of all"],
)
def test_it_covers_facts_of_the_foot_before_the_pane_above(qtbot: QtBot, pixels: int, kept: int) -> None:
    _window, bar, foot, facts = over_a_foot(qtbot, 250)
    for _ in range(2):  # the room that it left before is not taken for what the facts need
        bar.tell(Level.ERROR, filling(bar, pixels), about="it")
        assert bar.geometry().top() == foot.geometry().top() and bar.height() == foot.height()
        assert bar.geometry().right() == 599 and bar.geometry().left() >= kept
    assert (bar.geometry().left() == 0) == (kept == 0)
    assert kept == 0 or facts.contentsRect().right() < bar.geometry().left()
    bar.close_newest()
    assert facts.contentsRect().width() == 600


def test_what_has_no_room_in_the_whole_foot_grows_upwards(qtbot: QtBot) -> None:
    _window, bar, foot, _facts = over_a_foot(qtbot, 250)
    bar.tell(Level.ERROR, filling(bar, 2000))
    assert bar.width() == 600 and bar.height() > foot.height()
    assert bar.geometry().bottom() == foot.geometry().bottom()
