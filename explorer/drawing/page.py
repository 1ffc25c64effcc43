"""Which groups are open when nobody has said so: a page that can be read at a glance, or so many levels."""

from collections.abc import Collection

from explorer.drawing.part import Part
from explorer.drawing.structure import Structure

LEAST, MOST = 10, 40
"""Boxes of a page that can be read at a glance."""
_ENOUGH = 16  # boxes beside which a module of its author's own stays closed: its class says what it is
_CONTAINERS = (
    "Sequential",
    "ModuleList",
    None,
)  # classes that say nothing of what is in them; not called itself
_STILL = 60  # boxes that can still be read, where else there would be fewer than `LEAST`


def to_depth(structure: Structure, depth: int) -> frozenset[str]:
    """Return the keys of the groups of so many levels, and of runs whose groups are among them."""
    own = (part for part in structure.root.walk() if part.children)
    return frozenset(part.key for part in own if part.level < depth) | _around_failure(structure)


def readable(structure: Structure) -> frozenset[str]:
    """Return the keys of the groups that are open on a page of at most `MOST` boxes, as far as that can be.

    Level after level is opened while there is room for all of it, or for the containers in it; those alone once there
    are enough boxes. Then a group that holds most of the network.
    """
    opened = set(_around_failure(structure))
    while True:
        visible = shown(structure.root, opened)
        closed = [
            part
            for part in visible
            if part.kind in ("group", "stretch") and part.fused is None and part.children
        ]
        if not closed:
            break
        contain = [part for part in closed if _contains(part, structure)]
        chosen = _lowest(closed, len(visible)) if len(visible) < _ENOUGH else []
        chosen = chosen or _lowest(contain, len(visible))
        if not chosen:
            most = MOST if len(visible) >= LEAST else _STILL
            chosen = _fitting([part for part in closed if _is_most(part, structure)], len(visible), most)
        if not chosen:
            break
        opened |= {part.key for part in chosen}
    return frozenset(opened)


def _lowest(groups: list[Part], shown: int) -> list[Part]:
    """Return those that the fewest groups lie around, if there is room for all of them."""
    level = min((part.level for part in groups), default=0)
    return _fitting([part for part in groups if part.level == level], shown, MOST)


def _fitting(groups: list[Part], shown: int, most: int) -> list[Part]:
    more = sum(len(group.children) - 1 for group in groups)
    return groups if shown + more <= most else []


def _contains(part: Part, structure: Structure) -> bool:
    return part.kind == "group" and structure.trace.types.get(part.path) in _CONTAINERS


def _is_most(part: Part, structure: Structure) -> bool:
    return 2 * len(part.nodes) > len(structure.trace.nodes)


def shown(part: Part, opened: Collection[str]) -> list[Part]:
    """Return what is drawn as a closed box, in the order it ran."""
    found: list[Part] = []
    for child in part.children:
        found += shown(child, opened) if child.key in opened else [child]
    return found


def around(structure: Structure, node: int) -> frozenset[str]:
    """Return the keys of the groups and runs that must be open for an operation to have its own box."""
    return frozenset(part.key for part in structure.leaves[node].line[1:-1])


def _around_failure(structure: Structure) -> frozenset[str]:
    return around(structure, -1) if structure.trace.error else frozenset()
