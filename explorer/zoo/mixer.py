"""MLP-Mixer: neither convolution nor attention, only perceptrons and transpositions.

Tolstikhin, Houlsby, Kolesnikov, Beyer, Zhai, Unterthiner, Yung, Steiner, Keysers, Uszkoreit, Lucic and Dosovitskiy,
"MLP-Mixer: An all-MLP Architecture for Vision", 2021. The image becomes a table, a row for each patch and a column
for each channel. A layer mixes it twice: one perceptron runs along the columns, the same for each channel, and lets
the patches exchange what they hold; another runs along the rows, the same for each patch, and mixes the channels.
Against the Vision Transformer the first takes the place of attention; since its weights belong to fixed places it
needs neither position embedding nor class token, and works for one size of image only.
"""

import math
from functools import partial
from typing import NamedTuple

from torch import Tensor, nn

from explorer.records.models import Preprocess
from explorer.zoo.registry import register


class Variant(NamedTuple):
    """A network of the paper's table 1 with patches of 16x16.

    Attributes:
        layers: Mixer blocks.
        dim: Channels of the table.
        params: Number of parameters.
        macs: Multiply-accumulates of one image.
        top1: Trained on ImageNet-1k alone, as the paper says of B/16 (section 3.2); None where it says nothing.
    """

    layers: int
    dim: int
    params: int
    macs: int
    top1: float | None = None


IMAGE_SIZE = 224
PATCH = 16
VARIANTS = {
    "s16": Variant(layers=8, dim=512, params=18_528_264, macs=3_776_958_464),
    "b16": Variant(layers=12, dim=768, params=59_880_472, macs=12_601_767_936, top1=76.4),
}

norm = partial(nn.LayerNorm, eps=1e-6)


class PatchEmbedding(nn.Module):
    """One linear layer for all patches: a convolution that steps as far as its filters are wide."""

    def __init__(self, dim: int) -> None:
        super().__init__()
        self.proj = nn.Conv2d(3, dim, PATCH, stride=PATCH)

    def forward(self, x: Tensor) -> Tensor:
        """Map images (N, 3, H, W) to the table (N, L, C), a row for each of the L patches."""
        y: Tensor = self.proj(x)  # (N, C, H / 16, W / 16)
        return y.flatten(2).transpose(1, 2)


class Mlp(nn.Module):
    """Two linear layers with a GELU between them, along the last axis."""

    def __init__(self, width: int, hidden: int) -> None:
        super().__init__()
        self.fc1 = nn.Linear(width, hidden)
        self.act = nn.GELU()
        self.fc2 = nn.Linear(hidden, width)

    def forward(self, x: Tensor) -> Tensor:
        """Map (..., width) to the same shape."""
        y: Tensor = self.fc2(self.act(self.fc1(x)))
        return y


class MixerBlock(nn.Module):
    """Mix the patches of each channel, then the channels of each patch; a norm before, a skip around each."""

    def __init__(self, patches: int, dim: int) -> None:
        super().__init__()
        self.norm1 = norm(dim)
        self.mlp_tokens = Mlp(patches, dim // 2)
        self.norm2 = norm(dim)
        self.mlp_channels = Mlp(dim, 4 * dim)

    def forward(self, x: Tensor) -> Tensor:
        """Map the table (N, L, C) to the same shape."""
        columns = self.norm1(x).transpose(1, 2)  # (N, C, L)
        x = x + self.mlp_tokens(columns).transpose(1, 2)  # (N, L, C)
        y: Tensor = x + self.mlp_channels(self.norm2(x))  # (N, L, C)
        return y


class Mixer(nn.Module):
    """Patches to a table, Mixer blocks, norm, average over the patches, one linear layer."""

    def __init__(self, layers: int, dim: int, num_classes: int = 1000) -> None:
        super().__init__()
        patches = (IMAGE_SIZE // PATCH) ** 2
        self.stem = PatchEmbedding(dim)
        self.blocks = nn.Sequential(*(MixerBlock(patches, dim) for _ in range(layers)))
        self.norm = norm(dim)
        self.head = nn.Linear(dim, num_classes)
        self.apply(_initialise)
        nn.init.zeros_(self.head.weight)
        nn.init.zeros_(self.head.bias)

    def forward(self, x: Tensor) -> Tensor:
        """Map images (N, 3, 224, 224) to logits (N, num_classes)."""
        x = self.stem(x)  # (N, L, C)
        x = self.norm(self.blocks(x))  # (N, L, C)
        logits: Tensor = self.head(x.mean(dim=1))  # (N, num_classes)
        return logits


def _initialise(module: nn.Module) -> None:
    """Draw the perceptrons after Xavier with tiny biases, the patches' filters after LeCun without outliers."""
    if isinstance(module, Mlp):
        for layer in (module.fc1, module.fc2):
            nn.init.xavier_uniform_(layer.weight)
            nn.init.normal_(layer.bias, std=1e-6)
    elif isinstance(module, PatchEmbedding):
        fan_in = module.proj.weight[0].numel()
        # 0.8796 is the standard deviation of a standard normal distribution cut off at -2 and 2.
        std = math.sqrt(1 / fan_in) / 0.87962566103423978
        nn.init.trunc_normal_(module.proj.weight, std=std, a=-2 * std, b=2 * std)
        if module.proj.bias is not None:
            nn.init.zeros_(module.proj.bias)


for size, variant in VARIANTS.items():
    register(
        f"mixer_{size}",
        partial(Mixer, variant.layers, variant.dim),
        family="MLP-Mixer",
        year=2021,
        params=variant.params,
        macs=variant.macs,
        top1=variant.top1,
        preprocess=Preprocess(256, IMAGE_SIZE, mean=(0.5,) * 3, std=(0.5,) * 3, interpolation="bicubic"),
    )
