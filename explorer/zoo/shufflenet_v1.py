"""ShuffleNet: cheap 1x1 convolutions in groups, and a shuffle of the channels between them.

Zhang, Zhou, Lin and Sun, "ShuffleNet: An Extremely Efficient Convolutional Neural Network for Mobile Devices",
2017. In small networks with depthwise convolutions most of the work is left in the 1x1 convolutions. Splitting
those into groups makes them cheap, but then a group would only ever see itself. Shuffling hands each group
channels from all groups of the convolution before; it costs no arithmetic.
"""

from functools import partial
from typing import NamedTuple

import torch
from torch import Tensor, nn

from explorer.zoo.registry import imagenet, register

STEM_CHANNELS = 24
STAGE_BLOCKS = (4, 8, 4)
"""Blocks in stages 2, 3 and 4; the first of each halves the map."""


def channel_shuffle(x: Tensor, groups: int) -> Tensor:
    """Deal the channels of (N, C, H, W) out like cards: one of each group in turn.

    Written as a table of one row a group, the channels are read by columns: 0 1 2 | 3 4 5 becomes
    0 3 | 1 4 | 2 5. C must be a multiple of `groups`.
    """
    count, channels, height, width = x.shape
    x = x.view(count, groups, channels // groups, height, width)  # (N, G, C / G, H, W)
    x = x.transpose(1, 2)  # (N, C / G, G, H, W)
    return x.flatten(1, 2)  # (N, C, H, W)


class ChannelShuffle(nn.Module):
    """`channel_shuffle` as a layer."""

    def __init__(self, groups: int) -> None:
        super().__init__()
        self.groups = groups

    def forward(self, x: Tensor) -> Tensor:
        """Map (N, C, H, W) to the same shape."""
        return channel_shuffle(x, self.groups)

    def extra_repr(self) -> str:
        """Tell the number of groups in the network's description."""
        return f"groups={self.groups}"


class ShuffleUnit(nn.Module):
    """Grouped 1x1 convolution, shuffle, depthwise 3x3, grouped 1x1, and around them the skip connection.

    With stride 2 the skip averages 3x3 pixels, and is set beside the branch instead of added to it: that
    widens the output at no cost.

    Args:
        inputs: Channels of the input.
        outputs: Channels of the output, with stride 2 more than `inputs`.
        stride: 2 halves height and width.
        groups: Groups of the 1x1 convolutions.
        first_groups: Groups of the first 1x1 convolution: 1 where the input has too few channels to split.
    """

    def __init__(self, inputs: int, outputs: int, stride: int, groups: int, first_groups: int) -> None:
        super().__init__()
        narrow = outputs // 4
        made = outputs if stride == 1 else outputs - inputs
        self.conv1 = nn.Conv2d(inputs, narrow, 1, groups=first_groups, bias=False)
        self.bn1 = nn.BatchNorm2d(narrow)
        self.channel_shuffle = ChannelShuffle(groups)
        self.conv2 = nn.Conv2d(narrow, narrow, 3, stride, padding=1, groups=narrow, bias=False)
        self.bn2 = nn.BatchNorm2d(narrow)
        self.conv3 = nn.Conv2d(narrow, made, 1, groups=groups, bias=False)
        self.bn3 = nn.BatchNorm2d(made)
        self.relu = nn.ReLU(inplace=True)
        self.avgpool = None if stride == 1 else nn.AvgPool2d(3, stride, padding=1)

    @property
    def last_norm(self) -> nn.BatchNorm2d | None:
        """The norm that ends the residual branch; None where nothing is added."""
        return self.bn3 if self.avgpool is None else None

    def forward(self, x: Tensor) -> Tensor:
        """Map (N, C, H, W) to (N, outputs, H / stride, W / stride)."""
        y: Tensor = self.relu(self.bn1(self.conv1(x)))  # (N, outputs / 4, H, W)
        y = self.channel_shuffle(y)
        y = self.bn2(self.conv2(y))  # (N, outputs / 4, H / stride, W / stride); the paper puts no ReLU here
        y = self.bn3(self.conv3(y))
        y = x + y if self.avgpool is None else torch.cat((self.avgpool(x), y), 1)
        return self.relu(y)  # type: ignore[no-any-return]


class Variant(NamedTuple):
    """A column of table 1 of the paper: groups and channels of stages 2, 3 and 4; then its figures."""

    groups: int
    channels: tuple[int, int, int]
    params: int
    macs: int
    top1: float


class ShuffleNetV1(nn.Module):
    """Stem, three stages of shuffle units, global average pooling, one linear layer."""

    def __init__(self, variant: Variant, num_classes: int = 1000) -> None:
        super().__init__()
        self.conv1 = nn.Sequential(
            nn.Conv2d(3, STEM_CHANNELS, 3, stride=2, padding=1, bias=False),
            nn.BatchNorm2d(STEM_CHANNELS),
            nn.ReLU(inplace=True),
        )
        self.maxpool = nn.MaxPool2d(3, stride=2, padding=1)
        channels = (STEM_CHANNELS, *variant.channels)
        self.stage2 = _stage(*channels[:2], STAGE_BLOCKS[0], variant.groups, first_groups=1)
        self.stage3 = _stage(*channels[1:3], STAGE_BLOCKS[1], variant.groups, first_groups=variant.groups)
        self.stage4 = _stage(*channels[2:], STAGE_BLOCKS[2], variant.groups, first_groups=variant.groups)
        self.globalpool = nn.AdaptiveAvgPool2d(1)
        self.fc = nn.Linear(channels[-1], num_classes)

    def forward(self, x: Tensor) -> Tensor:
        """Map images (N, 3, H, W) to logits (N, num_classes); widths in brackets are those of 3 groups."""
        x = self.maxpool(self.conv1(x))  # (N, 24, H / 4, W / 4)
        x = self.stage2(x)  # (N, [240], H / 8, W / 8)
        x = self.stage3(x)  # (N, [480], H / 16, W / 16)
        x = self.stage4(x)  # (N, [960], H / 32, W / 32)
        x = self.globalpool(x).flatten(1)  # (N, [960])
        logits: Tensor = self.fc(x)  # (N, num_classes)
        return logits


def _stage(inputs: int, outputs: int, blocks: int, groups: int, first_groups: int) -> nn.Sequential:
    units = nn.Sequential(ShuffleUnit(inputs, outputs, 2, groups, first_groups))
    for _ in range(1, blocks):
        units.append(ShuffleUnit(outputs, outputs, 1, groups, groups))
    return units


# The paper gives 137 million MACs and, for the validation images, 32.6 % error.
VARIANTS = {
    "shufflenet_v1": Variant(3, (240, 480, 960), 1_865_728, 137_460_672, 67.4),
}

for name, variant in VARIANTS.items():
    register(
        name,
        partial(ShuffleNetV1, variant),
        family="ShuffleNet",
        year=2017,
        params=variant.params,
        macs=variant.macs,
        top1=variant.top1,
        preprocess=imagenet(256, 224),
    )
