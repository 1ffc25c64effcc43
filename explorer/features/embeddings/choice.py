"""What a person chooses of a backbone, and what is asked of it."""

from dataclasses import dataclass

from explorer.features.embeddings.messages import EmbedImages
from explorer.records.embeddings import Pooling
from explorer.window.scene import Scene


@dataclass(frozen=True)
class Backbone:
    """Where the network is cut.

    Attributes:
        layer: Name of the operation at which images are embedded; None where none is used so.
        pooling: How its output becomes a vector.
    """

    layer: str | None = None
    pooling: Pooling = Pooling.MEAN


def embedding(scene: Scene) -> EmbedImages | None:
    """Return the question for the embeddings at the backbone; None without one, or without images."""
    forward, node = scene.forward, place(scene)
    keys = tuple(image.key for image in scene.images if image.opened is not None and scene.can_record(image))
    if forward is None or node is None or not keys:
        return None
    return EmbedImages(forward.number, keys, node, scene.choice(Backbone).pooling)


def place(scene: Scene) -> int | None:
    """Return the backbone's operation in the forward; None if it has none."""
    layer = scene.choice(Backbone).layer
    return scene.trace.by_name[layer].id if scene.trace is not None and layer in scene.trace.by_name else None
