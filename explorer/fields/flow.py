"""Follow the receptive fields through the kernels of a recording, writes into shared memory included."""

import logging
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import torch
from torch import Tensor

from explorer.fields import mixing as field_mixing  # noqa: F401 - they register their rules
from explorer.fields import moves as field_moves  # noqa: F401 - they register their rules
from explorer.fields import windows as field_windows  # noqa: F401 - they register their rules
from explorer.fields.algebra import FAR, Certainty, Field, IntArray
from explorer.fields.axes import Labels, is_whole
from explorer.fields.rules import Call, Fields, find, unknown
from explorer.forward.recording import Kernel
from explorer.forward.tensors import tensors_in, written_arguments

_log = logging.getLogger(__name__)
_MOST_ELEMENTS = 2**24  # of a tensor whose elements are followed one by one after a write into a part of it


class FieldFlow:
    """The fields of all tensors, as the kernels run by."""

    def __init__(self) -> None:
        self._known: dict[int, Field] = {}
        self._views: dict[int, dict[int, Tensor]] = {}  # storage -> tensors that look at it, by their ids
        self._seen_storages: set[int] = set()

    def field_of(self, tensor: Tensor) -> Field | None:
        """Return the field of `tensor`; None if it does not see the input."""
        field = self._known.get(id(tensor))
        if field is not None or _storage(tensor) not in self._seen_storages:
            return field
        views = self._views[_storage(tensor)]
        return None if id(tensor) in views else self._of_new_view(tensor, views.values())

    def set(self, tensor: Tensor, field: Field | None) -> None:
        """`tensor` is new and has this field."""
        storage = _storage(tensor)
        self._views.setdefault(storage, {})[id(tensor)] = tensor
        if field is None:
            self._known.pop(id(tensor), None)
        else:
            self._known[id(tensor)] = field
            self._seen_storages.add(storage)

    def follow(self, kernel: Kernel) -> None:
        """Take note of what a kernel yielded and wrote."""
        outputs = tensors_in(kernel.result)
        written = written_arguments(kernel.func, kernel.args, kernel.kwargs)
        targets = outputs or written
        if not targets:
            return
        arguments = _by_name(kernel)
        for tensor, field in zip(targets, self._fields(kernel, arguments, targets), strict=True):
            if any(tensor is w for w in written):
                self._write(tensor, field)
            else:
                self._note_base(kernel, tensor, arguments)
                self.set(tensor, field)

    def _fields(self, kernel: Kernel, arguments: dict[str, Any], targets: list[Tensor]) -> list[Field | None]:
        name = kernel.func.overloadpacket.__name__
        call = Call(name, arguments, targets[0], self.field_of)
        seen = [field for _, field in call.seen()]
        if not seen:
            return [None] * len(targets)
        rule = find(kernel.func)
        if rule is None or any(field.certainty is Certainty.UNKNOWN for field in seen):
            return [unknown(seen[0], target.dim()) for target in targets]
        try:
            found: Fields = rule(call)
        except (LookupError, TypeError, ValueError, StopIteration) as error:
            # An overload that the rule was not written for: unknown, and said so in the log.
            _log.warning("no receptive field through %s: %s: %s", name, type(error).__name__, error)
            return [unknown(seen[0], target.dim()) for target in targets]
        fields = found if isinstance(found, list) else [found] * len(targets)
        return [
            field if field is None or _fits(field, target) else unknown(seen[0], target.dim())
            for field, target in zip(fields, targets, strict=True)
        ]

    # ---- shared memory ----

    def _note_base(self, kernel: Kernel, view: Tensor, arguments: dict[str, Any]) -> None:
        """Remember what `view` looks at, which may be a buffer that no kernel yielded."""
        if any(result.alias_info is not None for result in kernel.func._schema.returns):
            for base in tensors_in(list(arguments.values())):
                if _storage(base) == _storage(view):
                    self._views.setdefault(_storage(base), {})[id(base)] = base

    def _of_new_view(self, tensor: Tensor, views: Iterable[Tensor]) -> Field | None:
        """Return the field of a view that no kernel yielded (`tensor.data`)."""
        seen = [view for view in views if id(view) in self._known]
        if not seen:
            return None
        same = [self._known[id(view)] for view in seen if _same_part(view, tensor)]
        return same[0] if same else unknown(self._known[id(seen[0])], tensor.dim())

    def _write(self, written: Tensor, field: Field | None) -> None:
        """`written` now holds `field`; so do other views, where they look at the same elements."""
        storage = _storage(written)
        for view in list(self._views.get(storage, {}).values()):
            if view is written:
                continue
            if _same_part(view, written):
                self.set(view, field)
            elif field is not None or id(view) in self._known:
                self.set(view, _overwritten(view, self._known.get(id(view)), written, field))
        self.set(written, field)


