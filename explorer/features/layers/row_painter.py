"""How a row of the tree is painted: the colour of its kind, its name, its class in a lesser weight, its numbers."""

from collections.abc import Collection, Sequence

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QPainter
from PySide6.QtWidgets import QStyle, QTreeView

from explorer.features.layers.model import alignment
from explorer.features.layers.rows import Row
from explorer.window import theme
from explorer.window.widgets.set_line import setter

HEIGHT = 25
_SQUARE = 7
_BAR = 3
_ARROW = 4.5  # pixels, half of the long side
_GAP = theme.SPACING // 2
_LEAST_TYPE = 7 * theme.SPACING  # of less than this of a class nobody could guess the rest


class RowPainter:
    """Paints the rows of one repaint of a tree, each whole.

    A view that paints cell by cell asks the model a hundred questions a row, which costs more than the painting.

    Args:
        view: The tree as it is now: its columns, its font, its colours.
        selected: The rows that are selected.
        focus: The row that the keys move; None while they do not.
    """

    def __init__(self, view: QTreeView, selected: Collection[Row], focus: Row | None) -> None:
        self._selected, self._focus = selected, focus
        self._view = view
        bold = QFont(view.font())
        bold.setBold(True)
        self._lines, self._bold_lines = setter(view.font()), setter(bold)
        self._width = view.viewport().width()
        self._left, self._indentation = view.columnViewportPosition(0), view.indentation()
        self._columns = [
            (number, view.columnViewportPosition(number), view.columnWidth(number), alignment(number))
            for number in range(1, view.header().count())
            if not view.isColumnHidden(number)
        ]
        tokens = theme.current()
        self._text = QColor(tokens.text if view.isEnabled() else tokens.muted)
        self._muted, self._error = QColor(tokens.muted), QColor(tokens.error)
        self._accent, self._ground = QColor(tokens.accent), QColor(tokens.accent_ground)

    def paint(
        self, painter: QPainter, area: QRect, row: Row, texts: Sequence[str], state: QStyle.StateFlag
    ) -> None:
        """Paint a row; a tint and a bar at the left of a selected one, a ring around the one that has the focus.

        Args:
            painter: On the viewport of the view.
            area: The row, as wide as the viewport, in pixels.
            row: What is painted.
            texts: What each column says of it.
            state: Whether it has children, and is open.
        """
        is_selected = row in self._selected
        painter.save()
        if is_selected:
            painter.fillRect(area, self._ground)
        left = self._left + (_depth(row) + 1) * self._indentation
        if state & QStyle.StateFlag.State_Children:
            middle = QPointF(left - self._indentation / 2, area.top() + HEIGHT / 2)
            self._paint_arrow(painter, middle, bool(state & QStyle.StateFlag.State_Open))
        cell = QRect(left, area.top(), self._left + self._view.columnWidth(0) - left, area.height())
        cell.adjust(_GAP, 0, -_GAP, 0)
        if row.error:
            self._paint_error(painter, cell, row)
        else:
            self._paint_cells(painter, area, texts)
            if not texts[1] and self._columns:  # a name may go on where no kernel is
                cell.setRight(cell.right() + self._view.columnWidth(1))
            self._paint_name(painter, cell, row, is_selected)
        if is_selected:
            painter.fillRect(area.left(), area.top(), _BAR, area.height(), self._accent)
        if row is self._focus:
            painter.setPen(self._accent)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(area.adjusted(0, 0, -1, -1))
        painter.restore()

    def _paint_arrow(self, painter: QPainter, middle: QPointF, is_open: bool) -> None:
        """Paint a triangle that points down if the group is open, else to the right; large enough for no comma."""
        long, deep = _ARROW, 0.6 * _ARROW
        ends = (
            ((-long, -deep), (long, -deep), (0.0, deep))
            if is_open
            else ((-deep, -long), (deep, 0.0), (-deep, long))
        )
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._muted)
        painter.drawPolygon([middle + QPointF(*end) for end in ends])
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)

    def _paint_cells(self, painter: QPainter, area: QRect, texts: Sequence[str]) -> None:
        """Paint all columns but that of names, elided at their ends."""
        painter.setPen(self._muted)
        for number, left, width, side in self._columns:
            if texts[number]:
                cell = QRect(left + _GAP, area.top(), width - 2 * _GAP, area.height())
                self._lines.paint(painter, cell, texts[number], side=side)

    def _paint_error(self, painter: QPainter, cell: QRect, row: Row) -> None:
        """Paint why the forward pass stopped, over all columns that are in sight."""
        cell.setRight(self._width - _GAP)
        painter.setPen(self._error)
        self._lines.paint(painter, cell, row.name)

    def _paint_name(self, painter: QPainter, cell: QRect, row: Row, is_bold: bool) -> None:
        """Paint the colour of its kind, the name, elided in its middle, and the class where there is room."""
        if row.node is not None and not row.children and row.node.is_operation:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.kind_colour(row.node.op))
            top = cell.center().y() - _SQUARE / 2 + 0.5
            painter.drawRoundedRect(QRectF(cell.left(), top, _SQUARE, _SQUARE), 2, 2)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
            cell.setLeft(cell.left() + _SQUARE + 2 * _GAP - 1)
        painter.setPen(self._text)
        lines = self._bold_lines if is_bold else self._lines
        width = lines.paint(painter, cell, row.name, Qt.TextElideMode.ElideMiddle)
        cell.setLeft(cell.left() + width + 2 * _GAP)
        if row.type and cell.width() > min(_LEAST_TYPE, self._lines.width(row.type)):
            painter.setPen(self._muted)
            self._lines.paint(painter, cell, row.type)


def _depth(row: Row) -> int:
    """Return how many rows a row lies in; those at the top lie in the invisible root."""
    depth, above = -1, row.parent
    while above is not None:
        depth, above = depth + 1, above.parent
    return depth
