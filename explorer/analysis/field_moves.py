"""Receptive fields through views, slices, joins and paddings: elements change place, none is computed."""

from collections.abc import Callable
from dataclasses import replace
from math import ceil

import numpy as np
from numpy.typing import NDArray

from explorer.analysis import fields
from explorer.analysis.field_rules import Call, Fields, rule, unknown
from explorer.analysis.fields import Affine, Field, drop, gather, lift, merge, mix, reshape, unsqueeze


@rule("view", "_unsafe_view", "reshape", "_reshape_alias", "unflatten", "flatten")
def _view(call: Call) -> Fields:
    field = call.field("self")
    return reshape(field, tuple(call["self"].shape), tuple(call.output.shape)) if field else None


@rule("permute")
def _permute(call: Call) -> Fields:
    field = call.field("self")
    return _permuted(field, [d % field.ndim for d in call["dims"]]) if field else None


@rule("transpose", "t")
def _transpose(call: Call) -> Fields:
    if (field := call.field("self")) is None:
        return None
    order = list(range(field.ndim))
    a, b = (call.arguments.get(n, d) for n, d in (("dim0", 0), ("dim1", field.ndim - 1)))
    order[a], order[b] = order[b], order[a]
    return _permuted(field, order)


def _permuted(field: Field, order: list[int]) -> Field:
    return replace(field.each(lambda a, _: a.transpose(order)), axes=tuple(field.axes[d] for d in order))


@rule("expand")
def _expand(call: Call) -> Fields:
    field = call.field("self")
    return lift(field, call.output.dim()) if field else None


@rule("unsqueeze")
def _unsqueeze(call: Call) -> Fields:
    field = call.field("self")
    return unsqueeze(field, call["dim"] % (field.ndim + 1)) if field else None


@rule("squeeze")
def _squeeze(call: Call) -> Fields:
    field = call.field("self")
    if field is None or call.output.dim() == field.ndim:
        return field
    dim = call.arguments.get("dim", range(field.ndim))
    wanted = {d % field.ndim for d in ([dim] if isinstance(dim, int) else dim)}
    dims = [d for d in wanted if call["self"].shape[d] == 1]
    return drop(field, dims)


def _taken(
    field: Field, dim: int, positions: NDArray[np.int64], affine: Callable[[Affine], Affine | None]
) -> Field:
    taken = gather(field, dim, positions[:, None], affine)
    on_grid = len(field.axes[dim]) > 1
    if (
        on_grid
        and field.extra
        and np.array_equal(positions, np.arange(field.extra, field.extra + len(positions)))
    ):
        return replace(taken, extra=0, rules=field.rules)
    if on_grid:
        return replace(taken, axes=tuple(() if d == dim else a for d, a in enumerate(field.axes)))
    return taken


def _sliced(field: Field, dim: int, start: int, step: int, count: int, length: int) -> Field:
    if start == 0 and step == 1 and count == length:
        return field

    def affine(a: Affine) -> Affine:
        return Affine(a.jump * step, a.first + a.jump * start, a.last + a.jump * start)

    return _taken(field, dim, np.arange(start, start + step * count, step), affine)


@rule("slice")
def _slice(call: Call) -> Fields:
    if (field := call.field("self")) is None:
        return None
    dim = call.arguments.get("dim", 0) % field.ndim
    length = call["self"].shape[dim]
    start = call.arguments.get("start") or 0
    start = min(max(start + length if start < 0 else start, 0), length)
    return _sliced(field, dim, start, call.arguments.get("step", 1), call.output.shape[dim], length)


@rule("narrow")
def _narrow(call: Call) -> Fields:
    field = call.field("self")
    length = call["self"].shape[call["dim"]]
    return (
        _sliced(field, call["dim"] % field.ndim, call["start"], 1, call["length"], length) if field else None
    )


@rule("select")
def _select(call: Call) -> Fields:
    if (field := call.field("self")) is None:
        return None
    dim = call["dim"] % field.ndim
    length = call["self"].shape[dim]
    return drop(_sliced(field, dim, call["index"] % length, 1, 1, length), [dim])


@rule("split", "split_with_sizes", "chunk", "unbind", "unsafe_split", "split_with_sizes_copy")
def _split(call: Call) -> Fields:
    if (field := call.field("self")) is None:
        return None
    dim = call.arguments.get("dim", 0) % field.ndim
    length = call["self"].shape[dim]
    if (
        "split_size" not in call.arguments
        and "split_sizes" not in call.arguments
        and "chunks" not in call.arguments
    ):
        return [drop(_sliced(field, dim, i, 1, 1, length), [dim]) for i in range(length)]
    sizes = call.arguments.get("split_sizes")
    if sizes is None:
        size = call.arguments.get("split_size") or ceil(length / call["chunks"])
        sizes = [min(size, length - start) for start in range(0, length, size)]
    starts = np.cumsum([0, *sizes])
    return [_sliced(field, dim, int(s), 1, n, length) for s, n in zip(starts, sizes, strict=False)]


@rule("cat", "stack")
def _cat(call: Call) -> Fields:
    tensors = [t for t in call["tensors"] if t.numel()]
    known = [call.field_of(t) for t in tensors]
    if not any(known):
        return None
    ndim = call.output.dim()
    dim = call.arguments.get("dim", 0) % ndim
    stacked = tensors[0].dim() < ndim
    parts = [unsqueeze(f, dim) if f and stacked else f for f in known]
    if not any(f is not None and (f.axes[dim] or _varies_along(f, dim)) for f in parts):
        return merge([f for f in parts if f is not None])
    lengths = [1 if stacked else t.shape[dim] for t in tensors]
    return _joined(parts, lengths, dim)


