"""Say how many multiply-accumulates one kernel takes: derived from its arguments, 0 by definition, or unknown.

What counts are the products that define the operation, whichever algorithm computes them: matrix products (linear
layers, bilinear forms, Euclidean distances of all pairs), convolutions (taps on padding included), attention (masked
scores included) and recurrent layers. Elementwise operations, norms, pooling, interpolation, Fourier transforms and
lookups count 0. A product of complex numbers counts once.

Torch's own formulas (`torch.utils.flop_counter`) are no help: what they do not know counts 0 there, unsaid.
"""

import re
from collections.abc import Callable, Sequence
from functools import cache
from math import prod
from typing import Any

import torch
from torch import Tensor

_Arguments = tuple[Any, ...]
_Formula = Callable[[_Arguments, Any], int | None]

# Kernels of these namespaces hold products only where their names say so; those of any other may do anything.
_NAMESPACES = {"aten", "prim", "prims", "profiler", "quantized", "torchvision"}
_HOLDS_PRODUCTS = re.compile(
    r"mm(_|$)|matmul|gemm|linear|conv(?!ert)|attention|transformer|rnn|lstm|gru|linalg"
    r"|(_|sp)solve|cholesky|geqrf|orgqr|ormqr|matrix_exp|lu_with_info|cdist|pdist|euclidean_dist"
)
# Their names say so, yet they hold none: they gate what was multiplied before, interpolate, rearrange, take norms.
_HOLDS_NONE = re.compile(
    r"^_thnn_(fused|differentiable)_|upsample|interpolate|pack$|flatten_weight|reorder"
    r"|linalg_(_powsum|vector_norm|cross|diagonal|check_errors)"
)
_DENSE = {torch.strided, torch._mkldnn}  # type: ignore[attr-defined]


def of_kernel(func: Any, args: _Arguments, result: Any) -> int | None:
    """Return the multiply-accumulates of one call.

    Args:
        func: The overload that ran (`torch.ops.aten.mm.default`).
        args: Its positional arguments, of the shapes they had when it ran.
        result: What it returned.

    Returns:
        Their number, batch included; None for a kernel that may hold products but has no formula here, and for
        sparse and nested tensors, whose shapes do not tell.
    """
    formula = _formula(func)
    if formula is _none:
        return 0
    return formula(args, result) if all(_is_dense(value) for value in args) else None


@cache
def _formula(func: Any) -> _Formula:
    namespace, _, name = func._schema.name.partition("::")
    name = name.removesuffix("_")  # in place
    if (found := _FORMULAS.get(f"{namespace}::{name}")) is not None:
        return found
    free = namespace in _NAMESPACES and (_HOLDS_NONE.search(name) or not _HOLDS_PRODUCTS.search(name))
    return _none if free else _unknown


def _is_dense(value: Any) -> bool:
    return not isinstance(value, Tensor) or (value.layout in _DENSE and not value.is_nested)


def _none(args: _Arguments, result: Any) -> int:  # noqa: ARG001
    return 0


def _unknown(args: _Arguments, result: Any) -> None:  # noqa: ARG001
    return None


def _product(place: int) -> _Formula:
    """[..., n, k] at `place` times [..., k, m] after it: n·k·m for each matrix."""
    return lambda args, _: args[place].numel() * args[place + 1].shape[-1]


def _elements(place: int) -> _Formula:
    """A matrix [n, k] times a vector, or two vectors [k]: one for each element of the former, at `place`."""
    return lambda args, _: args[place].numel()


def _linear(args: _Arguments, _: Any) -> int:
    """[..., k] times a weight [m, k] or [k]."""
    rows: Tensor = args[0]
    weight: Tensor = args[1]
    return rows.numel() * (weight.shape[0] if weight.dim() == 2 else 1)


def _scan(maps: Tensor, weight: Tensor) -> int:
    """Every weight once at every position of the maps [batch, channels, ...]."""
    return maps.shape[0] * prod(maps.shape[2:]) * weight.numel()


def _convolution(args: _Arguments, result: Any) -> int:
    """Each position of the output takes every weight once: [out, in / groups, ...] has the groups in it."""
    return _scan(result, args[1])


def _transposed(args: _Arguments, _: Any) -> int:
    """Each position of the input gives to every weight once."""
    return _scan(args[0], args[1])


def _either_convolution(args: _Arguments, result: Any) -> int:
    return (_transposed if args[6] else _convolution)(args, result)


def _convolution_backward(args: _Arguments, _: Any) -> int:
    """The gradients of input and weight, where asked for, take as many as the convolution did."""
    gradient, maps, weight = args[:3]
    transposed, wanted = args[7], args[10]
    return sum(map(bool, wanted[:2])) * _scan(maps if transposed else gradient, weight)


def _time_major_convolution(args: _Arguments, result: Any) -> int:
    """Maps [time, batch, channels], weight [taps, in, out]."""
    positions: int = prod(result.shape[:2])
    return positions * int(args[1].numel())


def _scores(query: Tensor, key: Tensor) -> int:
    """Return the number of scores for queries [batch, heads, n, width]; a head of keys may serve several of queries."""
    return prod(query.shape[:-1]) * key.shape[-2]


def _attention(args: _Arguments, _: Any) -> int:
    """Scores by the width of the keys, then their sums by the width of the values."""
    keys, values = args[1].shape[-1], args[2].shape[-1]
    return _scores(args[0], args[1]) * int(keys + values)


