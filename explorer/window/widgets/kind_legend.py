"""Which colour stands for which kind of operation; in a narrow place all numbers go first, then whole entries."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QPointF, QRect, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QWidget

from explorer.window import format as fmt
from explorer.window import theme
from explorer.window.theme import SPACING
from explorer.window.widgets.graph.box_painter import BADGE, paint_badge
from explorer.window.widgets.graph.marks import Badge

OTHER = "other"
"""Stands for every kind that has no colour of its own."""


@dataclass(frozen=True)
class Entry:
    """A line of a legend.

    Attributes:
        text: What it says.
        kind: A key of `theme.KINDS`, or `OTHER`.
        is_line: True for a line of that colour, False for a dot.
        badge: A sign in the place of the dot; None for none.
        number: What stands behind it where there is room for those of all.
        widest: The widest that it may be: its room is kept before it is known.
    """

    text: str
    kind: str
    is_line: bool = False
    badge: Badge | None = None
    number: str = ""
    widest: str = ""

    @property
    def whole(self) -> str:
        """What it says with its number."""
        return f"{self.text} {self.number}".rstrip()


def kinds_of(ops: Iterable[str]) -> list[Entry]:
    """Return an entry for each kind that operations of these names are of, in the order of `theme.KINDS`."""
    found = {theme.kind_of(op) or OTHER for op in ops}
    return [Entry(kind, kind) for kind in (*theme.KINDS, OTHER) if kind in found]


class KindLegend(QWidget):
    """A dot and a word for each kind, in few rows."""

    def __init__(self, rows: int = 1) -> None:
        super().__init__()
        self._entries: tuple[Entry, ...] = ()
        self._rows = rows
        self._row_height = self.fontMetrics().height() + SPACING // 2
        self.setMinimumHeight(self._row_height)

    def set_entries(self, entries: Sequence[Entry], tip: str) -> None:
        """Show these entries; the tooltip tells them all, after `tip`."""
        self._entries = tuple(entries)
        self.setToolTip(fmt.tip("\n".join((tip, *self.texts))))
        self.setAccessibleName(f"{tip} {', '.join(self.texts)}")
        self._set_height()
        self.updateGeometry()
        self.update()

    @property
    def texts(self) -> list[str]:
        """What the entries say where there is room."""
        return [entry.whole for entry in self._entries]

    def sizeHint(self) -> QSize:
        """Return the width of all entries in one row."""
        return QSize(sum(self._widths(self.texts)), self.minimumHeight())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Take as many rows as the entries need by now."""
        super().resizeEvent(event)
        self._set_height()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        """Paint as many entries as there is room for."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        tokens = theme.current()
        for entry, text, place in zip(self._entries, *self._laid(), strict=False):
            self._paint_mark(painter, entry, place)
            painter.setPen(QColor(tokens.muted))
            words = place.adjusted(_side(entry) + SPACING // 2, 0, 0, 0)
            painter.drawText(words, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, text)

    def _paint_mark(self, painter: QPainter, entry: Entry, place: QRect) -> None:
        middle = place.top() + place.height() // 2
        if entry.badge is not None:
            paint_badge(painter, QPointF(place.left() + BADGE / 2, middle), entry.badge, self.font())
            return
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.colour_of(entry.kind))
        thick = 2 if entry.is_line else SPACING
        painter.drawRoundedRect(QRect(place.left(), middle - thick // 2, SPACING, thick), 2, 2)

    def changeEvent(self, event: QEvent) -> None:
        """Follow the theme."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self.update()

    @property
    def said(self) -> list[str]:
        """What is painted."""
        return [text for text, _ in zip(*self._laid(), strict=False)]

    def _laid(self, wholes: list[str] | None = None) -> tuple[list[str], list[QRect]]:
        """Return what the entries say and where, where there is room for them: all with their numbers, or none."""
        for texts in (wholes or self.texts, [it.text for it in self._entries]):
            for rows in range(1, self._rows + 1):
                places = self._places(texts, rows)
                if len(places) == len(texts):
                    return texts, places
        return texts, places

    def _places(self, texts: Sequence[str], rows: int) -> list[QRect]:
        """Return where these texts stand, of those for which there is room."""
        found, left, row = [], 0, 0
        for width in self._widths(texts):
            if left and left + width - SPACING > self.width():
                left, row = 0, row + 1
            if row >= rows or left + width - SPACING > self.width():
                break
            found.append(QRect(left, row * self._row_height, width, self._row_height))
            left += width
        return found

    def _set_height(self) -> None:
        widest = [f"{it.text} {it.widest or it.number}".rstrip() for it in self._entries]
        places = self._laid(widest)[1]
        height = places[-1].bottom() + 1 if places else self._row_height
        if height != self.minimumHeight():
            self.setMinimumHeight(height)

    def _widths(self, texts: Sequence[str]) -> list[int]:
        metrics = self.fontMetrics()
        return [
            metrics.horizontalAdvance(text) + 2 + _side(it) + 2 * SPACING + SPACING // 2
            for it, text in zip(self._entries, texts, strict=True)
        ]


def _side(entry: Entry) -> int:
    """Return the width of what stands before the words, in pixels."""
    return int(BADGE) if entry.badge is not None else SPACING
