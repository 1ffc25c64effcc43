"""SE-ResNet-50 and SENet-154: the network weighs its own channels, anew for each image.

Hu, Shen and Sun, "Squeeze-and-Excitation Networks", CVPR 2018 (first published in 2017, when it won ILSVRC). A
convolution mixes channels in the same way whatever the image shows. Squeeze-and-excitation averages each channel
over the whole map, lets two small layers judge from those averages which channels matter in this image, and scales
each by a number between 0 and 1. In SE-ResNet-50 that costs a tenth more parameters and hardly any arithmetic.

SENet-154 belongs to the authors' winning entry: ResNet-152's stages with 64 groups, blocks twice as wide,
three 3x3 convolutions for a stem and 3x3 instead of 1x1 projections.
"""

from collections import OrderedDict
from functools import partial
from typing import NamedTuple

from torch import Tensor, nn

from explorer.zoo.registry import imagenet, register
from explorer.zoo.resnet import conv1x1, conv3x3

REDUCTION = 16


class SqueezeExcitation(nn.Module):
    """Scale each channel by a factor that the whole image decides: average, two small layers, a gate.

    The two layers are linear ones; written as 1x1 convolutions they need no reshaping.

    Args:
        channels: Channels that are scaled.
        squeezed: Channels between the two layers.
        activation: Stands between the two layers.
        gate: Makes a factor from 0 to 1 of each number.
    """

    def __init__(self, channels: int, squeezed: int, activation: nn.Module, gate: nn.Module) -> None:
        super().__init__()
        self.avgpool = nn.AdaptiveAvgPool2d(1)
        self.fc1 = nn.Conv2d(channels, squeezed, 1)
        self.fc2 = nn.Conv2d(squeezed, channels, 1)
        self.activation = activation
        self.gate = gate

    def forward(self, x: Tensor) -> Tensor:
        """Map (N, C, H, W) to the same shape."""
        scale = self.avgpool(x)  # (N, C, 1, 1)
        scale = self.activation(self.fc1(scale))  # (N, squeezed, 1, 1)
        scale = self.gate(self.fc2(scale))  # (N, C, 1, 1)
        y: Tensor = scale * x  # (N, C, H, W)
        return y


class SEBottleneck(nn.Module):
    """A bottleneck whose branch is weighed by channel before it is added to the skip connection."""

    expansion = 4

    def __init__(self, convs: tuple[nn.Conv2d, nn.Conv2d, nn.Conv2d], downsample: nn.Module | None) -> None:
        super().__init__()
        self.conv1, conv2, conv3 = convs
        self.bn1 = nn.BatchNorm2d(self.conv1.out_channels)
        self.conv2 = conv2
        self.bn2 = nn.BatchNorm2d(conv2.out_channels)
        self.conv3 = conv3
        self.bn3 = nn.BatchNorm2d(conv3.out_channels)
        self.relu = nn.ReLU(inplace=True)
        channels = conv3.out_channels
        self.se_module = SqueezeExcitation(
            channels, channels // REDUCTION, nn.ReLU(inplace=True), nn.Sigmoid()
        )
        self.downsample = downsample

    @property
    def last_norm(self) -> nn.BatchNorm2d:
        """The norm that ends the residual branch; scaling leaves a zero a zero."""
        return self.bn3

    def forward(self, x: Tensor) -> Tensor:
        """Map (N, C, H, W) to (N, 4 * channels, H / stride, W / stride)."""
        y: Tensor = self.relu(self.bn1(self.conv1(x)))
        y = self.relu(self.bn2(self.conv2(y)))
        y = self.bn3(self.conv3(y))  # (N, 4 * channels, H / stride, W / stride)
        identity = x if self.downsample is None else self.downsample(x)
        y = self.se_module(y) + identity
        return self.relu(y)  # type: ignore[no-any-return]


class SEResNetBottleneck(SEBottleneck):
    """ResNet's bottleneck; as in the first ResNets, the stride is in the first 1x1 convolution."""

    def __init__(self, inputs: int, channels: int, stride: int, downsample: nn.Module | None) -> None:
        convs = (
            conv1x1(inputs, channels, stride),
            conv3x3(channels, channels),
            conv1x1(channels, 4 * channels),
        )
        super().__init__(convs, downsample)


class SENetBottleneck(SEBottleneck):
    """Twice as wide, fourfold from its 3x3 convolution on, which has 64 groups."""

    def __init__(self, inputs: int, channels: int, stride: int, downsample: nn.Module | None) -> None:
        convs = (
            conv1x1(inputs, 2 * channels),
            conv3x3(2 * channels, 4 * channels, stride, groups=64),
            conv1x1(4 * channels, 4 * channels),
        )
        super().__init__(convs, downsample)


