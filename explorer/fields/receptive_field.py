"""The receptive field of every operation of a recording, and what one unit sees."""

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from explorer.fields.algebra import FAR, Affine, Certainty, Field, IntArray, of_input
from explorer.fields.flow import FieldFlow
from explorer.forward.recording import Recording
from explorer.records.errors import ExplorerError
from explorer.records.trace import ReceptiveField, Trace
from explorer.records.values import FieldOfUnit, UnitsOfPixel

Grid = tuple[int, ...]


class ReceptiveFields:
    """Fields of the first output of every operation, with respect to the first input.

    Args:
        recording: A recorded forward; its kernels are read, its values are not.

    Attributes:
        fields: Per operation; None where it does not see the input.
        input_size: Sizes of the axes of the first input.
    """

    def __init__(self, recording: Recording) -> None:
        operations = recording.operations
        self._names = [operation.name for operation in operations]
        self._shapes = [tuple(operation.results[0].shape) for operation in operations]
        self.input_size = self._shapes[0][2:] if len(self._shapes[0]) > 2 else self._shapes[0][1:]
        self.fields: list[Field | None] = []
        self._described: dict[tuple[int, tuple[int, ...]], ReceptiveField | None] = {}
        flow = FieldFlow(recording.kernels)
        done = 0
        for node, operation in enumerate(operations):
            for kernel in recording.kernels[done : operation.kernels.stop]:
                flow.follow(kernel)
            done = max(done, operation.kernels.stop)
            if operation.op == "input":
                is_first = node == 0 and len(self._shapes[0]) > 1
                flow.set(operation.results[0], of_input(self._shapes[0]) if is_first else None)
            self.fields.append(flow.field_of(operation.results[0]))

    def describe(self, node: int) -> ReceptiveField | None:
        """Return the field of operation `node`; None if it does not see the input."""
        field, shape = self.fields[node], self._shapes[node]
        if field is None:
            return None
        key = id(field), shape  # operations that change nothing have the very same field
        if key not in self._described:
            self._described[key] = self._describe(field, _grid(field, shape))
        return self._described[key]

    def _describe(self, field: Field, grid: Grid | None) -> ReceptiveField | None:
        if _is_blind(field):
            return None
        if field.certainty is Certainty.UNKNOWN:
            return ReceptiveField("unknown", grid=grid)
        rules = [_rule_of_units(field, axis) for axis in range(len(field.rules))]
        size = tuple(
            rule.last - rule.first + 1 if rule else _widest(field, grid, axis)
            for axis, rule in enumerate(rules)
        )
        known = [rule for rule in rules if rule is not None]
        status = self._status(field, known)
        each = status == "global" or grid is None or not _channels_differ(field)
        if len(known) < len(rules):
            return ReceptiveField(status, size, grid=grid, each=each)
        jumps, firsts = tuple(r.jump for r in known), tuple(r.first for r in known)
        return ReceptiveField(status, size, jumps, firsts, grid, each)

    def filled_in(self, trace: Trace) -> Trace:
        """Return the trace of the recording with the receptive field of every operation."""
        nodes = tuple(replace(node, receptive_field=self.describe(node.id)) for node in trace.nodes)
        return replace(trace, nodes=nodes)

    def of_unit(self, node: int, unit: tuple[int, ...] | None = None) -> FieldOfUnit:
        """Return what the unit at `unit` on the grid of operation `node` sees; by default the one in the middle.

        Where the output has no grid, the box holds what all its elements see together, as a bound.

        Raises:
            ExplorerError: If there is no such unit.
        """
        field, described, grid = self.fields[node], self.describe(node), self.grid(node)
        if unit is None:
            unit = tuple(n // 2 for n in grid or ())
        if field is None or described is None:
            return FieldOfUnit(node, "exact", (0,) * len(self.input_size), None, None, unit, None, grid)
        status = described.status
        box = None if status == "unknown" else self._box(node, field, unit)
        if status == "exact" and grid is None and any(a.size > 1 for a in field.tables):
            status = "bound"
        return FieldOfUnit(node, status, described.size, described.stride, described.start, unit, box, grid)

    def boxes(self, node: int) -> NDArray[np.int32] | None:
        """Return what each unit of operation `node` sees, (*grid, 2 * axes), as `FieldOfUnit.box` has it.

        None where nothing is known, or there is no grid; a unit that sees nothing has a box that holds nothing.
        """
        field, described, grid = self.fields[node], self.describe(node), self.grid(node)
        if field is None or described is None or grid is None or described.status == "unknown":
            return None
        low = [_on_grid(field, table, grid, np.min) for table in field.low]
        high = [_on_grid(field, table, grid, np.max) for table in field.high]
        return np.stack((*low, *high), -1)

    def of_pixel(self, node: int, pixel: tuple[int, int]) -> UnitsOfPixel:
        """Return which units on the grid of operation `node` see the input pixel (y, x)."""
        field, described, grid = self.fields[node], self.describe(node), self.grid(node)
        status = described.status if described else "exact"
        if field is None or grid is None or status == "unknown":
            return UnitsOfPixel(node, status, pixel, None)
        inside = np.ones(grid, dtype=bool)
        for axis, position in enumerate(pixel):
            inside &= _on_grid(field, field.low[axis], grid, np.min) <= position
            inside &= _on_grid(field, field.high[axis], grid, np.max) > position
        return UnitsOfPixel(node, status, pixel, inside)

    def grid(self, node: int) -> Grid | None:
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

    def _status(self, field: Field, known: list[Affine]) -> str:
        if field.certainty is Certainty.BOUND:
            return "bound"
        everything = not known and all(
            int(low.max()) <= 0 and int(high.min()) >= length
            for low, high, length in zip(field.low, field.high, self.input_size, strict=True)
        )
        return "global" if everything else "exact"


def _widest(field: Field, grid: Grid | None, axis: int) -> int:
    """Return the largest extent that any unit sees of an axis, clipped to the input."""
    low, high = field.low[axis], field.high[axis]
    if low.size == high.size == 1:
        return max(int(high.item()) - int(low.item()), 0)
    if grid:
        low, high = _on_grid(field, low, grid, np.min), _on_grid(field, high, grid, np.max)
    return max(int((high - low).max()), 0)


def _is_blind(field: Field) -> bool:
    if field.certainty is Certainty.UNKNOWN:
        return False
    # No lower end is beyond FAR, so that the first entry tells of most fields that not all are.
    return any(low.size == 0 or (low.item(0) == FAR == int(low.min())) for low in field.low)


def _channels_differ(field: Field) -> bool:
    """Tell whether values at one place see different stretches: pixels laid into channels, branches side by side."""
    beside = [d for d, axes in enumerate(field.axes) if not axes and field.varies(d)]
    return any((table.min(d) != table.max(d)).any() for table in field.tables for d in beside)


def _rule_of_units(field: Field, axis: int) -> Affine | None:
    """Return the affine rule of the units on the grid, which may be blocks of positions."""
    rule = field.rules[axis]
    if rule is None or (axis,) not in field.axes:
        return rule
    step = field.labels[field.axes.index((axis,))][0].step
    return rule if step == 1 else rule.of_blocks(step, step)


def _grid(field: Field, shape: tuple[int, ...]) -> Grid | None:
    """Return the sizes of the grid of units: one dimension an axis, or one dimension that flattens them all."""
    flattened = next((axes for axes in field.axes if len(axes) == len(field.rules) > 1), None)
    if flattened is not None:
        return tuple(size for _, size in sorted(zip(flattened, field.grid, strict=True)))
    dims = {axes[0]: d for d, axes in enumerate(field.axes) if len(axes) == 1}
    return tuple(shape[dims[axis]] for axis in sorted(dims)) if len(dims) == len(field.rules) else None


def _on_grid(field: Field, table: IntArray, grid: Grid, reduce: Any) -> NDArray[np.int32]:
    """Return a table over the grid of units, axes in order, reduced over all other dimensions."""
    keep = [d for d, axes in enumerate(field.axes) if axes]
    flat = reduce(table, axis=tuple(d for d in range(field.ndim) if d not in keep))
    order = np.argsort([axis for d in keep for axis in field.axes[d]])
    if len(keep) < len(grid):
        flat = flat.reshape((1,) * len(grid)) if flat.size == 1 else flat[field.extra :].reshape(field.grid)
    return np.broadcast_to(flat.transpose(order), grid)
