"""One calm row of numbers: how busy the machine is, and what the model costs."""

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

from explorer.records.measures import EngineLoad, Memory, Spread
from explorer.window import format as fmt
from explorer.window.machine import MachineLoad
from explorer.window.theme import SPACING

_NARROW = 8 * SPACING


class _Value(QLabel):
    """A number in a place of fixed width, so that its neighbours stay where they are."""

    def __init__(self, widest: str, squeezable: bool) -> None:
        super().__init__(fmt.UNKNOWN)
        self._widest = widest
        self._squeezable = squeezable

    def sizeHint(self) -> QSize:
        metrics = self.fontMetrics()
        width = max(metrics.horizontalAdvance(text) for text in (self._widest, self.text()))
        # Advances are rounded down; without a pixel to spare the text would be elided.
        return QSize(width + 2, metrics.height())

    def minimumSizeHint(self) -> QSize:
        hint = self.sizeHint()
        return QSize(min(hint.width(), _NARROW), hint.height()) if self._squeezable else hint

    def paintEvent(self, event: QPaintEvent) -> None:
        text = self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, self.width())
        QPainter(self).drawText(self.rect(), Qt.AlignmentFlag.AlignVCenter, text)


class _Figure(QWidget):
    """A caption in a lesser weight and its number; in a narrow window a squeezable one is elided."""

    def __init__(self, caption: str, widest: str, tip: str, squeezable: bool = False) -> None:
        super().__init__()
        self._caption, self._tip = caption, tip
        title = QLabel(caption)
        title.setProperty("role", "muted")
        self._value = _Value(widest, squeezable)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(SPACING // 2)
        layout.addWidget(title)
        layout.addWidget(self._value, 1)
        self.say(fmt.UNKNOWN)

    def say(self, text: str, more: str = "") -> None:
        """Show a number; `more` joins what its tooltip explains."""
        if text != self._value.text():
            self._value.setText(text)
        self.setToolTip("\n".join(part for part in (f"{self._caption}: {text}", self._tip, more) if part))
        self.setAccessibleName(f"{self._caption}: {text}")

    def text(self) -> str:
        return f"{self._caption} {self._value.text()}"


class ResourcePanel(QWidget):
    """What the machine does and what the model takes, in figures that keep their places."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("resourcePanel")
        self.setAccessibleName("Resources")
        self._cpu = _Figure(
            "CPU", "100 %", "Measured: use of all cores by all programs, over the last second."
        )
        self._ram = _Figure(
            "RAM",
            "44.4 GB / 44.4 GB",
            "Measured: memory in use by all programs, and how much there is in all.",
        )
        self._window = _Figure("window", "44.4 MB", "Measured: resident memory of this window's process.")
        self._engine = _Figure(
            "engine", "44.4 GB", "Measured: resident memory of the process that holds the model."
        )
        self._gpu = _Figure(
            "GPU", fmt.UNKNOWN, "Measured: GPU memory in use by all programs, and in all.", squeezable=True
        )
        self._forward = _Figure(
            "forward",
            "44.4 ms (44.4–44.4 ms)",
            "Measured: median time of the plain forward pass, and its 10th to 90th percentile.",
            squeezable=True,
        )
        self._activations = _Figure(
            "activations",
            "44.4 MB",
            "Derived from the recorded shapes: bytes of all outputs of a forward pass, as if each were kept.",
        )
        self._weights = _Figure("weights", "44.4 MB", "Counted: bytes of parameters and buffers.")
        self._lay_out()

    def _lay_out(self) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(SPACING, SPACING // 2, SPACING, SPACING // 2)
        row.setSpacing(3 * SPACING // 2)
        for figure in (self._cpu, self._ram, self._window, self._engine, self._gpu):
            row.addWidget(figure)
        row.addSpacing(SPACING)
        for figure in (self._forward, self._activations, self._weights):
            row.addWidget(figure)
        row.addStretch(1)

    def minimumSizeHint(self) -> QSize:
        """Return a small width: a narrow window shows less of the numbers, and is not kept wide by them."""
        return QSize(40 * SPACING, super().minimumSizeHint().height())

    def set_machine(self, load: MachineLoad) -> None:
        """Show how busy the machine is."""
        self._cpu.say(f"{load.cpu_percent:.0f} %")
        self._ram.say(f"{fmt.bytes_(load.ram_used)} / {fmt.bytes_(load.ram_total)}")
        self._window.say(fmt.bytes_(load.window_bytes))
        self._engine.say(
            fmt.bytes_(load.engine_bytes), "" if load.engine_bytes else "The engine is not running."
        )

    def set_load(self, load: EngineLoad) -> None:
        """Show the GPU as the engine sees it."""
        if not load.cuda_devices:
            self._gpu.say(fmt.UNKNOWN, "The engine sees no CUDA device.")
            return
        memory = f"{fmt.bytes_(load.cuda_used)} / {fmt.bytes_(load.cuda_total)}"
        self._gpu.say(f"{memory} · {_short(load.cuda_devices[0])}", "\n".join(load.cuda_devices))

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
        spread = f"{fmt.milliseconds(forward.p10)}–{fmt.milliseconds(forward.p90)}"
        runs = f"{forward.runs} runs{f', {note}' if note else ''}."
        self._forward.say(f"{fmt.milliseconds(forward.median)} ({_unit_once(spread)})", runs)

    def figures(self) -> tuple[str, ...]:
        """Return what is shown, figure by figure, e.g. `CPU 63 %`."""
        return tuple(figure.text() for figure in self.findChildren(_Figure))


def _short(device: str) -> str:
    return device.removeprefix("NVIDIA ").removeprefix("GeForce ")


def _unit_once(span: str) -> str:
    """Return `29.8–33.0 ms` for `29.8 ms–33.0 ms`; spans over two units keep both."""
    low, high = span.split("–")
    unit = high.rpartition(" ")[2]
    return f"{low.removesuffix(f' {unit}')}–{high}"
