"""What a forward, or an answer, depends on, and what follows from the scene for it."""

from dataclasses import dataclass

from explorer.engine.messages import LoadModel, Size
from explorer.window.scene import Scene, Seat


@dataclass(frozen=True)
class Question:
    """What a forward, or an answer, depends on."""

    loaded: LoadModel
    key: str
    size: Size | None
    beside: tuple[str, ...] = ()


def recorded(seat: Seat) -> Question | None:
    """Return the question that the forward of a seat answers."""
    if seat.forward is None or seat.loaded is None:
        return None
    return Question(seat.loaded, seat.forward.key, seat.forward.size, seat.forward.beside)


def beside(scene: Scene, seat: Seat, key: str) -> tuple[str, ...]:
    """Return the images that a network of several gets with one: those after it in the strip, and from the start."""
    further = sum(slot.is_image for slot in seat.model.inputs) - 1 if seat.model is not None else 0
    if further < 1:
        return ()
    keys = [image.key for image in scene.images if image.opened is not None and scene.can_record(image)]
    place = keys.index(key)
    return tuple((*keys[place + 1 :], *keys[:place])[:further])
