"""Lines of text that are set once and painted often: what the rows of a long list say, at each of its repaints."""

from functools import lru_cache
from typing import NamedTuple

from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QStaticText

_MOST = 8192  # lines of one font
_FONTS = 8


class SetLine(NamedTuple):
    """As much of a text as there is room for, and its width in pixels."""

    text: QStaticText
    width: int


class Setter:
    """Sets and paints lines in one font; finding where each letter stands costs more than painting it.

    Args:
        font: What they are painted in.
    """

    def __init__(self, font: QFont) -> None:
        self.font = font
        self._metrics = QFontMetrics(font)
        self._known: dict[tuple[str, int, Qt.TextElideMode], SetLine] = {}

    def width(self, text: str) -> int:
        """Return the width of a whole text in pixels."""
        return self._metrics.horizontalAdvance(text)

    def paint(
        self,
        painter: QPainter,
        cell: QRect,
        text: str,
        mode: Qt.TextElideMode = Qt.TextElideMode.ElideRight,
        side: Qt.AlignmentFlag = Qt.AlignmentFlag.AlignLeft,
    ) -> int:
        """Paint as much of a text as a cell has room for at a side of it, and return how wide that is in pixels."""
        line, width = self._set(text, cell.width(), mode)
        spare = cell.width() - width if side & Qt.AlignmentFlag.AlignRight else 0
        below = (cell.height() - self._metrics.height()) // 2
        painter.setFont(self.font)
        painter.drawStaticText(cell.topLeft() + QPoint(spare, below), line)
        return width

    def _set(self, text: str, room: int, mode: Qt.TextElideMode) -> SetLine:
        key = text, room, mode
        known = self._known.get(key)
        if known is None:
            if len(self._known) >= _MOST:
                self._known.clear()
            elided = self._metrics.elidedText(text, mode, room)
            line = QStaticText(elided)
            line.setTextFormat(Qt.TextFormat.PlainText)
            known = self._known[key] = SetLine(line, self._metrics.horizontalAdvance(elided))
        return known


def setter(font: QFont) -> Setter:
    """Return what sets lines in a font, with all that it set before."""
    return _setter(font.toString())


@lru_cache(_FONTS)
def _setter(description: str) -> Setter:
    font = QFont()
    font.fromString(description)
    return Setter(font)
