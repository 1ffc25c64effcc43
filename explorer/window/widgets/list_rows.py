"""What is the same of all lists that open: the arrow that says so, rows of one comfortable height."""

from typing import Any

from PySide6.QtCore import QPointF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QComboBox, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from explorer.window import theme
from explorer.window.theme import LIST_ROW, SPACING
from explorer.window.widgets.tables import Index

_STROKE = 1.4  # as wide as the lines of the icons


class ListRows(QStyledItemDelegate):
    """Gives them that height; a separator stays thin."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """Return the size of a row."""
        size = super().sizeHint(option, index)
        is_separator = index.data(Qt.ItemDataRole.AccessibleDescriptionRole) == "separator"
        return size if is_separator else QSize(size.width() + SPACING, LIST_ROW)


class ListBox(QComboBox):
    """A box that opens a list with such rows; the window has no other."""

    def __init__(self, parent: QWidget | None = None, **properties: Any) -> None:
        super().__init__(parent, **properties)
        self.setItemDelegate(ListRows(self))


def draw_arrow(painter: QPainter, left: int, height: int) -> None:
    """Draw the arrow of a list that opens downwards, in a line of `height` pixels."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(QColor(theme.current().muted), _STROKE))
    middle = height / 2
    painter.drawPolyline(
        [QPointF(left, middle - 2), QPointF(left + 4, middle + 2), QPointF(left + 8, middle - 2)]
    )
