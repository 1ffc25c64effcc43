"""The lens of feature maps: the value of the operation that is shown, and ahead of it the next ones."""

from dataclasses import replace
from typing import Any

from explorer.engine.envelopes import Failure
from explorer.engine.messages import LocateUnits
from explorer.features.maps.axes import Axes, axes_of
from explorer.features.maps.telling import can_tell
from explorer.features.maps.view import FeatureMapView
from explorer.records.edits import LiveView
from explorer.records.values import UnitsOfPixel, ValueView
from explorer.window.desk import Desk
from explorer.window.findings import answer_of
from explorer.window.live import Live, live
from explorer.window.scene import Pixel, Scene, Unit
from explorer.window.spec import Export, Waiting, Wish
from explorer.window.widgets.picture_exports import figure_of, tell_of_copies
from explorer.window.widgets.value_choice import ValueChoice, likely_next, view_value

_EMPTY = "Open an image to see what this operation makes of it."


class MapsPane:
    """Shows the operation of the scene; a click on a map asks about its unit."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self.widget = FeatureMapView()
        self.widget.set_message(_EMPTY)
        tell_of_copies(desk, self.widget)
        self.widget.scale_changed.connect(lambda shared: self._choose(shared_scale=shared))
        self.widget.room_changed.connect(lambda aspect: self._choose(aspect=aspect))
        self.widget.channel_selected.connect(self._on_channel_selected)
        self.widget.unit_selected.connect(self._on_unit_selected)
        self.widget.cleared.connect(self._on_cleared)

    def wants(self, scene: Scene) -> Wish | None:
        """Wish the value of the operation, beside it which units see the pixel asked about; the next ones ahead."""
        forward, node = scene.forward, scene.node
        if forward is None or node is None:
            return None
        is_changed = live(scene) is not None
        ahead = () if is_changed else tuple(view_value(scene, at) for at in likely_next(scene))
        return Wish(live(scene) or view_value(scene, node), beside=_beside(scene), ahead=ahead)

    def show(self, scene: Scene, answer: Any) -> None:
        """Show the value, or why there is none; while it is on its way, what is there of this network stays."""
        view = self.widget
        view.set_busy(isinstance(answer, Waiting))
        view.set_shared_scale(scene.choice(ValueChoice).shared_scale)
        if not isinstance(answer, Waiting):
            view.set_badge(_badge(scene) if isinstance(answer, LiveView) else "")
        if isinstance(answer, LiveView):
            answer = answer.value or Failure(0, answer.unmet)
        if isinstance(answer, ValueView):
            channel = min(scene.channel, max(len(answer.values) - 1, 0))
            is_most = scene.chosen_channel is None and can_tell(answer) and channel == answer.telling_channel
            view.reason = "varies most" if is_most else ""
            if answer is not view.value:
                view.set_axes(axes_of(scene.current, answer, scene.seat.reads_words, scene.trace))
                view.set_value(answer, channel)
            view.set_labels(_labels(scene))
            view.select_channel(channel)
            view.select_unit(_unit(scene, answer))
            view.set_marked_units(self._marked(scene))
            view.mark(scene.channel, _position(scene, answer, view.axes))
        elif not isinstance(answer, Waiting):
            view.set_message(answer.message if isinstance(answer, Failure) else scene.stopped or _EMPTY)
            view.set_value(None)
        elif answer.is_news or view.value is None:
            view.set_message("")
            view.set_value(None)

    def exports(self) -> tuple[Export, ...]:
        """Offer what is shown as a figure."""
        view = self.widget
        if view.value is None:
            return ()
        return figure_of(self._desk.scene, view.parts, "maps", view.controls)

    def _marked(self, scene: Scene) -> Any:
        """Return the mask of the units that see the pixel asked about; None without one."""
        units = next((self._desk.known(command) for command in _beside(scene)), None)
        return units.mask if isinstance(units, UnitsOfPixel) else None

    def _choose(self, **changes: Any) -> None:
        self._desk.choose(replace(self._desk.scene.choice(ValueChoice), **changes))

    def _on_channel_selected(self, channel: int) -> None:
        self._desk.set(chosen_channel=channel)
        self._desk.settle()

    def _on_unit_selected(self, y: int, x: int) -> None:
        value, places, axes = self.widget.value, self._desk.scene.places, self.widget.axes
        if value is None:
            return
        if places is not None and value.lies_on(places):
            self._desk.set(place=Unit.of((y, x), places))
        elif axes is not None and axes.are_in_line:
            channel, position = axes.turned(y, x)
            self._desk.set(chosen_channel=channel, place=Unit.of((0, position), (1, _length(value, axes))))
        self._desk.settle()

    def _on_cleared(self) -> None:
        self._desk.set(place=None)
        self._desk.settle()


def _badge(scene: Scene) -> str:
    """Say what the values are of that are not those of the recorded picture."""
    return "changed input" if scene.choice(Live).asked.frame is None else "this frame"


def _labels(scene: Scene) -> dict[int, str]:
    """Return what the first classes are called, where the operation's values are what the answer was read from."""
    answer, node, trace = answer_of(scene), scene.node, scene.trace
    read = trace.by_name.get(answer.output) if answer is not None and trace is not None else None
    if answer is None or read is None or node not in (read.id, *read.inputs):
        return {}
    return {it.index: it.label for it in answer.predictions}


def _beside(scene: Scene) -> tuple[LocateUnits, ...]:
    if not isinstance(scene.place, Pixel) or scene.forward is None or scene.node is None:
        return ()
    return (LocateUnits(scene.forward.number, scene.node, (scene.place.y, scene.place.x)),)


def _unit(scene: Scene, value: ValueView) -> tuple[int, int] | None:
    """Return the unit of a value that the person asks about; none where its rows and columns are no places."""
    places = scene.places
    if not isinstance(scene.place, Unit) or places is None or not value.lies_on(places):
        return None
    return scene.place.on(places)


def _position(scene: Scene, value: ValueView, axes: Axes | None) -> int | None:
    """Return the position that the person asks about, of values along one line; None for none."""
    if axes is None or not axes.are_in_line or not isinstance(scene.place, Unit):
        return None
    return scene.place.on((1, _length(value, axes)))[1]


def _length(value: ValueView, axes: Axes) -> int:
    """Return how many positions there are along the line."""
    return int(axes.turned(*value.values.shape[1:3])[1])