def _varies_along(field: Field, dim: int) -> bool:
    return any(a.shape[dim] > 1 for a in (*field.low, *field.high))


def _joined(parts: list[Field | None], lengths: list[int], dim: int) -> Field:
    """Fields one after the other along an axis of the picture, or along tokens."""
    like = next(f for f in parts if f is not None and (f.axes[dim] or _varies_along(f, dim)))
    leading = lengths[0] if parts[0] is None else 0
    only_extra = leading and len(parts) == 2 and parts[1] is like
    kept = [p if p is not None else _blind(like) for p in parts]
    low, high = (
        tuple(_concatenate([getattr(p, side)[k] for p in kept], lengths, dim) for k in range(len(like.low)))
        for side in ("low", "high")
    )
    certainty = max(p.certainty for p in kept)
    rules = (
        like.rules if only_extra else tuple(r if isinstance(r, fields.Whole) else None for r in like.rules)
    )
    axes = like.axes if only_extra else tuple(() if d == dim else a for d, a in enumerate(like.axes))
    return replace(like, low=low, high=high, rules=rules, axes=axes, extra=leading, certainty=certainty)


def _blind(like: Field) -> Field:
    return like.each(lambda a, neutral: np.full((1,) * a.ndim, neutral, dtype=np.int32))


def _concatenate(arrays: list[NDArray[np.int32]], lengths: list[int], dim: int) -> NDArray[np.int32]:
    shape = np.broadcast_shapes(*(tuple(1 if d == dim else n for d, n in enumerate(a.shape)) for a in arrays))
    if all(a.shape[dim] == 1 for a in arrays) and all(np.array_equal(a, arrays[0]) for a in arrays):
        return arrays[0]
    full = [
        np.broadcast_to(a, tuple(length if d == dim else n for d, n in enumerate(shape)))
        for a, length in zip(arrays, lengths, strict=True)
    ]
    return np.concatenate(full, axis=dim)


@rule("constant_pad_nd", "reflection_pad1d", "reflection_pad2d", "replication_pad1d", "replication_pad2d",
      "reflection_pad3d", "replication_pad3d", "pad")  # fmt: skip
def _pad(call: Call) -> Fields:
    if (field := call.field("self")) is None:
        return None
    constant = "pad" in call.arguments
    pads = call["pad" if constant else "padding"]
    for k in range(len(pads) // 2):
        before, after = pads[2 * k], pads[2 * k + 1]
        dim = field.ndim - 1 - k
        if before or after:
            field = _padded(field, dim, call["self"].shape[dim], (before, after), constant, call)
    return field


def _padded(field: Field, dim: int, length: int, pads: tuple[int, int], constant: bool, call: Call) -> Field:
    before, after = pads
    index = np.arange(-before, length + after)
    if constant:
        index = np.where((index >= 0) & (index < length), index, -1)
    elif "reflection" in call.name:
        index = np.abs(index)
        index = np.where(index >= length, 2 * (length - 1) - index, index)
    else:
        index = np.clip(index, 0, length - 1)
    return gather(
        field, dim, index[:, None],
        lambda a: Affine(a.jump, a.first - a.jump * before, a.last - a.jump * before),
    )  # fmt: skip


@rule("roll")
def _roll(call: Call) -> Fields:
    if (field := call.field("self")) is None or not call.arguments.get("dims"):
        return unknown(field, field.ndim) if field else None
    for shift, dim in zip(call["shifts"], call["dims"], strict=True):
        index = (np.arange(call["self"].shape[dim]) - shift) % call["self"].shape[dim]
        field = _taken(field, dim % field.ndim, index, lambda _: None)
    return field


@rule("flip")
def _flip(call: Call) -> Fields:
    if (field := call.field("self")) is None:
        return None
    for dim in call["dims"]:
        index = np.arange(call["self"].shape[dim])[::-1].copy()
        field = _taken(field, dim % field.ndim, index, lambda _: None)
    return field


@rule("index_select")
def _index_select(call: Call) -> Fields:
    field = call.field("self")
    index = call["index"].cpu().numpy()
    return _taken(field, call["dim"] % field.ndim, index, lambda _: None) if field else None


@rule("repeat")
def _repeat(call: Call) -> Fields:
    if (field := call.field("self")) is None:
        return None
    field = lift(field, len(call["repeats"]))
    shape = (1,) * (field.ndim - call["self"].dim()) + tuple(call["self"].shape)
    for dim, times in enumerate(call["repeats"]):
        if times > 1:
            field = _taken(field, dim, np.tile(np.arange(shape[dim]), times), lambda _: None)
    return field


@rule("pixel_shuffle")
def _pixel_shuffle(call: Call) -> Fields:
    if (field := call.field("self")) is None:
        return None
    r, out = call["upscale_factor"], call.output
    field = mix(field, [-3], tuple(call["self"].shape))
    for d in (out.dim() - 2, out.dim() - 1):
        field = gather(field, d, (np.arange(out.shape[d]) // r)[:, None], lambda _: None)
    return field


@rule("channel_shuffle", "native_channel_shuffle")
def _channel_shuffle(call: Call) -> Fields:
    field = call.field("self")
    return mix(field, [1], tuple(call["self"].shape)) if field else None


@rule("as_strided")
def _as_strided(call: Call) -> Fields:
    field = call.field("self")
    if field is None:
        return None
    constant = all(a.size == 1 for a in (*field.low, *field.high))
    return field if constant and field.ndim == call.output.dim() else unknown(field, call.output.dim())
