"""The whole drawing in small, in a corner of the canvas, with a frame around what is in sight."""

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QPen, QPixmap
from PySide6.QtWidgets import QWidget

from explorer.window import format as fmt
from explorer.window import theme
from explorer.window.widgets.graph.atlas import Atlas
from explorer.window.widgets.graph.camera import Camera
from explorer.window.widgets.graph.canvas import GraphCanvas
from explorer.window.widgets.graph.far_painter import FarPainter

_ASIDE, _DOWN, _MOST, _LEAST = 0.2, 0.3, 200.0, 12.0
_AIR = 4.0
_ALMOST = 0.98
_NARROW = 480.0  # pixels of a canvas


class Minimap(QWidget):
    """Lies over a canvas, at its lower right corner, while the drawing is larger than what is in sight.

    Over a narrow canvas, where it would cover boxes, it is not there.
    """

    def __init__(self, canvas: GraphCanvas) -> None:
        super().__init__(canvas)
        self._canvas = canvas
        self._picture: tuple[Atlas, QSize, str, QPixmap] | None = None
        self.setObjectName("graphMinimap")
        self.setAccessibleName("The whole graph in small")
        self.setToolTip(
            fmt.tip("The whole network; the frame is what is in sight. Drag it to look elsewhere.")
        )
        self.hide()
        canvas.moved.connect(self.follow)
        canvas.installEventFilter(self)

    def eventFilter(self, watched: object, event: QEvent) -> bool:  # noqa: ARG002
        """Follow the size of the canvas."""
        if event.type() == QEvent.Type.Resize:
            self.follow()
        return False

    def follow(self) -> None:
        """Be where the canvas is, or out of sight if all of the drawing is there to be seen."""
        width, height = self._canvas.size_of_drawing
        room, camera = self._canvas.room, self._canvas.camera
        is_wide = room[0] >= _NARROW
        needed = (is_wide and self._canvas.atlas is not None) and (
            width * camera.scale * _ALMOST > room[0] or height * camera.scale * _ALMOST > room[1]
        )
        self.setVisible(needed)
        if not needed:
            return
        scale = min(_most(room[0] * _ASIDE) / width, _most(room[1] * _DOWN) / height)
        size = QSize(
            round(max(width * scale, _LEAST) + 2 * _AIR), round(max(height * scale, _LEAST) + 2 * _AIR)
        )
        self.resize(size)
        self.move(
            round(room[0]) - size.width() - theme.SPACING, round(room[1]) - size.height() - theme.SPACING
        )
        self.update()

    @property
    def frame(self) -> QRectF:
        """Where the frame around what is in sight is, in this widget."""
        area = self._canvas.camera.area(*self._canvas.room)
        left, top, right, bottom = self._camera().to_widget(area)
        return QRectF(QPointF(left, top), QPointF(right, bottom)).intersected(QRectF(self.rect()))

    def _camera(self) -> Camera:
        width, height = (max(it, 1.0) for it in self._canvas.size_of_drawing)
        scale = min((self.width() - 2 * _AIR) / width, (self.height() - 2 * _AIR) / height)
        return Camera(scale, (self.width() - width * scale) / 2, (self.height() - height * scale) / 2)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        """Paint the drawing, which is kept as a picture, and the frame."""
        painter, tokens = QPainter(self), theme.current()
        painter.drawPixmap(0, 0, self._drawn())
        painter.setBrush(Qt.BrushStyle.NoBrush)
        marked = self._canvas.marks.shown
        atlas = self._canvas.atlas
        if atlas is not None and marked in atlas.number:
            left, top, right, bottom = self._camera().to_widget(atlas.rect(marked))
            painter.fillRect(
                QRectF(left, top, max(right - left, 3.0), max(bottom - top, 2.0)), QColor(tokens.accent)
            )
        painter.setPen(QPen(QColor(tokens.text), 1))
        painter.drawRect(self.frame.adjusted(0.5, 0.5, -1, -1))

    def _drawn(self) -> QPixmap:
        atlas = self._canvas.atlas
        assert atlas is not None, "out of sight without a drawing"
        known, name = self._picture, theme.current().name
        if atlas.rects is not atlas.home:
            return self._drawn_anew(atlas)  # a moment of a movement
        if known is None or known[0] is not atlas or known[1] != self.size() or known[2] != name:
            known = self._picture = (atlas, self.size(), name, self._drawn_anew(atlas))
        return known[3]

    def _drawn_anew(self, atlas: Atlas) -> QPixmap:
        ratio = self.devicePixelRatioF()
        picture = QPixmap(self.size() * ratio)
        picture.setDevicePixelRatio(ratio)
        tokens = theme.current()
        picture.fill(QColor(tokens.window))
        painter = QPainter(picture)
        boxes, pieces = np.arange(len(atlas.boxes)), np.arange(len(atlas.pieces))
        FarPainter(atlas).paint(painter, boxes, pieces, self._camera())
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(QColor(tokens.border), 1))
        painter.drawRect(QRectF(self.rect()).adjusted(0.5, 0.5, -1, -1))
        painter.end()
        return picture

    # ---- the mouse ----

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Look there."""
        self._look(event.position())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Look there, as long as a button is held."""
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._look(event.position())

    def _look(self, at: QPointF) -> None:
        self._canvas.look_at(*self._camera().place(at.x(), at.y()))


def _most(room: float) -> float:
    return max(min(room, _MOST), _LEAST)
