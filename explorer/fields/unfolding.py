"""Receptive fields through overlapping windows that are laid out, joined again, or sampled at the places of a grid."""

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from explorer.fields.algebra import (
    Certainty,
    Field,
    IntArray,
    bounded,
    lost,
    merge,
    permute,
    sum_up,
    unlabelled,
    unsqueeze,
)
from explorer.fields.axes import Digit, Labels, is_whole
from explorer.fields.gathering import gather, places, taps
from explorer.fields.rules import Call, Fields, rule, unknown
from explorer.fields.shapes import reshape
from explorer.fields.windows import Window, shown, sliding

_MOST_SAMPLES = 2**27  # numbers with which a sampling kernel is asked what it reads


@rule("unfold")
def _unfold(call: Call) -> Fields:
    """Runs of `size` entries along a dimension, laid out along a new last one."""
    if (field := call.field("self")) is None:
        return None
    dim = call["dimension"] % field.ndim
    window = Window(call["size"], call["step"], 0, 1)
    spread = _laid_out(field, tuple(call["self"].shape), dim, call.output.shape[dim], window)
    return permute(spread, [*(d for d in range(spread.ndim) if d != dim + 1), dim + 1])


@rule("im2col")
def _im2col(call: Call) -> Fields:
    if (field := call.field("self")) is None:
        return None
    shape = tuple(call["self"].shape)
    windows, counts = _windows_of(call, shape[-2:])
    at = len(shape) - 2
    field = _laid_out(field, shape, at + 1, counts[1], windows[1])  # (…, C, H, columns, taps)
    shape = (*shape[:-1], counts[1], windows[1].kernel)
    field = _laid_out(field, shape, at, counts[0], windows[0])  # (…, C, rows, taps, columns, taps)
    order = [*range(at), at + 1, at + 3, at, at + 2]
    laid = (*shape[:at], windows[0].kernel, windows[1].kernel, *counts)
    return reshape(permute(field, order), laid, tuple(call.output.shape))


@rule("col2im")
def _col2im(call: Call) -> Fields:
    """Windows are summed where they overlap."""
    if (field := call.field("self")) is None:
        return None
    sizes = tuple(call["output_size"])
    windows, counts = _windows_of(call, sizes)
    *channels, height, width = call.output.shape
    at = len(channels)
    field = reshape(
        field, tuple(call["self"].shape), (*channels, windows[0].kernel, windows[1].kernel, *counts)
    )
    field = permute(field, [*range(at), at + 2, at, at + 3, at + 1])
    shape = (*channels, counts[0], windows[0].kernel, counts[1], windows[1].kernel)
    field = _joined(field, shape, at + 2, width, windows[1])
    return _joined(field, (*shape[:-2], width), at, height, windows[0])


def _windows_of(call: Call, sizes: tuple[int, ...]) -> tuple[list[Window], list[int]]:
    """Return for rows and columns the window that slides, and how many places it stands at."""
    names = ("kernel_size", "stride", "padding", "dilation")
    windows = [Window(*values) for values in zip(*(_pair(call[n]) for n in names), strict=True)]
    counts = [
        (n + 2 * w.padding - w.dilation * (w.kernel - 1) - 1) // w.stride + 1
        for n, w in zip(sizes, windows, strict=True)
    ]
    return windows, counts


def _pair(value: Any) -> tuple[int, ...]:
    values = (value,) if isinstance(value, int) else tuple(value)
    return values * 2 if len(values) == 1 else values


def _are_tiles(window: Window, length: int, count: int) -> bool:
    """Tell whether windows lie side by side and fill a dimension."""
    return window == (window.kernel, window.kernel, 0, 1) and count * window.kernel == length


def _laid_out(field: Field, shape: tuple[int, ...], dim: int, count: int, window: Window) -> Field:
    """Return the field with `dim` replaced by the places of a window and the entries it shows there."""
    length = shape[dim]
    if _are_tiles(window, length, count):
        return reshape(field, shape, (*shape[:dim], count, window.kernel, *shape[dim + 1 :]))
    together = gather(field, dim, sliding(count, length, window), lost)
    label, extra = together.labels[dim], together.extra
    each = gather(
        unlabelled(field, [dim]) if field.labels[dim] else field,
        dim,
        places(shown(count, length, window).reshape(-1)),
        lost,
    )
    parts = each.each(lambda a, _: _unflattened(a, dim, count))
    reach = window.dilation * (window.kernel - 1) + 1
    rules = tuple(
        old.moved(-window.padding).of_blocks(reach, window.stride)
        if old and _runs_along(field, dim, k)
        else rule
        for k, (old, rule) in enumerate(zip(field.rules, together.rules, strict=True))
    )
    labels = (*together.labels[:dim], label, (), *together.labels[dim + 1 :])
    return Field(parts.low, parts.high, rules, labels, extra, field.certainty)


def _unflattened(a: IntArray, dim: int, count: int) -> IntArray:
    return a.reshape((*a.shape[:dim], *((1, 1) if a.shape[dim] == 1 else (count, -1)), *a.shape[dim + 1 :]))


def _runs_along(field: Field, dim: int, axis: int) -> bool:
    label = field.labels[dim]
    return len(label) == 1 and label[0].axis == axis and is_whole(label[0], field.labels)


