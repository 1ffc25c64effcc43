"""What can be asked of an attention, and what is answered."""

from dataclasses import dataclass, replace
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from explorer.engine.command import Lane, Urgency
from explorer.engine.messages import LookOfInput
from explorer.records.answers import AS_DERIVED, AnswerWay

Floats = NDArray[np.float32]
Ints = NDArray[np.int32]


@dataclass(frozen=True)
class Side:
    """The tokens that look, or those that are looked at.

    Attributes:
        count: How many there are in the whole picture, numbered from 0: in their order, or where the attention goes
            in windows row by row over the grid.
        extra: How many of them stand beside the grid (class tokens, registers), at the begin of the others.
        grid: Rows and columns of the patches that the others are; None where that is not known.
        origin: Upper left corner (y, x) of patch (0, 0), in pixels of the input.
        step: Height and width of a patch, in pixels of the input.
    """

    count: int
    extra: int = 0
    grid: tuple[int, int] | None = None
    origin: tuple[float, float] = (0.0, 0.0)
    step: tuple[float, float] = (1.0, 1.0)

    def cell_at(self, y: float, x: float) -> tuple[int, int] | None:
        """Return the patch (row, column) at a point of the input; None beside all, or without a grid."""
        if self.grid is None:
            return None
        row, column = ((at - o) // s for at, o, s in zip((y, x), self.origin, self.step, strict=True))
        inside = 0 <= row < self.grid[0] and 0 <= column < self.grid[1]
        return (int(row), int(column)) if inside else None

    def box(self, cell: int) -> tuple[float, float, float, float]:
        """Return (top, left, bottom, right) of a patch, counted row by row, in pixels of the input."""
        assert self.grid is not None, "only a patch of a grid has a place"
        row, column = divmod(cell, self.grid[1])
        top, left = self.origin[0] + row * self.step[0], self.origin[1] + column * self.step[1]
        return top, left, top + self.step[0], left + self.step[1]

    @property
    def area(self) -> tuple[float, float, float, float]:
        """(top, left, bottom, right) of all patches together, in pixels of the input."""
        assert self.grid is not None, "only a grid has a place"
        top, left = self.origin
        return top, left, top + self.grid[0] * self.step[0], left + self.grid[1] * self.step[1]


@dataclass(frozen=True)
class Cost:
    """What an attention takes, from this forward.

    Attributes:
        queries, keys: Tokens that look, and that each of them can look at.
        windows: Into how many windows the tokens are cut; 1 for none.
        width: Features of all heads together.
        products: Multiply-accumulates of q kᵀ and of gathering the values; None if unknown.
        projections: Those of the linear layers around it; None if unknown, 0 if none belongs to it.
        weight_bytes: Memory of all weights.
        grows: The power of the number of tokens that the products grow with: 2, or 1 where windows stay as they are.
    """

    queries: int
    keys: int
    windows: int
    width: int
    products: int | None
    projections: int | None
    weight_bytes: int
    grows: int


@dataclass(frozen=True)
class Scale:
    """What the colours of weights stand for, one for all tokens.

    Attributes:
        full: The weight that has the full colour.
        largest: The largest that there is; more than `full` where few weights lie far above the others.
    """

    full: float
    largest: float


MEAN, MOST, ROLLOUT, GRADIENT = -1, -2, -3, -4
"""What can be asked for in the place of a head: the mean of all, the largest weight of all, rollout over the layers,
and that with the gradient of the answer, for which the model runs again."""


@dataclass(frozen=True, eq=False)
class Matrix:
    """How all tokens look at all.

    Attributes:
        head: Which head, or `MEAN`, `MOST`, `ROLLOUT`, `GRADIENT`.
        values: (queries, keys), of the whole picture.
        query_cells, key_cells: The patch that each token is, as in `AttentionView`; None without a grid.
        scale: Of its colours: one for all heads, one for each rollout.
        label: Name of the class that was differentiated; empty for none.
    """

    head: int
    values: Floats
    query_cells: Ints | None
    key_cells: Ints | None
    scale: Scale
    label: str = ""


@dataclass(frozen=True, eq=False)
class AttentionView:
    """How one token looks at the others, in every head; or how the others look at it.

    Attributes:
        node: Id of the operation that yields the weights.
        title: Its name.
        number, count: Which attention of the forward it is, from 0, and how many there are.
        heads: How many heads there are.
        shape: (queries, keys) in a window, or in all where there are none.
        windows: How many windows there are; 1 for none.
        queries, keys: The tokens.
        token: Number of the token that is asked about: of the queries, or in the other direction of the keys.
        reverse: False for where it looks, True for who looks at it.
        rows: (heads, n) the weights between it and the n tokens that it meets.
        cells: (n,) which patch of the grid, counted row by row, each of these is: -1 for tokens beside the grid, -2 for
            padding; None where no grid is known.
        place: The patch of the token itself; None if it has none.
        rollout: (n,) the same by rollout over the layers so far; None where there is none.
        rolled: Over which layers, or why there is no rollout.
        distance: (heads,) mean distance of what is looked at, in pixels; None without places.
        entropy: (heads,) mean entropy of the rows in bits.
        cost: What it takes.
        scale: Of the colours of all heads and tokens.
        rolled_scale: Of those of the rollout; None where there is none.
        gradient: (n,) the rollout with gradients; None while nobody asked for it.
        gradient_scale: Of its colours; None while nobody asked for it.
        label: Name of the class whose gradient that is.
    """

    node: int
    title: str
    number: int
    count: int
    heads: int
    shape: tuple[int, int]
    windows: int
    queries: Side
    keys: Side
    token: int
    reverse: bool
    rows: Floats
    cells: Ints | None
    place: int | None
    rollout: Floats | None
    rolled: str
    distance: Floats | None
    entropy: Floats
    cost: Cost
    scale: Scale
    rolled_scale: Scale | None
    gradient: Floats | None = None
    gradient_scale: Scale | None = None
    label: str = ""

    def with_gradient(self, matrix: Matrix) -> "AttentionView":
        """Return it with the row of a rollout with gradients, or its column."""
        line = matrix.values[:, self.token] if self.reverse else matrix.values[self.token]
        return replace(self, gradient=line, gradient_scale=matrix.scale, label=matrix.label)

    @property
    def own(self) -> Side:
        """The side of the token that is asked about."""
        return self.keys if self.reverse else self.queries

    @property
    def others(self) -> Side:
        """The side of the tokens that it meets."""
        return self.queries if self.reverse else self.keys

    def on_grid(self, row: NDArray[Any]) -> Floats | None:
        """Lay (n,) weights on the grid of the others, (h, w); NaN where it meets no token; None without a grid."""
        grid = self.others.grid
        if grid is None or self.cells is None:
            return None
        laid = np.full(prod(grid), np.nan, np.float32)
        inside = self.cells >= 0
        laid[self.cells[inside]] = 0
        np.add.at(laid, self.cells[inside], row[inside])
        return laid.reshape(grid)


@dataclass(frozen=True)
class ViewAttention(LookOfInput[AttentionView]):
    """Asks how a token looks at the others, in the attention that operation `node` belongs to.

    Attributes:
        forward: Number of the forward.
        token: Its number; None for the one at `place`.
        place: A point of the picture, as fractions (y, x) of the input; None for the class token, or where there is
            none for the patch in the middle.
        reverse: True for who looks at it.
    """

    urgency, doing = Urgency.SELECTED, "reading an attention"

    forward: int
    node: int
    token: int | None = None
    place: tuple[float, float] | None = None
    reverse: bool = False


@dataclass(frozen=True)
class ReadWeights(LookOfInput[Floats]):
    """Asks for the weights (heads, q, k) of the attention that operation `node` belongs to, as float32.

    Where it goes in windows they are those of the whole picture, zero between tokens that do not meet.

    Attributes:
        forward: Number of the forward.
        head: Only this head, (1, q, k); None for all.
        token: Only this query, (heads, 1, k); None for all.
    """

    urgency, doing = Urgency.SELECTED, "reading an attention"

    forward: int
    node: int
    head: int | None = None
    token: int | None = None


@dataclass(frozen=True)
class ViewMatrix(LookOfInput[Matrix]):
    """Asks how all tokens look at all in a head, or in what stands for all heads; fails where that is too large.

    Attributes:
        forward: Number of the forward.
        head: Which head, or `MEAN`, `MOST`, `ROLLOUT`, `GRADIENT`.
        way: How the person wants the answer read whose gradient `GRADIENT` takes.
    """

    urgency, doing = Urgency.SELECTED, "reading an attention"

    forward: int
    node: int
    head: int = MEAN
    way: AnswerWay = AS_DERIVED

    @property
    def lane(self) -> Lane:  # type: ignore[override]
        """The lane of forwards where the model runs again."""
        return Lane.WORK if self.runs or self.head == GRADIENT else Lane.VIEW


@dataclass(frozen=True, eq=False)
class Positions:
    """How much the position embeddings of the patches are like each other.

    Attributes:
        title: What they are called.
        grid: Rows and columns of the patches.
        similarity: (h * w, h * w) cosine of the angle between each two.
    """

    title: str
    grid: tuple[int, int]
    similarity: Floats


@dataclass(frozen=True)
class ViewPositions(LookOfInput[Positions]):
    """Asks for the position embedding that the tokens of an attention were given; fails where there is none."""

    urgency, doing = Urgency.BESIDE, "comparing position embeddings"

    forward: int
    node: int
