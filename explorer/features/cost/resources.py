"""The figures in the foot of the window: time, activations, weights, the GPU; in its tooltip the machine."""

from typing import Any

from PySide6.QtCore import QTimer

from explorer.engine.envelopes import Failure
from explorer.features.cost import measuring
from explorer.features.cost.resource_panel import ResourcePanel
from explorer.records.measures import Measurement
from explorer.window import machine
from explorer.window.desk import Desk
from explorer.window.scene import Scene
from explorer.window.spec import Waiting, Wish

_LOOK_MS = 1000


class ResourcesPane:
    """Shows what the scene and the measurement say, and looks at the machine once a second while it is seen."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._shown: tuple[Any, ...] = (None, None, None, None, 0)
        self._note = ""
        self.widget = ResourcePanel()
        self._timer = QTimer(self.widget, interval=_LOOK_MS)
        self._timer.timeout.connect(self._look)
        self._timer.start()

    def wants(self, scene: Scene) -> Wish | None:
        """Wish the time of the forward, so that it is always there."""
        return measuring.wish(scene)

    def show(self, scene: Scene, answer: Any) -> None:
        """Show the figures of the model; while another is loaded, none is known of it."""
        is_live = scene.seat.is_live
        model, forward = (scene.model, scene.forward) if is_live else (None, None)
        measured = answer if is_live and isinstance(answer, Measurement) else None
        note = _note(answer) if is_live else ""
        seats = measuring.holding(scene)
        now = (model, forward, measured, scene.load, seats)
        if note == self._note and all(one is other for one, other in zip(self._shown, now, strict=True)):
            return
        self._shown, self._note = now, note
        panel = self.widget
        panel.set_weights(model.weight_bytes if model else None)
        panel.set_memory(forward.memory if forward else None)
        panel.set_forward(measured.timing.forward if measured else None, note)
        panel.set_load(scene.load, seats)

    def _look(self) -> None:
        if self.widget.isVisible():
            self.widget.set_machine(machine.sample(self._desk.engine_pid))


def _note(answer: Any) -> str:
    match answer:
        case Measurement(timing=timing):
            return f"{timing.device}, {timing.threads} thread{'' if timing.threads == 1 else 's'}"
        case Failure():
            return f"Not measured: {measuring.why_not(answer)}. Ctrl+M asks again."
        case Waiting():
            return "Being measured."
    return ""
