"""What each channel does for a class: a bar to the left where the class loses without it, to the right for a gain."""

import math
from collections.abc import Collection
from dataclasses import dataclass

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import (
    QHeaderView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from explorer.features.ablation.messages import Ranking
from explorer.window import format as fmt
from explorer.window import theme
from explorer.window.widgets.headings import SortHeadings
from explorer.window.widgets.tables import PLAIN_ROLE, Index, RowModel, add_copy, lay_rows, paint_hint

NAME, CHANGE, SHARE = range(3)
_SHARE_ROLE = Qt.ItemDataRole.UserRole + 1
_ROOM_FOR_SHARES = 300  # pixels
_OFF = ", off"
_SAME = "no change"


@dataclass(frozen=True)
class Effect:
    """What one channel or head does.

    Attributes:
        number: Which one.
        name: `channel 5`.
        change: Of the class's number without it.
        share: Of its probability; None where there is none.
        is_off: Whether it is switched off now.
    """

    number: int
    name: str
    change: float
    share: float | None
    is_off: bool


class _Effects(RowModel[Effect]):
    """One row a channel: name, change, change of probability."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(
            (("Part", ""), ("Change", ""), ("Δ probability", "")),
            parent,
            plain=("number", "change", "change of probability"),
        )
        self.full = 0.0
        self.decimals = 0  # of all changes

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        row, column = self.rows[index.row()], index.column()
        match role:
            case Qt.ItemDataRole.DisplayRole:
                name = f"{row.name}{_OFF}" if row.is_off else row.name
                return (name, signed(row.change, self.decimals), points(row.share))[column]
            case Qt.ItemDataRole.ToolTipRole:
                return fmt.tip(_whole(row))
            case Qt.ItemDataRole.AccessibleTextRole:
                return _whole(row)
            case Qt.ItemDataRole.ForegroundRole if column == NAME and row.is_off:
                return QColor(theme.current().warning)
            case Qt.ItemDataRole.TextAlignmentRole if column == SHARE:
                return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
            case _ if role == PLAIN_ROLE:
                return (row.number, row.change, row.share)[column]
            case _ if role == _SHARE_ROLE:
                return row.change / self.full if self.full else 0.0
        return None


class _SignedBar(QStyledItemDelegate):
    """Paints a change as a bar from the middle, its number at the right."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        tokens, unit = theme.current(), theme.SPACING
        if option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(option.rect, QColor(tokens.accent_ground))
        area = option.rect.adjusted(unit // 2, 0, -unit // 2, 0)
        painter.setPen(QColor(tokens.text))
        painter.drawText(area, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, str(index.data()))
        area.setRight(area.right() - option.fontMetrics.horizontalAdvance(_SAME) - unit)
        share = float(index.data(_SHARE_ROLE))
        if area.width() < 2 * unit or math.isnan(share):
            return
        middle, half = area.left() + area.width() / 2, area.width() / 2
        length = half * max(-1.0, min(1.0, share))
        bar = QRectF(middle, area.center().y() - unit / 2 + 0.5, length, unit).normalized()
        painter.fillRect(bar, theme.series_colour(0 if share < 0 else 1))
        zero = QRectF(middle - 0.5, option.rect.top() + 2, 1, option.rect.height() - 4)
        painter.fillRect(zero, QColor(tokens.muted))


class RankingTable(QTableView):
    """Channels or heads, what matters most first. A click, Return or Space switches one off, and on again.

    Signals:
        toggled(int): Number of the channel or head.
    """

    toggled = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("rankingTable")
        self.setAccessibleName("What matters for the class")
        self.effects = _Effects(self)
        self._hint = ""
        self.setModel(self.effects)
        self.setItemDelegateForColumn(CHANGE, _SignedBar(self))
        self.setHorizontalHeader(SortHeadings(self))
        lay_rows(self)
        self.setFrameShape(self.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.horizontalHeader().setSectionsClickable(False)  # it says its order, which is always the same
        self.horizontalHeader().setSortIndicatorShown(True)
        self.horizontalHeader().setSortIndicator(CHANGE, Qt.SortOrder.DescendingOrder)
        self.horizontalHeader().setSectionResizeMode(NAME, QHeaderView.ResizeMode.Fixed)
        self.horizontalHeader().setSectionResizeMode(CHANGE, QHeaderView.ResizeMode.Stretch)
        self.horizontalHeader().setSectionResizeMode(SHARE, QHeaderView.ResizeMode.ResizeToContents)
        add_copy(self)
        self.clicked.connect(self._on_clicked)

    def set_ranking(self, ranking: Ranking | None, off: Collection[int], hint: str = "") -> None:
        """Show a ranking; None shows `hint` in its place.

        Args:
            ranking: What is shown.
            off: Numbers of what is switched off now.
            hint: What to do, or what is on its way.
        """
        self._hint = hint
        self.horizontalHeader().setVisible(ranking is not None)
        place, current = self.verticalScrollBar().value(), self.currentIndex().row()
        if ranking is None:
            self.effects.replace(())
            self.viewport().update()
            return
        self.effects.decimals = fmt.decimals(ranking.values.tolist())
        finite = [abs(it) for it in ranking.values.tolist() if math.isfinite(it)]
        self.effects.full = max(finite, default=0.0)
        longest = f"{ranking.part} {max(ranking.numbers.tolist(), default=0)}{_OFF}"
        self.setColumnWidth(NAME, self.fontMetrics().horizontalAdvance(longest) + 2 * theme.SPACING)
        score = _LOGIT if ranking.unit == "logits" else _NUMBER
        self.effects.headings = (
            (str(ranking.part).capitalize(), ""),
            ("Δ score", fmt.tip(f"{score}\n{_HEADING}")),
            (
                "Δ probability",
                "Change of the class's probability without it, in percentage points: hundredths of the whole",
            ),
        )
        shares = ranking.shares.tolist() if ranking.shares is not None else [None] * len(ranking.numbers)
        changes = zip(ranking.numbers.tolist(), ranking.values.tolist(), shares, strict=True)
        self.effects.replace(
            [Effect(k, f"{ranking.part} {k}", by, share, k in off) for k, by, share in changes]
        )
        self.verticalScrollBar().setValue(place)
        if 0 <= current < len(self.effects.rows):
            self.setCurrentIndex(self.effects.index(current, NAME))

    @property
    def hint(self) -> str:
        """What stands here while there are no rows."""
        return self._hint if not self.effects.rows else ""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Switch the current one with Return or Space."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            if self.currentIndex().isValid():
                self._on_clicked(self.currentIndex())
        else:
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Leave the probabilities out where there is no room for them."""
        super().resizeEvent(event)
        self.setColumnHidden(SHARE, self.viewport().width() < _ROOM_FOR_SHARES)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the rows, or what to do while there are none."""
        super().paintEvent(event)
        if self.hint:
            paint_hint(self, self.hint)

    def _on_clicked(self, index: Index) -> None:
        self.toggled.emit(self.effects.rows[index.row()].number)


_LOGIT = "The score of a class is its logit: the number that the network has for it before softmax."
_NUMBER = "The score of a class is the number that the network has for it."
_HEADING = (
    "The class with this one alone switched off, minus the class with all on.\n"
    "To the left: the class loses without it, so it speaks for the class. To the right: against it.\n"
    "The largest change comes first, whichever way it goes; those of the same size by their number."
)


def signed(change: float, decimals: int) -> str:
    """Return a change with its sign and so many decimals: `−0.613`, `+0.020`, `<0.001`, `no change`."""
    if change == 0:
        return _SAME
    text = fmt.fixed(change, decimals)
    if math.isfinite(change) and not float(text.replace("−", "-")):
        return f"<{fmt.fixed(10.0**-decimals, decimals)}"
    return f"+{text}" if change > 0 and math.isfinite(change) else text


def points(share: float | None) -> str:
    """Return a change of a probability in percentage points: `−12.3 points`, `<0.05 points`, `no change`."""
    if share is None or math.isnan(share):
        return fmt.UNKNOWN
    if share == 0:
        return _SAME
    return "<0.05 points" if abs(share) < 0.0005 else f"{100 * share:+.1f} points".replace("-", "−")


def _whole(row: Effect) -> str:
    """Return all that is known of a row."""
    lost = "loses" if row.change < 0 else "gains"
    share = "" if row.share is None else f", {points(row.share)} in probability"
    by = fmt.number(abs(row.change)) if row.change else "nothing"
    state = "It is switched off now; click to switch it on." if row.is_off else "Click to switch it off."
    if not math.isfinite(row.change):
        return f"Without {row.name} the network gives no number. {state}"
    return f"Without {row.name} the class {lost} {by}{share}. {_odds(row)}{state}"


def _odds(row: Effect) -> str:
    """Say how a probability can go the other way than its score: it depends on the scores of the others too."""
    if row.share is None or not row.share * row.change < 0:
        return ""
    goes, all_go = ("rises", "fall") if row.share > 0 else ("falls", "rise")
    return f"Its probability {goes} all the same, because the scores of others {all_go} more. "
