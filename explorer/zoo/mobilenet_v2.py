"""MobileNetV2: inverted residuals with linear bottlenecks.

Sandler, Howard, Zhu, Zhmoginov and Chen, "MobileNetV2: Inverted Residuals and Linear Bottlenecks", 2018. Against
MobileNet each depthwise separable convolution gets a 1x1 convolution before it that widens the features six times:
the cheap depthwise filters work on many channels, while only few are carried from block to block. The skip
connection joins those narrow ends (a ResNet's bottleneck joins the wide ones), and nothing but a norm follows the
narrowing convolution: what a ReLU cuts off in few channels is lost, for no other channel repeats it.
"""

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

from torch import Tensor, nn

from explorer.zoo.registry import imagenet, register, torchvision_file


class Stage(NamedTuple):
    """A run of equal blocks; only the first has the stride and changes the number of channels."""

    expansion: int
    channels: int
    blocks: int
    stride: int


STEM_CHANNELS = 32
HEAD_CHANNELS = 1280
STAGES = (
    Stage(expansion=1, channels=16, blocks=1, stride=1),
    Stage(expansion=6, channels=24, blocks=2, stride=2),
    Stage(expansion=6, channels=32, blocks=3, stride=2),
    Stage(expansion=6, channels=64, blocks=4, stride=2),
    Stage(expansion=6, channels=96, blocks=3, stride=1),
    Stage(expansion=6, channels=160, blocks=3, stride=2),
    Stage(expansion=6, channels=320, blocks=1, stride=1),
)


class ConvNormActivation(nn.Sequential):
    """Convolution without bias, norm, activation; the output has the size of the input, divided by the stride.

    Args:
        inputs: Channels that come in.
        outputs: Channels that go out.
        kernel: Side of the filters, odd.
        stride: Step of the filters.
        groups: As many as channels for a depthwise convolution.
        norm: Makes the norm for a number of channels.
        activation: Makes the activation, which overwrites its input; None for none.
    """

    def __init__(
        self,
        inputs: int,
        outputs: int,
        kernel: int,
        stride: int = 1,
        groups: int = 1,
        *,
        norm: Callable[[int], nn.Module] = nn.BatchNorm2d,
        activation: Callable[..., nn.Module] | None = nn.ReLU6,
    ) -> None:
        conv = nn.Conv2d(inputs, outputs, kernel, stride, padding=kernel // 2, groups=groups, bias=False)
        layers = [conv, norm(outputs)]
        if activation is not None:
            layers.append(activation(inplace=True))
        super().__init__(*layers)


class InvertedResidual(nn.Module):
    """Widen, filter each channel, narrow: the skip connection joins the narrow ends."""

    def __init__(self, inputs: int, outputs: int, expansion: int, stride: int) -> None:
        super().__init__()
        wide = inputs * expansion
        self.has_skip = stride == 1 and inputs == outputs
        layers: list[nn.Module] = [] if expansion == 1 else [ConvNormActivation(inputs, wide, 1)]
        self.conv = nn.Sequential(
            *layers,  # (N, C * expansion, H, W)
            ConvNormActivation(
                wide, wide, 3, stride, groups=wide
            ),  # (N, C * expansion, H / stride, W / stride)
            nn.Conv2d(wide, outputs, 1, bias=False),  # (N, C', H / stride, W / stride)
            nn.BatchNorm2d(outputs),
        )

    @property
    def last_norm(self) -> nn.Module | None:
        """The norm that ends the residual branch; None without a skip connection."""
        return self.conv[-1] if self.has_skip else None

    def forward(self, x: Tensor) -> Tensor:
        """Map (N, C, H, W) to (N, C', H / stride, W / stride)."""
        y: Tensor = self.conv(x)
        return x + y if self.has_skip else y


class MobileNetV2(nn.Module):
    """Stem, seventeen inverted residuals, a last wide convolution, global average, one linear layer."""

    def __init__(self, stages: tuple[Stage, ...], num_classes: int = 1000) -> None:
        super().__init__()
        self.features = nn.Sequential(ConvNormActivation(3, STEM_CHANNELS, 3, stride=2))
        channels = STEM_CHANNELS
        for stage in stages:
            for index in range(stage.blocks):
                stride = stage.stride if index == 0 else 1
                self.features.append(InvertedResidual(channels, stage.channels, stage.expansion, stride))
                channels = stage.channels
        self.features.append(ConvNormActivation(channels, HEAD_CHANNELS, 1))
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.classifier = nn.Sequential(nn.Dropout(0.2), nn.Linear(HEAD_CHANNELS, num_classes))
        self.apply(initialise)

    def forward(self, x: Tensor) -> Tensor:
        """Map images (N, 3, H, W) to logits (N, num_classes)."""
        x = self.features(x)  # (N, 1280, H / 32, W / 32)
        x = self.pool(x).flatten(1)  # (N, 1280)
        logits: Tensor = self.classifier(x)  # (N, num_classes)
        return logits


def initialise(module: nn.Module) -> None:
    """Draw convolutions so that they keep the variance of what flows back, linear layers small."""
    if isinstance(module, nn.Conv2d):
        nn.init.kaiming_normal_(module.weight, mode="fan_out")
        if module.bias is not None:
            nn.init.zeros_(module.bias)
    elif isinstance(module, nn.Linear):
        nn.init.normal_(module.weight, std=0.01)
        nn.init.zeros_(module.bias)


register(
    "mobilenet_v2",
    partial(MobileNetV2, STAGES),
    family="MobileNetV2",
    year=2018,
    params=3_504_872,
    macs=300_774_272,
    top1=72.154,
    later_recipe=True,  # torchvision's second weights, of 2021
    preprocess=imagenet(resize=232, crop=224),
    weights=torchvision_file("mobilenet_v2-7ebf99e0.pth", 13.598),
)
