"""Which channel is shown large as long as the person has chosen none: the one that tells most."""

from math import prod
from typing import Any

from explorer.engine.envelopes import Failure
from explorer.engine.messages import ViewValue
from explorer.records.values import ValueView
from explorer.window.desk import Desk
from explorer.window.scene import Scene
from explorer.window.spec import Wish
from explorer.window.widgets.value_choice import view_value

_SHOW_NO_CHANNEL = {"attention", "why", "cost", "details"}
"""Lenses that need none: a step there asks for no value."""


def can_tell(value: ValueView) -> bool:
    """Tell whether a value has several channels, one of which tells most."""
    return value.mosaic is not None and value.values.ndim == 3 and len(value.values) > 1


class Telling:
    """Puts the channel that tells most before the panes see the scene, whichever lens is in front.

    It sits at the desk as a pane without a widget, for it wishes the value of the operation where no lens does.
    """

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        desk.follow(self.follow)
        desk.seat(self, lambda: desk.scene.page == "explore")

    def follow(self, scene: Scene) -> None:
        """Put the channel as soon as the value is known; until then say that it is sought."""
        telling, seeks = scene.telling, _is_open(scene)
        value = self._desk.known(_question(scene)) if seeks else None
        if isinstance(value, ValueView):
            telling, seeks = (value.telling_channel if can_tell(value) else 0, _key(scene)), False
        if (telling, seeks) != (scene.telling, scene.seeks_channel):
            self._desk.set(telling=telling, seeks_channel=seeks)

    def wants(self, scene: Scene) -> Wish | None:
        """Wish the value of the operation while the channel is sought."""
        return Wish(_question(scene)) if scene.seeks_channel else None

    def show(self, scene: Scene, answer: Any) -> None:
        """Give up where there is no value to be seen, so that nobody waits for it."""
        if isinstance(answer, Failure):
            self._desk.set(telling=(0, _key(scene)))


def _count(scene: Scene) -> int:
    """Return how many channels or heads there are to choose from; 0 where each is a single value, or there is one."""
    if scene.current is None or scene.places == (1, 1):
        return 0
    count = scene.current.channels or prod(scene.current.shape[:-2])
    return count if count > 1 else 0


def _is_open(scene: Scene) -> bool:
    """Tell whether a channel is to be shown, the person has chosen none, and the one that tells most is not known."""
    if scene.page != "explore" or scene.lens in _SHOW_NO_CHANNEL:
        return False
    if scene.chosen_channel is not None or _count(scene) == 0:
        return False
    return scene.telling[1] != _key(scene)


def _key(scene: Scene) -> tuple[int, int]:
    """Return the operation, the same in forwards of other images: a channel that is looked at stays for them."""
    assert scene.forward is not None and scene.node is not None, (
        "asked only of an operation that has channels"
    )
    return scene.seat.like or scene.forward.number, scene.node


def _question(scene: Scene) -> ViewValue:
    assert scene.node is not None, "asked only of an operation that has channels"
    return view_value(scene, scene.node)
