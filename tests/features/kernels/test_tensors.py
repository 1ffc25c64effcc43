"""Pictures of weights: order, colours, true indices against numpy; means of blocks; norms; which tensor is meant."""

import copy

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn.utils.parametrizations import spectral_norm, weight_norm

from explorer.engine import values
from explorer.features.kernels import tensors as kernels
from explorer.features.kernels.tensors import Convolution
from explorer.forward import trace
from explorer.forward.recorder import record
from explorer.records.errors import ExplorerError
from explorer.records.kernels import KernelChoice, KernelOrder, KernelPicture
from explorer.records.trace import Node, TensorInfo
from explorer.records.values import Layout

MEASURES = {
    KernelOrder.INDEX: lambda one, index: index,
    KernelOrder.NORM: lambda one, index: np.sqrt((one**2).sum()),
    KernelOrder.MEAN: lambda one, index: one.mean(),
    KernelOrder.STD: lambda one, index: one.std(),
    KernelOrder.REACH: lambda one, index: np.abs(one).max(),
}


def node(op: str = "conv2d", parameters: tuple[str, ...] = ("c.weight",), module: str = "c") -> Node:
    return Node(4, op, "c", module, 0, (), (TensorInfo((1, 1), "float32", 4),), parameters, 0, 0)


def random(*shape: int) -> torch.Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(3))


def picture(weight: torch.Tensor, op: str = "conv2d", groups: int | None = 1, **options) -> KernelPicture:
    choice = KernelChoice(
        **{key: options.pop(key) for key in ("order", "descending", "colour") if key in options}
    )
    return kernels.view({"c.weight": weight}, "c.weight", node(op), choice, Convolution(groups), **options)


# ---- order ----


@pytest.mark.parametrize("descending", [False, True])
@pytest.mark.parametrize("by", KernelOrder)
def test_filters_stand_in_the_order_of_their_measure(by: KernelOrder, descending: bool) -> None:
    weight = random(9, 4, 3, 3)
    seen = picture(weight, order=by, descending=descending)
    wide = weight.double().numpy()
    measured = [MEASURES[by](one, index) for index, one in enumerate(wide)]
    expected = sorted(range(9), key=measured.__getitem__, reverse=descending)
    assert seen.order.tolist() == expected
    assert np.array_equal(seen.values, weight.numpy()[expected].reshape(36, 3, 3))
    assert seen.mosaic.columns % 4 == 0  # a row holds whole filters


def test_equal_filters_keep_their_order_and_nan_comes_last() -> None:
    weight = torch.ones(5, 2, 3, 3)
    weight[1] = torch.nan
    weight[3] = 2.0
    assert picture(weight, order=KernelOrder.NORM).order.tolist() == [0, 2, 4, 3, 1]
    assert picture(weight, order=KernelOrder.NORM, descending=True).order.tolist() == [3, 0, 2, 4, 1]


def test_the_order_changes_neither_statistics_nor_norms() -> None:
    weight = random(7, 2, 5, 5)
    plain, ordered = picture(weight), picture(weight, order=KernelOrder.STD)
    assert plain.statistics == ordered.statistics
    expected = np.sqrt((weight.double().numpy() ** 2).sum(axis=(1, 2, 3)))
    assert np.allclose(plain.norms, expected, rtol=1e-12) and np.array_equal(plain.norms, ordered.norms)


def test_a_summary_that_is_known_is_not_computed_again() -> None:
    known = picture(random(4, 2, 3, 3))
    again = picture(torch.zeros(4, 2, 3, 3), summary=(known.statistics, known.histogram))
    assert again.statistics is known.statistics and again.histogram is known.histogram


# ---- true indices ----


@pytest.mark.parametrize(
    ("shape", "op", "layout"),
    [
        ((6, 4, 3, 5), "conv2d", Layout.MAPS),
        ((6, 1, 3, 3), "conv2d", Layout.MAPS),
        ((6, 4, 1, 7), "conv2d", Layout.MAPS),
        ((6, 4, 1, 1), "conv2d", Layout.MATRIX),
        ((6, 4, 5), "conv1d", Layout.MAPS),
        ((6, 1, 5), "conv1d", Layout.MATRIX),
        ((6, 4, 1), "conv1d", Layout.MATRIX),
        ((6, 2, 2, 3, 3), "conv3d", Layout.MAPS),
        ((1, 1, 1, 1), "conv2d", Layout.MATRIX),
        ((5, 3, 2, 2), "batch_norm", Layout.MAPS),  # a weight that is standardised first
    ],
)
def test_every_value_knows_its_filter_input_and_tap(shape: tuple[int, ...], op: str, layout: Layout) -> None:
    weight = random(*shape)
    seen = picture(weight, op, order=KernelOrder.MEAN, colour=False)
    assert (seen.layout, seen.kernels, seen.shape) == (layout, shape, shape)
    for place in np.ndindex(seen.values.shape):
        assert seen.values[place] == weight[(seen.filter_at(place), *seen.weight_at(place))]


