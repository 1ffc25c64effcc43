"""Layers that are what they were are not watched again; any that is not is noticed."""

import pytest
import torch
from repeats import assert_same
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode

from explorer.forward.recorder import record
from explorer.forward.repeat import Plans


class Net(nn.Module):
    """Layers of torch's own; `before` is what it does to itself before they run."""

    def __init__(self, before=lambda _: None):
        super().__init__()
        torch.manual_seed(0)
        self.conv, self.norm, self.act = (
            nn.Conv2d(3, 3, 3, padding=1),
            nn.BatchNorm2d(3),
            nn.ReLU(inplace=True),
        )
        self.head, self.softmax = nn.Linear(3, 3), nn.Softmax(1)
        self.other = nn.Parameter(torch.ones(3, 3, 3, 3))
        self.before = before

    def forward(self, x: Tensor) -> Tensor:
        self.before(self)
        return self.softmax(self.head(self.act(self.norm(self.conv(x))).mean((2, 3))))


class Halved(TorchFunctionMode):
    def __torch_function__(self, func, types, args=(), kwargs=None):
        result = func(*args, **(kwargs or {}))
        return result / 2 if func is torch.conv2d else result


class Around(Net):
    """Runs a layer in a mode of its own, when it is time."""

    def forward(self, x):
        if CHANGE["now"]:
            with Halved():
                return self.conv(x)
        return self.conv(x)


CHANGE = {"now": False}
"""Whether it is time to change: no call of torch's and nothing of the model's own tells."""


def other_stride(net):
    net.conv.stride = (2, 2) if CHANGE["now"] else (1, 1)


def stride_of_first(net):
    if not CHANGE["now"]:
        net.conv.stride = (2, 2)


def other_weight(net):
    if CHANGE["now"]:
        net.conv._parameters["weight"] = net.other


def not_in_place(net):
    net.act.inplace = not CHANGE["now"]


def own_forward(net):
    if CHANGE["now"]:
        net.act.forward = torch.sigmoid


def other_axis(net):
    net.softmax.dim = 0 if CHANGE["now"] else 1


FIRST, SECOND = -torch.rand(2, 3, 6, 6), torch.rand(2, 3, 6, 6)


@pytest.mark.parametrize(
    "make",
    [
        lambda: Net(other_stride),
        lambda: Net(stride_of_first),
        lambda: Net(other_weight),
        lambda: Net(not_in_place),
        lambda: Net(own_forward),
        lambda: Net(other_axis),
        Around,
    ],
)
def test_a_layer_that_its_model_changes_meanwhile_is_recorded_anew(make, monkeypatch):
    model, plans = make().eval(), Plans()
    plans.learn(record(model, (FIRST,), plans=plans), None)
    assert record(model, (SECOND,), plans=plans).plan is not None
    monkeypatch.setitem(CHANGE, "now", True)
    ours = record(model, (SECOND,), plans=plans)
    assert ours.plan is None
    assert_same(ours, record(model, (SECOND,)))


@pytest.mark.parametrize(
    ("layer", "name", "value"), [("conv", "stride", (2, 2)), ("norm", "eps", 0.5), ("act", "inplace", False)]
)
def test_a_layer_that_was_changed_is_recorded_anew(layer, name, value):
    model, plans = Net().eval(), Plans()
    plans.learn(record(model, (FIRST,), plans=plans), None)
    setattr(getattr(model, layer), name, value)
    ours = record(model, (SECOND,), plans=plans)
    assert ours.plan is None
    assert_same(ours, record(model, (SECOND,)))


def test_a_list_that_a_layer_holds_is_looked_into():
    model, plans = nn.Sequential(nn.AvgPool2d([2, 2])), Plans()
    plans.learn(record(model, (FIRST,), plans=plans), None)
    model[0].kernel_size[0] = 3
    ours = record(model, (SECOND,), plans=plans)
    assert ours.plan is None
    assert_same(ours, record(model, (SECOND,)))


def test_a_class_whose_forward_was_replaced_is_recorded_anew(monkeypatch):
    model, plans = Net().eval(), Plans()
    plans.learn(record(model, (FIRST,), plans=plans), None)
    monkeypatch.setattr(nn.Softmax, "forward", lambda _, x: torch.sigmoid(x))
    assert record(model, (SECOND,), plans=plans).plan is None


def test_a_function_that_was_replaced_is_recorded_anew(monkeypatch):
    model, plans = nn.Sequential(nn.ReLU()), Plans()
    with monkeypatch.context() as replaced:
        plans.learn(record(model, (FIRST,), plans=plans), None)
        replaced.setattr(nn.functional, "relu", lambda x, inplace: torch.sigmoid(x))
        ours = record(model, (SECOND,), plans=plans)
        assert ours.plan is None
        assert_same(ours, record(model, (SECOND,)))
        plans.learn(ours, None)
    ours = record(model, (SECOND,), plans=plans)
    assert ours.plan is None
    assert_same(ours, record(model, (SECOND,)))


def test_layers_are_not_watched_again():
    model, plans, checks = Net().eval(), Plans(), []
    plans.learn(record(model, (FIRST,), lambda: checks.append(0), plans=plans), None)
    first, _ = len(checks), checks.clear()
    ours = record(model, (SECOND,), lambda: checks.append(0), plans=plans)
    assert ours.plan is not None
    assert len(checks) == first - 1  # a norm asks for the dimensions of what it is given
    assert_same(ours, record(model, (SECOND,)))
    asked = [(it.asked[0], len(it.asked[1]), sorted(it.asked[2])) for it in ours.operations if it.asked]
    anew = [
        (it.asked[0], len(it.asked[1]), sorted(it.asked[2]))
        for it in record(model, (SECOND,)).operations
        if it.asked
    ]
    assert asked == anew
