"""Attention as its inner operations: as one opaque call it would hide its softmax."""

import types
from collections.abc import Callable
from dataclasses import dataclass
from math import sqrt
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

MOST_SCORES = 1 << 25
"""An attention with more scores than this stays one operation: to show them would take more memory than it does."""

# The same code with the check for overriding modes taken out runs its inner operations one by one under a mode.
_OPEN_ATTENTION = types.FunctionType(
    F.multi_head_attention_forward.__code__,
    {**F.multi_head_attention_forward.__globals__, "has_torch_function": lambda _tensors: False},
    "multi_head_attention_forward",
    F.multi_head_attention_forward.__defaults__,
)


ATTENTION = frozenset({F.multi_head_attention_forward, F.scaled_dot_product_attention})
"""The functions that are opened, or shown in parts."""


def open_attention(func: Any) -> Callable[..., Any] | None:
    """Return what to call in place of an attention that would otherwise be one opaque operation."""
    return _OPEN_ATTENTION if func is F.multi_head_attention_forward else None


@dataclass(frozen=True)
class FusedAttention:
    """A call of `torch.nn.functional.scaled_dot_product_attention`, which computes its scores without keeping them.

    Attributes:
        query: (..., heads, N, E).
        key: (..., heads, M, E); a head may serve several of the query with `enable_gqa`.
        value: (..., heads, M, V).
        attn_mask: Broadcast to (..., heads, N, M): True where a score counts, or what is added to it; None for none.
        dropout_p: Share of the weights that chance leaves out.
        is_causal: Whether a query looks at no key after its own place.
        scale: What scores are multiplied by; None for 1 / sqrt(E).
        enable_gqa: Whether the heads of keys and values are repeated until there is one for each head of the query.
    """

    query: Tensor
    key: Tensor
    value: Tensor
    attn_mask: Tensor | None = None
    dropout_p: float = 0.0
    is_causal: bool = False
    scale: float | None = None
    enable_gqa: bool = False

    @property
    def can_be_shown(self) -> bool:
        """False where chance has a part in it, which cannot be repeated, or where it has too many scores."""
        rows: int = self.query.shape[:-1].numel()
        plain = not any(it.is_nested or it.dim() < 2 for it in (self.query, self.key, self.value))
        return plain and self.dropout_p == 0 and 0 < rows * self.key.shape[-2] <= MOST_SCORES

    def weights(self) -> Tensor:
        """Return how much each query looks at each key, (..., heads, N, M), computed operation by operation.

        Vaswani et al. 2017, equation 1: softmax(q k^T / sqrt(E)). A query that may look at no key gets zeros.
        """
        query, key = self.query, self.key
        if self.enable_gqa and key.shape[-3] != query.shape[-3]:
            key = key.repeat_interleave(query.shape[-3] // key.shape[-3], -3)
        scale = 1 / sqrt(query.shape[-1]) if self.scale is None else self.scale
        scores = (query * scale) @ key.transpose(-2, -1)
        with torch._C.DisableTorchFunction():
            hidden, blind = self._hidden(scores)
        if hidden is not None:
            scores = scores.masked_fill(hidden, float("-inf"))
        elif self.attn_mask is not None:
            scores = scores + self.attn_mask
        weights = scores.softmax(-1)
        return weights if blind is None else weights.masked_fill(blind, 0.0)

    def _hidden(self, scores: Tensor) -> tuple[Tensor | None, Tensor | None]:
        """Return where no query looks, (..., N, M), and which look nowhere, (..., N, 1); None where there are none."""
        if self.is_causal:
            hidden = torch.ones(scores.shape[-2:], dtype=torch.bool, device=scores.device).triu_(1)
        elif self.attn_mask is not None and self.attn_mask.dtype == torch.bool:
            hidden = self.attn_mask.logical_not()
        else:
            return None, None
        blind = hidden.all(-1, keepdim=True)
        return hidden, blind if blind.any() else None


def fused_attention(func: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> FusedAttention | None:
    """Return the attention that a call computes in one go; None if it is another call, or cannot be shown in parts."""
    if func is not F.scaled_dot_product_attention:
        return None
    try:
        asked = FusedAttention(*args, **kwargs)
        return asked if asked.can_be_shown else None
    except (TypeError, AttributeError, IndexError):  # what it says to such arguments is its own
        return None