def test_filters_of_a_transposed_convolution_are_those_of_its_outputs() -> None:
    layer = nn.ConvTranspose2d(6, 4, 3, groups=2)
    seen = picture(layer.weight, "conv_transpose2d", groups=2, order=KernelOrder.NORM)
    assert seen.kernels == (4, 3, 3, 3) and seen.shape == (6, 2, 3, 3)
    for place in np.ndindex(seen.values.shape):
        filter_, number, *tap = seen.filter_at(place), *seen.weight_at(place)
        source = seen.input_of(filter_, number)
        pulse = torch.zeros(1, 6, 1, 1)
        pulse[0, source] = 1
        with torch.no_grad():
            answer = layer(pulse) - layer.bias[:, None, None]
        assert answer[0, filter_, tap[0], tap[1]] == pytest.approx(float(seen.values[place]), abs=1e-6)


def parametrized(layer: nn.Module, parameter: str) -> tuple[dict[str, torch.Tensor], KernelPicture]:
    """Return the tensors of the operation that reads a layer's own weight, and the picture of one of them."""
    net = nn.Sequential(layer).eval()
    inputs = torch.zeros(1, 6, *(5 for _ in layer.kernel_size))
    nodes = trace.build(record(net, (inputs,)), net, "toy").nodes
    (first, *_) = (n for n in nodes if any("original" in p or "weight_v" in p for p in n.parameters))
    tensors = kernels.tensors_of(net, first)
    (name,) = (n for n in tensors if parameter in n)
    return tensors, kernels.view(tensors, name, first, KernelChoice(), kernels.convolution_of(net, name))


@pytest.mark.parametrize(
    ("layer", "expected", "source"),
    [
        (nn.ConvTranspose2d(6, 4, 3, groups=2), (4, 3, 3, 3), 3),
        (nn.Conv2d(6, 4, 3, groups=2), (4, 3, 3, 3), 3),
        (nn.Conv1d(6, 4, 3, groups=2), (4, 3, 3), 3),
        (nn.Conv2d(6, 4, (3, 1), groups=1), (4, 6, 3, 1), 0),
    ],
    ids=["transposed", "grouped", "one axis", "plain"],
)
def test_filters_of_a_normed_weight_are_those_of_its_convolution(
    layer: nn.Module, expected: tuple[int, ...], source: int
) -> None:
    _, seen = parametrized(weight_norm(copy.deepcopy(layer)), "original1")
    assert (seen.kernels, seen.groups) == (expected, layer.groups)
    assert seen.input_of(3, 0) == source
    assert seen.title == "0.weight: original1 of WeightNorm"
    _, seen = parametrized(spectral_norm(copy.deepcopy(layer)), "original")
    assert (seen.kernels, seen.title) == (expected, "0.weight: original of SpectralNorm")


def test_norms_of_a_normed_weight_are_no_filters() -> None:
    tensors, seen = parametrized(weight_norm(nn.ConvTranspose2d(6, 4, 3, groups=2)), "original0")
    assert seen.kernels == () and seen.shape == (6, 1, 1, 1) and seen.order.size == 0
    assert seen.names == ("0.weight: original1 of WeightNorm", "0.weight: original0 of WeightNorm")
    assert set(tensors) == set(seen.names)


def test_inputs_are_counted_over_the_groups() -> None:
    seen = picture(random(6, 2, 3, 3), groups=3)
    assert [seen.input_of(filter_, 1) for filter_ in range(6)] == [1, 1, 3, 3, 5, 5]
    assert picture(random(6, 2, 3, 3), groups=None).input_of(5, 1) is None


def test_a_filter_is_found_at_its_first_tile() -> None:
    seen = picture(random(6, 4, 3, 3), order=KernelOrder.REACH)
    assert [seen.filter_at((seen.place_of(filter_), 0, 0)) for filter_ in range(6)] == list(range(6))
    assert all(seen.place_of(filter_) % 4 == 0 for filter_ in range(6))


