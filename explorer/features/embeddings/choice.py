"""What a person chooses of a backbone, and what is asked of it."""

from dataclasses import dataclass, replace

from explorer.features.embeddings.messages import EmbedImages
from explorer.records.embeddings import Pooling
from explorer.records.trace import Trace
from explorer.window.scene import Scene
from explorer.window.spec import DeskLike

_SAME_NUMBERS = {"dropout", "flatten", "view", "reshape", "identity", "contiguous"}
"""What hands on the numbers that it gets."""


@dataclass(frozen=True)
class Backbone:
    """Where the network is cut.

    Attributes:
        layer: Name of the operation at which images are embedded; None where none is used so.
        pooling: How its output becomes a vector.
        is_proposed: Whether the program proposed the layer: of another network it takes what is proposed there.
    """

    layer: str | None = None
    pooling: Pooling = Pooling.MEAN
    is_proposed: bool = False


def embedding(scene: Scene) -> EmbedImages | None:
    """Return the question for the embeddings at the backbone; None without one, or without images."""
    forward, node = scene.forward, place(scene)
    keys = tuple(image.key for image in scene.images if image.opened is not None and scene.can_record(image))
    if forward is None or node is None or not keys:
        return None
    return EmbedImages(forward.number, keys, node, scene.choice(Backbone).pooling)


def place(scene: Scene) -> int | None:
    """Return the backbone's operation in the forward; None if it has none."""
    layer = cut_at(scene)
    return scene.trace.by_name[layer].id if scene.trace is not None and layer in scene.trace.by_name else None


def cut_at(scene: Scene) -> str | None:
    """Return the backbone's layer: the one that the person chose, or what is proposed of the network that is shown."""
    choice = scene.choice(Backbone)
    return proposed(scene.trace) if choice.is_proposed else choice.layer


def compare_at(desk: DeskLike, layer: str, is_proposed: bool = False) -> None:
    """Cut the network at a layer, and open the page; what was cancelled or failed is asked anew."""
    desk.choose(replace(desk.scene.choice(Backbone), layer=layer, is_proposed=is_proposed))
    desk.set(page="images")
    asked = embedding(desk.scene)
    if asked is not None:
        desk.ask_again(asked)


def proposed(trace: Trace | None) -> str | None:
    """Return the layer that the last one with weights reads: what the answer is made of; None if there is none."""
    last = (
        next((node for node in reversed(trace.nodes) if node.params and node.inputs), None) if trace else None
    )
    if trace is None or last is None:
        return None
    read = trace.nodes[last.inputs[0]]
    while read.op in _SAME_NUMBERS and read.inputs:
        read = trace.nodes[read.inputs[0]]
    return read.name if read.is_operation and read.within is None else None
