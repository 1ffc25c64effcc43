"""ResNet, ResNeXt and Wide ResNet: each block adds a correction to what it was given.

He, Zhang, Ren and Sun, "Deep Residual Learning for Image Recognition", 2015. A plain network that is made
deeper gets worse even on its training images, although the extra layers need only pass their input on. Here
passing it on is free: a block computes x + f(x), so that doing nothing means f = 0, and the gradient reaches
the first layers through the sums.

Xie, Girshick, Dollár, Tu and He, "Aggregated Residual Transformations for Deep Neural Networks", 2016
(ResNeXt): the 3x3 convolution is split into groups that do not see each other, many narrow paths in the place
of one wide path, at the same cost. Zagoruyko and Komodakis, "Wide Residual Networks", 2016: wider blocks
instead of more blocks.

As in torchvision, a bottleneck halves the map in its 3x3 convolution; the paper did so in the first 1x1,
which then never looks at three of four pixels.
"""

from functools import partial
from typing import NamedTuple

from torch import Tensor, nn

from explorer.zoo.registry import imagenet, register, torchvision_file


def conv3x3(inputs: int, outputs: int, stride: int = 1, groups: int = 1) -> nn.Conv2d:
    """Make a 3x3 convolution whose output has the size of its input, divided by the stride."""
    return nn.Conv2d(inputs, outputs, 3, stride, padding=1, groups=groups, bias=False)


def conv1x1(inputs: int, outputs: int, stride: int = 1) -> nn.Conv2d:
    """Make a 1x1 convolution, which mixes the channels of each pixel by itself."""
    return nn.Conv2d(inputs, outputs, 1, stride, bias=False)


def projection(inputs: int, outputs: int, stride: int) -> nn.Sequential | None:
    """Make what gives the skip connection the shape of the branch; None if it has that shape already."""
    if stride == 1 and inputs == outputs:
        return None
    return nn.Sequential(conv1x1(inputs, outputs, stride), nn.BatchNorm2d(outputs))


class BasicBlock(nn.Module):
    """Two 3x3 convolutions, and around them the skip connection: the block of the networks to 34 layers.

    Args:
        inputs: Channels of the input.
        channels: Channels of the stage.
        stride: 2 halves height and width.
        groups: Must be 1: grouping is an idea for the bottleneck.
        width: Must be 64, as above.
    """

    expansion = 1

    def __init__(self, inputs: int, channels: int, stride: int = 1, groups: int = 1, width: int = 64) -> None:
        super().__init__()
        if (groups, width) != (1, 64):
            raise ValueError("a BasicBlock has neither groups nor another width; use Bottleneck")
        self.conv1 = conv3x3(inputs, channels, stride)
        self.bn1 = nn.BatchNorm2d(channels)
        self.relu = nn.ReLU(inplace=True)
        self.conv2 = conv3x3(channels, channels)
        self.bn2 = nn.BatchNorm2d(channels)
        self.downsample = projection(inputs, channels, stride)

    @property
    def last_norm(self) -> nn.BatchNorm2d:
        """The norm that ends the residual branch."""
        return self.bn2

    def forward(self, x: Tensor) -> Tensor:
        """Map (N, C, H, W) to (N, C', H / stride, W / stride)."""
        y: Tensor = self.relu(self.bn1(self.conv1(x)))  # (N, C', H / stride, W / stride)
        y = self.bn2(self.conv2(y))  # (N, C', H / stride, W / stride)
        y += x if self.downsample is None else self.downsample(x)
        return self.relu(y)  # type: ignore[no-any-return]


