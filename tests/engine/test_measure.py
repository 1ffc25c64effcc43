"""What a forward costs, measured."""

import pytest
from engine_asks import Asker, Own, crossed

from explorer.engine.messages import Measure, Record
from explorer.records.errors import CancelledError


def test_measurement_times_every_operation_and_reports_progress(recorded: Asker) -> None:
    recorded.progress.clear()
    measured = crossed(recorded(Measure(1, runs=3)))
    assert measured.timing.device == "cpu" and measured.timing.batch == 1
    assert measured.timing.nodes[0] is None
    assert all(0 < lap.p10 <= lap.median <= lap.p90 for lap in measured.timing.nodes[1:])
    assert [(done, total) for done, total, _ in recorded.progress] == [(k, 6) for k in range(1, 7)]


def test_cancelled_measurement_says_so(recorded: Asker) -> None:
    with pytest.raises(CancelledError):
        recorded(Measure(1), cancel_after=0)


def test_forward_that_fails_cannot_be_measured(ask: Asker, own: Own) -> None:
    ask(own("Failing"))
    ask.open("coffee")
    ask(Record(1, "coffee"))
    assert "cannot be measured: RuntimeError" in ask.complaint(Measure(1))
