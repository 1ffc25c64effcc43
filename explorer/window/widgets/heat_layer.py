"""Values laid over the picture as colour: the stronger a value, the less of the picture is seen through it."""

from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QColor, QImage, QPainter

from explorer.records.heat import HeatMap, spread


class HeatLayer:
    """Draws a heat map over a picture.

    Args:
        heat: What is drawn.
        opacity: From 0 to 1: how much of the picture the strongest value hides.
        smooth: Whether it runs evenly from value to value; else each value is a square.
        even: Whether all that is known hides as much as the strongest value, zeros too.
        dim: From 0 to 1: how much darker the picture is made, so that few strong values are seen on it.
    """

    def __init__(
        self,
        heat: HeatMap,
        opacity: float = 0.75,
        smooth: bool = True,
        dim: float = 0.0,
        even: bool = False,
    ) -> None:
        self._painted, self._area = spread(heat, opacity, even)
        self._smooth = smooth
        self._dim = QColor(0, 0, 0, round(255 * dim))

    def draw(self, painter: QPainter, area: QRectF) -> None:
        """Draw the colours over the picture, which fills `area`."""
        high, wide = self._painted.shape[:2]
        image = QImage(self._painted.data, wide, high, 4 * wide, QImage.Format.Format_RGBA8888_Premultiplied)
        painter.save()
        if self._dim.alpha():
            painter.fillRect(area, self._dim)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, self._smooth)
        painter.setClipRect(area, Qt.ClipOperation.IntersectClip)
        top, left, bottom, right = self._area
        corner = QPointF(area.left() + left * area.width(), area.top() + top * area.height())
        size = QSizeF((right - left) * area.width(), (bottom - top) * area.height())
        painter.drawImage(QRectF(corner, size), image)
        painter.restore()
