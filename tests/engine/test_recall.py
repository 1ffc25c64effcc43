"""Values beyond the memory for values: let go, computed again when somebody looks, never another value shown."""

import re
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from engine_asks import Asker, Own

from explorer.engine import bench, recall
from explorer.engine.command import Lane
from explorer.engine.messages import AllowMemory, Measure, ReadAnswer, Record, ViewValue
from explorer.engine.task import Task
from explorer.features.initialisation.messages import StudyInitialisation
from explorer.features.kernels.messages import ViewKernel
from explorer.features.layers.messages import SaveValues
from explorer.records.errors import CancelledError, LetGoError

ONE = 8 * 64 * 64 * 4
SIZE = (64, 64)


def _record(ask: Asker, number: int = 1, training: bool = False):
    torch.manual_seed(5)
    return ask(Record(number, "coffee", size=SIZE, training=training))


@pytest.fixture
def deep(ask: Asker, own: Own) -> Asker:
    ask(own("Deep"))
    ask.open("coffee")
    return ask


def _values(ask: Asker, forward: int, again: bool = False) -> list[np.ndarray]:
    nodes = ask.engine._bench.forward(forward).trace.nodes
    return [
        ask(ViewValue(forward, node.id, output, again=again)).values
        for node in nodes
        for output in range(len(node.outputs))
    ]


def _gone(ask: Asker, forward: int) -> list[int]:
    operations = ask.engine._bench.forward(forward).recording.operations
    return [k for k, it in enumerate(operations) if not all(saved.is_held for saved in it.values)]


@pytest.mark.parametrize("training", [False, True])
@pytest.mark.parametrize("room", [ONE, 3 * ONE, 5 * ONE])
def test_every_value_comes_back_bit_by_bit_whatever_fits(deep: Asker, room: int, training: bool) -> None:
    whole = _record(deep, 1, training)
    expected, before = _values(deep, 1), torch.get_rng_state()
    state = {k: v.clone() for k, v in deep.engine._bench.model(0).module.state_dict().items()}
    deep(AllowMemory(room))
    tight = _record(deep, 2, training)
    assert len(_gone(deep, 2)) >= 3
    assert tight.trace.nodes == whole.trace.nodes and tight.memory == whole.memory
    assert tight.answer == whole.answer and tight.held_bytes < whole.held_bytes
    before = torch.get_rng_state()
    for order in (range(len(expected)), reversed(range(len(expected)))):
        nodes = list(order)
        for node in nodes:
            value = deep(ViewValue(2, node, again=True))
            assert np.array_equal(value.values, expected[node], equal_nan=True), node
    assert (
        deep.engine.load().values_held <= room + 2 * ONE
    )  # the input, what is returned and the normed weight stay
    assert torch.equal(torch.get_rng_state(), before)
    module = deep.engine._bench.model(0).module
    assert not module.training
    assert all(torch.equal(value, state[key]) for key, value in module.state_dict().items())


def test_a_look_without_leave_to_run_says_that_it_may(deep: Asker) -> None:
    deep(AllowMemory(ONE))
    _record(deep)
    node = _gone(deep, 1)[0]
    with pytest.raises(LetGoError) as caught:
        deep(ViewValue(1, node))
    assert caught.value.allows == "again"
    assert (ViewValue(1, node).lane, ViewValue(1, node, again=True).lane) == (Lane.VIEW, Lane.WORK)


def test_one_run_brings_the_neighbours_too(deep: Asker) -> None:
    deep(AllowMemory(16 * ONE))
    _record(deep)
    deep(AllowMemory(0))
    gone = _gone(deep, 1)
    deep(AllowMemory(16 * ONE))  # of which a quarter is for what is computed again
    deep.progress.clear()
    deep(ViewValue(1, gone[2], again=True))
    assert any("running the model again for" in text for *_, text in deep.progress)
    assert all(done <= total for done, total, _ in deep.progress)
    for near in (gone[1], gone[3], gone[4]):
        deep(ViewValue(1, near))


def test_an_allowance_that_shrinks_lets_go_at_once_and_one_that_grows_loses_nothing(deep: Asker) -> None:
    _record(deep)
    expected = _values(deep, 1)
    deep(AllowMemory(2 * ONE))
    assert deep.engine.load().values_held <= 3 * ONE and deep.engine.load().values_room == 2 * ONE
    deep(AllowMemory(None))
    assert deep.engine.load().values_room > 100 * ONE
    for node, value in enumerate(expected):
        assert np.array_equal(deep(ViewValue(1, node, again=True)).values, value)
    assert _values(deep, 1) is not None and not _gone(deep, 1)


def test_values_of_eight_bits_stay_and_the_others_go(ask: Asker, own: Own) -> None:
    ask(own("Quantised"))
    ask.open("coffee")
    _record(ask)
    expected = _values(ask, 1)
    ask(AllowMemory(2 * ONE))
    gone = _gone(ask, 1)
    nodes = ask.engine._bench.forward(1).trace.nodes
    eight = [node.id for node in nodes if "quint8" in node.outputs[0].dtype]
    assert len(eight) >= 3 and len(gone) >= 3 and not set(eight) & set(gone)
    assert all(np.array_equal(one, other) for one, other in zip(_values(ask, 1, True), expected, strict=True))
    assert _record(ask, 2).trace.error is None and _gone(ask, 2)


def test_an_allowance_that_fails_is_not_taken(deep: Asker, monkeypatch) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("no")

    _record(deep)
    before = deep.engine.load().values_room
    with monkeypatch.context() as patch, pytest.raises(RuntimeError):
        patch.setattr(bench, "shrink", fail)
        deep(AllowMemory(ONE))
    assert deep.engine.load().values_room == before


