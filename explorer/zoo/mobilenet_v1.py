"""MobileNet: every convolution but the first is split into a depthwise and a pointwise one.

Howard, Zhu, Chen, Kalenichenko, Wang, Weyand, Andreetto and Adam, "MobileNets: Efficient Convolutional Neural
Networks for Mobile Vision Applications", 2017. A usual 3x3 convolution looks around and mixes channels at once,
for 9 C C' multiplications a pixel. Done one after the other - one 3x3 filter per channel, then a 1x1 convolution
that mixes the channels - it costs 9 C + C C', eight to nine times less, for about one point of accuracy.
"""

from functools import partial
from typing import NamedTuple

from torch import Tensor, nn

from explorer.zoo.registry import imagenet, register


class Layer(NamedTuple):
    """A depthwise separable convolution: how far its depthwise half steps, how many channels come out."""

    stride: int
    channels: int


STEM_CHANNELS = 32
# The paper's table 1. It gives the last depthwise convolution stride 2 while its output stays 7x7: that is stride 1.
LAYERS = (
    Layer(stride=1, channels=64),
    Layer(stride=2, channels=128),
    Layer(stride=1, channels=128),
    Layer(stride=2, channels=256),
    Layer(stride=1, channels=256),
    Layer(stride=2, channels=512),
    *(Layer(stride=1, channels=512),) * 5,
    Layer(stride=2, channels=1024),
    Layer(stride=1, channels=1024),
)


class DepthwiseSeparable(nn.Module):
    """Look around within each channel, then mix the channels at each place; a norm and a ReLU after both."""

    def __init__(self, inputs: int, outputs: int, stride: int) -> None:
        super().__init__()
        self.depthwise = nn.Conv2d(inputs, inputs, 3, stride, padding=1, groups=inputs, bias=False)
        self.norm1 = nn.BatchNorm2d(inputs)
        self.relu1 = nn.ReLU(inplace=True)
        self.pointwise = nn.Conv2d(inputs, outputs, 1, bias=False)
        self.norm2 = nn.BatchNorm2d(outputs)
        self.relu2 = nn.ReLU(inplace=True)

    def forward(self, x: Tensor) -> Tensor:
        """Map (N, C, H, W) to (N, C', H / stride, W / stride)."""
        x = self.relu1(self.norm1(self.depthwise(x)))  # (N, C, H / stride, W / stride)
        y: Tensor = self.relu2(self.norm2(self.pointwise(x)))  # (N, C', H / stride, W / stride)
        return y


class MobileNetV1(nn.Module):
    """One usual convolution, thirteen depthwise separable ones, global average, one linear layer."""

    def __init__(self, layers: tuple[Layer, ...], num_classes: int = 1000) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(3, STEM_CHANNELS, 3, stride=2, padding=1, bias=False)
        self.norm1 = nn.BatchNorm2d(STEM_CHANNELS)
        self.relu1 = nn.ReLU(inplace=True)
        self.layers = nn.Sequential()
        channels = STEM_CHANNELS
        for layer in layers:
            self.layers.append(DepthwiseSeparable(channels, layer.channels, layer.stride))
            channels = layer.channels
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.fc = nn.Linear(channels, num_classes)
        self.apply(_initialise)

    def forward(self, x: Tensor) -> Tensor:
        """Map images (N, 3, H, W) to logits (N, num_classes)."""
        x = self.relu1(self.norm1(self.conv1(x)))  # (N, 32, H / 2, W / 2)
        x = self.layers(x)  # (N, 1024, H / 32, W / 32)
        x = self.pool(x).flatten(1)  # (N, 1024)
        logits: Tensor = self.fc(x)  # (N, num_classes)
        return logits


def _initialise(module: nn.Module) -> None:
    """Keep the variance of what flows back, as the later MobileNets do; the paper does not tell its own way."""
    if isinstance(module, nn.Conv2d):
        nn.init.kaiming_normal_(module.weight, mode="fan_out")


register(
    "mobilenet_v1",
    partial(MobileNetV1, LAYERS),
    family="MobileNet",
    year=2017,
    params=4_231_976,
    macs=568_740_352,
    top1=70.6,  # the paper's table 4
    preprocess=imagenet(resize=256, crop=224),
)
