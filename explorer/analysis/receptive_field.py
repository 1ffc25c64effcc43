"""The receptive field of every operation of a recording, and what one unit sees."""

import logging
from typing import Any

import numpy as np
from torch import Tensor

from explorer.analysis import field_mixing, field_moves, field_windows  # noqa: F401 - they register their rules
from explorer.analysis.field_rules import Call, Fields, find, unknown
from explorer.analysis.fields import FAR, Affine, Certainty, Field, Whole, merge, mix, of_input
from explorer.analysis.recorder import Kernel, Operation, Recording, tensors_in, written_arguments
from explorer.records.errors import ExplorerError
from explorer.records.trace import ReceptiveField
from explorer.records.values import FieldOfUnit, UnitsOfPixel

_log = logging.getLogger(__name__)


class ReceptiveFields:
    """Fields of the first output of every operation, with respect to the first input.

    Args:
        recording: A recorded forward; its kernels are read, its values are not.
    """

    def __init__(self, recording: Recording) -> None:
        self._known: dict[int, Field] = {}
        self._aliases: dict[int, list[Tensor]] = {}
        self._names = [operation.name for operation in recording.operations]
        self._shapes = [tuple(operation.results[0].shape) for operation in recording.operations]
        self.fields: list[Field | None] = []
        done = 0
        for node, operation in enumerate(recording.operations):
            for kernel in recording.kernels[done : operation.kernels.stop]:
                self._follow(kernel)
            done = max(done, operation.kernels.stop)
            self.fields.append(self._after(node, operation))
        self.input_size = self._shapes[0][2:] if len(self._shapes[0]) > 2 else self._shapes[0][1:]

    def describe(self, node: int) -> ReceptiveField | None:
        """Return the field of operation `node`; None if it does not see the input."""
        field = self.fields[node]
        if field is None or _blind(field):
            return None
        if field.certainty is Certainty.UNKNOWN:
            return ReceptiveField("unknown")
        size, stride, start = [], [], []
        for axis, rule in enumerate(field.rules):
            if isinstance(rule, Affine):
                size.append(int(rule.last - rule.first) + 1)
                stride.append(_plain(rule.jump))
                start.append(_plain(rule.first))
            else:
                size.append(int((field.high[axis] - field.low[axis]).max()))
        shift_invariant = len(stride) == len(size)
        return ReceptiveField(
            self._status(field),
            tuple(size),
            tuple(stride) if shift_invariant else None,
            tuple(start) if shift_invariant else None,
        )

    def of_unit(self, node: int, unit: tuple[int, ...]) -> FieldOfUnit:
        """Return what the unit at `unit` on the grid of operation `node` sees.

        Raises:
            ExplorerError: If there is no such unit.
        """
        field, described = self.fields[node], self.describe(node)
        if field is None or described is None:
            return FieldOfUnit(node, "exact", (0,) * len(self.input_size), None, None, unit, None)
        box = None
        if described.status != "unknown":
            box = self._box(node, field, unit)
        return FieldOfUnit(
            node, described.status, described.size, described.stride, described.start, unit, box
        )

    def of_pixel(self, node: int, pixel: tuple[int, int]) -> UnitsOfPixel:
        """Return which units on the grid of operation `node` see the input pixel (y, x)."""
        field, described = self.fields[node], self.describe(node)
        if field is None or described is None or described.status == "unknown":
            return UnitsOfPixel(node, described.status if described else "exact", pixel, None)
        grid = self.grid(node)
        inside = np.ones(grid or (1,) * len(pixel), dtype=bool)
        for axis, position in enumerate(pixel):
            low = _on_grid(field, field.low[axis], grid, np.min)
            high = _on_grid(field, field.high[axis], grid, np.max)
            inside &= (low <= position) & (position < high)
        return UnitsOfPixel(node, described.status, pixel, inside)

    def grid(self, node: int) -> tuple[int, ...] | None:
        """Return the size of the grid of units of operation `node`; None if it has none."""
        field = self.fields[node]
        return _grid(field, self._shapes[node]) if field is not None else None

    def _box(self, node: int, field: Field, unit: tuple[int, ...]) -> tuple[int, ...] | None:
        grid = self.grid(node)
        if grid is None:
            low, high = [int(a.min()) for a in field.low], [int(a.max()) for a in field.high]
        else:
            if len(unit) != len(grid) or not all(0 <= u < n for u, n in zip(unit, grid, strict=True)):
                shown = "×".join(map(str, grid))
                raise ExplorerError(
                    f"{self._names[node]} has no unit {unit}: its grid is {shown}; positions count from 0."
                )
            low = [int(_on_grid(field, a, grid, np.min)[unit]) for a in field.low]
            high = [int(_on_grid(field, a, grid, np.max)[unit]) for a in field.high]
        return None if any(b <= a for a, b in zip(low, high, strict=True)) else (*low, *high)

    def _status(self, field: Field) -> str:
        mixed = all(isinstance(rule, Whole) for rule in field.rules)
        full = all(
            not isinstance(rule, Affine) and int(low.max()) <= 0 and int(high.min()) >= length
            for rule, low, high, length in zip(
                field.rules, field.low, field.high, self.input_size, strict=True
            )
        )
        if mixed or full:
            return "global"
        return "bound" if field.certainty is Certainty.BOUND else "exact"

    # ---- following the kernels ----

    def _after(self, node: int, operation: Operation) -> Field | None:
        if operation.op == "input":
            for tensor in operation.results:
                self._remember(
                    tensor, of_input(tuple(tensor.shape)) if node == 0 and tensor.dim() > 1 else None
                )
        return self._known.get(id(operation.results[0]))

    def _follow(self, kernel: Kernel) -> None:
        outputs = tensors_in(kernel.result)
        written = written_arguments(kernel.func, kernel.args, kernel.kwargs)
        if not outputs and not written:
            return
        results = self._results(kernel, outputs or written)
        for tensor, field in zip(outputs or written, results, strict=True):
            if any(tensor is w for w in written):
                self._write(tensor, field)
            else:
                self._remember(tensor, field)

    def _results(self, kernel: Kernel, outputs: list[Tensor]) -> list[Field | None]:
        names = [argument.name for argument in kernel.func._schema.arguments]
        arguments = {**dict(zip(names, kernel.args, strict=False)), **kernel.kwargs}
        name = kernel.func.overloadpacket.__name__
        call = Call(name, arguments, outputs[0], lambda tensor: self._known.get(id(tensor)))
        seen = [field for _, field in call.seen()]
        if not seen:
            return [None] * len(outputs)
        found: Fields = None
        rule = find(kernel.func)
        lost = rule is None or any(field.certainty is Certainty.UNKNOWN for field in seen)
        if rule is not None and not lost:
            try:
                found = rule(call)
            except (LookupError, TypeError, ValueError, StopIteration) as error:
                # An overload that the rule was not written for: unknown, and said so in the log.
                _log.warning("no receptive field through %s: %s: %s", name, type(error).__name__, error)
                lost = True
        if lost:
            return [unknown(seen[0], output.dim()) for output in outputs]
        fields = found if isinstance(found, list) else [found] * len(outputs)
        return [
            field if field is None or _fits(field, output) else unknown(seen[0], output.dim())
            for field, output in zip(fields, outputs, strict=True)
        ]

    def _remember(self, tensor: Tensor, field: Field | None) -> None:
        if field is None:
            self._known.pop(id(tensor), None)
        else:
            self._known[id(tensor)] = field
        aliases = self._aliases.setdefault(tensor.untyped_storage()._cdata, [])
        if not any(alias is tensor for alias in aliases):
            aliases.append(tensor)

    def _write(self, written: Tensor, field: Field | None) -> None:
        """`written` now holds `field`; so do other views of the same part, and the rest holds it somewhere."""
        for alias in self._aliases.get(written.untyped_storage()._cdata, ()):
            if alias is not written and not _same_part(alias, written) and field is not None:
                self._known[id(alias)] = _holding(alias, self._known.get(id(alias)), field)
            elif alias is not written and _same_part(alias, written):
                self._remember(alias, field)
        self._remember(written, field)


