"""The weights of one attention by heads and tokens, whatever order the model keeps them in."""

from dataclasses import dataclass, replace
from math import ceil, prod

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from explorer.engine.recorded import Course, RecordedForward
from explorer.features.attention.messages import Side
from explorer.features.attention.places import EXTRA, OTHER, PADDING, Places
from explorer.records.attention import Attention
from explorer.records.errors import ExplorerError, UsageError
from explorer.records.trace import Trace

MOST_WEIGHTS = 1 << 28
"""More weights than these are not handed out at once (1 GiB): a head or a token at a time has to be asked for."""
BESIDE, FILLED = -1, -2
"""What stands in place of a patch: a token beside the grid, padding."""

Ints = NDArray[np.int32]
Floats = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Layout:
    """Where the weights of each head and window lie, and what their rows and columns are.

    Attributes:
        order: (windows, heads) places along the flattened leading dimensions of the weights.
        queries, keys: The tokens on both sides.
        query_cells, key_cells: (windows, tokens) the patch that each is, `BESIDE` or `FILLED`; None if unknown.
    """

    order: NDArray[np.int64]
    queries: Side
    keys: Side
    query_cells: Ints | None
    key_cells: Ints | None

    @property
    def windows(self) -> int:
        """How many windows there are; 1 for none."""
        return int(self.order.shape[0])

    @property
    def heads(self) -> int:
        """How many heads there are."""
        return int(self.order.shape[1])


@dataclass(frozen=True, eq=False)
class HeadWeights:
    """The weights of one attention, (leading, q, k), with their layout."""

    values: Tensor
    layout: Layout

    def row(self, token: int) -> tuple[Floats, Ints | None]:
        """Return how a query looks at the keys that it meets, (heads, n), and their patches (n,)."""
        window, place = self._where(token, self.layout.queries, self.layout.query_cells, self.values.shape[1])
        heads = self._heads(self.layout.order[window], (place,))
        cells = self.layout.key_cells
        return heads, None if cells is None else cells[window]

    def column(self, token: int) -> tuple[Floats, Ints | None]:
        """Return how the queries that meet a key look at it, (heads, n), and their patches (n,)."""
        layout = self.layout
        window, place = self._where(token, layout.keys, layout.key_cells, self.values.shape[2])
        if layout.key_cells is None or layout.windows == 1:
            found = [(window, place)]
        else:  # windows may overlap
            found = [(int(w), int(p)) for w, p in np.argwhere(layout.key_cells == token)]
        parts = [self._heads(layout.order[w], (slice(None), p)) for w, p in found]
        cells = layout.query_cells
        met = None if cells is None else np.concatenate([cells[w] for w, _ in found])
        return np.concatenate(parts, axis=1), met

    def matrix(self, head: int | None = None, token: int | None = None) -> Floats:
        """Return the weights of the whole picture, (heads, q, k); of one head, or of one query, alone if asked for.

        Raises:
            ExplorerError: They are too many.
            UsageError: There is no such head or token.
        """
        layout = self.layout
        heads = [head] if head is not None else list(range(layout.heads))
        if head is not None and not 0 <= head < layout.heads:
            raise UsageError(
                f"There is no head {head}: there are {layout.heads}, numbered from 0 to {layout.heads - 1}."
            )
        rows = layout.queries.count if token is None else 1
        if len(heads) * rows * layout.keys.count > MOST_WEIGHTS:
            raise ExplorerError(
                f"These are {len(heads)}×{rows:,}×{layout.keys.count:,} weights, more than are handed out at once; "
                "ask for one head or for one token."
            )
        if token is not None:
            row, cells = self.row(token)
            return self._spread(row[heads], cells)[:, None]
        if layout.windows == 1:
            return self._heads(layout.order[0, heads])
        return self._whole(heads)

    def _heads(self, order: NDArray[np.int64], part: tuple[int | slice, ...] = ()) -> Floats:
        """Return the weights (heads, q, k) that lie at `order`, or a part of each; no more than that is copied."""
        return np.stack([_numpy(self.values[int(place)][part]) for place in order])

    def _spread(self, row: Floats, cells: Ints | None) -> Floats:
        """Return (heads, n) weights of one window over all keys of the picture."""
        if self.layout.windows == 1 or cells is None:
            return row
        spread = np.zeros((len(row), self.layout.keys.count), np.float32)
        inside = cells >= 0
        spread[:, cells[inside]] = row[:, inside]
        return spread

    def _whole(self, heads: list[int]) -> Floats:
        layout = self.layout
        whole = np.zeros((len(heads), layout.queries.count, layout.keys.count), np.float32)
        for window in range(layout.windows):
            part = self._heads(layout.order[window, heads])
            rows, columns = self._numbers(window)
            own, met = rows >= 0, columns >= 0
            whole[:, rows[own][:, None], columns[met]] = part[:, own][:, :, met]
        return whole

    def _numbers(self, window: int) -> tuple[Ints, Ints]:
        """Return the numbers of a window's queries and keys in the whole picture; below 0 for none."""
        layout, (_, q, k) = self.layout, self.values.shape
        rows = layout.query_cells[window] if layout.query_cells is not None else np.arange(q) + window * q
        columns = layout.key_cells[window] if layout.key_cells is not None else np.arange(k) + window * k
        return rows.astype(np.int32), columns.astype(np.int32)

    def _where(self, token: int, side: Side, cells: Ints | None, length: int) -> tuple[int, int]:
        """Return the window of a token and its place there."""
        if not 0 <= token < side.count:
            raise UsageError(
                f"There is no token {token}: there are {side.count:,}, numbered from 0 to {side.count - 1:,}."
            )
        if self.layout.windows == 1:
            return 0, token
        if cells is None:
            return divmod(token, length)
        window, place = np.argwhere(cells == token)[0]
        return int(window), int(place)


