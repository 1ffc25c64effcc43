"""CifarNet: a first network of one's own, with batch normalisation in front of every convolution.

A course's network for the 32x32 photos of CIFAR-10. Ioffe and Szegedy, "Batch Normalization: Accelerating Deep
Network Training by Reducing Internal Covariate Shift", 2015, normalise what a layer computes; here what it is given
is normalised, even the image itself: so the network learns the contrast and brightness that it wants. Three rounds
of convolution and pooling leave 120 maps of 2x2.
"""

from torch import Tensor, nn

from explorer.records.models import Preprocess
from explorer.zoo.registry import register

CLASSES = ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck")


class CifarNet(nn.Module):
    """Three rounds of norm, convolution, activation and pooling, then three dense layers."""

    def __init__(self, num_classes: int = 10) -> None:
        super().__init__()
        self.bn1 = nn.BatchNorm2d(3)
        self.conv1 = nn.Conv2d(3, 30, 3)
        self.relu1 = nn.ReLU(inplace=True)
        self.pool1 = nn.MaxPool2d(2)
        self.bn2 = nn.BatchNorm2d(30)
        self.conv2 = nn.Conv2d(30, 60, 3)
        self.relu2 = nn.ReLU(inplace=True)
        self.pool2 = nn.MaxPool2d(2)
        self.bn3 = nn.BatchNorm2d(60)
        self.conv3 = nn.Conv2d(60, 120, 3)
        self.relu3 = nn.LeakyReLU(0.1, inplace=True)
        self.pool3 = nn.MaxPool2d(2)
        self.bn4 = nn.BatchNorm2d(120)
        self.fc1 = nn.Linear(120 * 2 * 2, 200)
        self.relu4 = nn.ReLU(inplace=True)
        self.dropout1 = nn.Dropout(0.2)
        self.fc2 = nn.Linear(200, 60)
        self.relu5 = nn.ReLU(inplace=True)
        self.dropout2 = nn.Dropout(0.2)
        self.fc3 = nn.Linear(60, num_classes)

    def forward(self, x: Tensor) -> Tensor:
        """Map images (N, 3, 32, 32) to logits (N, num_classes)."""
        x = self.pool1(self.relu1(self.conv1(self.bn1(x))))  # (N, 30, 15, 15)
        x = self.pool2(self.relu2(self.conv2(self.bn2(x))))  # (N, 60, 6, 6)
        x = self.pool3(self.relu3(self.conv3(self.bn3(x))))  # (N, 120, 2, 2)
        x = self.bn4(x).flatten(1)  # (N, 480)
        x = self.dropout1(self.relu4(self.fc1(x)))  # (N, 200)
        x = self.dropout2(self.relu5(self.fc2(x)))  # (N, 60)
        logits: Tensor = self.fc3(x)  # (N, num_classes)
        return logits


register(
    "cifar_net",
    CifarNet,
    family="CifarNet",
    year=2015,  # of batch normalisation, its idea: a course's network has no publication of its own
    params=191_316,
    macs=4_612_200,
    preprocess=Preprocess(32, 32, mean=(0.5,) * 3, std=(0.5,) * 3),
    categories=CLASSES,
)
