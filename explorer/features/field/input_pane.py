"""The input at the side: what the model saw, and on it what the chosen unit sees."""

from typing import Any

from explorer.engine.envelopes import Failure
from explorer.features.field.choice import asked, question
from explorer.features.field.text import THE_MIDDLE, field_caption, lies_on, units_caption
from explorer.records.heat import HeatMap
from explorer.records.values import FieldOfUnit, UnitsOfPixel, ValueView
from explorer.window import findings
from explorer.window import format as fmt
from explorer.window.desk import Desk
from explorer.window.findings import FindingChoice
from explorer.window.laid import Laid, laid
from explorer.window.saving import add_save_picture
from explorer.window.scene import Pixel, Scene
from explorer.window.spec import Waiting, Wish
from explorer.window.widgets.finding_layer import layer_of
from explorer.window.widgets.heat_layer import HeatLayer
from explorer.window.widgets.input import EMPTY, InputView
from explorer.window.widgets.picture_exports import tell_of_copies
from explorer.window.widgets.value_choice import view_value

_NO_PLACE = "click a pixel to see which units see it"
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
        self._drawn: tuple[object, ...] = (None, FindingChoice(), None, Laid())
        add_save_picture(desk, self.widget.canvas)
        self.widget.pixel_selected.connect(self._on_pixel_selected)
        self.widget.cleared.connect(self._on_cleared)

    def wants(self, scene: Scene) -> Wish | None:
        """Wish the field of the unit, or the units of the pixel, that the person asks about, and what lies over all."""
        wished = [it for it in (question(scene, asked(scene)), laid(scene)) if it is not None]
        return Wish(wished[0], beside=tuple(wished[1:])) if wished else None

    def show(self, scene: Scene, answer: Any) -> None:
        """Show the picture, and the field on it; while another is on its way, what is there stays."""
        view = self.widget
        picture = scene.forward.picture if scene.forward is not None else None
        if picture is not view.shown and not (picture is None and scene.is_coming):
            view.set_picture(picture)
            view.set_message(EMPTY if not scene.images else "What the model sees appears once it has run.")
        self._show_layer(scene)
        if isinstance(answer, Waiting) or picture is None:
            return
        place = scene.place
        view.set_pixel((place.y, place.x) if isinstance(place, Pixel) else None)
        if isinstance(answer, FieldOfUnit):
            shown = self._shown(scene)
            box = answer.box if lies_on(answer, shown) else None
            view.set_box(box, answer.status)
            caption = field_caption(answer, shown, THE_MIDDLE if place is None else "")
            view.say((caption, ""), (fmt.tight(caption), ""))
        elif isinstance(answer, UnitsOfPixel):
            view.set_box(None, "")
            whole, short = units_caption(answer), units_caption(answer, "it")
            view.say((whole, _CLEAR), (short, _CLEAR), (whole, ""), (short, ""))
        else:
            view.set_box(None, "", answer.message if isinstance(answer, Failure) else _without_place(scene))

    def _show_layer(self, scene: Scene) -> None:
        """Draw what a person keeps in sight over the input, else what was found in it."""
        command, choice = laid(scene), scene.choice(Laid)
        answer = None if command is None else self._desk.known(command)
        heat: HeatMap | None = getattr(answer, "heat", None)
        drawn = (findings.drawn(scene), findings.finding_choice(scene), heat, choice)
        if drawn != self._drawn:
            self._drawn = drawn
            self.widget.set_layer(
                HeatLayer(heat, choice.opacity) if heat is not None else layer_of(drawn[0], drawn[1])
            )

    def _shown(self, scene: Scene) -> tuple[int, int] | None:
        """Return height and width of the map that the lens shows; None while that is not known."""
        value = None if scene.node is None else self._desk.known(view_value(scene, scene.node))
        if not isinstance(value, ValueView) or value.mosaic is None:
            return None
        return value.values.shape[1], value.values.shape[2]

    def _on_pixel_selected(self, y: int, x: int) -> None:
        self._desk.set(place=Pixel(y, x))
        self._desk.settle()

    def _on_cleared(self) -> None:
        self._desk.set(place=None)
        self._desk.settle()


def _without_place(scene: Scene) -> str:
    """Return what is said while no unit is asked about."""
    if scene.current is None:
        return ""
    field = scene.current.receptive_field
    if field is not None and field.grid is None:
        return _SEES.get(field.status, _NO_PLACE)
    return _NO_PLACE
