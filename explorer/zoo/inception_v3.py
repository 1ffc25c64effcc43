"""Inception v3: large filters are taken apart into small ones.

Szegedy, Vanhoucke, Ioffe, Shlens and Wojna, "Rethinking the Inception Architecture for Computer Vision", 2015. A 5x5
filter costs 25 multiplications a place, two 3x3 filters that see as much cost 18, and a 7x7 filter becomes a 1x7 and
a 7x1: 14 where there were 49. Each group of modules takes its own form of that: A the 3x3 pairs at 35x35, C the long
thin filters at 17x17, E filters that fan out into 1x3 and 3x1 at 8x8. Between the groups, B and D halve the maps by
pooling and strided convolutions side by side, so that no information is squeezed out first.

As in torchvision, whose weights fit, module A keeps one 5x5 filter.
"""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from explorer.records.models import Preprocess
from explorer.zoo.registry import register, torchvision_file


class ConvNormReLU(nn.Module):
    """A convolution without bias, batch normalisation, ReLU."""

    def __init__(
        self,
        inputs: int,
        outputs: int,
        kernel: int | tuple[int, int],
        stride: int = 1,
        padding: int | tuple[int, int] = 0,
    ) -> None:
        super().__init__()
        self.conv = nn.Conv2d(inputs, outputs, kernel, stride, padding, bias=False)
        self.bn = nn.BatchNorm2d(outputs, eps=0.001)

    def forward(self, x: Tensor) -> Tensor:
        """Map (N, C, H, W) to (N, C', H', W'), where H' and W' are those of the convolution."""
        return F.relu(self.bn(self.conv(x)), inplace=True)


