"""ShuffleNet V2: designed by the clock instead of by counting multiplications.

Ma, Zhang, Zheng and Sun, "ShuffleNet V2: Practical Guidelines for Efficient CNN Architecture Design", 2018.
Measured on real devices, a 1x1 convolution is fastest with as many inputs as outputs, and groups, branches and
additions cost more than their arithmetic tells. So the block has none of ShuffleNet's groups and sums: half of
the channels pass untouched, the other half is worked on, both are concatenated, and a shuffle mixes the halves
so that next time other channels pass.
"""

from functools import partial
from typing import NamedTuple

import torch
from torch import Tensor, nn

from explorer.zoo.registry import imagenet, register, torchvision_file
from explorer.zoo.shufflenet_v1 import STAGE_BLOCKS, STEM_CHANNELS, ChannelShuffle


def depthwise(channels: int, stride: int) -> nn.Conv2d:
    """Make a 3x3 convolution with one filter for each channel."""
    return nn.Conv2d(channels, channels, 3, stride, padding=1, groups=channels, bias=False)


def conv_norm_relu(inputs: int, outputs: int, kernel: int = 1, stride: int = 1) -> list[nn.Module]:
    """Make a convolution that keeps the size but for the stride, its norm and its ReLU."""
    conv = nn.Conv2d(inputs, outputs, kernel, stride, padding=kernel // 2, bias=False)
    return [conv, nn.BatchNorm2d(outputs), nn.ReLU(inplace=True)]


class InvertedResidual(nn.Module):
    """Two branches, concatenated and shuffled.

    With stride 1 the input is split in halves and the first branch does nothing; with stride 2 both branches
    see the whole input. The name is the reference's: nothing is added here.
    """

    def __init__(self, inputs: int, outputs: int, stride: int) -> None:
        super().__init__()
        self.splits = stride == 1
        half = outputs // 2
        self.branch1 = nn.Sequential()
        if not self.splits:
            self.branch1.extend((depthwise(inputs, stride), nn.BatchNorm2d(inputs)))
            self.branch1.extend(conv_norm_relu(inputs, half))
        self.branch2 = nn.Sequential(
            *conv_norm_relu(half if self.splits else inputs, half),
            depthwise(half, stride),
            nn.BatchNorm2d(half),
            *conv_norm_relu(half, half),
        )
        self.channel_shuffle = ChannelShuffle(2)

    def forward(self, x: Tensor) -> Tensor:
        """Map (N, C, H, W) to (N, outputs, H / stride, W / stride)."""
        if self.splits:
            passed, worked = x.chunk(2, dim=1)  # (N, C / 2, H, W) each
            y = torch.cat((passed, self.branch2(worked)), 1)  # (N, C, H, W)
        else:
            y = torch.cat((self.branch1(x), self.branch2(x)), 1)  # (N, outputs, H / 2, W / 2)
        return self.channel_shuffle(y)  # type: ignore[no-any-return]


class Variant(NamedTuple):
    """Channels of stages 2, 3 and 4 and of the last convolution; then figures and weights as published."""

    channels: tuple[int, int, int]
    last: int
    params: int
    macs: int
    top1: float
    filename: str
    mebibytes: float


class ShuffleNetV2(nn.Module):
    """Stem, three stages, a 1x1 convolution, the mean over the map, one linear layer."""

    def __init__(self, variant: Variant, num_classes: int = 1000) -> None:
        super().__init__()
        self.conv1 = nn.Sequential(*conv_norm_relu(3, STEM_CHANNELS, kernel=3, stride=2))
        self.maxpool = nn.MaxPool2d(3, stride=2, padding=1)
        channels = (STEM_CHANNELS, *variant.channels)
        self.stage2 = _stage(*channels[:2], STAGE_BLOCKS[0])
        self.stage3 = _stage(*channels[1:3], STAGE_BLOCKS[1])
        self.stage4 = _stage(*channels[2:], STAGE_BLOCKS[2])
        self.conv5 = nn.Sequential(*conv_norm_relu(channels[-1], variant.last))
        self.fc = nn.Linear(variant.last, num_classes)

    def forward(self, x: Tensor) -> Tensor:
        """Map images (N, 3, H, W) to logits (N, num_classes); widths in brackets are those of 1.0."""
        x = self.maxpool(self.conv1(x))  # (N, 24, H / 4, W / 4)
        x = self.stage2(x)  # (N, [116], H / 8, W / 8)
        x = self.stage3(x)  # (N, [232], H / 16, W / 16)
        x = self.stage4(x)  # (N, [464], H / 32, W / 32)
        x = self.conv5(x)  # (N, [1024], H / 32, W / 32)
        x = x.mean((2, 3))  # (N, [1024])
        logits: Tensor = self.fc(x)  # (N, num_classes)
        return logits


def _stage(inputs: int, outputs: int, blocks: int) -> nn.Sequential:
    units = nn.Sequential(InvertedResidual(inputs, outputs, stride=2))
    for _ in range(1, blocks):
        units.append(InvertedResidual(outputs, outputs, stride=1))
    return units


_X1_0 = "shufflenetv2_x1-5666bf0f80.pth"

VARIANTS = {
    "shufflenet_v2_x1_0": Variant((116, 232, 464), 1024, 2_278_604, 144_907_992, 69.362, _X1_0, 8.791),
}

for name, variant in VARIANTS.items():
    register(
        name,
        partial(ShuffleNetV2, variant),
        family="ShuffleNet V2",
        year=2018,
        params=variant.params,
        macs=variant.macs,
        top1=variant.top1,
        preprocess=imagenet(256, 224),
        weights=torchvision_file(variant.filename, variant.mebibytes),
    )
