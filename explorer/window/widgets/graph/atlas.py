"""A drawing as it is looked things up in: where boxes lie, which one holds an operation, what is joined to what."""

from collections.abc import Iterable
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from explorer.drawing.messages import Box, Drawing, Point

Rects = NDArray[np.float64]
"""(N, 4): left, top, right, bottom."""
Rect = tuple[float, float, float, float]


class Atlas:
    """Looks things up in a drawing.

    Attributes:
        drawing: What it looks into.
        boxes: Its boxes, open groups before what lies in them.
        rects: Where they lie, in the drawing's pixels; while a group opens, where they are by now.
        number: Place of a box among the boxes, by its key.
        into, out_of: Numbers of the edges that end or begin at a box, by its key.
        pieces: (M, 4) pieces of all lines between two of their points: x and y of the one, x and y of the other.
        piece_edges: (M,) the edge of each piece.
        is_last: (M,) True for the last piece of an edge.
        is_fresh: (M,) False for a piece that another edge has as well, which comes before it.
    """

    def __init__(self, drawing: Drawing) -> None:
        self.drawing = drawing
        self.boxes = drawing.boxes
        corners = [(it.left, it.top, it.left + it.width, it.top + it.height) for it in self.boxes]
        self.home: Rects = np.array(corners, np.float64).reshape(-1, 4)
        self.rects = self.home
        self.is_open = np.array([it.is_open for it in self.boxes], bool)
        self.number = {box.key: number for number, box in enumerate(self.boxes)}
        self._owner: dict[int, int] = {}
        self._passes: dict[int, bool] = {}
        for number, box in enumerate(self.boxes):
            if not box.is_open:
                self._owner.update(dict.fromkeys(box.nodes, number))
        self.into: dict[str, list[int]] = {}
        self.out_of: dict[str, list[int]] = {}
        for number, edge in enumerate(drawing.edges):
            self.into.setdefault(edge.target, []).append(number)
            self.out_of.setdefault(edge.source, []).append(number)
        self._measure_lines()

    def _measure_lines(self) -> None:
        edges = self.drawing.edges
        order = sorted(
            range(len(edges)), key=lambda number: edges[number].is_skip
        )  # what passes by comes last
        found, drawn = [], set[tuple[Point, Point]]()
        for number in order:
            steps = list(pairwise(edges[number].points))
            for place, step in enumerate(steps):
                found.append(((*step[0], *step[1]), number, place == len(steps) - 1, step not in drawn))
            drawn.update(steps)
        pieces, of, last, fresh = zip(*found, strict=True) if found else ((), (), (), ())
        self.pieces: Rects = np.array(pieces, np.float64).reshape(-1, 4)
        self.piece_edges = np.array(of, np.int64)
        self.is_last, self.is_fresh = np.array(last, bool), np.array(fresh, bool)
        begin, end = self.pieces[:, :2], self.pieces[:, 2:]
        self._piece_bounds = np.hstack([np.minimum(begin, end), np.maximum(begin, end)])

    # ---- boxes ----

    def holding(self, node: int | None) -> Box | None:
        """Return the box that stands for an operation: its own, or the closed group or run that it lies in."""
        number = self._owner.get(node) if node is not None else None
        return None if number is None else self.boxes[number]

    @property
    def failure(self) -> Box | None:
        """The box of what failed; None if nothing did."""
        return next((box for box in self.boxes if box.kind == "failure"), None)

    def box(self, key: str) -> Box | None:
        """Return a box by its key."""
        number = self.number.get(key)
        return None if number is None else self.boxes[number]

    def rect(self, key: str) -> Rect:
        """Return where a box lies by now: left, top, right, bottom."""
        left, top, right, bottom = self.rects[self.number[key]].tolist()
        return left, top, right, bottom

    def home_of(self, key: str) -> Rect:
        """Return where a box lies when none is on its way: left, top, right, bottom."""
        left, top, right, bottom = self.home[self.number[key]].tolist()
        return left, top, right, bottom

    def at(self, x: float, y: float) -> Box | None:
        """Return the innermost box at a place of the drawing."""
        within = (self.rects[:, :2] <= (x, y)).all(1) & (self.rects[:, 2:] >= (x, y)).all(1)
        found = np.flatnonzero(within)
        return self.boxes[int(found[-1])] if found.size else None

    def around(self, box: Box) -> Box | None:
        """Return the open group that a box lies in."""
        return self.box(box.around)

    @property
    def is_home(self) -> bool:
        """True if the boxes are where the drawing has them: none is on its way."""
        return self.rects is self.home

    # ---- edges ----

    def feeding(self, key: str) -> list[str]:
        """Return the keys of the boxes whose values a box reads."""
        return list(dict.fromkeys(self.drawing.edges[it].source for it in self.into.get(key, ())))

    def fed_by(self, key: str) -> list[str]:
        """Return the keys of the boxes that read the values of a box."""
        return list(dict.fromkeys(self.drawing.edges[it].target for it in self.out_of.get(key, ())))

    def beyond(self, key: str, dx: int, dy: int, across: bool) -> str | None:
        """Return the key of the box that an arrow key leads to: along an edge, or to the next one beside it.

        Args:
            key: Where it begins.
            dx, dy: Which way the arrow points.
            across: True if the drawing goes from left to right.
        """
        along, aside = (dx, dy) if across else (dy, dx)
        if along:
            keys = self.fed_by(key) if along > 0 else self.feeding(key)
            return self._nearest(key, keys)
        return self._beside(key, aside, across)

    def _nearest(self, key: str, keys: Iterable[str]) -> str | None:
        here = self._middle(self.number[key])
        return min(
            keys, key=lambda it: float(np.abs(self._middle(self.number[it]) - here).sum()), default=None
        )

    def _beside(self, key: str, way: int, across: bool) -> str | None:
        axis = 1 if across else 0
        here = self.home[self.number[key]]
        middles = (self.home[:, axis] + self.home[:, axis + 2]) / 2
        beyond = way * (middles - (here[axis] + here[axis + 2]) / 2)
        cross = 1 - axis
        level = (self.home[:, cross] < here[cross + 2]) & (self.home[:, cross + 2] > here[cross])
        found = np.flatnonzero((beyond > 1) & level & ~self.is_open)
        return self.boxes[int(found[np.argmin(beyond[found])])].key if found.size else None

    def _middle(self, number: int) -> NDArray[np.float64]:
        rect = self.home[number]
        return (rect[:2] + rect[2:]) / 2

    # ---- what is in sight ----

    def boxes_in(self, area: Rect) -> NDArray[np.int64]:
        """Return the numbers of the boxes that touch a rectangle (left, top, right, bottom), rising."""
        return _touching(self.rects, area)

    def pieces_in(self, area: Rect) -> NDArray[np.int64]:
        """Return the numbers of the pieces of lines that may touch a rectangle, those of skip connections last."""
        return _touching(self._piece_bounds, area)

    def passes(self, number: int, area: Rect) -> bool:
        """Tell whether a piece of a line may pass through a rectangle in the title of an open group; found out once."""
        if number not in self._passes:
            self._passes[number] = bool(self.pieces_in(area).size)
        return self._passes[number]


