"""A user's file: networks that do what the tests of the engine need."""

import torch
from torch import Tensor, nn


class Classifier(nn.Module):
    """Logits over five classes; its ReLU works in place."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 5, 4, stride=4)
        self.norm = nn.BatchNorm2d(5)

    def forward(self, x: Tensor) -> Tensor:
        return self.norm(self.conv(x)).relu_().mean((2, 3))


class Pair(Classifier):
    """Answers with two tensors."""

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        return torch.max(self.conv(x), dim=1)


class Failing(Classifier):
    """Fails after its convolution."""

    def forward(self, x: Tensor) -> Tensor:
        return self.norm(self.conv(x) @ x)


class BreaksInBuilding(nn.Module):
    """Cannot be built."""

    def __init__(self) -> None:
        raise ValueError("no\nluck")
