"""Seats and forwards: each seat has one model and one forward, and touches no other."""

import gc
import weakref
from dataclasses import replace

import numpy as np
import pytest
from engine_asks import Asker, Own

from explorer.engine.bench import Bench
from explorer.engine.messages import Classify, EmptySeat, LoadModel, Record, SwapSeats, ViewValue
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


def test_an_emptied_seat_has_neither_model_nor_forward_and_the_other_has_its_own(two: Asker) -> None:
    before = two(ViewValue(1, 1)).values
    two(EmptySeat(1))
    assert "No model is loaded" in two.complaint(Classify("coffee", seat=1))
    assert "Another forward" in two.complaint(ViewValue(2, 1))
    assert np.array_equal(two(ViewValue(1, 1)).values, before)
    two(EmptySeat(1))


def test_swapped_seats_keep_their_models_and_forwards(two: Asker) -> None:
    two(SwapSeats())
    assert len(two(Classify("coffee", seat=1)).predictions) == 5
    assert titles(two, 1) == ["conv", "norm"] and titles(two, 2) == ["conv", "max"]
    two(Record(3, "coffee"))
    assert titles(two, 1) == ["conv", "norm"] and titles(two, 3) == ["conv", "max"]
    assert "Another forward" in two.complaint(ViewValue(2, 1))


def test_the_second_seat_leaves_the_values_of_the_first_as_they_are_to_the_bit(ask: Asker) -> None:
    ask(LoadModel("zoo:mobilenet_v3_small", "random", seed=3))
    ask.open("coffee")
    nodes = len(ask(Record(1, "coffee")).trace.nodes)
    before = [ask(ViewValue(1, node)).values.copy() for node in range(nodes)]
    ask(LoadModel("zoo:mobilenet_v3_small", "random", seed=4, seat=1))
    ask(Record(2, "coffee", seat=1))
    after = [ask(ViewValue(1, node)).values for node in range(nodes)]
    assert all(np.array_equal(a, b, equal_nan=True) for a, b in zip(before, after, strict=True))
    other = [ask(ViewValue(2, node)).values for node in range(nodes)]
    assert any(not np.array_equal(a, b) for a, b in zip(before, other, strict=True)), "another seed"


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


@pytest.mark.parametrize("switch", [LoadModel("zoo:lenet5", "random"), EmptySeat(0)], ids=["another", "none"])
def test_a_model_that_holds_itself_is_gone_once_it_is_switched_away_though_it_was_frozen(
    ask: Asker, own: Own, switch: object
) -> None:
    ask(own("Ring"))
    ask.open("coffee")
    ask(Record(1, "coffee"))
    model = weakref.ref(ask.engine._bench.model(0).module)
    gc.freeze()  # as the engine's process does when libraries were imported
    try:
        ask(switch)
        assert model() is None and gc.get_freeze_count()
    finally:
        gc.unfreeze()


def test_a_switch_of_models_that_hold_nothing_collects_nothing(recorded: Asker, own: Own) -> None:
    full: list[int] = []
    gc.collect()
    gc.freeze()
    gc.disable()
    gc.callbacks.append(lambda _, info: full.append(info["generation"]))
    try:
        recorded(own("Classifier"))
        assert full == []
    finally:
        gc.callbacks.pop()
        gc.enable()
        gc.unfreeze()


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
