"""Whether there is an attention to see; without its questions, of which the start has no use."""

from explorer.records.attention import Attention, attentions
from explorer.window.loading import short_name
from explorer.window.scene import Scene


def shown(scene: Scene) -> Attention | None:
    """Return the attention that the operation of a scene belongs to; None if it belongs to none."""
    if scene.trace is None or scene.node is None:
        return None
    return attentions(scene.trace).by_node.get(scene.node)


def misfit(scene: Scene) -> str:
    """Say why there is no attention to see of the operation of a scene; empty if there is, or no operation."""
    if scene.trace is None or scene.current is None:
        return ""
    attention = shown(scene)
    if attention is not None:
        return attention.why
    if not attentions(scene.trace).all:
        return f"{short_name(scene.network)} has no attention; networks such as ViT and Swin have it."
    return "This operation belongs to no attention, but others of this network do."
