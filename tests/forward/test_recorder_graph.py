"""Names, operations and edges of recordings, against lists written by hand."""

import pytest
import torch
import torch.nn.functional as F
from recording_oracle import randomise
from torch import nn
from toy_models import Forward, Residual, computed, listing, run

from explorer.forward.recorder import record

X = torch.arange(12.0).reshape(1, 3, 4)


def test_a_residual_block_with_in_place_operations():
    model = randomise(Residual()).eval()
    assert listing(record(model, (torch.randn(1, 2, 4, 4),))) == [
        ("input", "input", []),
        ("conv1", "conv2d", ["input"]),
        ("bn1", "batch_norm", ["conv1"]),
        ("relu", "relu", ["bn1"]),
        ("conv2", "conv2d", ["relu"]),
        ("bn2", "batch_norm", ["conv2"]),
        ("add", "add", ["bn2", "input"]),
        ("relu:1", "relu", ["add"]),
    ]


def test_writing_a_slice_and_under_a_mask():
    def forward(_, x):
        y = x * 1
        y[:, :1] = 0
        y[y > 5] = x.sum()
        return y + 1

    recording = run(forward, X)
    assert listing(recording) == [
        ("input", "input", []),
        ("mul", "mul", ["input"]),
        ("setitem", "setitem", ["mul"]),
        ("sum", "sum", ["input"]),
        ("gt", "gt", ["setitem"]),
        ("setitem:1", "setitem", ["setitem", "gt", "sum"]),
        ("add", "add", ["setitem:1"]),
    ]
    expected = X.clone()
    assert torch.equal(recording.value(1), expected)
    expected[:, :1] = 0
    assert torch.equal(recording.value(2), expected)
    expected[expected > 5] = X.sum()
    assert torch.equal(recording.value(5), expected)


def test_out_is_written_not_read():
    def forward(_, x):
        buffer = torch.empty(1, 3, 4)
        torch.add(x, 1, out=buffer)
        return buffer * 2

    recording = run(forward, X)
    assert listing(recording) == [
        ("input", "input", []),
        ("empty", "empty", []),
        ("add", "add", ["input"]),
        ("mul", "mul", ["add"]),
    ]
    assert torch.equal(recording.value(2), X + 1)


def test_a_base_read_after_its_view_was_written():
    def forward(_, x):
        base = x + 1
        view = base[:, :2]
        view.mul_(2)
        return base - 1

    recording = run(forward, X)
    assert listing(recording) == [
        ("input", "input", []),
        ("add", "add", ["input"]),
        ("getitem", "getitem", ["add"]),
        ("mul", "mul", ["getitem"]),
        ("sub", "sub", ["add", "mul"]),
    ]
    assert torch.equal(recording.value(1), X + 1)
    assert torch.equal(recording.value(2), (X + 1)[:, :2])
    assert torch.equal(recording.value(3), (X + 1)[:, :2] * 2)


def test_a_view_read_after_its_base_was_written():
    def forward(_, x):
        base = x + 1
        view = base.view(-1)
        base.mul_(2)
        return view - 1

    assert listing(run(forward, X))[-2:] == [
        ("mul", "mul", ["add"]),
        ("sub", "sub", ["view", "mul"]),
    ]


def test_writers_of_other_parts_do_not_appear():
    def forward(_, x):
        first, second, third = x.clone().chunk(3, 1)
        second.add_(1)
        return first + 1, second + 1, third + 1

    recording = run(forward, X)
    assert listing(recording)[2:] == [
        ("chunk", "chunk", ["clone"]),
        ("add", "add", ["chunk"]),
        ("add:1", "add", ["chunk"]),
        ("add:2", "add", ["add"]),
        ("add:3", "add", ["chunk"]),
    ]
    assert [torch.equal(recording.value(2, k), X[:, k : k + 1]) for k in range(3)] == [True] * 3


def test_interleaved_parts_are_told_apart():
    def forward(_, x):
        y = x.clone()
        even, odd = y[..., ::2], y[..., 1::2]
        even.zero_()
        return odd * 1, even * 1, y * 1

    assert [inputs for _, op, inputs in listing(run(forward, X)) if op == "mul"] == [
        ["getitem:1"],
        ["zero"],
        ["clone", "zero"],
    ]