def test_the_load_tells_of_each_forward_which_values_are_not_held_now(deep: Asker, own: Own) -> None:
    deep(AllowMemory(4 * ONE))
    _record(deep)
    deep(replace(own("Classifier"), seat=1))
    deep(Record(2, "coffee", size=SIZE, seat=1))
    gone = _gone(deep, 1)
    assert gone and deep.engine.load().values_gone == {1: set(gone), 2: set(_gone(deep, 2))}
    deep(ViewValue(1, gone[-1], again=True))
    assert gone[-1] not in deep.engine.load().values_gone[1]


def test_statistics_are_those_of_the_values(deep: Asker) -> None:
    deep(AllowMemory(ONE))
    _record(deep)
    for node in _gone(deep, 1):
        view = deep(ViewValue(1, node, again=True))
        deep(Measure(1, 3))  # waits for what the look began
        ahead = deep(ViewValue(1, node, again=True))
        for it in (view, ahead):
            assert it.statistics.mean == pytest.approx(it.values.mean(dtype=np.float64), rel=1e-9)
            assert it.histogram.counts.sum() == it.values.size


def test_a_value_larger_than_all_that_is_allowed_is_one_line(deep: Asker) -> None:
    deep(AllowMemory(ONE - 1))
    _record(deep)
    line = deep.complaint(ViewValue(1, _gone(deep, 1)[0], again=True))
    assert re.search(
        r"takes 131 kB, and values may take 131 kB; allow more memory .* choose a smaller input", line
    )


def test_a_network_that_computes_otherwise_is_told_and_no_other_value_shown(ask: Asker, own: Own) -> None:
    ask(own("Moody"))
    ask.open("coffee")
    ask(AllowMemory(ONE))
    _record(ask)
    nodes = ask.engine._bench.forward(1).trace.nodes
    for node in [it for it in _gone(ask, 1) if nodes[it].op != "rand_like"]:  # chance is the same again
        line = ask.complaint(ViewValue(1, node, again=True))
        assert "did not compute the same when it ran again" in line and "allow more memory" in line
    assert ask(ReadAnswer(1)).predictions


def test_cancelled_nothing_changes(deep: Asker) -> None:
    deep(AllowMemory(ONE))
    _record(deep)
    gone = _gone(deep, 1)
    with pytest.raises(CancelledError):
        deep(ViewValue(1, gone[-1], again=True), cancel_after=3)
    assert set(_gone(deep, 1)) >= set(gone)
    deep(ViewValue(1, gone[-1], again=True))


def test_neighbours_are_chosen_in_one_pass_that_can_be_cancelled() -> None:
    reads, checks, count = [], [], 1000

    class Gone:
        is_held = False

        def __init__(self) -> None:
            self._shell = torch.empty(3, device="meta")

        @property
        def tensor(self) -> torch.Tensor:
            reads.append(1)
            return self._shell

    def cancelled() -> bool:
        checks.append(1)
        return len(checks) > count - 100

    operations = [SimpleNamespace(name="it", values=[Gone()]) for _ in range(count)]
    forward = SimpleNamespace(
        device="cpu", is_recorded=True, recording=SimpleNamespace(operations=operations)
    )
    with pytest.raises(CancelledError):
        recall.hold(bench.Bench(), forward, [0], Task("looking", cancelled))
    assert len(reads) < 2 * count


def test_the_old_forward_goes_before_the_new_one(deep: Asker, own: Own) -> None:
    deep(AllowMemory(20 * ONE))
    _record(deep, 1)
    whole = deep.engine.load().values_held
    deep(AllowMemory(whole + ONE))
    _record(deep, 2)
    assert not _gone(deep, 2)
    deep(own("Deep"))  # the seat's forward goes
    assert deep.engine.load().values_held == 0


def test_all_values_are_saved_by_one_run(deep: Asker, tmp_path) -> None:
    _record(deep, 1)
    deep(SaveValues(1, str(tmp_path / "whole")))
    deep(AllowMemory(ONE))
    _record(deep, 2)
    gone = _gone(deep, 2)
    deep(SaveValues(2, str(tmp_path / "tight")))
    assert _gone(deep, 2) == gone
    files = sorted(it.name for it in (tmp_path / "whole").iterdir())
    assert files == sorted(it.name for it in (tmp_path / "tight").iterdir())
    for name in files:
        assert (tmp_path / "whole" / name).read_bytes() == (tmp_path / "tight" / name).read_bytes()


def test_features_that_need_values_get_them(deep: Asker) -> None:
    _record(deep, 1)
    stem = next(node.id for node in deep.engine._bench.forward(1).trace.nodes if node.op == "conv2d")
    kernel, study = deep(ViewKernel(1, stem)), deep(StudyInitialisation(1, 0))
    deep(AllowMemory(0))
    deep(AllowMemory(ONE))
    assert np.array_equal(deep(ViewKernel(1, stem, again=True)).values, kernel.values)
    again = deep(StudyInitialisation(1, 0))
    for one, other in zip(again.curves, study.curves, strict=True):
        assert np.array_equal(one.variances, other.variances, equal_nan=True)


@pytest.mark.parametrize("error", [None, MemoryError(), RuntimeError("alloc_cpu.cpp:1: not enough memory")])
def test_no_memory_is_one_line_with_the_way_out(deep: Asker, monkeypatch, error: Exception | None) -> None:
    def refuse(*_: object) -> None:
        if error is None:
            torch.empty(10**15)  # what torch itself says
        raise error

    module = deep.engine._bench.model(0).module
    monkeypatch.setattr(torch, "rand_like", refuse)
    forward = _record(deep)
    assert (
        "there is not enough memory; choose a smaller input, or allow less memory"
        in forward.trace.error.message
    )
    monkeypatch.undo()
    assert _record(deep, 2).trace.error is None and not module.training
