"""The pane of an operation's output."""

from PySide6.QtWidgets import QWidget

from explorer.window.widgets.value_panel import ValuePanel


class FeatureMapView(ValuePanel):
    """What an operation put out: all channels, one of them large, the true values, their distribution."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("featureMapView")
        self.setAccessibleName("Feature maps")
        self.set_message("Open an image and choose an operation in the layer tree to see what it puts out.")
