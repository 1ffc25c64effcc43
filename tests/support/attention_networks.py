"""Small networks that attend in each way, and attention weights computed apart."""

from functools import partial
from math import sqrt

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor, nn
from torchvision.models.swin_transformer import SwinTransformerBlock

Weights = NDArray[np.float32]


class Patches(nn.Module):
    """Cuts a picture into 4 × 4 pixels a patch, row by row, (N, L, dim), after a class token if asked for."""

    def __init__(self, dim: int, has_class: bool = True) -> None:
        super().__init__()
        self.project = nn.Conv2d(3, dim, 4, stride=4)
        self.first = nn.Parameter(torch.randn(1, 1, dim)) if has_class else None

    def forward(self, x: Tensor) -> Tensor:
        tokens = self.project(x).flatten(2).transpose(1, 2)
        if self.first is None:
            return tokens
        return torch.cat([self.first.expand(len(x), -1, -1), tokens], 1)


class ByModule(nn.Module):
    """`nn.MultiheadAttention`, twice, with a residual connection and a position embedding."""

    def __init__(self, dim: int = 16, heads: int = 4, patches: int = 15) -> None:
        super().__init__()
        self.patches = Patches(dim)
        self.positions = nn.Parameter(torch.randn(1, patches + 1, dim))
        self.one = nn.MultiheadAttention(dim, heads, batch_first=True)
        self.two = nn.MultiheadAttention(dim, heads, batch_first=True)
        self.head = nn.Linear(dim, 5)

    def forward(self, x: Tensor) -> Tensor:
        tokens = self.patches(x) + self.positions
        tokens = tokens + self.one(tokens, tokens, tokens, need_weights=False)[0]
        tokens = tokens + self.two(tokens, tokens, tokens, need_weights=True)[0]
        return self.head(tokens[:, 0])

    def expected(self, x: Tensor) -> list[Weights]:
        tokens, found = self.patches(x) + self.positions, []
        for layer in (self.one, self.two):
            more, weights = layer(tokens, tokens, tokens, need_weights=True, average_attn_weights=False)
            tokens = tokens + more
            found.append(weights[0].numpy())
        return found


class WrittenOver(nn.Module):
    """One attention whose output is written over; queries, keys and values come from one operation."""

    def __init__(self, is_fused: bool, dim: int = 16) -> None:
        super().__init__()
        self.is_fused = is_fused
        self.patches = Patches(dim)
        self.qkv, self.head = nn.Linear(dim, 3 * dim), nn.Linear(dim, 5)

    def after(self, gathered: Tensor) -> Tensor:
        return self.head(gathered.pow_(2)[:, 0])

    def forward(self, x: Tensor) -> Tensor:
        q, k, v = self.qkv(self.patches(x)).chunk(3, 2)
        if self.is_fused:
            return self.after(F.scaled_dot_product_attention(q, k, value=v))
        return self.after((q @ k.mT / 4).softmax(-1) @ v)

    def relevance(self, x: Tensor, target: int) -> Tensor:
        q, k, v = self.qkv(self.patches(x)).chunk(3, 2)
        weights = (q @ k.mT / 4).softmax(-1).detach().requires_grad_()
        (gradient,) = torch.autograd.grad(self.after((weights @ v).clone())[0, target], weights)
        return torch.eye(weights.shape[-1]) + (gradient * weights).clamp(min=0)[0].detach()


class TwoAnswers(WrittenOver):
    """Returns probabilities of five classes, and the scores of five others."""

    def __init__(self) -> None:
        super().__init__(is_fused=False)
        self.other = nn.Linear(16, 5)

    def forward(self, x: Tensor) -> dict[str, Tensor]:
        q, k, v = self.qkv(self.patches(x)).chunk(3, 2)
        first = ((q @ k.mT / 4).softmax(-1) @ v)[:, 0]
        return {"probs": self.head(first).softmax(-1), "beside": self.other(first)}

    def relevance_of(self, x: Tensor, head: nn.Linear) -> Tensor:
        q, k, v = self.qkv(self.patches(x)).chunk(3, 2)
        weights = (q @ k.mT / 4).softmax(-1).detach().requires_grad_()
        scores = head((weights @ v)[:, 0])[0]
        (gradient,) = torch.autograd.grad(scores.max(), weights)
        return torch.eye(weights.shape[-1]) + (gradient * weights).clamp(min=0)[0].detach()


