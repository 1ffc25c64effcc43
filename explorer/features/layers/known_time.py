"""The time of the operation that is shown, once somebody has asked for it."""

from explorer.records.measures import Measurement, Spread
from explorer.window.desk import Desk
from explorer.window.scene import Scene


def known_time(desk: Desk, scene: Scene) -> Spread | None:
    """Return median and spread of the time of the scene's operation in milliseconds; None where it is not known."""
    asked = scene.seat.measure
    if asked is None or scene.node is None:
        return None
    measured = desk.known(asked)
    return measured.timing.nodes[scene.node] if isinstance(measured, Measurement) else None
