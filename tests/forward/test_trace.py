"""Traces: parameters, multiply-accumulates, modules and memory, against torchinfo, torch's counter and hand counts."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F
import torchinfo
import torchvision
from recording_oracle import randomise
from torch import nn
from torch.utils.flop_counter import FlopCounterMode
from toy_models import Forward, Residual, Tiny

from explorer.forward import trace
from explorer.forward.recorder import record
from explorer.records.measures import Memory
from explorer.records.trace import ModuleInfo, TensorInfo


def traced(model: nn.Module, *inputs: torch.Tensor):
    return trace.build(record(model.eval(), inputs), model, "toy")


def test_what_a_trace_says_of_a_model():
    model = Tiny()
    built = traced(model, torch.randn(1, 3, 8, 8))
    assert (built.model, built.input_shape, built.output_shape, built.error) == (
        "toy",
        (1, 3, 8, 8),
        (1, 4),
        None,
    )
    assert [node.id for node in built.nodes] == list(range(len(built.nodes)))
    stem = built.by_name["stem"]
    assert (stem.op, stem.module, stem.call, stem.inputs, stem.shape) == (
        "conv2d",
        "stem",
        0,
        (0,),
        (1, 2, 6, 6),
    )
    assert stem.outputs == (TensorInfo((1, 2, 6, 6), "float32", 288),)
    assert (stem.parameters, stem.params, stem.bytes) == (("stem.weight", "stem.bias"), 56, 288)
    assert built.parameter_sizes["fc.weight"] == 8
    assert built.modules[:4] == (
        ModuleInfo("", "Tiny"),
        ModuleInfo("stem", "Conv2d"),
        ModuleInfo("block", "Residual"),
        ModuleInfo("block.conv1", "Conv2d"),
    )


@pytest.mark.parametrize("name", ["resnet18", "squeezenet1_1", "mobilenet_v3_small", "shufflenet_v2_x0_5"])
def test_parameters_and_multiply_accumulates_of_real_networks(name):
    model = getattr(torchvision.models, name)(weights=None).eval()
    inputs = torch.randn(1, 3, 64, 64)
    built = traced(model, inputs)
    info = torchinfo.summary(model, input_data=inputs, verbose=0)
    assert built.params == info.total_params == sum(p.numel() for p in model.parameters())
    assert sum(built.parameter_sizes.values()) == built.params
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        model(inputs)
    assert built.macs == counter.get_total_flops() // 2


def test_parameters_and_multiply_accumulates_of_attention():
    model = nn.TransformerEncoder(nn.TransformerEncoderLayer(8, 2, 16, batch_first=True), 2).eval()
    inputs = torch.randn(1, 5, 8)
    built = traced(model, inputs)
    tokens, width, heads, hidden = 5, 8, 2, 16
    projections = 4 * tokens * width * width + 2 * tokens * width * hidden
    attention = 2 * heads * tokens * tokens * (width // heads)
    assert built.macs == 2 * (projections + attention)
    assert built.params == sum(p.numel() for p in model.parameters())


@pytest.mark.parametrize(
    ("module", "shape", "macs"),
    [
        (nn.Conv2d(6, 4, 3, padding=1), (2, 6, 5, 7), 2 * 4 * 5 * 7 * 6 * 9),
        (nn.Conv2d(6, 4, (3, 1), groups=2, stride=2), (1, 6, 9, 8), 4 * 4 * 4 * 3 * 3),
        (nn.Conv2d(6, 6, 3, groups=6, dilation=2), (1, 6, 9, 9), 6 * 5 * 5 * 9),
        (nn.Conv1d(2, 3, 5), (1, 2, 9), 3 * 5 * 2 * 5),
        (nn.ConvTranspose2d(6, 4, 2, stride=2), (1, 6, 3, 3), 6 * 9 * 4 * 4),
        (nn.Linear(7, 5), (3, 2, 7), 3 * 2 * 7 * 5),
        (Forward(lambda _, x: x @ x.mT), (4, 3, 5), 4 * 3 * 3 * 5),
        (Forward(lambda _, x: torch.einsum("bij,bkj->bik", x, x)), (4, 3, 5), 4 * 3 * 3 * 5),
        (Forward(lambda _, x: F.scaled_dot_product_attention(x, x, x)), (2, 4, 6, 8), 2 * 2 * 4 * 6 * 6 * 8),
        (Forward(lambda _, x: F.max_pool2d(F.relu(x + x), 2)), (1, 1, 4, 4), 0),
    ],
)
def test_multiply_accumulates_in_closed_form(module, shape, macs):
    assert traced(module, torch.randn(shape)).macs == macs


def test_shared_parameters_count_once():
    a, b = nn.Linear(4, 4), nn.Linear(4, 4)
    b.weight = a.weight
    model = nn.Sequential(a, b, a)
    built = traced(model, torch.randn(1, 4))
    assert built.params == 16 + 4 + 4
    assert [node.params for node in built.computed] == [0, 20, 20, 20]
    assert trace.memory(record(model, (torch.randn(1, 4),)), model).weights == 24 * 4


def memory(model: nn.Module, *inputs: torch.Tensor) -> Memory:
    return trace.memory(record(model.eval(), inputs), model)


X = torch.zeros(1, 1, 10)  # 40 bytes


@pytest.mark.parametrize(
    ("forward", "activations", "peak"),
    [
        (lambda _, x: x.exp().sin().cos(), 160, 80),
        (lambda _, x: x.exp().sin_().cos_(), 80, 80),
        (lambda _, x: x.exp().view(10)[:5], 80, 80),
        (lambda _, x: x.exp().sin().cos() + x, 200, 120),
        (lambda _, x: torch.cat([x.exp(), x.sin()]).sum(), 40 * 3 + 80 + 4, 160),
        (lambda _, x: [x.exp(), x.sin(), x.cos()], 160, 160),
        (lambda _, x: [x.exp(), x.exp().sin().cos()][1], 40 * 5, 80),
    ],
    ids=["chain", "in place", "views", "branch", "concatenation", "several outputs", "dropped output"],
)
def test_memory_of_small_graphs_by_hand(forward, activations, peak):
    found = memory(Forward(forward), X)
    assert (found.weights, found.activations, found.activations_peak) == (0, activations, peak)


def test_memory_of_a_residual_block_by_hand():
    model = Residual()
    one = 2 * 4 * 4 * 4  # bytes of a map
    found = memory(model, torch.zeros(1, 2, 4, 4))
    buffers = 2 * (2 + 2) * 4 + 2 * 8
    assert found.weights == (2 * 36 + 2 * 4) * 4 + buffers
    # Both ReLUs and the sum write in place: input, two convolutions, two norms.
    assert (found.activations, found.activations_peak) == (5 * one, 3 * one)


def test_views_of_parameters_are_no_activations():
    found = memory(Forward(lambda self, x: x @ self.fc.weight.t(), fc=nn.Linear(10, 10, bias=False)), X)
    assert (found.weights, found.activations, found.activations_peak) == (400, 80, 80)


def test_several_outputs_are_listed():
    node = traced(Forward(lambda _, x: torch.topk(x, 3)), X).computed[-1]
    assert node.outputs == (TensorInfo((1, 1, 3), "float32", 12), TensorInfo((1, 1, 3), "int64", 24))
    assert node.bytes == 36


def test_a_failed_forward_gives_the_trace_so_far():
    model = nn.Sequential(nn.Linear(10, 4), nn.Linear(5, 4))
    built = traced(model, X)
    assert [node.name for node in built.nodes] == ["input", "0"]
    assert built.output_shape is None
    assert (built.error.name, built.error.op, built.error.module) == ("1", "linear", "1")
    assert built.params == 44 + 24
    recorded = record(model, (X,))
    assert trace.memory(recorded, model).activations == 40 + 16


def test_a_model_without_parameters_that_returns_no_tensor():
    built = traced(Forward(lambda _, x: {"most": x.max().item()}), X)
    assert (built.params, built.macs, built.output_shape) == (0, 0, None)


def test_the_trace_is_the_same_in_training_mode():
    model = randomise(Tiny())
    inputs = torch.randn(2, 3, 8, 8)
    evaluated = traced(model, inputs)
    trained = trace.build(record(model.train(), (inputs,)), model, "toy")
    assert [n.name for n in trained.nodes if n.op != "add"] == [
        n.name for n in evaluated.nodes if n.op != "add"
    ]
    assert trained.macs == evaluated.macs


@pytest.mark.parametrize(
    ("tensor", "expected"),
    [
        (torch.tensor([1.5, -2], dtype=torch.bfloat16), np.float32([1.5, -2])),
        (torch.tensor([1.5, -2], dtype=torch.float16), np.float16([1.5, -2])),
        (torch.tensor([0.5, 2]).to(torch.float8_e4m3fn), np.float32([0.5, 2])),
        (torch.tensor([True, False]), np.array([True, False])),
        (torch.tensor([1 + 2j]).conj(), np.complex64([1 - 2j])),
        (torch.tensor([1 + 2j]).conj().imag, np.float32([-2])),
        (nn.Parameter(torch.ones(2)), np.float32([1, 1])),
    ],
)
def test_values_become_numpy(tensor, expected):
    array = trace.numpy_of(tensor)
    assert array.dtype == expected.dtype
    np.testing.assert_array_equal(array, expected)
