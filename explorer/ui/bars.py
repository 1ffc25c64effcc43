"""The tool bar above the views and the status line below them."""

from collections.abc import Sequence

from PySide6.QtCore import QSignalBlocker, Qt, QTimer, Signal
from PySide6.QtGui import QAction, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QSizePolicy,
    QStatusBar,
    QToolBar,
    QToolButton,
    QWidget,
)

from explorer.features.cost.resource_panel import ResourcePanel
from explorer.features.models.picker import ModelPicker
from explorer.features.models.size_box import SizeBox
from explorer.records.trace import Node
from explorer.ui.actions import Actions
from explorer.window import format as fmt
from explorer.window.theme import SPACING

_STEPS = ("stepFirst", "stepBackward", "", "stepForward", "stepLast", "play")
_OTHERS = ("openImages", "cancelWork", "toggleTheme")
_PROGRESS_AFTER_MS = 300  # Work that is sooner done shows no bar, so that nothing blinks.


class ToolBar(QToolBar):
    """Model, input size, device, the steps, and the few actions worth a button.

    Signals:
        device_chosen(str): The person chose another device.
    """

    device_chosen = Signal(str)

    def __init__(self, actions: Actions) -> None:
        super().__init__("Tools")
        self.setObjectName("toolBar")
        self.setMovable(False)
        self.setStyleSheet("QToolBar { border: 0; border-bottom: 1px solid palette(mid); padding: 3px; }")
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.PreventContextMenu)
        self.model_picker = ModelPicker()
        self.input_size = SizeBox()
        self._devices = QComboBox()
        self._devices.setObjectName("deviceBox")
        self._devices.setAccessibleName("Device")
        self._devices.setToolTip("Device that the model runs on")
        self._devices.activated.connect(lambda _: self.device_chosen.emit(self._devices.currentData()))
        self._position = StepLabel()
        self.set_devices(())
        self.addWidget(self.model_picker)
        self.addWidget(_padded(self.input_size))
        self.addWidget(self._devices)
        self.addWidget(_spring())
        for name in _STEPS:
            self._add(name, actions)
        self.addWidget(_spring())
        for name in _OTHERS:
            self._add(name, actions)

    def set_devices(self, cuda: Sequence[str]) -> None:
        """Offer the CPU and the CUDA devices of these names."""
        offered = [("cpu", "cpu")]
        offered += [(f"cuda:{number} · {name}", f"cuda:{number}") for number, name in enumerate(cuda)]
        if [data for _, data in offered] == [
            self._devices.itemData(row) for row in range(self._devices.count())
        ]:
            return
        chosen = self.device
        self._devices.clear()
        for text, data in offered:
            self._devices.addItem(text, data)
        self.set_device(chosen)

    @property
    def device(self) -> str:
        """The chosen device."""
        return self._devices.currentData() or "cpu"

    def set_device(self, device: str) -> None:
        """Show the device that the model runs on."""
        row = self._devices.findData("cuda:0" if device == "cuda" else device)
        with QSignalBlocker(self._devices):
            self._devices.setCurrentIndex(max(row, 0))

    def set_position(self, node: Node | None, count: int) -> None:
        """Show the current operation and how many there are."""
        self._position.set_position(node, count)

    def _add(self, name: str, actions: Actions) -> None:
        if not name:
            self.addWidget(self._position)
            return
        self.addAction(actions[name])
        button = self.widgetForAction(actions[name])
        if isinstance(button, QToolButton):
            button.setAccessibleName(actions[name].text())


class StepLabel(QLabel):
    """`37/148 blocks.4.1.conv_dw`, in a fixed width so that the buttons beside it never move."""

    _WIDTH = 260

    def __init__(self) -> None:
        super().__init__(alignment=Qt.AlignmentFlag.AlignCenter)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setFixedWidth(self._WIDTH)
        self.setObjectName("stepPosition")
        self.setAccessibleName("Current operation")
        self.setProperty("role", "muted")
        self.setText("no operation yet")

    def set_position(self, node: Node | None, count: int) -> None:
        """Show where in the forward pass we are."""
        if node is None:
            self.setText("no operation yet")
            self.setToolTip("")
            return
        # Counted as everywhere: 0 is the input.
        text = f"{node.id}/{count - 1}  {node.name}"
        room = self._WIDTH - 2 * SPACING
        self.setText(self.fontMetrics().elidedText(text, Qt.TextElideMode.ElideMiddle, room))
        self.setToolTip(f"Operation {node.id} of {count - 1}, the input being 0: {node.name} ({node.op})")


class StatusMessage(QLabel):
    """One line in a fixed width, elided in the middle, so that what is beside it stays where it is."""

    _WIDTH = 250

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.setFixedWidth(self._WIDTH)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        """Paint the text, at the right."""
        room = self.rect().adjusted(0, 0, -SPACING, 0)
        text = self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideMiddle, room.width())
        QPainter(self).drawText(room, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, text)


class StatusLine(QStatusBar):
    """The machine and the model's figures, what is going on, and how far it is."""

    def __init__(self, cancel: QAction) -> None:
        super().__init__()
        self.setSizeGripEnabled(False)
        self.resource_panel = ResourcePanel()
        self._message = StatusMessage("starting the engine…")
        self._message.setObjectName("statusMessage")
        self._message.setAccessibleName("Status")
        self._bar = QProgressBar(textVisible=False)
        self._bar.setFixedSize(140, 8)
        self._bar.setAccessibleName("Progress")
        self._cancel = QToolButton(autoRaise=True)
        self._cancel.setDefaultAction(cancel)
        self._cancel.setAccessibleName("Cancel")
        self._long = QWidget()
        row = QHBoxLayout(self._long)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(SPACING // 2)
        row.addWidget(self._bar)
        row.addWidget(self._cancel)
        keep_room = self._long.sizePolicy()
        keep_room.setRetainSizeWhenHidden(True)
        self._long.setSizePolicy(keep_room)
        self._long.hide()
        self.addWidget(self.resource_panel, 1)
        self.addPermanentWidget(self._long)
        self.addPermanentWidget(self._message)
        self._delay = QTimer(self, singleShot=True, interval=_PROGRESS_AFTER_MS)
        self._delay.timeout.connect(self._long.show)

    @property
    def message(self) -> str:
        """What is going on."""
        return self._message.text()

    def set_message(self, text: str) -> None:
        """Say what is going on."""
        self._message.setText(text)
        self._message.setToolTip(fmt.tip(text))

    def set_progress(self, done: int, total: int) -> None:
        """Show how far the work is; a `total` of 0 means that nobody knows."""
        # QProgressBar counts in 32 bits; files are larger.
        self._bar.setRange(0, 1000 if total else 0)
        self._bar.setValue(min(1000, done * 1000 // total) if total else 0)
        if self._long.isHidden() and not self._delay.isActive():
            self._delay.start()

    def hide_progress(self) -> None:
        """Nothing long is going on."""
        self._delay.stop()
        self._long.hide()


def _spring() -> QWidget:
    spring = QWidget()
    spring.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
    return spring


def _padded(widget: QWidget) -> QWidget:
    box = QWidget()
    row = QHBoxLayout(box)
    row.setContentsMargins(SPACING, 0, SPACING, 0)
    row.addWidget(widget)
    return box
