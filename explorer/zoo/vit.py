"""Vision Transformer: an image is a sentence of patches, read by the encoder that was made for words.

Dosovitskiy, Beyer, Kolesnikov, Weissenborn, Zhai, Unterthiner, Dehghani, Minderer, Heigold, Gelly, Uszkoreit and
Houlsby, "An Image is Worth 16x16 Words: Transformers for Image Recognition at Scale", 2020. The image is cut into
patches, and each becomes one vector, a token. A further token of its own, the class token, stands before them, and
every token is told where it stands by a learned vector that is added to it. Each layer of the encoder lets every
token gather from all others what it attends to, then thinks about it on its own. The class token's last state is
classified. Nothing says that neighbours belong together: that is learned from very many images.

`vit_cifar` is the small network of the course for 32x32 images: its heads are wider than its tokens divided by
heads, its queries, keys and values have no bias, and its patches are normalised before and after their projection.
"""

from collections import OrderedDict
from functools import partial
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from explorer.records.models import Preprocess
from explorer.zoo.cifar_net import CLASSES
from explorer.zoo.registry import StateDict, imagenet, register, torchvision_file


class Scale(NamedTuple):
    """What tells one Vision Transformer from another.

    Attributes:
        patch: Side of the patches in pixels.
        layers: Layers of the encoder.
        heads: Heads of each attention.
        dim: Numbers in a token.
        mlp: Numbers in the hidden layer of the perceptrons.
        head_dim: Numbers in the query of one head; None for dim / heads.
        qkv_bias: Queries, keys and values have a bias.
        patch_norms: Patches are normalised before and after their projection.
    """

    patch: int
    layers: int
    heads: int
    dim: int
    mlp: int
    head_dim: int | None = None
    qkv_bias: bool = True
    patch_norms: bool = False


class Variant(NamedTuple):
    """A published network, and torchvision's weights for it."""

    scale: Scale
    params: int
    macs: int
    top1: float
    file: str
    mebibytes: float
    resize: int


# fmt: off
VARIANTS = {
    "b_16": Variant(Scale(16, 12, 12, 768, 3072), 86_567_656, 17_563_828_224, 81.072, "c867db91", 330.285, 256),
    "b_32": Variant(Scale(32, 12, 12, 768, 3072), 88_224_232, 4_409_186_304, 75.912, "d86f8d99", 336.604, 256),
    "l_16": Variant(Scale(16, 24, 16, 1024, 4096), 304_326_632, 61_554_712_576, 79.662, "852ce7e3", 1161.023, 242),
}
# fmt: on
CIFAR = Scale(4, 6, 16, 256, 1024, head_dim=64, qkv_bias=False, patch_norms=True)

norm = partial(nn.LayerNorm, eps=1e-6)


class SelfAttention(nn.Module):
    """Every token asks all tokens, and gathers their values in the shares of its softmax; all heads at once.

    Vaswani et al., "Attention Is All You Need", 2017, equation 1: softmax(q k^T / sqrt(d)) v. The softmax has the
    shape (N, heads, tokens that ask, tokens that answer), and its rows sum to 1.
    """

    def __init__(self, dim: int, heads: int, head_dim: int, qkv_bias: bool) -> None:
        super().__init__()
        self.heads, self.head_dim = heads, head_dim
        inner = heads * head_dim
        self.in_proj_weight = nn.Parameter(torch.empty(3 * inner, dim))
        self.in_proj_bias = nn.Parameter(torch.empty(3 * inner)) if qkv_bias else None
        self.out_proj = nn.Linear(inner, dim)
        nn.init.xavier_uniform_(self.in_proj_weight)
        if self.in_proj_bias is not None:
            nn.init.zeros_(self.in_proj_bias)
        nn.init.zeros_(self.out_proj.bias)

    def forward(self, x: Tensor) -> Tensor:
        """Map tokens (N, L, dim) to what they gathered, in the same shape."""
        qkv = F.linear(x, self.in_proj_weight, self.in_proj_bias)  # (N, L, 3 * heads * head_dim)
        qkv = qkv.reshape(*x.shape[:2], 3, self.heads, self.head_dim)  # (N, L, 3, heads, head_dim)
        q, k, v = qkv.permute(2, 0, 3, 1, 4)  # each (N, heads, L, head_dim)
        scores = q * self.head_dim**-0.5 @ k.transpose(2, 3)  # (N, heads, L, L)
        attention = scores.softmax(dim=3)  # (N, heads, L, L)
        gathered = attention @ v  # (N, heads, L, head_dim)
        y: Tensor = self.out_proj(gathered.transpose(1, 2).flatten(2))  # (N, L, dim)
        return y


