"""Forty networks of the kinds that people build: where a field says exact, it is the gradient's support."""

from collections.abc import Callable

import pytest
import torch
import torch.nn.functional as F
import torchvision
from field_nets import check
from gradient_oracle import Oracle, slim
from torch import Tensor, nn

Make = Callable[[], nn.Module]


def conv(given: int, made: int, size: int = 3, stride: int = 1) -> nn.Sequential:
    return nn.Sequential(nn.Conv2d(given, made, size, stride, size // 2), nn.BatchNorm2d(made), nn.ReLU())


class UNet(nn.Module):
    """Down two steps and up again, each step up joined with what came down."""

    def __init__(self, up: Make) -> None:
        super().__init__()
        self.first, self.second, self.third = conv(3, 4), conv(4, 4, stride=2), conv(4, 4, stride=2)
        self.up, self.up_again = up(), up()
        self.join, self.last = conv(8, 4), nn.Conv2d(8, 2, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        a = self.first(x)
        b = self.second(a)
        c = self.join(torch.cat([b, self.up(self.third(b))], 1))
        return self.last(torch.cat([a, self.up_again(c)], 1))


class Pyramid(nn.Module):
    """A feature pyramid: each level, added to the one above, grown to its size."""

    def __init__(self, mode: str) -> None:
        super().__init__()
        self.levels = nn.ModuleList([conv(3, 4, stride=2), conv(4, 4, stride=2), conv(4, 4, stride=2)])
        self.smooth, self.mode = nn.Conv2d(4, 4, 3, padding=1), mode

    def forward(self, x: Tensor) -> Tensor:
        maps = []
        for level in self.levels:
            maps.append(x := level(x))
        top = maps.pop()
        for below in reversed(maps):
            top = below + F.interpolate(top, size=below.shape[2:], mode=self.mode)
        return self.smooth(top)


class Shifted(nn.Module):
    """Swin's attention in windows of 4 × 4: shifted, and masked where the shift brought together what is far apart."""

    def __init__(self, shift: int, shut: float) -> None:
        super().__init__()
        self.patches, self.norm = nn.Conv2d(3, 8, 2, 2), nn.LayerNorm(8)
        self.qkv, self.mlp = nn.Linear(8, 24), nn.Sequential(nn.Linear(8, 8), nn.GELU())
        self.shift, self.shut = shift, shut

    def mask(self, height: int, width: int) -> Tensor:
        regions = torch.zeros(height, width)
        for count, (row, column) in enumerate((r, c) for r in self.cuts() for c in self.cuts()):
            regions[row, column] = count
        regions = self.windows(regions[None, ..., None]).squeeze(-1)
        return (regions[:, None] != regions[:, :, None]).float() * self.shut

    def cuts(self) -> tuple[slice, slice, slice]:
        return slice(0, -4), slice(-4, -self.shift), slice(-self.shift, None)

    def windows(self, x: Tensor) -> Tensor:
        n, h, w, c = x.shape
        return x.view(n, h // 4, 4, w // 4, 4, c).transpose(2, 3).reshape(-1, 16, c)

    def attend(self, x: Tensor, mask: Tensor | None) -> Tensor:
        q, k, v = self.qkv(self.norm(x)).chunk(3, -1)
        scores = q @ k.transpose(1, 2)
        return (scores if mask is None else scores + mask.to(x)).softmax(-1) @ v

    def block(self, x: Tensor, shift: int) -> Tensor:
        n, h, w, c = x.shape
        moved = x.roll((-shift, -shift), (1, 2))
        seen = self.attend(self.windows(moved), self.mask(h, w) if shift else None)
        seen = (
            seen.view(n, h // 4, w // 4, 4, 4, c)
            .transpose(2, 3)
            .reshape(n, h, w, c)
            .roll((shift, shift), (1, 2))
        )
        return x + seen + self.mlp(x)

    def forward(self, x: Tensor) -> Tensor:
        x = self.patches(x).permute(0, 2, 3, 1)
        return self.block(self.block(x, 0), self.shift)


class Halo(nn.Module):
    """Attention of blocks of 3 × 3 to themselves and a border around them, as in HaloNet."""

    def __init__(self) -> None:
        super().__init__()
        self.stem, self.q, self.kv = nn.Conv2d(3, 4, 2, 2), nn.Conv2d(4, 4, 1), nn.Conv2d(4, 8, 1)

    def forward(self, x: Tensor) -> Tensor:
        x = self.stem(x)
        n, c, h, w = x.shape
        q = self.q(x).view(n, c, h // 3, 3, w // 3, 3).permute(0, 2, 4, 3, 5, 1).reshape(-1, 9, c)
        kv = F.pad(self.kv(x), [1, 1, 1, 1]).unfold(2, 5, 3).unfold(3, 5, 3)
        k, v = kv.permute(0, 2, 3, 4, 5, 1).reshape(-1, 25, 2 * c).chunk(2, -1)
        y = (q @ k.transpose(1, 2)).softmax(-1) @ v
        return y.view(n, h // 3, w // 3, 3, 3, c).permute(0, 5, 1, 3, 2, 4).reshape(n, c, h, w)


class Involution(nn.Module):
    """Each place is weighed with weights of its own, over its neighbourhood laid out."""

    def __init__(self) -> None:
        super().__init__()
        self.stem, self.weigh = conv(3, 4, stride=2), nn.Conv2d(4, 9, 1)

    def forward(self, x: Tensor) -> Tensor:
        x = self.stem(x)
        n, c, h, w = x.shape
        around = F.unfold(x, 3, padding=1).view(n, c, 9, h, w)
        return (around * self.weigh(x)[:, None]).sum(2)


class Polar(nn.Module):
    """A picture sampled on circles around its middle, then convolved."""

    def __init__(self, mode: str) -> None:
        super().__init__()
        angle, radius = torch.meshgrid(
            torch.arange(6) * 0.9 + 0.1, torch.arange(5) * 0.21 + 0.13, indexing="ij"
        )
        self.register_buffer("grid", torch.stack([radius * angle.cos(), radius * angle.sin()], -1)[None])
        self.stem, self.last, self.mode = conv(3, 4), nn.Conv2d(4, 2, (3, 1)), mode

    def forward(self, x: Tensor) -> Tensor:
        return self.last(F.grid_sample(self.stem(x), self.grid, self.mode, align_corners=False))


class Checkered(nn.Module):
    """A coupling layer: every other place is changed by what its neighbours tell."""

    def __init__(self, by: str) -> None:
        super().__init__()
        self.change, self.last, self.by = conv(3, 3), nn.Conv2d(3, 2, 2), by

    def forward(self, x: Tensor) -> Tensor:
        board = (torch.arange(x.shape[2])[:, None] + torch.arange(x.shape[3])) % 2 == 0
        kept = x.masked_fill(board, 0.0)
        if self.by == "where":
            return self.last(torch.where(board, x + self.change(kept), x))
        y = kept.clone()
        y[:, :, board] = self.change(kept)[:, :, board]
        return self.last(y)


class Mirrored(nn.Module):
    """The mean of a network over a picture and itself turned."""

    def __init__(self, turn: Callable[[Tensor], Tensor], back: Callable[[Tensor], Tensor]) -> None:
        super().__init__()
        self.inner, self.turn, self.back = (
            nn.Sequential(conv(3, 4, stride=2), nn.Conv2d(4, 4, (1, 5), padding=(0, 2))),
            turn,
            back,
        )

    def forward(self, x: Tensor) -> Tensor:
        return self.back(self.inner(self.turn(x))) + self.inner(x)


class Reordered(nn.Module):
    """Tokens in a known order, each with the one before it."""

    def __init__(self) -> None:
        super().__init__()
        self.patches, self.last = nn.Conv2d(3, 4, 4, 4), nn.Linear(8, 4)

    def forward(self, x: Tensor) -> Tensor:
        tokens = self.patches(x).flatten(2).transpose(1, 2)
        order = torch.arange(tokens.shape[1]) * 7 % tokens.shape[1]
        return self.last(torch.cat([tokens[:, order], tokens[:, order.roll(1)]], 2))


def up(size: int, stride: int, padding: int = 0, **other: int) -> Make:
    return lambda: nn.ConvTranspose2d(4, 4, size, stride, padding, **other)


def enlarged(**arguments: object) -> nn.Module:
    return nn.Sequential(conv(3, 4, stride=2), nn.Upsample(**arguments), nn.Conv2d(4, 2, 3, padding=1))


def shuffled(factor: int) -> nn.Module:
    return nn.Sequential(conv(3, 4, 5), nn.Conv2d(4, 3 * factor**2, 3, padding=1), nn.PixelShuffle(factor))


NETWORKS: dict[str, Make] = {
    "u-net, transposed 2": lambda: UNet(up(2, 2)),
    "u-net, transposed 4": lambda: UNet(up(4, 2, 1)),
    "u-net, transposed 3": lambda: UNet(up(3, 2, 1, output_padding=1)),
    "u-net, transposed in groups": lambda: UNet(up(4, 2, 1, groups=2)),
    "u-net, nearest": lambda: UNet(lambda: nn.Upsample(scale_factor=2)),
    "u-net, bilinear": lambda: UNet(lambda: nn.Upsample(scale_factor=2, mode="bilinear")),
    "u-net, bilinear by corners": lambda: UNet(lambda: nn.UpsamplingBilinear2d(scale_factor=2)),
    "u-net, bicubic": lambda: UNet(lambda: nn.Upsample(scale_factor=2, mode="bicubic")),
    "u-net, shuffled": lambda: UNet(lambda: nn.Sequential(nn.Conv2d(4, 16, 1), nn.PixelShuffle(2))),
    "pyramid, nearest": lambda: Pyramid("nearest"),
    "pyramid, nearest-exact": lambda: Pyramid("nearest-exact"),
    "pyramid, bilinear": lambda: Pyramid("bilinear"),
    "pyramid, bicubic": lambda: Pyramid("bicubic"),
    "pyramid, area": lambda: Pyramid("area"),
    "generator": lambda: nn.Sequential(conv(3, 4, 4, 4), up(5, 3, 2)(), nn.ReLU(), up(4, 2, 1, dilation=2)()),
    "enlarged by 1.5": lambda: enlarged(scale_factor=1.5, mode="bilinear"),
    "enlarged to a size": lambda: enlarged(size=(19, 31), mode="bicubic", align_corners=True),
    "made smaller": lambda: enlarged(size=(5, 7), mode="nearest-exact"),
    "super resolution by 2": lambda: shuffled(2),
    "super resolution by 3": lambda: shuffled(3),
    "shuffled back": lambda: nn.Sequential(nn.PixelUnshuffle(2), conv(12, 4), nn.PixelShuffle(2), nn.Conv2d(1, 2, 3)),
    "channels shuffled": lambda: nn.Sequential(nn.Conv2d(3, 8, 3), nn.ChannelShuffle(4), nn.Conv2d(8, 4, 3, groups=2)),
    "windows shifted by 2": lambda: Shifted(2, -100.0),
    "windows shifted by 1": lambda: Shifted(1, -100.0),
    "windows shifted by 3": lambda: Shifted(3, -10.0),
    "windows shifted and shut": lambda: Shifted(2, -1e9),
    "halo": Halo,
    "involution": Involution,
    "circles, bilinear": lambda: Polar("bilinear"),
    "circles, nearest": lambda: Polar("nearest"),
    "circles, bicubic": lambda: Polar("bicubic"),
    "coupling by where": lambda: Checkered("where"),
    "coupling by setting": lambda: Checkered("set"),
    "turned": lambda: Mirrored(lambda x: x.rot90(1, (2, 3)), lambda x: x.rot90(-1, (2, 3))),
    "mirrored": lambda: Mirrored(lambda x: x.flip(3), lambda x: x.flip(3)),
    "rolled": lambda: Mirrored(lambda x: x.roll((3, 5), (2, 3)), lambda x: x),
    "reordered": Reordered,
    "turned twice": lambda: Mirrored(lambda x: x.rot90(2, (2, 3)), lambda x: x),
    "deconvolved by hand": lambda: nn.Sequential(
        conv(3, 8, stride=2), nn.Unfold(2), nn.Fold((22, 22), 2, stride=2), nn.Conv2d(8, 2, 3)
    ),
    "fractions of a picture": lambda: nn.Sequential(conv(3, 4), nn.AdaptiveAvgPool2d((7, 5)), up(3, 2)()),
}  # fmt: skip


@pytest.mark.parametrize("name", NETWORKS)
def test_networks(name: str) -> None:
    torch.manual_seed(0)
    net = NETWORKS[name]()
    status = check(net, (1, 3, 24, 24))[1]
    assert status in (["bound"] if name == "windows shifted and shut" else ["exact", "global"])


def test_three_axes_are_enlarged_exactly() -> None:
    net = nn.Sequential(
        nn.Conv3d(1, 4, 3, 2, 1), nn.Upsample(scale_factor=2, mode="nearest-exact"), nn.ConvTranspose3d(4, 2, 2, 2),
        nn.Upsample(size=(5, 9, 8), mode="trilinear"),
    )  # fmt: skip
    assert check(net, (1, 1, 4, 9, 8))[1] == "exact"


def test_one_axis_is_enlarged_exactly() -> None:
    net = nn.Sequential(
        nn.Conv1d(2, 4, 3, 2), nn.ConvTranspose1d(4, 4, 5, 3, 1, 2), nn.Upsample(size=37, mode="nearest-exact"),
        nn.Upsample(scale_factor=1.7, mode="linear"), nn.Conv1d(4, 2, 3),
    )  # fmt: skip
    assert check(net, (1, 2, 31))[1] == "exact"


@pytest.mark.parametrize("name", ["fcn_resnet50", "lraspp_mobilenet_v3_large"])
def test_segmentation_of_torchvision(name: str) -> None:
    class First(nn.Module):
        def __init__(self, inner: nn.Module) -> None:
            super().__init__()
            self.inner = inner

        def forward(self, x: Tensor) -> Tensor:
            return self.inner(x)["out"]

    made = torchvision.models.get_model(name, weights=None, weights_backbone=None)
    oracle = Oracle(slim(First(made)), torch.rand(1, 3, 33, 50))
    assert oracle.check_all([*list(oracle.outputs)[::15], oracle.last()])["unknown"] == 0


@pytest.mark.parametrize("name", ["test_byobnet", "test_convnext2", "test_mambaout", "test_vit4"])
def test_networks_of_timm(name: str) -> None:
    timm = pytest.importorskip("timm")
    oracle = Oracle(timm.create_model(name), torch.rand(1, 3, 160, 160))
    statuses = oracle.check_all([*list(oracle.outputs)[::15], oracle.last()])
    assert set(statuses) <= {"exact", "global"}