def _touching(rects: Rects, area: Rect) -> NDArray[np.int64]:
    left, top, right, bottom = area
    touching = (rects[:, 0] <= right) & (rects[:, 2] >= left) & (rects[:, 1] <= bottom) & (rects[:, 3] >= top)
    return np.flatnonzero(touching)


def between(before: Atlas, after: Atlas, origin: Rect) -> Rects:
    """Return where the boxes of a drawing begin when another gives way to it.

    What is in both begins where it was. What is new comes out of the box that opened, given as `origin`: where it lay.
    Both are in the pixels of the drawing that comes.
    """
    begin = np.empty_like(after.home)
    middle = ((origin[0] + origin[2]) / 2, (origin[1] + origin[3]) / 2)
    for number, box in enumerate(after.boxes):
        if (known := before.number.get(box.key)) is not None:
            begin[number] = before.rects[known]
        else:
            begin[number] = (*middle, *middle)
    return begin


def pin(atlas: Atlas, other: Atlas, key: str, across: bool) -> tuple[float, float]:
    """Return the point of a box that stays where it is when another drawing comes: on the side where the flow comes in.

    Along that side it is where what feeds it lies, for the middle of a group is not that of the box that it was.
    """
    left, top, _, _ = atlas.rect(key)
    closed = atlas if not atlas.boxes[atlas.number[key]].is_open else other
    feeder = next((it for it in closed.feeding(key) if it in atlas.number and it in other.number), key)
    from_left, from_top, from_right, from_bottom = atlas.rect(feeder)
    return (left, (from_top + from_bottom) / 2) if across else ((from_left + from_right) / 2, top)
