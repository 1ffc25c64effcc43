import threading
from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtCore import QThread
from pytestqt.qtbot import QtBot
from window_fakes import FakeLink

from explorer.engine import link as link_module
from explorer.engine.client import EngineDied, EngineStarted
from explorer.engine.link import EngineLink
from explorer.engine.messages import Failure, Heartbeat, ListModels, Measure, Progress, Reply
from explorer.records.measures import EngineLoad
from explorer.ui.bridge import Bridge


class FakeClient:
    """Stands for `EngineClient`; the test speaks in its place."""

    pid = 7

    def __init__(self, on_event: Callable[[Any], None]) -> None:
        self.on_event = on_event


@pytest.fixture
def client(monkeypatch: pytest.MonkeyPatch) -> list[FakeClient]:
    made: list[FakeClient] = []

    def make(on_event: Callable[[Any], None]) -> FakeClient:
        made.append(FakeClient(on_event))
        return made[-1]

    monkeypatch.setattr(link_module, "EngineClient", make)
    return made


def test_what_the_engine_says_early_waits_for_a_listener(client: list[FakeClient]) -> None:
    link = EngineLink()
    client[0].on_event(EngineStarted(7))
    client[0].on_event(Reply(1, "early"))

    heard: list[Any] = []
    link.listen(heard.append)
    client[0].on_event(Reply(2, "late"))

    assert heard == [EngineStarted(7), Reply(1, "early"), Reply(2, "late")]


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
    bridge.ask(Measure(), seen.append, seen.append, lambda progress: seen.append(progress.done))

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
    bridge.ask(Measure(), failures.append, failures.append)
    bridge.ask(ListModels(), failures.append, failures.append)

    with qtbot.waitSignal(bridge.died) as died:
        link.die(Measure())

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
    bridge.ask(Measure(), failures.append, failures.append)

    link.fail(Measure, "The engine is off; start it again to go on.")

    qtbot.waitUntil(lambda: bool(failures))
    assert failures[0].message == "The engine is off; start it again to go on."


def test_after_the_end_nothing_is_called_back(qtbot: QtBot) -> None:
    link = FakeLink()
    link.manual = {Measure}
    bridge = Bridge(link)
    seen: list[Any] = []
    bridge.ask(Measure(), seen.append, seen.append)

    bridge.close(1.0)
    link.answer(Measure)
    qtbot.wait(20)

    assert seen == []
    assert link.stopped_within == 1.0