def _holding(alias: Tensor, old: Field | None, part: Field) -> Field:
    """Return a bound for a tensor of which an unknown part now holds `part`."""
    anywhere = mix(part, range(part.ndim), (2,) * part.ndim)
    anywhere = anywhere.each(lambda a, _: a.reshape((1,) * alias.dim()))
    flat = Field(
        anywhere.low, anywhere.high, (None,) * len(part.rules), ((),) * alias.dim(), certainty=Certainty.BOUND
    )
    if part.certainty is Certainty.UNKNOWN or (old is not None and old.certainty is Certainty.UNKNOWN):
        return unknown(part, alias.dim())
    return flat if old is None else merge([old, flat])


def _same_part(a: Tensor, b: Tensor) -> bool:
    return a.shape == b.shape and a.stride() == b.stride() and bool(a.storage_offset() == b.storage_offset())


def _fits(field: Field, output: Tensor) -> bool:
    tables = (*field.low, *field.high)
    return field.ndim == output.dim() and all(
        n in (1, size) for a in tables for n, size in zip(a.shape, output.shape, strict=True)
    )


def _blind(field: Field) -> bool:
    if field.certainty is Certainty.UNKNOWN:
        return False
    return any(int(low.min()) == FAR for low in field.low) and all(int(h.max()) == -FAR for h in field.high)


def _plain(value: Any) -> float:
    return int(value) if value.denominator == 1 else float(value)


def _grid(field: Field, shape: tuple[int, ...]) -> tuple[int, ...] | None:
    """Return the sizes of the grid of units: one dimension an axis, or one dimension that flattens them all."""
    if any(len(axes) > 1 for axes in field.axes):
        return field.grid
    dims = {axes[0]: d for d, axes in enumerate(field.axes) if axes}
    return tuple(shape[dims[axis]] for axis in sorted(dims)) if len(dims) == len(field.rules) else None


def _on_grid(field: Field, table: Any, grid: tuple[int, ...] | None, reduce: Any) -> Any:
    """Return a table over the grid of units, axes in order, reduced over all other dimensions."""
    keep = [d for d, axes in enumerate(field.axes) if axes] if grid else []
    flat = reduce(table, axis=tuple(d for d in range(field.ndim) if d not in keep))
    if grid is None:
        return flat
    if len(keep) == 1 and len(field.axes[keep[0]]) > 1:
        on_grid = flat if flat.shape[0] == 1 else flat[field.extra :]
        return np.broadcast_to(on_grid.reshape(-1 if flat.shape[0] == 1 else grid), grid)
    order = np.argsort([field.axes[d][0] for d in keep])
    return np.broadcast_to(flat.transpose(order), grid)
