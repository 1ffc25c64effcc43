"""A user's file: networks that do what the tests of the command line need."""

import sys

import torch
import torch.nn.functional as F
from torch import Tensor, nn


class Split(nn.Module):
    """A convolution and a pooling with two outputs, in a dictionary."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 3)

    def forward(self, x: Tensor) -> dict[str, Tensor]:
        values, indices = torch.max(self.conv(x), dim=1)
        return {"values": values, "indices": indices}


class Attention(nn.Module):
    """One module that spells several operations out."""

    def __init__(self) -> None:
        super().__init__()
        self.embed = nn.Linear(3, 8)

    def forward(self, x: Tensor) -> Tensor:
        tokens = self.embed(x.flatten(2).transpose(1, 2))  # (N, H W, 8)
        scores = torch.softmax(tokens @ tokens.transpose(1, 2) / 8**0.5, dim=-1)
        return (scores @ tokens).mean(1)


class Classifier(nn.Module):
    """Logits over five classes, and a print in the wrong place."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 5, 4, stride=4)
        self.norm = nn.BatchNorm2d(5)
        self.drop = nn.Dropout(0.5)

    def forward(self, x: Tensor) -> Tensor:
        print("looking at", tuple(x.shape))
        return self.drop(self.norm(self.conv(x)).mean((2, 3)))


class NotANumber(Classifier):
    """Answers NaN."""

    def forward(self, x: Tensor) -> Tensor:
        return super().forward(x) * float("nan")


class Failing(nn.Module):
    """Its second convolution does not fit its first."""

    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Conv2d(3, 4, 3)
        self.second = nn.Conv2d(5, 4, 3)

    def forward(self, x: Tensor) -> Tensor:
        return self.second(self.first(x).relu())


class Double(nn.Module):
    """Works in float64."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 2, 3, dtype=torch.float64)

    def forward(self, x: Tensor) -> Tensor:
        return self.conv(x)


class Words(nn.Module):
    """Looks numbers up."""

    def __init__(self) -> None:
        super().__init__()
        self.table = nn.Embedding(10, 4)

    def forward(self, x: Tensor) -> Tensor:
        return self.table(x)


class LowPrecision(nn.Module):
    """Passes through dtypes that numpy lacks."""

    def forward(self, x: Tensor) -> Tensor:
        return x.bfloat16().to(torch.float8_e5m2).float()


class Line(nn.Module):
    """A network over signals."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv1d(1, 2, 5)

    def forward(self, x: Tensor) -> Tensor:
        return self.conv(x)


class Volume(nn.Module):
    """A network over volumes."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv3d(1, 2, 3)

    def forward(self, x: Tensor) -> Tensor:
        return self.conv(x)


class Itself(nn.Module):
    """Convolves its input with a corner of it: no receptive field is followed through that."""

    def forward(self, x: Tensor) -> Tensor:
        return F.conv2d(x, x[:, :, :3, :3])


class Untrainable(nn.Module):
    """Has nothing to train."""

    def forward(self, x: Tensor) -> Tensor:
        return x.mean((2, 3))


class Unshuffled(nn.Module):
    """Each two by two pixels laid into channels, and mixed."""

    def __init__(self) -> None:
        super().__init__()
        self.unshuffle, self.mix = nn.PixelUnshuffle(2), nn.Conv2d(12, 4, 1)

    def forward(self, x: Tensor) -> Tensor:
        return self.mix(self.unshuffle(x))


class Inverse(nn.Module):
    """Squares its input and inverts it; how much the latter takes is the library's secret."""

    def forward(self, x: Tensor) -> Tensor:
        return torch.linalg.inv(x @ x)


class Leaving(nn.Module):
    """Ends the program."""

    def forward(self, x: Tensor) -> Tensor:
        sys.exit(7)


print("this file greets whoever runs it")
