"""The answer before and after: two bars a class, the one with all on above the one without what is off."""

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QHeaderView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from explorer.features.ablation.messages import Shift
from explorer.window import format as fmt
from explorer.window import theme
from explorer.window.widgets.tables import PLAIN_ROLE, Index, RowModel, add_copy, lay_rows, paint_hint

_SHIFT_ROLE = Qt.ItemDataRole.UserRole + 1
_BAR = theme.SPACING - 2


class _Shifts(RowModel[Shift]):
    """One row a class; before and after in columns of their own for other programs."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__((("Class", ""), ("Before", ""), ("After", "")), parent)
        self.is_random = False

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        row, column = self.rows[index.row()], index.column()
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return (row.before.label, fmt.result(row.before), fmt.result(row.after))[column]
            case Qt.ItemDataRole.AccessibleTextRole:
                return f"{row.before.label}, {self.told(row)}"
            case Qt.ItemDataRole.ToolTipRole:
                return fmt.tip(_whole(row))
            case _ if role == PLAIN_ROLE:
                return (row.before.label, row.before.rank, row.after.rank)[column]
            case _ if role == _SHIFT_ROLE:
                return row
        return None

    def told(self, row: Shift) -> str:
        """Return what a class had, and what it has now."""
        return f"{fmt.result(row.before)} → {fmt.result(row.after)}"


def _whole(row: Shift) -> str:
    lines = [f"{row.before.label} (class {row.before.index})"]
    if row.before.probability is not None and row.after.probability is not None:
        lines.append(f"probability {row.before.probability:.2%} → {row.after.probability:.2%}")
    if row.before.value is not None and row.after.value is not None:
        lines.append(f"the network's number {fmt.number(row.before.value)} → {fmt.number(row.after.value)}")
    return "\n".join(lines)


class _Pair(QStyledItemDelegate):
    """Paints the name and both results in a line, and below it the two bars."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        tokens, unit = theme.current(), theme.SPACING
        model: _Shifts = index.model()  # type: ignore[assignment]
        row: Shift = index.data(_SHIFT_ROLE)
        if option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(option.rect, QColor(tokens.accent_ground))
        area = option.rect.adjusted(unit // 2, unit // 2, -unit // 2, -unit // 2)
        line = area.adjusted(0, 0, 0, option.fontMetrics.height() - area.height())
        told = model.told(row)
        painter.setPen(QColor(tokens.muted if model.is_random else tokens.text))
        painter.drawText(line, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, told)
        room = line.width() - option.fontMetrics.horizontalAdvance(told) - unit
        name = option.fontMetrics.elidedText(row.before.label, Qt.TextElideMode.ElideMiddle, room)
        painter.drawText(line, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, name)
        if row.before.probability is None or row.after.probability is None:
            return
        after = tokens.muted if model.is_random else tokens.accent
        bars = [(row.before.probability, theme.blend(tokens.muted, tokens.surface, 0.5))]
        bars += [(row.after.probability, QColor(after))]
        top = float(line.bottom() + unit // 2)
        for share, colour in bars:
            painter.fillRect(QRectF(area.left(), top, area.width(), _BAR), QColor(tokens.raised))
            painter.fillRect(QRectF(area.left(), top, area.width() * min(max(share, 0.0), 1.0), _BAR), colour)
            top += _BAR + 2


class ShiftTable(QTableView):
    """The first classes of both answers, those of the one with all on first."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("shiftTable")
        self.setAccessibleName("The answer before and after")
        self.shifts = _Shifts(self)
        self._hint = ""
        self.setModel(self.shifts)
        self.setItemDelegateForColumn(0, _Pair(self))
        lay_rows(self, self.fontMetrics().height() + 2 * _BAR + 2 * theme.SPACING)
        self.setFrameShape(self.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.horizontalHeader().hide()
        self.horizontalHeader().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        for column in (1, 2):  # painted with the name; copied and saved for themselves
            self.setColumnHidden(column, True)
        add_copy(self)

    def set_shifts(self, shifts: Sequence[Shift], is_random: bool, hint: str = "") -> None:
        """Show classes; without any, `hint`.

        Args:
            shifts: Before and after.
            is_random: True mutes what random weights answer.
            hint: What to do, or why there is nothing to show.
        """
        self._hint = hint
        self.shifts.is_random = is_random
        self.shifts.replace(tuple(shifts))
        self.viewport().update()

    @property
    def hint(self) -> str:
        """What stands here while there are no rows."""
        return self._hint if not self.shifts.rows else ""

    def sizeHint(self) -> QSize:
        """Return a size that holds five classes."""
        return QSize(
            30 * self.fontMetrics().averageCharWidth(), 5 * self.verticalHeader().defaultSectionSize()
        )

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the rows, or what to do while there are none."""
        super().paintEvent(event)
        if self.hint:
            paint_hint(self, self.hint)
