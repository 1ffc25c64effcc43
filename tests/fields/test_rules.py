"""Every rule against the gradient: one small network for each kind of layer."""

from typing import Any

import pytest
import torch
import torch.nn.functional as F
from field_nets import Net, check
from gradient_oracle import Oracle
from torch import Tensor, nn

from explorer.fields.receptive_field import ReceptiveFields
from explorer.forward.recorder import record

SLIDING: dict[str, Any] = {
    "dilated": [nn.Conv2d(3, 4, 3, dilation=2, padding=1), nn.Conv2d(4, 4, 3, dilation=5, padding=5)],
    "strided": [
        nn.Conv2d(3, 4, 5, stride=3),
        nn.Conv2d(4, 4, 3, stride=2, padding=1),
        nn.Conv2d(4, 4, 1, stride=2),
    ],
    "stride over kernel": [nn.Conv2d(3, 4, 1, stride=3), nn.MaxPool2d(1, 2), nn.Conv2d(4, 4, 2, padding=2)],
    "asymmetric": [
        nn.Conv2d(3, 4, (3, 5), stride=(2, 1), padding=(0, 3)),
        nn.AvgPool2d((1, 4), (2, 3), (0, 2)),
    ],
    "same padding": [
        nn.Conv2d(3, 4, 3, padding="same"),
        nn.Conv2d(4, 4, (5, 3), padding="same", dilation=(1, 4)),
    ],
    "ceil mode": [
        nn.MaxPool2d(3, 2, ceil_mode=True),
        nn.AvgPool2d(2, 3, ceil_mode=True),
        nn.MaxPool2d(2, 2, 1),
    ],
    "dilated pool": [nn.MaxPool2d(3, stride=2, padding=1, dilation=3), nn.MaxPool2d((2, 3), dilation=(1, 2))],
    "average pool without its padding": [
        nn.AvgPool2d(3, 2, 1, count_include_pad=False),
        nn.LPPool2d(2, 3, stride=2),
    ],
    "reflected": [
        nn.Conv2d(3, 4, 5, stride=2, padding=2, padding_mode="reflect"),
        nn.Conv2d(4, 4, 3, padding=1),
    ],
    "replicated": [nn.Conv2d(3, 4, 5, padding=3, padding_mode="replicate"), nn.MaxPool2d(2)],
    "circular": [nn.Conv2d(3, 4, 3, padding=1, padding_mode="circular"), nn.Conv2d(4, 4, 3, padding=(0, 1))],
    "depthwise": [nn.Conv2d(3, 6, 3, groups=3), nn.Conv2d(6, 6, 3, groups=6, stride=2), nn.Conv2d(6, 4, 1)],
    "transposed": [nn.ConvTranspose2d(3, 4, 3, stride=2, padding=1, output_padding=1), nn.Conv2d(4, 4, 3)],
    "transposed, dilated": [nn.Conv2d(3, 4, 3, stride=2), nn.ConvTranspose2d(4, 4, 2, stride=3, dilation=2)],
    "transposed, stride over kernel": [nn.ConvTranspose2d(3, 2, 1, stride=2), nn.Conv2d(2, 2, 2)],
    "adaptive": [nn.Conv2d(3, 4, 3, padding=1), nn.AdaptiveAvgPool2d((5, 9)), nn.Conv2d(4, 4, 2)],
    "adaptive, growing": [nn.Conv2d(3, 4, 3, stride=4), nn.AdaptiveMaxPool2d((7, 10))],
    "adaptive, one row": [nn.AdaptiveAvgPool2d((1, None)), nn.Conv2d(3, 4, (1, 3))],
    "norms of one place": [
        nn.Conv2d(3, 8, 3),
        nn.BatchNorm2d(8),
        nn.LocalResponseNorm(5),
        nn.PReLU(8),
        nn.GLU(1),
    ],
    "zero padding": [nn.ZeroPad2d((3, 0, 1, 2)), nn.Conv2d(3, 4, 3), nn.ZeroPad2d((-2, -1, 0, -3))],
    "padding with nothing to see": [nn.ConstantPad2d((0, 6, 6, 0), 1.0), nn.Conv2d(3, 4, 2, stride=2)],
    "unfolded borders": [
        nn.ReflectionPad2d((1, 3, 0, 2)),
        nn.ReplicationPad2d((0, 2, 3, 0)),
        nn.MaxPool2d(2),
    ],
}