def _attention_backward(args: _Arguments, _: Any) -> int:
    """The scores anew, their gradient, and those of queries, keys and values."""
    keys, values = args[2].shape[-1], args[3].shape[-1]
    return _scores(args[1], args[2]) * int(3 * keys + 2 * values)


def _recurrent(place: int | slice) -> _Formula:
    """Each step [..., width] of the input, args[0], meets every matrix among the weights, args[place]."""

    def formula(args: _Arguments, _: Any) -> int:
        steps: int = prod(args[0].shape[:-1])
        weights: Sequence[Tensor] = args[place]
        return steps * sum(weight.numel() for weight in weights if weight.dim() == 2)

    return formula


def _bilinear(args: _Arguments, _: Any) -> int | None:
    """x [n, i] times W [o, i, j] for each output, and the row that comes out times y [n, j]."""
    weight: Tensor = args[1]
    y: Tensor = args[2]
    if tuple(map(tuple, args[3:7])) != ((1, 3), (0,), (1, 2), (2, 3)):  # as its gradients ask for it
        return None
    return y.numel() * weight.shape[0] * (weight.shape[1] + 1)


def _distances(place: int) -> _Formula:
    """Euclidean distances are a product of all pairs, over the width of the points; other norms take no products.

    Args:
        place: Where the norm stands among the arguments, if it does.
    """

    def formula(args: _Arguments, result: Tensor) -> int:
        norm = args[place] if len(args) > place else 2
        return result.numel() * int(args[0].shape[-1]) if norm == 2 else 0

    return formula


def _packed_linear(args: _Arguments, result: Tensor) -> int:
    """[..., k] to [..., m]; the weight is an object of torch's."""
    return result.shape[-1] * int(args[0].numel())


def _packed_convolution(args: _Arguments, result: Any) -> int:
    packed: Any = next(value for value in args if isinstance(value, torch.ScriptObject))
    return _scan(args[0] if packed.transpose() else result, packed.unpack()[0])


_ATTENTION = (
    "_scaled_dot_product_flash_attention",
    "_scaled_dot_product_flash_attention_for_cpu",
    "_scaled_dot_product_efficient_attention",
    "_scaled_dot_product_cudnn_attention",
    "_scaled_dot_product_fused_attention_overrideable",
)
_ATEN: dict[_Formula, tuple[str, ...]] = {
    _product(0): ("mm", "bmm", "_int_mm", "_scaled_mm", "_scaled_mm_v2"),
    _product(1): ("addmm", "baddbmm", "addbmm", "_addmm_activation"),
    _elements(0): ("mv", "dot", "vdot"),
    _elements(1): ("addmv",),
    _linear: ("linear", "mkldnn_linear"),
    _either_convolution: ("convolution", "_convolution", "convolution_overrideable"),
    _convolution: (
        *("cudnn_convolution", "cudnn_convolution_relu", "cudnn_convolution_add_relu"),
        *("miopen_convolution", "miopen_convolution_relu", "miopen_convolution_add_relu"),
        *("miopen_depthwise_convolution", "mkldnn_convolution", "_mps_convolution"),
        *("_slow_conv2d_forward", "slow_conv3d_forward", "slow_conv_dilated2d", "slow_conv_dilated3d"),
        *("_conv_depthwise2d", "conv_depthwise3d", "_nnpack_spatial_convolution"),
    ),
    _transposed: (
        *("cudnn_convolution_transpose", "miopen_convolution_transpose", "_mps_convolution_transpose"),
        *("slow_conv_transpose2d", "slow_conv_transpose3d"),
    ),
    _convolution_backward: ("convolution_backward",),
    _time_major_convolution: ("conv_tbc",),
    _attention: (*_ATTENTION, "_scaled_dot_product_attention_math_for_mps"),
    _attention_backward: tuple(f"{name}_backward" for name in _ATTENTION),
    _recurrent(slice(1, 3)): ("mkldnn_rnn_layer",),
    _recurrent(1): ("_cudnn_rnn", "miopen_rnn"),
    _recurrent(2): ("_lstm_mps",),
    _bilinear: ("_trilinear",),
    _distances(1): ("_pdist_forward",),
    _distances(2): ("_cdist_forward", "_euclidean_dist"),
}
_QUANTIZED_LINEAR = (
    *("linear", "linear_relu", "linear_leaky_relu", "linear_tanh"),
    *("linear_dynamic", "linear_relu_dynamic", "linear_dynamic_fp16", "linear_relu_dynamic_fp16"),
)
_QUANTIZED_CONVOLUTION = (
    *("conv{}d", "conv{}d_relu", "conv{}d_add", "conv{}d_add_relu", "conv{}d_dynamic"),
    *("conv_transpose{}d", "conv_transpose{}d_dynamic"),
)

# Formulas by the kernel's name, without the underscore of those in place.
_FORMULAS: dict[str, _Formula] = {
    **{f"aten::{name}": formula for formula, names in _ATEN.items() for name in names},
    **{f"quantized::{name}": _packed_linear for name in _QUANTIZED_LINEAR},
    **{f"quantized::{n.format(k)}": _packed_convolution for n in _QUANTIZED_CONVOLUTION for k in (1, 2, 3)},
    "torchvision::deform_conv2d": _convolution,
}
