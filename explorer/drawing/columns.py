"""Where the boxes of one level lie, and the lines between them: the geometrical half of a layered layout."""

from bisect import bisect
from collections import defaultdict
from dataclasses import dataclass

from explorer.drawing.blocks import BESIDE_LINE, BETWEEN_LINES, Piece, settled
from explorer.drawing.layers import Gate, Layered, Way
from explorer.drawing.messages import Point
from explorer.drawing.part import Slot
from explorer.drawing.tall import BETWEEN_LAYERS, leaving, reach, tall_ones, thickness

_MOST_BETWEEN, _SLOPE = 90.0, 0.06


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
    if tall := tall_ones(level, pieces):
        wide = all_pieces.copy()
        for box, chain in tall.items():
            for waypoint in chain:
                wide[waypoint] = Piece(2 * reach(pieces[box]), 0.0)
        begins = settled(level, wide)
        if all(_is_straight(begins, wide, box, chain) for box, chain in tall.items()):
            return _Ground(level, wide, begins, tall).placed()
    return _Ground(level, all_pieces, settled(level, all_pieces), {}).placed()


class _Ground:
    """A level whose vertices have their places across the flow."""

    def __init__(
        self, level: Layered, pieces: list[Piece], begins: list[float], tall: dict[int, list[int]]
    ) -> None:
        self._level, self._pieces, self._begins, self._tall = level, pieces, begins, tall
        self._rank = {vertex: k for k, layer in enumerate(level.layers) for vertex in layer}
        self._over = max((begin + it.over for begin, it in zip(begins, pieces, strict=True)), default=0.0)
        self._tops: list[float] = []
        self._bottoms: list[float] = []
        self._crossings = 0
        self._bends: dict[int, list[int]] = {}
        self._stack()
        self._corners = [(begins[box], self._top(box)) for box in range(level.boxes)]

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

    def _top(self, box: int) -> float:
        """Return where a box begins along the flow: in the middle of its layer, or at its top if it stands out."""
        rank = self._rank[box]
        if box in self._tall:
            return self._tops[rank]
        return (self._tops[rank] + self._bottoms[rank] - self._pieces[box].along) / 2

    def _lane(self, number: int) -> float:
        return self._over + BESIDE_LINE + number * BETWEEN_LINES

    def _exit(self, vertex: int, gate: Gate) -> float:
        return self._begins[vertex] + self._pieces[vertex].exit(gate)

    def _entry(self, vertex: int, gate: Gate) -> float:
        return self._begins[vertex] + self._pieces[vertex].entry(gate)

    def _line(self, way: Way) -> list[Point]:
        """Return the points of a line: straight through each layer, aslant only between layers."""
        tops, bottoms = self._tops, self._bottoms
        first, last = self._rank[way.chain[0]], self._rank[way.target]
        points = [(self._exit(way.chain[0], way.out), bottoms[first])]
        if way.chain[0] < self._level.boxes:
            corner = self._corners[way.chain[0]]
            points.insert(0, (points[0][0], corner[1] + self._pieces[way.chain[0]].along))
        if way.passed > 1:
            points.append((self._at(way.chain[1]), tops[first + 1]))
            for k in self._turns(way.chain):
                if k >= way.passed:
                    break
                points += [
                    (self._at(way.chain[k - 1]), bottoms[first + k - 1]),
                    (self._at(way.chain[k]), tops[first + k]),
                ]
            points.append((self._at(way.chain[way.passed - 1]), bottoms[last - 1]))
        elif last > first + 1:
            lane = self._lane(self._level.lanes[way.chain[0], way.out])
            points += [(lane, tops[first + 1]), (lane, bottoms[last - 1])]
        points.append((self._entry(way.target, way.into), tops[last]))
        if way.target < self._level.boxes:
            points.append((points[-1][0], self._corners[way.target][1]))
        if way.chain[0] in self._tall:  # it is straight as far as the box stands out
            points = [points[0], *(it for it in points if it[1] > points[0][1])]
        return points

    def _at(self, waypoint: int) -> float:
        return self._begins[waypoint] + self._pieces[waypoint].over / 2

    def _turns(self, chain: list[int]) -> list[int]:
        """Return the places in a chain of waypoints at which it does not go straight on."""
        if id(chain) not in self._bends:
            self._bends[id(chain)] = [
                k for k in range(2, len(chain)) if abs(self._at(chain[k]) - self._at(chain[k - 1])) > 0.01
            ]
        return self._bends[id(chain)]

    def _stack(self) -> None:
        """Lay the layers one under the other, the farther apart the more lines go aslant, and count crossings."""
        between = self._between()
        at = 0.0
        for k, layer in enumerate(self._level.layers):
            self._tops.append(at)
            self._bottoms.append(at + thickness(layer, self._pieces, self._tall))
            widest = max((abs(a - b) for a, b in between[k]), default=0.0)
            at = self._bottoms[-1] + min(BETWEEN_LAYERS + _SLOPE * widest, _MOST_BETWEEN)
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


def _is_straight(begins: list[float], pieces: list[Piece], box: int, chain: list[int]) -> bool:
    """Tell whether a line goes straight on from a box through its first waypoints."""
    at = begins[box] + leaving(pieces[box])
    return all(abs(begins[it] + pieces[it].over / 2 - at) < 0.01 for it in chain)


def _crossings(pairs: set[Point]) -> int:
    """Return how many of these straight lines between two layers cross."""
    found, seen = 0, list[float]()
    for _, lower in sorted(pairs):
        at = bisect(seen, lower)
        found += len(seen) - at
        seen.insert(at, lower)
    return found