class Bottleneck(nn.Module):
    """Narrow by 1x1, look around by 3x3, widen fourfold by 1x1, and around them the skip connection.

    The costly 3x3 convolution works on a quarter of the channels that the block hands on.

    Args:
        inputs: Channels of the input.
        channels: Channels of the stage, a quarter of the output's.
        stride: 2 halves height and width.
        groups: Number of separate paths in the 3x3 convolution.
        width: Channels of one path in the first stage; they grow with the channels.
    """

    expansion = 4

    def __init__(self, inputs: int, channels: int, stride: int = 1, groups: int = 1, width: int = 64) -> None:
        super().__init__()
        narrow = channels * width // 64 * groups
        outputs = channels * self.expansion
        self.conv1 = conv1x1(inputs, narrow)
        self.bn1 = nn.BatchNorm2d(narrow)
        self.conv2 = conv3x3(narrow, narrow, stride, groups)
        self.bn2 = nn.BatchNorm2d(narrow)
        self.conv3 = conv1x1(narrow, outputs)
        self.bn3 = nn.BatchNorm2d(outputs)
        self.relu = nn.ReLU(inplace=True)
        self.downsample = projection(inputs, outputs, stride)

    @property
    def last_norm(self) -> nn.BatchNorm2d:
        """The norm that ends the residual branch."""
        return self.bn3

    def forward(self, x: Tensor) -> Tensor:
        """Map (N, C, H, W) to (N, 4 * channels, H / stride, W / stride)."""
        y: Tensor = self.relu(self.bn1(self.conv1(x)))  # (N, narrow, H, W)
        y = self.relu(self.bn2(self.conv2(y)))  # (N, narrow, H / stride, W / stride)
        y = self.bn3(self.conv3(y))  # (N, 4 * channels, H / stride, W / stride)
        y += x if self.downsample is None else self.downsample(x)
        return self.relu(y)  # type: ignore[no-any-return]


class Plan(NamedTuple):
    """A column of table 1 of the paper: the block, and how many of them each of the four stages has."""

    block: type[BasicBlock] | type[Bottleneck]
    layers: tuple[int, int, int, int]


class ResNet(nn.Module):
    """Stem, four stages of residual blocks, global average pooling, one linear layer.

    Args:
        plan: Block and depth.
        groups: Passed to each block.
        width: Passed to each block.
        num_classes: Number of logits.
        zero_init_last_norm: Start the last scale of each residual branch at zero, so that each block starts
            as the identity and a deep network trains like a shallow one at first. The idea is taken further
            in Zhang, Dauphin and Ma, "Fixup Initialization: Residual Learning Without Normalization", 2019.
    """

    def __init__(
        self,
        plan: Plan,
        groups: int = 1,
        width: int = 64,
        num_classes: int = 1000,
        zero_init_last_norm: bool = False,
    ) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(3, 64, 7, stride=2, padding=3, bias=False)
        self.bn1 = nn.BatchNorm2d(64)
        self.relu = nn.ReLU(inplace=True)
        self.maxpool = nn.MaxPool2d(3, stride=2, padding=1)
        stage = partial(make_layer, plan.block, groups=groups, width=width)
        expansion = plan.block.expansion
        self.layer1 = stage(64, 64, plan.layers[0], stride=1)
        self.layer2 = stage(64 * expansion, 128, plan.layers[1], stride=2)
        self.layer3 = stage(128 * expansion, 256, plan.layers[2], stride=2)
        self.layer4 = stage(256 * expansion, 512, plan.layers[3], stride=2)
        self.avgpool = nn.AdaptiveAvgPool2d(1)
        self.fc = nn.Linear(512 * expansion, num_classes)
        self.apply(_initialise)
        if zero_init_last_norm:
            self.apply(_start_as_identity)

    def forward(self, x: Tensor) -> Tensor:
        """Map images (N, 3, H, W) to logits (N, num_classes)."""
        x = self.relu(self.bn1(self.conv1(x)))  # (N, 64, H / 2, W / 2)
        x = self.maxpool(x)  # (N, 64, H / 4, W / 4)
        x = self.layer1(x)  # (N, 64 * expansion, H / 4, W / 4)
        x = self.layer2(x)  # (N, 128 * expansion, H / 8, W / 8)
        x = self.layer3(x)  # (N, 256 * expansion, H / 16, W / 16)
        x = self.layer4(x)  # (N, 512 * expansion, H / 32, W / 32)
        x = self.avgpool(x).flatten(1)  # (N, 512 * expansion)
        logits: Tensor = self.fc(x)  # (N, num_classes)
        return logits