class Variant(NamedTuple):
    """Stem, block, blocks in each stage and kernel of the projections; then the published figures."""

    stem: tuple[int, ...]
    block: type[SEResNetBottleneck] | type[SENetBottleneck]
    layers: tuple[int, int, int, int]
    projection: int
    params: int
    macs: int
    top1: float


class SENet(nn.Module):
    """Stem, four stages of weighed residual blocks, global average pooling, one linear layer."""

    def __init__(self, variant: Variant, num_classes: int = 1000) -> None:
        super().__init__()
        self.layer0 = _stem(variant.stem)
        # Rounding up gives the size that padding would give, without a border of zeros.
        self.pool0 = nn.MaxPool2d(3, stride=2, ceil_mode=True)
        stage = partial(_stage, variant.block)
        self.layer1 = stage(variant.stem[-1], 64, variant.layers[0], stride=1, kernel=1)
        self.layer2 = stage(256, 128, variant.layers[1], stride=2, kernel=variant.projection)
        self.layer3 = stage(512, 256, variant.layers[2], stride=2, kernel=variant.projection)
        self.layer4 = stage(1024, 512, variant.layers[3], stride=2, kernel=variant.projection)
        self.global_pool = nn.AdaptiveAvgPool2d(1)
        self.dropout = nn.Dropout(0.2)
        self.last_linear = nn.Linear(2048, num_classes)
        self.apply(_initialise)

    def forward(self, x: Tensor) -> Tensor:
        """Map images (N, 3, H, W) to logits (N, num_classes)."""
        x = self.pool0(self.layer0(x))  # (N, 64 or 128, H / 4, W / 4)
        x = self.layer1(x)  # (N, 256, H / 4, W / 4)
        x = self.layer2(x)  # (N, 512, H / 8, W / 8)
        x = self.layer3(x)  # (N, 1024, H / 16, W / 16)
        x = self.layer4(x)  # (N, 2048, H / 32, W / 32)
        x = self.global_pool(x).flatten(1)  # (N, 2048)
        logits: Tensor = self.last_linear(self.dropout(x))  # (N, num_classes)
        return logits


def _stem(widths: tuple[int, ...]) -> nn.Sequential:
    """Make one 7x7 convolution, or a chain of 3x3 of these widths; either halves the map once."""
    layers: OrderedDict[str, nn.Module] = OrderedDict()
    kernel = 7 if len(widths) == 1 else 3
    for number, (inputs, outputs) in enumerate(zip((3, *widths), widths, strict=False), start=1):
        stride = 2 if number == 1 else 1
        layers[f"conv{number}"] = nn.Conv2d(inputs, outputs, kernel, stride, padding=kernel // 2, bias=False)
        layers[f"bn{number}"] = nn.BatchNorm2d(outputs)
        layers[f"relu{number}"] = nn.ReLU(inplace=True)
    return nn.Sequential(layers)


def _stage(
    block: type[SEResNetBottleneck] | type[SENetBottleneck],
    inputs: int,
    channels: int,
    blocks: int,
    stride: int,
    kernel: int,
) -> nn.Sequential:
    """Make a stage; in all four the first block widens its input, so that the skip needs a projection."""
    outputs = channels * block.expansion
    downsample = nn.Sequential(
        nn.Conv2d(inputs, outputs, kernel, stride, padding=kernel // 2, bias=False), nn.BatchNorm2d(outputs)
    )
    layer = nn.Sequential(block(inputs, channels, stride, downsample))
    for _ in range(1, blocks):
        layer.append(block(outputs, channels, 1, None))
    return layer


def _initialise(module: nn.Module) -> None:
    if isinstance(module, nn.Conv2d):
        nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")


# Accuracy as in the paper: one network, one centred crop of 224 x 224 of the validation images.
VARIANTS = {
    "se_resnet50": Variant((64,), SEResNetBottleneck, (3, 4, 6, 3), 1, 28_088_024, 3_860_488_192, 76.71),
    "senet154": Variant((64, 64, 128), SENetBottleneck, (3, 8, 36, 3), 3, 115_088_984, 20_688_363_520, 81.32),
}

for name, variant in VARIANTS.items():
    register(
        name,
        partial(SENet, variant),
        family="SENet",
        year=2017,
        params=variant.params,
        macs=variant.macs,
        top1=variant.top1,
        preprocess=imagenet(256, 224),
    )
