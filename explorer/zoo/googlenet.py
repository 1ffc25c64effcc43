"""GoogLeNet: look at several scales at once, and make that affordable with 1x1 convolutions.

Szegedy, Liu, Jia, Sermanet, Reed, Anguelov, Erhan, Vanhoucke and Rabinovich, "Going Deeper with Convolutions", 2014.
Which filter size is right? An Inception module takes them all, 1x1, 3x3, 5x5 and a pooling, and concatenates what
they find. Done naively that is dear: pooling passes on all its channels, so each module is wider than the one before
it, and the large filters see them all. A 1x1 convolution in front of each large filter, and behind the pooling,
first mixes many channels into few. `inception_naive` leaves those out and needs 8.4 times the MACs of `googlenet`.

The winner of ILSVRC 2014's classification had three losses: two classifiers in the middle give the early layers a
gradient of their own. They serve training only.

As in torchvision, whose weights fit: batch normalisation follows each convolution (2014 had none), and the filters
that the paper makes 5x5 are 3x3, a mistake of the port whose weights were published. `inception_naive` has true 5x5
filters; against a `googlenet` that had them too, it would need 7.9 times the MACs.
"""

from functools import partial
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from explorer.records.models import Preprocess
from explorer.zoo.registry import register, torchvision_file


class Filters(NamedTuple):
    """Numbers of filters in one Inception module: a row of the paper's table 1."""

    conv1: int
    reduce3: int
    conv3: int
    reduce5: int
    conv5: int
    pool: int


TABLE = {
    "3a": Filters(64, 96, 128, 16, 32, 32),
    "3b": Filters(128, 128, 192, 32, 96, 64),
    "4a": Filters(192, 96, 208, 16, 48, 64),
    "4b": Filters(160, 112, 224, 24, 64, 64),
    "4c": Filters(128, 128, 256, 24, 64, 64),
    "4d": Filters(112, 144, 288, 32, 64, 64),
    "4e": Filters(256, 160, 320, 32, 128, 128),
    "5a": Filters(256, 160, 320, 32, 128, 128),
    "5b": Filters(384, 192, 384, 48, 128, 128),
}


