import sys
import threading
from pathlib import Path

import pytest
from PySide6.QtCore import QThread
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from explorer.window import faults
from explorer.window.notices import NoticeBar


@pytest.fixture
def notices(qapp: QApplication, monkeypatch: pytest.MonkeyPatch) -> NoticeBar:
    """A bar of notices to which faults are reported."""
    for module, hook in ((sys, "excepthook"), (sys, "unraisablehook"), (threading, "excepthook")):
        monkeypatch.setattr(module, hook, getattr(module, hook))
    bar = NoticeBar()
    faults.report_to(bar)
    return bar


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "home" / "window.log"


def fail() -> None:
    raise ValueError("broken\nwire")


class Undying:
    def __del__(self) -> None:
        fail()


class MuteError(Exception):
    def __str__(self) -> str:
        raise RuntimeError


def test_a_fault_of_the_window_is_one_line_and_a_traceback_in_a_file(notices: NoticeBar, log: Path) -> None:
    try:
        fail()
    except ValueError as error:
        sys.excepthook(ValueError, error, error.__traceback__)

    assert "(ValueError: broken wire)" in notices.texts()[0]
    assert "Traceback" in log.read_text(encoding="utf-8")


def test_a_fault_of_another_thread_is_told_in_the_windows_thread(
    qtbot: QtBot, notices: NoticeBar, log: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told_in: list[QThread] = []
    tell = notices.tell
    monkeypatch.setattr(
        notices, "tell", lambda *a, **k: (told_in.append(QThread.currentThread()), tell(*a, **k))
    )
    thread = threading.Thread(target=fail)
    thread.start()
    thread.join()

    assert notices.texts() == []
    qtbot.waitUntil(lambda: len(notices.texts()) == 1)
    assert "(ValueError: broken wire)" in notices.texts()[0]
    assert told_in == [notices.thread()]
    assert "in fail" in log.read_text(encoding="utf-8")


def test_a_fault_where_nothing_can_be_raised_is_told(notices: NoticeBar, log: Path) -> None:
    Undying()

    assert "(ValueError: broken wire)" in notices.texts()[0]
    assert "in __del__" in log.read_text(encoding="utf-8")


def test_a_thread_may_leave(notices: NoticeBar, log: Path) -> None:
    thread = threading.Thread(target=sys.exit)
    thread.start()
    thread.join()

    assert not log.exists()


def test_an_error_without_words_is_told(notices: NoticeBar) -> None:
    sys.excepthook(MuteError, MuteError(), None)

    assert "MuteError" in notices.texts()[0]


def test_a_fault_after_the_window_is_gone_is_logged(qtbot: QtBot, notices: NoticeBar, log: Path) -> None:
    with qtbot.waitSignal(notices.destroyed):
        notices.deleteLater()
    sys.excepthook(ValueError, ValueError("late"), None)

    assert "ValueError: late" in log.read_text(encoding="utf-8")
