"""What operations were told beside their tensors, against the attributes of the modules that ran them."""

import math

import pytest
import timm
import torch
import torch.nn.functional as F
import torchvision
from torch import nn
from toy_models import Forward

from explorer.forward import trace
from explorer.forward.recorder import record
from explorer.records.trace import Trace

# op -> attributes that the module has under the same name, always one value an axis
WINDOWS = {
    **dict.fromkeys(
        ("conv1d", "conv2d", "conv3d"),
        ("in_channels", "out_channels", "kernel_size", "stride", "padding", "dilation", "groups"),
    ),
    **dict.fromkeys(
        ("conv_transpose1d", "conv_transpose2d"),
        (
            "in_channels",
            "out_channels",
            "kernel_size",
            "stride",
            "padding",
            "output_padding",
            "dilation",
            "groups",
        ),
    ),
    **dict.fromkeys(
        ("max_pool1d", "max_pool2d"), ("kernel_size", "stride", "padding", "dilation", "ceil_mode")
    ),
    **dict.fromkeys(("avg_pool1d", "avg_pool2d"), ("kernel_size", "stride", "padding", "ceil_mode")),
    "adaptive_avg_pool2d": ("output_size",),
}
OTHERS = {
    "batch_norm": ("num_features", "eps", "momentum", "affine"),
    "layer_norm": ("normalized_shape", "eps"),
    "group_norm": ("num_groups", "num_channels", "eps", "affine"),
    "linear": ("in_features", "out_features"),
    "hardtanh": ("min_val", "max_val"),
    "leaky_relu": ("negative_slope",),
    "elu": ("alpha",),
    "dropout": ("p",),
    "softmax": ("dim",),
    "gelu": ("approximate",),
    "flatten": ("start_dim", "end_dim"),
}
AXES = {"kernel_size", "stride", "padding", "output_padding", "dilation", "output_size"}


def traced(model: nn.Module, *inputs: torch.Tensor) -> Trace:
    return trace.build(record(model.eval(), inputs), model, "toy")


def told(function, *inputs: torch.Tensor, **modules: nn.Module) -> dict[str, object]:
    """Return the attributes of the last operation of `function(model, *inputs)`."""
    return dict(traced(Forward(function, **modules), *inputs).computed[-1].attributes)


def check(model: nn.Module, *inputs: torch.Tensor) -> int:
    """Compare every operation that is a module of its own with that module; return how many there were."""
    built, modules, count = traced(model, *inputs), dict(model.named_modules()), 0
    for node in built.nodes:
        module = modules.get(node.module)
        op = node.op.removesuffix("_with_indices")
        names = WINDOWS.get(op) or OTHERS.get(op, ())
        if node.name != node.module or not all(hasattr(module, name) for name in names):
            continue
        axes = len(node.shape) - 2
        for name in names:
            expected = getattr(module, name)
            if name in AXES:
                expected = tuple(expected) if isinstance(expected, tuple | list) else (expected,) * axes
            assert node.attribute(name) == expected, f"{node.name}: {name}"
        count += bool(names)
    return count


@pytest.mark.parametrize(
    "name",
    [
        "resnet18",
        "mobilenet_v2",
        "mobilenet_v3_small",
        "squeezenet1_1",
        "shufflenet_v2_x0_5",
        "densenet121",
        "swin_t",
    ],
)
def test_the_modules_of_torchvision_say_the_same(name):
    assert check(torchvision.models.get_model(name, weights=None), torch.randn(1, 3, 64, 64)) > 20


@pytest.mark.parametrize("name", ["convnext_atto", "resnet10t", "efficientnet_lite0", "mobilevitv2_050"])
def test_the_modules_of_timm_say_the_same(name):
    assert check(timm.create_model(name), torch.randn(1, 3, 64, 64)) > 10


MODULES = {
    "depthwise": (nn.Conv2d(4, 8, (3, 1), (2, 1), (1, 0), groups=4), (1, 4, 9, 9)),
    "dilated": (nn.Conv2d(4, 8, 3, dilation=2), (1, 4, 9, 9)),
    "one axis": (nn.Conv1d(3, 5, 3, stride=2, padding=1), (1, 3, 11)),
    "three axes": (nn.Conv3d(1, 2, 2), (1, 1, 4, 4, 4)),
    "transposed": (nn.ConvTranspose2d(6, 4, 3, 2, 1, output_padding=1, groups=2), (1, 6, 5, 5)),
    "max": (nn.MaxPool2d(3, 2, 1, ceil_mode=True), (1, 2, 9, 9)),
    "max of one stride": (nn.MaxPool2d((3, 2)), (1, 2, 9, 9)),
    "max 1d": (nn.MaxPool1d(2), (1, 2, 8)),
    "max with indices": (nn.MaxPool2d(2, return_indices=True), (1, 2, 8, 8)),
    "mean": (nn.AvgPool2d(3, padding=1), (1, 2, 9, 9)),
    "adaptive": (nn.AdaptiveAvgPool2d((3, 2)), (1, 2, 9, 9)),
    "batch norm without affine": (nn.BatchNorm2d(4, eps=0.01, momentum=0.3, affine=False), (1, 4, 3, 3)),
    "group norm": (nn.GroupNorm(2, 4, eps=0.001), (1, 4, 3, 3)),
    "layer norm": (nn.LayerNorm((3, 5)), (1, 2, 3, 5)),
    "linear": (nn.Linear(5, 7, bias=False), (2, 5)),
    "hardtanh": (nn.Hardtanh(-2.0, 3.0), (1, 4)),
    "relu6": (nn.ReLU6(), (1, 4)),
    "leaky": (nn.LeakyReLU(0.2, inplace=True), (1, 4)),
    "elu": (nn.ELU(0.5), (1, 4)),
    "dropout": (nn.Dropout(0.4), (1, 4)),
    "softmax": (nn.Softmax(dim=-1), (1, 4)),
    "gelu": (nn.GELU("tanh"), (1, 4)),
    "flatten": (nn.Flatten(1), (1, 4, 2)),
}  # fmt: skip


