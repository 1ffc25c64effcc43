"""A user's file: small networks that the tests of comparing put side by side."""

from torch import Tensor, nn


class Block(nn.Module):
    """Two convolutions, and around them the skip connection."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(channels, channels, 3, padding=1)
        self.bn1 = nn.BatchNorm2d(channels)
        self.relu = nn.ReLU(inplace=True)
        self.conv2 = nn.Conv2d(channels, channels, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        y = self.conv2(self.relu(self.bn1(self.conv1(x))))
        y += x
        return self.relu(y)


class Small(nn.Module):
    """A stem, two blocks, ten logits."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Conv2d(3, 6, 4, stride=4)
        self.blocks = nn.Sequential(Block(6), nn.MaxPool2d(2), Block(6))
        self.fc = nn.Linear(6, 10)

    def forward(self, x: Tensor) -> Tensor:
        return self.fc(self.blocks(self.stem(x)).mean((2, 3)))


class Tokens(nn.Module):
    """Patches of a picture that attend to each other: values of tokens, and of tokens by tokens."""

    def __init__(self) -> None:
        super().__init__()
        self.patches = nn.Conv2d(3, 6, 8, stride=8)
        self.fc = nn.Linear(6, 10)

    def forward(self, x: Tensor) -> Tensor:
        tokens = self.patches(x).flatten(2).transpose(1, 2)
        attention = (tokens @ tokens.transpose(1, 2)).softmax(-1)
        return self.fc((attention @ tokens).mean(1))


class Two(Small):
    """Reads two pictures."""

    def forward(self, x: Tensor, other: Tensor) -> Tensor:
        return super().forward(x) - super().forward(other.flip(-1))


class Even(nn.Module):
    """Six convolutions whose values all take as much, far more than the picture."""

    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Conv2d(3, 16, 3, padding=1)
        self.rest = nn.Sequential(*(nn.Conv2d(16, 16, 3, padding=1) for _ in range(5)))

    def forward(self, x: Tensor) -> Tensor:
        return self.rest(self.first(x)).mean((2, 3))
