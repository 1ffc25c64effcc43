"""Boxes that are longer than all that stands beside them: they stand out over the layers that their line passes by.

Else an open group on a short way, such as the downsampling of a residual block, would tear a hole into the long one.
"""

from collections.abc import Collection, Sequence

from explorer.drawing.blocks import Piece
from explorer.drawing.layers import Layered

BETWEEN_LAYERS = 26.0
"""Pixels between layers, at least."""


def tall_ones(level: Layered, pieces: Sequence[Piece]) -> dict[int, list[int]]:
    """Return the boxes that may stand out, and the waypoints of their line in the layers over which they do so."""
    rank = {vertex: k for k, layer in enumerate(level.layers) for vertex in layer}
    found: dict[int, list[int]] = {}
    lonely = _lonely(level)  # a layer may be as thin as it is without any of them
    for box, chain in lonely.items():
        more = pieces[box].along - thickness(level.layers[rank[box]], pieces, lonely)
        count = 0
        while more > 0 and count < len(chain):
            more -= BETWEEN_LAYERS + thickness(level.layers[rank[box] + 1 + count], pieces, lonely)
            count += 1
        if count and more <= 0:
            found[box] = chain[:count]
    return found


def _lonely(level: Layered) -> dict[int, list[int]]:
    """Return the boxes that have a single line, which nobody reads in the next layer, and its waypoints."""
    chains: dict[int, dict[int, list[int]]] = {}
    nearest: dict[int, int] = {}
    for way in level.ways.values():
        box = way.chain[0]
        if box < level.boxes:
            chains.setdefault(box, {})[id(way.chain)] = way.chain
            nearest[box] = min(nearest.get(box, way.passed), way.passed)
    lonely = {box: next(iter(own.values())) for box, own in chains.items() if len(own) == 1}
    return {box: chain[1 : nearest[box]] for box, chain in lonely.items() if nearest[box] > 1}


def thickness(layer: Sequence[int], pieces: Sequence[Piece], standing_out: Collection[int]) -> float:
    """Return the extent of a layer along the flow; of vertices that stand out, and waypoints, nothing counts."""
    return max((pieces[it].along for it in layer if it < len(pieces) and it not in standing_out), default=0.0)


def leaving(piece: Piece) -> float:
    """Return where the only line of a box leaves it, from its beginning."""
    return next(iter(piece.exits.values())) if len(piece.exits) == 1 else piece.over / 2


def reach(piece: Piece) -> float:
    """Return how far a box reaches to either side of where its only line leaves it."""
    return max(leaving(piece), piece.over - leaving(piece))
