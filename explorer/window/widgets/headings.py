"""Headings that sort: an arrow opposite to the words, so that nothing moves when a person sorts."""

from PySide6.QtCore import QPointF, QRect, Qt
from PySide6.QtGui import QColor, QPainter, QPolygonF
from PySide6.QtWidgets import QHeaderView, QStyleOptionHeader, QTableView, QWidget

from explorer.window import theme

ARROW = theme.SPACING
"""Pixels across the arrow; beside its words a heading needs these and a gap."""


class SortHeadings(QHeaderView):
    """Names of columns. The arrow of the one that is sorted points down where the largest stands first."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self.setSectionsClickable(True)
        self.setHighlightSections(False)

    def initStyleOptionForIndex(self, option: QStyleOptionHeader, index: int) -> None:
        """Leave the arrow out: the style would make room for it between the words."""
        super().initStyleOptionForIndex(option, index)
        option.sortIndicator = QStyleOptionHeader.SortIndicator.None_

    def paintSection(self, painter: QPainter, area: QRect, section: int) -> None:
        """Paint a heading, and the arrow if it is sorted by."""
        painter.save()
        super().paintSection(painter, area, section)
        painter.restore()
        if self.isSortIndicatorShown() and section == self.sortIndicatorSection():
            self._paint_arrow(painter, area, section)

    def _paint_arrow(self, painter: QPainter, area: QRect, section: int) -> None:
        side = self.model().headerData(section, self.orientation(), Qt.ItemDataRole.TextAlignmentRole)
        is_right = side is not None and bool(Qt.AlignmentFlag(side) & Qt.AlignmentFlag.AlignRight)
        half = ARROW / 2
        x = area.left() + ARROW if is_right else area.right() - ARROW
        y = area.center().y() + 0.5
        tall = half / 2 if self.sortIndicatorOrder() is Qt.SortOrder.DescendingOrder else -half / 2
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(theme.current().accent))
        corners = (QPointF(x - half, y - tall), QPointF(x + half, y - tall), QPointF(x, y + tall))
        painter.drawPolygon(QPolygonF(corners))
        painter.restore()


def add_sorting(table: QTableView) -> None:
    """Let a click on a heading of a table sort its rows."""
    table.setHorizontalHeader(SortHeadings(table))
    table.setSortingEnabled(True)
