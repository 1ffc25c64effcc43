"""One calm row of figures: what the model costs; how busy the machine is stands in its tooltip."""

from PySide6.QtCore import QEvent, QSize
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

from explorer.features.cost.memory_line import held_text
from explorer.records.measures import ACTIVATIONS, EngineLoad, Memory, Spread
from explorer.window import format as fmt
from explorer.window.machine import MachineLoad
from explorer.window.theme import SPACING

_GAP = 2 * SPACING
_NEARLY = 0.9  # of the memory for values: from here on it is said what they take


class _Figure(QWidget):
    """A caption in a lesser weight and its number, in a place of fixed width, so that neighbours stay put."""

    def __init__(self, parent: QWidget, caption: str, widest: str, tip: str) -> None:
        super().__init__(parent)
        self._caption, self._tip, self._widest = caption, tip, widest
        self._title, self._value = QLabel(caption), QLabel(fmt.UNKNOWN)
        self._title.setProperty("role", "muted")
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(SPACING // 2)
        layout.addWidget(self._title)
        layout.addWidget(self._value, 1)
        self.say(fmt.UNKNOWN)

    def say(self, text: str, more: str = "") -> None:
        """Show a number; `more` joins what its tooltip explains."""
        if text != self._value.text():
            self._value.setText(text)
        self.setToolTip(
            fmt.tip("\n".join(part for part in (f"{self._caption}: {text}", self._tip, more) if part))
        )
        self.setAccessibleName(f"{self._caption}: {text}")

    @property
    def needed(self) -> int:
        """Pixels for its widest number."""
        metrics = self._value.fontMetrics()
        number = max(metrics.horizontalAdvance(text) for text in (self._widest, self._value.text()))
        # Advances are rounded down.
        return self._title.sizeHint().width() + SPACING // 2 + number + 2

    def text(self) -> str:
        return f"{self._caption} {self._value.text()}"


class ResourcePanel(QWidget):
    """What the model takes, the most important first; a narrow row drops whole figures."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("resourcePanel")
        self.setAccessibleName("Resources")
        self._forward = self._figure(
            "forward", "44.4 ms", "Measured: median time of the forward pass, nothing recorded."
        )
        self._activations = self._figure(
            "activations",
            "44.4 MB",
            f"Counted: {ACTIVATIONS}",
        )
        self._weights = self._figure("weights", "44.4 MB", "Counted: bytes of parameters and buffers.")
        self._values = self._figure(
            "values kept",
            "44.4 GB (A and B) of at most 44.4 GB",
            "Held: bytes that the engine holds for the values of recorded forwards, and may hold.\n"
            "What has no room is computed again when it is looked at; “Memory for values…” in the menu of the model "
            "sets how much it may be.",
        )
        self._gpu = self._figure(
            "GPU", "44.4 GB of 44.4 GB", "Measured: GPU memory in use by all programs, and in all."
        )
        self._has_gpu = self._is_scarce = False

    def _figure(self, caption: str, widest: str, tip: str) -> _Figure:
        return _Figure(self, caption, widest, tip)

    # ---- room ----

    def sizeHint(self) -> QSize:
        """Return the room for all figures."""
        width = sum(figure.needed + _GAP for figure in self._wanted())
        return QSize(width, self._forward.sizeHint().height())

    def minimumSizeHint(self) -> QSize:
        """Return the room for the first figure: the others go when there is none for them."""
        return QSize(self._forward.needed, self._forward.sizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Show as many figures as there is room for."""
        super().resizeEvent(event)
        self._place()

    def changeEvent(self, event: QEvent) -> None:
        """Measure anew in another font."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange and hasattr(self, "_has_gpu"):
            self._place()

    def _wanted(self) -> list[_Figure]:
        model = [self._forward, self._activations, self._weights]
        graphics = [self._gpu] if self._has_gpu else []
        return [*model, *graphics, *([self._values] if self._is_scarce else [])]

    def _place(self) -> None:
        left = 0
        is_full = False
        self._gpu.setVisible(self._has_gpu)
        self._values.setVisible(self._is_scarce)
        for figure in self._wanted():
            is_full = is_full or left + figure.needed > self.width()
            figure.setVisible(not is_full)
            figure.setGeometry(left, 0, figure.needed, self.height())
            left += figure.needed + _GAP

    # ---- figures ----

    def set_machine(self, load: MachineLoad) -> None:
        """Say in the tooltip how busy the machine is."""
        self.setToolTip(fmt.tip(machine_text(load)))

    def set_load(self, load: EngineLoad, seats: int = 1) -> None:
        """Show the GPU as the engine sees it, and the memory for values once some were let go or it is nearly full.

        Args:
            load: What the engine says.
            seats: How many networks hold values.
        """
        room = load.values_room
        self._values.say(
            fmt.UNKNOWN if room is None else f"{held_text(load, seats)} of at most {fmt.bytes_(room)}"
        )
        self._is_scarce = any(load.values_gone.values()) or (
            room is not None and load.values_held >= _NEARLY * room
        )
        self._has_gpu = bool(load.cuda_devices)
        memory = f"{fmt.bytes_(load.cuda_used)} of {fmt.bytes_(load.cuda_total)}"
        self._gpu.say(memory if self._has_gpu else fmt.UNKNOWN, "\n".join(load.cuda_devices))
        self._place()

    def set_weights(self, size: int | None) -> None:
        """Show the bytes of the model's parameters and buffers; None if there is no model."""
        self._weights.say(fmt.bytes_(size))

    def set_memory(self, memory: Memory | None) -> None:
        """Show the bytes of the activations; None until a forward pass was recorded."""
        peak = (
            memory and f"Most at once, each freed after its last use: {fmt.bytes_(memory.activations_peak)}."
        )
        self._activations.say(fmt.bytes_(memory.activations if memory else None), peak or "")

    def set_forward(self, forward: Spread | None, note: str = "") -> None:
        """Show the time of the plain forward pass; None until measured.

        Args:
            forward: Its median and spread.
            note: What joins the tooltip, e.g. device and threads.
        """
        if forward is None:
            self._forward.say(fmt.UNKNOWN, note or "Not measured yet.")
            return
        low, high = fmt.milliseconds(forward.p10), fmt.milliseconds(forward.p90)
        more = f"10th to 90th percentile {low} to {high}; {forward.runs} runs{f', {note}' if note else ''}."
        self._forward.say(fmt.milliseconds(forward.median), more)

    def figures(self) -> tuple[str, ...]:
        """Return what is shown, figure by figure, e.g. `forward 31.2 ms`."""
        return tuple(figure.text() for figure in self._wanted() if not figure.isHidden())


def machine_text(load: MachineLoad) -> str:
    """Return how busy the machine is, a line a figure, all measured."""
    engine = fmt.bytes_(load.engine_bytes) if load.engine_bytes else "not running"
    return "\n".join(
        (
            "Measured over the last second:",
            f"engine, the process that holds the model: {engine}",
            f"this window's process: {fmt.bytes_(load.window_bytes)}",
            f"memory in use by all programs: {fmt.bytes_(load.ram_used)} of {fmt.bytes_(load.ram_total)}",
            f"all processor cores: {load.cpu_percent:.0f} % in use by all programs",
        )
    )
