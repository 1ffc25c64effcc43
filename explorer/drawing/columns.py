"""Where the boxes of one level lie, and the lines between them: the geometrical half of a layered layout."""

from bisect import bisect
from collections import defaultdict
from dataclasses import dataclass

from explorer.drawing.blocks import BESIDE_LINE, BETWEEN_LINES, Piece, settled
from explorer.drawing.layers import Gate, Layered, Way
from explorer.drawing.messages import Point
from explorer.drawing.part import Slot

_BETWEEN_LAYERS, _MOST_BETWEEN, _SLOPE = 26.0, 90.0, 0.06


@dataclass(frozen=True)
class Placed:
    """A level laid out; the first coordinate is across the flow, the second along it.

    Attributes:
        corners: Where each box begins.
        entries, exits: Where lines cross the border, by id of whoever made what flows.
        lines: The points of each line.
        over, along: Extents of all.
        crossings: How often lines cross.
    """

    corners: list[Point]
    entries: dict[int, float]
    exits: dict[int, float]
    lines: dict[Slot, list[Point]]
    over: float
    along: float
    crossings: int


def place(level: Layered, pieces: list[Piece]) -> Placed:
    """Lay a level out; `pieces` are its boxes."""
    count = max((vertex for layer in level.layers for vertex in layer), default=-1) + 1
    all_pieces = pieces + [Piece(0.0, 0.0)] * (count - len(pieces))
    return _Ground(level, all_pieces, settled(level, all_pieces)).placed()


class _Ground:
    """A level whose vertices have their places across the flow."""

    def __init__(self, level: Layered, pieces: list[Piece], begins: list[float]) -> None:
        self._level, self._pieces, self._begins = level, pieces, begins
        self._rank = {vertex: k for k, layer in enumerate(level.layers) for vertex in layer}
        self._over = max((begin + it.over for begin, it in zip(begins, pieces, strict=True)), default=0.0)
        self._tops: list[float] = []
        self._bottoms: list[float] = []
        self._crossings = 0
        self._bends: dict[int, list[int]] = {}
        self._stack()
        self._corners = [
            (begins[box], (self._tops[rank] + self._bottoms[rank] - pieces[box].along) / 2)
            for box in range(level.boxes)
            for rank in (self._rank[box],)
        ]

    def placed(self) -> Placed:
        """Return where everything lies."""
        level, begins = self._level, self._begins
        lanes = max(level.lanes.values(), default=-1) + 1
        return Placed(
            self._corners,
            {node: begins[vertex] for node, vertex in level.entries.items()},
            {node: begins[vertex] for node, vertex in level.exits.items()},
            {slot: self._line(way) for slot, way in level.ways.items()},
            self._lane(lanes) if lanes else self._over,
            self._bottoms[-1] if self._bottoms else 0.0,
            self._crossings,
        )

    def _lane(self, number: int) -> float:
        return self._over + BESIDE_LINE + number * BETWEEN_LINES

    def _exit(self, vertex: int, gate: Gate) -> float:
        return self._begins[vertex] + self._pieces[vertex].exit(gate)

    def _entry(self, vertex: int, gate: Gate) -> float:
        return self._begins[vertex] + self._pieces[vertex].entry(gate)

    def _line(self, way: Way) -> list[Point]:
        """Return the points of a line: straight through each layer, aslant only between layers."""
        tops, bottoms, begins = self._tops, self._bottoms, self._begins
        first, last = self._rank[way.chain[0]], self._rank[way.target]
        points = [(self._exit(way.chain[0], way.out), bottoms[first])]
        if way.chain[0] < self._level.boxes:
            corner = self._corners[way.chain[0]]
            points.insert(0, (points[0][0], corner[1] + self._pieces[way.chain[0]].along))
        if way.passed > 1:
            points.append((begins[way.chain[1]], tops[first + 1]))
            for k in self._turns(way.chain):
                if k >= way.passed:
                    break
                points += [
                    (begins[way.chain[k - 1]], bottoms[first + k - 1]),
                    (begins[way.chain[k]], tops[first + k]),
                ]
            points.append((begins[way.chain[way.passed - 1]], bottoms[last - 1]))
        elif last > first + 1:
            lane = self._lane(self._level.lanes[way.chain[0], way.out])
            points += [(lane, tops[first + 1]), (lane, bottoms[last - 1])]
        points.append((self._entry(way.target, way.into), tops[last]))
        if way.target < self._level.boxes:
            points.append((points[-1][0], self._corners[way.target][1]))
        return points

    def _turns(self, chain: list[int]) -> list[int]:
        """Return the places in a chain of waypoints at which it does not go straight on."""
        if id(chain) not in self._bends:
            begins = self._begins
            self._bends[id(chain)] = [
                k for k in range(2, len(chain)) if abs(begins[chain[k]] - begins[chain[k - 1]]) > 0.01
            ]
        return self._bends[id(chain)]

    def _stack(self) -> None:
        """Lay the layers one under the other, the farther apart the more lines go aslant, and count crossings."""
        between = self._between()
        at = 0.0
        for k, layer in enumerate(self._level.layers):
            self._tops.append(at)
            self._bottoms.append(at + max(self._pieces[vertex].along for vertex in layer))
            widest = max((abs(a - b) for a, b in between[k]), default=0.0)
            at = self._bottoms[-1] + min(_BETWEEN_LAYERS + _SLOPE * widest, _MOST_BETWEEN)
            self._crossings += _crossings(between[k])

    def _between(self) -> dict[int, set[Point]]:
        """Return from where to where lines run below each layer."""
        rank = self._rank
        between: dict[int, set[Point]] = defaultdict(set)
        for it in self._level.segments:
            between[rank[it.upper]].add((self._exit(it.upper, it.out), self._entry(it.lower, it.into)))
        for way in self._level.ways.values():
            first, last = rank[way.chain[0]], rank[way.target]
            if way.passed == 1 and last > first + 1:
                lane = self._lane(self._level.lanes[way.chain[0], way.out])
                between[first].add((self._exit(way.chain[0], way.out), lane))
                between[last - 1].add((lane, self._entry(way.target, way.into)))
                for k in range(first + 1, last - 1):
                    between[k].add((lane, lane))
        return between


def _crossings(pairs: set[Point]) -> int:
    """Return how many of these straight lines between two layers cross."""
    found, seen = 0, list[float]()
    for _, lower in sorted(pairs):
        at = bisect(seen, lower)
        found += len(seen) - at
        seen.insert(at, lower)
    return found
