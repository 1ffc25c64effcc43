"""What a person tries on the input that is shown: what is asked then in the place of the recorded forward."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from explorer.engine.command import Command
from explorer.records.attention import attentions
from explorer.records.editing import Editing
from explorer.records.edits import NOTHING, Colour, Edit, LiveView, Patch, Stroke
from explorer.records.images import Frame
from explorer.window.scene import Scene

_IN_THE_MIDDLE = Patch()
OF_VALUES = ("maps", "field")
"""Lenses that show the value of the operation on the changed input."""
FOLLOWS = {
    "maps": "maps and answer",
    "field": "map and answer",  # of the gradient its own row tells: that over noise is of no input
    "why": "reasons and answer",
    "attention": "attention and answer",
    "ablation": "both answers",
}
"""Lenses that show what the network makes of the changed input, and what they say of it."""
_OF_NO_VALUES = ("kernels", "cost", "details")
"""Lenses of what does not depend on the values of the input that is shown."""


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
        frame: The newest picture of the stream that takes the place of the recorded one; None for none.
        asked: Those that the engine was asked about last: the newest when it had answered the ones before.
        peeks: True while the person looks at how it was before.
        tool: What the mouse does on the picture.
        spare: The patch that is laid next where there is none.
        brush: Width of the brush, as a share of the picture's shorter side.
        colour: Of the brush.
        asks: The question for a scene; a pure function of a feature.
    """

    on: bool = False
    edit: Edit = NOTHING
    frame: Frame | None = None
    asked: Edit = NOTHING
    peeks: bool = False
    tool: Tool = Tool.PATCH
    spare: Patch = _IN_THE_MIDDLE
    brush: float = 0.08
    colour: Colour = (0, 0, 0)
    asks: Callable[[Scene], Command[LiveView] | None] = _nothing

    def with_patch(self, patch: Patch | None) -> "Live":
        """Return the choice with another patch, or without one."""
        return replace(self, edit=replace(self.edit, patch=patch), spare=patch or self.in_hand)

    def without_changes(self) -> "Live":
        """Return the choice with nothing changed."""
        return replace(self, edit=NOTHING, spare=self.in_hand, peeks=False)

    def put_away(self) -> "Live":
        """Return the choice with nothing tried any more; the changes come back when it is tried again."""
        return replace(self, on=False, peeks=False)

    @property
    def can_ask(self) -> bool:
        """True if it was said what is asked."""
        return self.asks is not _nothing

    @cached_property
    def trial(self) -> Edit:
        """What takes the place of the recorded picture now."""
        edit = self.edit if self.on and not self.peeks else NOTHING
        return edit if self.frame is None else replace(edit, frame=self.frame)

    @property
    def in_hand(self) -> Patch:
        """The patch that is there, or the one that is laid next."""
        return self.edit.patch or self.spare

    def with_strokes(self, strokes: tuple[Stroke, ...]) -> "Live":
        """Return the choice with other strokes."""
        return replace(self, edit=replace(self.edit, strokes=strokes))

    @property
    def size(self) -> float:
        """Side of the patch or width of the brush, whichever is in hand, as a share of the picture's shorter side."""
        return self.brush if self.tool is Tool.BRUSH else self.in_hand.side

    def number(self, name: str) -> float:
        """Return what a slider of that name shows: the size of what is in hand, or a field of the changes."""
        number: float = self.size if name == "size" else getattr(self.edit, name)
        return number

    def with_number(self, name: str, number: float) -> "Live":
        """Return the choice with another number of that name."""
        if name == "size":
            return self.with_size(number)
        change: dict[str, Any] = {name: number}
        return replace(self, edit=replace(self.edit, **change))

    def with_size(self, size: float) -> "Live":
        """Return the choice with what is in hand of another size, from 1 % to the whole picture."""
        within = min(max(size, 0.01), 1.0)
        if self.tool is Tool.BRUSH:
            return replace(self, brush=within)
        if self.edit.patch is None:
            return replace(self, spare=replace(self.spare, side=within))
        return self.with_patch(replace(self.edit.patch, side=within))


def live(scene: Scene) -> Command[LiveView] | None:
    """Return the question for what the network makes of the changed input; None where nothing is changed."""
    choice = scene.choice(Live)
    if choice.asked.is_nothing or choice.trial.is_nothing:
        return None
    return choice.asks(scene)


def is_trying(scene: Scene) -> bool:
    """Tell whether changes are tried on the input that is shown."""
    choice = scene.choice(Live)
    return choice.on and choice.asks(scene) is not None


def tried(scene: Scene) -> Edit:
    """Return the changes that the engine is asked about; none where nothing is changed."""
    return NOTHING if live(scene) is None else scene.choice(Live).asked


def shown_edit(scene: Scene) -> Edit:
    """Return the changes of the picture that is shown; none where nothing can be asked of a changed one."""
    choice = scene.choice(Live)
    return choice.trial if choice.asks(scene) is not None else NOTHING


def said(scene: Scene) -> tuple[tuple[str, ...], bool]:
    """Say what that which is shown belongs to, in several wordings, and whether it is a warning."""
    if scene.choice(Live).peeks:
        return ("shown as it was before",), False
    if shown_edit(scene).is_nothing:
        return ("nothing is changed",), False
    if scene.lens in FOLLOWS and not (scene.lens == "attention" and _has_no_attention(scene)):
        return (f"{FOLLOWS[scene.lens]} of the changed input", "shown: changed input"), False
    if scene.lens in (*_OF_NO_VALUES, *FOLLOWS):
        return ("answer of the changed input",), False
    return ("this lens still shows the unchanged input", "lens: unchanged input"), True


def _has_no_attention(scene: Scene) -> bool:
    """Tell whether the lens of attention is empty."""
    return scene.trace is None or scene.node not in attentions(scene.trace).by_node


class Retouched:
    """The picture that the model saw, as the person changed it; the same array as long as nothing else is changed."""

    def __init__(self) -> None:
        self._editing: Editing | None = None
        self._edited: NDArray[np.uint8] | None = None  # the picture that it edits
        self.frame: NDArray[np.uint8] | None = None  # what the model saw last of a stream

    def picture(self, scene: Scene) -> NDArray[np.uint8] | None:
        """Return (H, W, 3) of a scene; None without a picture."""
        saw = scene.forward.picture if scene.forward is not None else None
        if saw is None:
            return None
        if shown_edit(scene).frame is None:
            self.frame = None
        elif self.frame is not None:
            return self.frame
        if saw is not self._edited or self._editing is None:
            in_grey = scene.model is not None and getattr(scene.model.preprocess, "channels", 3) == 1
            self._editing, self._edited = Editing(saw, in_grey), saw
        return self._editing.edited(shown_edit(scene))


_RETOUCHED = Retouched()


def show_frame(picture: NDArray[np.uint8]) -> None:
    """Let a picture of a stream be shown, as the model saw it: (H, W, 3)."""
    _RETOUCHED.frame = picture


def shown_picture(scene: Scene) -> NDArray[np.uint8] | None:
    """Return the picture that is shown, (H, W, 3), the same array to all who show it; None without one."""
    return _RETOUCHED.picture(scene)
