"""Two parts beside each other, or one over the other where there is little room."""

from PySide6.QtCore import Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QSizePolicy, QWidget

from explorer.window import theme

_BESIDE = 560  # pixels from which they stand side by side


class Halves(QWidget):
    """Two parts; their shares of the room do not depend on what is written in them.

    Args:
        first, second: The parts.
        shares: Of the width; one over the other, both are equally high.

    Signals:
        turned: They stand the other way now.
    """

    turned = Signal()

    def __init__(self, first: QWidget, second: QWidget, shares: tuple[int, int] = (1, 1)) -> None:
        super().__init__()
        self._shares = shares
        self._parts = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._parts.setContentsMargins(0, 0, 0, 0)
        self._parts.setSpacing(2 * theme.SPACING)
        for part, share in zip((first, second), shares, strict=True):
            part.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Expanding)
            self._parts.addWidget(part, share)

    @property
    def are_beside(self) -> bool:
        """True if they stand side by side."""
        return self._parts.direction() == QBoxLayout.Direction.LeftToRight

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Turn them where the room wants it."""
        super().resizeEvent(event)
        beside = self.width() >= _BESIDE
        if beside != self.are_beside:
            directions = QBoxLayout.Direction
            self._parts.setDirection(directions.LeftToRight if beside else directions.TopToBottom)
            for place, share in enumerate(self._shares if beside else (1, 1)):
                self._parts.setStretch(place, share)
            self.turned.emit()