def row(inputs: int, outputs: int, length: int) -> ConvNormReLU:
    """Make a filter one pixel high that keeps the size."""
    return ConvNormReLU(inputs, outputs, (1, length), padding=(0, length // 2))


def column(inputs: int, outputs: int, length: int) -> ConvNormReLU:
    """Make a filter one pixel wide that keeps the size."""
    return ConvNormReLU(inputs, outputs, (length, 1), padding=(length // 2, 0))


class InceptionA(nn.Module):
    """A 5x5 filter beside its replacement, two 3x3 filters in a row."""

    def __init__(self, inputs: int, pool: int) -> None:
        super().__init__()
        self.branch1x1 = ConvNormReLU(inputs, 64, 1)
        self.branch5x5_1 = ConvNormReLU(inputs, 48, 1)
        self.branch5x5_2 = ConvNormReLU(48, 64, 5, padding=2)
        self.branch3x3dbl_1 = ConvNormReLU(inputs, 64, 1)
        self.branch3x3dbl_2 = ConvNormReLU(64, 96, 3, padding=1)
        self.branch3x3dbl_3 = ConvNormReLU(96, 96, 3, padding=1)
        self.branch_pool = ConvNormReLU(inputs, pool, 1)

    def forward(self, x: Tensor) -> Tensor:
        """Map (N, C, H, W) to (N, 224 + pool, H, W)."""
        once = self.branch1x1(x)  # (N, 64, H, W)
        large = self.branch5x5_2(self.branch5x5_1(x))  # (N, 64, H, W)
        double = self.branch3x3dbl_3(self.branch3x3dbl_2(self.branch3x3dbl_1(x)))  # (N, 96, H, W)
        pooled = self.branch_pool(F.avg_pool2d(x, 3, stride=1, padding=1))  # (N, pool, H, W)
        return torch.cat([once, large, double, pooled], 1)


class InceptionB(nn.Module):
    """Halves the maps: strided 3x3 filters, once and after two more, beside a pooling."""

    def __init__(self, inputs: int) -> None:
        super().__init__()
        self.branch3x3 = ConvNormReLU(inputs, 384, 3, stride=2)
        self.branch3x3dbl_1 = ConvNormReLU(inputs, 64, 1)
        self.branch3x3dbl_2 = ConvNormReLU(64, 96, 3, padding=1)
        self.branch3x3dbl_3 = ConvNormReLU(96, 96, 3, stride=2)

    def forward(self, x: Tensor) -> Tensor:
        """Map (N, C, H, W) to (N, 480 + C, (H - 1) / 2, (W - 1) / 2)."""
        once = self.branch3x3(x)  # (N, 384, H', W')
        double = self.branch3x3dbl_3(self.branch3x3dbl_2(self.branch3x3dbl_1(x)))  # (N, 96, H', W')
        pooled = F.max_pool2d(x, 3, stride=2)  # (N, C, H', W')
        return torch.cat([once, double, pooled], 1)


class InceptionC(nn.Module):
    """A 7x7 filter as 1x7 and 7x1, once and twice."""

    def __init__(self, inputs: int, narrow: int) -> None:
        super().__init__()
        self.branch1x1 = ConvNormReLU(inputs, 192, 1)
        self.branch7x7_1 = ConvNormReLU(inputs, narrow, 1)
        self.branch7x7_2 = row(narrow, narrow, 7)
        self.branch7x7_3 = column(narrow, 192, 7)
        self.branch7x7dbl_1 = ConvNormReLU(inputs, narrow, 1)
        self.branch7x7dbl_2 = column(narrow, narrow, 7)
        self.branch7x7dbl_3 = row(narrow, narrow, 7)
        self.branch7x7dbl_4 = column(narrow, narrow, 7)
        self.branch7x7dbl_5 = row(narrow, 192, 7)
        self.branch_pool = ConvNormReLU(inputs, 192, 1)

    def forward(self, x: Tensor) -> Tensor:
        """Map (N, C, H, W) to (N, 768, H, W)."""
        once = self.branch1x1(x)  # (N, 192, H, W)
        large = self.branch7x7_3(self.branch7x7_2(self.branch7x7_1(x)))  # (N, 192, H, W)
        double = self.branch7x7dbl_3(self.branch7x7dbl_2(self.branch7x7dbl_1(x)))  # (N, narrow, H, W)
        double = self.branch7x7dbl_5(self.branch7x7dbl_4(double))  # (N, 192, H, W)
        pooled = self.branch_pool(F.avg_pool2d(x, 3, stride=1, padding=1))  # (N, 192, H, W)
        return torch.cat([once, large, double, pooled], 1)


class InceptionD(nn.Module):
    """Halves the maps: strided 3x3 filters, one after a 7x7 taken apart, beside a pooling."""

    def __init__(self, inputs: int) -> None:
        super().__init__()
        self.branch3x3_1 = ConvNormReLU(inputs, 192, 1)
        self.branch3x3_2 = ConvNormReLU(192, 320, 3, stride=2)
        self.branch7x7x3_1 = ConvNormReLU(inputs, 192, 1)
        self.branch7x7x3_2 = row(192, 192, 7)
        self.branch7x7x3_3 = column(192, 192, 7)
        self.branch7x7x3_4 = ConvNormReLU(192, 192, 3, stride=2)

    def forward(self, x: Tensor) -> Tensor:
        """Map (N, C, H, W) to (N, 512 + C, (H - 1) / 2, (W - 1) / 2)."""
        small = self.branch3x3_2(self.branch3x3_1(x))  # (N, 320, H', W')
        large = self.branch7x7x3_3(self.branch7x7x3_2(self.branch7x7x3_1(x)))  # (N, 192, H, W)
        large = self.branch7x7x3_4(large)  # (N, 192, H', W')
        pooled = F.max_pool2d(x, 3, stride=2)  # (N, C, H', W')
        return torch.cat([small, large, pooled], 1)


class InceptionE(nn.Module):
    """Wide instead of deep: 3x3 filters as 1x3 and 3x1 side by side, for many features on small maps."""

    def __init__(self, inputs: int) -> None:
        super().__init__()
        self.branch1x1 = ConvNormReLU(inputs, 320, 1)
        self.branch3x3_1 = ConvNormReLU(inputs, 384, 1)
        self.branch3x3_2a = row(384, 384, 3)
        self.branch3x3_2b = column(384, 384, 3)
        self.branch3x3dbl_1 = ConvNormReLU(inputs, 448, 1)
        self.branch3x3dbl_2 = ConvNormReLU(448, 384, 3, padding=1)
        self.branch3x3dbl_3a = row(384, 384, 3)
        self.branch3x3dbl_3b = column(384, 384, 3)
        self.branch_pool = ConvNormReLU(inputs, 192, 1)

    def forward(self, x: Tensor) -> Tensor:
        """Map (N, C, H, W) to (N, 2048, H, W)."""
        once = self.branch1x1(x)  # (N, 320, H, W)
        small = self.branch3x3_1(x)  # (N, 384, H, W)
        small = torch.cat([self.branch3x3_2a(small), self.branch3x3_2b(small)], 1)  # (N, 768, H, W)
        large = self.branch3x3dbl_2(self.branch3x3dbl_1(x))  # (N, 384, H, W)
        large = torch.cat([self.branch3x3dbl_3a(large), self.branch3x3dbl_3b(large)], 1)  # (N, 768, H, W)
        pooled = self.branch_pool(F.avg_pool2d(x, 3, stride=1, padding=1))  # (N, 192, H, W)
        return torch.cat([once, small, large, pooled], 1)


class AuxiliaryClassifier(nn.Module):
    """A small classifier on maps in the middle; the paper finds that it regularises more than it speeds up."""

    def __init__(self, inputs: int, num_classes: int) -> None:
        super().__init__()
        self.conv0 = ConvNormReLU(inputs, 128, 1)
        self.conv1 = ConvNormReLU(128, 768, 5)
        self.fc = nn.Linear(768, num_classes)

    def forward(self, x: Tensor) -> Tensor:
        """Map (N, C, 17, 17) to logits (N, num_classes)."""
        x = F.avg_pool2d(x, 5, stride=3)  # (N, C, 5, 5)
        x = self.conv1(self.conv0(x))  # (N, 768, 1, 1)
        x = F.adaptive_avg_pool2d(x, (1, 1)).flatten(1)  # (N, 768)
        logits: Tensor = self.fc(x)  # (N, num_classes)
        return logits


class InceptionV3(nn.Module):
    """Stem, three groups of modules with two that halve the maps between them, one dense layer."""

    def __init__(self, num_classes: int = 1000) -> None:
        super().__init__()
        self.Conv2d_1a_3x3 = ConvNormReLU(3, 32, 3, stride=2)
        self.Conv2d_2a_3x3 = ConvNormReLU(32, 32, 3)
        self.Conv2d_2b_3x3 = ConvNormReLU(32, 64, 3, padding=1)
        self.maxpool1 = nn.MaxPool2d(3, stride=2)
        self.Conv2d_3b_1x1 = ConvNormReLU(64, 80, 1)
        self.Conv2d_4a_3x3 = ConvNormReLU(80, 192, 3)
        self.maxpool2 = nn.MaxPool2d(3, stride=2)
        self.Mixed_5b = InceptionA(192, pool=32)
        self.Mixed_5c = InceptionA(256, pool=64)
        self.Mixed_5d = InceptionA(288, pool=64)
        self.Mixed_6a = InceptionB(288)
        self.Mixed_6b = InceptionC(768, narrow=128)
        self.Mixed_6c = InceptionC(768, narrow=160)
        self.Mixed_6d = InceptionC(768, narrow=160)
        self.Mixed_6e = InceptionC(768, narrow=192)
        self.AuxLogits = AuxiliaryClassifier(768, num_classes)
        self.Mixed_7a = InceptionD(768)
        self.Mixed_7b = InceptionE(1280)
        self.Mixed_7c = InceptionE(2048)
        self.avgpool = nn.AdaptiveAvgPool2d(1)
        self.dropout = nn.Dropout(0.5)
        self.fc = nn.Linear(2048, num_classes)
        self._initialise()

    def forward(self, x: Tensor) -> Tensor | tuple[Tensor, Tensor]:
        """Map images (N, 3, H, W), at least 75x75, to logits (N, num_classes); sizes are those of 299x299.

        Returns:
            The logits; in training the logits of the auxiliary classifier as well.
        """
        x = self.Conv2d_2b_3x3(self.Conv2d_2a_3x3(self.Conv2d_1a_3x3(x)))  # (N, 64, 147, 147)
        x = self.Conv2d_4a_3x3(self.Conv2d_3b_1x1(self.maxpool1(x)))  # (N, 192, 71, 71)
        x = self.Mixed_5d(self.Mixed_5c(self.Mixed_5b(self.maxpool2(x))))  # (N, 288, 35, 35)
        x = self.Mixed_6c(self.Mixed_6b(self.Mixed_6a(x)))  # (N, 768, 17, 17)
        middle = self.Mixed_6e(self.Mixed_6d(x))  # (N, 768, 17, 17)
        x = self.Mixed_7c(self.Mixed_7b(self.Mixed_7a(middle)))  # (N, 2048, 8, 8)
        x = self.dropout(self.avgpool(x)).flatten(1)  # (N, 2048)
        logits: Tensor = self.fc(x)  # (N, num_classes)
        return (logits, self.AuxLogits(middle)) if self.training else logits

    def _initialise(self) -> None:
        """Draw weights as torchvision does: the auxiliary classifier's last layer starts near zero."""
        for module in self.modules():
            if isinstance(module, nn.Conv2d | nn.Linear):
                std = 0.001 if module is self.AuxLogits.fc else 0.1
                nn.init.trunc_normal_(module.weight, std=std, a=-2, b=2)


register(
    "inception_v3",
    InceptionV3,
    family="Inception v3",
    year=2015,
    params=27_161_264,  # of which 3,326,696 serve training only
    macs=5_713_216_096,
    top1=77.294,
    # Its weights were trained on inputs of mean and deviation 0.5. torchvision normalises as for its other networks
    # and has this one undo it (`transform_input`); here the preprocessing is the right one from the start.
    preprocess=Preprocess(342, 299, mean=(0.5,) * 3, std=(0.5,) * 3),
    weights=torchvision_file("inception_v3_google-0cc3c7bd.pth", 103.903),
)