def test_parts_of_another_type_are_told_apart():
    def forward(_, x):
        y = torch.complex(x, x)
        y.real.zero_()
        return y.imag * 1, y.real * 1, y * 1

    assert [inputs for _, op, inputs in listing(run(forward, X)) if op == "mul"] == [
        ["imag"],
        ["real:1"],
        ["complex", "zero"],
    ]


def test_telling_parts_apart_leaves_no_operation_behind():
    def forward(self, x):
        y = x.clone()
        even = y[..., ::2]
        y[..., 1::2].zero_()
        return self.same(even)

    recording = run(forward, X, same=nn.Identity())
    assert listing(recording) == [
        ("input", "input", []),
        ("clone", "clone", ["input"]),
        ("getitem", "getitem", ["clone"]),
        ("getitem:1", "getitem", ["clone"]),
        ("zero", "zero", ["getitem:1"]),
        ("same", "identity", ["getitem"]),
    ]


def test_a_view_of_a_parameter_is_no_writer_of_it():
    def forward(self, x):
        return F.linear(x, self.linear.weight.t()) + F.linear(x, self.linear.weight)

    recording = run(forward, X, linear=nn.Linear(4, 4))
    assert listing(recording)[1:] == [
        ("t", "t", []),
        ("linear", "linear", ["input", "t"]),
        ("linear:1", "linear", ["input"]),
        ("add", "add", ["linear", "linear:1"]),
    ]
    assert [o.parameters for o in computed(recording)] == [
        [],
        ["linear.weight"],
        [],
        ["linear.weight"],
        [],
    ]


def test_modules_called_again():
    def forward(self, x):
        x = self.act(self.linear(x))
        x = self.act(self.linear(x))
        return self.act(x)

    assert listing(run(forward, X, linear=nn.Linear(4, 4), act=nn.ReLU(inplace=True))) == [
        ("input", "input", []),
        ("linear", "linear", ["input"]),
        ("act", "relu", ["linear"]),
        ("linear:1", "linear", ["act"]),
        ("act:1", "relu", ["linear:1"]),
        ("act:2", "relu", ["act:1"]),
    ]


def test_containers_called_again_number_the_calls_of_what_they_hold():
    def forward(self, x):
        return self.block(self.block(x))

    recording = run(forward, X, block=nn.Sequential(nn.Linear(4, 4), nn.ReLU()))
    assert [(o.name, o.module, o.call) for o in computed(recording)] == [
        ("input", "", 0),
        ("block.0", "block.0", 0),
        ("block.1", "block.1", 0),
        ("block.0:1", "block.0", 1),
        ("block.1:1", "block.1", 1),
    ]
    assert recording.modules == {
        "": "Forward",
        "block": "Sequential",
        "block.0": "Linear",
        "block.1": "ReLU",
    }


def test_a_module_shared_under_two_paths_bears_the_first():
    linear = nn.Linear(4, 4)

    def forward(self, x):
        return self.b(self.a(x))

    recording = run(forward, X, a=linear, b=linear)
    assert listing(recording)[1:] == [("a", "linear", ["input"]), ("a:1", "linear", ["a"])]
    assert recording.operations[2].parameters == ["a.weight", "a.bias"]


def test_a_shared_parameter_bears_its_first_name():
    a, b = nn.Linear(4, 4), nn.Linear(4, 4, bias=False)
    b.weight = a.weight
    recording = run(lambda self, x: self.b(self.a(x)), X, a=a, b=b)
    assert [o.parameters for o in computed(recording)[1:]] == [["a.weight", "a.bias"], ["a.weight"]]


class Top(nn.Module):
    def forward(self, x):
        return torch.topk(x, 2)


class Halves(nn.Module):
    def forward(self, x):
        return x.chunk(2, -1)


