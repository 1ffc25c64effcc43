"""Whether changes can be tried on the input that is shown, and what is asked of it then; pure."""

from explorer.features.live.fit import why_not
from explorer.features.live.messages import LookLive
from explorer.window.live import OF_VALUES, Live
from explorer.window.scene import Scene
from explorer.window.widgets.value_choice import ValueChoice


def question(scene: Scene) -> LookLive | None:
    """Return the question for the changes that are tried; of the operation only where its lens is in front."""
    if scene.forward is None or why_not(scene):
        return None
    choice, values = scene.choice(Live), scene.choice(ValueChoice)
    node = scene.node if scene.lens in OF_VALUES else None
    return LookLive(
        scene.forward.number, choice.asked, node, values.shared_scale, values.aspect, scene.seat.way
    )
