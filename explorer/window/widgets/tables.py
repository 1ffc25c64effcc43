"""What the item views share: copying rows, the hint when empty."""

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPoint, Qt
from PySide6.QtGui import QAction, QColor, QGuiApplication, QKeySequence, QPainter
from PySide6.QtWidgets import QAbstractItemView

from explorer.window import theme

Index = QModelIndex | QPersistentModelIndex


def add_copy(view: QAbstractItemView) -> None:
    """Give a view the action "Copy rows" (Ctrl+C, context menu): the selected ones, tab-separated."""
    action = QAction("Copy rows", view)
    action.setShortcut(QKeySequence(QKeySequence.StandardKey.Copy))
    action.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
    action.triggered.connect(lambda: _copy_rows(view))
    view.addAction(action)
    view.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)


def paint_hint(view: QAbstractItemView, text: str) -> None:
    """Write `text`, what to do next, over the middle of an empty view; to be called while it is painted."""
    margin = theme.SPACING
    painter = QPainter(view.viewport())
    painter.setPen(QColor(theme.current().muted))
    area = view.viewport().rect().adjusted(margin, margin, -margin, -margin)
    painter.drawText(area, Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, text)


def _copy_rows(view: QAbstractItemView) -> None:
    def place(index: QModelIndex) -> tuple[int, int]:
        corner: QPoint = view.visualRect(index).topLeft()
        return corner.y(), corner.x()

    model = view.model()
    rows = sorted(view.selectionModel().selectedRows(), key=place)
    columns = range(model.columnCount())
    lines = ["\t".join(str(row.siblingAtColumn(column).data() or "") for column in columns) for row in rows]
    if lines:
        QGuiApplication.clipboard().setText("\n".join(lines))
