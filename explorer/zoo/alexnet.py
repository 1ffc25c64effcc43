"""AlexNet: the network whose victory of 2012 made the field turn to deep learning.

Krizhevsky, Sutskever and Hinton, "ImageNet Classification with Deep Convolutional Neural Networks", 2012. Five
convolutions and three dense layers, trained on 1.2 million photos: possible because ReLU does not saturate, because
dropout keeps 60 million weights from learning the photos by heart, and because two GPUs shared the work. Each held
half of the channels; convolutions 2, 4 and 5 saw only their own GPU's half, which lives on as a convolution in two
groups. What one GPU saw in colour, the other saw in grey.

Krizhevsky, "One weird trick for parallelizing convolutional neural networks", 2014, joins the halves in one column:
`alexnet` is torchvision's form of it, with fewer filters and no normalisation. `alexnet_course` is a course's form for
images of one channel, with neither groups nor normalisation.
"""

from collections import OrderedDict
from functools import partial
from typing import NamedTuple

from torch import Tensor, nn

from explorer.records.models import Preprocess
from explorer.zoo.registry import imagenet, register, torchvision_file


class Conv(NamedTuple):
    """A convolution with its ReLU, and whether normalisation and 3x3 max pooling with stride 2 follow."""

    channels: int
    kernel: int
    stride: int = 1
    padding: int = 0
    groups: int = 1
    norm: bool = False
    pool: bool = False


class Config(NamedTuple):
    """The convolutions of a variant, and the side of the maps that reach the dense layers."""

    inputs: int
    convs: tuple[Conv, ...]
    side: int


TWO_GPUS = Config(
    inputs=3,
    convs=(
        Conv(96, 11, stride=4, norm=True, pool=True),  # (N, 96, 55, 55), pooled to 27x27
        Conv(256, 5, padding=2, groups=2, norm=True, pool=True),  # (N, 256, 27, 27), pooled to 13x13
        Conv(384, 3, padding=1),  # (N, 384, 13, 13)
        Conv(384, 3, padding=1, groups=2),  # (N, 384, 13, 13)
        Conv(256, 3, padding=1, groups=2, pool=True),  # (N, 256, 13, 13), pooled to 6x6
    ),
    side=6,
)
ONE_GPU = Config(
    inputs=3,
    convs=(
        Conv(64, 11, stride=4, padding=2, pool=True),  # (N, 64, 55, 55), pooled to 27x27
        Conv(192, 5, padding=2, pool=True),  # (N, 192, 27, 27), pooled to 13x13
        Conv(384, 3, padding=1),  # (N, 384, 13, 13)
        Conv(256, 3, padding=1),  # (N, 256, 13, 13)
        Conv(256, 3, padding=1, pool=True),  # (N, 256, 13, 13), pooled to 6x6
    ),
    side=6,
)
COURSE = Config(
    inputs=1,
    convs=(
        Conv(96, 11, stride=4, pool=True),  # (N, 96, 54, 54), pooled to 26x26
        Conv(256, 5, padding=2, pool=True),  # (N, 256, 26, 26), pooled to 12x12
        Conv(384, 3, padding=1),  # (N, 384, 12, 12)
        Conv(384, 3, padding=1),  # (N, 384, 12, 12)
        Conv(384, 3, padding=1, pool=True),  # (N, 384, 12, 12), pooled to 5x5
    ),
    side=5,
)


def local_response_norm() -> nn.LocalResponseNorm:
    """Make the normalisation of section 3.3: channels that are strong at a place damp their neighbours there.

    A value is divided by (k + alpha * sum of the squares of n neighbouring channels) ** beta. PyTorch takes the
    mean of the n squares where the paper takes their sum: hence its alpha times n.
    """
    return nn.LocalResponseNorm(size=5, alpha=5 * 1e-4, beta=0.75, k=2.0)


