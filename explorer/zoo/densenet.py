"""DenseNet: each layer reads the feature maps of all layers before it.

Huang, Liu, van der Maaten and Weinberger, "Densely Connected Convolutional Networks", 2016. Where ResNet adds,
DenseNet concatenates: nothing that was computed is overwritten, so a layer needs to add only a few maps of its
own (`growth`), and the network gets by on few parameters. Between the blocks a transition halves the number of
channels, and height and width.

These are the networks that the paper calls DenseNet-BC: bottleneck in each layer, compression in between.
"""

import re
from collections import OrderedDict
from functools import partial
from typing import NamedTuple

import torch
from torch import Tensor, nn

from explorer.zoo.registry import StateDict, imagenet, register, torchvision_file

BOTTLENECK = 4
"""The 1x1 convolution of a layer makes this many times the maps that the layer adds."""


class DenseLayer(nn.Module):
    """Read all maps so far, narrow them by 1x1, make a few new maps by 3x3.

    Norm and ReLU come before the convolutions: the same maps are normed anew for each layer that reads them.
    """

    def __init__(self, inputs: int, growth: int) -> None:
        super().__init__()
        narrow = BOTTLENECK * growth
        self.norm1 = nn.BatchNorm2d(inputs)
        self.relu1 = nn.ReLU(inplace=True)
        self.conv1 = nn.Conv2d(inputs, narrow, 1, bias=False)
        self.norm2 = nn.BatchNorm2d(narrow)
        self.relu2 = nn.ReLU(inplace=True)
        self.conv2 = nn.Conv2d(narrow, growth, 3, padding=1, bias=False)

    def forward(self, features: list[Tensor]) -> Tensor:
        """Map maps of the same height and width, (N, C, H, W) each, to `growth` new ones."""
        x = torch.cat(features, 1)  # (N, inputs, H, W)
        x = self.conv1(self.relu1(self.norm1(x)))  # (N, 4 * growth, H, W)
        new: Tensor = self.conv2(self.relu2(self.norm2(x)))  # (N, growth, H, W)
        return new


class DenseBlock(nn.ModuleDict):
    """Layers of which each is given the input of the block and the output of all layers before it."""

    def __init__(self, inputs: int, layers: int, growth: int) -> None:
        super().__init__()
        for index in range(layers):
            self[f"denselayer{index + 1}"] = DenseLayer(inputs + index * growth, growth)

    def forward(self, x: Tensor) -> Tensor:
        """Map (N, C, H, W) to (N, C + layers * growth, H, W)."""
        features = [x]
        for layer in self.values():
            features.append(layer(features))
        return torch.cat(features, 1)


class Transition(nn.Sequential):
    """Halve the channels by a 1x1 convolution, then height and width by averaging."""

    def __init__(self, inputs: int) -> None:
        super().__init__()
        self.norm = nn.BatchNorm2d(inputs)
        self.relu = nn.ReLU(inplace=True)
        self.conv = nn.Conv2d(inputs, inputs // 2, 1, bias=False)
        self.pool = nn.AvgPool2d(2)


class Variant(NamedTuple):
    """Channels of the stem, growth and layers of the four blocks; then figures and weights as published."""

    stem: int
    growth: int
    layers: tuple[int, int, int, int]
    params: int
    macs: int
    top1: float
    digest: str
    mebibytes: float


class DenseNet(nn.Module):
    """Stem, four dense blocks with transitions in between, global average pooling, one linear layer."""

    def __init__(self, variant: Variant, num_classes: int = 1000) -> None:
        super().__init__()
        self.features, channels = _features(variant)
        self.relu = nn.ReLU(inplace=True)
        self.avgpool = nn.AdaptiveAvgPool2d(1)
        self.classifier = nn.Linear(channels, num_classes)
        self.apply(_initialise)

    def forward(self, x: Tensor) -> Tensor:
        """Map images (N, 3, H, W) to logits (N, num_classes)."""
        x = self.relu(self.features(x))  # (N, channels, H / 32, W / 32)
        x = self.avgpool(x).flatten(1)  # (N, channels)
        logits: Tensor = self.classifier(x)  # (N, num_classes)
        return logits


def _features(variant: Variant) -> tuple[nn.Sequential, int]:
    """Make all but the head; also return the number of channels it ends with."""
    channels = variant.stem
    layers: OrderedDict[str, nn.Module] = OrderedDict(
        conv0=nn.Conv2d(3, channels, 7, stride=2, padding=3, bias=False),
        norm0=nn.BatchNorm2d(channels),
        relu0=nn.ReLU(inplace=True),
        pool0=nn.MaxPool2d(3, stride=2, padding=1),
    )
    for number, depth in enumerate(variant.layers, start=1):
        layers[f"denseblock{number}"] = DenseBlock(channels, depth, variant.growth)
        channels += depth * variant.growth
        if number < len(variant.layers):
            layers[f"transition{number}"] = Transition(channels)
            channels //= 2
    layers["norm5"] = nn.BatchNorm2d(channels)
    return nn.Sequential(layers), channels


def _initialise(module: nn.Module) -> None:
    if isinstance(module, nn.Conv2d):
        nn.init.kaiming_normal_(module.weight)
    elif isinstance(module, nn.Linear):
        nn.init.zeros_(module.bias)


def adapt(state: StateDict) -> StateDict:
    """Rename the keys of the published files: the layers of a dense layer were `norm.1`, `conv.2` once."""
    return {re.sub(r"(norm|conv)\.([12])\.", r"\1\2.", key): tensor for key, tensor in state.items()}


VARIANTS = {
    "densenet121": Variant(64, 32, (6, 12, 24, 16), 7_978_856, 2_834_161_664, 74.434, "a639ec97", 30.845),
    "densenet161": Variant(96, 48, (6, 12, 36, 24), 28_681_000, 7_727_907_072, 77.138, "8d451a50", 110.369),
    "densenet169": Variant(64, 32, (6, 12, 32, 32), 14_149_480, 3_359_843_328, 75.6, "b2777c0a", 54.708),
    "densenet201": Variant(64, 32, (6, 12, 48, 32), 20_013_928, 4_291_365_888, 76.896, "c1103571", 77.373),
}

for name, variant in VARIANTS.items():
    register(
        name,
        partial(DenseNet, variant),
        family="DenseNet",
        year=2016,
        params=variant.params,
        macs=variant.macs,
        top1=variant.top1,
        preprocess=imagenet(256, 224),
        weights=torchvision_file(f"{name}-{variant.digest}.pth", variant.mebibytes),
        adapt=adapt,
    )
