"""What is measured of a forward, and when: wished by whoever shows its time, begun by the desk when all is calm."""

from explorer.engine.envelopes import Failure
from explorer.window.scene import Scene
from explorer.window.spec import DeskLike, Wish


def can_measure(scene: Scene) -> bool:
    """Tell whether there is a forward that came to its end."""
    return scene.trace is not None and scene.trace.error is None


def wish(scene: Scene) -> Wish | None:
    """Return the wish for the times of the scene's forward."""
    asked = scene.seat.measure
    return Wish(asked) if asked is not None and can_measure(scene) else None


def holding(scene: Scene) -> int:
    """Return how many networks hold the values of a forward."""
    return sum(seat.forward is not None for seat in scene.seats)


def why_not(failure: Failure) -> str:
    """Return why a forward has no times; of the engine only how it ended: it starts again, the measuring does not."""
    if failure.cancelled:
        return "measuring was cancelled"
    return failure.message.removesuffix("; it is starting again.")


def measure(desk: DeskLike) -> None:
    """Measure the forward again, what was cancelled or failed too."""
    if (wished := wish(desk.scene)) is not None:
        desk.ask_again(wished.command)
