"""The vectors of a norm under each other: scale, shift, running mean, running variance."""

from typing import Any

from numpy.typing import NDArray
from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from explorer.features.kernels.text import part_of_norm
from explorer.window import theme
from explorer.window.widgets.bars import VectorView
from explorer.window.widgets.parts import label

_MOST = 4


class VectorStack(QWidget):
    """Up to four vectors of one length over the same index; pointing at one marks the index in all.

    Signals:
        value_hovered: The index that the mouse or the keyboard came to.
        value_left: The mouse lies over no value any more.
    """

    value_hovered = Signal(int)
    value_left = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._captions = [label("muted") for _ in range(_MOST)]
        self._charts = [VectorView() for _ in range(_MOST)]
        rows = QVBoxLayout(self)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(theme.SPACING // 4)
        for caption, chart in zip(self._captions, self._charts, strict=True):
            rows.addWidget(caption)
            rows.addWidget(chart, 1)
            chart.setMinimumHeight(32)
            chart.value_hovered.connect(self._on_hovered)
            chart.value_left.connect(self._on_left)
            if chart is not self._charts[0]:
                chart.link_to(self._charts[0])

    def set_vectors(self, vectors: dict[str, NDArray[Any]], chosen: str) -> None:
        """Show vectors (F,) by their names; the caption of the chosen one stands out."""
        named = [*vectors.items()][:_MOST]
        for place, (caption, chart) in enumerate(zip(self._captions, self._charts, strict=True)):
            there = place < len(named)
            caption.setVisible(there)
            chart.setVisible(there)
            if not there:
                continue
            name, vector = named[place]
            text, last = part_of_norm(name), name.rpartition(".")[2]
            caption.setText(text if last.startswith("running") else f"{text} ({last})")
            caption.setProperty("role", "title" if name == chosen else "muted")
            caption.style().polish(caption)
            chart.setAccessibleName(f"Bars of {text}")
            chart.set_values(vector)
        self._mark(None)

    def _on_hovered(self, index: int) -> None:
        self._mark(index)
        self.value_hovered.emit(index)

    def _on_left(self) -> None:
        self._mark(None)
        self.value_left.emit()

    def _mark(self, index: int | None) -> None:
        for chart in self._charts:
            alone = index is not None and not chart.describe(
                index
            )  # a bar may stand for a stretch of indices
            chart.mark(index if alone else None)
