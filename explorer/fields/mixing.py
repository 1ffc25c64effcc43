"""Receptive fields through sums, norms, products and attention: whole dimensions are mixed."""

from dataclasses import replace
from typing import Any

import numpy as np
import torch
from torch import Tensor

from explorer.fields.algebra import (
    Certainty,
    Field,
    IntArray,
    drop,
    merge,
    mix,
    permute,
    sum_up,
    unlabelled,
    unsqueeze,
)
from explorer.fields.axes import is_whole
from explorer.fields.moves import cut
from explorer.fields.rules import Call, Fields, pointwise, rule, unknown


def _dims(value: Any, ndim: int) -> list[int]:
    if value is None or (isinstance(value, (list, tuple)) and not value):
        return list(range(ndim))
    return [d % ndim for d in ([value] if isinstance(value, int) else value)] if ndim else []


@rule(
    "mean", "sum", "amax", "amin", "max", "min", "std", "var", "var_mean", "std_mean", "logsumexp", "argmax",
    "argmin", "prod", "norm", "linalg_vector_norm", "any", "all", "median", "count_nonzero",
)  # fmt: skip
def _reduce(call: Call) -> Fields:
    source = call["self"]
    if (field := call.field("self")) is None:
        return None
    if "other" in call.arguments:
        return pointwise(call)  # max(a, b) of two tensors
    dims = _dims(call.arguments.get("dim"), source.dim())
    for d in dims:
        field = _to_one(field, d)
    return field if call.output.dim() == source.dim() else drop(field, dims)


def _to_one(field: Field, dim: int) -> Field:
    """The dimension is reduced to length 1; a row or column of the picture is still one."""
    reduced, label = sum_up(field, [dim]), field.labels[dim]
    if len(label) != 1 or not is_whole(label[0], field.labels):
        return reduced
    one = (label[0]._replace(size=1),)
    return replace(reduced, labels=tuple(one if d == dim else old for d, old in enumerate(reduced.labels)))


@rule("_softmax", "_log_softmax", "softmax", "log_softmax", "_safe_softmax", "sort")
def _along_one(call: Call) -> Fields:
    field = call.field("self")
    return mix(field, [call.arguments.get("dim", -1)]) if field else None


@rule("topk", "_fft_r2c", "_fft_c2c", "_fft_c2r")
def _into_other_entries(call: Call) -> Fields:
    if (field := call.field("self")) is None:
        return None
    dim = call.arguments.get("dim", -1)
    return sum_up(field, [dim] if isinstance(dim, int) else dim)


@rule("cumsum", "cumprod", "cummax", "cummin", "_cummax_helper", "_cummin_helper", "logcumsumexp")
def _accumulate(call: Call) -> Fields:
    """Every element sees those before it and itself."""
    if (field := call.field("self")) is None:
        return None
    return _accumulated(field, call["dim"] % field.ndim)


def _accumulated(field: Field, dim: int, backwards: bool = False) -> Field:
    def change(a: IntArray, neutral: int) -> IntArray:
        line = np.flip(a, dim) if backwards else a
        seen: IntArray = (np.minimum if neutral > 0 else np.maximum).accumulate(line, axis=dim)
        return np.flip(seen, dim) if backwards else seen

    seen = field.each(change)
    axes = {digit.axis for digit in field.labels[dim] if digit.size > 1}
    alike = not field.labels[dim] and not field.varies(dim)
    return replace(
        seen, rules=tuple(r if alike or (axes and k not in axes) else None for k, r in enumerate(field.rules))
    )


@rule("mkldnn_rnn_layer")
def _recurrent(call: Call) -> Fields:
    """Every step sees the steps before it, or after it if the line is read backwards; what is kept, all of them."""
    field = call.field("input")
    states = [call.field(name) for name in ("hx_", "cx_")]
    if field is None or any(states):
        return unknown(call.seen[0][1], call.output.dim())
    field = sum_up(field, [-1])
    last = sum_up(field, [0])
    return [_accumulated(field, 0, call["reverse"]), last, last, None]


