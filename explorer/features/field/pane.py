"""The lens of receptive fields: a closer look at what a unit sees, or at the units that see a pixel."""

from typing import Any

from explorer.engine.envelopes import Failure
from explorer.features.field.choice import MIDDLE, misfit, question
from explorer.features.field.gradient import GradientChoice, effective_question, reach_of
from explorer.features.field.messages import EffectiveField, FindEffectiveField, Source
from explorer.features.field.reach import table
from explorer.features.field.text import THE_MIDDLE
from explorer.features.field.view import ReceptiveFieldView
from explorer.records.edits import LiveView
from explorer.records.values import FieldOfUnit, UnitsOfPixel, ValueView
from explorer.window.desk import Desk
from explorer.window.live import live, shown_picture
from explorer.window.save_path import file_name
from explorer.window.scene import Pixel, Scene, Unit
from explorer.window.spec import Export, Waiting, Wish
from explorer.window.widgets.elided import FACTS
from explorer.window.widgets.picture_exports import figure_of, tell_of_copies
from explorer.window.widgets.tables import put
from explorer.window.widgets.value_choice import view_value

_EMPTY = "Open an image to see what the units of an operation see of it."


class FieldPane:
    """Shows the place of the scene; without one it begins in the middle."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._located: object = None
        self._saw: object = None  # the picture that is shown, before it was changed
        self._told: FindEffectiveField | None = (
            None  # what the gradient that is shown answers, but for changes
        )
        self.widget = ReceptiveFieldView()
        tell_of_copies(desk, self.widget)
        self.widget.unit_selected.connect(self._on_unit_selected)
        self.widget.pixel_selected.connect(self._on_pixel_selected)
        self.widget.cleared.connect(self._on_cleared)
        self.widget.growth.node_selected.connect(self._on_node_selected)
        self.widget.gradient.source_chosen.connect(self._on_source_chosen)

    def wants(self, scene: Scene) -> Wish | None:
        """Wish the value, beside it the field of the unit and what it uses of it, or the units of the pixel."""
        if scene.forward is None or scene.node is None or misfit(scene):
            return None
        beside = (question(scene, scene.place or MIDDLE), _gradient(scene))
        value = live(scene) or view_value(scene, scene.node)
        return Wish(value, beside=tuple(it for it in beside if it is not None))

    def show(self, scene: Scene, answer: Any) -> None:
        """Show the map and what is marked on it, or why there is none."""
        view = self.widget
        view.set_busy(isinstance(answer, Waiting))
        picture = shown_picture(scene)
        if isinstance(answer, LiveView):
            answer = answer.value or Failure(0, answer.unmet)
        if scene.trace is not None or not scene.is_coming:
            view.growth.set_trace(scene.trace, picture.shape[0] if picture is not None else None)
            view.growth.mark(scene.node)
        self._show_gradient(scene)
        if picture is not view.input.shown and not (picture is None and scene.is_coming):
            if scene.forward is not None and scene.forward.picture is self._saw and picture is not None:
                view.retouch(picture)
            else:
                view.set_picture(picture)
                self._located = None
            self._saw = None if scene.forward is None else scene.forward.picture
        if isinstance(answer, ValueView):
            view.select_channel(scene.channel)
            if answer is not view.value:
                places = scene.places
                view.set_value(answer, places is not None and answer.lies_on(places))
                self._located = None
            self._show_place(scene)
        elif not isinstance(answer, Waiting):
            view.set_message(
                answer.message if isinstance(answer, Failure) else misfit(scene) or scene.stopped or _EMPTY
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
            self.widget.set_field(located, THE_MIDDLE if scene.place is None else "")
        elif isinstance(located, UnitsOfPixel):
            self.widget.set_units(located)
        elif isinstance(located, Failure):
            self.widget.set_field(None)
            self.widget.set_line(located.message)

    def _show_gradient(self, scene: Scene) -> None:
        row, command = self.widget.gradient, _gradient(scene)
        row.setVisible(not misfit(scene))
        of_pixel = isinstance(scene.place, Pixel)
        source = scene.choice(GradientChoice).source
        row.set_source(source, not of_pixel)
        self.widget.set_close(source is not None)
        found = self._desk.known(command) if command is not None else None
        about = None if command is None else command.of_recorded
        if found is None and command is not None and not command.edit.is_nothing and about == self._told:
            if not command.flows:
                row.say(
                    FACTS.join(("of the input before the last change", "computed anew when nothing moves"))
                )
            return  # what was before stays while it is on its way
        self._told = about if isinstance(found, EffectiveField) else None
        if isinstance(found, EffectiveField):
            self.widget.set_heat(found.heat, reach_of(found))
        else:
            self.widget.set_heat(None)
        if isinstance(found, Failure):
            row.set_found(None)
            row.say(found.message)
        elif of_pixel:
            row.set_found(None)
            row.say("of one cell: click one in the map")
        else:
            row.set_found(found if isinstance(found, EffectiveField) else None)

    def exports(self) -> tuple[Export, ...]:
        """Offer what is shown as a figure, and how far each operation sees as a table."""
        scene = self._desk.scene
        if self.widget.value is None:
            return ()
        figure = figure_of(scene, self.widget, "field", (self.widget.gradient.box,))
        if scene.trace is None or scene.model is None:
            return figure
        text = table(scene.trace)
        name = file_name(scene.model.entry.name, "fields")
        return (*figure, Export(name, (".csv",), lambda _: text.encode(), lambda: put(text)))

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

    def _on_source_chosen(self, source: Source | None) -> None:
        self._desk.choose(GradientChoice(source))

    def _on_cleared(self) -> None:
        self._desk.set(place=None)
        self._desk.settle()


def _gradient(scene: Scene) -> FindEffectiveField | None:
    """Return the question for what the unit uses; None while a pixel is asked about."""
    place, cells = scene.place or MIDDLE, scene.places
    if cells is None or isinstance(place, Pixel):
        return None
    return effective_question(scene, place.on(cells))
