"""Multiply-accumulates of kernels as they run on the CPU, against numbers by hand and published ones."""

import pytest
import torch
import torch.nn.functional as F
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence
from torchvision import models
from torchvision.ops import DeformConv2d
from toy_models import Forward

from explorer import zoo
from explorer.forward import macs, trace
from explorer.forward.recorder import record
from explorer.records.trace import Trace


def traced(model: nn.Module, *inputs: torch.Tensor) -> Trace:
    built = trace.build(record(model.eval(), inputs), model, "toy")
    assert built.error is None
    return built


def taken(model: nn.Module, *shapes: tuple[int, ...]) -> int | None:
    """Return the multiply-accumulates of a model on noise; None if any of them is unknown."""
    built = traced(model, *map(torch.randn, shapes))
    return None if built.macs_unknown else built.macs


def packed(model: Forward, x: torch.Tensor) -> torch.Tensor:
    return model.layer(pack_padded_sequence(x, [10, 7, 2]))[0].data


@pytest.mark.parametrize(
    ("model", "shape", "expected"),
    [
        (nn.LSTM(16, 20), (10, 3, 16), 10 * 3 * 4 * 20 * (16 + 20)),
        (nn.LSTM(16, 20, batch_first=True, bias=False), (1, 10, 16), 28_800),
        (nn.LSTM(16, 20, 2, bidirectional=True), (10, 1, 16), 2 * 10 * 4 * 20 * ((16 + 20) + (40 + 20))),
        (nn.LSTM(16, 20, proj_size=5), (10, 3, 16), 10 * 3 * (4 * 20 * (16 + 5) + 20 * 5)),
        (Forward(packed, layer=nn.LSTM(16, 20)), (10, 3, 16), (10 + 7 + 2) * 4 * 20 * (16 + 20)),
        (nn.GRU(16, 20), (10, 3, 16), 10 * 3 * 3 * 20 * (16 + 20)),
        (nn.RNN(16, 20), (10, 3, 16), 10 * 3 * 20 * (16 + 20)),
        (nn.LSTMCell(16, 20), (3, 16), 3 * 4 * 20 * (16 + 20)),
        (nn.GRUCell(16, 20), (3, 16), 3 * 3 * 20 * (16 + 20)),
    ],
)
@pytest.mark.filterwarnings("ignore:LSTM with projections is not supported with oneDNN")
def test_recurrent_layers_multiply_input_and_state_at_every_step(model, shape, expected):
    assert taken(model, shape) == expected


HEADS, QUERIES, KEYS = 4, 10, 6


@pytest.mark.parametrize(
    ("attend", "expected"),
    [
        (lambda _, x: F.scaled_dot_product_attention(x, x, x), HEADS * QUERIES * QUERIES * (16 + 16)),
        (lambda _, x: F.scaled_dot_product_attention(x, x, x, is_causal=True), 4 * 10 * 10 * 32),
        (
            lambda _, x: F.scaled_dot_product_attention(x, x[:, :, :KEYS], x[:, :, :KEYS, :5]),
            HEADS * QUERIES * KEYS * (16 + 5),
        ),
        (
            lambda _, x: F.scaled_dot_product_attention(x, x[:, :2], x[:, :2], enable_gqa=True),
            HEADS * QUERIES * QUERIES * (16 + 16),
        ),
    ],
    ids=["self", "causal", "cross", "grouped queries"],
)
def test_attention_multiplies_for_its_scores_and_its_sums(attend, expected):
    assert taken(Forward(attend), (1, HEADS, QUERIES, 16)) == expected


def test_layers_of_attention_by_hand():
    tokens, width, hidden = 5, 8, 16
    attention = 4 * tokens * width * width + 2 * tokens * tokens * width
    encoder = nn.TransformerEncoderLayer(width, 2, hidden, batch_first=True)
    assert taken(encoder, (3, tokens, width)) == 3 * (attention + 2 * tokens * width * hidden)
    assert taken(nn.MultiheadAttention(width, 2), *[(tokens, 3, width)] * 3) == 3 * attention


@pytest.mark.parametrize("kernel", ["flash_attention", "efficient_attention", "cudnn_attention"])
def test_attention_kernels_of_other_devices_count_the_same(kernel):
    query, key, value = (torch.empty(2, 4, n, w, device="meta") for n, w in ((10, 16), (6, 16), (6, 8)))
    func = getattr(torch.ops.aten, f"_scaled_dot_product_{kernel}").default
    assert macs.of_kernel(func, (query, key, value), ()) == 2 * 4 * 10 * 6 * (16 + 8)


