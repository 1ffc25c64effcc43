"""Which networks there are to compare; pure."""

from explorer.window.scene import EngineState, Scene


def has_first(scene: Scene) -> bool:
    """Tell whether there is a network to compare with."""
    return scene.seat.wanted is not None


def has_second(scene: Scene) -> bool:
    """Tell whether there is a second network, or one is wanted."""
    return len(scene.seats) > 1 and (scene.seats[1].wanted is not None or scene.seats[1].model is not None)


def can_swap(scene: Scene) -> bool:
    """Tell whether both networks are there."""
    return (
        has_second(scene) and all(it.is_live for it in scene.seats[:2]) and scene.engine is EngineState.ALIVE
    )
