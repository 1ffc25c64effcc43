"""The input at the side: what the model saw, and on it what the chosen unit sees."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from explorer.engine.command import Command
from explorer.engine.envelopes import Failure
from explorer.engine.messages import OfInput
from explorer.features.field.choice import asked, question
from explorer.features.field.text import THE_MIDDLE, field_caption, field_in_short, lies_on, units_caption
from explorer.records.edits import LiveView
from explorer.records.findings import Finding
from explorer.records.heat import HeatMap
from explorer.records.values import FieldOfUnit, UnitsOfPixel, ValueView
from explorer.window import findings
from explorer.window.desk import Desk
from explorer.window.findings import FindingChoice
from explorer.window.laid import Laid, laid
from explorer.window.live import Live, Tool, live, show_frame, shown_edit, shown_picture, tried
from explorer.window.saving import add_save_picture
from explorer.window.scene import Pixel, Scene
from explorer.window.spec import Waiting, Wish
from explorer.window.widgets.finding_layer import layer_of
from explorer.window.widgets.hand import Hand
from explorer.window.widgets.heat_layer import HeatLayer
from explorer.window.widgets.input import EMPTY, InputView
from explorer.window.widgets.live_bar import LiveBar
from explorer.window.widgets.picture_exports import tell_of_copies
from explorer.window.widgets.value_choice import view_value

_NO_PLACE = "click a pixel to see which units see it"
_IN_SHORT = ("click a pixel to see who sees it", "click a pixel: who sees it")
_IN_HAND = {Tool.PATCH: "drag the patch; wheel: size", Tool.BRUSH: "draw on the picture"}
_CLEAR = "click again to clear"
_SEES = {
    "global": "each value sees the whole input",
    "bound": "each value sees a part of the input",
    "unknown": "what the values see is unknown",
}


class InputPane:
    """Shows the picture of the forward; a click on it asks about a pixel."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self.widget = InputView(stands=True)
        tell_of_copies(desk, self.widget)
        self._drawn: tuple[Any, ...] = (None, FindingChoice(), None, Laid())
        self._heat_of: Command[Any] | None = None  # what the heat that is drawn answers, but for changes
        self._found_in: object = None  # the forward on whose changed input something was found
        self._saw: NDArray[np.uint8] | None = None  # the picture that is shown, before it was changed
        self.bar = LiveBar(desk)
        self.widget.put_below(self.bar)
        self._hand = Hand(self.widget.canvas, lambda: desk.scene.choice(Live), desk.choose)
        add_save_picture(desk, self.widget.canvas)
        self.widget.pixel_selected.connect(self._on_pixel_selected)
        self.widget.cleared.connect(self._on_cleared)

    def wants(self, scene: Scene) -> Wish | None:
        """Wish the field of the unit, or the units of the pixel, that the person asks about, and what lies over all."""
        wished = [it for it in (question(scene, asked(scene)), laid(scene), live(scene)) if it is not None]
        return Wish(wished[0], beside=tuple(wished[1:])) if wished else None

    def show(self, scene: Scene, answer: Any) -> None:
        """Show the picture, and the field on it; while another is on its way, what is there stays."""
        view = self.widget
        picture = self._show_picture(scene)
        self.bar.show_scene(scene)
        self._show_layer(scene)
        is_waiting = isinstance(answer, Waiting) and question(scene, asked(scene)) is not None
        if is_waiting or picture is None:
            return
        place = scene.place
        view.set_pixel((place.y, place.x) if isinstance(place, Pixel) else None)
        if isinstance(answer, FieldOfUnit):
            shown = self._shown(scene)
            box = answer.box if lies_on(answer, shown) else None
            view.set_box(box, answer.status)
            unit, size = THE_MIDDLE if place is None else "", (picture.shape[0], picture.shape[1])
            view.say(
                (field_caption(answer, shown, unit, size), ""), (field_in_short(answer, shown, size), "")
            )
        elif isinstance(answer, UnitsOfPixel):
            view.set_box(None, "")
            whole, short = units_caption(answer), units_caption(answer, "it")
            view.say((whole, _CLEAR), (short, _CLEAR), (whole, ""), (short, ""))
        else:
            said = answer.message if isinstance(answer, Failure) else _without_place(scene)
            view.set_box(None, "", said)
            if said == _NO_PLACE:
                view.say(*((wording, "") for wording in (said, *_IN_SHORT)))

    def _show_picture(self, scene: Scene) -> NDArray[np.uint8] | None:
        """Show what the model saw, with the changes that are tried on it, and frame the patch that can be dragged."""
        view, saw = self.widget, scene.forward.picture if scene.forward is not None else None
        asked = live(scene)
        seen = None if asked is None else self._desk.known(asked)
        if isinstance(seen, LiveView) and seen.picture is not None:
            show_frame(seen.picture)
        picture = shown_picture(scene)
        if picture is not None and saw is self._saw:
            if picture is not view.shown:
                view.retouch(picture)
        elif picture is not view.shown and not (picture is None and scene.is_coming):
            self._saw = saw
            view.set_picture(picture)
        if view.shown is None:
            view.set_message(_why_empty(scene))
        patch = shown_edit(scene).patch
        view.set_patch(None if patch is None or picture is None else patch.box(picture.shape[:2]))
        return picture

    def _show_layer(self, scene: Scene) -> None:
        """Draw what a person keeps in sight over the input, else what was found in it."""
        command, choice = laid(scene), scene.choice(Laid)
        answer = None if command is None else self._desk.known(command)
        heat: HeatMap | None = getattr(answer, "heat", None)
        about = command.of_recorded if isinstance(command, OfInput) else command
        if not shown_edit(scene).is_nothing and isinstance(command, OfInput):
            if answer is None and command.flows and self._heat_of == about:
                heat = self._drawn[2]  # that of the change before stays while this one is on its way
            elif command.edit != tried(scene):
                heat = None
        elif not shown_edit(scene).is_nothing:
            heat = None  # what was derived from the input as it is says nothing of the changed one
        self._heat_of = about if heat is not None else None
        drawn = (self._finding(scene), findings.finding_choice(scene), heat, choice)
        if drawn != self._drawn:
            self._drawn = drawn
            self.widget.set_layer(
                HeatLayer(heat, choice.opacity) if heat is not None else layer_of(drawn[0], drawn[1])
            )

    def _finding(self, scene: Scene) -> Finding | None:
        """Return what was found in the picture that is shown; while that is on its way, what is drawn stays."""
        tried = live(scene)
        if tried is None:
            return findings.drawn(scene)
        seen = self._desk.known(tried)
        if isinstance(seen, LiveView):
            self._found_in = scene.forward
            return findings.drawn(scene, seen.answer)
        return self._drawn[0] if self._found_in is scene.forward else None

    def _shown(self, scene: Scene) -> tuple[int, int] | None:
        """Return height and width of the map that the lens shows; None while that is not known."""
        value = None if scene.node is None else self._desk.known(view_value(scene, scene.node))
        if (question := live(scene)) is not None and isinstance(seen := self._desk.known(question), LiveView):
            value = seen.value or value
        if not isinstance(value, ValueView) or value.mosaic is None:
            return None
        return value.values.shape[1], value.values.shape[2]

    def _on_pixel_selected(self, y: int, x: int) -> None:
        self._desk.set(place=Pixel(y, x))
        self._desk.settle()

    def _on_cleared(self) -> None:
        self._desk.set(place=None)
        self._desk.settle()


def _why_empty(scene: Scene) -> str:
    """Return what stands in the place of a picture."""
    if scene.selected is not None and scene.selected.failed:
        return f"{scene.selected.source.name} could not be opened."
    return EMPTY if not scene.images else "What the network sees appears once it has run."


def _without_place(scene: Scene) -> str:
    """Return what is said while no unit is asked about."""
    if scene.choice(Live).on:
        return _IN_HAND[scene.choice(Live).tool]
    if scene.current is None:
        return ""
    field = scene.current.receptive_field
    if field is not None and field.grid is None:
        return _SEES.get(field.status, _NO_PLACE)
    return _NO_PLACE
