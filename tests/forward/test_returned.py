"""What a model returns: found wherever it lies, named by the way to it, joined to what made it, free of cost."""

from collections import OrderedDict, namedtuple
from dataclasses import dataclass, field
from types import SimpleNamespace

import pytest
import torch
import torch.nn.functional as F
from recording_oracle import same
from torch import nn
from toy_models import Forward

from explorer.engine import recorded
from explorer.forward.recorder import record
from explorer.forward.returned import returned

X = torch.arange(16.0).reshape(1, 4, 2, 2)
Pair = namedtuple("Pair", "logits aux")


@dataclass
class Answer:
    logits: torch.Tensor
    hidden: tuple = ()
    loss: torch.Tensor | None = None
    extra: dict = field(default_factory=dict)


class Slots:
    __slots__ = ("hidden",)


def outputs(recording):
    """Return name, sources by name, and value of what was returned."""
    names = [o.name for o in recording.operations]
    return [
        (o.name, [names[k] for k in o.inputs], o.values[0].tensor)
        for o in recording.operations
        if o.op == "output"
    ]


def named(function, *inputs, **modules):
    recording = record(Forward(function, **modules), inputs or (X,))
    assert recording.failure is None
    return {name: (sources, value) for name, sources, value in outputs(recording)}


def test_the_value_is_what_was_returned_after_a_write_through_a_view():
    torch.manual_seed(0)
    conv = nn.Conv2d(4, 3, 1)

    def forward(self, x):
        y = self.conv(x)
        y[:, 0].zero_()
        return y

    right = F.conv2d(X, conv.weight, conv.bias).detach()
    plain = right.clone()
    right[:, 0] = 0
    recording = record(Forward(forward, conv=conv), (X,))
    ((name, sources, value),) = outputs(recording)
    assert name == "output" and same(value, right)
    assert sources == ["conv", "zero"], "what made it, and what wrote into it since"
    assert same(recording.value([o.name for o in recording.operations].index("conv")), plain)


@pytest.mark.parametrize(
    ("function", "names"),
    [
        (lambda _, x: x * 2, ["output"]),
        (lambda _, x: (x * 2,), ["output[0]"]),
        (lambda _, x: [x * 2, x + 1], ["output[0]", "output[1]"]),
        (lambda _, x: Pair(x * 2, x + 1), ["output.logits", "output.aux"]),
        (lambda _, x: {"logits": x * 2, "b c": x}, ["output.logits", "output['b c']"]),
        (lambda _, x: OrderedDict(a=x, b=[x, {"c": x}]), ["output.a", "output.b[0]", "output.b[1].c"]),
        (lambda _, x: {3: x, ("k",): x}, ["output[3]", "output[1]"]),
        (lambda _, x: Answer(x * 2, (x, x)), ["output.logits", "output.hidden[0]", "output.hidden[1]"]),
        (lambda _, x: SimpleNamespace(logits=x, _cache=x), ["output.logits"]),
        (lambda _, x: torch.distributions.Normal(x, x + 1), ["output.loc", "output.scale"]),
        (lambda _, x: (x, x), ["output[0]", "output[1]"]),
        (lambda _, x: torch.max(x, dim=1), ["output.values", "output.indices"]),
        (lambda _, x: [None, "text", 3, {"a": {}}], []),
        (lambda _, x: None, []),
        (lambda _, x: {"\x1b[31m" + "k" * 99: x}, ["output['\\x1b[31m" + "k" * 55 + "'…]"]),
    ],
)
def test_outputs_are_named_by_the_way_to_them(function, names):
    assert list(named(function)) == names


def test_an_output_is_joined_to_what_made_it_and_is_in_the_end():
    got = named(lambda _, x: {"sum": (x * 2).add_(1), "same": x, "late": torch.relu(x)})
    assert [sources for sources, _ in got.values()] == [["add"], ["input"], ["relu"]]
    assert same(got["output.sum"][1], X * 2 + 1) and same(got["output.same"][1], X)
    operations = record(Forward(lambda _, x: (x + 1, x)), (X,)).operations
    assert [o.op for o in operations] == ["input", "add", "output", "output"]


def test_a_returned_buffer_is_shown_as_it_was_returned_and_put_back():
    class Counting(nn.Module):
        def __init__(self):
            super().__init__()
            self.register_buffer("seen", torch.zeros(2))

        def forward(self, x):
            self.seen.add_(1)
            return SimpleNamespace(seen=self.seen)

    model = Counting()
    ((name, sources, value),) = outputs(record(model, (X,)))
    assert (name, sources, value.tolist()) == ("output.seen", ["add"], [1, 1])
    assert model.seen.tolist() == [0, 0]


def test_a_module_called_output_keeps_its_name():
    got = named(lambda self, x: self.output(x), output=nn.ReLU())
    assert {name: sources for name, (sources, _) in got.items()} == {"output:1": ["output"]}


def test_a_failed_forward_returned_nothing():
    recording = record(Forward(lambda _, x: x.view(3)), (X,))
    assert recording.failure is not None and recording.returned == []


def test_what_holds_itself_is_looked_into_once():
    ring = {"x": X}
    ring["again"] = ring
    assert [way for way, _ in returned(ring)] == [".x"]
    deep = X
    for _ in range(5000):
        deep = [deep]
    assert returned(deep) == []
    assert returned(Slots()) == [] and returned(nn.Linear(1, 1)) == []


def test_it_costs_nothing_and_sees_what_it_was_made_of():
    torch.manual_seed(0)
    model = nn.Sequential(nn.Conv2d(4, 3, 2), nn.ReLU(inplace=True)).eval()
    forward = recorded.record(model, (X,), {})
    trace = forward.trace
    output = trace.by_name["output"]
    assert trace.nodes[-1] is output and trace.computed == trace.nodes[:-1]
    assert (output.macs, output.params, output.is_operation, output.module) == (0, 0, False, "")
    assert output.shape == trace.output_shape == (1, 3, 1, 1)
    assert trace.macs == 3 * 16 and trace.macs_unknown == 0
    assert output.receptive_field == trace.by_name["1"].receptive_field
    assert (forward.memory.activations, forward.memory.activations_peak) == (64 + 12, 64 + 12)
    assert same(forward.value("output"), model(X))
