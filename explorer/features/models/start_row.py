"""What a chosen model starts from: pretrained weights, or random ones of a scheme and a seed."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSpinBox, QWidget

from explorer.records.initialisation import Scheme
from explorer.window import format as fmt
from explorer.window.theme import SPACING
from explorer.window.widgets.list_rows import ListBox
from explorer.window.widgets.parts import number_box
from explorer.window.widgets.schemes import explain

_PRETRAINED_TIP = (
    "The published weights if they are on disk; else random ones, drawn by the network's own code."
)
_MOST = 2**31 - 1


class StartRow(QWidget):
    """A choice of weights and a seed, for the model that is chosen next."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._weights = self._make_weights()
        self._seed = self._make_seed()
        weights_label, seed_label = QLabel("Weights"), QLabel("Seed")
        weights_label.setBuddy(self._weights)
        seed_label.setBuddy(self._seed)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(SPACING)
        for widget in (weights_label, self._weights, seed_label, self._seed):
            row.addWidget(widget)
        row.addStretch()
        self._weights.currentIndexChanged.connect(self._on_changed)
        self._on_changed()

    @property
    def scheme(self) -> Scheme | None:
        """How random weights are drawn; None for pretrained weights where they are on disk."""
        data = self._weights.currentData()
        return None if data is None else Scheme(data)

    @property
    def seed(self) -> int:
        """What random weights are drawn from."""
        return self._seed.value()

    def reset(self) -> None:
        """Choose pretrained weights: what was chosen for one model is not meant for the next."""
        self._weights.setCurrentIndex(0)
        self._seed.setValue(0)

    def _make_weights(self) -> ListBox:
        box = ListBox()
        box.setObjectName("startFrom")
        box.setAccessibleName("Weights that the model starts from")
        box.addItem("pretrained, if downloaded", None)
        box.setItemData(0, _PRETRAINED_TIP, Qt.ItemDataRole.ToolTipRole)
        for row, scheme in enumerate(Scheme, 1):
            box.addItem(f"random: {scheme.label}", scheme.value)
            box.setItemData(row, explain(scheme), Qt.ItemDataRole.ToolTipRole)
        return box

    def _make_seed(self) -> QSpinBox:
        box = QSpinBox()
        box.setObjectName("seed")
        box.setAccessibleName("Seed of the random weights")
        box.setToolTip("The same seed gives the same random weights, on any device.")
        box.setRange(0, _MOST)
        number_box(box)
        return box

    def _on_changed(self) -> None:
        self._seed.setEnabled(self.scheme is not None)
        tip = self._weights.currentData(Qt.ItemDataRole.ToolTipRole)
        self._weights.setToolTip(
            fmt.tip(f"{tip} Applies when a model is used from this list, also the one that is loaded.")
        )
