"""MNASNet: a network found by search, with a phone in the loop.

Tan, Chen, Pang, Vasudevan, Sandler, Howard and Le, "MnasNet: Platform-Aware Neural Architecture Search for
Mobile", 2018. A controller trained by reinforcement learning proposes kernel, width, depth and expansion for
each stage; each proposal is trained for a while and its latency measured on a phone, and the reward weighs
accuracy against milliseconds. What it found looks like nothing a person would have written: 3x3 and 5x5
kernels take turns.

This is the variant without squeeze-and-excitation, which the paper calls B1.
"""

from functools import partial
from typing import NamedTuple

from torch import Tensor, nn

from explorer.zoo.registry import imagenet, register, torchvision_file

MOMENTUM = 1 - 0.9997  # the paper's 0.9997 is TensorFlow's: the share of the old value that is kept
STEM_CHANNELS = 32
SEPARABLE_CHANNELS = 16
HEAD_CHANNELS = 1280


class Stage(NamedTuple):
    """A run of equal blocks; only the first has the stride and changes the number of channels."""

    kernel: int
    stride: int
    expansion: int
    channels: int
    blocks: int


STAGES = (
    Stage(kernel=3, stride=2, expansion=3, channels=24, blocks=3),
    Stage(kernel=5, stride=2, expansion=3, channels=40, blocks=3),
    Stage(kernel=5, stride=2, expansion=6, channels=80, blocks=3),
    Stage(kernel=3, stride=1, expansion=6, channels=96, blocks=2),
    Stage(kernel=5, stride=2, expansion=6, channels=192, blocks=4),
    Stage(kernel=3, stride=1, expansion=6, channels=320, blocks=1),
)


def conv(
    inputs: int, outputs: int, kernel: int = 1, stride: int = 1, groups: int = 1
) -> tuple[nn.Conv2d, nn.BatchNorm2d]:
    """Make a convolution that keeps the size but for the stride, and its norm."""
    weights = nn.Conv2d(inputs, outputs, kernel, stride, padding=kernel // 2, groups=groups, bias=False)
    return weights, nn.BatchNorm2d(outputs, momentum=MOMENTUM)


class InvertedResidual(nn.Module):
    """Widen, filter each channel, narrow: the skip connection joins the narrow ends."""

    def __init__(self, inputs: int, stage: Stage, stride: int) -> None:
        super().__init__()
        wide = inputs * stage.expansion
        self.has_skip = stride == 1 and inputs == stage.channels
        self.layers = nn.Sequential(
            *conv(inputs, wide),
            nn.ReLU(inplace=True),
            *conv(wide, wide, stage.kernel, stride, groups=wide),
            nn.ReLU(inplace=True),
            *conv(wide, stage.channels),
        )

    @property
    def last_norm(self) -> nn.Module | None:
        """The norm that ends the residual branch; None where nothing is added."""
        return self.layers[-1] if self.has_skip else None

    def forward(self, x: Tensor) -> Tensor:
        """Map (N, C, H, W) to (N, C', H / stride, W / stride)."""
        y: Tensor = self.layers(x)
        return y + x if self.has_skip else y


class MNASNet(nn.Module):
    """Stem and one depthwise separable block, the stages, head, the mean over the map, one linear layer."""

    def __init__(self, stages: tuple[Stage, ...], num_classes: int = 1000) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            *conv(3, STEM_CHANNELS, 3, stride=2),
            nn.ReLU(inplace=True),
            *conv(STEM_CHANNELS, STEM_CHANNELS, 3, groups=STEM_CHANNELS),
            nn.ReLU(inplace=True),
            *conv(STEM_CHANNELS, SEPARABLE_CHANNELS),
            *_stack(SEPARABLE_CHANNELS, stages),
            *conv(stages[-1].channels, HEAD_CHANNELS),
            nn.ReLU(inplace=True),
        )
        self.classifier = nn.Sequential(nn.Dropout(0.2, inplace=True), nn.Linear(HEAD_CHANNELS, num_classes))
        self.apply(_initialise)

    def forward(self, x: Tensor) -> Tensor:
        """Map images (N, 3, H, W) to logits (N, num_classes)."""
        x = self.layers(x)  # (N, 1280, H / 32, W / 32)
        x = x.mean((2, 3))  # (N, 1280)
        logits: Tensor = self.classifier(x)  # (N, num_classes)
        return logits


def _stack(channels: int, stages: tuple[Stage, ...]) -> list[nn.Sequential]:
    rows = []
    for stage in stages:
        row = nn.Sequential()
        for index in range(stage.blocks):
            row.append(InvertedResidual(channels, stage, stage.stride if index == 0 else 1))
            channels = stage.channels
        rows.append(row)
    return rows


def _initialise(module: nn.Module) -> None:
    if isinstance(module, nn.Conv2d):
        nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")
    elif isinstance(module, nn.Linear):
        nn.init.kaiming_uniform_(module.weight, mode="fan_out", nonlinearity="sigmoid")
        nn.init.zeros_(module.bias)


register(
    "mnasnet1_0",
    partial(MNASNet, STAGES),
    family="MNASNet",
    year=2018,
    params=4_383_312,
    macs=314_415_872,
    top1=73.456,
    preprocess=imagenet(256, 224),
    weights=torchvision_file("mnasnet1.0_top1_73.512-f206786ef8.pth", 16.915),
)
