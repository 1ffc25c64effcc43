"""What is asked about places: the unit or the pixel of the scene, on the grid of its operation."""

from explorer.engine.messages import LocateField, LocateUnits
from explorer.window.scene import Pixel, Scene, Unit

MIDDLE = Unit(0.5, 0.5)
"""Where a person who has chosen no place yet looks first."""


def asked(scene: Scene) -> Unit | Pixel | None:
    """Return the place that is asked about: where nobody chose one, the lens of fields begins in the middle."""
    if scene.place is None and scene.lens == "field" and scene.page == "explore":
        return MIDDLE
    return scene.place


def question(scene: Scene, place: Unit | Pixel | None) -> LocateField | LocateUnits | None:
    """Return the question that a place puts to the operation that is shown; None if there is nothing to ask."""
    forward, node, cells = scene.forward, scene.node, scene.places
    if forward is None or node is None or cells is None or place is None:
        return None
    if isinstance(place, Pixel):
        return LocateUnits(forward.number, node, (place.y, place.x))
    return LocateField(forward.number, node, place.on(cells))


def misfit(scene: Scene) -> str:
    """Say why the operation that is shown has no fields to look at; empty if it has, or if there is none."""
    if scene.seat.reads_words:
        return (
            "This network reads words: a value sees some characters in a row, no part of a picture. "
            "The line above says how many."
        )
    if scene.current is None or scene.places is not None:
        return ""
    if scene.current.receptive_field is None:
        return "This operation sees nothing of the input."
    return "The values of this operation have no places; step to a convolution to see what its units see."


def no_picture(scene: Scene) -> str:
    """Say why there is no picture of the input; empty if there may be one."""
    return "This network reads words." if scene.seat.reads_words else ""