@pytest.mark.parametrize("layers", SLIDING.values(), ids=SLIDING.keys())
@pytest.mark.parametrize("size", [(21, 27), (30, 17)])
def test_sliding_layers_are_exact(layers: list[nn.Module], size: tuple[int, int]) -> None:
    oracle = Oracle(nn.Sequential(*layers), torch.rand(1, 3, *size))
    assert set(oracle.check_all()) <= {"exact"}
    assert all(oracle.fields.grid(node) is not None for node in oracle.outputs)


RESAMPLED: dict[str, dict[str, Any]] = {
    "nearest": {"scale_factor": 2},
    "nearest, smaller": {"size": (5, 6)},
    "nearest, odd factor": {"scale_factor": 1.5},
    "nearest-exact": {"scale_factor": (1.7, 0.6), "mode": "nearest-exact"},
    "bilinear": {"scale_factor": 2, "mode": "bilinear"},
    "bilinear, odd size": {"size": (17, 10), "mode": "bilinear"},
    "bilinear, odd factor": {"scale_factor": 1.3, "mode": "bilinear"},
    "bilinear, corners": {"scale_factor": 2, "mode": "bilinear", "align_corners": True},
    "bilinear, same size": {"scale_factor": 1, "mode": "bilinear"},
    "bilinear, antialiased": {"size": (4, 5), "mode": "bilinear", "antialias": True},
    "bicubic": {"scale_factor": 3, "mode": "bicubic"},
    "bicubic, corners": {"size": (9, 20), "mode": "bicubic", "align_corners": True},
    "area": {"size": (4, 6), "mode": "area"},
}


@pytest.mark.parametrize("arguments", RESAMPLED.values(), ids=RESAMPLED.keys())
def test_resampling_is_exact(arguments: dict[str, Any]) -> None:
    net = Net(lambda x, conv: conv(F.interpolate(x, **arguments)), nn.Conv2d(8, 4, 3, padding=1))
    oracle, status = check(net)
    assert status == "exact"
    assert oracle.fields.grid(oracle.last()) is not None


