"""Follow the receptive fields through the kernels of a recording, writes into shared memory included."""

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any, NamedTuple

from torch import Tensor

from explorer.fields import masks, mixing, moves, picking, unfolding, windows  # noqa: F401 - they register their rules
from explorer.fields.algebra import Certainty, Field
from explorer.fields.rules import SHAPES_ONLY, Call, Fields, Rule, find, unknown
from explorer.fields.writes import overwritten, same_part
from explorer.forward.recording import Kernel
from explorer.forward.tensors import SINGLE, tensors_in, written_arguments

_log = logging.getLogger(__name__)
_MOST_COMPARED = 2**12  # entries of a table of a field that is looked for among those met before


class FieldFlow:
    """The fields of all tensors, as the kernels run by.

    Args:
        kernels: All that will be followed.
    """

    def __init__(self, kernels: Sequence[Kernel]) -> None:
        self._kernels = kernels
        self._followed = 0
        self._known: dict[int, Field] = {}
        self._views: dict[int, dict[int, Tensor]] = {}  # storage -> tensors that look at it, by their ids
        self._seen_storages: set[int] = set()
        self._met: dict[tuple[Any, ...], list[Field]] = {}  # by all but what their tables hold
        # Answers by all that they depend on, with the fields that these name by their ids: networks repeat themselves.
        self._answers: dict[tuple[Any, ...], tuple[list[Field | None], list[tuple[Tensor, Field]]]] = {}

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
        self._followed += 1
        outputs = [kernel.result] if isinstance(kernel.result, Tensor) else tensors_in(kernel.result)
        written = written_arguments(kernel.func, kernel.args, kernel.kwargs)
        targets = outputs or written
        if not targets:
            return
        plan = _plan(kernel.func)
        for tensor, field in zip(targets, self._fields(plan, kernel, targets), strict=True):
            if written and any(tensor is w for w in written):
                self._write(tensor, field)
            else:
                if plan.is_view:
                    self._note_base(tensor, kernel)
                self.set(tensor, field)

    def _fields(self, plan: "_Plan", kernel: Kernel, targets: list[Tensor]) -> list[Field | None]:
        seen: list[tuple[Tensor, Field]] = []
        signs: list[Any] = [plan, targets[0].shape]
        for value in kernel.args:
            signs.append(value if type(value) in SINGLE else self._sign(value, plan.shapes_only, seen))
        for name, value in kernel.kwargs.items():
            if name not in plan.only_written:
                signs += (name, self._sign(value, plan.shapes_only, seen))
        if not seen:
            return [None] * len(targets)
        key = tuple(signs)
        if (answer := self._answers.get(key)) is None:
            arguments = plan.by_name(kernel)
            call = Call(plan.name, arguments, targets[0], self.field_of, seen, self._is_settled)
            answer = self._answers[key] = self._found(plan, call, targets), seen
        return answer[0]

    def _sign(self, value: Any, shapes_only: bool, seen: list[tuple[Tensor, Field]]) -> Any:
        """Return all that a rule can see of an argument; add the tensors that see the input, with their fields."""
        if isinstance(value, Tensor):
            if (field := self.field_of(value)) is not None:
                seen.append((value, field))
                return value.shape, id(field)
            return value.shape, None if shapes_only else id(value)
        if isinstance(value, (list, tuple)):
            if value and isinstance(value[0], int):
                return tuple(value)
            return tuple([self._sign(i, shapes_only, seen) for i in value])
        return value

    def _found(self, plan: "_Plan", call: Call, targets: list[Tensor]) -> list[Field | None]:
        like = call.seen[0][1]
        if plan.rule is None or any(field.certainty is Certainty.UNKNOWN for _, field in call.seen):
            return [unknown(like, target.dim()) for target in targets]
        try:
            found: Fields = plan.rule(call)
        except (LookupError, TypeError, ValueError, StopIteration) as error:
            # An overload that the rule was not written for: unknown, and said so in the log.
            _log.warning("no receptive field through %s: %s: %s", plan.name, type(error).__name__, error)
            return [unknown(like, target.dim()) for target in targets]
        fields = found if isinstance(found, list) else [found] * len(targets)
        fields += [unknown(like, 0)] * (len(targets) - len(fields))
        source = call.seen[0][0].shape
        return [
            field
            if field is None or (field is like and target.shape == source)
            else self._one(field)
            if _fits(field, target.shape)
            else unknown(like, target.dim())
            for field, target in zip(fields, targets, strict=False)
        ]

    def _one(self, field: Field) -> Field:
        """Return the field that is equal to this one and was met first, so that what follows is known already."""
        tables = field.tables
        if max([table.size for table in tables]) > _MOST_COMPARED:
            return field
        shapes = [table.shape for table in tables]
        met = self._met.setdefault((*shapes, field.labels, field.rules, field.extra, field.certainty), [])
        for other in met:
            if other.content == field.content:
                return other
        met.append(field)
        return field

    def _is_settled(self, tensor: Tensor) -> bool:
        """Tell whether a tensor still holds what it held when the kernel ran that is followed now.

        One that was there before the forward is put back after it: it does if it was never written.
        """
        writes, storage = self._writes, _storage(tensor)
        now = self._followed - 1 if storage in writes.made else 0
        return writes.last.get(storage, -1) < now

    @cached_property
    def _writes(self) -> "_Writes":
        writes = _Writes(set(), {})
        for number, kernel in enumerate(self._kernels):
            given = {_storage(tensor) for tensor in tensors_in(list(kernel.args), kernel.kwargs)}
            writes.made.update({_storage(tensor) for tensor in tensors_in(kernel.result)} - given)
            for tensor in written_arguments(kernel.func, kernel.args, kernel.kwargs):
                writes.last[_storage(tensor)] = number
        return writes

    # ---- shared memory ----

    def _note_base(self, view: Tensor, kernel: Kernel) -> None:
        """Remember what `view` looks at, which may be a buffer that no kernel yielded."""
        storage = _storage(view)
        for base in tensors_in(*kernel.args, kernel.kwargs):
            if _storage(base) == storage:
                self._views.setdefault(storage, {})[id(base)] = base

    def _of_new_view(self, tensor: Tensor, views: Iterable[Tensor]) -> Field | None:
        """Return the field of a view that no kernel yielded (`tensor.data`)."""
        seen = [view for view in views if id(view) in self._known]
        if not seen:
            return None
        same = [self._known[id(view)] for view in seen if same_part(view, tensor)]
        return same[0] if same else unknown(self._known[id(seen[0])], tensor.dim())

    def _write(self, written: Tensor, field: Field | None) -> None:
        """`written` now holds `field`; so do other views, where they look at the same elements."""
        for view in list(self._views.get(_storage(written), {}).values()):
            if view is written:
                continue
            if same_part(view, written):
                self.set(view, field)
            elif field is not None or id(view) in self._known:
                self.set(view, overwritten(view, self._known.get(id(view)), written, field))
        self.set(written, field)


