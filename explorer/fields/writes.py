"""The receptive field of a tensor after a part of its memory was written through another tensor."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from math import prod
from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from explorer.fields.algebra import FAR, Certainty, Field, IntArray, compact
from explorer.fields.axes import Labels, is_whole
from explorer.fields.rules import unknown

_MOST_ELEMENTS = 2**24  # of a table, or of memory that is laid out element by element


def same_part(a: Tensor, b: Tensor) -> bool:
    """Tell whether two tensors of one storage are the same elements in the same order."""
    return a.shape == b.shape and a.stride() == b.stride() and bool(a.storage_offset() == b.storage_offset())


def overwritten(view: Tensor, old: Field | None, written: Tensor, new: Field | None) -> Field | None:
    """Return the field of `view`, which was `old`, after `written`, in the same storage, came to have `new`.

    What is overwritten, and only that, is replaced: along the dimensions of the view if what was written is a part
    of it that these tell, else both are laid out in memory, element by element.
    """
    parts = [field for field in (old, new) if field is not None]
    certainty = max(field.certainty for field in parts)
    if (
        old
        and new
        and all(a.size == b.size == 1 and _equal(a, b) for a, b in zip(old.tables, new.tables, strict=True))
    ):
        return replace(old, certainty=certainty)  # all elements saw the same before, and do so still
    if view.dtype != written.dtype or any(field.certainty is Certainty.UNKNOWN for field in parts):
        return unknown(parts[0], view.dim())
    part, axes = _part(view, written), len(parts[0].low)
    tables = []
    for k, neutral in enumerate((FAR,) * axes + (-FAR,) * axes):
        before = old.tables[k] if old else np.full((1,) * view.dim(), neutral, np.int32)
        after = new.tables[k] if new else np.full((1,) * written.dim(), neutral, np.int32)
        table = part.put(before, after) if part else _laid(view, before, written, after)
        if table is None:
            return unknown(parts[0], view.dim())
        tables.append(table)
    low, high, rules = tuple(tables[:axes]), tuple(tables[axes:]), (None,) * axes
    if old and all(a is b or _equal(a, b) for a, b in zip(old.tables, tables, strict=True)):
        return replace(old, certainty=certainty)
    if old:
        return replace(old, low=low, high=high, rules=rules, certainty=certainty)
    return Field(low, high, rules, _labels_of_whole(view, written, parts[0]), certainty=certainty)


class _Part(NamedTuple):
    """Where the elements of a written tensor are in a view.

    Attributes:
        shape: Of the view.
        written: Of the tensor that was written.
        along: For each dimension of the view those of the written tensor that run along it, the slowest first.
        places: For each dimension of the view the positions that these make.
    """

    shape: tuple[int, ...]
    written: tuple[int, ...]
    along: tuple[tuple[int, ...], ...]
    places: tuple[NDArray[np.int64], ...]

    def put(self, old: IntArray, new: IntArray) -> IntArray | None:
        """Return a table of the view with one of the written tensor in its place; None if it would be too large."""
        new = self._in_view(new)
        if _equal(old[self._key(old.shape)], new):
            return old
        lengths = [
            1 if a == b == 1 and len(place) == n else n
            for a, b, place, n in zip(old.shape, new.shape, self.places, self.shape, strict=True)
        ]
        if prod(lengths) > _MOST_ELEMENTS:
            return None
        table = np.broadcast_to(old, lengths).copy()
        table[self._key(lengths)] = new
        return compact(table)

    def _in_view(self, new: IntArray) -> IntArray:
        """Return a table of the written tensor over the places in the view."""
        order = [d for dims in self.along for d in dims]
        moved = new.transpose([*order, *(d for d in range(new.ndim) if d not in order)])
        full: list[int] = []
        shape: list[int] = []
        for dims in self.along:
            constant = all(new.shape[d] == 1 for d in dims)
            full += [1 if constant else self.written[d] for d in dims]
            shape.append(1 if constant else prod(self.written[d] for d in dims))
        return np.broadcast_to(moved.reshape(moved.shape[: len(order)]), full).reshape(shape)

    def _key(self, lengths: Sequence[int]) -> Any:
        """Return the index of the places in a table of these lengths, as slices where they are evenly spaced."""
        places = [place if n > 1 else place[:1] * 0 for place, n in zip(self.places, lengths, strict=True)]
        steps = [np.unique(np.diff(place)) if len(place) > 1 else np.ones(1, int) for place in places]
        if any(len(step) > 1 or step[0] <= 0 for step in steps):
            return np.ix_(*places)
        return tuple(slice(p[0], p[-1] + 1, step[0]) for p, step in zip(places, steps, strict=True))


def _part(view: Tensor, written: Tensor) -> _Part | None:
    """Return where the elements of `written` are in `view`; None if they are not all in it, along its dimensions."""
    strides, paces = view.stride(), written.stride()
    wide = sorted((d for d in range(view.dim()) if view.shape[d] > 1), key=strides.__getitem__, reverse=True)
    nested = all(strides[a] >= strides[b] * view.shape[b] for a, b in pairwise(wide))
    rest = int(written.storage_offset() - view.storage_offset())
    if not nested or rest < 0 or not written.numel() or (wide and strides[wide[-1]] == 0):
        return None
    places = [np.zeros(1, np.int64) for _ in view.shape]
    for d in wide:
        first, rest = divmod(rest, strides[d])
        places[d] += first
    along: list[list[int]] = [[] for _ in view.shape]
    for k in sorted(range(written.dim()), key=paces.__getitem__, reverse=True):
        if written.shape[k] == 1:
            continue
        run = next((d for d in wide if strides[d] <= paces[k]), None)
        if run is None or paces[k] % strides[run]:
            return None
        along[run].append(k)
        steps = paces[k] // strides[run] * np.arange(written.shape[k])
        places[run] = (places[run][:, None] + steps).reshape(-1)
    if rest or any(place[-1] >= n for place, n in zip(places, view.shape, strict=True)):
        return None
    return _Part(tuple(view.shape), tuple(written.shape), tuple(map(tuple, along)), tuple(places))


def _laid(view: Tensor, old: IntArray, written: Tensor, new: IntArray) -> IntArray | None:
    elements = view.untyped_storage().nbytes() // max(view.element_size(), 1)
    if elements > _MOST_ELEMENTS:
        return None
    memory = torch.empty(elements, dtype=torch.int32)
    seen = memory.as_strided(view.size(), view.stride(), view.storage_offset())
    seen.copy_(torch.tensor(old))
    part = memory.as_strided(written.size(), written.stride(), written.storage_offset())
    part.copy_(torch.tensor(new))
    return compact(seen.numpy())


def _equal(a: IntArray, b: IntArray) -> bool:
    return bool((a == b).all())


def _labels_of_whole(view: Tensor, written: Tensor, part: Field) -> Labels:
    """Return the labels of a tensor that is being filled slice by slice."""
    if view.stride() != written.stride():
        return ((),) * view.dim()
    return tuple(
        tuple(digit._replace(size=size) for digit in label if is_whole(digit, part.labels))
        if len(label) == 1
        else ()
        for label, size in zip(part.labels, view.shape, strict=True)
    )