def weights_of(forward: RecordedForward, attention: Attention) -> HeadWeights:
    """Return the weights of an attention of a forward; of a batch those of the first input.

    Raises:
        ExplorerError: The forward keeps none of them.
        LetGoError: Their value was let go.
    """
    if attention.weights is None:
        raise ExplorerError(attention.why)
    value = forward.recording.value(attention.weights)
    layout = forward.course.memo(_layouts)
    if attention.weights not in layout:
        layout[attention.weights] = _layout(forward, attention)
    return HeadWeights(value.reshape(-1, *value.shape[-2:]), layout[attention.weights])


def _layouts(_of: Course) -> dict[int, Layout]:
    """The layouts of attentions by their weights; none as yet."""
    return {}


def _layout(forward: RecordedForward, attention: Attention) -> Layout:
    trace = forward.trace
    batch = trace.nodes[0].shape[0] if trace.nodes[0].shape else 1
    leading, (q, k) = attention.shape[:-2], attention.tokens
    assert attention.product is not None, "weights were made of a product"
    places = Places(forward.course.operations, forward.fields, batch)
    rows, columns = places.of_product(attention.product)
    known = _grouped(prod(leading), q, k, rows, columns)
    if known is None:
        rows = columns = None
        known = _by_shape(leading, batch), None, None
    order, query_cells, key_cells = known
    windows = len(order)
    return Layout(
        order,
        _side(trace, None if rows is None else rows[0], query_cells, q, windows),
        _side(trace, None if columns is None else columns[0], key_cells, k, windows),
        query_cells,
        key_cells,
    )


Codes = tuple[tuple[int, int], Tensor]


def _grouped(
    leading: int, q: int, k: int, rows: Codes | None, columns: Codes | None
) -> tuple[NDArray[np.int64], Ints | None, Ints | None] | None:
    """Tell windows and heads apart by the places of their tokens: the heads of a window have the same.

    Returns:
        The order (windows, heads), and the patches (windows, tokens) on both sides; None if nothing is known.
    """
    sides = [
        None if it is None or it[1].numel() != leading * n else it[1].reshape(leading, n).numpy()
        for it, n in ((rows, q), (columns, k))
    ]
    given = [side for side in sides if side is not None]
    if not given:
        return None
    signs = np.concatenate(given, axis=1)  # (leading, tokens)
    groups: dict[bytes, list[int]] = {}
    for place in range(leading):
        if not (signs[place] == OTHER).any():
            groups.setdefault(signs[place].tobytes(), []).append(place)
    sizes = {len(places) for places in groups.values()}
    if len(sizes) != 1:
        return None
    order = np.array(list(groups.values()))
    firsts = order[:, 0]
    query, key = (None if side is None else _cells(side[firsts]) for side in sides)
    if len(order) > 1 and (query is None or key is None):
        return None
    return order, query, key


def _cells(codes: NDArray[np.int32]) -> Ints:
    return np.select([codes >= 1, codes == EXTRA, codes == PADDING], [codes - 1, BESIDE, FILLED]).astype(
        np.int32
    )


def _by_shape(leading: tuple[int, ...], batch: int) -> NDArray[np.int64]:
    """Tell windows and heads apart by the shape alone: (batch, heads), (batch * heads) or (batch, ..., heads)."""
    numbers = np.arange(prod(leading))
    if len(leading) < 2:
        return numbers[: len(numbers) // batch][None] if len(numbers) % batch == 0 else numbers[None]
    by_window = numbers.reshape(-1, leading[-1])
    return by_window[: len(by_window) // batch] if len(by_window) % batch == 0 else by_window


def _side(trace: Trace, grid: tuple[int, int] | None, cells: Ints | None, length: int, windows: int) -> Side:
    if grid is None or cells is None:
        return Side(length * windows)
    origin, step = _cells_on(trace, grid)
    side = Side(prod(grid), 0, grid, origin, step)
    return side if windows > 1 else replace(side, count=length, extra=int((cells[0] == BESIDE).sum()))


Pair = tuple[float, float]


def _cells_on(trace: Trace, grid: tuple[int, int]) -> tuple[Pair, Pair]:
    """Return corner and size of the patches of a grid, in pixels of the input.

    Where an operation on this grid sees the input at even distances, they are these. Where none does, for an attention
    mixed all before it, a patch joins those of the next finer grid.
    """
    known = _known_grids(trace)
    if grid in known:
        return known[grid]
    for finer in sorted(known, key=prod):
        ratios = [ceil(one / other) for one, other in zip(finer, grid, strict=True)]
        if min(ratios) > 1 and all(ceil(f / r) == g for f, r, g in zip(finer, ratios, grid, strict=True)):
            origin, step = known[finer]
            return origin, (step[0] * ratios[0], step[1] * ratios[1])
    size = trace.input_shape[-2:]
    return (0.0, 0.0), (size[0] / grid[0], size[1] / grid[1])


def _known_grids(trace: Trace) -> dict[tuple[int, int], tuple[Pair, Pair]]:
    found: dict[tuple[int, int], tuple[Pair, Pair]] = {}
    for node in trace.nodes[1:]:
        field = node.receptive_field
        if field is None or field.grid is None or len(field.grid) != 2 or (field.grid in found):
            continue
        if field.stride is not None and field.start is not None and field.size is not None:
            origin = [
                first + (size - step) / 2
                for first, size, step in zip(field.start, field.size, field.stride, strict=True)
            ]
            y, x = field.stride
            found[(field.grid[0], field.grid[1])] = (origin[0], origin[1]), (float(y), float(x))
    return found


def _numpy(values: Tensor) -> Floats:
    numbers: Floats = values.detach().float().cpu().numpy()
    return numbers
