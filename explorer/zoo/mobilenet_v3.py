"""MobileNetV3: MobileNetV2's block, arranged by a search, with squeeze-and-excitation and hard-swish.

Howard, Sandler, Chu, Chen, Chen, Tan, Wang, Zhu, Pang, Vasudevan, Le and Adam, "Searching for MobileNetV3", ICCV
2019. A search chose kernel, width and placement of squeeze-and-excitation of each block for the measured time on a
phone. By hand came hard-swish, x relu6(x + 3) / 6: it has the shape of swish, x sigmoid(x), and needs no exponential;
it is used in the stem and in the deeper half, where maps are small. And the last 1x1 convolution moved behind the
global average, where it runs on one pixel instead of 49.
"""

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

from torch import Tensor, nn

from explorer.zoo.mobilenet_v2 import ConvNormActivation, initialise
from explorer.zoo.registry import imagenet, register, torchvision_file
from explorer.zoo.senet import SqueezeExcitation


class Block(NamedTuple):
    """One row of the paper's tables 1 and 2.

    Attributes:
        kernel: Side of the depthwise filters.
        wide: Channels between the two 1x1 convolutions.
        channels: Channels that go out.
        squeeze: With squeeze-and-excitation.
        swish: With hard-swish; ReLU otherwise.
        stride: Step of the depthwise filters.
    """

    kernel: int
    wide: int
    channels: int
    squeeze: bool
    swish: bool
    stride: int


STEM_CHANNELS = 16
LARGE = (
    Block(3, 16, 16, squeeze=False, swish=False, stride=1),
    Block(3, 64, 24, squeeze=False, swish=False, stride=2),
    Block(3, 72, 24, squeeze=False, swish=False, stride=1),
    Block(5, 72, 40, squeeze=True, swish=False, stride=2),
    Block(5, 120, 40, squeeze=True, swish=False, stride=1),
    Block(5, 120, 40, squeeze=True, swish=False, stride=1),
    Block(3, 240, 80, squeeze=False, swish=True, stride=2),
    Block(3, 200, 80, squeeze=False, swish=True, stride=1),
    Block(3, 184, 80, squeeze=False, swish=True, stride=1),
    Block(3, 184, 80, squeeze=False, swish=True, stride=1),
    Block(3, 480, 112, squeeze=True, swish=True, stride=1),
    Block(3, 672, 112, squeeze=True, swish=True, stride=1),
    Block(5, 672, 160, squeeze=True, swish=True, stride=2),
    Block(5, 960, 160, squeeze=True, swish=True, stride=1),
    Block(5, 960, 160, squeeze=True, swish=True, stride=1),
)
SMALL = (
    Block(3, 16, 16, squeeze=True, swish=False, stride=2),
    Block(3, 72, 24, squeeze=False, swish=False, stride=2),
    Block(3, 88, 24, squeeze=False, swish=False, stride=1),
    Block(5, 96, 40, squeeze=True, swish=True, stride=2),
    Block(5, 240, 40, squeeze=True, swish=True, stride=1),
    Block(5, 240, 40, squeeze=True, swish=True, stride=1),
    Block(5, 120, 48, squeeze=True, swish=True, stride=1),
    Block(5, 144, 48, squeeze=True, swish=True, stride=1),
    Block(5, 288, 96, squeeze=True, swish=True, stride=2),
    Block(5, 576, 96, squeeze=True, swish=True, stride=1),
    Block(5, 576, 96, squeeze=True, swish=True, stride=1),
)


class Variant(NamedTuple):
    """A network of the family and what is published of it."""

    blocks: tuple[Block, ...]
    head: int
    params: int
    macs: int
    top1: float
    file: str
    mebibytes: float
    resize: int


VARIANTS = {
    "small": Variant(SMALL, 1024, 2_542_856, 56_510_400, 67.668, "small-047dcff4", 9.829, resize=256),
    "large": Variant(LARGE, 1280, 5_483_032, 216_589_760, 75.274, "large-5c1a4163", 21.107, resize=232),
}

