"""What a person tries on the input that is shown: what is asked then in the place of the recorded forward."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from explorer.engine.command import Command
from explorer.records.edits import NOTHING, Colour, Edit, LiveView
from explorer.window.scene import Scene


def _nothing(_: Scene) -> Command[LiveView] | None:
    return None


class Tool(StrEnum):
    """What the mouse does on the picture."""

    PATCH = "patch"
    BRUSH = "brush"


@dataclass(frozen=True)
class Live:
    """A choice of the scene: the changes that a person tries.

    Attributes:
        on: True while they are tried.
        edit: The changes, as the person has them.
        asked: Those that the engine was asked about last: the newest when it had answered the ones before.
        peeks: True while the person looks at how it was before.
        tool: What the mouse does on the picture.
        colour: Of the brush.
        asks: The question for a scene; a pure function of a feature.
    """

    on: bool = False
    edit: Edit = NOTHING
    asked: Edit = NOTHING
    peeks: bool = False
    tool: Tool = Tool.PATCH
    colour: Colour = (0, 0, 0)
    asks: Callable[[Scene], Command[LiveView] | None] = _nothing


def live(scene: Scene) -> Command[LiveView] | None:
    """Return the question for what the network makes of the changed input; None where nothing is changed."""
    choice = scene.choice(Live)
    if not choice.on or choice.peeks or choice.asked.is_nothing or choice.edit.is_nothing:
        return None
    return choice.asks(scene)


def shown_edit(scene: Scene) -> Edit:
    """Return the changes of the picture that is shown."""
    choice = scene.choice(Live)
    return choice.edit if choice.on and not choice.peeks else NOTHING
