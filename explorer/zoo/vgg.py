"""VGG: depth out of nothing but 3x3 convolutions.

Simonyan and Zisserman, "Very Deep Convolutional Networks for Large-Scale Image Recognition", 2014. Two 3x3
convolutions in a row see 5x5 pixels and three see 7x7, with fewer weights than one large filter and a ReLU more after
each. So all filters are alike, and the network is told by one list: how many convolutions each of five blocks has
before its pooling halves the map. The channels double from block to block, up to 512. More than nine tenths of the
parameters of VGG-11 lie in the dense layers; more than nine tenths of the computing lie in the convolutions.

The variants `_bn` normalise after each convolution, which was published only in 2015. `vgg11_course` is a
course's VGG-11 for images of one channel and ten classes.
"""

from functools import partial
from typing import NamedTuple

from torch import Tensor, nn

from explorer.records.models import Preprocess
from explorer.zoo.registry import imagenet, register, torchvision_file

CHANNELS = (64, 128, 256, 512, 512)


class Config(NamedTuple):
    """A network of the paper, and what is published of the variant."""

    depths: tuple[int, int, int, int, int]
    norm: bool
    params: int
    macs: int
    top1: float
    file: str
    mebibytes: float


# Convolutions in each block of the paper's networks, by the letter of their column in table 1.
A = (1, 1, 2, 2, 2)
B = (2, 2, 2, 2, 2)
D = (2, 2, 3, 3, 3)
E = (2, 2, 4, 4, 4)

CONFIGS = {
    "vgg11": Config(A, False, 132_863_336, 7_609_090_048, 69.020, "vgg11-8a719046.pth", 506.840),
    "vgg11_bn": Config(A, True, 132_868_840, 7_609_090_048, 70.370, "vgg11_bn-6002323d.pth", 506.881),
    "vgg13": Config(B, False, 133_047_848, 11_308_466_176, 69.928, "vgg13-19584684.pth", 507.545),
    "vgg13_bn": Config(B, True, 133_053_736, 11_308_466_176, 71.586, "vgg13_bn-abd245e5.pth", 507.590),
    "vgg16": Config(D, False, 138_357_544, 15_470_264_320, 71.592, "vgg16-397923af.pth", 527.796),
    "vgg16_bn": Config(D, True, 138_365_992, 15_470_264_320, 73.360, "vgg16_bn-6c64b313.pth", 527.866),
    "vgg19": Config(E, False, 143_667_240, 19_632_062_464, 72.376, "vgg19-dcbb9e9d.pth", 548.051),
    "vgg19_bn": Config(E, True, 143_678_248, 19_632_062_464, 74.218, "vgg19_bn-c79401a0.pth", 548.143),
}


def convolutions(inputs: int, depths: tuple[int, ...], norm: bool) -> nn.Sequential:
    """Make the five blocks, which map (N, inputs, H, W) to (N, 512, H / 32, W / 32)."""
    layers = nn.Sequential()
    for depth, channels in zip(depths, CHANNELS, strict=True):
        for _ in range(depth):
            layers.append(nn.Conv2d(inputs, channels, 3, padding=1))
            if norm:
                layers.append(nn.BatchNorm2d(channels))
            layers.append(nn.ReLU(inplace=True))
            inputs = channels
        layers.append(nn.MaxPool2d(2))
    return layers


class VGG(nn.Module):
    """Five blocks of 3x3 convolutions, three dense layers."""

    def __init__(
        self, depths: tuple[int, ...], norm: bool = False, inputs: int = 3, num_classes: int = 1000
    ) -> None:
        super().__init__()
        self.features = convolutions(inputs, depths, norm)
        self.avgpool = nn.AdaptiveAvgPool2d(7)  # changes nothing at 224x224; lets in other sizes
        self.classifier = nn.Sequential(
            nn.Linear(512 * 7 * 7, 4096),
            nn.ReLU(inplace=True),
            nn.Dropout(0.5),
            nn.Linear(4096, 4096),
            nn.ReLU(inplace=True),
            nn.Dropout(0.5),
            nn.Linear(4096, num_classes),
        )
        self.apply(_initialise)

    def forward(self, x: Tensor) -> Tensor:
        """Map images (N, inputs, H, W), at least 32x32, to logits (N, num_classes)."""
        x = self.features(x)  # (N, 512, H / 32, W / 32)
        x = self.avgpool(x).flatten(1)  # (N, 25088)
        logits: Tensor = self.classifier(x)  # (N, num_classes)
        return logits


def _initialise(module: nn.Module) -> None:
    """Draw weights as torchvision does: He's for convolutions, small normal ones for dense layers."""
    if isinstance(module, nn.Conv2d):
        nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")
    elif isinstance(module, nn.Linear):
        nn.init.normal_(module.weight, std=0.01)
    if isinstance(module, nn.Conv2d | nn.Linear) and module.bias is not None:
        nn.init.zeros_(module.bias)


for _name, _config in CONFIGS.items():
    register(
        _name,
        partial(VGG, _config.depths, _config.norm),
        family="VGG",
        year=2014,
        params=_config.params,
        macs=_config.macs,
        top1=_config.top1,
        preprocess=imagenet(256, 224),
        weights=torchvision_file(_config.file, _config.mebibytes),
    )
register(
    "vgg11_course",
    partial(VGG, A, inputs=1, num_classes=10),
    family="VGG",
    year=2014,
    params=128_806_154,
    macs=7_547_232_256,
    preprocess=Preprocess(256, 224, mean=(0.5,), std=(0.5,), channels=1),
)
