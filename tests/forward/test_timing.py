"""Timing: every operation gets its time, nothing is changed, it can be stopped. How long it takes is not tested."""

import pytest
import torch
from recording_oracle import same
from torch import nn
from toy_models import Forward, Tiny

from explorer.forward import timing
from explorer.forward.recorder import record
from explorer.records.errors import CancelledError

X = torch.randn(2, 3, 8, 8)


def measured(model: nn.Module, inputs: torch.Tensor, runs: int = 2):
    operations = record(model, (inputs,)).operations
    return operations, timing.measure(model, (inputs,), operations, runs)


def timed(model: nn.Module, inputs: torch.Tensor) -> dict[str, bool]:
    operations, found = measured(model.eval(), inputs)
    laps = {o.name: lap is not None for o, lap in zip(operations, found.nodes, strict=True)}
    assert laps.pop("output") is False
    return laps


def test_every_operation_of_a_network_gets_a_time():
    operations, found = measured(Tiny().eval(), X)
    assert [lap is None for lap in found.nodes] == [o.op in ("input", "output") for o in operations]
    assert (found.device, found.threads, found.batch) == ("cpu", torch.get_num_threads(), 2)
    for spread in (found.forward, *(lap for lap in found.nodes if lap)):
        assert 0 < spread.p10 <= spread.median <= spread.p90
        assert spread.runs == 2


def test_questions_for_shapes_in_between_do_not_matter():
    def forward(self, x):
        for _ in range(40):
            assert x.size(0) == x.shape[0] == 2
        x = self.same(x + x.shape[1])
        for _ in range(40):
            x.dim()
        x[0] = 1
        return x.relu().flatten()

    assert timed(Forward(forward, same=nn.Identity()), X) == {
        "input": False,
        "add": True,
        "same": False,
        "setitem": True,
        "relu": True,
        "flatten": True,
    }


def slow(x: torch.Tensor) -> torch.Tensor:
    return x + 1


def test_an_operation_that_no_call_announced_takes_no_other_ones_time():
    scripted = torch.jit.script(slow)
    found = timed(Forward(lambda _, x: scripted(x.relu()) + 2), X)
    assert found == {"input": False, "relu": True, "add": False, "add:1": True}


def test_attention_is_timed_in_its_parts():
    model = nn.TransformerEncoderLayer(8, 2, 16, batch_first=True)
    found = timed(model, torch.randn(1, 5, 8))
    fused = {"self_attn.mul", "self_attn.transpose:5", "self_attn.matmul", "self_attn.softmax"}
    assert {name for name in found if not found[name] and "dropout" not in name} == {"input", *fused}
    assert found["self_attn.scaled_dot_product_attention"]


class Twitching(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.norm = nn.BatchNorm2d(3)
        self.calls = 0

    def forward(self, x):
        self.calls += 1
        return nn.functional.dropout(self.norm(x), training=True)


@pytest.mark.parametrize("training", [True, False])
def test_measuring_leaves_the_model_and_the_random_state_as_they_were(training):
    model = Twitching().train(training)
    before = {key: value.clone() for key, value in model.state_dict().items()}
    chances, enabled = torch.get_rng_state(), torch.backends.mha.get_fastpath_enabled()
    measured(model, X)
    assert all(same(value, before[key]) for key, value in model.state_dict().items())
    assert model.calls == 0 and model.training == training
    assert torch.equal(torch.get_rng_state(), chances)
    assert torch.backends.mha.get_fastpath_enabled() == enabled


@pytest.mark.parametrize("allowed", [0, 1, 3, 9])
def test_measuring_can_be_stopped(allowed):
    model = Tiny().eval()
    operations = record(model, (X,)).operations
    left = [allowed]

    def check():
        left[0] -= 1
        if left[0] < 0:
            raise CancelledError("stopped")

    with pytest.raises(CancelledError):
        timing.measure(model, (X,), operations, 2, check)
    assert record(model, (X,)).failure is None


def test_whole_forwards_and_those_in_parts_take_turns():
    """What else the machine does meets both alike: the sum of the parts can be held against the whole."""
    in_parts: list[bool] = []

    def forward(self, x):
        in_parts.append(len(torch.overrides._get_current_function_mode_stack()) > 0)
        return x.relu()

    model = Forward(forward).eval()
    operations = record(model, (X,)).operations
    in_parts.clear()
    timing.measure(model, (X,), operations, 3)
    assert in_parts[-6:] == [False, True] * 3


def test_progress_counts_all_runs():
    model = Tiny().eval()
    told = []
    timing.measure(model, (X,), record(model, (X,)).operations, 3, progress=lambda *done: told.append(done))
    assert told == [(k, 6) for k in range(1, 7)]


def test_a_model_without_parameters():
    assert timing.measure(nn.ReLU(), (X,), record(nn.ReLU(), (X,)).operations, 1).device == "cpu"


def test_spread_is_in_milliseconds():
    found = timing.spread([k / 1000 for k in range(11)])
    assert (found.p10, found.median, found.p90, found.runs) == pytest.approx((1, 5, 9, 11))


@pytest.mark.parametrize("allowed", range(4))
def test_stopping_leaves_gradients_on(allowed):
    left = [allowed]

    def check():
        left[0] -= 1
        if left[0] < 0:
            raise CancelledError

    with pytest.raises(CancelledError), timing.cancellable(check):
        while True:
            with torch.no_grad():
                X.relu()
    assert torch.is_grad_enabled()


def test_training_steps_leave_no_gradients_and_change_nothing():
    model = Twitching().train()
    before = {key: value.clone() for key, value in model.state_dict().items()}
    assert timing.train_steps(model, (X,), 2).runs == 2
    assert all(parameter.grad is None for parameter in model.parameters())
    assert all(same(value, before[key]) for key, value in model.state_dict().items())


def test_cancelling_where_a_context_is_left_leaves_no_switch_behind() -> None:
    looks = 0

    def check() -> None:
        nonlocal looks
        looks += 1
        if looks > 1:
            raise CancelledError("Cancelled.")

    with pytest.raises(CancelledError), timing.cancellable(check), torch.no_grad():
        torch.zeros(1).add(1)
        torch.zeros(1).add(1)
    assert torch.is_grad_enabled()