@rule("glu")
def _glu(call: Call) -> Fields:
    if (field := call.field("self")) is None:
        return None
    dim = call["dim"] % field.ndim
    length = call["self"].shape[dim]
    return merge([cut(field, dim, start, 1, length // 2, length) for start in (0, length // 2)])


@rule("native_layer_norm", "layer_norm", "_fused_rms_norm", "rms_norm", shapes_only=True)
def _layer_norm(call: Call) -> Fields:
    source = call["input"]
    field = call.field("input")
    dims = range(source.dim() - len(call["normalized_shape"]), source.dim())
    return mix(field, dims) if field else None


@rule("native_group_norm", "group_norm", shapes_only=True)
def _group_norm(call: Call) -> Fields:
    source = call["input"]
    field = call.field("input")
    groups = call["group"] if "group" in call.arguments else call["num_groups"]
    return mix(field, range(1, source.dim()), groups) if field else None


@rule(
    "native_batch_norm", "cudnn_batch_norm", "_native_batch_norm_legit", "_batch_norm_with_update",
    "_native_batch_norm_legit_no_training", "_batch_norm_no_update", "miopen_batch_norm",
    shapes_only=True,
)  # fmt: skip
def _batch_norm(call: Call) -> Fields:
    source = call["input"]
    field = call.field("input")
    training = call.arguments.get("training", "with_update" in call.name)
    if field is None or not training:
        return field
    return mix(field, [d for d in range(source.dim()) if d != 1])


@rule("mm", "bmm", "addmm", "baddbmm", "matmul", "linear", "mv", "dot", "addmv", shapes_only=True)
def _product(call: Call) -> Fields:
    left = next(
        n for n in ("mat1", "batch1", "mat", "input", "self") if isinstance(call.arguments.get(n), Tensor)
    )
    right = next(n for n in ("mat2", "batch2", "weight", "vec", "other", "tensor") if n in call.arguments)
    parts: list[Field] = []
    if (field := call.field(left)) is not None:
        parts.append(sum_up(field, [-1]))
    if (field := call.field(right)) is not None:
        parts.append(_right_side(call, field, right, bool(parts)))
    if not parts:
        return call.field("self") if left != "self" else None
    result = merge(parts)
    if right in ("vec", "tensor"):
        result = drop(result, [-1])
    if left != "self" and (field := call.field("self")) is not None:
        result = merge([result, field])
    return result if result.ndim == call.output.dim() else unknown(result, call.output.dim())


def _right_side(call: Call, field: Field, name: str, both: bool) -> Field:
    """Return what the columns of a product see; they run along no axis of the picture if its rows do."""
    if name == "weight":
        field = permute(field, [1, 0])
    field = sum_up(field, [-2 if call[name].dim() > 1 else -1])
    return unlabelled(field, [d for d, label in enumerate(field.labels) if label]) if both else field


@rule(
    "_scaled_dot_product_flash_attention_for_cpu", "_scaled_dot_product_flash_attention",
    "_scaled_dot_product_efficient_attention", "_scaled_dot_product_cudnn_attention",
    "_scaled_dot_product_attention_math", "_scaled_dot_product_fused_attention_overrideable",
    "scaled_dot_product_attention",
)  # fmt: skip
def _attention(call: Call) -> Fields:
    parts = [sum_up(field, [-1]) for field in [call.field("query")] if field is not None]
    for name in ("key", "value"):
        if (field := call.field(name)) is not None:
            field = sum_up(field, [-1, -2])
            labelled = [d for d, label in enumerate(field.labels) if label]
            parts.append(unlabelled(field, labelled) if call.field("query") else field)
    if not parts:
        return None
    masks = [call.arguments.get(n) for n in ("attn_mask", "attn_bias")]
    for mask in masks:  # a bias that the picture decides: each query sees its row of it
        if isinstance(mask, Tensor) and (field := call.field_of(mask)) is not None:
            parts.append(sum_up(field, [-1]))
    result = merge(parts)
    shut = call.arguments.get("is_causal") or any(_shuts_out(mask) for mask in masks)
    return replace(result, certainty=max(result.certainty, Certainty.BOUND)) if shut else result


def _shuts_out(mask: Any) -> bool:
    """Tell whether a mask hides some keys from some queries."""
    if not isinstance(mask, Tensor):
        return False
    if mask.is_meta:  # drawn by chance and let go
        return True
    return not bool(mask.all()) if mask.dtype is torch.bool else bool(torch.isneginf(mask).any())


@rule("embedding")
def _embedding(call: Call) -> Fields:
    field = call.field("indices")
    return unsqueeze(field, call["indices"].dim()) if field else None
