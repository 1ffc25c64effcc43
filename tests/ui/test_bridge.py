"""Answers reach the window's thread."""

import threading
from typing import Any

from explorer.ui.bridge import Bridge
from PySide6.QtCore import QThread
from pytestqt.qtbot import QtBot
from window_fakes import FakeLink

from explorer.engine.client import EngineDied
from explorer.engine.envelopes import Failure, Heartbeat, Progress, Reply
from explorer.engine.messages import ListModels, Measure
from explorer.records.measures import EngineLoad


def test_answers_given_in_another_thread_are_taken_in_the_windows_thread(qtbot: QtBot) -> None:
    link = FakeLink()
    link.manual = {ListModels}
    bridge = Bridge(link)
    threads: list[QThread] = []
    bridge.ask(ListModels(), lambda _: threads.append(QThread.currentThread()))

    thread = threading.Thread(target=link.answer, args=(ListModels,))
    thread.start()
    thread.join()

    assert threads == []
    qtbot.waitUntil(lambda: len(threads) == 1)
    assert threads == [QThread.currentThread()]
    assert not bridge.is_waiting


def test_progress_reaches_the_one_who_asked_until_the_answer(qtbot: QtBot) -> None:
    link = FakeLink()
    link.manual = {Measure}
    bridge = Bridge(link)
    seen: list[Any] = []
    bridge.ask(Measure(1), seen.append, seen.append, lambda progress: seen.append(progress.done))

    link.progress(Measure, 3, 10, "running")
    link.fail(Measure, "No.")

    qtbot.waitUntil(lambda: len(seen) == 2)
    assert seen == [3, Failure(1, "No.")]


def test_an_answer_nobody_waits_for_is_dropped(qtbot: QtBot) -> None:
    link = FakeLink()
    bridge = Bridge(link)

    with qtbot.waitSignal(bridge.heartbeat):
        link._listener(Reply(99, "stray"))
        link._listener(Progress(99, 1, 2, ""))
        link._listener(Heartbeat(EngineLoad()))

    assert not bridge.is_waiting


def test_a_death_is_told_once_and_not_for_each_request(qtbot: QtBot) -> None:
    link = FakeLink()
    link.manual = {Measure, ListModels}
    bridge = Bridge(link)
    failures: list[Failure] = []
    bridge.ask(Measure(1), failures.append, failures.append)
    bridge.ask(ListModels(), failures.append, failures.append)

    with qtbot.waitSignal(bridge.died) as died:
        link.die(Measure(1))

    assert isinstance(died.args[0], EngineDied)
    assert failures == []
    assert not bridge.is_waiting


def test_an_engine_that_is_off_refuses_requests_with_a_reason(qtbot: QtBot) -> None:
    link = FakeLink()
    link.manual = {Measure}
    bridge = Bridge(link)
    with qtbot.waitSignal(bridge.died):
        link.die(None, restarting=False)
    failures: list[Failure] = []
    bridge.ask(Measure(1), failures.append, failures.append)

    link.fail(Measure, "The engine is off; start it again to go on.")

    qtbot.waitUntil(lambda: bool(failures))
    assert failures[0].message == "The engine is off; start it again to go on."


def test_after_the_end_nothing_is_called_back(qtbot: QtBot) -> None:
    link = FakeLink()
    link.manual = {Measure}
    bridge = Bridge(link)
    seen: list[Any] = []
    bridge.ask(Measure(1), seen.append, seen.append)

    bridge.close(1.0)
    link.answer(Measure)
    qtbot.wait(20)

    assert seen == []
    assert link.stopped_within == 1.0
