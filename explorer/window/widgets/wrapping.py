"""Two groups of controls beside each other, or one under the other where there is no room for that."""

from collections.abc import Sequence

from PySide6.QtCore import QEvent
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QSizePolicy, QWidget

from explorer.window import theme

Part = tuple[QWidget, int]
"""A control and its share of the room that is left over."""


class Wrapping(QWidget):
    """A row of two groups that becomes two rows; it makes no room for itself.

    Args:
        first, second: The groups.
        apart: Whether what is left over lies between them, or belongs to the controls that stretch, and in a row
            without such ones to nobody.
    """

    def __init__(self, first: Sequence[Part], second: Sequence[Part], apart: bool = False) -> None:
        super().__init__()
        self._rows = [_row(first), _row(second)]
        self._outer = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._outer.setContentsMargins(0, 0, 0, 0)
        self._outer.setSpacing(theme.SPACING)
        self._apart = apart
        for parts, row in zip((first, second), self._rows, strict=True):
            stretches = sum(stretch for _, stretch in parts)
            self._outer.addLayout(row, 0 if apart else stretches)
            if not apart and not stretches:
                row.addStretch()
        if apart:
            self._outer.insertStretch(1, 1)
            self._rows[0].addStretch(1)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Lie beside each other where there is room."""
        super().resizeEvent(event)
        self._wrap()

    def event(self, event: QEvent) -> bool:
        """Follow what is shown and hidden."""
        if event.type() == QEvent.Type.LayoutRequest:
            self._wrap()
        return super().event(event)

    def _wrap(self) -> None:
        need = sum(row.minimumSize().width() for row in self._rows) + theme.SPACING
        across = (
            QBoxLayout.Direction.LeftToRight if need <= self.width() else QBoxLayout.Direction.TopToBottom
        )
        if across != self._outer.direction():
            self._outer.setDirection(across)
            self._outer.setSpacing(
                theme.SPACING if across is QBoxLayout.Direction.LeftToRight else theme.SPACING // 2
            )
            self.updateGeometry()


def _row(parts: Sequence[Part]) -> QHBoxLayout:
    row = QHBoxLayout()
    row.setSpacing(theme.SPACING)
    for part, stretch in parts:
        row.addWidget(part, stretch)
    return row
