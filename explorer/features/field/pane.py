"""The lens of receptive fields: a closer look at what a unit sees, or at the units that see a pixel."""

from typing import Any

from explorer.engine.envelopes import Failure
from explorer.features.field.choice import MIDDLE, misfit, question
from explorer.features.field.text import THE_MIDDLE
from explorer.features.field.view import ReceptiveFieldView
from explorer.records.values import FieldOfUnit, UnitsOfPixel, ValueView
from explorer.window.desk import Desk
from explorer.window.scene import Pixel, Scene, Unit
from explorer.window.spec import Export, Waiting, Wish
from explorer.window.widgets.picture_exports import figure_of, tell_of_copies
from explorer.window.widgets.value_choice import view_value

_EMPTY = "Open an image to see what the units of an operation see of it."


class FieldPane:
    """Shows the place of the scene; without one it begins in the middle."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._located: object = None
        self.widget = ReceptiveFieldView()
        tell_of_copies(desk, self.widget)
        self.widget.unit_selected.connect(self._on_unit_selected)
        self.widget.pixel_selected.connect(self._on_pixel_selected)
        self.widget.cleared.connect(self._on_cleared)
        self.widget.growth.node_selected.connect(self._on_node_selected)

    def wants(self, scene: Scene) -> Wish | None:
        """Wish the value of the operation, and beside it the field of the unit, or the units of the pixel."""
        if scene.forward is None or scene.node is None or misfit(scene):
            return None
        located = question(scene, scene.place or MIDDLE)
        return Wish(view_value(scene, scene.node), beside=() if located is None else (located,))

    def show(self, scene: Scene, answer: Any) -> None:
        """Show the map and what is marked on it, or why there is none."""
        view = self.widget
        view.set_busy(isinstance(answer, Waiting))
        picture = scene.forward.picture if scene.forward is not None else None
        if scene.trace is not None or not scene.is_coming:
            view.growth.set_trace(scene.trace, picture.shape[0] if picture is not None else None)
            view.growth.mark(scene.node)
        if picture is not view.input.shown and not (picture is None and scene.is_coming):
            view.set_picture(picture)
            self._located = None
        if isinstance(answer, ValueView):
            view.select_channel(scene.channel)
            if answer is not view.value:
                places = scene.places
                view.set_value(answer, places is not None and answer.lies_on(places))
                self._located = None
            self._show_place(scene)
        elif not isinstance(answer, Waiting):
            view.set_message(
                answer.message if isinstance(answer, Failure) else misfit(scene) or scene.failure or _EMPTY
            )
            view.set_value(None)
            self._located = None
        elif answer.is_news or view.value is None:
            view.set_message("")
            view.set_value(None)

    def _show_place(self, scene: Scene) -> None:
        command = question(scene, scene.place or MIDDLE)
        located = self._desk.known(command) if command is not None else None
        if located is None or (located, scene.place) == self._located:
            return
        self._located = (located, scene.place)
        if isinstance(located, FieldOfUnit):
            self.widget.set_field(located, THE_MIDDLE if scene.place is None else "unit")
        elif isinstance(located, UnitsOfPixel):
            self.widget.set_units(located)
        elif isinstance(located, Failure):
            self.widget.set_field(None)
            self.widget.set_line(located.message)

    def exports(self) -> tuple[Export, ...]:
        """Offer what is shown as a figure."""
        return figure_of(self._desk.scene, self.widget, "field") if self.widget.value is not None else ()

    def _on_unit_selected(self, y: int, x: int) -> None:
        value = self.widget.value
        if value is not None:
            self._desk.set(place=Unit.of((y, x), (value.values.shape[-2], value.values.shape[-1])))
            self._desk.settle()

    def _on_pixel_selected(self, y: int, x: int) -> None:
        self._desk.set(place=Pixel(y, x))
        self._desk.settle()

    def _on_node_selected(self, node: int) -> None:
        self._desk.pick(self.widget.growth.trace, node)

    def _on_cleared(self) -> None:
        self._desk.set(place=None)
        self._desk.settle()
