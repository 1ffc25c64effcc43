"""No thread of the window's end or of the engine dies unnoticed, nor with it what others wait for."""

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
import pytest
from engine_driver import FAKE, Driver

from explorer.engine.client import EngineClient, EngineDied, EngineStarted, Event
from explorer.engine.envelopes import Begun, Failure, Part, Progress, Reply, Request
from explorer.engine.ledger import Ledger, Limits
from explorer.engine.messages import LoadModel
from explorer.features.models.messages import DownloadWeights

DEADLINE = 30


@pytest.fixture
def faults(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What nobody caught in this process's threads."""
    seen: list[Any] = []
    monkeypatch.setattr(threading, "excepthook", seen.append)
    return seen


@pytest.fixture
def log(tmp_path: Path) -> Callable[[], str]:
    """Return what stands in the engine's log."""
    return lambda: (tmp_path / "home" / "engine.log").read_text(encoding="utf-8")


# ---- the window's end ----


def test_a_listener_that_fails_is_reported_and_hears_what_comes_next(faults: list[Any]) -> None:
    heard: list[Event] = []
    answered = threading.Event()

    def listen(event: Event) -> None:
        heard.append(event)
        if isinstance(event, Reply):
            answered.set()
        raise ValueError("deaf ears")

    client = EngineClient(listen, FAKE)
    client.start()
    client.send(LoadModel("echo on"))
    answered.wait(DEADLINE)
    client.stop()

    assert isinstance(heard[0], EngineStarted)
    assert answered.is_set()
    assert {str(fault.exc_value) for fault in faults} == {"deaf ears"}
    assert len(faults) == len(heard)


class Unsendable:
    def __reduce__(self) -> Any:
        raise TypeError("stays here")


def test_a_request_that_cannot_be_sent_fails_and_the_others_are_answered(
    driver: Driver, faults: list[Any]
) -> None:
    before = driver.send(LoadModel("echo before"))
    id = driver.send(LoadModel("model", weights=Unsendable()))  # type: ignore[arg-type]

    assert driver.ask(LoadModel("echo after")) == "after"
    failure = driver.answer(id)
    assert isinstance(failure, Failure) and "stays here" in failure.message
    assert driver.result(before) == "before"
    assert [str(fault.exc_value) for fault in faults] == ["stays here"]


def test_an_error_of_the_client_itself_ends_the_engine_and_is_told(
    make: Callable[..., Driver], faults: list[Any]
) -> None:
    driver = make(limits=Limits(building=None, restarts=1))  # type: ignore[arg-type]
    id = driver.send(LoadModel("echo"))

    first, second = driver.next(EngineDied), driver.next(EngineDied)

    assert (first.restarting, second.restarting) == (True, False)
    assert "an error in the window (TypeError:" in first.message
    assert isinstance(driver.answer(id), Failure)
    assert "start it again" in driver.answer(driver.send(LoadModel("echo"))).message  # type: ignore[union-attr]
    assert [fault.exc_type for fault in faults] == [TypeError, TypeError]
    assert driver.client.pid is None
    assert psutil.Process().children() == []


@pytest.mark.parametrize(
    "message", [Reply(7, None), Failure(7, "no"), Progress(7, 1, 2, ""), Part(7, None), Begun(7)]
)
def test_what_is_said_of_an_unknown_request_changes_nothing(message: object) -> None:
    ledger = Ledger()
    ledger.ask(Request(1, LoadModel("echo")))

    assert not ledger.note(message)
    assert (list(ledger.pending), ledger.running()) == ([1], None)


# ---- the engine ----


@pytest.mark.parametrize("name", ["mute", "interrupt"])
@pytest.mark.parametrize("command", [LoadModel, DownloadWeights])
def test_whatever_is_raised_in_a_lane_is_a_failure_and_logged(
    driver: Driver, log: Callable[[], str], command: type[LoadModel | DownloadWeights], name: str
) -> None:
    failure = driver.answer(driver.send(command(name)))

    assert isinstance(failure, Failure) and "failed: " in failure.message
    assert "Traceback" in log()
    assert driver.ask(command("echo still here")) == "still here"


class Unreadable:
    """Arrives as an error."""

    def __reduce__(self) -> Any:
        return int, ("no number",)


def test_an_engine_that_cannot_read_what_it_is_told_ends_and_is_replaced(
    driver: Driver, log: Callable[[], str]
) -> None:
    id = driver.send(LoadModel("model", weights=Unreadable()))  # type: ignore[arg-type]

    died = driver.next(EngineDied)

    assert died.restarting and "exit code 1" in died.message
    assert isinstance(driver.answer(id), Failure)
    assert "no number" in log()
    assert driver.ask(LoadModel("echo next")) == "next"


@pytest.mark.parametrize(("name", "what"), [("thread", "the model's thread failed"), ("dispose", "not yet")])
def test_what_fails_in_other_threads_or_where_nothing_can_be_raised_is_logged(
    driver: Driver, log: Callable[[], str], name: str, what: str
) -> None:
    assert driver.ask(LoadModel(name)) is None

    assert f"ValueError: {what}" in log()
