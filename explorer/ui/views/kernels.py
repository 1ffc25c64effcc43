"""The pane of an operation's parameter."""

from PySide6.QtWidgets import QWidget

from explorer.records.values import ValueView
from explorer.ui.views.value_panel import ValuePanel


class KernelView(ValuePanel):
    """The largest parameter of an operation, shown as feature maps are."""

    noun = "kernel"

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("kernelView")
        self.setAccessibleName("Kernels")
        self.set_message("Choose an operation with weights, such as a convolution, to see its kernels.")

    def name_of(self, value: ValueView, channel: int) -> str:
        """Return filter and input channel, where each tile is one input channel of one filter."""
        if len(value.shape) == 4:
            filters, inputs = value.shape[:2]
            if inputs > 1 and value.values.shape[0] == filters * inputs:
                number, source = divmod(channel, inputs)
                return f"filter {number}, input {source}"
        return super().name_of(value, channel)
