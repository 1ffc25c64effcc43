"""A small network for images of any size: global average pooling in place of dense layers.

Lin, Chen and Yan, "Network In Network", 2013: instead of giving every place of the last maps weights of its own, take
each map's mean. What is left has as many numbers as the layer has channels, however large the image, so that the
classifier fits all; and it no longer matters where in the image something was found.
"""

from torch import Tensor, nn

from explorer.records.models import Preprocess
from explorer.zoo.registry import register


class GapCnn(nn.Module):
    """Two convolutions, the mean of each map, one dense layer."""

    def __init__(self, num_classes: int = 10) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(3, 16, 5, padding=2)
        self.pool1 = nn.MaxPool2d(2)
        self.conv2 = nn.Conv2d(16, 32, 3, padding=1)
        self.relu2 = nn.ReLU(inplace=True)
        self.global_pool = nn.AdaptiveAvgPool2d(1)
        self.fc = nn.Linear(32, num_classes)

    def forward(self, x: Tensor) -> Tensor:
        """Map images (N, 3, H, W), at least 2x2, to logits (N, num_classes)."""
        x = self.pool1(self.conv1(x))  # (N, 16, H / 2, W / 2)
        x = self.relu2(self.conv2(x))  # (N, 32, H / 2, W / 2)
        x = self.global_pool(x).flatten(1)  # (N, 32)
        logits: Tensor = self.fc(x)  # (N, num_classes)
        return logits


register(
    "gap_cnn",
    GapCnn,
    family="Network in Network",
    year=2013,
    params=6_186,
    macs=118_014_272,
    preprocess=Preprocess(256, 224, mean=(0.5,) * 3, std=(0.5,) * 3),
)
