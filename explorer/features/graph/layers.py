"""Which layer every box of one level lies in, and in which order within it: the combinatorial half of a layered layout.

Sugiyama, Tagawa and Toda, Methods for visual understanding of hierarchical system structures, 1981: layers, then chains
of waypoints where a line passes by layers, then an order with few crossings, which the library fast-sugiyama finds.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise

from fast_sugiyama import from_edges

from explorer.features.graph.structure import BORDER, Slot

Gate = int | None
"""Where a line ends at an open group: id of whoever made what flows; None for the middle of a closed box."""


@dataclass(frozen=True)
class Segment:
    """A piece of a line between neighbouring layers: from the vertex `upper` to the vertex `lower`."""

    upper: int
    lower: int
    out: Gate = None
    into: Gate = None
    rank: int = 1
    """3 if it is on the main way, 2 between waypoints, 1 otherwise."""


@dataclass
class Layered:
    """The vertices of a level: its boxes, its gates on the border, and waypoints.

    Attributes:
        boxes: How many there are; their vertices are 0 to `boxes - 1`.
        entries, exits: The vertices on the border by id of whoever made what flows.
        layers: The vertices of each layer in order.
        segments: All pieces of lines.
        ways: The vertices that each line passes, and the gates at its ends.
    """

    boxes: int
    entries: dict[int, int] = field(default_factory=dict)
    exits: dict[int, int] = field(default_factory=dict)
    layers: list[list[int]] = field(default_factory=list)
    segments: dict[Segment, None] = field(default_factory=dict)
    ways: dict[Slot, tuple[list[int], Gate, Gate]] = field(default_factory=dict)


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
    _order(level)
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
    first = 1 if level.entries else 0
    ranks = [first] * level.boxes + [0] * (count - level.boxes)
    held = [False] * level.boxes + [True] * (count - level.boxes)
    for box in range(level.boxes):
        ranks[box] = max((ranks[it] + 1 for it in before[box]), default=first)
        held[box] = box in given or any(held[it] for it in before[box])
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
    """Lay each line through the layers; those of one value share their waypoints."""
    main = _main_ways(lines, ranks)
    chains: dict[tuple[int, Gate], list[int]] = {}
    count = len(ranks)
    for slot, (source, target) in sorted(zip(flows, lines, strict=True), key=lambda it: ranks[it[1][1]]):
        out = slot[2] if source < level.boxes and is_open[source] else None
        into = slot[2] if target < level.boxes and is_open[target] else None
        chain = chains.setdefault((source, out), [source])
        for rank in range(ranks[source] + len(chain), ranks[target]):
            level.layers[rank].append(count)
            upper = chain[-1]
            gate = out if upper == source else None
            level.segments[Segment(upper, count, gate, None, 1 if upper == source else 2)] = None
            chain.append(count)
            count += 1
        way = chain[: ranks[target] - ranks[source]]
        gate = out if len(way) == 1 else None
        is_main = len(way) == 1 and (source, target) in main
        level.segments[Segment(way[-1], target, gate, into, 3 if is_main else 1)] = None
        level.ways[slot] = [*way, target], out, into


def _main_ways(lines: list[tuple[int, int]], ranks: list[int]) -> set[tuple[int, int]]:
    """Return the lines that lie on a longest way, both seen from where they begin and from where they end."""
    ahead = [0] * len(ranks)
    for source, target in sorted(lines, key=lambda line: -ranks[line[0]]):
        ahead[source] = max(ahead[source], ahead[target] + 1)
    return {
        (source, target)
        for source, target in lines
        if ahead[source] == ahead[target] + 1 and ranks[source] + 1 == ranks[target]
    }


# ---- order ----


def _order(level: Layered) -> None:
    """Put the vertices of each layer into an order with few crossings."""
    if all(len(layer) == 1 for layer in level.layers):
        return
    pairs = list(dict.fromkeys((it.upper, it.lower) for it in level.segments))
    if not pairs:
        return
    across: dict[int, float] = {}
    left = 0.0
    found = from_edges(pairs, dummy_vertices=True, check_layout=False)
    for positions, width, *_ in sorted(found, key=lambda part: min(vertex for vertex, _ in part[0])):
        across |= {int(vertex): left + x for vertex, (x, _) in positions}
        left += width + 1e3
    for layer in level.layers:
        layer.sort(key=lambda vertex: (across.get(vertex, left), vertex))
    for stretch in _stretches(level.layers):
        if _is_mirrored(stretch, level.boxes):
            for layer in stretch:
                layer.reverse()


def _stretches(layers: list[list[int]]) -> Iterator[list[list[int]]]:
    """Yield the layers between those of a single vertex: each stretch can be turned over by itself."""
    stretch: list[list[int]] = []
    for layer in layers:
        if len(layer) > 1:
            stretch.append(layer)
        elif stretch:
            yield stretch
            stretch = []
    if stretch:
        yield stretch


def _is_mirrored(layers: list[list[int]], boxes: int) -> bool:
    """Tell whether boxes run from right to left; or if there is nothing to tell that by, whether waypoints lie left."""
    turned, beside = 0, 0
    for layer in layers:
        real = [vertex for vertex in layer if vertex < boxes]
        turned += sum(1 if a > b else -1 for a, b in pairwise(real))
        seen = 0
        for vertex in layer:
            seen += vertex < boxes
            if vertex >= boxes:
                beside += len(real) - 2 * seen
    return turned > 0 or (turned == 0 and beside > 0)