class Mlp(nn.Sequential):
    """Two linear layers with a GELU between them, the same for each token.

    They have torchvision's numbers; its 2 and 4 are dropouts of nothing.
    """

    def __init__(self, dim: int, hidden: int) -> None:
        layers = [nn.Linear(dim, hidden), nn.Linear(hidden, dim)]
        super().__init__(OrderedDict([("0", layers[0]), ("1", nn.GELU()), ("3", layers[1])]))
        for layer in layers:
            nn.init.xavier_uniform_(layer.weight)
            nn.init.normal_(layer.bias, std=1e-6)


class EncoderBlock(nn.Module):
    """Gather, then think: attention and a perceptron, each with a norm before it and a skip connection around it."""

    def __init__(self, scale: Scale) -> None:
        super().__init__()
        dim = scale.dim
        self.ln_1 = norm(dim)
        self.self_attention = SelfAttention(
            dim, scale.heads, scale.head_dim or dim // scale.heads, scale.qkv_bias
        )
        self.ln_2 = norm(dim)
        self.mlp = Mlp(dim, scale.mlp)

    def forward(self, x: Tensor) -> Tensor:
        """Map tokens (N, L, dim) to the same shape."""
        x = self.self_attention(self.ln_1(x)) + x
        y: Tensor = x + self.mlp(self.ln_2(x))
        return y


class Encoder(nn.Module):
    """Tell the tokens their places, run them through the layers, normalise."""

    def __init__(self, scale: Scale, grid: int) -> None:
        super().__init__()
        self.grid = grid
        self.pos_embedding = nn.Parameter(torch.empty(1, grid**2 + 1, scale.dim).normal_(std=0.02))
        self.layers = nn.Sequential(
            OrderedDict((f"encoder_layer_{index}", EncoderBlock(scale)) for index in range(scale.layers))
        )
        self.ln = norm(scale.dim)

    def forward(self, x: Tensor, height: int, width: int) -> Tensor:
        """Map the class token and height x width patches (N, 1 + height * width, dim) to the same shape."""
        x = x + self.positions(height, width)
        y: Tensor = self.ln(self.layers(x))
        return y

    def positions(self, height: int, width: int) -> Tensor:
        """Return the position embedding (1, 1 + height * width, dim), interpolated where the grid is another."""
        if height == width == self.grid:
            return self.pos_embedding
        own, places = self.pos_embedding[:, :1], self.pos_embedding[:, 1:]  # (1, 1, dim), (1, grid**2, dim)
        map_ = places.transpose(1, 2).reshape(1, -1, self.grid, self.grid)  # (1, dim, grid, grid)
        map_ = F.interpolate(map_, (height, width), mode="bicubic", align_corners=True)
        return torch.cat([own, map_.flatten(2).transpose(1, 2)], dim=1)


def _grid(shape: tuple[int, ...], patch: int) -> tuple[int, int]:
    """Return how many patches images of this shape, (..., H, W), have below and beside each other."""
    height, width = shape[-2:]
    if height % patch or width % patch:
        raise ValueError(
            f"images of {height}x{width} pixels cannot be cut into patches of {patch}x{patch}; "
            f"choose sides that are multiples of {patch}"
        )
    return height // patch, width // patch


class PatchProjection(nn.Conv2d):
    """One linear layer for all patches: a convolution whose filters step as far as they are wide."""

    def __init__(self, patch: int, dim: int) -> None:
        super().__init__(3, dim, patch, stride=patch)
        self.patch = patch

    def forward(self, x: Tensor) -> Tensor:
        """Map images (N, 3, H, W) to (N, dim, H / patch, W / patch).

        Raises:
            ValueError: A side is no multiple of the patch.
        """
        _grid(x.shape, self.patch)
        return super().forward(x)


