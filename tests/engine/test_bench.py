"""Seats and forwards: each seat has one model and one forward, and touches no other."""

import gc
import weakref
from dataclasses import replace

import pytest
from engine_asks import Asker, Own

from explorer.engine.bench import Bench
from explorer.engine.messages import Classify, Record, ViewValue
from explorer.records.errors import ExplorerError


@pytest.fixture
def two(ask: Asker, own: Own) -> Asker:
    """An engine with a model at each of two seats; forward 1 is that of seat 0, forward 2 that of seat 1."""
    ask(own("Classifier"))
    ask(replace(own("Pair"), seat=1))
    ask.open("coffee")
    ask(Record(1, "coffee"))
    ask(Record(2, "coffee", seat=1))
    return ask


def titles(ask: Asker, forward: int) -> list[str]:
    return [ask(ViewValue(forward, node)).title for node in (1, 2)]


def test_seats_have_their_own_model_and_forward(two: Asker) -> None:
    assert titles(two, 1) == ["conv", "norm"] and titles(two, 2) == ["conv", "max"]
    assert len(two(Classify("coffee")).predictions) == 5 and two(Classify("coffee", seat=1)).predictions == ()


def test_a_new_forward_takes_only_the_place_of_its_own_seat(two: Asker) -> None:
    two(Record(3, "coffee"))
    assert "Another forward" in two.complaint(ViewValue(1, 1))
    assert titles(two, 2) == ["conv", "max"] and titles(two, 3) == ["conv", "norm"]


def test_a_new_model_takes_only_the_forward_of_its_own_seat(two: Asker, own: Own) -> None:
    two(own("Failing"))
    assert "Another forward" in two.complaint(ViewValue(1, 1))
    assert titles(two, 2) == ["conv", "max"]
    assert len(two(Classify("coffee", seat=1)).predictions) == 0


def test_a_number_given_twice_means_the_newer_forward(two: Asker) -> None:
    two(Record(1, "coffee", seat=1))
    assert titles(two, 1) == ["conv", "max"]
    assert "Another forward" in two.complaint(ViewValue(2, 1))


def test_an_empty_bench_says_what_to_do() -> None:
    bench = Bench()
    with pytest.raises(ExplorerError, match="pick one first"):
        bench.model(0)
    with pytest.raises(ExplorerError, match="open an image first"):
        bench.forward(1)


def test_a_memo_is_made_once_and_goes_with_what_it_belongs_to(recorded: Asker) -> None:
    class Kept:
        pass

    def make(_: object) -> Kept:
        return Kept()

    bench = recorded.engine._bench
    forward = bench.forward(1)
    kept = forward.memo(make)
    assert forward.memo(make) is kept and forward.model.memo(make) is not kept
    of_forward, of_model = weakref.ref(kept), weakref.ref(forward.model.memo(make))
    del kept, forward
    recorded(Record(2, "coffee"))
    gc.collect()
    assert of_forward() is None and of_model() is not None


def test_what_goes_on_beside_is_waited_for_and_ends_with_the_forward(recorded: Asker) -> None:
    ended: list[str] = []
    forward = recorded.engine._bench.forward(1)

    def until_let_go(goes_on: object) -> None:
        while goes_on():  # type: ignore[operator]
            pass
        ended.append("let go")

    forward.background.start(lambda _: ended.append("by itself"), "short")
    forward.background.finish(lambda: None)
    assert ended == ["by itself"]
    forward.background.start(until_let_go, "long")
    with pytest.raises(TimeoutError):
        forward.background.finish(_impatient)
    recorded(Record(2, "coffee"))
    forward.background.finish(lambda: None)
    assert ended == ["by itself", "let go"]


def _impatient() -> None:
    raise TimeoutError
