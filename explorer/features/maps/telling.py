"""Which channel is shown large as long as the person has chosen none: the one that tells most."""

from typing import Any

from explorer.engine.command import Command
from explorer.records.edits import LiveView
from explorer.records.values import ValueView
from explorer.window.desk import Desk
from explorer.window.live import live
from explorer.window.scene import Scene
from explorer.window.widgets.value_choice import view_value


def question(scene: Scene, node: int) -> Command[Any]:
    """Return the question for what the lens shows of an operation: its value, or what it is of the changed input."""
    return live(scene) or view_value(scene, node)


def can_tell(value: ValueView) -> bool:
    """Tell whether a value has several channels, one of which tells most."""
    return value.mosaic is not None and value.values.ndim == 3 and len(value.values) > 1


class Telling:
    """Follows what the lens shows, and puts the channel that tells most before the panes see the scene.

    It stays while there are as many channels, for those of a convolution go on through what follows it.
    """

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        desk.follow(self.follow)

    def follow(self, scene: Scene) -> None:
        """Put the channel, if the person has chosen none and the value is known."""
        is_shown = scene.page == "explore" and scene.lens == "maps"
        if not is_shown or scene.chosen_channel is not None or scene.forward is None or scene.node is None:
            return
        answer = self._desk.known(question(scene, scene.node))
        value = answer.value if isinstance(answer, LiveView) else answer
        if not isinstance(value, ValueView) or not can_tell(value):
            return
        if scene.telling[1] != len(value.values):
            self._desk.set(telling=(value.telling_channel, len(value.values)))
