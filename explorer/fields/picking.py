"""Receptive fields through indices: elements are picked by a tensor of positions, known or decided by the picture."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from explorer.fields.algebra import (
    FAR,
    Affine,
    Certainty,
    Field,
    IntArray,
    Rule,
    bounded,
    compact,
    drop,
    extreme,
    loosened,
    lost,
    merge,
    sum_up,
    unsqueeze,
)
from explorer.fields.axes import Digit, Labels, is_whole
from explorer.fields.gathering import places, run
from explorer.fields.moves import cut, take
from explorer.fields.rules import Call, Fields, rule
from explorer.fields.shapes import reshape

Positions = NDArray[np.int64]


@rule("index_select")
def _index_select(call: Call) -> Fields:
    dim = call["dim"]
    if (positions := call.value("index")) is None:
        return _anywhere(call, [dim % call["self"].dim()])
    field = call.field("self")
    return pick_along(field, dim % field.ndim, positions.reshape(-1)) if field else None


def pick_along(field: Field, dim: int, positions: Positions) -> Field:
    """Return the field of the entries at `positions` along `dim`; evenly spaced ones keep the affine rule."""
    steps = np.unique(np.diff(positions))
    if len(steps) != 1 or steps[0] <= 0:
        return take(field, dim, places(positions), lost)
    start, step = int(positions[0]), int(steps[0])

    def spaced(old: Affine) -> Rule:
        return old.moved(start).of_blocks(1, step)

    return take(field, dim, run(start, step, len(positions)), spaced)


@rule("take")
def _take(call: Call) -> Fields:
    """Positions are those in the flattened tensor."""
    source = call["self"]
    if (positions := call.value("index")) is None or (field := call.field("self")) is None:
        return _everything([f for _, f in call.seen], call.output.dim())
    flat = reshape(field, tuple(source.shape), (source.numel(),))
    picked = take(flat, 0, places(np.asarray(positions).reshape(-1) % source.numel()), lost)
    return reshape(picked, (call["index"].numel(),), tuple(call.output.shape))


@rule("gather")
def _gather(call: Call) -> Fields:
    """Every element is one of its line along `dim`; which one, the index tells."""
    dim = call["dim"] % max(call["self"].dim(), 1)
    field, shape = call.field("self"), call["self"].shape
    if field is not None:
        for d in range(field.ndim):
            field = field if d == dim else cut(field, d, 0, 1, call.output.shape[d], shape[d])
    if (index := call.value("index")) is None:
        lines = [sum_up(field, [dim])] if field else []
        return _bound([*lines, _everything([call.field("index")], call.output.dim())])
    if field is None:
        return None
    index = compact(index, but=dim)
    if index.size == index.shape[dim]:
        return pick_along(field, dim, index.reshape(-1))

    def picked(a: IntArray, _neutral: int) -> IntArray:
        if a.shape[dim] == 1:
            return a
        full = [n if d == dim else max(n, index.shape[d]) for d, n in enumerate(a.shape)]
        wide = [index.shape[dim] if d == dim else n for d, n in enumerate(full)]
        return np.take_along_axis(np.broadcast_to(a, full), np.broadcast_to(index, wide), axis=dim)

    return loosened(field, [dim]).each(picked)


@rule("scatter", "scatter_add", "scatter_reduce", "index_add", "index_copy", "index_reduce")
def _scatter(call: Call) -> Fields:
    """Anything that is sent may be written anywhere."""
    target = call.field("self")
    return _bound(
        [target, _everything([f for t, f in call.seen if t is not call["self"]], call.output.dim())]
    )


@rule(
    "max_unpool2d", "max_unpool3d", "nonzero", "nms", "roi_align", "roi_pool", "ps_roi_align", "ps_roi_pool",
    "deform_conv2d",
)  # fmt: skip
def _somewhere(call: Call) -> Fields:
    """The picture decides which places are read or written, and even how many there are."""
    return _everything([f for _, f in call.seen], call.output.dim())


# ---- several dimensions at once ----


@rule("index", "_unsafe_index")
def _index(call: Call) -> Fields:
    indices = _positions(call)
    if indices is None:
        return _anywhere(call, [d for d, index in enumerate(call["indices"]) if index is not None])
    if (field := call.field("self")) is None:
        return None
    if len(indices) == 1:
        ((dim, only),) = indices.items()
        if only.ndim == 1:
            return pick_along(field, dim, only)
    return pick(field, indices)


@rule("masked_select")
def _masked_select(call: Call) -> Fields:
    field, mask = call.field("self"), call.value("mask")
    if mask is None or field is None or mask.shape != call["self"].shape:
        return _everything([f for _, f in call.seen], 1)
    return pick(field, dict(enumerate(np.nonzero(mask))))


@rule("diagonal")
def _diagonal(call: Call) -> Fields:
    if (field := call.field("self")) is None:
        return None
    first, second = (call.arguments.get(n, d) % field.ndim for n, d in (("dim1", 0), ("dim2", 1)))
    offset = call.arguments.get("offset", 0)
    steps = np.arange(call.output.shape[-1])
    picked = pick(field, {first: steps + max(-offset, 0), second: steps + max(offset, 0)})
    at = _place([first, second])
    order = [d for d in range(picked.ndim) if d != at]
    return replace(
        picked.each(lambda a, _: a.transpose([*order, at])),
        labels=tuple(picked.labels[d] for d in [*order, at]),
    )


def _positions(call: Call) -> dict[int, Positions] | None:
    """Return the positions along each indexed dimension, booleans counted out; None if the picture decides them."""
    found: dict[int, Positions] = {}
    dim = 0
    for index in call["indices"]:
        if index is None:
            dim += 1
            continue
        if (values := call.known(index)) is None:
            return None
        parts = np.nonzero(values) if values.dtype in (np.bool_, np.uint8) else (values,)
        for part in parts:
            found[dim] = np.asarray(part, dtype=np.int64) % max(call["self"].shape[dim], 1)
            dim += 1
    return found


def _place(dims: Sequence[int]) -> int:
    """Return where the dimensions that were picked together stand: in place if they were neighbours, else first."""
    return dims[0] if list(dims) == list(range(dims[0], dims[0] + len(dims))) else 0


def pick(field: Field, indices: Mapping[int, Positions]) -> Field:
    """Return the field of the elements at the `indices` of some dimensions, broadcast together as torch does."""
    dims = sorted(indices)
    shape = np.broadcast_shapes(*(index.shape for index in indices.values()))
    at, ndim = _place(dims), len(shape)

    def picked(a: IntArray, _neutral: int) -> IntArray:
        if all(a.shape[d] == 1 for d in dims):
            bare = a.reshape([n for d, n in enumerate(a.shape) if d not in dims])
            return bare.reshape((*bare.shape[:at], *(1,) * ndim, *bare.shape[at:]))
        key = tuple(
            slice(None) if d not in indices else np.zeros_like(indices[d]) if n == 1 else indices[d]
            for d, n in enumerate(a.shape)
        )
        return compact(a[key])

    carried = _carried(field, indices, ndim)
    loose = loosened(field, [d for d in dims if d not in carried])
    labels = [label for d, label in enumerate(loose.labels) if d not in indices]
    between: list[tuple[Digit, ...]] = [()] * ndim
    for d, place in carried.items():
        between[place] = (field.labels[d][0]._replace(size=shape[place]),)
    rules = [None if _varies(field, k, carried) else rule for k, rule in enumerate(loose.rules)]
    return replace(
        field.each(picked),
        labels=(*labels[:at], *between, *labels[at:]),
        rules=tuple(rules),
        extra=loose.extra,
    )


def _carried(field: Field, indices: Mapping[int, Positions], ndim: int) -> dict[int, int]:
    """Return the dimensions that are rows or columns of the picture still, and which of the new ones each became."""
    found = {}
    along = {}
    for d, index in indices.items():
        wide = index.reshape((1,) * (ndim - index.ndim) + index.shape)
        along[d] = [k for k, n in enumerate(compact(wide).shape) if n > 1]
    for d, wide_places in along.items():
        label = field.labels[d]
        alone = len(wide_places) == 1 and sum(wide_places[0] in other for other in along.values()) == 1
        if alone and len(label) == 1 and is_whole(label[0], field.labels):
            found[d] = wide_places[0]
    return found


def _varies(field: Field, axis: int, dims: Mapping[int, int]) -> bool:
    return any(table.shape[d] > 1 for table in (field.low[axis], field.high[axis]) for d in dims)


# ---- writing at indices ----


@rule("index_put", "_unsafe_index_put", "_index_put_impl")
def _index_put(call: Call) -> Fields:
    target, values, indices = call.field("self"), call.field("values"), _positions(call)
    if (like := target or values) is None or indices is None:
        parts = [] if target is None else [target]
        return _bound(
            [*parts, _everything([f for t, f in call.seen if t is not call["self"]], call.output.dim())]
        )
    shape, size = tuple(call["self"].shape), np.broadcast_shapes(*(i.shape for i in indices.values()))
    adds = bool(call.arguments.get("accumulate"))

    def written(k: int, neutral: int) -> IntArray:
        old, new = (
            np.full((), neutral, np.int32) if field is None else (field.low if neutral > 0 else field.high)[k]
            for field in (target, values)
        )
        return _put(old, new, shape, indices, len(size), neutral if adds else 0)

    axes = range(len(like.low))
    low, high = tuple(written(k, FAR) for k in axes), tuple(written(k, -FAR) for k in axes)
    certainty = max(field.certainty for field in (target, values) if field)
    labels: Labels = target.labels if target else ((),) * len(shape)
    old_rules = target.rules if target else (None,) * len(low)
    rules = [
        rule
        if target and np.array_equal(low[k], target.low[k]) and np.array_equal(high[k], target.high[k])
        else None
        for k, rule in enumerate(old_rules)
    ]
    return Field(low, high, tuple(rules), labels, target.extra if target else 0, certainty)


def _put(
    old: IntArray, new: IntArray, shape: Sequence[int], indices: Mapping[int, Positions], ndim: int, adds: int
) -> IntArray:
    """Return a table with values written at indices: in place of what was there, or (`adds`) besides."""
    dims = sorted(indices)
    at = _place(dims)
    rest = [d for d in range(len(shape)) if d not in indices]
    order = [*rest[:at], *[-1] * ndim, *rest[at:]]  # which dimension each of the picked elements' is
    wide = dict(zip(order[::-1], new.shape[::-1], strict=False))
    old = old if old.ndim else old.reshape((1,) * len(shape))
    full = [n if d in indices else max(old.shape[d], wide.get(d, 1)) for d, n in enumerate(shape)]
    table = np.broadcast_to(old, full).copy()
    key: Any = tuple(indices.get(d, slice(None)) for d in range(len(shape)))
    if adds > 0:
        np.minimum.at(table, key, new)
    elif adds < 0:
        np.maximum.at(table, key, new)
    else:
        table[key] = new
    return compact(table)


# ---- where the picture decides ----


def _anywhere(call: Call, dims: Sequence[int]) -> Field:
    """Any element along `dims` may be picked; other dimensions are what they were."""
    at, ndim = _place(dims), call.output.dim()
    parts: list[Field] = []
    if (field := call.field("self")) is not None:
        rest = drop(sum_up(field, dims), dims)
        for _ in range(ndim - rest.ndim):
            rest = unsqueeze(rest, min(at, rest.ndim))
        parts.append(rest)
    return _bound([*parts, _everything([f for t, f in call.seen if t is not call["self"]], ndim)])


def _bound(parts: Sequence[Field | None]) -> Field:
    return replace(merge(part for part in parts if part is not None), certainty=Certainty.BOUND)


def _everything(fields: Sequence[Field | None], ndim: int) -> Field | None:
    """Return the field of elements each of which may see all that `fields` see; None if there are none."""
    seen = [field for field in fields if field is not None]
    if not seen:
        return None

    def whole(a: IntArray, neutral: int) -> IntArray:
        return extreme(a, neutral, tuple(range(a.ndim))).reshape((1,) * ndim)

    return merge(bounded(replace(field.each(whole), labels=((),) * ndim)) for field in seen)
