"""A user's file: small networks that are hard to explain, each in its own way."""

import os
from typing import Any

import torch
from torch import Tensor, nn


class Plain(nn.Module):
    """Two convolutions, in-place ReLUs, five logits; no average lies between the places and the classes."""

    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Conv2d(3, 6, 8, stride=8)
        self.second = nn.Conv2d(6, 8, 3, padding=1)
        self.relu = nn.ReLU(inplace=True)
        self.head = nn.LazyLinear(5)
        self.head(torch.zeros(1, 8 * 28 * 28))

    def features(self, x: Tensor) -> Tensor:
        return self.relu(self.second(self.relu(self.first(x))))

    def forward(self, x: Tensor) -> Any:
        return self.head(self.features(x).flatten(1))


class Softmax(Plain):
    """Ends in a softmax."""

    def forward(self, x: Tensor) -> Tensor:
        return super().forward(x).softmax(1)


class SigmoidInPlace(Plain):
    """Writes its probabilities over its logits."""

    def forward(self, x: Tensor) -> Tensor:
        return super().forward(x).sigmoid_()


class Quiet(Plain):
    """Its logits are very small."""

    def forward(self, x: Tensor) -> Tensor:
        return super().forward(x) * 1e-6


class Quieter(Plain):
    """Its logits are smaller still."""

    def forward(self, x: Tensor) -> Tensor:
        return super().forward(x) * 1e-9


class YesOrNo(Plain):
    """Gives one probability."""

    def forward(self, x: Tensor) -> Tensor:
        return super().forward(x)[:, :1].sigmoid()


class Certain(Plain):
    """Gives one probability that no sigmoid ends in."""

    def forward(self, x: Tensor) -> Tensor:
        return super().forward(x)[:, :1].sigmoid() * 0.5 + 0.25


class Rounding(Plain):
    """Its convolutions give whole numbers."""

    def features(self, x: Tensor) -> Tensor:
        return (super().features(x) * 100).long()

    def forward(self, x: Tensor) -> Tensor:
        return self.head(self.features(x).float().flatten(1))


class Cut(Plain):
    """Computes its features where gradients are switched off."""

    @torch.no_grad()
    def features(self, x: Tensor) -> Tensor:
        return super().features(x)


class WithoutGradients(Plain):
    """Computes all of it where gradients are switched off."""

    @torch.no_grad()
    def forward(self, x: Tensor) -> Tensor:
        return super().forward(x)


class Frozen(Plain):
    """None of its parameters asks for a gradient."""

    def __init__(self) -> None:
        super().__init__()
        self.requires_grad_(False)


class NotANumber(Plain):
    """Gives NaN for the first class."""

    def forward(self, x: Tensor) -> Tensor:
        found = super().forward(x)
        return torch.cat([found[:, :1] * float("nan"), found[:, 1:]], 1)


class Half(Plain):
    """Works in bfloat16."""

    def __init__(self) -> None:
        super().__init__()
        self.bfloat16()


class _Tamper(torch.autograd.Function):
    @staticmethod
    def forward(context: Any, x: Tensor, model: nn.Module) -> Tensor:
        context.model = model
        return x.clone()

    @staticmethod
    def backward(context: Any, gradient: Tensor) -> tuple[Tensor, None]:
        context.model.seen += 1
        context.model.times = context.model.times + 1
        with torch.no_grad():
            if context.model.writes:
                context.model.head.bias.add_(1.0)
        return gradient, None


class Tampering(Plain):
    """Counts in a buffer and an attribute when it is differentiated."""

    writes = False

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("seen", torch.zeros(1))
        self.times = 0

    def forward(self, x: Tensor) -> Tensor:
        return super().forward(_Tamper.apply(x, self))


class Writing(Tampering):
    """Writes into its parameters when it is differentiated."""

    writes = True


class Grows(Plain):
    """Writes into its parameters in each forward."""

    def features(self, x: Tensor) -> Tensor:
        with torch.no_grad():
            self.second.weight.mul_(1.5)
        return super().features(x)


