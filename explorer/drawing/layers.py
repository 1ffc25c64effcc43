"""Which layer every box of one level lies in, and in which order within it: the combinatorial half of a layered layout.

Sugiyama, Tagawa and Toda, Methods for visual understanding of hierarchical system structures, 1981: layers, then chains
of waypoints where a line passes by layers, then an order with few crossings.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from heapq import heappop, heappush

from explorer.drawing import order
from explorer.drawing.part import BORDER, Slot

Gate = int | None
"""Where a line ends at an open group: id of whoever made what flows; None for the middle of a closed box."""
_MANY = 8  # boxes that read nothing but the same value
MOST_WAYPOINTS = 12_000
"""More than these take seconds, and no eye can follow the lines."""


@dataclass(frozen=True)
class Segment:
    """A piece of a line between neighbouring layers: from the vertex `upper` to the vertex `lower`."""

    upper: int
    lower: int
    out: Gate = None
    into: Gate = None
    rank: int = 1
    """3 if it is on the main way, 2 between waypoints, 1 otherwise."""


@dataclass(frozen=True)
class Way:
    """The vertices that a line passes.

    Attributes:
        chain: Where what flows comes from, and its waypoints, one a layer; the lines of one value share them.
        passed: How many of these it passes.
        target: Where it ends.
        out, into: The gates at its ends.
    """

    chain: list[int]
    passed: int
    target: int
    out: Gate
    into: Gate


@dataclass
class Layered:
    """The vertices of a level: its boxes, its gates on the border, and waypoints.

    Attributes:
        boxes: How many there are; their vertices are 0 to `boxes - 1`.
        entries, exits: The vertices on the border by id of whoever made what flows.
        layers: The vertices of each layer in order.
        segments: All pieces of lines.
        ways: The way of each line.
        lanes: What is led beside all boxes, for it goes far: its vertex and gate, and the number of its lane.
    """

    boxes: int
    entries: dict[int, int] = field(default_factory=dict)
    exits: dict[int, int] = field(default_factory=dict)
    layers: list[list[int]] = field(default_factory=list)
    segments: dict[Segment, None] = field(default_factory=dict)
    ways: dict[Slot, Way] = field(default_factory=dict)
    lanes: dict[tuple[int, Gate], int] = field(default_factory=dict)


def layered(boxes: int, flows: Iterable[Slot], is_open: list[bool], given: set[int]) -> Layered:
    """Return the layers of a level.

    Args:
        boxes: How many there are, in the order they ran.
        flows: What flows between them and over the border.
        is_open: Which of them are open groups.
        given: The boxes that are inputs of the network.
    """
    level = Layered(boxes)
    flows = list(flows)
    for source, _, node in flows:
        if source == BORDER:
            level.entries.setdefault(node, boxes + len(level.entries))
    for _, target, node in flows:
        if target == BORDER:
            level.exits.setdefault(node, boxes + len(level.entries) + len(level.exits))
    lines = [_ends(level, slot) for slot in flows]
    ranks = _ranks(level, lines, given)
    level.layers = [[] for _ in range(max(ranks, default=-1) + 1)]
    for vertex, rank in enumerate(ranks):
        level.layers[rank].append(vertex)
    _draw_lines(level, flows, lines, ranks, is_open)
    order.arrange(level.layers, [(it.upper, it.lower) for it in level.segments], boxes)
    return level


def _ends(level: Layered, slot: Slot) -> tuple[int, int]:
    source, target, node = slot
    return (
        level.entries[node] if source == BORDER else source,
        level.exits[node] if target == BORDER else target,
    )


# ---- layers ----


def _ranks(level: Layered, lines: list[tuple[int, int]], given: set[int]) -> list[int]:
    """Return the layer of each vertex: below all that it reads; what reads nothing, just above its reader."""
    count = level.boxes + len(level.entries) + len(level.exits)
    before: dict[int, set[int]] = defaultdict(set)
    after: dict[int, set[int]] = defaultdict(set)
    for source, target in lines:
        before[target].add(source)
        after[source].add(target)
    pieces = Counter(it for box in range(level.boxes) if len(before[box]) == 1 for it in before[box])
    first = 1 if level.entries else 0
    ranks = [first] * level.boxes + [0] * (count - level.boxes)
    held = [False] * level.boxes + [True] * (count - level.boxes)
    for box in range(level.boxes):
        ranks[box] = max((ranks[it] + 1 for it in before[box]), default=first)
        # Of an unrolled recurrence each step reads its own piece of the input: it stands where it is read.
        is_piece = len(before[box]) == 1 and all(pieces[it] >= _MANY for it in before[box])
        held[box] = box in given or (not is_piece and any(held[it] for it in before[box]))
        if not before[box] and not after[box] and box:
            ranks[box] = ranks[box - 1] + 1
    last = max(ranks[: level.boxes], default=0) + 1
    for vertex in level.exits.values():
        ranks[vertex] = last
    for box in reversed(range(level.boxes)):
        if not held[box] and after[box]:
            ranks[box] = max(min(ranks[it] for it in after[box]) - 1, ranks[box])
    return ranks


# ---- lines ----


def _draw_lines(
    level: Layered, flows: list[Slot], lines: list[tuple[int, int]], ranks: list[int], is_open: list[bool]
) -> None:
    """Lay each line through the layers; those of one value share their waypoints, or a lane beside all boxes."""
    main = _main_ways(lines, ranks)
    reach: dict[tuple[int, Gate], int] = {}  # the lowest layer at which each value is read
    routed: list[tuple[int, Slot, int, int, Gate, Gate]] = []
    for slot, (source, target) in zip(flows, lines, strict=True):
        out = slot[2] if source < level.boxes and is_open[source] else None
        into = slot[2] if target < level.boxes and is_open[target] else None
        reach[source, out] = max(reach.get((source, out), 0), ranks[target])
        routed.append((ranks[target], slot, source, target, out, into))
    level.lanes = _lanes(reach, ranks)
    chains = {value: [value[0]] for value in reach}
    count = len(ranks)
    for rank, slot, source, target, out, into in sorted(routed, key=lambda it: it[0]):
        if (source, out) in level.lanes and rank > ranks[source] + 1:
            level.ways[slot] = Way(chains[source, out], 1, target, out, into)
            continue
        chain = chains[source, out]
        for between in range(ranks[source] + len(chain), rank):
            level.layers[between].append(count)
            gate, kind = (out, 1) if len(chain) == 1 else (None, 2)
            level.segments[Segment(chain[-1], count, gate, None, kind)] = None
            chain.append(count)
            count += 1
        way = Way(chain, rank - ranks[source], target, out, into)
        gate = out if way.passed == 1 else None
        is_main = way.passed == 1 and (source, target) in main
        level.segments[Segment(chain[way.passed - 1], target, gate, into, 3 if is_main else 1)] = None
        level.ways[slot] = way


def _lanes(reach: dict[tuple[int, Gate], int], ranks: list[int]) -> dict[tuple[int, Gate], int]:
    """Return the values that go farthest, if there are more than can be led between boxes, and the lane of each."""
    spans = {value: last - ranks[value[0]] - 1 for value, last in reach.items()}
    total = sum(spans.values())
    far = []
    for value in sorted(spans, key=lambda value: -spans[value]):
        if total <= MOST_WAYPOINTS:
            break
        total -= spans[value]
        far.append(value)
    lanes: dict[tuple[int, Gate], int] = {}
    free: list[tuple[int, int]] = []  # where each lane ends
    for value in sorted(far, key=lambda value: ranks[value[0]]):
        is_free = bool(free) and free[0][0] <= ranks[value[0]]
        lanes[value] = heappop(free)[1] if is_free else len(free)
        heappush(free, (reach[value], lanes[value]))
    return lanes


def _main_ways(lines: list[tuple[int, int]], ranks: list[int]) -> set[tuple[int, int]]:
    """Return the lines that lie on a longest way, both seen from where they begin and from where they end."""
    ahead, behind = [0] * len(ranks), [0] * len(ranks)
    for source, target in sorted(lines, key=lambda line: -ranks[line[0]]):
        ahead[source] = max(ahead[source], ahead[target] + 1)
    for source, target in sorted(lines, key=lambda line: ranks[line[0]]):
        behind[target] = max(behind[target], behind[source] + 1)
    return {
        (source, target)
        for source, target in lines
        if ahead[source] == ahead[target] + 1
        and behind[target] == behind[source] + 1
        and ranks[source] + 1 == ranks[target]
    }