MOVED: dict[str, Net] = {
    "rows and columns in steps": Net(lambda x, conv: conv(x[:, :, 1:-1:2, ::3]), nn.Conv2d(8, 4, 2)),
    "negative slices": Net(lambda x, conv: conv(x[:, :, -7:, :-4]), nn.Conv2d(8, 4, 3, padding=1)),
    "narrow": Net(lambda x, conv: conv(x.narrow(2, -8, 5)), nn.Conv2d(8, 4, 2)),
    "index_select": Net(lambda x: x.index_select(3, torch.tensor([4, 0, 9, 9]))),
    "roll": Net(lambda x, conv: conv(x.roll((2, -3), (2, 3))), nn.Conv2d(8, 4, 2)),
    "flip": Net(lambda x, conv: conv(x.flip(2, 3)), nn.Conv2d(8, 4, (2, 3), stride=2)),
    "repeat": Net(lambda x, conv: conv(x.repeat(1, 2, 1, 3)), nn.Conv2d(16, 4, 2, stride=2)),
    "repeat_interleave": Net(lambda x, conv: conv(x.repeat_interleave(2, dim=3)), nn.Conv2d(8, 4, 2, stride=2)),
    "transposed picture": Net(lambda x, conv: conv(x.transpose(2, 3)), nn.Conv2d(8, 4, (3, 1))),
    "channels last and back": Net(
        lambda x, norm, linear, conv: conv(linear(norm(x.permute(0, 2, 3, 1))).permute(0, 3, 1, 2)),
        nn.LayerNorm(8), nn.Linear(8, 6), nn.Conv2d(6, 4, 3),
    ),
    "cat along height": Net(lambda x, conv: conv(torch.cat([x, x[:, :, :4]], 2)), nn.Conv2d(8, 4, 3)),
    "cat with a constant row": Net(lambda x: torch.cat([torch.ones(1, 8, 2, 14), x], 2).flatten(2)),
    "stack": Net(lambda x, conv: conv(torch.stack([x, x.roll(1, 2)], 1).flatten(1, 2)), nn.Conv2d(16, 4, 2)),
    "pixel_shuffle": Net(lambda x, conv: conv(F.pixel_shuffle(x, 2)), nn.Conv2d(2, 4, 3)),
    "pixel_unshuffle": Net(lambda x, conv: conv(F.pixel_unshuffle(x[:, :, :10], 2)), nn.Conv2d(32, 4, 3)),
    "channel_shuffle": Net(lambda x, conv: conv(F.channel_shuffle(x, 4)), nn.Conv2d(8, 4, 3, groups=2)),
    "space to depth": Net(
        lambda x, conv: conv(x[:, :, :10].reshape(1, 8, 5, 2, 7, 2).permute(0, 3, 5, 1, 2, 4).reshape(1, 32, 5, 7)),
        nn.Conv2d(32, 4, 2),
    ),
    "depth to space": Net(
        lambda x, conv: conv(x.view(1, 2, 2, 2, 11, 14).permute(0, 3, 4, 1, 5, 2).reshape(1, 2, 22, 28)),
        nn.Conv2d(2, 4, 2),
    ),
    "tokens column by column": Net(lambda x: x.transpose(2, 3).flatten(2).transpose(1, 2) * 2),
    "squeezed and back": Net(lambda x, conv: conv(x.squeeze(0).unsqueeze(0)), nn.Conv2d(8, 4, 3)),
    "tokens and back": Net(
        lambda x, linear: linear(x.flatten(2).transpose(1, 2)).transpose(1, 2).unflatten(2, (11, 14)), nn.Linear(8, 4)
    ),
    "split channels": Net(lambda x, conv: conv(x.split([2, 3, 3], 1)[1]), nn.Conv2d(3, 4, 3)),
    "six channels by fours": Net(
        lambda x, conv: conv(x.repeat(1, 3, 1, 1).view(1, 6, 4, 11, 14).view(1, 4, 6, 11, 14)[:, 1]), nn.Conv2d(6, 4, 2)
    ),
    "chunk of height": Net(lambda x, conv: conv(x.chunk(3, 2)[2]), nn.Conv2d(8, 4, 2)),
    "expand": Net(lambda x: x[:, :, 3:4].expand(1, 8, 6, 14)),
}  # fmt: skip


@pytest.mark.parametrize("net", MOVED.values(), ids=MOVED.keys())
def test_moved_elements_are_exact(net: Net) -> None:
    oracle, status = check(net)
    assert status == "exact"
    assert oracle.fields.grid(oracle.last()) is not None


BRANCHED: dict[str, Net] = {
    "add": Net(lambda x, a: a(x) + x, nn.Conv2d(8, 8, 5, padding=2)),
    "channel cat": Net(lambda x, a, b: b(torch.cat([x, a(x)], 1)), nn.Conv2d(8, 4, 5, padding=2), nn.Conv2d(12, 4, 1)),
    "one half of a channel cat": Net(
        lambda x, a: torch.cat([x, a(x)], 1).chunk(2, 1)[0], nn.Conv2d(8, 8, 5, padding=2)
    ),
    "depthwise on a channel cat": Net(
        lambda x, a, b: b(torch.cat([x, a(x)], 1))[:, :8],
        nn.Conv2d(8, 8, 5, padding=2), nn.Conv2d(16, 16, 3, groups=16),
    ),
    "two groups on a channel cat": Net(
        lambda x, a, b: b(torch.cat([x, a(x)], 1))[:, 3:], nn.Conv2d(8, 8, 5, padding=2), nn.Conv2d(16, 6, 3, groups=2)
    ),
    "shuffled channel cat": Net(
        lambda x, a: F.channel_shuffle(torch.cat([x, a(x)], 1), 2).chunk(2, 1)[1], nn.Conv2d(8, 8, 5, padding=2)
    ),
    "pixel_shuffle of a channel cat": Net(
        lambda x, a: F.pixel_shuffle(torch.cat([x[:, :2], a(x)[:, :2]], 1), 2), nn.Conv2d(8, 8, 5, padding=2)
    ),
    "row added to a map": Net(lambda x: x + x[:, :, 2:3]),
    "part of a gate": Net(lambda x, a: x * a(x).sigmoid()[:, :1], nn.Conv2d(8, 8, (1, 7), padding=(0, 3))),
    "rows apart and together": Net(lambda x, conv: conv(torch.stack(x.unbind(2)[2:7], 2)), nn.Conv2d(8, 4, 2)),
    "where": Net(lambda x, a: torch.where(x > 0.1, x, a(x)), nn.Conv2d(8, 8, 3, padding=1)),
    "maximum": Net(lambda x, a: torch.max(x, a(x)), nn.Conv2d(8, 8, 3, padding=1)),
}  # fmt: skip