def _by_name(kernel: Kernel) -> dict[str, Any]:
    """Return the arguments of a kernel by name, without those it only writes (`out=`)."""
    schema = kernel.func._schema.arguments
    arguments = {**dict(zip((a.name for a in schema), kernel.args, strict=False)), **kernel.kwargs}
    for argument in schema:
        if argument.kwarg_only and argument.alias_info is not None and argument.alias_info.is_write:
            arguments.pop(argument.name, None)
    return arguments


def _storage(tensor: Tensor) -> int:
    return int(tensor.untyped_storage()._cdata)


def _same_part(a: Tensor, b: Tensor) -> bool:
    return a.shape == b.shape and a.stride() == b.stride() and bool(a.storage_offset() == b.storage_offset())


def _fits(field: Field, output: Tensor) -> bool:
    return field.ndim == output.dim() and all(
        n in (1, size) for a in field.tables for n, size in zip(a.shape, output.shape, strict=True)
    )


def _overwritten(view: Tensor, old: Field | None, written: Tensor, new: Field | None) -> Field | None:
    """Return the field of a view after another view of its storage was written.

    Both are laid out in memory, element by element, so that what is overwritten, and only that, is replaced.
    """
    parts = [field for field in (old, new) if field is not None]
    elements = view.untyped_storage().nbytes() // max(view.element_size(), 1)
    unclear = view.dtype != written.dtype or any(field.certainty is Certainty.UNKNOWN for field in parts)
    if unclear or elements > _MOST_ELEMENTS:
        return unknown(parts[0], view.dim())
    axes = range(len(parts[0].low))
    low = tuple(
        _laid(view, old.low[k] if old else FAR, written, new.low[k] if new else FAR, elements) for k in axes
    )
    high = tuple(
        _laid(view, old.high[k] if old else -FAR, written, new.high[k] if new else -FAR, elements)
        for k in axes
    )
    if old and all(_equal(a, b) for a, b in zip(old.tables, (*low, *high), strict=True)):
        return old
    rules = (None,) * len(low)
    certainty = max(field.certainty for field in parts)
    if old:
        return replace(old, low=low, high=high, rules=rules, certainty=certainty)
    return Field(low, high, rules, _labels_of_whole(view, written, parts[0]), certainty=certainty)


def _laid(view: Tensor, old: IntArray | int, written: Tensor, new: IntArray | int, elements: int) -> IntArray:
    memory = torch.empty(elements, dtype=torch.int32)
    seen = memory.as_strided(view.size(), view.stride(), view.storage_offset())
    seen.copy_(torch.as_tensor(old))
    part = memory.as_strided(written.size(), written.stride(), written.storage_offset())
    part.copy_(torch.as_tensor(new))
    table: IntArray = seen.numpy()
    for dim in range(table.ndim):
        first = table.take([0], axis=dim)
        table = first if bool((table == first).all()) else table
    return table


def _equal(a: IntArray, b: IntArray) -> bool:
    return bool((a == b).all())


def _labels_of_whole(view: Tensor, written: Tensor, part: Field) -> Labels:
    """Return the labels of a tensor that is being filled slice by slice."""
    if view.stride() != written.stride():
        return ((),) * view.dim()
    return tuple(
        tuple(replace(digit, count=size) for digit in label if is_whole(digit, part.labels))
        if len(label) == 1
        else ()
        for label, size in zip(part.labels, view.shape, strict=True)
    )
