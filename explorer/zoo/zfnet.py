"""ZFNet: AlexNet, mended after looking at what its layers had learned.

Zeiler and Fergus, "Visualizing and Understanding Convolutional Networks", 2013. Feature maps, projected back to the
pixels that caused them, showed dead filters and aliasing in AlexNet's first two layers: 11x11 filters that move by
four see too coarsely. Filters of 7x7 that move by two keep the detail; the rest stays, without AlexNet's two groups.
The paper gives no constants for its normalisation across channels: they are AlexNet's.
"""

from torch import Tensor, nn

from explorer.zoo.alexnet import local_response_norm
from explorer.zoo.registry import imagenet, register


class ZFNet(nn.Module):
    """Five convolutions and three dense layers, under the numbers of the paper's figure 3."""

    def __init__(self, num_classes: int = 1000) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(3, 96, 7, stride=2, padding=1)
        self.relu1 = nn.ReLU(inplace=True)
        self.pool1 = nn.MaxPool2d(3, stride=2, padding=1)
        self.norm1 = local_response_norm()
        self.conv2 = nn.Conv2d(96, 256, 5, stride=2)
        self.relu2 = nn.ReLU(inplace=True)
        self.pool2 = nn.MaxPool2d(3, stride=2, padding=1)
        self.norm2 = local_response_norm()
        self.conv3 = nn.Conv2d(256, 384, 3, padding=1)
        self.relu3 = nn.ReLU(inplace=True)
        self.conv4 = nn.Conv2d(384, 384, 3, padding=1)
        self.relu4 = nn.ReLU(inplace=True)
        self.conv5 = nn.Conv2d(384, 256, 3, padding=1)
        self.relu5 = nn.ReLU(inplace=True)
        self.pool5 = nn.MaxPool2d(3, stride=2)
        self.fc6 = nn.Linear(256 * 6 * 6, 4096)
        self.relu6 = nn.ReLU(inplace=True)
        self.drop6 = nn.Dropout(0.5)
        self.fc7 = nn.Linear(4096, 4096)
        self.relu7 = nn.ReLU(inplace=True)
        self.drop7 = nn.Dropout(0.5)
        self.fc8 = nn.Linear(4096, num_classes)
        self.apply(_initialise)

    def forward(self, x: Tensor) -> Tensor:
        """Map images (N, 3, 224, 224) to logits (N, num_classes)."""
        x = self.relu1(self.conv1(x))  # (N, 96, 110, 110)
        x = self.norm1(self.pool1(x))  # (N, 96, 55, 55)
        x = self.relu2(self.conv2(x))  # (N, 256, 26, 26)
        x = self.norm2(self.pool2(x))  # (N, 256, 13, 13)
        x = self.relu3(self.conv3(x))  # (N, 384, 13, 13)
        x = self.relu4(self.conv4(x))  # (N, 384, 13, 13)
        x = self.relu5(self.conv5(x))  # (N, 256, 13, 13)
        x = self.pool5(x).flatten(1)  # (N, 9216)
        x = self.drop6(self.relu6(self.fc6(x)))  # (N, 4096)
        x = self.drop7(self.relu7(self.fc7(x)))  # (N, 4096)
        logits: Tensor = self.fc8(x)  # (N, num_classes)
        return logits


def _initialise(module: nn.Module) -> None:
    """Set weights of size 0.01 and biases of zero, as section 3 says; that they are normal is AlexNet's way."""
    if isinstance(module, nn.Conv2d | nn.Linear):
        nn.init.normal_(module.weight, std=0.01)
        if module.bias is not None:
            nn.init.zeros_(module.bias)


register(
    "zfnet",
    ZFNet,
    family="ZFNet",
    year=2013,
    params=62_357_608,
    macs=1_168_032_896,
    top1=61.6,  # one network on the validation set, table 2
    preprocess=imagenet(256, 224),
)
