"""Where the part of a picture lies that is shown: a small picture of the whole, and how much larger the part is."""

from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QColor, QPainter

from explorer.window import theme
from explorer.window.widgets.overlays import draw_frame
from explorer.window.widgets.sampling import Pixels, to_image

_SHARE = 0.2  # of the part's sides: it keeps clear of what is looked at, which takes the middle half
_MARGIN = theme.SPACING // 2


class Locator:
    """A small picture with the part framed that is shown, and its magnification below.

    Args:
        whole: Where the whole picture would lie in the widget.
        seen: The part of it that can be seen.
        magnification: How many times larger the part is drawn than when the whole fits.
    """

    def __init__(self, whole: QRectF, seen: QRectF, magnification: float) -> None:
        self._whole, self._seen, self._times = whole, seen, magnification
        share = _SHARE * min(seen.width() / whole.width(), seen.height() / whole.height())
        size = QSizeF(whole.width() * share, whole.height() * share)
        # In the corner that is farthest from what is looked at, which may lie at a border of the picture.
        centre = seen.center()
        is_left, is_high = centre.x() > whole.center().x(), centre.y() > whole.center().y()
        x = seen.left() + _MARGIN if is_left else seen.right() - _MARGIN - size.width()
        y = seen.top() + _MARGIN if is_high else seen.bottom() - _MARGIN - size.height()
        self.plate = QRectF(QPointF(x, y), size)
        """Where it lies in the widget."""

    @property
    def told(self) -> str:
        """How much larger the part is drawn."""
        return f"{self._times:.2g}×" if self._times < 10 else f"{self._times:.0f}×"

    def draw(self, painter: QPainter, pixels: Pixels) -> None:
        """Draw it; `pixels` is the whole picture, (H, W, 3) RGB."""
        tokens, plate = theme.current(), self.plate
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.fillRect(plate.adjusted(-1, -1, 1, 1), QColor(tokens.surface))
        painter.drawImage(plate, to_image(pixels, []))
        scale = plate.width() / self._whole.width()
        corner = plate.topLeft() + (self._seen.topLeft() - self._whole.topLeft()) * scale
        draw_frame(painter, QRectF(corner, self._seen.size() * scale))
        metrics = painter.fontMetrics()
        text = QRectF(0, 0, metrics.horizontalAdvance(self.told) + theme.SPACING, metrics.height())
        if plate.center().x() < self._seen.center().x():
            text.moveBottomLeft(plate.bottomRight() + QPointF(1, 1))
        else:
            text.moveBottomRight(plate.bottomLeft() + QPointF(-1, 1))
        painter.fillRect(text, QColor(tokens.surface))
        painter.setPen(QColor(tokens.text))
        painter.drawText(text, Qt.AlignmentFlag.AlignCenter, self.told)
        painter.restore()
