"""LeNet-5: convolutions learn the features that people used to design by hand.

LeCun, Bottou, Bengio and Haffner, "Gradient-Based Learning Applied to Document Recognition", 1998. A small
filter looks for the same stroke everywhere on the page; subsampling then forgets where exactly it was found. Two
rounds of that shrink a digit to 16 maps of 5x5, which three dense layers read.

This is the form that courses teach. The paper's input is 32x32, its digits in the middle: here 28x28 with a padding
of two. Its subsampling layers have a trainable factor and bias each, its second convolution sees only some of the
first one's maps, its tanh is stretched and its outputs are distances to drawn patterns: here the layers are plain.
"""

import math

from torch import Tensor, nn

from explorer.records.models import Preprocess
from explorer.zoo.registry import register


class LeNet5(nn.Module):
    """Two rounds of convolution and subsampling, then three dense layers."""

    def __init__(self, num_classes: int = 10) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(1, 6, 5, padding=2)
        self.tanh1 = nn.Tanh()
        self.pool1 = nn.AvgPool2d(2)
        self.conv2 = nn.Conv2d(6, 16, 5)
        self.tanh2 = nn.Tanh()
        self.pool2 = nn.AvgPool2d(2)
        self.fc1 = nn.Linear(16 * 5 * 5, 120)
        self.tanh3 = nn.Tanh()
        self.fc2 = nn.Linear(120, 84)
        self.tanh4 = nn.Tanh()
        self.fc3 = nn.Linear(84, num_classes)
        self.apply(_initialise)

    def forward(self, x: Tensor) -> Tensor:
        """Map digits (N, 1, 28, 28) to logits (N, num_classes)."""
        x = self.pool1(self.tanh1(self.conv1(x)))  # (N, 6, 14, 14)
        x = self.pool2(self.tanh2(self.conv2(x)))  # (N, 16, 5, 5)
        x = x.flatten(1)  # (N, 400)
        x = self.tanh3(self.fc1(x))  # (N, 120)
        x = self.tanh4(self.fc2(x))  # (N, 84)
        logits: Tensor = self.fc3(x)  # (N, num_classes)
        return logits


def _initialise(module: nn.Module) -> None:
    """Draw weights as the paper's appendix A does: uniform within 2.4 over the number of a unit's inputs."""
    if isinstance(module, nn.Conv2d | nn.Linear):
        bound = 2.4 / math.prod(module.weight.shape[1:])
        nn.init.uniform_(module.weight, -bound, bound)
        if module.bias is not None:
            nn.init.uniform_(module.bias, -bound, bound)


register(
    "lenet5",
    LeNet5,
    family="LeNet",
    year=1998,
    params=61_706,
    macs=416_520,
    # Mean and standard deviation of the pixels of MNIST's training images.
    preprocess=Preprocess(28, 28, mean=(0.1307,), std=(0.3081,), channels=1),
    categories=tuple("0123456789"),
)
