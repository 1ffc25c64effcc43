"""The device that the model runs on."""

from collections.abc import Sequence

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QWidget

from explorer.features.models.flat_box import FlatBox
from explorer.window import format as fmt

_TIP = "Device that the model runs on"


class DeviceBox(FlatBox):
    """The CPU and the CUDA devices; the box itself shows the short name, its list the whole.

    Signals:
        device_chosen(str): The person chose another device.
    """

    device_chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent, letters=6)
        self.setObjectName("deviceBox")
        self.setAccessibleName("Device")
        self.activated.connect(lambda _: self.device_chosen.emit(self.device))
        self._offered: tuple[str, ...] | None = None
        self.set_devices(())

    @property
    def device(self) -> str:
        """The chosen device."""
        return self.currentData() or "cpu"

    def set_devices(self, cuda: Sequence[str]) -> None:
        """Offer the CPU and the CUDA devices of these names."""
        if tuple(cuda) == self._offered:
            return
        self._offered, chosen = tuple(cuda), self.device
        offered = [("cpu", "cpu")]
        offered += [(f"cuda:{number}, {name}", f"cuda:{number}") for number, name in enumerate(cuda)]
        with QSignalBlocker(self):
            self.clear()
            for row, (text, data) in enumerate(offered):
                self.addItem(text, data)
                self.setItemData(row, fmt.tip(text), Qt.ItemDataRole.ToolTipRole)
        widest = max(self.fontMetrics().horizontalAdvance(text) for text, _ in offered)
        self.view().setMinimumWidth(widest + 4 * self.fontMetrics().averageCharWidth())
        self.set_device(chosen)

    def set_device(self, device: str) -> None:
        """Show the device that the model runs on."""
        row = self.findData("cuda:0" if device == "cuda" else device)
        with QSignalBlocker(self):
            self.setCurrentIndex(max(row, 0))
        self.fit()
        others = "" if self.count() > 1 else "\nNo CUDA device was found on this computer."
        self.setToolTip(fmt.tip(f"{_TIP}: {self.currentText()}{others}"))

    def shown_text(self) -> str:
        """Return the short name, so that the box is as wide for each device."""
        return self.device