def convolutions(config: Config) -> OrderedDict[str, nn.Module]:
    """Make the layers up to the last map, (N, C, side, side), by their names."""
    layers: OrderedDict[str, nn.Module] = OrderedDict()
    inputs = config.inputs
    for number, row in enumerate(config.convs, 1):
        layers[f"conv{number}"] = nn.Conv2d(
            inputs, row.channels, row.kernel, row.stride, row.padding, groups=row.groups
        )
        layers[f"relu{number}"] = nn.ReLU(inplace=True)
        if row.norm:
            layers[f"norm{number}"] = local_response_norm()
        if row.pool:
            layers[f"pool{number}"] = nn.MaxPool2d(3, stride=2)
        inputs = row.channels
    return layers


class AlexNet(nn.Sequential):
    """Eight layers under the numbers that the paper gives them.

    Maps images (N, inputs, H, W) to logits (N, num_classes); H and W must leave maps of the config's side.
    """

    def __init__(self, config: Config, num_classes: int = 1000) -> None:
        layers = convolutions(config)
        layers["flatten"] = nn.Flatten()  # (N, C * side * side)
        layers["fc6"] = nn.Linear(config.convs[-1].channels * config.side**2, 4096)
        layers["relu6"] = nn.ReLU(inplace=True)
        layers["drop6"] = nn.Dropout(0.5)
        layers["fc7"] = nn.Linear(4096, 4096)
        layers["relu7"] = nn.ReLU(inplace=True)
        layers["drop7"] = nn.Dropout(0.5)
        layers["fc8"] = nn.Linear(4096, num_classes)
        super().__init__(layers)


class AlexNet2012(AlexNet):
    """The network of 2012 with the initial weights of section 5.

    Biases of one give the ReLUs after them something to learn from at the start.
    """

    def __init__(self, config: Config, num_classes: int = 1000) -> None:
        super().__init__(config, num_classes)
        for name, module in self.named_children():
            if isinstance(module, nn.Conv2d | nn.Linear):
                nn.init.normal_(module.weight, std=0.01)
                assert module.bias is not None
                nn.init.constant_(module.bias, 1 if name in ("conv2", "conv4", "conv5", "fc6", "fc7") else 0)


class AlexNet2014(nn.Module):
    """The network of 2014: any image of 63x63 or more, for its last maps are averaged to 6x6."""

    def __init__(self, config: Config, num_classes: int = 1000) -> None:
        super().__init__()
        self.features = nn.Sequential(*convolutions(config).values())
        self.avgpool = nn.AdaptiveAvgPool2d(config.side)
        self.classifier = nn.Sequential(
            nn.Dropout(0.5),
            nn.Linear(config.convs[-1].channels * config.side**2, 4096),
            nn.ReLU(inplace=True),
            nn.Dropout(0.5),
            nn.Linear(4096, 4096),
            nn.ReLU(inplace=True),
            nn.Linear(4096, num_classes),
        )

    def forward(self, x: Tensor) -> Tensor:
        """Map images (N, 3, H, W) to logits (N, num_classes)."""
        x = self.features(x)  # (N, 256, about H / 32 - 1, about W / 32 - 1)
        x = self.avgpool(x).flatten(1)  # (N, 9216)
        logits: Tensor = self.classifier(x)  # (N, num_classes)
        return logits


register(
    "alexnet_2012",
    partial(AlexNet2012, TWO_GPUS),
    family="AlexNet",
    variant="the paper's, two GPUs",
    year=2012,
    params=60_965_224,
    macs=724_406_816,
    top1=59.3,  # one network on the validation set, table 2
    preprocess=imagenet(256, 227),  # the paper says 224, but its maps of 55x55 take 227
)
register(
    "alexnet",
    partial(AlexNet2014, ONE_GPU),
    family="AlexNet",
    variant="torchvision's, one weird trick",
    year=2014,
    params=61_100_840,
    macs=714_188_480,
    top1=56.522,
    preprocess=imagenet(256, 224),
    weights=torchvision_file("alexnet-owt-7be5be79.pth", 233.087),
)
register(
    "alexnet_course",
    partial(AlexNet, COURSE),
    family="AlexNet",
    year=2012,
    params=64_370_472,
    macs=1_019_009_408,
    preprocess=Preprocess(256, 224, mean=(0.5,), std=(0.5,), channels=1),
)