class NormedPatchProjection(nn.Module):
    """Flatten each patch, normalise, project, normalise."""

    def __init__(self, patch: int, dim: int) -> None:
        super().__init__()
        values = 3 * patch**2
        self.patch = patch
        self.ln_1 = norm(values)
        self.linear = nn.Linear(values, dim)
        self.ln_2 = norm(dim)

    def forward(self, x: Tensor) -> Tensor:
        """Map images (N, 3, H, W) to (N, dim, H / patch, W / patch), as a convolution does.

        Raises:
            ValueError: A side is no multiple of the patch.
        """
        side = self.patch
        rows, columns = _grid(x.shape, side)
        x = x.reshape(*x.shape[:2], rows, side, columns, side)
        patches = x.permute(0, 2, 4, 1, 3, 5).flatten(3)  # (N, H / patch, W / patch, 3 * patch**2)
        y: Tensor = self.ln_2(self.linear(self.ln_1(patches)))  # (N, H / patch, W / patch, dim)
        return y.permute(0, 3, 1, 2)


class VisionTransformer(nn.Module):
    """Patches to tokens, class token before them, encoder, one linear layer on the class token.

    Args:
        scale: What tells it from other Vision Transformers.
        image_size: Side of the images whose patches have a position embedding each; for others it is interpolated.
        num_classes: Number of logits.
    """

    def __init__(self, scale: Scale, image_size: int = 224, num_classes: int = 1000) -> None:
        super().__init__()
        self.class_token = nn.Parameter(torch.zeros(1, 1, scale.dim))
        projection = NormedPatchProjection if scale.patch_norms else PatchProjection
        self.conv_proj = projection(scale.patch, scale.dim)
        self.encoder = Encoder(scale, _grid((image_size, image_size), scale.patch)[0])
        head = nn.Linear(scale.dim, num_classes)
        self.heads = nn.Sequential(OrderedDict(head=head))
        if isinstance(self.conv_proj, nn.Conv2d) and self.conv_proj.bias is not None:
            nn.init.trunc_normal_(self.conv_proj.weight, std=(3 * scale.patch**2) ** -0.5)
            nn.init.zeros_(self.conv_proj.bias)
        nn.init.zeros_(head.weight)
        nn.init.zeros_(head.bias)

    def forward(self, x: Tensor) -> Tensor:
        """Map images (N, 3, H, W) to logits (N, num_classes).

        Raises:
            ValueError: A side is no multiple of the patch.
        """
        patches = self.conv_proj(x)  # (N, dim, height, width)
        height, width = patches.shape[2:]
        tokens = patches.flatten(2).transpose(1, 2)  # (N, height * width, dim), row by row
        own = self.class_token.expand(len(x), -1, -1)  # (N, 1, dim)
        tokens = self.encoder(torch.cat([own, tokens], dim=1), height, width)  # (N, 1 + height * width, dim)
        logits: Tensor = self.heads(tokens[:, 0])  # (N, num_classes)
        return logits


def adapt(state: StateDict) -> StateDict:
    """Rename the keys of torchvision's files, published before it numbered the layers of the perceptrons."""
    return {
        key.replace("mlp.linear_1.", "mlp.0.").replace("mlp.linear_2.", "mlp.3."): tensor
        for key, tensor in state.items()
    }


for size, variant in VARIANTS.items():
    register(
        f"vit_{size}",
        partial(VisionTransformer, variant.scale),
        family="Vision Transformer",
        year=2020,
        params=variant.params,
        macs=variant.macs,
        top1=variant.top1,
        later_recipe=True,  # DeiT's recipe, on ImageNet-1k alone
        preprocess=imagenet(variant.resize, crop=224),
        weights=torchvision_file(f"vit_{size}-{variant.file}.pth", variant.mebibytes),
        adapt=adapt,
    )

register(
    "vit_cifar",
    partial(VisionTransformer, CIFAR, image_size=32, num_classes=len(CLASSES)),
    family="Vision Transformer",
    year=2020,
    params=9_485_674,
    macs=666_122_752,
    preprocess=Preprocess(32, 32, mean=(0.5,) * 3, std=(0.5,) * 3),
    categories=CLASSES,
)