class ConvNormReLU(nn.Module):
    """A convolution that keeps the size of its input, divided by the stride."""

    def __init__(self, inputs: int, outputs: int, kernel: int, stride: int = 1) -> None:
        super().__init__()
        self.conv = nn.Conv2d(inputs, outputs, kernel, stride, padding=kernel // 2, bias=False)
        self.bn = nn.BatchNorm2d(outputs, eps=0.001)

    def forward(self, x: Tensor) -> Tensor:
        """Map (N, C, H, W) to (N, C', H / stride, W / stride)."""
        return F.relu(self.bn(self.conv(x)), inplace=True)


class Inception(nn.Module):
    """Four views of the same maps, side by side; 1x1 convolutions keep them narrow."""

    def __init__(self, inputs: int, filters: Filters) -> None:
        super().__init__()
        self.channels = filters.conv1 + filters.conv3 + filters.conv5 + filters.pool
        self.branch1 = ConvNormReLU(inputs, filters.conv1, 1)
        self.branch2 = nn.Sequential(
            ConvNormReLU(inputs, filters.reduce3, 1),
            ConvNormReLU(filters.reduce3, filters.conv3, 3),
        )
        self.branch3 = nn.Sequential(
            ConvNormReLU(inputs, filters.reduce5, 1),
            ConvNormReLU(filters.reduce5, filters.conv5, 3),  # 5 in the paper
        )
        self.branch4 = nn.Sequential(
            nn.MaxPool2d(3, stride=1, padding=1, ceil_mode=True),
            ConvNormReLU(inputs, filters.pool, 1),
        )

    def forward(self, x: Tensor) -> Tensor:
        """Map (N, C, H, W) to (N, conv1 + conv3 + conv5 + pool, H, W)."""
        return torch.cat([self.branch1(x), self.branch2(x), self.branch3(x), self.branch4(x)], 1)


class NaiveInception(nn.Module):
    """Figure 2a of the paper: the same views without reduction; the pooling passes all its channels on."""

    def __init__(self, inputs: int, filters: Filters) -> None:
        super().__init__()
        self.channels = filters.conv1 + filters.conv3 + filters.conv5 + inputs
        self.conv1x1 = ConvNormReLU(inputs, filters.conv1, 1)
        self.conv3x3 = ConvNormReLU(inputs, filters.conv3, 3)
        self.conv5x5 = ConvNormReLU(inputs, filters.conv5, 5)
        self.pool = nn.MaxPool2d(3, stride=1, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        """Map (N, C, H, W) to (N, conv1 + conv3 + conv5 + C, H, W)."""
        return torch.cat([self.conv1x1(x), self.conv3x3(x), self.conv5x5(x), self.pool(x)], 1)


class AuxiliaryClassifier(nn.Module):
    """A small classifier on maps in the middle: brings the early layers a gradient while training."""

    def __init__(self, inputs: int, num_classes: int) -> None:
        super().__init__()
        self.conv = ConvNormReLU(inputs, 128, 1)
        self.fc1 = nn.Linear(128 * 4 * 4, 1024)
        self.fc2 = nn.Linear(1024, num_classes)
        self.dropout = nn.Dropout(0.7)

    def forward(self, x: Tensor) -> Tensor:
        """Map (N, C, H, W) to logits (N, num_classes)."""
        x = F.adaptive_avg_pool2d(x, (4, 4))  # (N, C, 4, 4)
        x = self.conv(x).flatten(1)  # (N, 2048)
        x = F.relu(self.fc1(x), inplace=True)  # (N, 1024)
        logits: Tensor = self.fc2(self.dropout(x))  # (N, num_classes)
        return logits


class GoogLeNet(nn.Module):
    """Stem, nine modules in three groups, and one dense layer on the mean of each map."""

    def __init__(
        self,
        module: type[Inception] | type[NaiveInception] = Inception,
        auxiliary: bool = True,
        num_classes: int = 1000,
    ) -> None:
        super().__init__()
        self.conv1 = ConvNormReLU(3, 64, 7, stride=2)
        self.maxpool1 = nn.MaxPool2d(3, stride=2, ceil_mode=True)
        self.conv2 = ConvNormReLU(64, 64, 1)
        self.conv3 = ConvNormReLU(64, 192, 3)
        self.maxpool2 = nn.MaxPool2d(3, stride=2, ceil_mode=True)
        self.inception3a = module(192, TABLE["3a"])
        self.inception3b = module(self.inception3a.channels, TABLE["3b"])
        self.maxpool3 = nn.MaxPool2d(3, stride=2, ceil_mode=True)
        self.inception4a = module(self.inception3b.channels, TABLE["4a"])
        self.inception4b = module(self.inception4a.channels, TABLE["4b"])
        self.inception4c = module(self.inception4b.channels, TABLE["4c"])
        self.inception4d = module(self.inception4c.channels, TABLE["4d"])
        self.inception4e = module(self.inception4d.channels, TABLE["4e"])
        self.maxpool4 = nn.MaxPool2d(2, stride=2, ceil_mode=True)
        self.inception5a = module(self.inception4e.channels, TABLE["5a"])
        self.inception5b = module(self.inception5a.channels, TABLE["5b"])
        self.aux1 = AuxiliaryClassifier(self.inception4a.channels, num_classes) if auxiliary else None
        self.aux2 = AuxiliaryClassifier(self.inception4d.channels, num_classes) if auxiliary else None
        self.avgpool = nn.AdaptiveAvgPool2d(1)
        self.dropout = nn.Dropout(0.2)
        self.fc = nn.Linear(self.inception5b.channels, num_classes)
        self.apply(_initialise)

    def forward(self, x: Tensor) -> Tensor | tuple[Tensor, Tensor, Tensor]:
        """Map images (N, 3, H, W) to logits (N, num_classes).

        Returns:
            The logits; in training, if there are auxiliary classifiers, those of the first and second as well.
        """
        x = self.maxpool1(self.conv1(x))  # (N, 64, H / 4, W / 4)
        x = self.maxpool2(self.conv3(self.conv2(x)))  # (N, 192, H / 8, W / 8)
        x = self.inception3b(self.inception3a(x))  # (N, 480, H / 8, W / 8)
        early = self.inception4a(self.maxpool3(x))  # (N, 512, H / 16, W / 16)
        late = self.inception4d(self.inception4c(self.inception4b(early)))  # (N, 528, H / 16, W / 16)
        x = self.inception4e(late)  # (N, 832, H / 16, W / 16)
        x = self.inception5b(self.inception5a(self.maxpool4(x)))  # (N, 1024, H / 32, W / 32)
        x = self.avgpool(x).flatten(1)  # (N, 1024)
        logits: Tensor = self.fc(self.dropout(x))  # (N, num_classes)
        if self.training and self.aux1 is not None and self.aux2 is not None:
            return logits, self.aux1(early), self.aux2(late)
        return logits


def _initialise(module: nn.Module) -> None:
    """Draw weights as torchvision does."""
    if isinstance(module, nn.Conv2d | nn.Linear):
        nn.init.trunc_normal_(module.weight, std=0.01, a=-2, b=2)


register(
    "googlenet",
    GoogLeNet,
    family="GoogLeNet",
    year=2014,
    params=13_004_888,  # of which 6,379,984 serve training only
    macs=1_498_376_192,
    top1=69.778,
    # Its weights were trained on inputs of mean and deviation 0.5. torchvision normalises as for its other networks
    # and has this one undo it (`transform_input`); here the preprocessing is the right one from the start.
    preprocess=Preprocess(256, 224, mean=(0.5,) * 3, std=(0.5,) * 3),
    weights=torchvision_file("googlenet-1378be20.pth", 49.731),
)
register(
    "inception_naive",
    partial(GoogLeNet, NaiveInception, auxiliary=False),
    family="GoogLeNet",
    year=2014,
    params=97_531_080,
    macs=12_568_061_056,
    preprocess=Preprocess(256, 224, mean=(0.5,) * 3, std=(0.5,) * 3),
)
