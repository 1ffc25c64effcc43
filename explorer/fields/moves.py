"""Receptive fields through views, slices, joins and paddings: elements change place, none is computed."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from explorer.fields.algebra import (
    Affine,
    Field,
    IntArray,
    Rule,
    drop,
    lift,
    lost,
    merge_along,
    permute,
    unsqueeze,
)
from explorer.fields.gathering import Taps, gather, places, run
from explorer.fields.rules import Call, Fields, rule, unknown
from explorer.fields.shapes import reshape

# ---- views ----


@rule("view", "_unsafe_view", "reshape", "_reshape_alias", "unflatten", "flatten")
def _view(call: Call) -> Fields:
    field = call.field("self")
    return reshape(field, tuple(call["self"].shape), tuple(call.output.shape)) if field else None


@rule("permute")
def _permute(call: Call) -> Fields:
    field = call.field("self")
    return permute(field, [d % field.ndim for d in call["dims"]]) if field else None


@rule("transpose", "t")
def _transpose(call: Call) -> Fields:
    if (field := call.field("self")) is None:
        return None
    order = list(range(field.ndim))
    a, b = (call.arguments.get(n, d) for n, d in (("dim0", 0), ("dim1", field.ndim - 1)))
    order[a], order[b] = order[b], order[a]
    return permute(field, order)


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
    return drop(field, [d for d in wanted if call["self"].shape[d] == 1])


@rule("as_strided")
def _as_strided(call: Call) -> Fields:
    if (field := call.field("self")) is None:
        return None
    constant = all(a.size == 1 for a in field.tables)
    return field if constant and field.ndim == call.output.dim() else unknown(field, call.output.dim())


# ---- slices ----


def take(field: Field, dim: int, seen: Taps, change: Callable[[Affine], Rule]) -> Field:
    """Return the field of some of the entries along `dim`."""
    if field.extra and len(field.axes[dim]) > 1:
        if not np.array_equal(seen.positions[0], field.extra + np.arange(prod(field.grid))):
            return gather(replace(field, extra=0), dim, seen, lost)
        # The class token is cut off: what is left is the whole grid.
        labels = tuple(() if d == dim else label for d, label in enumerate(field.labels))
        tokens = gather(replace(field, labels=labels, rules=(None,) * len(field.rules)), dim, seen, lost)
        return replace(tokens, rules=field.rules, labels=field.labels, extra=0)
    return gather(field, dim, seen, change)


def cut(field: Field, dim: int, start: int, step: int, count: int, length: int) -> Field:
    """Return the field of `count` of the `length` entries along `dim`, from `start` in steps of `step`."""
    if (start == 0 and step == 1 and count == length) or not (field.labels[dim] or field.varies(dim)):
        return field
    return take(field, dim, run(start, step, count), lambda a: a.moved(start).of_blocks(1, step))


@rule("slice")
def _slice(call: Call) -> Fields:
    if (field := call.field("self")) is None:
        return None
    dim = call.arguments.get("dim", 0) % field.ndim
    length = call["self"].shape[dim]
    start = call.arguments.get("start") or 0
    start = min(max(start + length if start < 0 else start, 0), length)
    return cut(field, dim, start, call.arguments.get("step", 1), call.output.shape[dim], length)


@rule("narrow")
def _narrow(call: Call) -> Fields:
    if (field := call.field("self")) is None:
        return None
    dim = call["dim"] % field.ndim
    length = call["self"].shape[dim]
    return cut(field, dim, call["start"] % length, 1, call["length"], length)


@rule("select")
def _select(call: Call) -> Fields:
    if (field := call.field("self")) is None:
        return None
    dim = call["dim"] % field.ndim
    return _selected(field, dim, call["index"] % call["self"].shape[dim], call["self"].shape[dim])


def _selected(field: Field, dim: int, index: int, length: int) -> Field:
    return drop(cut(field, dim, index, 1, 1, length), [dim])


@rule("unbind")
def _unbind(call: Call) -> Fields:
    if (field := call.field("self")) is None:
        return None
    dim = call.arguments.get("dim", 0) % field.ndim
    length = call["self"].shape[dim]
    return [_selected(field, dim, i, length) for i in range(length)]


@rule("split", "split_with_sizes", "chunk", "unsafe_split", "unsafe_split_with_sizes", "unsafe_chunk")
def _split(call: Call) -> Fields:
    if (field := call.field("self")) is None:
        return None
    dim = call.arguments.get("dim", 0) % field.ndim
    length = call["self"].shape[dim]
    sizes = call.arguments.get("split_sizes")
    if sizes is None:
        size = call.arguments.get("split_size") or -(-length // call["chunks"])
        sizes = [min(size, length - start) for start in range(0, length, size)]
    starts = np.cumsum([0, *sizes[:-1]])
    return [cut(field, dim, int(s), 1, n, length) for s, n in zip(starts, sizes, strict=True)]


@rule("repeat")
def _repeat(call: Call) -> Fields:
    if (field := call.field("self")) is None:
        return None
    field = lift(field, len(call["repeats"]))
    shape = (1,) * (field.ndim - call["self"].dim()) + tuple(call["self"].shape)
    for dim, times in enumerate(call["repeats"]):
        if times > 1:
            field = take(field, dim, places(np.tile(np.arange(shape[dim]), times)), lost)
    return field


@rule("roll")
def _roll(call: Call) -> Fields:
    if (field := call.field("self")) is None:
        return None
    shape, shifts, dims = tuple(call["self"].shape), call["shifts"], call.arguments.get("dims")
    if not dims:  # the flattened tensor is rolled
        length = prod(shape)
        positions = places((np.arange(length) - shifts[0]) % length)
        rolled = take(reshape(field, shape, (length,)), 0, positions, lost)
        return reshape(rolled, (length,), shape)
    for shift, dim in zip(shifts, dims, strict=True):
        if shift % shape[dim]:
            positions = places((np.arange(shape[dim]) - shift) % shape[dim])
            field = take(field, dim % field.ndim, positions, lost)
    return field


@rule("flip")
def _flip(call: Call) -> Fields:
    if (field := call.field("self")) is None:
        return None
    return _flipped(field, call["dims"], call["self"].shape)


def _flipped(field: Field, dims: Sequence[int], shape: Sequence[int]) -> Field:
    for dim in dims:
        field = take(field, dim % field.ndim, places(np.arange(shape[dim])[::-1]), lost)
    return field


@rule("rot90")
def _rot90(call: Call) -> Fields:
    if (field := call.field("self")) is None:
        return None
    turns = call.arguments.get("k", 1) % 4
    first, second = (d % field.ndim for d in call.arguments.get("dims", (0, 1)))
    field = _flipped(field, [[], [second], [first, second], [first]][turns], call["self"].shape)
    order = list(range(field.ndim))
    if turns % 2:
        order[first], order[second] = order[second], order[first]
    return permute(field, order)


# ---- joins ----


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
    return _joined(parts, [1 if stacked else t.shape[dim] for t in tensors], dim)


def _joined(parts: Sequence[Field | None], lengths: Sequence[int], dim: int) -> Field:
    seen = [part for part in parts if part is not None]
    kept = [part or _blind(seen[0]) for part in parts]
    low = [_stacked([p.low[k] for p in kept], lengths, dim) for k in range(len(seen[0].low))]
    high = [_stacked([p.high[k] for p in kept], lengths, dim) for k in range(len(seen[0].low))]
    together = merge_along(seen, low, high, dim)
    alike = len(seen) == len(parts) and all(a.shape[dim] == 1 for a in (*low, *high))
    if alike and not together.labels[dim]:
        return together
    joined = replace(
        together,
        low=tuple([_repeated(a, lengths, dim) for a in low]),
        high=tuple([_repeated(a, lengths, dim) for a in high]),
    )
    joined.together[dim] = together.low, together.high
    if not together.labels[dim]:
        return joined
    on_grid = [n for part, n in zip(parts, lengths, strict=True) if part and part.labels[dim]]
    if len(together.axes[dim]) > 1 and len(on_grid) == 1 and parts[-1] and parts[-1].labels[dim]:
        # Tokens without a place go before the grid: a class token, registers.
        return replace(joined, rules=parts[-1].rules, extra=sum(lengths[:-1]) + parts[-1].extra)
    everywhere = gather(together, dim, places(np.zeros(sum(lengths), dtype=np.int64)), lost)
    return replace(joined, labels=everywhere.labels, rules=everywhere.rules, extra=everywhere.extra)


def _blind(like: Field) -> Field:
    return like.each(lambda a, neutral: np.full((1,) * a.ndim, neutral, dtype=np.int32))


def _stacked(arrays: Sequence[IntArray], lengths: Sequence[int], dim: int) -> IntArray:
    """Return tables one after another along `dim`: an entry a part if none changes along it, one if all are equal."""
    first = arrays[0]
    if first.shape[dim] == 1 and len({a.shape for a in arrays}) == 1:
        content = first.tobytes()
        is_one = all(a is first or a.tobytes() == content for a in arrays)
        return first if is_one else np.concatenate(arrays, axis=dim)
    shape = list(np.broadcast_shapes(*{(*a.shape[:dim], 1, *a.shape[dim + 1 :]) for a in arrays}))
    shape[dim] = sum(lengths)
    joined = np.empty(shape, dtype=np.int32)
    start = 0
    for a, length in zip(arrays, lengths, strict=True):
        joined[(slice(None),) * dim + (slice(start, start + length),)] = a
        start += length
    return joined


def _repeated(a: IntArray, lengths: Sequence[int], dim: int) -> IntArray:
    """Return a table of stacked parts with an entry for each of theirs."""
    return np.repeat(a, lengths, axis=dim) if 1 < a.shape[dim] == len(lengths) < sum(lengths) else a


# ---- paddings ----


@rule("constant_pad_nd", "reflection_pad1d", "reflection_pad2d", "reflection_pad3d", "replication_pad1d",
      "replication_pad2d", "replication_pad3d")  # fmt: skip
def _pad(call: Call) -> Fields:
    if (field := call.field("self")) is None:
        return None
    pads = call["pad" if "constant" in call.name else "padding"]
    for k in range(len(pads) // 2):
        before, after = pads[2 * k], pads[2 * k + 1]
        dim = field.ndim - 1 - k
        if before or after:
            source = _padding_source(call, np.arange(-before, call["self"].shape[dim] + after), dim)
            field = take(field, dim, places(source), partial(Affine.moved, positions=-before))
    return field


def _padding_source(call: Call, position: NDArray[np.int64], dim: int) -> NDArray[np.int64]:
    """Return which entry each padded position repeats; -1 for a constant."""
    length = call["self"].shape[dim]
    if "constant" in call.name:
        return np.where((position >= 0) & (position < length), position, -1)
    if "replication" in call.name:
        return np.clip(position, 0, length - 1)
    mirrored = np.abs(position)
    return np.where(mirrored >= length, 2 * (length - 1) - mirrored, mirrored)


# ---- between channels and space ----


def _rearranged(
    field: Field, shape: Sequence[int], split: Sequence[int], order: Sequence[int], out: Any
) -> Field:
    viewed = reshape(field, tuple(shape), tuple(split))
    return reshape(permute(viewed, order), tuple(split[d] for d in order), tuple(out.shape))


@rule("pixel_shuffle")
def _pixel_shuffle(call: Call) -> Fields:
    if (field := call.field("self")) is None:
        return None
    *lead, channels, height, width = call["self"].shape
    r, n = call["upscale_factor"], len(lead)
    split = [*lead, channels // r**2, r, r, height, width]
    order = [*range(n), n, n + 3, n + 1, n + 4, n + 2]
    return _rearranged(field, call["self"].shape, split, order, call.output)


@rule("pixel_unshuffle")
def _pixel_unshuffle(call: Call) -> Fields:
    if (field := call.field("self")) is None:
        return None
    *lead, channels, height, width = call["self"].shape
    r, n = call["downscale_factor"], len(lead)
    split = [*lead, channels, height // r, r, width // r, r]
    order = [*range(n), n, n + 2, n + 4, n + 1, n + 3]
    return _rearranged(field, call["self"].shape, split, order, call.output)


@rule("channel_shuffle", "native_channel_shuffle")
def _channel_shuffle(call: Call) -> Fields:
    if (field := call.field("self")) is None:
        return None
    count, channels, *space = call["self"].shape
    split = [count, call["groups"], channels // call["groups"], *space]
    order = [0, 2, 1, *range(3, len(split))]
    return _rearranged(field, call["self"].shape, split, order, call.output)
