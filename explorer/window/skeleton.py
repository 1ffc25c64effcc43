"""The skeleton of the Explore page: where things will be, before the first of them is there."""

from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QColor, QPainter

from explorer.window import theme
from explorer.window.theme import SPACING

_ROW, _BAR = 25, 10  # pixels from row to row, and of a line of text
_ROUND = SPACING / 2
_NAMES = (9, 15, 8, 12, 14, 10, 12, 9)  # widths of the names in a tree, in units of spacing


def paint_skeleton(painter: QPainter, navigator: QRect, head: QRect, lens: QRect, side: QRect) -> None:
    """Paint the grounds of the contents of the page, and pale blocks where text and pictures will be.

    Args:
        painter: On the page.
        navigator, head, lens, side: Where they are, in pixels; empty ones are folded away.
    """
    tokens = theme.current()
    painter.save()
    painter.setPen(Qt.PenStyle.NoPen)
    for part in (head, lens):
        painter.fillRect(part, QColor(tokens.window))
    for part in (navigator, side):
        painter.fillRect(part, QColor(tokens.surface))
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(QColor(tokens.raised))
    for part, blocks, margin in (
        (navigator, _tree, SPACING),
        (head, _head, 0),
        (lens, _lens, 0),
        (side, _input, SPACING),
    ):
        inside = part.adjusted(margin, margin, -margin, -margin)
        for block in blocks(inside) if inside.isValid() else ():
            painter.drawRoundedRect(QRectF(block & inside), _ROUND, _ROUND)
    painter.restore()


def _tree(area: QRect) -> list[QRect]:
    first = area.top() + 3 * SPACING + _ROW + (_ROW - _BAR) // 2
    blocks = [QRect(area.left(), area.top(), area.width(), 3 * SPACING)]
    for number, top in enumerate(range(first, area.bottom() - _ROW, _ROW)):
        blocks.append(QRect(area.left(), top, _NAMES[number % len(_NAMES)] * SPACING, _BAR))
        blocks.append(QRect(area.right() - 10 * SPACING, top, 10 * SPACING, _BAR))
    return blocks


def _head(area: QRect) -> list[QRect]:
    return [
        QRect(area.left(), area.top() + SPACING // 2, min(50 * SPACING, area.width() // 2), 2 * SPACING),
        QRect(area.left(), area.top() + 7 * SPACING // 2, min(70 * SPACING, area.width()), _BAR),
    ]


def _lens(area: QRect) -> list[QRect]:
    half = (area.width() - SPACING) // 2
    top = area.top() + 4 * SPACING
    height = max(area.bottom() - top - 5 * SPACING, 0)
    right = area.left() + half + SPACING
    large = min(half, height)
    return [
        QRect(area.left(), top, half, height),
        QRect(right, top, half, large),
        QRect(right, top + large + 6 * SPACING, half, height - large - 6 * SPACING),
    ]


def _input(area: QRect) -> list[QRect]:
    width = area.width() - 2 * SPACING  # beside the scroll bar
    top = area.top() + 3 * SPACING
    lines = range(top + width + 8 * SPACING, top + width + 24 * SPACING, 3 * SPACING)
    return [QRect(area.left(), top, width, width), *(QRect(area.left(), line, width, _BAR) for line in lines)]
