"""EfficientNet: one small network found by search, and a rule that makes it larger in all directions at once.

Tan and Le, "EfficientNet: Rethinking Model Scaling for Convolutional Neural Networks", 2019. A network gains little
from more depth alone, more width alone or larger images alone: a larger image needs more layers to see it whole and
more channels for its finer patterns. With one number, phi, `compound_scaling` makes all three grow by fixed bases
such that the cost about doubles with each step of phi. B0 was found by a search like MnasNet's; its blocks are
MobileNetV2's with squeeze-and-excitation and SiLU.

The published B1 to B7 do not follow the formula to the letter, and the paper does not print their phi. With 1/2 for
B1 and 1, 2, ... 6 for B2 to B7, depth and width are the formula's rounded to tenths up to B3, and the resolution is
within 2 % of it; from B4 on all three are larger than the formula's. B7 would be 3.0 times deeper, 1.8 times wider,
on 518 pixels; it is 3.1, 2.0 and 600.
"""

import math
from collections.abc import Callable, Iterator
from functools import partial
from typing import NamedTuple

from torch import Tensor, nn

from explorer.zoo.mobilenet_v2 import ConvNormActivation
from explorer.zoo.mobilenet_v3 import multiple_of_eight, tensorflow_norm
from explorer.zoo.registry import imagenet, register, torchvision_file
from explorer.zoo.senet import SqueezeExcitation


class Stage(NamedTuple):
    """A run of equal blocks; only the first has the stride and changes the number of channels."""

    kernel: int
    stride: int
    expansion: int
    channels: int
    blocks: int


Norm = Callable[[int], nn.Module]

# B0: the paper's table 1.
STEM_CHANNELS = 32
STAGES = (
    Stage(kernel=3, stride=1, expansion=1, channels=16, blocks=1),
    Stage(kernel=3, stride=2, expansion=6, channels=24, blocks=2),
    Stage(kernel=5, stride=2, expansion=6, channels=40, blocks=2),
    Stage(kernel=3, stride=2, expansion=6, channels=80, blocks=3),
    Stage(kernel=5, stride=1, expansion=6, channels=112, blocks=3),
    Stage(kernel=5, stride=2, expansion=6, channels=192, blocks=4),
    Stage(kernel=3, stride=1, expansion=6, channels=320, blocks=1),
)


class Scaling(NamedTuple):
    """How much deeper and wider than B0, and the side of the images in pixels."""

    depth: float
    width: float
    resolution: float


def compound_scaling(phi: float) -> Scaling:
    """Return the paper's equation 3 with its bases, which a small search on B0 found."""
    return Scaling(depth=1.2**phi, width=1.1**phi, resolution=224 * 1.15**phi)


class Variant(NamedTuple):
    """A published network: its scaling, and torchvision's weights with the crop they were measured at."""

    phi: float
    depth: float
    width: float
    resolution: int
    dropout: float
    params: int
    macs: int
    top1: float
    file: str
    mebibytes: float
    resize: int
    crop: int
    interpolation: str = "bicubic"


# fmt: off
VARIANTS = {
    "b0": Variant(0, 1.0, 1.0, 224, 0.2, 5_288_548, 385_814_752, 77.692, "_rwightman-7f5810bc", 20.451, 256, 224),
    "b1": Variant(0.5, 1.1, 1.0, 240, 0.2, 7_794_184, 686_802_832, 79.838, "-c27df63c", 30.136, 255, 240, "bilinear"),
    "b2": Variant(1, 1.2, 1.1, 260, 0.3, 9_109_994, 1_087_529_456, 80.608, "_rwightman-c35c1473", 35.174, 288, 288),
    "b3": Variant(2, 1.4, 1.2, 300, 0.3, 12_233_232, 1_827_141_392, 82.008, "_rwightman-b3899882", 47.184, 320, 300),
    "b4": Variant(3, 1.8, 1.4, 380, 0.4, 19_341_616, 4_393_771_024, 83.384, "_rwightman-23ab8bcd", 74.489, 384, 380),
    "b5": Variant(4, 2.2, 1.6, 456, 0.4, 30_389_784, 10_266_384_752, 83.444, "_lukemelas-1a07897c", 116.864, 456, 456),
    "b6": Variant(5, 2.6, 1.8, 528, 0.5, 43_040_704, 19_067_593_536, 84.008, "_lukemelas-24a108a5", 165.362, 528, 528),
    "b7": Variant(6, 3.1, 2.0, 600, 0.5, 66_347_960, 37_745_884_192, 84.122, "_lukemelas-c5b4e57e", 254.675, 600, 600),
}
# fmt: on


class StochasticDepth(nn.Module):
    """In training, leave out the residual branch of some images of the batch; otherwise do nothing.

    Huang, Sun, Liu, Sedra and Weinberger, "Deep Networks with Stochastic Depth", 2016.
    """

    def __init__(self, drop: float) -> None:
        super().__init__()
        self.drop = drop

    def forward(self, x: Tensor) -> Tensor:
        """Map (N, C, H, W) to the same shape; images that stay are scaled up so that the mean is kept."""
        if not self.training or self.drop == 0:
            return x
        keep = 1 - self.drop
        return x * x.new_empty(len(x), 1, 1, 1).bernoulli_(keep).div_(keep)


