"""The lens of feature maps: asks for the value of the operation that is shown, and for its neighbours ahead."""

from dataclasses import dataclass
from typing import Any

from explorer.engine.envelopes import Failure
from explorer.features.maps.messages import ViewValue
from explorer.features.maps.view import FeatureMapView
from explorer.records.values import Layout, ValueView
from explorer.window.desk import Desk
from explorer.window.scene import Scene, Unit
from explorer.window.spec import Waiting, Wish

_EMPTY = "Open an image to see what this operation makes of it."


@dataclass(frozen=True)
class MapsChoice:
    """How values are drawn.

    Attributes:
        shared_scale: True for one colour scale over all channels, False for one a channel.
        aspect: Width over height of what the mosaic is to fill.
    """

    shared_scale: bool = True
    aspect: float = 1.0


class MapsPane:
    """Shows the operation of the scene; a click on a map asks about its unit."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self.widget = FeatureMapView()
        self.widget.set_message(_EMPTY)
        self.widget.scale_changed.connect(self._on_scale_changed)
        self.widget.channel_selected.connect(lambda channel: desk.set(channel=channel))
        self.widget.unit_selected.connect(self._on_unit_selected)

    def wants(self, scene: Scene) -> Wish | None:
        """Wish the value of the operation; the next ones ahead, in the direction of the steps first."""
        forward, node = scene.forward, scene.node
        if forward is None or node is None:
            return None
        choice, last = scene.choice(MapsChoice), len(forward.trace.nodes) - 1

        def view(at: int) -> ViewValue:
            return ViewValue(forward.number, at, 0, choice.shared_scale, choice.aspect)

        near = (node + 1, node - 1, node + 2)
        return Wish(view(node), ahead=tuple(view(at) for at in near if 0 <= at <= last))

    def show(self, scene: Scene, answer: Any) -> None:
        """Show the value, or why there is none; while it is on its way, what is there stays."""
        view = self.widget
        view.set_busy(isinstance(answer, Waiting))
        if isinstance(answer, ValueView):
            if answer is not view.value:
                view.set_value(answer)
            view.select_channel(scene.channel)
            view.select_unit(_unit(scene, answer))
        elif not isinstance(answer, Waiting):
            view.set_message(answer.message if isinstance(answer, Failure) else _EMPTY)
            view.set_value(None)

    def _on_scale_changed(self, shared: bool) -> None:
        self._desk.choose(MapsChoice(shared, self._desk.scene.choice(MapsChoice).aspect))

    def _on_unit_selected(self, y: int, x: int) -> None:
        value = self.widget.value
        if value is not None:
            self._desk.set(place=Unit.of((y, x), (value.values.shape[-2], value.values.shape[-1])))


def _unit(scene: Scene, value: ValueView) -> tuple[int, int] | None:
    """Return the unit of a value that the person asks about."""
    if not isinstance(scene.place, Unit) or value.layout not in (Layout.MAPS, Layout.TOKENS):
        return None
    return scene.place.on((value.values.shape[-2], value.values.shape[-1]))
