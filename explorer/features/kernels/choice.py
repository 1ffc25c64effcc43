"""What can be seen of the kernels in a scene, and what the person chose to see."""

from dataclasses import dataclass

from explorer.records.kernels import reads_a_weight
from explorer.records.trace import Node, Trace
from explorer.window.scene import Scene


@dataclass(frozen=True)
class KernelScale:
    """How kernels are drawn: one scale of colours for all, or one each; width over height of the room for them."""

    shared: bool = True
    aspect: float = 1.0


def has_tensors(node: Node) -> bool:
    """Return whether there is something to show: a norm without parameters may have running statistics."""
    return bool(node.parameters) or node.op in ("batch_norm", "instance_norm") or reads_a_weight(node)


def misfit(scene: Scene) -> str:
    """Say why the operation of a scene has no kernels; empty if it has, or if there is none."""
    node = scene.current
    if node is None or has_tensors(node):
        return ""
    return "This operation has no weights."


def nearest_kernels(trace: Trace, node: Node) -> Node | None:
    """Return the convolution or linear layer that an operation's values came through last.

    Where they came through none, the first of all; None if the network has none.
    """
    reached, sources = {node.id}, [node.id]
    while sources:
        # No operation reads a later one: the latest that was reached and not looked at is the nearest.
        sources.sort()
        current = trace.nodes[sources.pop()]
        if reads_a_weight(current):
            return current
        fresh = [it for it in current.inputs if it not in reached]
        reached.update(fresh)
        sources += fresh
    return next((it for it in trace.nodes if reads_a_weight(it)), None)
