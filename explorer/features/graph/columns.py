"""Where the boxes of one level lie: the geometrical half of a layered layout.

What follows on a main way stands in one straight column, as in Brandes and Köpf, Fast and simple horizontal coordinate
assignment, 2001; the columns then settle where their lines are short.
"""

from bisect import bisect
from collections import defaultdict
from dataclasses import dataclass, field
from itertools import pairwise

from explorer.features.graph.layers import Gate, Layered, Segment, Way
from explorer.features.graph.messages import Point
from explorer.features.graph.structure import Slot

BESIDE, BESIDE_LINE, BETWEEN_LINES = 26.0, 18.0, 12.0
"""Pixels between boxes, between a box and a line, between lines."""
_BETWEEN_LAYERS, _MOST_BETWEEN, _SLOPE = 26.0, 90.0, 0.06
_ROUNDS, _STILL = 24, 0.2  # at most; pixels
_WEIGHTS = {1: 1.0, 2: 4.0, 3: 4.0}


@dataclass(frozen=True)
class Piece:
    """A box to be placed; all lengths in pixels.

    Attributes:
        over: Its extent across the way that things flow.
        along: Its extent along it.
        entries, exits: Of an open group, where lines come in and leave, from its beginning.
    """

    over: float
    along: float
    entries: dict[int, float] = field(default_factory=dict)
    exits: dict[int, float] = field(default_factory=dict)

    def entry(self, gate: Gate) -> float:
        """Return where a line comes in."""
        return self.over / 2 if gate is None else self.entries[gate]

    def exit(self, gate: Gate) -> float:
        """Return where a line leaves."""
        return self.over / 2 if gate is None else self.exits[gate]


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
    return _Ground(level, all_pieces, _settled(level, all_pieces)).placed()


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


# ---- columns ----


def _settled(level: Layered, pieces: list[Piece]) -> list[float]:
    """Return where each vertex begins across the flow."""
    blocks = _Blocks(level, pieces)
    for _ in range(_ROUNDS):
        if not blocks.settle():
            break
    begins = [blocks.begin(vertex) for vertex in range(len(pieces))]
    least = min(begins, default=0.0)
    return [begin - least for begin in begins]


class _Blocks:
    """Vertices that stand in one straight column are a block; blocks keep their distance and their order."""

    def __init__(self, level: Layered, pieces: list[Piece]) -> None:
        self._pieces = pieces
        below = _aligned(level)
        self._block = [-1] * len(pieces)
        self._shift = [0.0] * len(pieces)  # of a vertex in its block
        count = 0
        for layer in level.layers:
            for vertex in layer:
                if self._block[vertex] < 0:
                    self._extend(vertex, below, count)
                    count += 1
        self._at = [0.0] * count
        self._left = self._neighbours(level, count)
        self._pulls = self._all_pulls(level, count)
        self._sequence = self._sorted(count)
        for block in self._sequence:
            self._at[block] = max((self._at[it] + gap for it, gap in self._left[block].items()), default=0.0)

    def begin(self, vertex: int) -> float:
        """Return where a vertex begins."""
        return self._at[self._block[vertex]] + self._shift[vertex]

    def settle(self) -> bool:
        """Move all blocks towards where their lines are short; return whether they still move."""
        before = self._at
        wanted = [self._wanted(block) for block in range(len(before))]
        weights = [sum(weight for *_, weight in pulls) + 0.01 for pulls in self._pulls]
        self._at = apart(wanted, weights, self._left, self._sequence)
        return max((abs(a - b) for a, b in zip(before, self._at, strict=True)), default=0.0) > _STILL

    def _wanted(self, block: int) -> float:
        at, pulls = self._at, self._pulls[block]
        if not pulls:
            return at[block]
        drawn = sum(weight * (at[other] + by) for other, by, weight in pulls)
        # Half of the way: two that draw each other would else change places for ever.
        return (at[block] + drawn / sum(weight for *_, weight in pulls)) / 2

    def _extend(self, vertex: int, below: dict[int, Segment], block: int) -> None:
        shift = 0.0
        while True:
            self._block[vertex], self._shift[vertex] = block, shift
            if (segment := below.get(vertex)) is None:
                return
            shift += self._pieces[vertex].exit(segment.out) - self._pieces[segment.lower].entry(segment.into)
            vertex = segment.lower

    def _neighbours(self, level: Layered, count: int) -> list[dict[int, float]]:
        """Return of each block those to its left, and how far away they must be."""
        left: list[dict[int, float]] = [{} for _ in range(count)]
        for layer in level.layers:
            for a, b in pairwise(layer):
                lines = (a >= level.boxes) + (b >= level.boxes)
                gap = self._pieces[a].over + (BESIDE, BESIDE_LINE, BETWEEN_LINES)[lines]
                gap += self._shift[a] - self._shift[b]
                one, two = self._block[a], self._block[b]
                left[two][one] = max(gap, left[two].get(one, gap))
        return left

    def _all_pulls(self, level: Layered, count: int) -> list[list[tuple[int, float, float]]]:
        """Return what each block is drawn to: another block, where beside it, how strongly."""
        pulls: list[list[tuple[int, float, float]]] = [[] for _ in range(count)]
        for it in level.segments:
            one, two = self._block[it.upper], self._block[it.lower]
            if one != two:
                by = self._shift[it.upper] + self._pieces[it.upper].exit(it.out)
                by -= self._shift[it.lower] + self._pieces[it.lower].entry(it.into)
                pulls[two].append((one, by, _WEIGHTS[it.rank]))
                pulls[one].append((two, -by, _WEIGHTS[it.rank]))
        return pulls

    def _sorted(self, count: int) -> list[int]:
        """Return the blocks so that each comes after those to its left."""
        right: dict[int, list[int]] = defaultdict(list)
        for block, neighbours in enumerate(self._left):
            for other in neighbours:
                right[other].append(block)
        waits = [len(neighbours) for neighbours in self._left]
        ready = [block for block in range(count) if not waits[block]]
        for block in ready:
            for other in right[block]:
                waits[other] -= 1
                if not waits[other]:
                    ready.append(other)
        return ready