@dataclass(frozen=True, eq=False)
class _Plan:
    """What is the same in all calls of a kernel: its name, its arguments, whether it yields views, its rule."""

    name: str
    arguments: tuple[str, ...]
    only_written: frozenset[str]
    is_view: bool
    rule: Rule | None
    shapes_only: bool

    def by_name(self, kernel: Kernel) -> dict[str, Any]:
        """Return the arguments of a call by name, without those it only writes (`out=`)."""
        arguments = dict(zip(self.arguments, kernel.args, strict=False))
        for name, value in kernel.kwargs.items():
            if name not in self.only_written:
                arguments[name] = value
        return arguments


@cache
def _plan(func: Any) -> _Plan:
    schema = func._schema
    only_written = (
        a.name
        for a in schema.arguments
        if a.kwarg_only and a.alias_info is not None and a.alias_info.is_write
    )
    is_view = any(result.alias_info is not None for result in schema.returns)
    names = tuple(a.name for a in schema.arguments)
    rule = find(func)
    return _Plan(
        func.overloadpacket.__name__.rstrip("_"),
        names,
        frozenset(only_written),
        is_view,
        rule,
        rule in SHAPES_ONLY,
    )


class _Writes(NamedTuple):
    """The storages that kernels made, and for each that was written the number of the last kernel that did."""

    made: set[int]
    last: dict[int, int]


def _storage(tensor: Tensor) -> int:
    storage: int = tensor.untyped_storage()._cdata
    return storage


def _fits(field: Field, shape: tuple[int, ...]) -> bool:
    if len(field.labels) != len(shape):
        return False
    for table in field.tables:
        for n, size in zip(table.shape, shape, strict=True):
            if n not in (1, size):
                return False
    return True
