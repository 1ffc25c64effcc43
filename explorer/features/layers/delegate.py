"""How a row of the tree is painted: the colour of its kind, its name, its class in a lesser weight."""

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QTreeView

from explorer.features.layers.model import ROW_ROLE
from explorer.features.layers.rows import Row
from explorer.window import theme

HEIGHT = 25
_SQUARE = 7
_GAP = theme.SPACING // 2
_LEAST_TYPE = 7 * theme.SPACING  # of less than this of a class nobody could guess the rest


class RowDelegate(QStyledItemDelegate):
    """Paints one cell; the view paints what marks a whole row: tint and bar of a selected one, the ring of focus."""

    def __init__(self, view: QTreeView) -> None:
        super().__init__(view)
        self._view = view

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """Paint a cell; all texts but the name are elided at their ends, the name in its middle."""
        row: Row = index.data(ROW_ROLE)
        area = option.rect.adjusted(_GAP, 0, -_GAP, 0)
        painter.save()
        painter.setFont(option.font)
        if row.error:
            self._paint_error(painter, area, row)
        elif index.column() == 0:
            if not index.sibling(index.row(), 1).data():  # a name may go on where no kernel is
                area.setRight(area.right() + self._view.columnWidth(1))
            self._paint_name(painter, option, area, row)
        else:
            painter.setPen(QColor(theme.current().muted))
            side = Qt.AlignmentFlag(index.data(Qt.ItemDataRole.TextAlignmentRole))
            text = option.fontMetrics.elidedText(str(index.data()), Qt.TextElideMode.ElideRight, area.width())
            painter.drawText(area, side, text)
        painter.restore()

    def _paint_error(self, painter: QPainter, area: QRect, row: Row) -> None:
        """Paint why the forward pass stopped, over all columns that are in sight."""
        area.setRight(min(area.right(), self._view.viewport().width() - _GAP))
        text = painter.fontMetrics().elidedText(row.name, Qt.TextElideMode.ElideRight, area.width())
        painter.setPen(QColor(theme.current().error))
        painter.drawText(area, Qt.AlignmentFlag.AlignVCenter, text)

    def _paint_name(self, painter: QPainter, option: QStyleOptionViewItem, area: QRect, row: Row) -> None:
        tokens = theme.current()
        if row.node is not None and not row.children and row.node.op != "input":
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.kind_colour(row.node.op))
            top = area.center().y() - _SQUARE / 2 + 0.5
            painter.drawRoundedRect(QRectF(area.left(), top, _SQUARE, _SQUARE), 2, 2)
            area.setLeft(area.left() + _SQUARE + 2 * _GAP - 1)
        font = painter.font()
        font.setBold(bool(option.state & QStyle.StateFlag.State_Selected))
        painter.setFont(font)
        metrics = painter.fontMetrics()
        name = metrics.elidedText(row.name, Qt.TextElideMode.ElideMiddle, area.width())
        painter.setPen(QColor(tokens.text))
        painter.drawText(area, Qt.AlignmentFlag.AlignVCenter, name)
        area.setLeft(area.left() + metrics.horizontalAdvance(name) + 2 * _GAP)
        font.setBold(False)
        painter.setFont(font)
        if row.type and area.width() > min(_LEAST_TYPE, option.fontMetrics.horizontalAdvance(row.type)):
            painter.setPen(QColor(tokens.muted))
            kind = option.fontMetrics.elidedText(row.type, Qt.TextElideMode.ElideRight, area.width())
            painter.drawText(area, Qt.AlignmentFlag.AlignVCenter, kind)

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        """Return the height that all rows have."""
        return QSize(super().sizeHint(option, index).width(), HEIGHT)