def make_layer(
    block: type[BasicBlock] | type[Bottleneck],
    inputs: int,
    channels: int,
    blocks: int,
    stride: int,
    groups: int = 1,
    width: int = 64,
) -> nn.Sequential:
    """Make a stage: the first block has the stride and changes the number of channels, the rest keep both."""
    layer = nn.Sequential(block(inputs, channels, stride, groups, width))
    for _ in range(1, blocks):
        layer.append(block(channels * block.expansion, channels, 1, groups, width))
    return layer


def _initialise(module: nn.Module) -> None:
    """Draw the weights of convolutions so that the gradient keeps its variance through conv and ReLU."""
    if isinstance(module, nn.Conv2d):
        nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")


def _start_as_identity(module: nn.Module) -> None:
    if isinstance(module, BasicBlock | Bottleneck):
        nn.init.zeros_(module.last_norm.weight)


PLANS = {
    18: Plan(BasicBlock, (2, 2, 2, 2)),
    34: Plan(BasicBlock, (3, 4, 6, 3)),
    50: Plan(Bottleneck, (3, 4, 6, 3)),
    101: Plan(Bottleneck, (3, 4, 23, 3)),
    152: Plan(Bottleneck, (3, 8, 36, 3)),
}


class Variant(NamedTuple):
    """A network of the family; its weights are published as `NAME-digest.pth`."""

    depth: int
    groups: int
    width: int
    params: int
    macs: int
    top1: float
    digest: str
    mebibytes: float
    resize: int


RESNET = {
    "resnet18": Variant(18, 1, 64, 11_689_512, 1_814_073_344, 69.758, "f37072fd", 44.661, 256),
    "resnet34": Variant(34, 1, 64, 21_797_672, 3_663_761_408, 73.314, "b627a593", 83.275, 256),
    "resnet50": Variant(50, 1, 64, 25_557_032, 4_089_184_256, 80.858, "11ad3fa6", 97.79, 232),
    "resnet101": Variant(101, 1, 64, 44_549_160, 7_801_405_440, 81.886, "cd907fc2", 170.53, 232),
    "resnet152": Variant(152, 1, 64, 60_192_808, 11_513_626_624, 82.284, "f82ba261", 230.474, 232),
}
RESNEXT = {
    "resnext50_32x4d": Variant(50, 32, 4, 25_028_904, 4_230_479_872, 81.198, "1a0047aa", 95.833, 232),
    "resnext101_32x8d": Variant(101, 32, 8, 88_791_336, 16_414_015_488, 82.834, "110c445d", 339.673, 232),
}
WIDE_RESNET = {
    "wide_resnet50_2": Variant(50, 1, 128, 68_883_240, 11_398_021_120, 81.602, "9ba9bcbe", 263.124, 232),
    "wide_resnet101_2": Variant(101, 1, 128, 126_886_696, 22_753_050_624, 82.51, "d733dc28", 484.747, 232),
}

for family, year, variants in (
    ("ResNet", 2015, RESNET),
    ("ResNeXt", 2016, RESNEXT),
    ("Wide ResNet", 2016, WIDE_RESNET),
):
    for name, variant in variants.items():
        register(
            name,
            partial(ResNet, PLANS[variant.depth], variant.groups, variant.width),
            family=family,
            year=year,
            params=variant.params,
            macs=variant.macs,
            top1=variant.top1,
            later_recipe=variant.resize == 232,  # torchvision's second weights, of 2021
            preprocess=imagenet(variant.resize, 224),
            weights=torchvision_file(f"{name}-{variant.digest}.pth", variant.mebibytes),
        )