def apart(
    wanted: list[float], weights: list[float], left: list[dict[int, float]], sequence: list[int]
) -> list[float]:
    """Return places near the wanted ones at which everything keeps its distance from what is to its left.

    Those that come too near to each other stand side by side around the mean of where they want to be, as in Dwyer,
    Marriott and Stuckey, Fast node overlap removal, 2005.

    Args:
        wanted, weights: Where each wants to be, and how strongly.
        left: Those to the left of each, and how far away they must be.
        sequence: All, each after those to its left.
    """
    group = list(range(len(wanted)))
    shift = [0.0] * len(wanted)
    members = {block: [block] for block in group}
    at, weight = list(wanted), list(weights)
    for block in sequence:
        own = block
        while True:
            worst, near, by = _STILL / 10, -1, 0.0
            for member in members[own]:
                begin = at[own] + shift[member]
                for other, gap in left[member].items():
                    found = at[group[other]] + shift[other] + gap - begin
                    if group[other] != own and found > worst:
                        worst, near, by = found, group[other], shift[other] + gap - shift[member]
            if near < 0:
                break
            for member in members[own]:
                group[member] = near
                shift[member] += by
            members[near] += members.pop(own)
            total = weight[near] + weight[own]
            at[near] = (at[near] * weight[near] + (at[own] - by) * weight[own]) / total
            weight[near] = total
            own = near
    return [at[group[block]] + shift[block] for block in range(len(wanted))]


def _aligned(level: Layered) -> dict[int, Segment]:
    """Return the straight segments by their upper vertices: at most one a vertex and side, none crossing another."""
    position = {vertex: k for layer in level.layers for k, vertex in enumerate(layer)}
    rank = {vertex: k for k, layer in enumerate(level.layers) for vertex in layer}
    refused = _off_centre(level, position)
    below: dict[int, Segment] = {}
    taken: set[int] = set()
    straight: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for it in sorted(level.segments, key=lambda it: (-it.rank, rank[it.upper], position[it.upper])):
        if it.upper in below or it.lower in taken or it in refused:
            continue
        pair = position[it.upper], position[it.lower]
        others = straight[rank[it.upper]]
        at = bisect(others, pair)
        if (at and others[at - 1][1] > pair[1]) or (at < len(others) and others[at][1] < pair[1]):
            continue
        others.insert(at, pair)
        below[it.upper] = it
        taken.add(it.lower)
    return below


def _off_centre(level: Layered, position: dict[int, int]) -> set[Segment]:
    """Return the branches of main ways that are not the middle one; of an even number none is."""
    fans: dict[tuple[int, bool], list[Segment]] = defaultdict(list)
    for it in level.segments:
        if it.rank == 3:
            fans[it.upper, True].append(it)
            fans[it.lower, False].append(it)
    refused: set[Segment] = set()
    for (_, is_down), fan in fans.items():
        fan.sort(key=lambda it: position[it.lower if is_down else it.upper])
        middle = fan[len(fan) // 2] if len(fan) % 2 else None
        refused |= {it for it in fan if it is not middle}
    return refused
