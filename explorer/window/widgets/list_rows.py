"""What is the same of all lists that open: the arrow that says so, rows of one comfortable height."""

from typing import Any

from PySide6.QtCore import QPointF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPalette, QPen, QStandardItem
from PySide6.QtWidgets import QComboBox, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from explorer.window import theme
from explorer.window.theme import LIST_ROW, SPACING
from explorer.window.widgets.tables import Index

_STROKE = 1.4  # as wide as the lines of the icons


_KIND = Qt.ItemDataRole.AccessibleDescriptionRole
_HEADING = "heading"
_INDENT = "   "


def heading(text: str) -> QStandardItem:
    """Return a row that names those below it; nobody can choose it."""
    made = QStandardItem(text)
    made.setFlags(Qt.ItemFlag.NoItemFlags)
    made.setData(_HEADING, _KIND)
    return made


class ListRows(QStyledItemDelegate):
    """Gives them that height; a separator stays thin.

    A heading is muted and bold, what stands under headings is set in; what cannot be chosen is faint.
    """

    def initStyleOption(self, option: QStyleOptionViewItem, index: Index) -> None:
        """Say how a row is painted."""
        super().initStyleOption(option, index)
        is_heading = index.data(_KIND) == _HEADING
        if is_heading:
            font = QFont(option.font)
            font.setWeight(QFont.Weight.DemiBold)
            option.font = font
        elif index.sibling(0, 0).data(_KIND) == _HEADING:
            option.text = f"{_INDENT}{option.text}"
        if not index.flags() & Qt.ItemFlag.ItemIsEnabled:
            tokens, palette = theme.current(), QPalette(option.palette)
            palette.setColor(QPalette.ColorRole.Text, QColor(tokens.muted if is_heading else tokens.faint))
            option.palette = palette

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """Return the size of a row."""
        size = super().sizeHint(option, index)
        is_separator = index.data(_KIND) == "separator"
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
