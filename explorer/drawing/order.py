"""In which order the vertices of each layer stand, so that few lines cross; the library fast-sugiyama finds it."""

from collections import defaultdict
from collections.abc import Iterator
from itertools import pairwise

from fast_sugiyama import from_edges

Layers = list[list[int]]
Pair = tuple[int, int]

MOST_LAYERS, MOST_PAIRS = 200, 1000
"""The library calls itself once a layer, which ends the program if there are thousands; and its time grows steeply."""
_SWEEPS = 4


def arrange(layers: Layers, pairs: list[Pair], boxes: int) -> None:
    """Put each layer into order.

    Args:
        layers: The vertices of each layer.
        pairs: The vertices of neighbouring layers that a line joins, the upper one first.
        boxes: Vertices below this number are boxes, which stand in the order they ran where they can; waypoints stand
            to the right of them.
    """
    rank = {vertex: k for k, layer in enumerate(layers) for vertex in layer}
    below: dict[int, list[Pair]] = defaultdict(list)
    for pair in dict.fromkeys(pairs):
        below[rank[pair[0]]].append(pair)
    for first, last in _stretches(layers):
        stretch = layers[first:last]
        # What joins it to the single vertices around it counts as well.
        inner = [pair for k in range(max(first - 1, 0), last) for pair in below[k]]
        if len(stretch) <= MOST_LAYERS and len(inner) <= MOST_PAIRS:
            _by_library(stretch, inner)
        else:
            _by_means(stretch, inner)
        if _is_mirrored(stretch, boxes):
            for layer in stretch:
                layer.reverse()


def _stretches(layers: Layers) -> Iterator[tuple[int, int]]:
    """Yield first and last plus one of the layers between those of a single vertex: no line passes by that one."""
    first = None
    for k, layer in enumerate([*layers, []]):
        if len(layer) > 1 and first is None:
            first = k
        elif len(layer) <= 1 and first is not None:
            yield first, k
            first = None


def _by_library(stretch: Layers, pairs: list[Pair]) -> None:
    across: dict[int, float] = {}
    left = 0.0
    found = from_edges(pairs, dummy_vertices=True, check_layout=False) if pairs else []
    for positions, width, *_ in sorted(found, key=lambda part: min(vertex for vertex, _ in part[0])):
        across |= {int(vertex): left + x for vertex, (x, _) in positions}
        left += width + 1e3
    for layer in stretch:
        layer.sort(key=lambda vertex: (across.get(vertex, left), vertex))


def _by_means(stretch: Layers, pairs: list[Pair]) -> None:
    """Let each vertex stand at the mean place of those it is joined to, from above and from below by turns."""
    up: dict[int, list[int]] = defaultdict(list)
    down: dict[int, list[int]] = defaultdict(list)
    for upper, lower in pairs:
        up[lower].append(upper)
        down[upper].append(lower)
    place = {vertex: float(k) for layer in stretch for k, vertex in enumerate(layer)}
    for sweep in range(_SWEEPS):
        joined = down if sweep % 2 else up
        for layer in reversed(stretch) if sweep % 2 else stretch:
            means = {}
            for vertex in layer:
                known = [place[other] for other in joined[vertex] if other in place]
                means[vertex] = sum(known) / len(known) if known else place[vertex]
            layer.sort(key=lambda vertex: means[vertex])
            place.update({vertex: float(k) for k, vertex in enumerate(layer)})


def _is_mirrored(layers: Layers, boxes: int) -> bool:
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
