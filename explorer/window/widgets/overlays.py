"""What is drawn over a picture: rectangles and masks, legible on any colour below them."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPen

from explorer.window import theme

_VEIL = 80  # of 255: how much of the surface's colour lies over what a mask leaves out; its colours can still be read
_FIELD_LINE = "#ffffff"  # on the colour of the field, in both themes
_SMALLEST = 4.0  # pixels; a frame around something smaller would cover it
SPOT = 5.0  # pixels


@dataclass(frozen=True)
class Box:
    """A rectangle over the picture.

    Attributes:
        rect: (top, left, bottom, right) in picture pixels, half-open.
        field: True for the look of a receptive field, False for that of a selection.
        label: A few words beside it.
        dashed: True where the rectangle is only a bound.
    """

    rect: tuple[int, int, int, int]
    field: bool = False
    label: str = ""
    dashed: bool = False


def draw_frame(painter: QPainter, rect: QRectF, field: bool = False, dashed: bool = False) -> None:
    """Draw a rectangle in the widget: a line in the accent on a halo, or a white one in the colour of the field."""
    if rect.width() < _SMALLEST or rect.height() < _SMALLEST:
        rect = rect.adjusted(-2, -2, 2, 2)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    halo, line = _pens(field)
    if dashed:
        line.setStyle(Qt.PenStyle.DashLine)
    for pen in (halo, line):
        painter.setPen(pen)
        painter.drawRect(rect)


def draw_spot(painter: QPainter, at: QPointF) -> None:
    """Draw a small ring around a point of the widget, in the colours of a field."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for pen in _pens(True):
        painter.setPen(pen)
        painter.drawEllipse(at, SPOT, SPOT)
    painter.restore()


def draw_label(painter: QPainter, rect: QRectF, box: Box, extent: QRectF) -> None:
    """Write a box's label above its rectangle, or below where there is no room, inside `extent`."""
    text = QRectF(painter.fontMetrics().boundingRect(box.label)).adjusted(-4, -2, 4, 2)
    above = rect.top() - text.height() - 2
    top = above if above >= extent.top() else min(rect.bottom() + 2, extent.bottom() - text.height())
    left = min(max(rect.left(), extent.left()), max(extent.left(), extent.right() - text.width()))
    text.moveTo(left, top)
    tokens = theme.current()
    painter.fillRect(text, QColor(tokens.field if box.field else tokens.accent))
    painter.setPen(QColor("#000000" if box.field else tokens.accent_text))
    painter.drawText(text, Qt.AlignmentFlag.AlignCenter, box.label)


class Veil:
    """A mask over a picture: what it leaves out is dimmed, what it holds is outlined."""

    def __init__(self, mask: NDArray[np.bool_]) -> None:
        """Prepare the drawing of an (H, W) mask in the colours of the current theme."""
        self.mask = mask
        colour = QColor(theme.current().surface)
        colour.setAlpha(_VEIL)
        self._shade = np.where(mask, 0, colour.rgba()).astype(np.uint32)  # the image lives on its memory
        height, width = mask.shape
        form = QImage.Format.Format_ARGB32
        self._image = QImage(self._shade.data, width, height, 4 * width, form)
        self._outline = _outline(mask)

    def draw(self, painter: QPainter, area: QRectF) -> None:
        """Draw it over the picture, which fills `area` of the widget."""
        painter.drawImage(area, self._image)
        painter.save()
        painter.translate(area.topLeft())
        painter.scale(area.width() / self._image.width(), area.height() / self._image.height())
        for pen in _pens(field=True):
            pen.setCosmetic(True)
            painter.setPen(pen)
            painter.drawLines(self._outline)
        painter.restore()


def _pens(field: bool) -> tuple[QPen, QPen]:
    tokens = theme.current()
    if field:
        pens = QPen(QColor(tokens.field), 5), QPen(QColor(_FIELD_LINE), 2)
    else:
        pens = QPen(QColor(tokens.accent_text), 5), QPen(QColor(tokens.accent), 2)
    for pen in pens:
        pen.setJoinStyle(Qt.PenJoinStyle.MiterJoin)
    return pens


def _outline(mask: NDArray[np.bool_]) -> list[QLineF]:
    """Return the border of a mask (H, W), one line for each side of a pixel that lies on it."""
    ring = np.pad(mask, 1)
    across = np.argwhere(ring[1:, 1:-1] != ring[:-1, 1:-1])  # (y, x): the upper side of a pixel
    along = np.argwhere(ring[1:-1, 1:] != ring[1:-1, :-1])  # (y, x): the left side of a pixel
    return [QLineF(x, y, x + 1, y) for y, x in across.tolist()] + [
        QLineF(x, y, x, y + 1) for y, x in along.tolist()
    ]
