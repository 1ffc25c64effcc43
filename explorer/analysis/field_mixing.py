"""Receptive fields through sums, norms, products and attention: whole dimensions are mixed."""

from dataclasses import replace
from typing import Any

from torch import Tensor

from explorer.analysis.field_rules import Call, Fields, pointwise, rule, unknown
from explorer.analysis.fields import Field, drop, merge, mix, unsqueeze


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
    if len(call.seen()) > 1:
        return pointwise(call)  # max(a, b) of two tensors
    dims = _dims(call.arguments.get("dim"), source.dim())
    field = mix(field, dims, tuple(source.shape))
    return field if call.output.dim() == source.dim() else drop(field, dims)


@rule("_softmax", "_log_softmax", "softmax", "log_softmax", "_safe_softmax", "sort", "cumsum", "glu")
def _along_one(call: Call) -> Fields:
    field = call.field("self")
    return mix(field, [call["dim"]], tuple(call["self"].shape)) if field else None


@rule("topk")
def _topk(call: Call) -> Fields:
    return _along_one(call)


@rule("native_layer_norm", "layer_norm", "_fused_rms_norm", "rms_norm")
def _layer_norm(call: Call) -> Fields:
    source = call["input"]
    field = call.field("input")
    dims = range(source.dim() - len(call["normalized_shape"]), source.dim())
    return mix(field, dims, tuple(source.shape)) if field else None


@rule("native_group_norm", "group_norm")
def _group_norm(call: Call) -> Fields:
    source = call["input"]
    field = call.field("input")
    return mix(field, range(1, source.dim()), tuple(source.shape)) if field else None


@rule(
    "native_batch_norm", "cudnn_batch_norm", "_native_batch_norm_legit", "_batch_norm_with_update",
    "_native_batch_norm_legit_no_training", "_batch_norm_no_update", "miopen_batch_norm",
)  # fmt: skip
def _batch_norm(call: Call) -> Fields:
    source = call["input"]
    field = call.field("input")
    if field is None or not call.arguments.get("training", False):
        return field
    return mix(field, [d for d in range(source.dim()) if d != 1], tuple(source.shape))


@rule("mm", "bmm", "addmm", "baddbmm", "matmul", "linear", "mv", "dot", "addmv")
def _product(call: Call) -> Fields:
    names = [n for n in ("self", "mat1", "batch1", "input") if isinstance(call.arguments.get(n), Tensor)]
    left = names[-1] if len(names) == 1 else next(n for n in names if n != "self")
    right = next(n for n in ("mat2", "batch2", "weight", "vec", "other", "tensor") if n in call.arguments)
    seen = []
    if (field := call.field(left)) is not None:
        seen.append(mix(field, [-1], tuple(call[left].shape)))
    if (field := call.field(right)) is not None:
        along = -1 if right in ("weight", "vec", "tensor") else -2
        seen.append(_right_side(mix(field, [along], tuple(call[right].shape)), left_axes=seen))
    if left != "self" and (field := call.field("self")) is not None:
        seen.append(field)
    if not seen:
        return None
    result = merge(seen)
    return result if result.ndim == call.output.dim() else unknown(result, call.output.dim())


def _right_side(field: Field, left_axes: list[Field]) -> Field:
    """The columns of a product run along no axis of the picture: that belongs to its rows."""
    return replace(field, axes=((),) * field.ndim) if left_axes else field


@rule(
    "_scaled_dot_product_flash_attention_for_cpu", "_scaled_dot_product_flash_attention",
    "_scaled_dot_product_efficient_attention", "_scaled_dot_product_cudnn_attention",
    "_scaled_dot_product_attention_math", "_scaled_dot_product_fused_attention_overrideable",
    "scaled_dot_product_attention",
)  # fmt: skip
def _attention(call: Call) -> Fields:
    seen = []
    for name, dims in (("query", [-1]), ("key", [-1, -2]), ("value", [-1, -2])):
        if (field := call.field(name)) is not None:
            seen.append(mix(field, dims, tuple(call[name].shape)))
    return merge(seen) if seen else None


@rule("embedding")
def _embedding(call: Call) -> Fields:
    field = call.field("indices")
    return unsqueeze(field, call["indices"].dim()) if field else None
