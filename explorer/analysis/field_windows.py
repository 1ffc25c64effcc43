"""Receptive fields through windows: convolution, pooling, resampling."""

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from explorer.analysis.field_rules import Call, Fields, rule, unknown
from explorer.analysis.fields import Affine, Field, gather, mix


def _window(
    out: int, length: int, kernel: int, stride: int, padding: int, dilation: int
) -> NDArray[np.int64]:
    index = np.arange(out)[:, None] * stride - padding + np.arange(kernel)[None, :] * dilation
    return np.where((index >= 0) & (index < length), index, -1)


def _slide(field: Field, dim: int, out: int, length: int, window: tuple[int, int, int, int]) -> Field:
    kernel, stride, padding, dilation = window

    def affine(a: Affine) -> Affine:
        first = a.first - a.jump * padding
        last = a.last + a.jump * (dilation * (kernel - 1) - padding)
        return Affine(a.jump * stride, first, last)

    return gather(field, dim, _window(out, length, kernel, stride, padding, dilation), affine)


def _slide_all(
    field: Field, call: Call, source: Tensor, windows: Sequence[tuple[int, int, int, int]]
) -> Field:
    first = source.dim() - len(windows)
    for d, window in enumerate(windows, start=first):
        field = _slide(field, d, call.output.shape[d], source.shape[d], window)
    return field


def _per_axis(value: Any, count: int, default: int) -> list[int]:
    values = [value] if isinstance(value, int) else list(value or [default])
    return values * count if len(values) == 1 else values


@rule("convolution", "_convolution", "mkldnn_convolution", "cudnn_convolution", "convolution_overrideable")
def _convolution(call: Call) -> Fields:
    field, source, weight = call.field("input"), call["input"], call["weight"]
    if field is None or call.field("weight") is not None:
        return None if field is None else unknown(field, call.output.dim())
    field = mix(field, [1], tuple(source.shape))
    count = weight.dim() - 2
    kernels = tuple(weight.shape[2:])
    strides, paddings, dilations = (
        _per_axis(call.arguments.get(n), count, d)
        for n, d in (("stride", 1), ("padding", 0), ("dilation", 1))
    )
    windows = list(zip(kernels, strides, paddings, dilations, strict=True))
    if call.arguments.get("transposed"):
        return _transposed(field, call, windows)
    return _slide_all(field, call, source, windows)


def _transposed(field: Field, call: Call, windows: Sequence[tuple[int, int, int, int]]) -> Field:
    """Output o sees input i where o = i * stride - padding + tap * dilation for some tap."""
    source = call["input"]
    for d, (kernel, stride, padding, dilation) in enumerate(windows, start=source.dim() - len(windows)):
        reached = np.arange(call.output.shape[d])[:, None] + padding - np.arange(kernel)[None, :] * dilation
        index = np.where(reached % stride == 0, reached // stride, -1)
        index = np.where((index >= 0) & (index < source.shape[d]), index, -1)
        field = gather(field, d, index, lambda _: None)
    return field


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
    dilations = _per_axis(call.arguments.get("dilation"), count, 1)
    return _slide_all(field, call, source, list(zip(kernels, strides, paddings, dilations, strict=True)))


@rule("_adaptive_avg_pool2d", "adaptive_max_pool2d", "_adaptive_avg_pool3d", "adaptive_max_pool3d")
def _adaptive_pool(call: Call) -> Fields:
    source = call["self"]
    if (field := call.field("self")) is None:
        return None
    count = len(call["output_size"])
    for d in range(source.dim() - count, source.dim()):
        length, out = source.shape[d], call.output.shape[d]
        if out == 1:
            before = field
            field = mix(field, [d], tuple(source.shape))
            field = replace(field, axes=before.axes)
        elif length % out == 0:
            field = _slide(field, d, out, length, (length // out, length // out, 0, 1))
        else:
            spans = [range(o * length // out, -(-(o + 1) * length // out)) for o in range(out)]
            taps = max(map(len, spans))
            index = np.array([[*span, *[span[-1]] * (taps - len(span))] for span in spans])
            field = gather(field, d, index, lambda _: None)
    return field


@rule("upsample_nearest1d", "upsample_nearest2d", "upsample_nearest3d", "_upsample_nearest_exact2d",
      "upsample_linear1d", "upsample_bilinear2d", "upsample_bicubic2d")  # fmt: skip
def _upsample(call: Call) -> Fields:
    source, name = call["self"] if "self" in call.arguments else call["input"], call.name
    if (field := call.field_of(source)) is None:
        return None
    for d in range(2, source.dim()):
        index = _resampled(
            source.shape[d], call.output.shape[d], name, bool(call.arguments.get("align_corners"))
        )
        factor = Fraction(call.output.shape[d], source.shape[d])
        repeats = factor.denominator == 1 and "nearest" in name
        field = gather(field, d, index, (lambda _: None) if repeats or factor != 1 else lambda a: a)
    return field


def _resampled(length: int, out: int, name: str, align_corners: bool) -> NDArray[np.int64]:
    """Return (out, taps): which old positions each new one reads."""
    position = np.arange(out)
    if "nearest" in name:
        half = 0.5 if "exact" in name else 0.0
        return np.minimum(np.floor((position + half) * length / out), length - 1).astype(np.int64)[:, None]
    aligned = position * ((length - 1) / max(out - 1, 1))
    centre = aligned if align_corners else (position + 0.5) * length / out - 0.5
    if "cubic" in name:
        taps = np.floor(centre)[:, None] + np.arange(-1, 3)
    else:
        centre = np.maximum(centre, 0)  # as torch does, so that the border is repeated
        taps = np.stack(
            [np.floor(centre), np.ceil(centre)], axis=1
        )  # one and the same where the weight is whole
    index: NDArray[np.int64] = np.clip(taps, 0, length - 1).astype(np.int64)
    return index
