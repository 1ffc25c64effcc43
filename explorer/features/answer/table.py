"""What the tables of an answer share: a caption over all columns, a hint where there are no rows."""

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QFrame, QHeaderView, QTableView, QWidget

from explorer.window import theme
from explorer.window.format import tip
from explorer.window.widgets.tables import RowModel, add_copy, lay_rows, paint_hint

RANDOM = "random weights"
LABEL, SHARE = range(2)
_LEAST_BAR = 4 * theme.SPACING


class _Caption(QHeaderView):
    """A header that says in one line over all columns where the answer comes from."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self.wordings: tuple[str, ...] = ("",)
        self.warns = False

    @property
    def text(self) -> str:
        """What it says: the first wording for which there is room, else the last."""
        width = self._room().width()
        fitting = (it for it in self.wordings if self.fontMetrics().horizontalAdvance(it) <= width)
        return next(fitting, self.wordings[-1])

    def _room(self) -> QRect:
        return self.viewport().rect().adjusted(theme.SPACING // 2, 0, -theme.SPACING, 0)

    def sizeHint(self) -> QSize:
        return QSize(super().sizeHint().width(), self.fontMetrics().height() + theme.SPACING)

    def paintEvent(self, event: QPaintEvent) -> None:
        tokens = theme.current()
        painter = QPainter(self.viewport())
        painter.fillRect(self.viewport().rect(), QColor(tokens.raised if self.text else tokens.surface))
        painter.setPen(QColor(tokens.warning if self.warns else tokens.muted))
        area = self._room()
        text = self.fontMetrics().elidedText(self.text, Qt.TextElideMode.ElideMiddle, area.width())
        painter.drawText(area, Qt.AlignmentFlag.AlignVCenter, text)


class AnswerTable(QTableView):
    """Names on the left, what is said of each on the right; further columns are only for other programs.

    Args:
        rows: The model.
        parent: As in Qt.
    """

    def __init__(self, rows: RowModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.rows = rows
        self._hint = ""
        self._caption = _Caption(self)
        self.setHorizontalHeader(self._caption)
        self.setModel(rows)
        self._arrange()
        self.setMinimumWidth(self.fontMetrics().horizontalAdvance(RANDOM) + 2 * theme.SPACING)
        self.setMinimumHeight(self.sizeHint().height())  # one scroll bar is enough: that of the side
        add_copy(self)

    def _arrange(self) -> None:
        lay_rows(self)
        self.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._caption.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)

    @property
    def hint(self) -> str:
        """What stands here while there are no rows."""
        return self._hint

    def caption(self) -> str:
        """Return what stands above the rows."""
        return self._caption.text

    def say(self, *wordings: str, warns: bool) -> None:
        """Say above the rows where the answer comes from, in the first of these wordings that fits."""
        self._caption.wordings, self._caption.warns = wordings, warns
        self._caption.setToolTip(
            tip("Its weights are random: its answer says nothing about the image." if warns else wordings[0])
        )
        self.setAccessibleDescription(wordings[0])
        self._caption.viewport().update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Share the room between names and bars."""
        super().resizeEvent(event)
        self.share_room()

    def share_room(self) -> None:
        """Give the names half of the room, and more where one of them needs it and the bars still have enough."""
        metrics, room = self.fontMetrics(), self.viewport().width()
        needed = max((metrics.horizontalAdvance(it.label) for it in self.rows.rows), default=0)
        needed += self.beside_names()
        least = metrics.horizontalAdvance("100.0 %") + _LEAST_BAR + 5 * theme.SPACING // 2
        names = min(max(room // 2, needed + 2 * theme.SPACING), max(room - least, room // 2))
        self._caption.resizeSection(LABEL, names)
        self._caption.resizeSection(SHARE, room - names)

    def beside_names(self) -> int:
        """Return the room that stands beside a name, in pixels."""
        return 0

    def sizeHint(self) -> QSize:
        """Return a size that holds five rows."""
        height = self._caption.sizeHint().height() + 5 * self.verticalHeader().defaultSectionSize()
        return QSize(36 * self.fontMetrics().averageCharWidth(), height + 2 * self.frameWidth())

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the rows, or what to do while there are none."""
        super().paintEvent(event)
        if not self.rows.rows:
            paint_hint(self, self._hint)
