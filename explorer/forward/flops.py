"""Say how many floating-point operations define the result of one kernel: derived from its arguments, or unknown.

A floating-point operation is an addition, subtraction, multiplication, division or comparison of two numbers that are
not whole, or one elementary function (root, exponential, logarithm, tanh, erf …) of one. What counts are those that
define the result, whichever algorithm computes it: two for each multiply-accumulate, one for each bias that is added.
Constants are given; the weights of an interpolation count as constants. Moving, comparing whole numbers and choosing
count 0.
"""

from collections.abc import Callable
from functools import cache
from math import prod
from typing import Any

import torch
from torch import Tensor

from explorer.forward import macs
from explorer.forward.recording import Kernel
from explorer.forward.tensors import tensors_in

_Formula = Callable[[Kernel], int | None]


def of_kernel(kernel: Kernel) -> int | None:
    """Return the floating-point operations of a kernel, with the sizes that its tensors have now; None if unknown."""
    name = kernel_name(kernel.func)
    if not kernel.func._schema.name.startswith("aten::"):
        return None
    if name in _MOVES:
        return 0
    tensors = tensors_in(kernel.args, kernel.result)
    if not any(it.is_floating_point() or it.is_complex() for it in tensors):
        return 0
    if any(it.is_complex() or it.is_nested or it.layout is not torch.strided for it in tensors):
        return None
    if name in ("max", "min") and len(kernel.args) > 1 and isinstance(kernel.args[1], Tensor):
        return int(kernel.result.numel())  # of two tensors, element by element
    if (formula := _FORMULAS.get(name)) is not None:
        return formula(kernel)
    if name in _POINTWISE or torch.Tag.pointwise in kernel.func.tags:
        return _POINTWISE.get(name, 1) * tensors_in(kernel.result)[0].numel()
    return None


@cache
def kernel_name(func: Any) -> str:
    """Return a kernel's name without its namespace and the underscore of those in place."""
    name: str = func._schema.name.partition("::")[2]
    return name.removesuffix("_")


def _argument(kernel: Kernel, name: str, default: Any) -> Any:
    """Return an argument by its name in the schema, wherever it was given."""
    places = [it.name for it in kernel.func._schema.arguments]
    place = places.index(name) if name in places else len(kernel.args)
    return kernel.kwargs.get(name, kernel.args[place] if place < len(kernel.args) else default)


# ---- formulas ----


def _products(bias: int | None = None) -> _Formula:
    """Two for each multiply-accumulate, and one for each value that the argument at `bias` is added to."""

    def formula(kernel: Kernel) -> int | None:
        if kernel.macs is None:
            return None
        added = bias is not None and isinstance(kernel.args[bias], Tensor)
        return 2 * kernel.macs + (kernel.result.numel() if added else 0)

    return formula


def _attention(kernel: Kernel) -> int | None:
    """Its products, and the softmax of its scores unless that is counted as an operation of its own."""
    whole = macs.of_kernel(kernel.func, kernel.args, kernel.result)
    if kernel.macs is None or whole is None:
        return None
    if kernel.macs < whole:
        return 2 * kernel.macs
    query, key = kernel.args[:2]
    rows: int = prod(query.shape[:-1])
    scores = rows * int(key.shape[-2])
    return 2 * kernel.macs + scores + _of_softmax(scores, rows)  # each score is multiplied by the scale


def _of_softmax(count: int, rows: int) -> int:
    """The largest of each row, the difference to it, its power, their sum, the quotient."""
    return 5 * count - 2 * rows