# The constants of TensorFlow's norm, in PyTorch's terms.
tensorflow_norm = partial(nn.BatchNorm2d, eps=1e-3, momentum=0.01)


def multiple_of_eight(channels: float) -> int:
    """Round to the nearest multiple of 8, which hardware likes, but never more than a tenth down."""
    rounded = max(8, int(channels + 4) // 8 * 8)
    return rounded if rounded >= 0.9 * channels else rounded + 8


class InvertedResidual(nn.Module):
    """MobileNetV2's block, with squeeze-and-excitation on its wide features where the search put it."""

    def __init__(self, inputs: int, row: Block) -> None:
        super().__init__()
        self.has_skip = row.stride == 1 and inputs == row.channels
        activation: Callable[..., nn.Module] = nn.Hardswish if row.swish else nn.ReLU
        layer = partial(ConvNormActivation, norm=tensorflow_norm, activation=activation)
        layers: list[nn.Module] = [] if row.wide == inputs else [layer(inputs, row.wide, 1)]
        layers.append(layer(row.wide, row.wide, row.kernel, row.stride, groups=row.wide))
        if row.squeeze:
            squeezed = multiple_of_eight(row.wide // 4)
            layers.append(SqueezeExcitation(row.wide, squeezed, nn.ReLU(), nn.Hardsigmoid()))
        layers.append(ConvNormActivation(row.wide, row.channels, 1, norm=tensorflow_norm, activation=None))
        self.block = nn.Sequential(*layers)

    @property
    def last_norm(self) -> nn.Module | None:
        """The norm that ends the residual branch; None without a skip connection."""
        return self.get_submodule(f"block.{len(self.block) - 1}.1") if self.has_skip else None

    def forward(self, x: Tensor) -> Tensor:
        """Map (N, C, H, W) to (N, C', H / stride, W / stride)."""
        y: Tensor = self.block(x)
        if self.has_skip:
            y += x
        return y


class MobileNetV3(nn.Module):
    """Stem, inverted residuals, a wide convolution, global average, two linear layers."""

    def __init__(self, blocks: tuple[Block, ...], head: int, num_classes: int = 1000) -> None:
        super().__init__()
        outer = partial(ConvNormActivation, norm=tensorflow_norm, activation=nn.Hardswish)
        self.features = nn.Sequential(outer(3, STEM_CHANNELS, 3, stride=2))
        channels = STEM_CHANNELS
        for row in blocks:
            self.features.append(InvertedResidual(channels, row))
            channels = row.channels
        wide = 6 * channels
        self.features.append(outer(channels, wide, 1))
        self.avgpool = nn.AdaptiveAvgPool2d(1)
        self.classifier = nn.Sequential(
            nn.Linear(wide, head),
            nn.Hardswish(inplace=True),
            nn.Dropout(0.2, inplace=True),
            nn.Linear(head, num_classes),
        )
        self.apply(initialise)

    def forward(self, x: Tensor) -> Tensor:
        """Map images (N, 3, H, W) to logits (N, num_classes)."""
        x = self.features(x)  # (N, wide, H / 32, W / 32)
        x = self.avgpool(x).flatten(1)  # (N, wide)
        logits: Tensor = self.classifier(x)  # (N, num_classes)
        return logits


for size, variant in VARIANTS.items():
    register(
        f"mobilenet_v3_{size}",
        partial(MobileNetV3, variant.blocks, variant.head),
        family="MobileNetV3",
        year=2019,
        params=variant.params,
        macs=variant.macs,
        top1=variant.top1,
        later_recipe=variant.resize == 232,  # torchvision's second weights, of 2021
        preprocess=imagenet(variant.resize, crop=224),
        weights=torchvision_file(f"mobilenet_v3_{variant.file}.pth", variant.mebibytes),
    )
