"""Where boxes and waypoints lie across the flow.

What follows on a main way stands in one straight column, as in Brandes and Köpf, Fast and simple horizontal coordinate
assignment, 2001; the columns then settle where their lines are short.
"""

from bisect import bisect
from collections import defaultdict
from dataclasses import dataclass, field
from itertools import pairwise

from explorer.drawing.layers import Gate, Layered, Segment

BESIDE, BESIDE_LINE, BETWEEN_LINES = 26.0, 18.0, 12.0
"""Pixels between boxes, between a box and a line, between lines."""
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


def settled(level: Layered, pieces: list[Piece]) -> list[float]:
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