def _softmax(kernel: Kernel) -> int:
    x, axis = kernel.args[:2]
    return _of_softmax(x.numel(), x.numel() // max(x.shape[axis] if x.dim() else 1, 1))


def _log_softmax(kernel: Kernel) -> int:
    """As softmax, with a logarithm a row and a difference in place of the quotient."""
    x, axis = kernel.args[:2]
    return 5 * int(x.numel()) - int(x.numel()) // max(x.shape[axis] if x.dim() else 1, 1)


def _normalised(count: int, rows: int, learned: int) -> int:
    """Mean and variance of each row, then difference, quotient by the deviation, and what is learned of each value.

    The differences of the variance serve the result too.
    """
    mean, variance, deviation = (
        count,
        3 * count,
        2 * rows,
    )  # of n: n - 1 sums and a quotient; eps and the root
    return mean + variance + deviation + count + learned * count


def _rms_norm(kernel: Kernel) -> int:
    """Squares, their mean, eps and the root a row, the quotient, the product with what is learned."""
    x, shape, weight = kernel.args[:3]
    count: int = x.numel()
    rows: int = count // max(prod(shape), 1)
    return (3 + _learned(weight)) * count + 2 * rows


def _learned(*values: Any) -> int:
    return sum(isinstance(value, Tensor) for value in values)


def _batch_norm(kernel: Kernel) -> int:
    """As any norm over the batch in training; else difference and quotient by the deviation that training left."""
    x, weight, bias = kernel.args[:3]
    channels, learned = x.shape[1], _learned(weight, bias)
    name = kernel_name(kernel.func)
    if _argument(kernel, "training", name == "_batch_norm_with_update"):
        return _normalised(x.numel(), channels, learned)
    return (2 + learned) * int(x.numel()) + 2 * int(channels)


def _layer_norm(kernel: Kernel) -> int:
    x, shape, weight, bias = kernel.args[:4]
    return _normalised(x.numel(), x.numel() // max(prod(shape), 1), _learned(weight, bias))


def _group_norm(kernel: Kernel) -> int:
    x, weight, bias, batch = kernel.args[:4]
    return _normalised(x.numel(), batch * kernel.args[6], _learned(weight, bias))


def _max_pool(kernel: Kernel) -> int:
    """k - 1 comparisons of a window of k; windows at the edge count whole."""
    window = prod(_spread(kernel.args[1], _spatial(kernel)))
    return int(tensors_in(kernel.result)[0].numel()) * (window - 1)


def _avg_pool(kernel: Kernel) -> int:
    """k - 1 sums and a quotient of a window of k; windows at the edge count whole."""
    return int(kernel.result.numel()) * prod(_spread(kernel.args[1], _spatial(kernel)))


def _adaptive_avg_pool(kernel: Kernel) -> int:
    """As average pooling, each window from floor(i n / m) to ceil((i + 1) n / m)."""
    return _adaptive_taps(kernel)


def _adaptive_max_pool(kernel: Kernel) -> int:
    return _adaptive_taps(kernel) - int(tensors_in(kernel.result)[0].numel())


def _adaptive_taps(kernel: Kernel) -> int:
    sizes, made = kernel.args[0].shape, tensors_in(kernel.result)[0].shape
    spatial = _spatial(kernel)
    taps: int = prod(sizes[:-spatial])
    for n, m in zip(sizes[-spatial:], made[-spatial:], strict=True):
        taps *= sum(-(-(i + 1) * n // m) - i * n // m for i in range(m))
    return taps


def _spatial(kernel: Kernel) -> int:
    """Return the number of axes that a pooling runs over, as its name says."""
    return int(kernel_name(kernel.func).partition("pool")[2][0])


def _spread(sizes: Any, axes: int) -> list[int]:
    return list(sizes) * axes if len(sizes) == 1 else list(sizes)


def _taken(each: int, back: int = 0) -> _Formula:
    """`each` for every element that is read, less `back` for every one that comes out."""

    def formula(kernel: Kernel) -> int:
        return each * int(kernel.args[0].numel()) - back * int(tensors_in(kernel.result)[0].numel())

    return formula


def _given(each: int) -> _Formula:
    """`each` for every element that comes out."""
    return lambda kernel: each * int(tensors_in(kernel.result)[0].numel())


def _norm_of_vector(kernel: Kernel) -> int | None:
    """Squares, their sum, its root; of other norms there is no formula."""
    order = kernel.args[1] if len(kernel.args) > 1 else 2
    return 2 * int(kernel.args[0].numel()) if order == 2 else None


def _clamp(kernel: Kernel) -> int:
    """One for each end that is given."""
    ends = [_argument(kernel, name, None) for name in ("min", "max")]
    return sum(end is not None for end in ends) * int(kernel.result.numel())


def _gelu(kernel: Kernel) -> int:
    """x / 2 (1 + erf(x / sqrt 2)), or x / 2 (1 + tanh(c (x + d x³)))."""
    return (9 if kernel.kwargs.get("approximate") == "tanh" else 5) * int(kernel.result.numel())


def _sum_of_two(kernel: Kernel) -> int:
    """One, and another where the second is multiplied first (`alpha`)."""
    return (1 if kernel.kwargs.get("alpha", 1) == 1 else 2) * int(kernel.result.numel())


_MOVES = {
    *(
        "clone",
        "copy",
        "_to_copy",
        "_copy_from",
        "cat",
        "stack",
        "pad",
        "constant_pad_nd",
        "roll",
        "flip",
        "repeat",
    ),
    *(
        "reflection_pad1d",
        "reflection_pad2d",
        "replication_pad1d",
        "replication_pad2d",
        "rot90",
        "tril",
        "triu",
    ),
    *(
        "index",
        "index_select",
        "gather",
        "scatter",
        "index_put",
        "_index_put_impl",
        "embedding",
        "take",
        "masked_fill",
    ),
    *(
        "where",
        "masked_select",
        "nonzero",
        "unfold",
        "im2col",
        "pixel_shuffle",
        "pixel_unshuffle",
        "channel_shuffle",
    ),
    *(
        "fill",
        "zero",
        "zeros",
        "ones",
        "full",
        "zeros_like",
        "ones_like",
        "full_like",
        "new_zeros",
        "new_ones",
    ),
    *(
        "new_full",
        "arange",
        "eye",
        "scalar_tensor",
        "bernoulli",
        "normal",
        "uniform",
        "rand",
        "randn",
        "randperm",
    ),
    *(
        "upsample_nearest1d",
        "upsample_nearest2d",
        "upsample_nearest3d",
        "contiguous",
        "native_channel_shuffle",
    ),
    *("_local_scalar_dense", "repeat_interleave", "split_with_sizes_copy", "slice_scatter", "select_scatter"),
}
_POINTWISE = {
    "sigmoid": 4,  # 1 / (1 + exp(-x))
    "silu": 5,
    "hardsigmoid": 4,  # x + 3 cut at two ends, a quotient
    "hardswish": 5,
    "hardtanh": 2,
    "leaky_relu": 2,  # which side, the slope
    "elu": 4,  # which side, power, less one, times alpha
    "celu": 5,
    "selu": 5,
    "softplus": 3,  # log(1 + exp(x))
    "mish": 5,  # softplus, tanh, the product
    "softsign": 3,
    "addcmul": 2,
    "addcdiv": 2,
    "lerp": 3,
}
_ATTENTION = (
    "_scaled_dot_product_flash_attention",
    "_scaled_dot_product_flash_attention_for_cpu",
    "_scaled_dot_product_efficient_attention",
    "_scaled_dot_product_cudnn_attention",
)
_GROUPS: dict[_Formula, tuple[str, ...]] = {
    _products(): ("mm", "bmm", "mv", "dot", "vdot", "_cdist_forward", "_euclidean_dist"),
    _products(bias=0): ("addmm", "baddbmm", "addmv", "_addmm_activation"),
    _products(bias=2): (
        *(
            "convolution",
            "_convolution",
            "cudnn_convolution",
            "mkldnn_convolution",
            "linear",
            "mkldnn_linear",
        ),
        *("_conv_depthwise2d", "_slow_conv2d_forward", "slow_conv3d_forward"),
    ),
    _attention: _ATTENTION,
    _softmax: ("_softmax", "_safe_softmax"),
    _log_softmax: ("_log_softmax",),
    _batch_norm: (
        *("native_batch_norm", "_native_batch_norm_legit", "_native_batch_norm_legit_no_training"),
        *("cudnn_batch_norm", "_batch_norm_with_update"),
    ),
    _layer_norm: ("native_layer_norm",),
    _group_norm: ("native_group_norm",),
    _max_pool: ("max_pool2d_with_indices", "max_pool3d_with_indices"),
    _avg_pool: ("avg_pool1d", "avg_pool2d", "avg_pool3d"),
    _adaptive_avg_pool: ("_adaptive_avg_pool2d", "_adaptive_avg_pool3d", "adaptive_avg_pool1d"),
    _adaptive_max_pool: ("adaptive_max_pool2d", "adaptive_max_pool3d"),
    _taken(1, back=1): ("sum", "prod", "amax", "amin", "max", "min", "argmax", "argmin", "nansum"),
    _taken(1): ("mean", "cumsum", "cumprod"),
    _taken(4): ("var", "std", "var_mean", "std_mean"),
    _norm_of_vector: ("linalg_vector_norm",),
    _given(3): ("upsample_linear1d",),
    _given(7): ("upsample_bilinear2d",),
    _given(15): ("upsample_trilinear3d",),
    _given(31): ("upsample_bicubic2d",),
    _gelu: ("gelu",),
    _clamp: ("clamp",),
    _rms_norm: ("_fused_rms_norm",),
    _sum_of_two: ("add", "sub", "rsub"),
}
_FORMULAS: dict[str, _Formula] = {name: formula for formula, names in _GROUPS.items() for name in names}