def _joined(field: Field, shape: tuple[int, ...], dim: int, length: int, window: Window) -> Field:
    """Return the field with the places of a window and its entries, along `dim` and the next, summed to `length`."""
    count = shape[dim]
    if _are_tiles(window, length, count):
        return reshape(field, shape, (*shape[:dim], length, *shape[dim + 2 :]))
    label = field.labels[dim]
    is_axis = len(label) == 1 and is_whole(label[0], field.labels)
    flat = field.each(lambda a, _: _flattened(a, dim, count, window.kernel))
    loose = unlabelled(field, [d for d in (dim, dim + 1) if field.labels[d]])
    labels = list(loose.labels)
    labels[dim : dim + 2] = [()]
    place, tap = np.arange(count)[:, None], np.arange(window.kernel)[None, :]
    reached = (place * window.stride - window.padding + tap * window.dilation).reshape(-1)
    index = [np.nonzero(reached == position)[0] for position in range(length)]
    most = max(len(found) for found in index)
    filled = np.full((length, max(most, 1)), -1)
    for position, found in enumerate(index):
        filled[position, : len(found)] = found
    summed = gather(
        Field(flat.low, flat.high, loose.rules, tuple(labels), certainty=field.certainty),
        dim,
        taps(filled),
        lost,
    )
    if not is_axis:
        return summed
    labels[dim] = (Digit(label[0].axis, 1, length),)
    rules = tuple(None if k == label[0].axis else rule for k, rule in enumerate(field.rules))
    return Field(summed.low, summed.high, rules, tuple(labels), certainty=field.certainty)


def _flattened(a: IntArray, dim: int, count: int, taps_each: int) -> IntArray:
    if a.shape[dim] == a.shape[dim + 1] == 1:
        return a.squeeze(dim)
    full = (*a.shape[:dim], count, taps_each, *a.shape[dim + 2 :])
    return np.broadcast_to(a, full).reshape((*a.shape[:dim], -1, *a.shape[dim + 2 :]))


# ---- sampling ----


@rule(
    "grid_sampler_2d",
    "grid_sampler_3d",
    "_grid_sampler_2d_cpu_fallback",
    "cudnn_grid_sampler",
    "mkldnn_grid_sampler",
)
def _grid_sample(call: Call) -> Fields:
    field, source, shape = call.field("input"), call["input"], call.output.shape
    if (aim := call.field("grid")) is not None:
        places = permute(sum_up(aim, [-1]), [0, aim.ndim - 1, *range(1, aim.ndim - 1)])
        parts = [places] if field is None else [places, sum_up(field, range(2, field.ndim))]
        return bounded(merge(parts))
    if field is None:
        return None
    sizes = source.shape[2:]
    if call.known(call["grid"]) is None or max(sizes) * call["grid"].numel() > _MOST_SAMPLES:
        return bounded(sum_up(field, range(2, field.ndim)))
    loose = unlabelled(field, [d for d in range(2, field.ndim) if field.labels[d]])
    labels: Labels = tuple(
        (Digit(field.labels[d][0].axis, 1, shape[d]),)
        if d > 1 and len(field.labels[d]) == 1 and is_whole(field.labels[d][0], field.labels)
        else label
        for d, label in enumerate(loose.labels)
    )
    read = [_read(call, axis) for axis in range(len(sizes))]
    tangled = any(sum(n > 1 for n in table.shape[2:]) > 1 for table in field.tables)
    sampled = field.each(lambda a, neutral: _sampled(a, neutral, read))
    certainty = max(field.certainty, Certainty.BOUND) if tangled else field.certainty
    return Field(sampled.low, sampled.high, (None,) * len(field.rules), labels, certainty=certainty)


def _read(call: Call, axis: int) -> NDArray[np.bool_]:
    """Return (L, N, *out): whether a sample reads anything of each slice across an axis of the input.

    The kernel itself is asked, with slices of ones as channels: it is linear, and knows best how it rounds.
    """
    sizes = call["input"].shape[2:]
    length = sizes[axis]
    grid = call["grid"].detach().cpu()
    grid = grid if grid.dtype is torch.float64 else grid.float()
    slices = torch.eye(length, dtype=grid.dtype).reshape(
        length, *(length if k == axis else 1 for k in range(len(sizes)))
    )
    slices = slices.expand(grid.shape[0], length, *sizes)
    options = [call[n] for n in ("interpolation_mode", "padding_mode", "align_corners")]
    kernel = torch.ops.aten.grid_sampler_2d if len(sizes) == 2 else torch.ops.aten.grid_sampler_3d
    weights = kernel(slices.contiguous(), grid, *options)
    read: NDArray[np.bool_] = weights.transpose(0, 1).ne(0).numpy()
    return read


def _sampled(a: IntArray, neutral: int, read: list[NDArray[np.bool_]]) -> IntArray:
    """Return a table at the samples: the extreme over the slices that each reads."""
    choose = np.minimum if neutral > 0 else np.maximum
    spatial = [d for d in range(2, a.ndim) if a.shape[d] > 1]
    if not spatial:
        nothing = ~np.logical_and.reduce([r.any(axis=0) for r in read])[:, None]  # (N, 1, *out)
        return np.where(nothing, np.int32(neutral), a)
    found = np.full((1,) * a.ndim, neutral, np.int32)
    for d in spatial[:1]:
        rest = (
            a
            if len(spatial) == 1
            else (a.min if neutral > 0 else a.max)(axis=tuple(spatial[1:]), keepdims=True)
        )
        for position, seen in enumerate(read[d - 2]):
            slice_of = rest.take([position], axis=d)
            found = choose(found, np.where(seen[:, None], slice_of, np.int32(neutral)))
    return found


@rule("affine_grid_generator")
def _affine_grid(call: Call) -> Fields:
    """Every place sees its half of a row of the matrix; together, all of it."""
    if (field := call.field("theta")) is None:
        return None
    all_of_it = sum_up(field, [1, 2])
    return unsqueeze(all_of_it, 1) if call.output.dim() == 4 else unknown(field, call.output.dim())