@pytest.mark.parametrize(
    ("module", "op", "shapes"),
    [
        (nn.LSTM(4, 5, batch_first=True), "lstm", [(1, 3, 5), (1, 1, 5), (1, 1, 5)]),
        (Top(), "topk", [(1, 3, 2), (1, 3, 2)]),
        (Halves(), "chunk", [(1, 3, 2), (1, 3, 2)]),
        (nn.MaxPool1d(2, return_indices=True), "max_pool1d_with_indices", [(1, 3, 2), (1, 3, 2)]),
    ],
)
def test_a_leaf_that_yields_several_outputs(module, op, shapes):
    recording = run(lambda self, x: self.leaf(x)[0] + 1, X, leaf=module)
    leaf = next(o for o in recording.operations if o.name == "leaf")
    assert (leaf.op, [tuple(s.tensor.shape) for s in leaf.values]) == (op, shapes)
    assert listing(recording)[-1] == ("add", "add", ["leaf"])


def test_modules_that_hand_on_their_input():
    def forward(self, x):
        return self.drop(self.same(x)) + 1

    recording = run(forward, X, same=nn.Identity(), drop=nn.Dropout())
    assert listing(recording)[1:] == [
        ("same", "identity", ["input"]),
        ("drop", "dropout", ["same"]),
        ("add", "add", ["drop"]),
    ]