@pytest.mark.parametrize("net", BRANCHED.values(), ids=BRANCHED.keys())
def test_branches_are_exact(net: Net) -> None:
    assert check(net)[1] == "exact"


MIXED: dict[str, tuple[Net, str]] = {
    "flatten and linear": (Net(lambda x, linear: linear(x.flatten(1)), nn.Linear(8 * 11 * 14, 3)), "global"),
    "group norm": (Net(lambda x, norm: norm(x), nn.GroupNorm(2, 8)), "global"),
    "instance norm": (Net(lambda x, norm: norm(x), nn.InstanceNorm2d(8)), "global"),
    "squeeze and excitation": (
        Net(lambda x, a: x * a(x.mean((2, 3), keepdim=True)).sigmoid(), nn.Conv2d(8, 8, 1)), "global"
    ),
    "mean of the picture": (Net(lambda x: x.mean((2, 3))), "global"),
    "sum of all": (Net(lambda x: x.sum()), "global"),
    "layer norm of the picture": (Net(lambda x, norm: norm(x), nn.LayerNorm([8, 11, 14])), "global"),
    "layer norm of channels": (
        Net(lambda x, norm: norm(x.permute(0, 2, 3, 1)), nn.LayerNorm(8)), "exact"
    ),
    "mean of columns": (Net(lambda x: x.mean(2, keepdim=True)), "exact"),
    "mean of columns, without": (Net(lambda x: x.mean(2)), "exact"),
    "softmax of rows": (Net(lambda x: x.softmax(3)), "exact"),
    "softmax of channels": (Net(lambda x: x.softmax(1)), "exact"),
    "variance of channels": (Net(lambda x: x.var(1, keepdim=True)), "exact"),
    "normalised rows": (Net(lambda x: F.normalize(x, dim=3)), "exact"),
    "group norm of two halves": (
        Net(lambda x, norm: norm(torch.cat([x[:, :, :4, :4], x[:, :, 4:8, 4:8]], 1))[:, :8], nn.GroupNorm(2, 16)),
        "exact",
    ),
    "global pooling that misses the border": (
        Net(lambda x: F.adaptive_avg_pool2d(x[:, :, :-1], 1), stem=nn.Conv2d(3, 8, 1, stride=2)), "exact"
    ),
    "cumsum": (Net(lambda x: x.cumsum(2)), "exact"),
    "cumsum of channels": (Net(lambda x: x.cumsum(1)), "exact"),
    "cumprod, flipped": (Net(lambda x: x.flip(3).cumprod(3)), "exact"),
    "glu of rows": (Net(lambda x: F.glu(x, 3)), "exact"),
    "einsum over channels": (Net(lambda x: torch.einsum("nchw,cd->ndhw", x, torch.rand(8, 5).to(x))), "exact"),
    "einsum over rows": (Net(lambda x: torch.einsum("nchw,wk->nchk", x, torch.rand(14, 5).to(x))), "exact"),
    "gram matrix": (Net(lambda x: x.flatten(2) @ x.flatten(2).transpose(1, 2)), "global"),
    "matrix from the left": (Net(lambda x: torch.rand(9, 11).to(x) @ x), "exact"),
    "matrix times vector": (Net(lambda x: x[0, 0] @ torch.rand(14).to(x)), "exact"),
    "spectrum": (Net(lambda x: torch.fft.rfft2(x).abs()), "global"),
    "spectrum of rows": (Net(lambda x: torch.fft.fft(x, dim=3).abs()), "exact"),
    "grown from a mean": (
        Net(lambda x: F.interpolate(F.adaptive_avg_pool2d(x, 1), (11, 14), mode="bilinear")), "global"
    ),
}  # fmt: skip