@pytest.mark.parametrize("module, shape", MODULES.values(), ids=MODULES)
def test_a_module_alone_says_the_same(module, shape):
    assert check(nn.Sequential(module), torch.randn(shape)) == 1


IMAGE = torch.randn(1, 4, 8, 8)
FUNCTIONS = {
    "convolution": (
        lambda _, x: F.conv2d(x, torch.ones(6, 2, 3, 3), stride=2, padding="valid", groups=2),
        {"in_channels": 4, "out_channels": 6, "kernel_size": (3, 3), "stride": (2, 2), "padding": "valid",
         "dilation": (1, 1), "groups": 2, "bias": False},
    ),
    "named arguments": (lambda _, x: F.max_pool2d(input=x, kernel_size=2), {"kernel_size": (2, 2), "stride": (2, 2)}),
    "a half-given size": (lambda _, x: F.adaptive_avg_pool2d(x, (None, 2)), {"output_size": (8, 2)}),
    "cat": (lambda _, x: torch.cat([x, x], dim=1), {"dim": 1}),
    "cat along an axis": (lambda _, x: torch.cat([x, x], axis=1), {"dim": 1}),
    "permute": (lambda _, x: x.permute(0, 2, 3, 1), {"dims": (0, 2, 3, 1)}),
    "view": (lambda _, x: x.view(1, -1), {"size": (1, -1)}),
    "reshape": (lambda _, x: torch.reshape(x, (4, 64)), {"shape": (4, 64)}),
    "transpose": (lambda _, x: x.transpose(1, -1), {"dim0": 1, "dim1": -1}),
    "flatten": (lambda _, x: torch.flatten(x, 1), {"start_dim": 1, "end_dim": -1}),
    "mean": (lambda _, x: x.mean((2, 3), keepdim=True), {"dim": (2, 3), "keepdim": True}),
    "softmax": (lambda _, x: x.softmax(-1), {"dim": -1}),
    "clamp": (lambda _, x: x.clamp(0, 1), {"min": 0, "max": 1}),
    "relu6": (lambda _, x: F.relu6(x), {"min_val": 0.0, "max_val": 6.0}),
    "dropout": (lambda _, x: F.dropout(x, 0.3, training=False), {"p": 0.3, "training": False}),
    "interpolate": (
        lambda _, x: F.interpolate(x, scale_factor=2, mode="bilinear", align_corners=False),
        {"scale_factor": 2, "mode": "bilinear", "align_corners": False},
    ),
    "pad": (lambda _, x: F.pad(x, (1, 2, 3, 4)), {"pad": (1, 2, 3, 4), "mode": "constant"}),
    "a constant": (lambda _, x: x * 3, {"other": 3}),
    "a power": (lambda _, x: x**2, {"exponent": 2}),
    "a constant's power": (lambda _, x: 2.0**x, {}),
    "a power of a difference": (lambda _, x: x + ((torch.arange(8) - 2.5) ** 2).sum(), {}),
    "a constant in place": (lambda _, x: x.clone().add_(2), {"other": 2}),
    "an index": (lambda _, x: x[:, 1:, ..., 0], {"index": ":, 1:, …, 0"}),
    "chunk": (lambda _, x: x.chunk(2, 1), {"chunks": 2, "dim": 1}),
    "batch norm": (
        lambda _, x: F.batch_norm(x, torch.zeros(4), torch.ones(4), eps=0.5),
        {"num_features": 4, "eps": 0.5, "affine": False, "training": False},
    ),
    "attention": (
        lambda _, x: F.scaled_dot_product_attention(x, x, x),
        {"heads": 4, "head_dim": 8, "queries": 8, "keys": 8, "scale": 1 / math.sqrt(8), "is_causal": False},
    ),
}  # fmt: skip


@pytest.mark.parametrize("function, expected", FUNCTIONS.values(), ids=FUNCTIONS)
def test_a_function_says_what_it_was_called_with(function, expected):
    found = told(function, IMAGE.clone())
    assert {name: found.get(name) for name in expected} == expected


def test_tensors_and_what_concerns_memory_are_no_attributes():
    assert told(lambda _, x: F.relu(x, inplace=True), IMAGE.clone()) == {}
    assert told(lambda _, x: x + x, IMAGE) == {}
    assert told(lambda _, x: x.contiguous(memory_format=torch.channels_last), IMAGE) == {}


def test_what_nobody_can_name_is_absent():
    assert told(lambda _, x: x[x > 0], IMAGE) == {}
    assert told(lambda _, x: x.T.real, IMAGE) == {}


def test_values_can_be_told_of_in_json_and_compared():
    for node in traced(
        torchvision.models.vit_b_16(image_size=32, weights=None), torch.randn(1, 3, 32, 32)
    ).nodes:
        hash(node.attributes)
        assert all(plain(value) for _, value in node.attributes)


def plain(value: object) -> bool:
    return all(map(plain, value)) if isinstance(value, tuple) else isinstance(value, bool | int | float | str)


def test_calls_tell_the_modules_around_an_operation_and_which_call_of_each():
    shared = nn.Sequential(nn.ReLU())
    built = traced(Forward(lambda self, x: self.shared(self.shared(x)) + 1, shared=shared), IMAGE)
    assert [node.calls for node in built.computed] == [
        (),
        (("shared", 0), ("shared.0", 0)),
        (("shared", 1), ("shared.0", 1)),
        (),
    ]
