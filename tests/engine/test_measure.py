"""What a forward costs, measured."""

import pytest
from engine_asks import Asker, Own, crossed

from explorer.engine.messages import Classify, Measure, Record
from explorer.records.errors import CancelledError


def test_measurement_times_every_operation_and_reports_progress(recorded: Asker) -> None:
    recorded.progress.clear()
    measured = crossed(recorded(Measure(1, runs=3)))
    assert measured.timing.device == "cpu" and measured.timing.batch == 1
    assert measured.timing.nodes[0] is None
    assert all(0 < lap.p10 <= lap.median <= lap.p90 for lap in measured.timing.nodes[1:-1])
    assert measured.timing.nodes[0] is measured.timing.nodes[-1] is None, (
        "what is given and returned takes no time"
    )
    assert [(done, total) for done, total, _ in recorded.progress] == [(k, 6) for k in range(1, 7)]


def test_cancelled_measurement_says_so(recorded: Asker) -> None:
    with pytest.raises(CancelledError):
        recorded(Measure(1), cancel_after=0)


def test_forward_that_fails_cannot_be_measured(ask: Asker, own: Own) -> None:
    ask(own("Failing"))
    ask.open("coffee")
    ask(Record(1, "coffee"))
    assert "cannot be measured: RuntimeError" in ask.complaint(Measure(1))


def test_a_forward_in_training_mode_is_measured_in_it_and_with_its_step(ask: Asker, own: Own) -> None:
    ask(own("Classifier"))
    ask.open("coffee")
    plain = ask(Classify("coffee"))
    assert ask(Record(1, "coffee")).predictions == plain.predictions
    assert ask(Measure(1, runs=1)).step is None
    assert ask(Record(2, "coffee", training=True)).predictions != plain.predictions
    assert ask(Measure(2, runs=2)).step.runs == 2
    assert ask(Classify("coffee")) == plain  # statistics and mode are what they were


def test_a_measured_step_of_training_can_be_cancelled(ask: Asker, own: Own) -> None:
    ask(own("Classifier"))
    ask.open("coffee")
    ask(Record(1, "coffee", training=True))
    told: list[int] = []
    for looks in range(200):
        ask.progress.clear()
        try:
            ask(Measure(1, runs=1), cancel_after=looks)
        except CancelledError:
            told.append(ask.progress[-1][0] if ask.progress else 0)
        else:
            break
    assert told == sorted(told) and told.count(2) > 4, (
        "also once all forwards are timed, between its operations"
    )
