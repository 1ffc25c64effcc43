"""What can be seen of attention in a scene, and what the person chose to see."""

from dataclasses import dataclass
from enum import StrEnum

from explorer.features.attention.fit import shown
from explorer.features.attention.messages import MEAN, ViewAttention
from explorer.records.attention import Attention, attentions
from explorer.window.live import tried
from explorer.window.scene import Pixel, Scene


class Sight(StrEnum):
    """What stands at the left of the lens."""

    PHOTO = "photo"
    MATRIX = "matrix"
    POSITIONS = "positions"
    COST = "cost"


@dataclass(frozen=True)
class AttentionChoice:
    """How attention is looked at.

    Attributes:
        head: The head that is shown large, from 0; or `MEAN`, `MOST`, `ROLLOUT`.
        reverse: False for where the token looks, True for who looks at it.
        at_class: True for the class token, whatever place is asked about.
        sight: What stands at the left.
    """

    head: int = MEAN
    reverse: bool = False
    at_class: bool = False
    sight: Sight = Sight.PHOTO


def way(scene: Scene) -> Attention | None:
    """Return the nearest attention of a scene whose operation belongs to none; None where there is none."""
    if scene.trace is None or scene.node is None or shown(scene) is not None:
        return None
    return attentions(scene.trace).nearest(scene.node)


def question(scene: Scene, attention: Attention) -> ViewAttention:
    """Return the question for the token that a scene asks about, in an attention."""
    assert scene.forward is not None, "asked only with a forward"
    choice = scene.choice(AttentionChoice)
    at = None if choice.at_class else _place(scene)
    return ViewAttention(scene.forward.number, attention.shown, None, at, choice.reverse, edit=tried(scene))


def _place(scene: Scene) -> tuple[float, float] | None:
    """Return the place that the person asks about, as fractions of the input."""
    place = scene.place
    picture = scene.forward.picture if scene.forward is not None else None
    if isinstance(place, Pixel):
        return (
            None
            if picture is None
            else ((place.y + 0.5) / picture.shape[0], (place.x + 0.5) / picture.shape[1])
        )
    return None if place is None else (place.y, place.x)