def test_recurrent_kernel_of_cudnn_takes_its_weights_as_a_list():
    sizes = ((80, 16), (80, 20), (80,), (80,))
    args = (torch.empty(10, 3, 16), [torch.empty(size) for size in sizes], 4, None, torch.empty(1, 3, 20))
    assert macs.of_kernel(torch.ops.aten._cudnn_rnn.default, args, ()) == 10 * 3 * 4 * 20 * (16 + 20)


@pytest.mark.parametrize(
    ("model", "shape", "expected"),
    [
        (nn.ConvTranspose2d(4, 6, 2, stride=2, groups=2), (2, 4, 5, 5), 2 * 25 * 4 * 3 * 4),
        (nn.ConvTranspose1d(3, 2, 5), (1, 3, 7), 7 * 3 * 2 * 5),
        (nn.Conv2d(4, 6, 3, groups=2, padding=1), (4, 5, 5), 25 * 6 * 2 * 9),
        (nn.Conv3d(2, 3, 2), (1, 2, 4, 4, 4), 27 * 3 * 2 * 8),
        (
            Forward(lambda _, x: torch.conv_tbc(x, torch.ones(3, 4, 5), torch.ones(5))),
            (9, 2, 4),
            7 * 2 * 3 * 4 * 5,
        ),
        (nn.Linear(7, 5), (3, 2, 7), 3 * 2 * 7 * 5),
        (Forward(lambda _, x: F.linear(x, x[0])), (4, 5), 4 * 5),
        (Forward(lambda _, x: torch.baddbmm(x[:, :, :3], x, x.mT)), (4, 3, 5), 4 * 3 * 3 * 5),
        (Forward(lambda _, x: x.mT.clone().baddbmm_(x.mT, x @ x.mT)), (4, 3, 5), 2 * 4 * 5 * 3 * 3),
        (Forward(lambda _, x: torch.addbmm(x[0, :, :3], x, x.mT)), (4, 3, 5), 4 * 3 * 3 * 5),
        (Forward(lambda _, x: torch.addmm(x[:, 0], x, x.t())), (4, 5), 4 * 4 * 5),
        (Forward(lambda _, x: torch.mv(x, x[0]).addmv(x, x[1])), (4, 5), 2 * 4 * 5),
        (Forward(lambda _, x: x[0].dot(x[1]) + torch.vdot(x[0], x[1])), (4, 5), 2 * 5),
        (Forward(lambda _, x: torch.einsum("bij,bkj->bik", x, x)), (4, 3, 5), 4 * 3 * 3 * 5),
        (Forward(lambda _, x: torch.cdist(x, x)), (2, 3, 5), 2 * 3 * 3 * 5),
        (Forward(lambda _, x: torch.cdist(x, x)), (2, 30, 5), 2 * 30 * 30 * 5),
        (Forward(lambda _, x: torch.pdist(x)), (30, 5), 30 * 29 // 2 * 5),
    ],
)
def test_products_and_convolutions_by_hand(model, shape, expected):
    assert taken(model, shape) == expected


def test_a_bilinear_form_is_a_matrix_product_and_a_sum_for_each_output():
    rows, left, right, outputs = 2, 3, 4, 5
    expected = rows * outputs * (left * right + right)
    assert taken(nn.Bilinear(left, right, outputs), (rows, left), (rows, right)) == expected


def test_deformed_convolution_takes_as_many_as_a_plain_one():
    model = Forward(lambda model, x, at: model.layer(x, at), layer=DeformConv2d(4, 6, 3))
    assert taken(model, (1, 4, 7, 7), (1, 2 * 9, 5, 5)) == 25 * 6 * 4 * 9


def gradient(model: Forward, x: torch.Tensor) -> torch.Tensor:
    with torch.enable_grad():
        x = x.clone().requires_grad_()
        return torch.autograd.grad(model.layer(x).sum(), x)[0]


@pytest.mark.parametrize(
    ("layer", "shape", "once", "times"),
    [
        (nn.Conv2d(4, 6, 3, groups=2), (1, 4, 10, 10), 64 * 6 * 2 * 9, 2),
        (nn.ConvTranspose2d(4, 6, 3), (1, 4, 10, 10), 100 * 4 * 6 * 9, 2),
        (
            Forward(lambda _, x: F.scaled_dot_product_attention(x, x, x)),
            (1, 4, 10, 16),
            4 * 10 * 10 * 16,
            2 + 5,
        ),
    ],
)
def test_a_forward_that_takes_gradients_counts_them(layer, shape, once, times):
    assert taken(Forward(gradient, layer=layer), shape) == times * once


@pytest.mark.parametrize(
    "forward",
    [
        lambda _, x: F.normalize(x) + x.norm(),
        lambda _, x: F.layer_norm(x.softmax(-1), (8,)),
        lambda _, x: F.interpolate(x[None, None], scale_factor=2, mode="bilinear"),
        lambda _, x: F.avg_pool2d(x[None], 2),
        lambda _, x: F.embedding(x.argmax(-1), x),
        lambda _, x: torch.fft.rfft2(x),
        lambda _, x: torch.cdist(x, x, p=1),
        lambda _, x: x.lgamma() + torch.hamming_window(8),
    ],
    ids=[
        "norm",
        "layer norm",
        "interpolation",
        "pooling",
        "lookup",
        "fourier",
        "city-block distance",
        "names",
    ],
)
def test_what_takes_no_products_counts_none(forward):
    assert taken(Forward(forward), (8, 8)) == 0


@torch.library.custom_op("tests::twice", mutates_args=())
def twice(x: torch.Tensor) -> torch.Tensor:
    return x @ torch.eye(x.shape[-1]) * 2


@pytest.mark.parametrize(
    "forward",
    [lambda _, x: torch.linalg.inv(x), lambda _, x: torch.linalg.svd(x)[0], lambda _, x: twice(x)],
    ids=["inverse", "singular values", "a person's own kernel"],
)
def test_what_may_take_products_without_a_formula_is_unknown_and_so_told(forward):
    built = traced(Forward(lambda model, x: forward(model, x @ x)), torch.eye(5))
    unknown = [node for node in built.nodes if node.macs is None]
    assert len(unknown) == built.macs_unknown == 1
    assert built.macs == 5 * 5 * 5


def test_shapes_are_those_at_the_time_of_the_product():
    def forward(model: nn.Module, x: torch.Tensor) -> torch.Tensor:
        weight = torch.ones(5, 3)
        product = x @ weight
        weight.t_()
        return product

    assert taken(Forward(forward), (2, 5)) == 2 * 5 * 3


@pytest.mark.filterwarnings("ignore:.*deprecated")
def test_quantized_layers_count_as_the_layers_they_stand_for():
    quantized, arguments = torch.ops.quantized, (0.1, 0)

    def kernel(shape: tuple[int, ...]) -> torch.Tensor:
        return torch.quantize_per_tensor(torch.randn(shape), *arguments, torch.qint8)

    linear = quantized.linear_prepack(kernel((5, 8)), None)
    one, none = [1, 1], [0, 0]
    conv = quantized.conv2d_prepack(kernel((6, 2, 3, 3)), None, one, none, one, 2)
    transposed = quantized.conv_transpose2d_prepack(kernel((4, 6, 3, 3)), None, one, none, none, one, 1)

    def forward(_: nn.Module, x: torch.Tensor) -> torch.Tensor:
        whole = torch.quantize_per_tensor(x, *arguments, torch.quint8)
        quantized.conv2d(whole, conv, *arguments)
        quantized.conv_transpose2d(whole, transposed, *arguments)
        return quantized.linear_dynamic(x, linear)

    products = 2 * 4 * 7 * 8 * 5 + 2 * 5 * 6 * 6 * 2 * 9 + 2 * 7 * 8 * 4 * 6 * 9
    assert taken(Forward(forward), (2, 4, 7, 8)) == products


@pytest.mark.parametrize(
    ("name", "billions"),
    [
        ("vit_b_16", 17.564),
        ("swin_t", 4.491),
        ("resnet50", 4.089),
        ("googlenet", 1.498),
        ("densenet121", 2.834),
    ],
)
def test_published_networks_recorded_on_the_cpu_take_what_was_published(name, billions):
    assert models.get_model_weights(name).DEFAULT.meta["_ops"] == billions
    spec = zoo.resolve(f"torchvision:{name}")
    built = traced(spec.build_empty(), torch.zeros(spec.preprocess.shape))
    assert (round(built.macs / 1e9, 3), built.macs_unknown) == (billions, 0)
