"""Forwards that fail or are cancelled: where it happened, and what was recorded until then."""

import pytest
import torch
import torch.nn.functional as F
from torch import nn
from toy_models import Forward, run

from explorer.forward import trace
from explorer.forward.recorder import record
from explorer.records.errors import CancelledError

X = torch.ones(1, 3, 4)


def failed(model: nn.Module, *inputs: torch.Tensor):
    recording = record(model.eval(), inputs or (X,))
    assert recording.returned == []
    error = trace.build(recording, model, "toy").error
    assert error is not None and "\n" not in error.message
    return [o.name for o in recording.operations], (error.name, error.op, error.module), error.message


def test_a_leaf_module_is_named():
    model = nn.Sequential(nn.Linear(4, 4), nn.ReLU(), nn.Linear(5, 4))
    names, place, message = failed(model)
    assert names == ["input", "0", "1"]
    assert place == ("2", "linear", "2")
    assert message.startswith("RuntimeError: ") and "3x4" in message


def test_the_call_of_a_reused_leaf_is_named():
    linear = nn.Linear(4, 2)
    assert failed(Forward(lambda self, x: self.fc(self.fc(x)), fc=linear))[1] == ("fc:1", "linear", "fc")


def test_a_functional_operation_is_named_as_it_would_have_been():
    def forward(self, x):
        return F.relu(x).view(3, 4).view(5)

    names, place, _ = failed(Forward(forward))
    assert names == ["input", "relu", "view"]
    assert place == ("view:1", "view", "")


def test_a_container_that_fails_before_its_children_run_is_no_leaf():
    block = Forward(lambda self, x: self.fc(x.view(5)), fc=nn.Linear(5, 5))
    assert failed(Forward(lambda self, x: self.block(x), block=block))[1] == (
        "block.view",
        "view",
        "block",
    )


def test_an_error_of_the_models_own_code_names_the_module():
    def forward(self, x):
        raise ValueError("two\nlines")

    inner = Forward(forward)
    model = Forward(lambda self, x: self.outer(x + 1), outer=nn.Sequential(nn.Identity(), inner))
    assert failed(model) == (
        ["input", "add", "outer.0"],
        ("outer.1", "", "outer.1"),
        "ValueError: two lines",
    )
    assert failed(Forward(forward))[1] == ("model", "", "")


def test_an_error_made_of_anothers_names_the_module_that_made_it():
    def forward(self, x):
        try:
            return self.fc(x)
        except RuntimeError as error:
            raise ValueError("does not fit") from error

    block = Forward(forward, fc=nn.Linear(5, 5))
    assert failed(Forward(lambda self, x: self.block(x), block=block))[1] == ("block", "", "block")


def test_an_error_passed_on_by_hand_keeps_its_place():
    def forward(self, x):
        try:
            return self.fc(x)
        finally:
            x.sum()

    names, place, _ = failed(Forward(forward, fc=nn.Linear(5, 5)))
    assert place == ("fc", "linear", "fc") and names == ["input", "sum"]


def test_a_second_error_after_one_that_was_caught():
    def forward(self, x):
        try:
            self.fc(x)
        except RuntimeError:
            return torch.cat([x, x.view(-1)])

    assert failed(Forward(forward, fc=nn.Linear(5, 5)))[1] == ("cat", "cat", "")


def test_endless_recursion_is_a_failure_like_any_other():
    def forward(self, x):
        return self(x)

    recording = run(forward, X)
    assert recording.failure is not None and isinstance(recording.failure.error, RecursionError)


def stop_after(operations: int):
    left = [operations]

    def check():
        left[0] -= 1
        if left[0] < 0:
            raise CancelledError("stopped")

    return check


def test_cancelling_comes_out():
    with pytest.raises(CancelledError, match="stopped"):
        record(nn.Sequential(nn.Linear(4, 4), nn.ReLU()), (X,), stop_after(1))


def test_cancelling_comes_out_of_a_model_that_catches_everything():
    def forward(self, x):
        try:
            return x + 1
        except Exception as error:
            raise ValueError("hidden") from error

    def swallow(self, x):
        try:
            return x + 1
        except Exception:  # noqa: BLE001 - the kind of model it is about
            return x

    for behaviour in (forward, swallow):
        with pytest.raises(CancelledError, match="stopped"):
            record(Forward(behaviour), (X,), stop_after(0))


def test_an_interrupt_is_not_taken_for_a_failure():
    def forward(self, x):
        raise KeyboardInterrupt

    model = Forward(forward)
    with pytest.raises(KeyboardInterrupt):
        record(model, (X,))
    assert "forward" not in vars(model)
