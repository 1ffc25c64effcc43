"""A user's file: small networks of which parts are switched off, or excited."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn


class Residual(nn.Module):
    """A residual block, an activation in place, five classes."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Conv2d(3, 6, 8, stride=8)
        self.conv, self.norm = nn.Conv2d(6, 6, 3, padding=1), nn.BatchNorm2d(6)
        self.act = nn.ReLU(inplace=True)
        self.head = nn.Linear(6, 5)
        self.same = nn.Identity()

    def forward(self, x: Tensor) -> Tensor:
        x = self.same(self.stem(x))
        y = self.norm(self.conv(x))
        y = y + x
        return self.head(self.act(y).mean((2, 3)))


class Pooling(Residual):
    """Its activation is pooled."""

    def __init__(self) -> None:
        super().__init__()
        self.pooled = nn.MaxPool2d(2)

    def forward(self, x: Tensor) -> Tensor:
        return self.head(self.pooled(self.act(self.norm(self.conv(self.stem(x))))).mean((2, 3)))


class Stubborn(Residual):
    """Its shapes are written out: it takes no batch half-way."""

    def forward(self, x: Tensor) -> Tensor:
        y = self.norm(self.conv(self.stem(x)))
        return self.head(y.reshape(1, 6, -1).mean(2))


class Gathering(Residual):
    """Concatenates two branches, of which only one is widened half-way."""

    def forward(self, x: Tensor) -> Tensor:
        x = self.stem(x)
        y = torch.cat([self.norm(self.conv(x)), x], 1)
        return self.head((y[:, :6] * y[:, 6:].sigmoid()).mean((2, 3)))


class Deepening(Residual):
    """Its branch goes through a module that, when nothing is trained, hands on what it is given."""

    def forward(self, x: Tensor) -> Tensor:
        x = self.stem(x)
        return self.head((x + self.same(self.norm(self.conv(x)))).mean((2, 3)))


class Mingling(Residual):
    """Takes a batch half-way, and mingles what is in it."""

    def forward(self, x: Tensor) -> Tensor:
        y = self.norm(self.conv(self.stem(x))).mean((2, 3))
        return self.head(y - y.mean(0, keepdim=True) * 0.5)


class Attending(nn.Module):
    """Attention of three kinds over 16 tokens and a class token, two heads each."""

    def __init__(self) -> None:
        super().__init__()
        self.patch = nn.Conv2d(3, 8, 56, stride=56)
        self.token = nn.Parameter(torch.randn(1, 1, 8))
        self.torchs = nn.MultiheadAttention(8, 2, batch_first=True)
        self.qkv = nn.Linear(8, 24)
        self.head = nn.Linear(8, 5)

    def forward(self, x: Tensor) -> Tensor:
        tokens = self.patch(x).flatten(2).transpose(1, 2)
        tokens = torch.cat([self.token, tokens], 1)
        tokens = tokens + self.torchs(tokens, tokens, tokens)[0]
        q, k, v = self.qkv(tokens).reshape(1, -1, 3, 2, 4).permute(2, 0, 3, 1, 4)
        fused = F.scaled_dot_product_attention(q, k, v)
        byhand = F.dropout((q @ k.transpose(-2, -1)).softmax(-1), 0.1, self.training) @ v
        tokens = tokens + (fused + byhand).transpose(1, 2).reshape(1, -1, 8)
        return self.head(tokens[:, 0])


class Dividing(Residual):
    """Divides by its first channel: without it the answer is no number."""

    def forward(self, x: Tensor) -> Tensor:
        y = self.norm(self.conv(self.stem(x)))
        return self.head((y / y[:, :1].abs().mean()).mean((2, 3)))


class Whole(Residual):
    """Rounds to whole numbers half-way."""

    def forward(self, x: Tensor) -> Tensor:
        y = (self.stem(x) * 10).to(torch.int64).clamp(-5, 5)
        return self.head(y.float().mean((2, 3)))


class One(Residual):
    """Gives the probability of one class."""

    def forward(self, x: Tensor) -> Tensor:
        return super().forward(x)[:, :1].sigmoid()


class Picture(Residual):
    """Returns no classes."""

    def forward(self, x: Tensor) -> Tensor:
        return self.stem(x)