class ByFunction(nn.Module):
    """`F.scaled_dot_product_attention` with what it takes: a mask, causality, heads that share keys."""

    def __init__(self, kind: str = "plain", dim: int = 16, heads: int = 4) -> None:
        super().__init__()
        self.kind, self.heads = kind, heads
        self.patches = Patches(dim)
        self.q = nn.Linear(dim, dim)
        self.kv = nn.Linear(dim, dim if kind == "grouped" else 2 * dim)

    def projected(self, x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        tokens = self.patches(x)
        q = self.q(tokens).unflatten(2, (self.heads, -1)).transpose(1, 2)
        keys = self.heads // 2 if self.kind == "grouped" else self.heads
        k, v = self.kv(tokens).unflatten(2, (2, keys, -1)).permute(2, 0, 3, 1, 4)
        return q, k, v

    def mask(self, tokens: int) -> Tensor | None:
        return (torch.arange(tokens) != 3).expand(tokens, -1) if self.kind == "masked" else None

    def forward(self, x: Tensor) -> Tensor:
        q, k, v = self.projected(x)
        causal, grouped = self.kind == "causal", self.kind == "grouped"
        mask = self.mask(q.shape[2])
        return F.scaled_dot_product_attention(q, k, v, mask, is_causal=causal, enable_gqa=grouped).mean(
            (1, 2)
        )

    def expected(self, x: Tensor) -> list[Weights]:
        q, k, _ = self.projected(x)
        k = k.repeat_interleave(self.heads // k.shape[1], 1)
        scores = torch.einsum("bhid,bhjd->bhij", q, k) / sqrt(q.shape[-1])
        tokens = q.shape[2]
        if self.kind == "causal":
            scores = scores.masked_fill(torch.ones(tokens, tokens).triu(1).bool(), float("-inf"))
        if (mask := self.mask(tokens)) is not None:
            scores = scores.masked_fill(~mask, float("-inf"))
        return [scores.softmax(-1)[0].numpy()]


class ByHand(ByFunction):
    """softmax(q kᵀ) v as people write it, with einsum or matmul."""

    def forward(self, x: Tensor) -> Tensor:
        q, k, v = self.projected(x)
        if self.kind == "einsum":
            scores = torch.einsum("b h i d, b h j d -> b h i j", q, k) * q.shape[-1] ** -0.5
            return torch.einsum("b h i j, b h j d -> b h i d", scores.softmax(-1), v).mean((1, 2))
        flat = [it.flatten(0, 1) for it in (q, k, v)]  # (batch * heads, tokens, d)
        scores = torch.baddbmm(torch.zeros(1), flat[0], flat[1].mT, beta=0, alpha=1 / sqrt(q.shape[-1]))
        return torch.bmm(F.dropout(F.softmax(scores, dim=-1), 0.5, self.training), flat[2]).mean(1)


class Crossed(nn.Module):
    """Three queries of the network's own look at a picture."""

    def __init__(self, dim: int = 16, heads: int = 2) -> None:
        super().__init__()
        self.patches = Patches(dim, has_class=False)
        self.queries = nn.Parameter(torch.randn(1, 3, dim))
        self.cross = nn.MultiheadAttention(dim, heads, batch_first=True)

    def forward(self, x: Tensor) -> Tensor:
        tokens = self.patches(x)
        return self.cross(self.queries.expand(len(x), -1, -1), tokens, tokens, need_weights=False)[0]

    def expected(self, x: Tensor) -> list[Weights]:
        tokens = self.patches(x)
        found = self.cross(self.queries, tokens, tokens, average_attn_weights=False)[1]
        return [found[0].numpy()]


class Windows(nn.Module):
    """A block of the Swin Transformer, shifted or not, on patches of 4 × 4 pixels."""

    def __init__(self, shift: int, dim: int = 12, heads: int = 2, window: int = 4) -> None:
        super().__init__()
        self.shift, self.heads, self.window = shift, heads, window
        self.patches = nn.Conv2d(3, dim, 4, stride=4)
        norm = partial(nn.LayerNorm, eps=1e-5)
        self.block = SwinTransformerBlock(dim, heads, [window, window], [shift, shift], norm_layer=norm)
        nn.init.normal_(self.block.attn.relative_position_bias_table)

    def forward(self, x: Tensor) -> Tensor:
        return self.block(self.patches(x).permute(0, 2, 3, 1)).mean((1, 2))

    def expected(self, x: Tensor) -> list[Weights]:
        """Patch by patch: who shares a window after the shift, and was beside it before."""
        attn, window, shift = self.block.attn, self.window, self.shift
        tokens = self.block.norm1(self.patches(x).permute(0, 2, 3, 1))[0]  # (h, w, dim)
        high, wide, dim = tokens.shape
        q, k, _ = attn.qkv(tokens).reshape(high * wide, 3, self.heads, dim // self.heads).permute(1, 2, 0, 3)
        scores = q @ k.mT / sqrt(dim // self.heads)
        places = [divmod(n, wide) for n in range(high * wide)]
        moved = [((y - shift) % high, (x - shift) % wide) for y, x in places]
        table = attn.relative_position_bias_table.reshape(2 * window - 1, 2 * window - 1, self.heads)
        for one, (a, b) in enumerate(moved):
            for other, (c, d) in enumerate(moved):
                same = (a // window, b // window) == (c // window, d // window)
                wrapped = any(
                    abs((p - q) - (m - n)) > 0
                    for p, q, m, n in zip(places[one], places[other], moved[one], moved[other], strict=True)
                )
                bias = table[a % window - c % window + window - 1, b % window - d % window + window - 1]
                scores[:, one, other] += bias if same and not wrapped else float("-inf")
        return [scores.softmax(-1).numpy()]


class Numbered(nn.Module):
    """Tokens that have no places: each is a mixture of all patches."""

    def __init__(self, dim: int = 16) -> None:
        super().__init__()
        self.patches = Patches(dim, has_class=False)
        self.mix = nn.Linear(15, 9)
        self.layer = nn.TransformerEncoderLayer(dim, 2, 32, batch_first=True)

    def forward(self, x: Tensor) -> Tensor:
        return self.layer(self.mix(self.patches(x).mT).mT).mean(1)


class Turning(ByModule):
    """Takes another course where the picture is dark."""

    def forward(self, x: Tensor) -> Tensor:
        return super().forward(x if x.mean() > -1 else x.relu())


def vit() -> nn.Module:
    return ByModule()


def turning() -> nn.Module:
    return Turning()


def written_over() -> nn.Module:
    return WrittenOver(is_fused=False)


def fused() -> nn.Module:
    return WrittenOver(is_fused=True)


def two_answers() -> nn.Module:
    return TwoAnswers()


def swin() -> nn.Module:
    return Windows(2)


def numbered() -> nn.Module:
    return Numbered()


def plain() -> nn.Module:
    return nn.Sequential(nn.Conv2d(3, 4, 4), nn.ReLU(), nn.Flatten(), nn.LazyLinear(5))