@pytest.mark.parametrize(("net", "status"), MIXED.values(), ids=MIXED.keys())
def test_mixing_layers(net: Net, status: str) -> None:
    assert check(net)[1] == status


class Attention(nn.Module):
    """Self-attention over tokens (N, T, D); open or through torch's own kernel."""

    def __init__(self, width: int, fused: bool) -> None:
        super().__init__()
        self.qkv = nn.Linear(width, 3 * width)
        self.fused = fused

    def forward(self, x: Tensor) -> Tensor:
        q, k, v = self.qkv(x).chunk(3, -1)
        if self.fused:
            return F.scaled_dot_product_attention(q[:, None], k[:, None], v[:, None])[:, 0]
        return (q @ k.transpose(-2, -1) / 3).softmax(-1) @ v


class Tokens(nn.Module):
    """Patches, a class token, attention: a vision transformer's beginning."""

    def __init__(self, extra: int, fused: bool) -> None:
        super().__init__()
        self.patches = nn.Conv2d(3, 8, 4, stride=4)
        self.cls = nn.Parameter(torch.rand(1, extra, 8))
        self.norm = nn.LayerNorm(8)
        self.attention = Attention(8, fused)

    def forward(self, x: Tensor) -> Tensor:
        tokens = self.patches(x).flatten(2).transpose(1, 2)
        tokens = torch.cat([self.cls, tokens], 1) if self.cls.shape[1] else tokens
        tokens = tokens + self.norm(tokens)
        attended = tokens + self.attention(tokens)
        return attended[:, self.cls.shape[1] :]


@pytest.mark.parametrize("extra", [0, 1, 3])
@pytest.mark.parametrize("fused", [True, False])
def test_tokens_see_their_patch_and_then_everything(extra: int, fused: bool) -> None:
    oracle, status = check(Tokens(extra, fused), (1, 3, 12, 20))
    assert status == "global"
    assert oracle.fields.grid(oracle.last()) == (3, 5)
    before = [o.name for o in oracle.recording.operations].index("norm")
    assert oracle.fields.of_unit(before, (1, 2)).box == (4, 8, 8, 12)
    assert oracle.fields.describe(before).stride == (4, 4)
    assert oracle.fields.of_pixel(before, (5, 9)).mask.tolist() == [[False] * 5, [False, False, True, False, False],
                                                                  [False] * 5]  # fmt: skip


def test_class_token_sees_nothing_before_attention() -> None:
    class Class(Tokens):
        def forward(self, x: Tensor) -> Tensor:
            tokens = self.patches(x).flatten(2).transpose(1, 2)
            return torch.cat([self.cls, tokens], 1)[:, 0]

    oracle, status = check(Class(1, True), (1, 3, 12, 20))
    assert status == "blind"
    assert oracle.fields.of_unit(oracle.last(), (0, 0)).box is None


@pytest.mark.parametrize("causal", [True, False])
def test_a_mask_that_hides_keys_leaves_a_bound(causal: bool) -> None:
    def body(x: Tensor) -> Tensor:
        tokens = x.flatten(2).transpose(1, 2)[:, None]
        length = tokens.shape[2]
        mask = None if causal else torch.eye(length, dtype=torch.bool)
        return F.scaled_dot_product_attention(tokens, tokens, tokens, mask, is_causal=causal)[:, 0]

    assert check(Net(body))[1] == "bound"


