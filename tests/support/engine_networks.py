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


class Ring(Classifier):
    """Holds itself: nothing but Python's garbage collector frees it."""

    def __init__(self) -> None:
        super().__init__()
        self.ring = [self]


class Failing(Classifier):
    """Fails after its convolution."""

    def forward(self, x: Tensor) -> Tensor:
        return self.norm(self.conv(x) @ x)


class Dazzled(Classifier):
    """Fails on a picture that is brighter than a black one."""

    def forward(self, x: Tensor) -> Tensor:
        found = self.conv(x)
        if x.mean() > -1:
            raise ValueError("too bright")
        return self.norm(found).mean((2, 3))


class Growing(Classifier):
    """Answers a black picture with two tensors, any other with one."""

    def forward(self, x: Tensor) -> Tensor | tuple[Tensor, Tensor]:
        found = self.conv(x).mean((2, 3))
        return found if x.mean() > -1 else (found, found)


class BreaksInBuilding(nn.Module):
    """Cannot be built."""

    def __init__(self) -> None:
        raise ValueError("no\nluck")


class Deep(nn.Module):
    """Draws by chance, writes in place, calls a module twice and normes a weight; chance is drawn in eval mode too."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.utils.parametrizations.weight_norm(nn.Conv2d(3, 8, 3, padding=1))
        self.block = nn.Sequential(nn.Conv2d(8, 8, 3, padding=1), nn.BatchNorm2d(8), nn.ReLU(inplace=True))
        self.head = nn.Linear(8, 5)

    def forward(self, x: Tensor) -> Tensor:
        x = nn.functional.dropout(self.stem(x), 0.3, training=True)
        x = self.block(x) + torch.rand_like(x)
        x[:, 0].mul_(2)
        x = self.block(x)
        return self.head(x.sin().mean((2, 3)))


class Quantised(Deep):
    """Works in eight bits at first."""

    def forward(self, x: Tensor) -> Tensor:
        eight = torch.quantize_per_tensor(x.repeat(1, 4, 1, 1), 0.05, 100, torch.quint8)
        eight = nn.functional.max_pool2d(eight.relu(), 3, 1, 1)
        return super().forward(eight.dequantize()[:, :3])


_TIMES: list[float] = []


class Moody(Deep):
    """Never computes the same twice: it counts where nobody looks."""

    def forward(self, x: Tensor) -> Tensor:
        _TIMES.append(1.0)
        return super().forward(x + len(_TIMES))
