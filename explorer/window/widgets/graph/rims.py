"""The rims of the canvas: where more of a drawing lies beyond one, boxes fade out there and an arrow points to them."""

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QLinearGradient, QPainter, QPen, QPolygonF

from explorer.window import theme
from explorer.window.widgets.graph.atlas import Atlas, Rect

_FADE, _ARROW = 20.0, 5.0  # pixels


def beyond(atlas: Atlas, area: Rect) -> tuple[bool, bool, bool, bool]:
    """Tell on which sides of a part of the drawing more boxes lie: to its left, over it, to its right, under it.

    The frame of an open group is none: where it alone is cut, nothing is missing.
    """
    left, top, right, bottom = area
    rects = atlas.rects[~atlas.is_open]
    level = (rects[:, 1] < bottom) & (rects[:, 3] > top)
    upright = (rects[:, 0] < right) & (rects[:, 2] > left)
    return (
        bool((level & (rects[:, 0] < left)).any()),
        bool((upright & (rects[:, 1] < top)).any()),
        bool((level & (rects[:, 2] > right)).any()),
        bool((upright & (rects[:, 3] > bottom)).any()),
    )


def paint_rims(painter: QPainter, room: QRectF, sides: tuple[bool, bool, bool, bool]) -> None:
    """Paint the rims beyond which there is more; `sides` as `beyond` says."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    middle = room.center()
    ways = (-1, 0), (0, -1), (1, 0), (0, 1)
    for dx, dy in (way for way, is_more in zip(ways, sides, strict=True) if is_more):
        x, y = middle.x() + dx * room.width() / 2, middle.y() + dy * room.height() / 2
        fade = QLinearGradient(x, y, x - _FADE * dx, y - _FADE * dy)
        ground = QColor(theme.current().surface)
        fade.setColorAt(0.0, ground)
        ground.setAlpha(0)
        fade.setColorAt(1.0, ground)
        strip = QRectF(x - _FADE, room.top(), 2 * _FADE, room.height())
        if dy:
            strip = QRectF(room.left(), y - _FADE, room.width(), 2 * _FADE)
        painter.fillRect(strip & room, fade)
        if dx:  # that a network goes on along its flow is no news
            tip, back = x - 4 * dx, x - (4 + _ARROW) * dx
            painter.setPen(QPen(QColor(theme.current().muted), 2, c=Qt.PenCapStyle.RoundCap))
            corners = QPointF(back, y - _ARROW), QPointF(tip, y), QPointF(back, y + _ARROW)
            painter.drawPolyline(QPolygonF(list(corners)))
