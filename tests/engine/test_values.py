"""Pictures of tensors: statistics and histogram against numpy, every pixel of a mosaic against the record's formula."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
import torch
import torchvision
from recording_oracle import randomise
from torch import nn
from toy_models import Forward

from explorer.engine import values
from explorer.fields.receptive_field import ReceptiveFields
from explorer.forward.recorder import record
from explorer.records.errors import ExplorerError
from explorer.records.values import Layout, ValueView


def view(tensor: torch.Tensor, **options) -> ValueView:
    return values.view(tensor, 3, "toy", **options)


def random(*shape: int, low: float = -1, high: float = 3) -> torch.Tensor:
    return torch.rand(shape, generator=torch.Generator().manual_seed(0)) * (high - low) + low


def assert_pixels(seen: ValueView) -> None:
    """Check every pixel of the mosaic: those of values by the formula, all others 0."""
    mosaic, array = seen.mosaic, seen.values.astype(np.float64)
    count, height, width = array.shape
    rows = -(-count // mosaic.columns)
    assert mosaic.pixels.shape == (rows * (height + 1) - 1, mosaic.columns * (width + 1) - 1)
    assert mosaic.pixels.dtype == np.uint8 and mosaic.levels.shape == (count, 2)
    left = np.pad(mosaic.pixels, ((0, 1), (0, 1))).astype(int)
    for channel in range(count):
        top = channel // mosaic.columns * (height + 1)
        side = channel % mosaic.columns * (width + 1)
        tile = left[top : top + height, side : side + width]
        low, high = mosaic.levels[channel]
        finite = np.clip(np.nan_to_num(array[channel], posinf=1e300, neginf=-1e300), low, high)
        if high > low:
            expected = 1 + 254 * ((finite - low) / (high - low))
            shown = ~np.isnan(array[channel])
            assert np.abs(tile - expected)[shown].max(initial=0) <= 0.5 + 1e-2
        else:
            middle = 128 if low or mosaic.signed else 1
            expected = np.where(np.isposinf(array[channel]), 255, middle)
            expected = np.where(np.isneginf(array[channel]), 1, expected)
            assert (tile == expected)[~np.isnan(array[channel])].all()
        assert (tile[np.isnan(array[channel])] == 0).all()
        left[top : top + height, side : side + width] = 0
    assert (left == 0).all()


def assert_statistics(seen: ValueView) -> None:
    array, found = seen.values.astype(np.float64), seen.statistics
    finite = array[np.isfinite(array)]
    assert (found.count, found.not_finite) == (array.size, array.size - finite.size)
    assert found.zeros == (array == 0).sum()
    assert (found.minimum, found.maximum) == (finite.min(), finite.max())
    assert found.mean == pytest.approx(finite.mean(), rel=1e-9, abs=1e-12 * np.abs(finite).max())
    assert found.std == pytest.approx(finite.std(), rel=1e-6, abs=1e-12 * np.abs(finite).max())
    if seen.layout is Layout.VECTOR:
        assert (found.channels, found.dead) == (0, 0)
    else:
        assert found.channels == array.shape[0]
        assert found.dead == (array == 0).all(axis=(1, 2)).sum()


def assert_histogram(seen: ValueView) -> None:
    array = seen.values.astype(np.float64)
    finite = array[np.isfinite(array)]
    counts, edges = seen.histogram.counts, seen.histogram.edges
    assert counts.sum() == finite.size and len(edges) == len(counts) + 1
    assert (np.diff(edges) > 0).all() and edges[0] <= finite.min() and finite.max() <= edges[-1]
    # A value within a rounding error of an edge may fall on either side of it.
    rounding = 1e-5 * (edges[-1] - edges[0])
    least = [np.sum((finite > a + rounding) & (finite < b - rounding)) for a, b in pairwise(edges)]
    most = [np.sum((finite >= a - rounding) & (finite <= b + rounding)) for a, b in pairwise(edges)]
    assert (np.array(least) <= counts).all() and (counts <= np.array(most)).all()


MAPS = {
    "signed": random(1, 7, 5, 6),
    "positive": random(1, 3, 9, 4, low=0.5),
    "negative": random(1, 3, 4, 5, low=-3, high=-1),
    "one map": random(1, 1, 4, 4),
    "zero": torch.zeros(1, 4, 3, 3),
    "constant": torch.full((1, 4, 3, 3), 0.1),
    "negative constant": torch.full((1, 4, 3, 3), -7.3),
    "huge constant": torch.full((1, 4, 3, 3), 3e9),
    "dead channels": random(1, 6, 3, 3) * torch.tensor([0.0, 1, 0, 2, -1, 0]).view(1, 6, 1, 1),
    "far from zero": random(1, 3, 8, 8, low=0, high=0.5) + 1e5,
    "tiny": random(1, 3, 4, 4) * 1e-38,
    "huge": random(1, 3, 4, 4) * 1e38,
    "channels of all sizes": random(1, 5, 4, 4)
    * torch.tensor([1e-42, 1e-20, 1, 1e20, 1e36]).view(1, 5, 1, 1),
    "int64": torch.arange(48).view(1, 3, 4, 4) - 20,
    "large int": torch.arange(48).view(1, 3, 4, 4) + 2**40,
    "uint8": torch.arange(48, dtype=torch.uint8).view(1, 3, 4, 4),
    "bool": torch.arange(48).view(1, 3, 4, 4) % 3 == 0,
    "float64": random(1, 3, 4, 4).double() * 1e100,
    "float16": random(1, 3, 4, 4).half(),
    "bfloat16": random(1, 3, 4, 4).bfloat16(),
    "complex": torch.complex(random(1, 3, 4, 5), random(1, 3, 4, 5, low=2)),
    "not contiguous": random(1, 4, 5, 3).permute(0, 3, 1, 2),
    "expanded": random(1, 1, 4, 4).expand(1, 5, 4, 4),
    "NaN": torch.where(random(1, 4, 5, 5) > 2, torch.nan, random(1, 4, 5, 5)),
    "infinite": torch.where(random(1, 4, 5, 5) > 2, torch.inf, random(1, 4, 5, 5)),
    "all but one NaN": torch.full((1, 2, 3, 3), torch.nan).index_fill(1, torch.tensor([1]), 2.0),
    "both infinities": torch.tensor([[[[-torch.inf, 0], [1, torch.inf]], [[0, 0], [0, torch.inf]]]]),
}


@pytest.mark.parametrize("shared_scale", [True, False])
@pytest.mark.parametrize("name", MAPS)
def test_maps(name, shared_scale):
    seen = view(MAPS[name], shared_scale=shared_scale)
    assert seen.layout in (Layout.MAPS, Layout.MATRIX)
    assert_pixels(seen)
    assert_statistics(seen)
    assert_histogram(seen)


def test_maps_keep_their_values_and_are_told_apart():
    tensor = random(1, 7, 5, 6)
    seen = view(tensor)
    assert (seen.node, seen.title, seen.shape, seen.dtype) == (3, "toy", (1, 7, 5, 6), "float32")
    np.testing.assert_array_equal(seen.values, tensor[0].numpy())
    assert view(random(1, 3, 4, 4).bfloat16()).values.dtype == np.float32
    assert view(random(1, 3, 4, 4).bfloat16()).dtype == "bfloat16"


def test_shared_scale_runs_from_least_to_greatest():
    tensor = random(1, 3, 4, 4, low=1)
    mosaic = view(tensor).mosaic
    assert not mosaic.signed
    np.testing.assert_array_equal(mosaic.levels, [[float(tensor.min()), float(tensor.max())]] * 3)


def test_signed_scale_is_symmetric():
    tensor = random(1, 3, 4, 4)
    mosaic = view(tensor).mosaic
    assert mosaic.signed
    np.testing.assert_array_equal(mosaic.levels, [[-float(tensor.max()), float(tensor.max())]] * 3)


@pytest.mark.parametrize("spoiled", [None, torch.nan, torch.inf, -torch.inf])
def test_one_scale_a_channel(spoiled):
    tensor = random(1, 3, 4, 4, low=1) * torch.tensor([1, 10, 100]).view(1, 3, 1, 1)
    expected = [[float(m.min()), float(m.max())] for m in tensor[0, 1:]]
    if spoiled is not None:
        tensor[0, 0] = spoiled
    seen = view(tensor, shared_scale=False)
    np.testing.assert_array_equal(seen.mosaic.levels[1:], expected)
    assert np.isfinite(seen.mosaic.levels).all()
    assert_pixels(seen)


def test_a_dead_channel_lies_in_the_middle_of_a_signed_scale_and_at_the_end_of_another():
    tensor = random(1, 2, 3, 3)
    tensor[0, 0] = 0
    for shared in (True, False):
        assert (view(tensor, shared_scale=shared).mosaic.pixels[:3, :3] == 128).all()
        assert (view(tensor.abs(), shared_scale=shared).mosaic.pixels[:3, :3] == 1).all()


@pytest.mark.parametrize(("group", "aspect"), [(1, 1.0), (1, 3.0), (4, 1.0), (3, 0.2), (64, 1.0)])
def test_a_row_holds_whole_groups_and_no_more_tiles_than_there_are(group, aspect):
    plain = view(random(1, 24, 3, 5))
    levels = torch.tensor(plain.mosaic.levels[:1])
    mosaic = values.draw(torch.tensor(plain.values), levels, plain.mosaic.signed, aspect, group)
    seen = replace(plain, mosaic=mosaic)
    assert seen.mosaic.columns <= 24
    assert seen.mosaic.columns % group == 0 or seen.mosaic.columns == 24
    assert_pixels(seen)


def test_a_matrix_is_one_tile():
    seen = view(random(512, 256, 1, 1))
    assert (seen.layout, seen.values.shape, seen.mosaic.columns) == (Layout.MATRIX, (1, 512, 256), 1)


def test_nothing_finite():
    seen = view(torch.full((1, 2, 3, 3), torch.nan))
    assert seen.histogram is None and seen.statistics.not_finite == 18
    assert all(np.isnan(v) for v in (seen.statistics.minimum, seen.statistics.mean, seen.statistics.std))
    assert_pixels(seen)


@pytest.mark.parametrize(
    ("shape", "layout", "laid"),
    [
        ((1, 8, 1, 1), Layout.VECTOR, (8,)),
        ((1, 10), Layout.VECTOR, (10,)),
        ((), Layout.VECTOR, (1,)),
        ((1, 1, 1, 1), Layout.VECTOR, (1,)),
        ((6, 5), Layout.MATRIX, (1, 6, 5)),
        ((1, 6, 5), Layout.MATRIX, (1, 6, 5)),
        ((1, 3, 6, 5), Layout.MAPS, (3, 6, 5)),
        ((1, 7, 7, 12), Layout.MAPS, (12, 7, 7)),
        ((16, 3, 7, 7), Layout.MAPS, (48, 7, 7)),
        ((16, 1, 1, 7), Layout.MATRIX, (1, 16, 7)),
        ((16, 3, 3, 1), Layout.MAPS, (16, 3, 3)),
        ((2, 3, 4, 5, 6), Layout.MAPS, (24, 5, 6)),
    ],
)
def test_layouts_by_shape(shape, layout, laid):
    tensor = random(*shape)
    seen = view(tensor)
    assert (seen.layout, seen.values.shape) == (layout, laid)
    assert (seen.mosaic is None) == (layout is Layout.VECTOR)
    assert_statistics(seen)
    assert_histogram(seen)
    assert sorted(seen.values.flat) == sorted(tensor.flatten().tolist())


def test_real_and_imaginary_parts_are_maps_of_their_own():
    tensor = MAPS["complex"]
    seen = view(tensor.conj())
    np.testing.assert_array_equal(seen.values[0::2], tensor[0].real.numpy())
    np.testing.assert_array_equal(seen.values[1::2], -tensor[0].imag.numpy())
    assert view(torch.tensor([1 + 2j, 3])).values.tolist() == [[[1, 2], [3, 0]]]


def test_one_value():
    seen = view(torch.tensor([[2.5]]))
    assert seen.values.tolist() == [2.5]
    assert (seen.statistics.mean, seen.statistics.std, seen.histogram.counts.sum()) == (2.5, 0, 1)


@pytest.mark.parametrize(
    ("tensor", "words"),
    [
        (torch.zeros(1, 0, 4, 4), "is empty"),
        (torch.zeros(1).expand(values.MOST_VALUES + 1), "million values"),
    ],
)
def test_what_cannot_be_shown_is_said_in_one_line(tensor, words):
    with pytest.raises(ExplorerError, match=f"toy .*{words}") as caught:
        view(tensor)
    assert "\n" not in str(caught.value)


def looked_at(model: nn.Module, size: int, wanted: str) -> tuple[torch.Tensor, ValueView]:
    recording = record(model.eval(), (torch.randn(1, 3, size, size),))
    fields = ReceptiveFields(recording).fields
    node = next(k for k, o in enumerate(recording.operations) if o.name == wanted)
    tensor = recording.value(node)
    return tensor, values.view(tensor, node, wanted, fields[node])


def test_tokens_lie_on_their_grid_without_the_class_token():
    torch.manual_seed(0)
    model = torchvision.models.VisionTransformer(32, 8, 1, 2, 12, 24)
    tensor, seen = looked_at(model, 32, "encoder.layers.encoder_layer_0.ln_1")
    assert (seen.layout, seen.extra_tokens, seen.values.shape) == (Layout.TOKENS, 1, (12, 4, 4))
    np.testing.assert_array_equal(seen.values, tensor[0, 1:].T.reshape(12, 4, 4).numpy())
    assert_pixels(seen)


def test_channels_last_maps_are_laid_out_as_maps():
    torch.manual_seed(0)
    model = torchvision.models.SwinTransformer([2, 2], 16, [2], [2], [4, 4], num_classes=5)
    tensor, seen = looked_at(model, 24, "features.1.0.norm1")
    assert (seen.layout, tuple(tensor.shape), seen.values.shape) == (
        Layout.MAPS,
        (1, 12, 12, 16),
        (16, 12, 12),
    )
    np.testing.assert_array_equal(seen.values, tensor[0].permute(2, 0, 1).numpy())


def test_attention_weights_are_a_matrix_for_each_head():
    def forward(self, x):
        tokens = self.conv(x).flatten(2).transpose(1, 2)
        return self.attn(tokens, tokens, tokens)[0]

    torch.manual_seed(0)
    model = Forward(forward, conv=nn.Conv2d(3, 8, 4, 4), attn=nn.MultiheadAttention(8, 2, batch_first=True))
    tensor, seen = looked_at(model, 16, "attn.softmax")
    assert (tuple(tensor.shape), seen.layout, seen.values.shape) == ((2, 16, 16), Layout.MAPS, (2, 16, 16))
    assert_pixels(seen)
    assert not seen.mosaic.signed


def test_maps_of_one_pixel_are_a_vector_and_one_map_is_a_map():
    torch.manual_seed(0)
    model = nn.Sequential(nn.Conv2d(3, 4, 3), nn.Conv2d(4, 1, 1), nn.AdaptiveAvgPool2d(1), nn.Flatten())
    assert looked_at(model, 6, "0")[1].layout is Layout.MAPS
    assert looked_at(model, 6, "1")[1].layout is Layout.MAPS
    assert looked_at(model, 6, "2")[1].layout is Layout.VECTOR
    assert looked_at(model, 6, "3")[1].layout is Layout.VECTOR


def test_values_of_a_real_network():
    torch.manual_seed(0)
    model = randomise(torchvision.models.resnet18(weights=None))
    tensor, seen = looked_at(model, 64, "layer1.0.conv2")
    np.testing.assert_array_equal(seen.values, tensor[0].numpy())
    assert_pixels(seen)
    assert_statistics(seen)
    assert_histogram(seen)


# ---- the scale where a few values lie far out ----


def far_out(*shape: int) -> torch.Tensor:
    """Values between 0 and 1, one of them a thousand."""
    tensor = random(*shape, low=0, high=1)
    tensor.view(-1)[7] = 1000.0
    return tensor


def test_one_value_far_out_does_not_take_the_colours_of_the_rest():
    mosaic = view(far_out(1, 4, 20, 20)).mosaic
    assert mosaic.levels[0, 1] < 1.001 and mosaic.levels[0, 0] >= 0
    assert mosaic.pixels.max() == 255 and np.median(mosaic.pixels[mosaic.pixels > 0]) > 100


@pytest.mark.parametrize("shared_scale", [True, False])
def test_what_lies_beyond_the_scale_is_counted_and_has_the_colour_of_the_end(shared_scale):
    tensor = far_out(1, 2, 40, 40)
    tensor[0, 1, 0, 0] = torch.inf
    seen = view(tensor, shared_scale=shared_scale)
    low, high = seen.mosaic.levels[:, 0, None, None], seen.mosaic.levels[:, 1, None, None]
    finite = np.isfinite(seen.values)
    assert seen.mosaic.clipped == ((seen.values < low) | (seen.values > high))[finite].sum() > 0
    assert_pixels(seen)


def test_a_signed_scale_without_its_extremes_is_still_symmetric():
    tensor = far_out(1, 2, 40, 40) - 0.3
    mosaic = view(tensor).mosaic
    assert mosaic.signed and 0.6 < mosaic.levels[0, 1] < 0.71
    assert (mosaic.levels[:, 0] == -mosaic.levels[:, 1]).all()


@pytest.mark.parametrize(
    "tensor",
    [random(1, 4, 30, 30), random(1, 1, 10, 15) ** 9, torch.eye(40).expand(1, 3, 40, 40) * 5, random(1, 200)],
    ids=["nothing far out", "few values", "nearly all zero", "a vector"],
)
def test_otherwise_nothing_is_left_out(tensor):
    seen = view(tensor)
    assert seen.statistics.ends == (seen.statistics.minimum, seen.statistics.maximum)
    assert seen.mosaic is None or seen.mosaic.clipped == 0


def test_percentiles_of_many_values_are_sampled_and_say_so():
    few, many = view(far_out(1, 2, 40, 40)).statistics, view(far_out(1, 8, 150, 150)).statistics
    assert (few.sampled, many.sampled) == (False, True)
    exact = np.quantile(far_out(1, 8, 150, 150).numpy(), [0.005, 0.995])
    assert many.ends == pytest.approx(exact, abs=0.003)


@pytest.mark.parametrize(("count", "most"), [(64 * 112 * 112, 1 << 16), (224 * 224, 1000), (10, 100)])
def test_a_sample_takes_all_rows_and_columns_alike(count, most):
    step = values._step(count, most)
    assert count / step <= most and (step == 1 or np.gcd(step, count) == 1)


@pytest.mark.parametrize(("share", "end"), [(0.001, 1.0), (0.5, 1000.0)])
def test_the_scale_of_a_channel_is_never_that_of_values_that_are_not_finite(share, end):
    tensor = far_out(1, 2, 40, 40)
    tensor[0, 0].view(-1)[8 : 8 + int(share * 1600)] = torch.nan
    mosaic = view(tensor, shared_scale=False).mosaic
    assert mosaic.levels[0, 1] == pytest.approx(end, rel=0.02) and np.isfinite(mosaic.levels).all()


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64, torch.float16])
def test_the_bins_are_those_of_torch(dtype: torch.dtype) -> None:
    for power in (-3, 0, 3):
        tensor = (random(1, 3, 40, 50) * 10.0**power + power).to(dtype)
        tensor[0, 0] = tensor.amax()  # the last bin holds its end as well
        seen, low, high = view(tensor), float(tensor.min()), float(tensor.max())
        expected = torch.histc(tensor.float() if dtype is torch.float16 else tensor, values.BINS, low, high)
        assert seen.histogram.counts.tolist() == expected.long().tolist()