class Windows(nn.Module):
    """Attention within windows of 4 × 4, as in Swin; shifted by two if asked."""

    def __init__(self, shift: int) -> None:
        super().__init__()
        self.stem = nn.Conv2d(3, 8, 2, stride=2)
        self.attention = Attention(8, fused=False)
        self.shift = shift

    def forward(self, x: Tensor) -> Tensor:
        x = self.stem(x).permute(0, 2, 3, 1)
        n, h, w, c = x.shape
        x = x.roll((-self.shift, -self.shift), (1, 2)) if self.shift else x
        windows = x.view(n, h // 4, 4, w // 4, 4, c).transpose(2, 3).reshape(-1, 16, c)
        windows = self.attention(windows)
        x = windows.view(n, h // 4, w // 4, 4, 4, c).transpose(2, 3).reshape(n, h, w, c)
        return x.roll((self.shift, self.shift), (1, 2)) if self.shift else x


@pytest.mark.parametrize("shift", [0, 2])
@pytest.mark.parametrize("size", [(16, 24), (8, 16), (8, 8)])
def test_window_attention_sees_its_window(shift: int, size: tuple[int, int]) -> None:
    oracle, status = check(Windows(shift), (1, 3, *size))
    assert status == ("global" if size == (8, 8) else "exact")
    assert oracle.fields.grid(oracle.last()) == (size[0] // 2, size[1] // 2)
    if size == (16, 24) and not shift:
        assert oracle.fields.of_unit(oracle.last(), (5, 3)).box == (8, 0, 16, 8)


class GridAttention(nn.Module):
    """Attention among the units at the same place of all windows, as in MaxViT."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Conv2d(3, 8, 2, stride=2)
        self.attention = Attention(8, fused=False)

    def forward(self, x: Tensor) -> Tensor:
        x = self.stem(x)
        n, c, h, w = x.shape
        x = x.view(n, c, 4, h // 4, 4, w // 4).permute(0, 3, 5, 2, 4, 1).reshape(-1, 16, c)
        x = self.attention(x).view(n, h // 4, w // 4, 4, 4, c).permute(0, 5, 3, 1, 4, 2)
        return x.reshape(n, c, h, w)


def test_grid_attention_sees_a_box_with_holes() -> None:
    oracle, status = check(GridAttention(), (1, 3, 24, 16))
    assert (status, oracle.fields.grid(oracle.last())) == ("exact", (12, 8))


class Patchify(nn.Module):
    """Patches cut by reshaping, tokens mixed by a linear layer, as in MLP-Mixer."""

    def __init__(self) -> None:
        super().__init__()
        self.embed = nn.Linear(48, 8)
        self.mix = nn.Linear(15, 15)

    def forward(self, x: Tensor) -> Tensor:
        x = x.view(1, 3, 3, 4, 5, 4).permute(0, 2, 4, 3, 5, 1).reshape(1, 15, 48)
        x = self.embed(x)
        return x + self.mix(x.transpose(1, 2)).transpose(1, 2)


def test_patches_by_reshaping_and_token_mixing() -> None:
    oracle, status = check(Patchify(), (1, 3, 12, 20))
    embed = [o.name for o in oracle.recording.operations].index("embed")
    assert oracle.fields.of_unit(embed, (2, 4)).box == (8, 16, 12, 20)
    described = oracle.fields.describe(embed)
    assert (described.size, described.stride, described.start) == ((4, 4), (4, 4), (0, 0))
    assert status == "global"


# ---- writes in place ----


def _half_overwritten(x: Tensor, conv: nn.Module) -> Tensor:
    y = x.clone()
    y[:, :, :4] = conv(x)[:, :, :4]
    return y


def _row_cleared(x: Tensor) -> Tensor:
    y = x.clone()
    y[:, :, 2:4] = 0
    return y


def _filled_buffer(x: Tensor) -> Tensor:
    y = torch.zeros(1, 8, 15, 18, dtype=x.dtype)
    y[:, :, 2:13, 2:16] = x
    return F.avg_pool2d(y, 3, 1)


def _through_a_view(x: Tensor, conv: nn.Module) -> Tensor:
    y = x.clone()
    y.view(8, -1)[2:5].copy_(conv(x).view(8, -1)[2:5])
    return y


def _channels_added(x: Tensor, conv: nn.Module) -> Tensor:
    y = x.clone()
    y[:, 4:] += conv(x)[:, 4:]
    return y


def _base_seen_through_older_view(x: Tensor, conv: nn.Module) -> Tensor:
    y = x.clone()
    flat = y.flatten(2)
    y.add_(conv(x))
    return flat * 2


WRITTEN: dict[str, Net] = {
    "half overwritten": Net(_half_overwritten, nn.Conv2d(8, 8, 5, padding=2)),
    "rows cleared": Net(_row_cleared),
    "filled buffer": Net(_filled_buffer),
    "through a view": Net(_through_a_view, nn.Conv2d(8, 8, 5, padding=2)),
    "channels added": Net(_channels_added, nn.Conv2d(8, 8, 5, padding=2)),
    "older view": Net(_base_seen_through_older_view, nn.Conv2d(8, 8, 5, padding=2)),
    "in place": Net(lambda x, a: F.relu(a(x), inplace=True).add_(x), nn.Conv2d(8, 8, 3, padding=1)),
    "copied": Net(lambda x: x + torch.zeros_like(x).copy_(x)),
}


@pytest.mark.parametrize("net", WRITTEN.values(), ids=WRITTEN.keys())
def test_writes_in_place_are_followed(net: Net) -> None:
    oracle, status = check(net)
    assert status == "exact"
    assert oracle.fields.grid(oracle.last()) is not None


def test_a_large_tensor_that_sees_everything_may_be_written_in_parts() -> None:
    def body(x: Tensor) -> Tensor:
        scores = (x.mean() + torch.zeros(4200, 4200)).clone()
        scores[1:, 1:] += x.mean()
        return scores

    recording = record(Net(body).eval(), (torch.rand(1, 3, 8, 8),))
    assert ReceptiveFields(recording).describe(len(recording.operations) - 1).status == "global"


@pytest.mark.parametrize("hides", [True, False])
def test_a_part_that_is_a_bound_makes_the_whole_one(hides: bool) -> None:
    def body(x: Tensor) -> Tensor:
        y = x.clone()
        y[:, :, :2] = x[:, :, :2] + (float("-inf") if hides else 0.0)
        return y

    recording = record(Net(body).eval(), (torch.rand(1, 3, 8, 8),))
    assert ReceptiveFields(recording).describe(len(recording.operations) - 1).status == (
        "bound" if hides else "exact"
    )


class Buffered(nn.Module):
    """Writes the input into a part of a buffer of its own."""

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("memory", torch.zeros(1, 3, 12, 12))

    def forward(self, x: Tensor) -> Tensor:
        self.memory[:, :, 2:10, 2:10] = x
        return self.memory * 2


def test_a_buffer_that_was_written_sees_the_input() -> None:
    oracle, status = check(Buffered(), (1, 3, 8, 8))
    assert status == "exact"
    assert oracle.fields.of_unit(oracle.last(), (0, 0)).box is None
    assert oracle.fields.of_unit(oracle.last(), (2, 5)).box == (0, 3, 1, 4)


# ---- what is not known is said ----


UNKNOWN: dict[str, Net] = {
    "scatter": Net(lambda x: torch.zeros_like(x).scatter(2, torch.zeros(1, 8, 11, 14, dtype=torch.long), x)),
    "conv with its own weights": Net(lambda x: F.conv2d(x, x[:, :, :3, :3])),
    "reshaped in place": Net(lambda x: x.clone().squeeze_(0)),
}


@pytest.mark.parametrize("net", UNKNOWN.values(), ids=UNKNOWN.keys())
def test_what_no_rule_covers_is_never_claimed_exact(net: Net) -> None:
    oracle, status = check(net)
    assert status in ("unknown", "bound")
    assert oracle.fields.of_pixel(oracle.last(), (3, 3)).mask is None or status == "bound"


def test_lstm_over_rows() -> None:
    class Rows(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.lstm = nn.LSTM(8, 6, batch_first=True)

        def forward(self, x: Tensor) -> Tensor:
            return self.lstm(x[:, :, 2].transpose(1, 2))[0]

    check(nn.Sequential(nn.Conv2d(3, 8, 3), Rows()))


def test_sort_sees_the_whole_line() -> None:
    oracle = Oracle(Net(lambda x: x.sort(3).values), torch.rand(1, 3, 9, 8), Net(lambda x: x.softmax(3)))
    assert set(oracle.check_all()) == {"exact"}


# ---- other inputs ----


def test_one_axis() -> None:
    net = nn.Sequential(
        nn.Conv1d(3, 4, 5, stride=2, padding=1), nn.MaxPool1d(2), nn.ConvTranspose1d(4, 4, 2, 2),
        nn.Upsample(scale_factor=2, mode="linear"), nn.AvgPool1d(3, 2), nn.AdaptiveAvgPool1d(4),
    )  # fmt: skip
    oracle, status = check(net, (1, 3, 41))
    assert (status, oracle.fields.grid(oracle.last())) == ("exact", (4,))


def test_three_axes() -> None:
    net = nn.Sequential(nn.Conv3d(1, 4, (1, 3, 2), stride=(1, 2, 1)), nn.MaxPool3d((1, 2, 2)), nn.BatchNorm3d(4),
                        nn.Upsample(scale_factor=2, mode="trilinear"), nn.AvgPool3d(2, 1))  # fmt: skip
    oracle, status = check(net, (1, 1, 5, 12, 9))
    assert (status, len(oracle.fields.describe(oracle.last()).size)) == ("exact", 3)


def test_words() -> None:
    class Words(nn.Module):
        def __init__(self, embed: nn.Module) -> None:
            super().__init__()
            self.embed, self.conv = embed, nn.Conv1d(6, 4, 3, stride=2)

        def forward(self, x: Tensor) -> Tensor:
            return self.conv(self.embed(x).transpose(1, 2))

    recording = record(Words(nn.Embedding(10, 6)).eval(), (torch.randint(0, 10, (1, 17)),))
    fields = ReceptiveFields(recording)
    last = len(recording.operations) - 1
    assert [fields.of_unit(last, (u,)).box for u in (0, 3, 7)] == [(0, 3), (6, 9), (14, 17)]
    assert fields.describe(last).stride == (2,)


def test_features_without_space_are_mixed() -> None:
    assert check(nn.Sequential(nn.Linear(7, 5), nn.ReLU(), nn.Linear(5, 2)), (1, 7))[1] == "global"


def test_maps_of_one_pixel() -> None:
    net = nn.Sequential(nn.Conv2d(3, 8, 3, stride=2, padding=1), nn.BatchNorm2d(8), nn.Flatten(2), nn.Flatten(1),
                        nn.Linear(8, 2))  # fmt: skip
    assert check(net, (1, 3, 1, 1))[1] in ("exact", "global")


def test_one_row_as_tokens() -> None:
    oracle, status = check(Net(lambda x: x.flatten(2).transpose(1, 2)), (1, 3, 2, 12))
    assert (status, oracle.fields.grid(oracle.last())) == ("exact", (1, 6))


def test_what_does_not_see_the_input_has_no_field() -> None:
    class Constant(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.weight = nn.Parameter(torch.rand(1, 3, 4, 4))

        def forward(self, x: Tensor) -> Tensor:
            return x + (self.weight * 2).mean()

    oracle, status = check(Constant(), (1, 3, 6, 6))
    assert status == "exact"
    assert [oracle.fields.describe(n) is None for n in sorted(oracle.outputs)] == [True, True, False, False]


def test_an_empty_tensor_sees_nothing() -> None:
    recording = record(Net(lambda x: x[:, :, :0]).eval(), (torch.rand(1, 3, 8, 8),))
    fields = ReceptiveFields(recording)
    assert fields.describe(len(recording.operations) - 1) is None
