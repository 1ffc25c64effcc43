"""Attention as its inner operations: as one opaque call it would hide its softmax."""

import types
from collections.abc import Callable
from typing import Any

import torch.nn.functional as F

# The same code with the check for overriding modes taken out runs its inner operations one by one under a mode.
_OPEN_ATTENTION = types.FunctionType(
    F.multi_head_attention_forward.__code__,
    {**F.multi_head_attention_forward.__globals__, "has_torch_function": lambda _tensors: False},
    "multi_head_attention_forward",
    F.multi_head_attention_forward.__defaults__,
)


def open_attention(func: Any) -> Callable[..., Any] | None:
    """Return what to call in place of an attention that would otherwise be one opaque operation."""
    return _OPEN_ATTENTION if func is F.multi_head_attention_forward else None