class InvertedResidual(nn.Module):
    """Widen, filter each channel, weigh the channels, narrow; the paper calls it MBConv."""

    def __init__(self, inputs: int, stage: Stage, stride: int, drop: float, norm: Norm) -> None:
        super().__init__()
        wide, outputs = inputs * stage.expansion, stage.channels
        self.has_skip = stride == 1 and inputs == outputs
        layer = partial(ConvNormActivation, norm=norm, activation=nn.SiLU)
        layers: list[nn.Module] = [] if stage.expansion == 1 else [layer(inputs, wide, 1)]
        self.block = nn.Sequential(
            *layers,  # (N, wide, H, W)
            layer(wide, wide, stage.kernel, stride, groups=wide),  # (N, wide, H / stride, W / stride)
            SqueezeExcitation(wide, inputs // 4, nn.SiLU(inplace=True), nn.Sigmoid()),
            ConvNormActivation(wide, outputs, 1, norm=norm, activation=None),  # (N, C', ...)
        )
        self.stochastic_depth = StochasticDepth(drop)

    @property
    def last_norm(self) -> nn.Module | None:
        """The norm that ends the residual branch; None without a skip connection."""
        return self.get_submodule(f"block.{len(self.block) - 1}.1") if self.has_skip else None

    def forward(self, x: Tensor) -> Tensor:
        """Map (N, C, H, W) to (N, C', H / stride, W / stride)."""
        y: Tensor = self.block(x)
        if self.has_skip:
            y = self.stochastic_depth(y)
            y += x
        return y


class EfficientNet(nn.Module):
    """Stem, seven stages of inverted residuals, a last wide convolution, global average, one linear layer.

    Args:
        depth: Factor on the blocks of each stage.
        width: Factor on all channels.
        dropout: Share of the features that training leaves out before the linear layer.
        num_classes: Number of logits.
        norm: Makes the norm for a number of channels.
    """

    def __init__(
        self, depth: float, width: float, dropout: float, num_classes: int = 1000, norm: Norm = nn.BatchNorm2d
    ) -> None:
        super().__init__()
        stages = scaled(depth, width)
        channels = multiple_of_eight(STEM_CHANNELS * width)
        outer = partial(ConvNormActivation, norm=norm, activation=nn.SiLU)
        self.features = nn.Sequential(outer(3, channels, 3, stride=2))
        drops = _drop_rates(sum(stage.blocks for stage in stages))
        for stage in stages:
            row = nn.Sequential()
            for index in range(stage.blocks):
                stride = stage.stride if index == 0 else 1
                row.append(InvertedResidual(channels, stage, stride, next(drops), norm))
                channels = stage.channels
            self.features.append(row)
        self.features.append(outer(channels, 4 * channels, 1))
        self.avgpool = nn.AdaptiveAvgPool2d(1)
        self.classifier = nn.Sequential(
            nn.Dropout(dropout, inplace=True), nn.Linear(4 * channels, num_classes)
        )
        self.apply(_initialise)

    def forward(self, x: Tensor) -> Tensor:
        """Map images (N, 3, H, W) to logits (N, num_classes)."""
        x = self.features(x)  # (N, 4 * C, H / 32, W / 32)
        x = self.avgpool(x).flatten(1)  # (N, 4 * C)
        logits: Tensor = self.classifier(x)  # (N, num_classes)
        return logits


def scaled(depth: float, width: float) -> list[Stage]:
    """Return B0's stages made deeper, rounded up, and wider, to the nearest multiple of 8 channels."""
    return [
        stage._replace(
            channels=multiple_of_eight(stage.channels * width), blocks=math.ceil(stage.blocks * depth)
        )
        for stage in STAGES
    ]


def _drop_rates(blocks: int) -> Iterator[float]:
    """Yield how often training skips each block: never the first, nearly a fifth of the time the last."""
    return (0.2 * block / blocks for block in range(blocks))


def _initialise(module: nn.Module) -> None:
    """Draw convolutions so that they keep the variance of what flows back, the linear layer by its outputs."""
    if isinstance(module, nn.Conv2d):
        nn.init.kaiming_normal_(module.weight, mode="fan_out")
        if module.bias is not None:
            nn.init.zeros_(module.bias)
    elif isinstance(module, nn.Linear):
        bound = 1 / math.sqrt(module.out_features)
        nn.init.uniform_(module.weight, -bound, bound)
        nn.init.zeros_(module.bias)


for size, variant in VARIANTS.items():
    # torchvision's weights of B5 to B7 come from another training, with the constants of TensorFlow's norm.
    norm: Norm = tensorflow_norm if size in ("b5", "b6", "b7") else nn.BatchNorm2d
    register(
        f"efficientnet_{size}",
        partial(EfficientNet, variant.depth, variant.width, variant.dropout, norm=norm),
        family="EfficientNet",
        year=2019,
        params=variant.params,
        macs=variant.macs,
        top1=variant.top1,
        later_recipe=size == "b1",  # torchvision's second weights, of 2021
        preprocess=imagenet(variant.resize, variant.crop, variant.interpolation),
        weights=torchvision_file(f"efficientnet_{size}{variant.file}.pth", variant.mebibytes),
    )