class Data(Plain):
    """Writes into its parameters behind torch's back."""

    def features(self, x: Tensor) -> Tensor:
        self.second.weight.data.mul_(1.5)
        return super().features(x)


class Renormalised(Plain):
    """Puts other values in the place of its parameters', as networks do that limit their norm."""

    def features(self, x: Tensor) -> Tensor:
        self.second.weight.data = self.second.weight.data * 1.5
        return super().features(x)


class Sparse(Plain):
    """Makes sparse tensors in each forward."""

    def forward(self, x: Tensor) -> Tensor:
        return (super().forward(x).relu().to_sparse() * 2).to_dense()


class OwnCopy(Plain):
    """Gives itself as its copy."""

    def __deepcopy__(self, _memo: object) -> "OwnCopy":
        return self


class OneByOne(Plain):
    """Takes no batches."""

    def forward(self, x: Tensor) -> Tensor:
        return super().forward(x.reshape(1, 3, 224, 224))


class Mixing(Plain):
    """What one picture of a batch gets depends on the others."""

    def forward(self, x: Tensor) -> Tensor:
        return super().forward(x - x.mean(0, keepdim=True) + x.flatten(1).mean() * 10)


class Chance(Plain):
    """Draws by chance in each forward."""

    def forward(self, x: Tensor) -> Tensor:
        return super().forward(x + 0.01 * torch.randn_like(x[:1]))


class AtHome(Plain):
    """Runs only where what it set when it was built still holds."""

    def __init__(self) -> None:
        super().__init__()
        os.environ["OF_ITS_OWN"] = "1"

    def forward(self, x: Tensor) -> Any:
        assert os.environ.get("OF_ITS_OWN") == "1", "it is not at home"
        return super().forward(x)


class Segmenting(Plain):
    """Gives each pixel a class."""

    def forward(self, x: Tensor) -> Any:
        return {"out": nn.functional.interpolate(self.features(x), x.shape[2:])}


class Flat(Plain):
    """The class does not depend on the picture's places: its convolution gives zero."""

    def __init__(self) -> None:
        super().__init__()
        nn.init.zeros_(self.head.weight)


class Block(nn.Module):
    """A transformer's block: attention and a perceptron, each beside what came before."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.norm1, self.norm2 = nn.LayerNorm(width), nn.LayerNorm(width)
        self.attention = nn.MultiheadAttention(width, 2, batch_first=True)
        self.mlp = nn.Sequential(nn.Linear(width, 2 * width), nn.GELU(), nn.Linear(2 * width, width))

    def forward(self, x: Tensor) -> Tensor:
        y = self.norm1(x)
        x = x + self.attention(y, y, y, need_weights=False)[0]
        return x + self.mlp(self.norm2(x))


class Tokens(nn.Module):
    """A small vision transformer whose class token alone is read."""

    def __init__(self, width: int = 16) -> None:
        super().__init__()
        self.patches = nn.Conv2d(3, width, 32, stride=32)
        self.token = nn.Parameter(torch.randn(1, 1, width))
        self.blocks = nn.Sequential(Block(width), Block(width), Block(width))
        self.norm = nn.LayerNorm(width)
        self.head = nn.Linear(width, 5)

    def forward(self, x: Tensor) -> Tensor:
        tokens = self.patches(x).flatten(2).transpose(1, 2)  # (N, 49, D)
        tokens = torch.cat([self.token.expand(len(tokens), -1, -1), tokens], 1)
        return self.head(self.norm(self.blocks(tokens))[:, 0])


class LastChannels(nn.Module):
    """Channels last, as in Swin."""

    def __init__(self) -> None:
        super().__init__()
        self.patches = nn.Conv2d(3, 8, 32, stride=32)
        self.norm = nn.LayerNorm(8)
        self.head = nn.Linear(8, 5)

    def forward(self, x: Tensor) -> Tensor:
        y = self.norm(self.patches(x).permute(0, 2, 3, 1))  # (N, 7, 7, 8)
        return self.head(y.relu().permute(0, 3, 1, 2).mean((2, 3)))
