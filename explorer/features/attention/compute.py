"""Answers what is asked of an attention."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from explorer.engine import changed, recall
from explorer.engine.bench import Bench
from explorer.engine.command import answers
from explorer.engine.held import HeldForward
from explorer.engine.recorded import RecordedForward
from explorer.engine.task import Task
from explorer.features.attention import figures, weights
from explorer.features.attention.gradients import gradient_rollout
from explorer.features.attention.messages import (
    GRADIENT,
    MOST,
    ROLLOUT,
    AttentionView,
    Cost,
    Floats,
    Matrix,
    Positions,
    ReadWeights,
    Scale,
    Side,
    ViewAttention,
    ViewMatrix,
    ViewPositions,
)
from explorer.features.attention.positions import positions, source_of
from explorer.features.attention.weights import HeadWeights, weights_of
from explorer.records.answers import AnswerWay
from explorer.records.attention import Attention, attentions
from explorer.records.errors import ExplorerError


class _Known(NamedTuple):
    """What is said of an attention whatever token is asked about."""

    distance: Floats | None
    entropy: Floats
    cost: Cost
    scale: Scale
    rolled_scale: Scale | None


@answers(ViewAttention)
def view_attention(ask: ViewAttention, bench: Bench, task: Task) -> AttentionView:
    """Read the row of a token, or its column; what is true of the whole attention is computed once."""
    forward, attention = _attention(ask, bench, task)
    if ask.runs:
        recall.hold(bench, forward, figures.needed(forward.trace, attention), task)
    found = weights_of(forward, attention)
    layout = found.layout
    side = layout.keys if ask.reverse else layout.queries
    token = ask.token if ask.token is not None else _token_at(found, side, ask)
    rows, cells = found.column(token) if ask.reverse else found.row(token)
    rolled, over = figures.rollout(forward, attention, task)
    of_all = _known(forward, attention, found, rolled, task)
    line = None if rolled is None else (rolled[:, token] if ask.reverse else rolled[token])
    return AttentionView(
        attention.shown,
        attention.module or forward.trace.nodes[attention.shown].name,
        attention.number,
        len(attentions(forward.trace).all),
        layout.heads,
        attention.tokens,
        layout.windows,
        layout.queries,
        layout.keys,
        token,
        ask.reverse,
        rows,
        cells,
        _place_of(found, side, token),
        line,
        over,
        *of_all,
    )


@answers(ReadWeights)
def read_weights(ask: ReadWeights, bench: Bench, task: Task) -> Floats:
    """Read the weights of all heads and tokens, or of some."""
    forward, attention = _attention(ask, bench, task)
    if ask.runs and attention.weights is not None:
        recall.hold(bench, forward, (attention.weights,), task)
    return weights_of(forward, attention).matrix(ask.head, ask.token)


@answers(ViewMatrix)
def view_matrix(ask: ViewMatrix, bench: Bench, task: Task) -> Matrix:
    """Read the weights between all tokens, of one head or of all together."""
    forward, attention = _attention(ask, bench, task)
    if ask.runs:
        recall.hold(bench, forward, figures.needed(forward.trace, attention), task)
    found = weights_of(forward, attention)
    layout = found.layout
    q, k = layout.queries.count, layout.keys.count
    if q * k > _MOST_DRAWN:
        raise ExplorerError(
            f"The matrix has {q:,}×{k:,} weights, and is drawn up to {_MOST_DRAWN:,} in all; choose a token "
            "on the photo to see its row."
        )
    cells = _cells_of(found, layout.queries), _cells_of(found, layout.keys)
    if ask.head == GRADIENT:
        return _with_gradient(bench, forward, attention, ask.way, task, cells)
    values = _together(forward, attention, found, ask.head, task)
    scale = figures.rolled_scale(values) if ask.head == ROLLOUT else _known_scale(forward, attention, found)
    return Matrix(ask.head, values, *cells, scale)


@answers(ViewPositions)
def view_positions(ask: ViewPositions, bench: Bench, task: Task) -> Positions:
    """Compare the position embeddings of the tokens of an attention."""
    forward, attention = _attention(ask, bench, task)
    if ask.runs and attention.weights is not None:
        recall.hold(bench, forward, (attention.weights,), task)
    found = weights_of(forward, attention)
    source = source_of(forward, attention, found)
    if ask.runs and source is not None and source[1] is not None:
        recall.hold(bench, forward, (source[1],), task)
    return positions(forward, attention, found, forward.model.module)


# ---- inside ----

_MOST_DRAWN = 1 << 21


Cells = NDArray[np.int32] | None
_Question = ViewAttention | ReadWeights | ViewMatrix | ViewPositions


def _with_gradient(
    bench: Bench,
    forward: HeldForward,
    attention: Attention,
    way: AnswerWay,
    task: Task,
    cells: tuple[Cells, Cells],
) -> Matrix:
    """Return the rollout with gradients; the last one that was asked for is known."""
    known = forward.memo(_gradients)
    asked = attention.number, way
    if asked not in known:
        found = gradient_rollout(bench, forward, attention, way, task)
        known.clear()  # one is much memory
        known[asked] = found
    values, label = known[asked]
    return Matrix(GRADIENT, values, *cells, figures.rolled_scale(values), label)


def _gradients(_of: RecordedForward) -> dict[tuple[int, AnswerWay], tuple[Floats, str]]:
    """The last rollout with gradients, by the number of the attention and how the answer is read; none as yet."""
    return {}


def _together(
    forward: HeldForward, attention: Attention, found: HeadWeights, head: int, task: Task
) -> Floats:
    """Return (queries, keys) of a head, or of all heads together, read one by one."""
    if head >= 0:
        return found.matrix(head)[0]
    if head == ROLLOUT:
        rolled, why = figures.rollout(forward, attention, task)
        if rolled is None:
            raise ExplorerError(why)
        return rolled
    whole = found.matrix(0)[0].copy()
    for other in range(1, found.layout.heads):
        task.check()
        part = found.matrix(other)[0]
        whole = np.maximum(whole, part) if head == MOST else whole + part
    return whole if head == MOST else whole / found.layout.heads


def _attention(ask: _Question, bench: Bench, task: Task) -> tuple[HeldForward, Attention]:
    bench.node(ask.forward, ask.node)
    forward = changed.forward_of(ask, bench, task)
    return forward, attentions(forward.trace).at(forward.trace, ask.node)


def _known(
    forward: HeldForward, attention: Attention, found: HeadWeights, rolled: Floats | None, task: Task
) -> _Known:
    """Return what is said of an attention whatever token is asked about."""
    known = forward.memo(_summaries)
    if attention.number not in known:
        known[attention.number] = _Known(
            figures.distance(found, task.check),
            figures.entropy(found, task.check),
            figures.cost(forward.trace, attention, found),
            _known_scale(forward, attention, found),
            None if rolled is None else figures.rolled_scale(rolled),
        )
    return known[attention.number]


def _known_scale(forward: HeldForward, attention: Attention, found: HeadWeights) -> Scale:
    known = forward.memo(_scales)
    if attention.number not in known:
        known[attention.number] = figures.scale(found)
    return known[attention.number]


def _scales(_of: RecordedForward) -> dict[int, Scale]:
    """The scales of attentions by their numbers; none as yet."""
    return {}


def _summaries(_of: RecordedForward) -> dict[int, _Known]:
    """What is said of attentions, by their numbers; nothing as yet."""
    return {}


def _cells_of(found: HeadWeights, side: Side) -> NDArray[np.int32] | None:
    """Return the patch of each token of a side, by its number; None without a grid."""
    layout = found.layout
    cells = layout.query_cells if side is layout.queries else layout.key_cells
    if cells is None or side.grid is None:
        return None
    return cells[0] if layout.windows == 1 else np.arange(side.count, dtype=np.int32)


def _place_of(found: HeadWeights, side: Side, token: int) -> int | None:
    cells = _cells_of(found, side)
    return None if cells is None or cells[token] < 0 else int(cells[token])


def _token_at(found: HeadWeights, side: Side, ask: ViewAttention) -> int:
    """Return the token at the place asked about; without one the first beside the grid, else the middle."""
    cells = _cells_of(found, side)
    if cells is None or side.grid is None:
        return 0 if ask.place is None else min(int(ask.place[0] * side.count), side.count - 1)
    beside = np.flatnonzero(cells == weights.BESIDE)
    if ask.place is None and len(beside):
        return int(beside[0])
    y, x = ask.place or (0.5, 0.5)
    high, wide = side.grid
    row, column = min(int(y * high), high - 1), min(int(x * wide), wide - 1)
    rows, columns = np.divmod(cells, wide)
    apart = np.where(cells >= 0, np.hypot(rows - row, columns - column), np.inf)
    return int(apart.argmin())
