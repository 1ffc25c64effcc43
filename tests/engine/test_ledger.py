"""How patient the window is: time in which the machine stood still, or had too much to do, is no silence."""

import os
from types import SimpleNamespace

import pytest

from explorer.engine import ledger as module
from explorer.engine.envelopes import Ready, Request
from explorer.engine.ledger import Ledger, Limits
from explorer.engine.messages import LoadModel

GLANCE = 0.25


class Machine:
    """A clock that the test turns, and a load."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now, self.load = 100.0, 0.0
        monkeypatch.setattr(module, "time", SimpleNamespace(monotonic=lambda: self.now))
        monkeypatch.setattr(os, "getloadavg", lambda: (self.load, 0.0, 0.0), raising=False)
        monkeypatch.setattr(os, "cpu_count", lambda: 2)

    def seconds_until_end(self, ledger: Ledger, limits: Limits, most: float = 600.0) -> float:
        """Look four times a second; return after how many seconds the engine is ended."""
        since = self.now
        while ledger.overdue(limits) is None and self.now - since < most:
            self.now += GLANCE
        return self.now - since


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> Machine:
    return Machine(monkeypatch)


@pytest.fixture
def ledger(machine: Machine) -> Ledger:
    """One whose engine is built."""
    ledger = Ledger()
    ledger.overdue(Limits())
    ledger.note(Ready())
    return ledger


def cancel_one(ledger: Ledger) -> None:
    ledger.ask(Request(1, LoadModel("deaf")))
    ledger.cancel(1)


def test_half_a_minute_of_silence_ends_the_engine_and_less_does_not(machine: Machine, ledger: Ledger) -> None:
    assert machine.seconds_until_end(ledger, Limits()) == pytest.approx(30, abs=1)


def test_after_a_standstill_the_patience_begins_anew(machine: Machine, ledger: Ledger) -> None:
    limits = Limits(silence=10)
    for _ in range(12):  # two minutes of which nine seconds in ten pass as they should
        assert machine.seconds_until_end(ledger, limits, most=8) >= 8
        machine.now += 2.0

    assert machine.seconds_until_end(ledger, limits) == pytest.approx(10, abs=1)


def test_a_cancel_has_its_whole_grace_after_a_standstill(machine: Machine, ledger: Ledger) -> None:
    cancel_one(ledger)
    assert machine.seconds_until_end(ledger, Limits(), most=1.5) >= 1.5
    machine.now += 60.0

    assert machine.seconds_until_end(ledger, Limits()) == pytest.approx(2, abs=0.5)


@pytest.mark.parametrize(("load", "times"), [(1.0, 1), (2.0, 1), (8.0, 4), (200.0, 8)])
def test_a_machine_with_too_much_to_do_is_given_more_time(
    machine: Machine, ledger: Ledger, load: float, times: int
) -> None:
    machine.load = load
    cancel_one(ledger)
    assert machine.seconds_until_end(ledger, Limits()) == pytest.approx(2 * times, abs=0.5)

    ledger.note(Ready())
    ledger.cancelled.clear()
    assert machine.seconds_until_end(ledger, Limits(silence=10)) == pytest.approx(10 * times, abs=1)
