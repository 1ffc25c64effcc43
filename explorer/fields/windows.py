"""Receptive fields through windows: convolution, pooling, resampling."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray

from explorer.fields.algebra import Field, lost, sum_up
from explorer.fields.gathering import Taps, gather, places, taps
from explorer.fields.rules import Call, Fields, rule, unknown


class Window(NamedTuple):
    """Geometry of a sliding window along one axis."""

    kernel: int
    stride: int
    padding: int
    dilation: int


@lru_cache(maxsize=1024)
def sliding(out: int, length: int, window: Window) -> Taps:
    """Return which of `length` entries a window sees at each of its `out` places."""
    return taps(shown(out, length, window))


def shown(out: int, length: int, window: Window) -> NDArray[np.int64]:
    """Return (out, taps): which of `length` entries a window shows at each of its `out` places; -1 is padding."""
    kernel, stride, padding, dilation = window
    index = np.arange(out)[:, None] * stride - padding + np.arange(kernel)[None, :] * dilation
    return np.where((index >= 0) & (index < length), index, -1)


def _slide(field: Field, dim: int, out: int, length: int, window: Window) -> Field:
    kernel, stride, padding, dilation = window
    if window == (1, 1, 0, dilation):
        return field
    reach = dilation * (kernel - 1) + 1
    seen = sliding(out, length, window)
    return gather(field, dim, seen, lambda a: a.moved(-padding).of_blocks(reach, stride))


def _slide_all(field: Field, call: Call, lengths: Sequence[int], windows: Sequence[Window]) -> Field:
    for d, window in zip(range(-len(windows), 0), windows, strict=True):
        field = _slide(field, field.ndim + d, call.output.shape[d], lengths[d], window)
    return field


def _per_axis(value: Any, count: int, default: int) -> list[int]:
    values = [value] if isinstance(value, int) else list(value or [default])
    return values * count if len(values) == 1 else values


@rule("convolution", "_convolution", "mkldnn_convolution", "cudnn_convolution", "convolution_overrideable",
      shapes_only=True)  # fmt: skip
def _convolution(call: Call) -> Fields:
    field, source, weight = call.field("input"), call["input"], call["weight"]
    if call.field("weight") is not None:
        return None if field is None else unknown(field, call.output.dim())
    if field is None:
        return None
    count = weight.dim() - 2
    strides, paddings, dilations = (
        _per_axis(call.arguments.get(n), count, d)
        for n, d in (("stride", 1), ("padding", 0), ("dilation", 1))
    )
    windows = [*map(Window, weight.shape[2:], strides, paddings, dilations)]
    field = _across_channels(field, source.shape[1], call.output.shape[1], call.arguments.get("groups", 1))
    if call.arguments.get("transposed"):
        return _transposed(field, call, windows)
    return _slide_all(field, call, source.shape, windows)


def _across_channels(field: Field, channels: int, out: int, groups: int) -> Field:
    if not (field.labels[1] or field.varies(1)):
        return field
    field = sum_up(field, [1], groups)
    if not field.varies(1):
        return field
    group = np.arange(out) * groups // out
    return gather(field, 1, places(group * (channels // groups)), lost)


def _transposed(field: Field, call: Call, windows: Sequence[Window]) -> Field:
    """Output o sees input i where o = i * stride - padding + tap * dilation for some tap."""
    source = call["input"]
    for d, window in enumerate(windows, start=source.dim() - len(windows)):
        field = gather(field, d, _upwards(call.output.shape[d], source.shape[d], window), lost)
    return field


@lru_cache(maxsize=1024)
def _upwards(out: int, length: int, window: Window) -> Taps:
    kernel, stride, padding, dilation = window
    reached = np.arange(out)[:, None] + padding - np.arange(kernel)[None, :] * dilation
    index = np.where(reached % stride == 0, reached // stride, -1)
    return taps(np.where((index >= 0) & (index < length), index, -1))


@rule(
    "max_pool2d_with_indices", "max_pool3d_with_indices", "max_pool2d", "max_pool1d", "avg_pool2d", "avg_pool3d",
    "avg_pool1d", "mkldnn_max_pool2d",
)  # fmt: skip
def _pool(call: Call) -> Fields:
    source = call["self"]
    if (field := call.field("self")) is None:
        return None
    count = int(call.name[call.name.index("pool") + 4])
    kernels = _per_axis(call["kernel_size"], count, 1)
    strides = _per_axis(call.arguments.get("stride"), count, 0)
    strides = [s or k for s, k in zip(strides, kernels, strict=True)]
    paddings = _per_axis(call.arguments.get("padding"), count, 0)
    # The fourth argument of an average pooling is ceil_mode.
    dilations = _per_axis(call.arguments.get("dilation"), count, 1)
    return _slide_all(field, call, source.shape, [*map(Window, kernels, strides, paddings, dilations)])


@rule("_adaptive_avg_pool2d", "adaptive_max_pool2d", "_adaptive_avg_pool3d", "adaptive_max_pool3d")
def _adaptive_pool(call: Call) -> Fields:
    source = call["self"]
    if (field := call.field("self")) is None:
        return None
    for d in range(-len(call["output_size"]), 0):
        length, out = source.shape[d], call.output.shape[d]
        if out > 1 and length % out == 0:
            field = _slide(field, field.ndim + d, out, length, Window(length // out, length // out, 0, 1))
        else:
            field = gather(field, field.ndim + d, taps(_adaptive_taps(length, out)), lost)
    return field


def _adaptive_taps(length: int, out: int) -> NDArray[np.int64]:
    """Return (out, taps): which old positions each new one averages, the last repeated to fill up."""
    first = np.arange(out) * length // out
    last = -(-(np.arange(out) + 1) * length // out) - 1
    taps = np.arange(int((last - first).max()) + 1)
    index: NDArray[np.int64] = np.minimum(first[:, None] + taps, last[:, None])
    return index


@rule(
    "upsample_nearest1d", "upsample_nearest2d", "upsample_nearest3d", "_upsample_nearest_exact1d",
    "_upsample_nearest_exact2d", "_upsample_nearest_exact3d", "upsample_linear1d", "upsample_bilinear2d",
    "upsample_trilinear3d", "upsample_bicubic2d", "_upsample_bilinear2d_aa", "_upsample_bicubic2d_aa",
)  # fmt: skip
def _upsample(call: Call) -> Fields:
    if (field := call.field("self")) is None:
        return None
    source = call["self"]
    for axis in range(source.dim() - 2):
        read = _resampled(call, axis)
        same = np.array_equal(read, np.arange(source.shape[2 + axis])[:, None])
        field = field if same else gather(field, 2 + axis, taps(read), lost)
    return field


def _resampled(call: Call, axis: int) -> NDArray[np.int64]:
    """Return (out, taps): which old positions each new one reads along an axis; -1 fills up.

    The kernel itself is asked, with the unit vectors of that axis: it is linear, and knows best how it rounds.
    """
    count = call.output.dim() - 2
    length, out = call["self"].shape[2 + axis], call.output.shape[2 + axis]
    # The other axes have length 2: on one column the antialiased kernels of torch 2.15 give wrong values.
    size = [2] * count
    size[axis] = out
    units = torch.eye(length).reshape(length, 1, *(length if k == axis else 1 for k in range(count)))
    units = units.repeat(1, 1, *(1 if k == axis else 2 for k in range(count)))
    scales: list[float | None] = [None] * count
    scales[axis] = call.arguments.get("scales" if count == 1 else f"scales_{'dhw'[axis - count]}")
    corners = [call["align_corners"]] if "align_corners" in call.arguments else []
    kernel = getattr(torch.ops.aten, call.name).default
    weights = kernel(units, size, *corners, *scales).movedim(2 + axis, 1).flatten(2)[..., 0]  # (L, out)
    read: NDArray[np.bool_] = weights.T.ne(0).numpy()
    most = int(read.sum(axis=1).max())
    positions = np.argsort(~read, axis=1, kind="stable")[:, :most]
    return np.where(np.take_along_axis(read, positions, axis=1), positions, -1)