class Query(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.query = nn.Parameter(torch.ones(4))

    def forward(self, x):
        x.mean()
        return self.query


def test_a_leaf_that_returns_its_own_parameter():
    recording = run(lambda self, x: x * self.query(x), X, query=Query())
    assert listing(recording)[1:] == [
        ("query.mean", "mean", ["input"]),
        ("query", "identity", []),
        ("mul", "mul", ["input", "query"]),
    ]
    assert recording.operations[2].parameters == ["query.query"]


def test_an_empty_container_hands_on_its_input():
    assert listing(run(lambda self, x: self.short(x), X, short=nn.Sequential()))[1:] == [
        ("short", "identity", ["input"])
    ]


def test_several_inputs_and_a_dictionary_of_outputs():
    def forward(_, x, y):
        return {"sum": x + y, "rest": (y - x, [x])}

    recording = run(forward, X, X.clone())
    assert listing(recording) == [
        ("input", "input", []),
        ("input:1", "input", []),
        ("add", "add", ["input", "input:1"]),
        ("sub", "sub", ["input:1", "input"]),
    ]
    assert [way for way, _ in recording.returned] == [".sum", ".rest[0]", ".rest[1][0]"]


def test_arguments_by_keyword():
    def forward(_, x):
        return torch.cat(tensors=[F.relu(input=x), torch.add(input=x, other=x)], dim=1)

    assert listing(run(forward, X))[1:] == [
        ("relu", "relu", ["input"]),
        ("add", "add", ["input"]),
        ("cat", "cat", ["relu", "add"]),
    ]


def test_names_stay_unique_beside_modules_named_like_operations():
    def forward(self, x):
        return F.relu(self.relu(F.relu(self.relu(F.relu(x)))))

    model = Forward(forward, relu=nn.ReLU())
    model.add_module("relu:1", nn.ReLU())
    model.function = lambda self, x: forward(self, self.get_submodule("relu:1")(x))
    names = [o.name for o in computed(record(model, (X,)))]
    assert names == ["input", "relu:1", "relu:2", "relu", "relu:3", "relu:1:1", "relu:4"]


def test_a_module_with_hooks_of_its_own():
    seen = []
    linear = nn.Linear(4, 4)
    linear.register_forward_pre_hook(lambda _m, args: (args[0] + 1,))
    linear.register_forward_hook(lambda _m, _args, out: seen.append("hook") or out * 2)
    recording = run(lambda self, x: self.linear(x), X, linear=linear)
    assert [(op, inputs) for _, op, inputs in listing(recording)] == [
        ("input", []),
        ("add", ["input"]),
        ("linear", ["add"]),
        ("mul", ["linear"]),
    ]
    assert seen == ["hook"] and recording.operations[2].name == "linear"
    assert torch.equal(recording.returned[0][1], F.linear(X + 1, linear.weight, linear.bias) * 2)


class Square(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x * x

    @staticmethod
    def backward(ctx, gradient):
        raise NotImplementedError


def plain(x: torch.Tensor) -> torch.Tensor:
    return torch.relu(x - 1) * 2


def test_a_custom_autograd_function():
    recording = run(lambda _, x: Square.apply(x + 1) - 1, X)
    assert listing(recording)[1:] == [
        ("add", "add", ["input"]),
        ("mul", "mul", ["add"]),
        ("sub", "sub", ["mul"]),
    ]


def test_a_scripted_function():
    scripted = torch.jit.script(plain)
    recording = run(lambda _, x: scripted(x + 1) + 1, X)
    assert listing(recording)[1:] == [
        ("add", "add", ["input"]),
        ("sub", "sub", ["add"]),
        ("relu", "relu", ["sub"]),
        ("mul", "mul", ["relu"]),
        ("add:1", "add", ["mul"]),
    ]
    assert torch.equal(recording.value(4), torch.relu(X) * 2)


@pytest.mark.parametrize(
    "compiled", [torch.jit.script, lambda m: torch.jit.trace(m, torch.zeros(1, 2, 4, 4))]
)
def test_a_scripted_module(compiled):
    torch.manual_seed(0)
    model = randomise(nn.Sequential(nn.Conv2d(2, 2, 3), nn.BatchNorm2d(2))).train()
    before = [t.clone() for t in model.state_dict().values()]
    inputs, expected = torch.randn(1, 2, 4, 4), model.eval()(torch.ones(1, 2, 4, 4))
    scripted = compiled(model)
    recording = record(Forward(lambda self, x: self.net(x * 0 + 1), net=scripted), (inputs,))
    ops = [o.op for o in recording.operations]
    assert ops[:3] == ["input", "mul", "add"] and set(ops[3:]) >= {"convolution", "native_batch_norm"}
    assert torch.equal(recording.returned[0][1], expected)
    assert record(scripted, (inputs,)).failure is None
    record(scripted.train(), (inputs,))
    assert all(torch.equal(a, b) for a, b in zip(scripted.state_dict().values(), before, strict=True))


def test_attention_is_opened():
    attention = nn.MultiheadAttention(4, 2, batch_first=True)
    for need_weights in (False, True):
        recording = run(lambda self, x: self.attn(x, x, x, need_weights=need_weights), X, attn=attention)  # noqa: B023
        ops = [o.op for o in recording.operations]
        assert ops.count("softmax") == 1
        assert ("scaled_dot_product_attention" in ops) is not need_weights
        assert {o.module for o in computed(recording)[1:]} == {"attn"}
        assert ops.count("linear") == 2


def test_operations_bear_the_plain_lower_case_name():
    def forward(_, x):
        y = F.max_pool2d(x, 2)
        y = F.scaled_dot_product_attention(y, y, y)
        y = F.interpolate(y, scale_factor=2)
        y += 1
        y -= 1
        y *= 2
        y /= 2
        y = 1 - (1 / (2 * y + 1))
        y = (y // 2) % 3
        y = -(y**2)
        y = y @ y.mT
        y = F.gelu(F.pad(y, (1, 1)))
        return torch.cat([y, y.softmax(-1)]).flatten(1)

    assert [o.op for o in computed(run(forward, torch.rand(1, 2, 4, 4)))] == [
        *("input", "max_pool2d", "mul", "transpose", "matmul", "softmax", "scaled_dot_product_attention"),
        *("interpolate", "add", "sub", "mul", "div"),
        *(
            "mul",
            "add",
            "div",
            "sub",
            "floor_divide",
            "remainder",
            "pow",
            "neg",
            "mt",
            "matmul",
            "pad",
            "gelu",
        ),
        *("softmax", "cat", "flatten"),
    ]


def test_questions_for_shapes_and_numbers_are_no_operations():
    def forward(_, x):
        assert x.dim() == 3 and x.shape[0] == x.size(0) == len(x) and x.sum().item() > 0
        return x.reshape(x.numel())

    assert [o.op for o in computed(run(forward, X))] == ["input", "sum", "reshape"]


def test_a_model_that_recovers_from_an_error():
    def forward(_, x):
        try:
            x.view(5)
        except RuntimeError:
            return x + 1

    recording = run(forward, X)
    assert recording.failure is None
    assert listing(recording) == [("input", "input", []), ("add", "add", ["input"])]


def test_a_root_that_is_a_leaf_names_its_operation():
    assert listing(record(nn.Linear(4, 2), (X,))) == [
        ("input", "input", []),
        ("linear", "linear", ["input"]),
    ]
