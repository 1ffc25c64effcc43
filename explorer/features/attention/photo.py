"""The photo with one token's attention over it."""

from PySide6.QtCore import QRectF
from PySide6.QtGui import QImage, QPainter

from explorer.window import format as fmt
from explorer.window.widgets.canvas import ImageCanvas
from explorer.window.widgets.heat_layer import HeatLayer
from explorer.window.widgets.overlays import draw_frame

Area = tuple[float, float, float, float]
"""(top, left, bottom, right) in pixels of the picture."""


class AttentionPhoto(ImageCanvas):
    """A picture, over a part of it heat, and a frame around the token that is asked about."""

    margin = 3
    hugs = True

    def __init__(self) -> None:
        super().__init__()
        self._heat: tuple[HeatLayer, Area] | None = None
        self._token: Area | None = None
        self.setAccessibleName("What the model saw, and where the token looks")
        self.setToolTip(
            fmt.tip(
                "Click a patch, or move with the arrow keys, to choose the token. Delete: the class token again.\n"
                "The wheel or + and − zoom, dragging pans, a double click or 0 fits."
            )
        )

    def set_heat(self, layer: HeatLayer | None, area: Area, token: Area | None) -> None:
        """Lay heat over an area of the picture, and frame a token; None for nothing."""
        self._heat = None if layer is None else (layer, area)
        self._token = token
        self.update()

    def paint_over(self, painter: QPainter) -> None:
        """Draw heat and frame."""
        if self._pixels is not None:
            self._draw(painter, self.rect_of((0, 0, *self._pixels.shape[:2])))

    def image(self) -> QImage | None:
        """Return the whole picture with the heat on it; None without one."""
        whole = super().image()
        if whole is not None:
            painter = QPainter(whole)
            self._draw(painter, QRectF(whole.rect()))
            painter.end()
        return whole

    def _draw(self, painter: QPainter, whole: QRectF) -> None:
        assert self._pixels is not None, "drawn over a picture"
        down, across = whole.height() / self._pixels.shape[0], whole.width() / self._pixels.shape[1]

        def placed(area: Area) -> QRectF:
            top, left, bottom, right = area
            corner = whole.left() + left * across, whole.top() + top * down
            return QRectF(*corner, (right - left) * across, (bottom - top) * down)

        painter.save()
        painter.setClipRect(whole)
        if self._heat is not None:
            self._heat[0].draw(painter, placed(self._heat[1]))
        painter.restore()
        if self._token is not None:
            draw_frame(painter, placed(self._token).intersected(whole), field=True)