# ---- colour ----


@pytest.mark.parametrize("shared", [True, False])
def test_colours_are_linear_around_mid_grey(shared: bool) -> None:
    weight = random(7, 3, 4, 5)
    weight[2] = 0.0
    seen = picture(weight, order=KernelOrder.NORM, shared_scale=shared, aspect=2.0)
    array = weight.numpy()
    assert seen.in_colour and seen.values.shape == (7, 4, 5, 3)
    pixels = seen.mosaic.pixels.astype(int).copy()
    rows = -(-7 // seen.mosaic.columns)
    assert pixels.shape == (rows * 5 - 1, seen.mosaic.columns * 6 - 1, 3)
    for tile, filter_ in enumerate(seen.order):
        assert np.array_equal(seen.values[tile], array[filter_].transpose(1, 2, 0))
        reach = np.abs(array).max() if shared else np.abs(array[filter_]).max()
        assert seen.mosaic.levels[tile].tolist() == [-reach, reach]
        row, column = divmod(tile, seen.mosaic.columns)
        place = np.s_[row * 5 : row * 5 + 4, column * 6 : column * 6 + 5]
        expected = 128 + 127 * array[filter_].transpose(1, 2, 0) / (reach or 1)
        assert np.abs(pixels[place] - expected).max() <= 0.51
        pixels[place] = 0
    assert (pixels == 0).all()


def test_only_filters_over_three_inputs_of_one_group_are_coloured() -> None:
    assert picture(random(5, 3, 3, 3)).can_colour
    off = picture(random(5, 3, 3, 3), colour=False)
    assert off.can_colour and not off.in_colour and off.values.shape == (15, 3, 3)
    for weight, op, groups in (
        (random(5, 4, 3, 3), "conv2d", 1),
        (random(6, 3, 3, 3), "conv2d", 2),
        (random(6, 3, 3, 3), "conv2d", None),
        (random(5, 3, 3), "conv1d", 1),
    ):
        seen = picture(weight, op, groups)
        assert not seen.can_colour and not seen.in_colour


def test_statistics_in_colour_are_over_all_weights_and_count_dead_filters() -> None:
    weight = random(6, 3, 3, 3)
    weight[[1, 4]] = 0
    found = picture(weight).statistics
    assert (found.count, found.zeros, found.channels, found.dead) == (162, 54, 6, 2)
    assert found.mean == pytest.approx(weight.double().mean().item())


# ---- matrices and other tensors ----


def test_a_linear_layer_is_one_image() -> None:
    weight = random(5, 8)
    seen = picture(weight, "linear", None)
    assert (seen.layout, seen.kernels, seen.order.size) == (Layout.MATRIX, (), 0)
    assert np.array_equal(seen.values[0], weight.numpy())


@pytest.mark.parametrize(
    ("shape", "parts", "across"),
    [
        ((64, 4), (4, 16, 4), False),
        ((4, 64), (4, 4, 16), True),
        ((8, 24), (1, 8, 24), False),  # not long enough
        ((2, 97), (1, 2, 97), False),  # a prime number of columns has no equal parts
        ((12, 3, 1, 1), (2, 6, 3), False),
    ],
)
def test_a_long_matrix_is_cut_into_equal_parts(
    shape: tuple[int, ...], parts: tuple[int, ...], across: bool
) -> None:
    weight = random(*shape)
    kind = "linear" if len(shape) == 2 else "conv2d"
    for shared in (True, False):
        seen = kernels.view({"a.weight": weight}, "a.weight", node(kind), KernelChoice(), shared_scale=shared)
        assert (seen.layout, seen.values.shape, seen.cut_across) == (Layout.MATRIX, parts, across)
        assert seen.mosaic.levels.shape == (parts[0], 2)
        assert seen.statistics.count == weight.numel()
        whole = weight.flatten(1).numpy()
        for place in np.ndindex(*parts):
            assert seen.values[place] == whole[seen.whole_place(place)]


def test_a_matrix_too_large_shows_means_of_blocks_and_numbers_over_all(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(values, "MOST_VALUES", 100)
    monkeypatch.setattr(kernels, "MOST_AVERAGED", 30)
    weight = random(13, 17)
    seen = picture(weight, "linear", None)
    assert seen.block == 3  # 221 / 9 values are the first to be below 30
    array = weight.double().numpy()
    assert seen.values.shape == (1, 5, 6)
    for y, x in np.ndindex(5, 6):
        block = array[3 * y : 3 * y + 3, 3 * x : 3 * x + 3]
        assert seen.values[0, y, x] == pytest.approx(block.mean(), rel=1e-5, abs=1e-6)
    assert (seen.statistics.count, seen.statistics.maximum) == (221, array.max())
    assert seen.statistics.std == pytest.approx(array.std(), rel=1e-6)
    assert seen.histogram.counts.sum() == 221 and seen.shape == (13, 17)
    assert seen.mosaic.levels[0, 1] == pytest.approx(np.abs(seen.values).max())


def test_kernels_too_many_become_a_matrix_of_means(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(values, "MOST_VALUES", 100)
    monkeypatch.setattr(kernels, "MOST_AVERAGED", 50)
    seen = picture(random(8, 3, 3, 3))
    assert (seen.block, seen.kernels, seen.can_colour) == (3, (), False)
    assert seen.values.shape == (1, 3, 9)


def test_what_cannot_be_averaged_or_is_empty_is_refused_in_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ExplorerError, match="is empty"):
        picture(torch.zeros(0, 3, 3, 3))
    monkeypatch.setattr(values, "MOST_VALUES", 100)
    with pytest.raises(ExplorerError, match="million values"):
        picture(random(101), "add", None)


def test_half_precision_keeps_its_dtype_in_the_words_and_its_values() -> None:
    weight = random(4, 3, 3, 3).bfloat16()
    seen = picture(weight, order=KernelOrder.STD)
    assert seen.dtype == "bfloat16" and seen.values.dtype == np.float32
    assert np.array_equal(seen.values[0], weight[seen.order[0]].float().permute(1, 2, 0).numpy())


# ---- the tensors of an operation ----


class Net(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.c = nn.Conv2d(3, 4, 3)
        self.bn = nn.BatchNorm2d(4)
        self.bare = nn.BatchNorm2d(4, affine=False)
        self.ln = nn.LayerNorm((4, 2))


def test_a_norm_has_its_running_statistics_and_all_vectors_at_once() -> None:
    net = Net()
    net.bn.running_var.fill_(2.5)
    norm = node("batch_norm", ("bn.weight", "bn.bias"), "bn")
    tensors = kernels.tensors_of(net, norm)
    names = ["bn.weight", "bn.bias", "bn.running_mean", "bn.running_var"]
    assert list(tensors) == names
    seen = kernels.view(tensors, "bn.running_var", norm, KernelChoice())
    assert (seen.title, seen.layout, list(seen.vectors)) == ("bn.running_var", Layout.VECTOR, names)
    assert seen.values.tolist() == seen.vectors["bn.running_var"].tolist() == [2.5] * 4


def test_a_norm_without_parameters_and_one_over_two_axes() -> None:
    net = Net()
    bare = kernels.tensors_of(net, node("batch_norm", (), "bare"))
    assert list(bare) == ["bare.running_mean", "bare.running_var"]
    layer = node("layer_norm", ("ln.weight", "ln.bias"), "ln")
    seen = kernels.view(kernels.tensors_of(net, layer), "ln.weight", layer, KernelChoice())
    assert seen.layout is Layout.MATRIX and seen.vectors == {}


def test_only_norms_show_buffers() -> None:
    net = Net()
    net.c.register_buffer("mask", torch.ones(4))
    assert list(kernels.tensors_of(net, node("conv2d", ("c.weight", "c.bias")))) == ["c.weight", "c.bias"]
    assert kernels.tensors_of(net, node("relu", (), "bn")) == {}


def test_a_tensor_is_chosen_by_its_name_or_the_last_part_of_it() -> None:
    tensors = {"a.bias": random(4), "a.weight": random(4, 2), "b.weight": random(9)}
    assert kernels.chosen(tensors, "") == "b.weight"
    assert kernels.chosen(tensors, "bias") == "a.bias"
    assert kernels.chosen(tensors, "weight") == "a.weight"
    assert kernels.chosen(tensors, "b.weight") == "b.weight"
    assert kernels.chosen(tensors, "running_mean") == "b.weight"
    seen = kernels.view(tensors, "a.bias", node("linear"), KernelChoice())
    assert seen.names == ("b.weight", "a.weight", "a.bias")


def test_groups_are_those_of_the_owning_convolution() -> None:
    net = nn.Sequential(nn.Conv2d(4, 8, 3, groups=2), nn.Linear(2, 2))
    assert kernels.convolution_of(net, "0.weight").groups == 2
    assert kernels.convolution_of(net, "1.weight").groups is None
