"""What a person chose of the drawing, and the question that follows from it."""

from dataclasses import dataclass, replace

from explorer.drawing.messages import DrawGraph, Drawing
from explorer.records.trace import Trace
from explorer.window.scene import Scene

ALL_LEVELS = 99
"""Deeper than any network: everything is open."""


@dataclass(frozen=True)
class GraphChoice:
    """How the network is drawn.

    Attributes:
        network: Name of the network that `opened` and `depth` were chosen for; any other opens as the drawing chooses.
        opened: Keys of what is open; None if that was not chosen one by one.
        depth: How many levels are open; None if that was not chosen.
        showing: Name of an operation that has its own box, so that the groups around it are open too; empty for none.
        across: True from left to right, False from top to bottom.
        size: What the bars in the boxes tell: an id of `sizes.SIZES`; empty for none.
        traced: What of the operation that is shown is lit: `from` what it was computed from, `to` what was computed
            from it; empty for nothing.
    """

    network: str = ""
    opened: frozenset[str] | None = None
    depth: int | None = None
    showing: str = ""
    across: bool = False
    size: str = ""
    traced: str = ""

    def with_opened(self, network: str, drawing: Drawing, key: str) -> "GraphChoice":
        """Return the choice with a group of a drawing opened, or closed if it is open."""
        return replace(self, network=network, opened=drawing.opened ^ {key}, depth=None, showing="")

    def with_shown(self, network: str, drawing: Drawing, name: str) -> "GraphChoice":
        """Return the choice with the groups around an operation opened beside those that are."""
        return replace(self, network=network, opened=drawing.opened, depth=None, showing=name)

    def at_depth(self, network: str, depth: int | None) -> "GraphChoice":
        """Return the choice with so many levels open; None for as the drawing chooses."""
        return replace(self, network=network, opened=None, depth=depth, showing="")


def question(scene: Scene) -> DrawGraph | None:
    """Return the question for the drawing; None without a forward."""
    if scene.forward is None:
        return None
    choice = scene.choice(GraphChoice)
    if choice.network != scene.forward.trace.model:
        return DrawGraph(scene.forward.number, across=choice.across)
    node = scene.forward.trace.by_name.get(choice.showing)
    showing = node.id if node is not None else None
    return DrawGraph(scene.forward.number, choice.opened, choice.depth, choice.across, showing)


def is_in_front(scene: Scene) -> bool:
    """Tell whether the graph is what a person looks at to choose an operation, and there is one to draw."""
    is_seen = scene.page == "explore" and scene.navigator == "graph" and not scene.folded[0]
    return is_seen and scene.forward is not None


def can_open_levels(scene: Scene) -> bool:
    """Tell whether the graph is in front and has modules in it that could be opened by levels."""
    return (
        is_in_front(scene) and scene.trace is not None and any(len(it.calls) > 1 for it in scene.trace.nodes)
    )


def levels(trace: Trace) -> int:
    """Return how many levels of modules lie in one another, the model itself not counted."""
    return max((len([path for path, _ in node.calls if path]) for node in trace.nodes), default=0)


def lineage(trace: Trace, node: int, way: str) -> frozenset[int]:
    """Return the operations that one was computed from (`from`) or that were computed from it (`to`), it among them."""
    found = {node}
    if way == "from":
        for other in reversed(trace.nodes[: node + 1]):
            if other.id in found:
                found.update(other.inputs)
    else:
        for other in trace.nodes[node + 1 :]:
            if not found.isdisjoint(other.inputs):
                found.add(other.id)
    return frozenset(found)
