"""The rows of a list that a box opens: all of one comfortable height."""

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QStyledItemDelegate, QStyleOptionViewItem

from explorer.window.theme import LIST_ROW, SPACING
from explorer.window.widgets.tables import Index


class ListRows(QStyledItemDelegate):
    """Gives them that height; a separator stays thin."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """Return the size of a row."""
        size = super().sizeHint(option, index)
        is_separator = index.data(Qt.ItemDataRole.AccessibleDescriptionRole) == "separator"
        return size if is_separator else QSize(size.width() + SPACING, LIST_ROW)
