"""A widget that shows one picture, fitted or zoomed, with boxes and a mask over it."""

import math
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QApplication, QWidget

from explorer.window import theme
from explorer.window.widgets.copying import add_copy_picture, copy_of
from explorer.window.widgets.figures import detail
from explorer.window.widgets.overlays import Box, Veil, draw_frame, draw_label
from explorer.window.widgets.sampling import Axis, Pixels, sample, settled, to_image
from explorer.window.widgets.tips import show_tip

_ZOOM_STEP = 1.25
_MOST_ZOOM = 64.0  # device-independent pixels per picture pixel
_LEAST_SIDE = 64  # pixels
LEAST_SEEN = 24  # picture pixels; nearer, nobody would know where it is
_ANY_HEIGHT = 16_777_215
ARROWS = {Qt.Key.Key_Up: (-1, 0), Qt.Key.Key_Down: (1, 0), Qt.Key.Key_Left: (0, -1), Qt.Key.Key_Right: (0, 1)}


class ImageCanvas(QWidget):
    """One picture. The wheel and `+` `-` zoom, dragging pans, a double click and `0` fit it to the widget.

    Attributes:
        margin: Pixels that the picture keeps from the widget's border, so that no frame around it is cut.
        ground: The token of the theme for what lies beside the picture.
        turns: What the wheel and a double click do, for a tip; short, for it lies near what it is about.
        hugs: True if the widget is never higher than its picture at full width, which then begins at the left.

    Signals:
        hovered: (y, x) of the picture pixel that the mouse came to lie over.
        left: The mouse lies over no pixel any more.
        clicked: (y, x) of the picture pixel that was clicked.
        arrow_pressed: (rows, columns) of the arrow key that was pressed, each -1, 0 or 1.
        delete_pressed: Delete or Backspace was pressed.
        copied: The picture was put on the clipboard.
        view_changed: Another part of the picture is shown, or in another size.
    """

    hovered = Signal(int, int)
    left = Signal()
    clicked = Signal(int, int)
    arrow_pressed = Signal(int, int)
    delete_pressed = Signal()
    copied = Signal()
    view_changed = Signal()

    margin = 0
    ground = "window"
    turns = "The wheel zooms, a double click fits."
    hugs = False

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._pixels: Pixels | None = None
        self._signed: bool | None = None
        self._table: list[int] = []
        self._pitch, self._message = (0, 0), ""
        self._boxes: tuple[Box, ...] = ()
        self._veil: Veil | None = None
        self._zoom: float | None = None  # None: fitted
        self._looks_at: tuple[tuple[int, int, int, int], int] | None = None  # until a person zooms or pans
        self._origin, self._origin_at_press = QPointF(), QPointF()
        self._drawn: tuple[QImage, QPointF] | None = None  # what is painted, and where
        self._under_mouse: tuple[int, int] | None = None
        self._pressed_at: QPoint | None = None
        self._panning = False
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMinimumSize(_LEAST_SIDE, _LEAST_SIDE)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        add_copy_picture(self, self.image)
        self.actions()[-1].triggered.connect(lambda: self.copied.emit() if self.has_picture else None)

    # ---- what is shown ----

    def set_picture(self, pixels: Pixels | None) -> None:
        """Show an (H, W, 3) RGB picture; None shows the message. The zoom stays if the size is the same."""
        self._replace(pixels, None, (0, 0))

    def set_quantised(self, pixels: Pixels | None, signed: bool, pitch: tuple[int, int] = (0, 0)) -> None:
        """Show (H, W) quantised values in the theme's colours, or (H, W, 3) as red, green and blue.

        Args:
            pixels: 0 for no value, 1 to 255 for low to high; None shows the message.
            signed: True for the diverging colours.
            pitch: Distance of the gaps between tiles (rows, columns); 0 for one picture.
        """
        self._replace(pixels, signed, pitch)

    def set_message(self, text: str) -> None:
        """Set the text that stands where there is no picture."""
        self._message = text
        self.update()

    def set_boxes(self, boxes: Sequence[Box]) -> None:
        """Draw these boxes over the picture in place of the former ones."""
        self._boxes = tuple(boxes)
        self.update()

    def set_mask(self, mask: NDArray[np.bool_] | None) -> None:
        """Let only the pixels of an (H, W) mask shine; the others are veiled. None shows all."""
        self._veil = Veil(mask) if mask is not None and mask.size else None
        self.update()

    @property
    def has_picture(self) -> bool:
        """True if there is at least one pixel to show."""
        return self._pixels is not None and self._pixels.size > 0

    @property
    def size_of_picture(self) -> tuple[int, int]:
        """Height and width of the picture in its own pixels; zeros without one."""
        return (0, 0) if self._pixels is None else (self._pixels.shape[0], self._pixels.shape[1])

    def image(self) -> QImage | None:
        """Return the whole picture in the colours of the screen, magnified until it can be looked at; None without."""
        return None if self._pixels is None or not self.has_picture else copy_of(self._pixels, self._table)

    def height_at(self, width: int) -> int | None:
        """Return how high the picture is at full width; None without one."""
        height, across = self.size_of_picture
        beside = 2 * self.margin
        return math.ceil((width - beside) * height / across) + beside if height and across else None

    # ---- zoom ----

    @property
    def is_part(self) -> bool:
        """True if the picture is larger than it would be fitted."""
        return self._zoom is not None

    @property
    def scale(self) -> float:
        """Device-independent pixels per picture pixel."""
        return self._zoom if self._zoom is not None else self._fit_scale()

    def fit(self) -> None:
        """Show the whole picture, as large as the widget allows."""
        self._zoom = self._looks_at = None
        self._settle()

    def view(self) -> Callable[[], None]:
        """Return what brings back the part that is looked at now."""
        kept = self._zoom, self._looks_at, self._origin

        def put_back() -> None:
            self._zoom, self._looks_at, self._origin = kept
            self._settle()

        return put_back

    def zoom(self, factor: float, around: QPointF | None = None) -> None:
        """Zoom by `factor`, the widget position `around` (None: the centre) staying where it is."""
        if not self.has_picture:
            return
        centre = around if around is not None else QRectF(self.rect()).center()
        old, smallest = self.scale, self._fit_scale()
        new = min(max(old * factor, smallest), max(_MOST_ZOOM, smallest))
        self._zoom, self._looks_at = None if new == smallest else new, None
        self._origin = centre - (centre - self._origin) * (new / old)
        self._settle()

    def look_at(self, box: tuple[int, int, int, int], least: int = LEAST_SEEN) -> None:
        """Zoom to a (top, left, bottom, right) box of picture pixels, `least` large, with as much around it again."""
        self._looks_at = box, least
        top, left, bottom, right = box
        side = 2 * max(bottom - top, right - left, least)
        wanted = min(self.width(), self.height()) / side
        self._zoom = wanted if wanted > self._fit_scale() else None
        centre = QPointF((left + right) / 2, (top + bottom) / 2)
        self._origin = QRectF(self.rect()).center() - centre * self.scale
        self._settle()

    # ---- geometry ----

    def pixel_at(self, position: QPointF) -> tuple[int, int] | None:
        """Return (y, x) of the picture pixel at a widget position; None beside the picture."""
        if self._pixels is None or not self.has_picture:
            return None
        at = (position - self._origin) / self.scale
        x, y = int(np.floor(at.x())), int(np.floor(at.y()))
        height, width = self._pixels.shape[:2]
        return (y, x) if 0 <= y < height and 0 <= x < width else None

    def rect_of(self, box: tuple[int, int, int, int]) -> QRectF:
        """Return where a (top, left, bottom, right) box of picture pixels lies in the widget."""
        top, left, bottom, right = box
        scale = self.scale
        corner = self._origin + QPointF(left * scale, top * scale)
        return QRectF(corner.x(), corner.y(), (right - left) * scale, (bottom - top) * scale)

    def sizeHint(self) -> QSize:
        """Return a size that shows most pictures well."""
        return QSize(320, 320)

    # ---- inside ----

    def _colours(self) -> list[int]:
        """Return the colours of the pixels by their numbers; none where they are colours themselves."""
        return [] if self._signed is None else theme.value_table(self._signed)

    def _replace(self, pixels: Pixels | None, signed: bool | None, pitch: tuple[int, int]) -> None:
        before = self.size_of_picture
        self._pixels, self._signed, self._pitch = pixels, signed, pitch
        self._table = self._colours()
        if self.size_of_picture != before:
            self._zoom = self._looks_at = None
            self._under_mouse = None
            self._hug()
        self._settle()

    def _fit_scale(self) -> float:
        if self._pixels is None or not self.has_picture:
            return 1.0
        height, width = self._pixels.shape[:2]
        room = 2 * self.margin
        return max(min((self.width() - room) / width, (self.height() - room) / height), 1e-3)

    def _hug(self) -> None:
        height = self.height_at(self.width())
        if self.hugs:
            self.setMaximumHeight(_ANY_HEIGHT if height is None else max(height, _LEAST_SIDE))

    def _settle(self) -> None:
        """Keep the picture in the widget: centred along an axis where it fits, without a margin where not."""
        if self._pixels is not None:
            height, width = self._pixels.shape[:2]
            scale = self.scale
            left = self.margin if self.hugs else None
            self._origin = QPointF(
                settled(self._origin.x(), width * scale, self.width(), left),
                settled(self._origin.y(), height * scale, self.height()),
            )
        self._drawn = None
        self.update()
        self.view_changed.emit()

    def _draw_pixels(self, painter: QPainter, pixels: Pixels) -> None:
        ratio = detail() or self.devicePixelRatioF()
        if self._drawn is None or self._drawn[0].devicePixelRatio() != ratio:
            scale, origin = self.scale * ratio, self._origin * ratio
            height, width = pixels.shape[:2]
            rows = Axis(height, origin.y(), scale, round(self.height() * ratio), self._pitch[0])
            columns = Axis(width, origin.x(), scale, round(self.width() * ratio), self._pitch[1])
            seen = np.ascontiguousarray(sample(pixels, rows, columns))
            # Others Qt turns into the screen's format at each paint, in threads that wait for the engine's.
            image = to_image(seen, self._table).convertToFormat(QImage.Format.Format_RGB32)
            self.touch_up(image, rows, columns)
            image.setDevicePixelRatio(ratio)
            corner = QPointF(columns.visible.start / ratio, rows.visible.start / ratio)
            self._drawn = (image, corner)
        painter.drawImage(self._drawn[1], self._drawn[0])

    def _draw_boxes(self, painter: QPainter) -> None:
        for box in self._boxes:
            rect = self.rect_of(box.rect)
            draw_frame(painter, rect, box.field, box.dashed)
            if box.label:
                draw_label(painter, rect, box, QRectF(self.rect()))

    def _draw_message(self, painter: QPainter) -> None:
        painter.setPen(QColor(theme.current().muted))
        margin = 2 * theme.SPACING
        area = self.rect().adjusted(margin, margin, -margin, -margin)
        painter.drawText(area, Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, self._message)

    def touch_up(self, image: QImage, rows: Axis, columns: Axis) -> None:
        """Change the visible part of the picture as it will lie on the screen, in its own pixels; a plain one stays."""

    def paint_over(self, painter: QPainter) -> None:
        """Draw between the picture and its boxes; for subclasses."""

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw picture, veil, overlay, boxes; or the message."""
        painter = QPainter(self)
        painter.fillRect(event.rect(), QColor(getattr(theme.current(), self.ground)))
        if self._pixels is None or not self.has_picture:
            self._draw_message(painter)
        else:
            painter.setClipRect(self.rect().adjusted(self.margin, self.margin, -self.margin, -self.margin))
            self._draw_pixels(painter, self._pixels)
            if self._veil is not None:
                self._veil.draw(painter, self.rect_of((0, 0, *self._pixels.shape[:2])))
            self.paint_over(painter)
            painter.setClipping(False)
            self._draw_boxes(painter)
        painter.end()

    # ---- events ----

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fit again, look at the same box again, or keep the zoom."""
        if self._looks_at is not None:
            self.look_at(*self._looks_at)
        elif self._zoom is not None and self._zoom <= self._fit_scale():
            self._zoom = None
        self._hug()
        self._settle()
        super().resizeEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        """Take the colours of a new theme."""
        if event.type() == QEvent.Type.PaletteChange:
            self._table = self._colours()
            self._drawn = None
            self.set_mask(None if self._veil is None else self._veil.mask)
        super().changeEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom around the cursor."""
        if notches := event.angleDelta().y() / 120:
            self.zoom(_ZOOM_STEP**notches, event.position())
        event.accept()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Remember where a click or a drag began."""
        if event.button() == Qt.MouseButton.LeftButton:
            self._pressed_at = event.position().toPoint()
            self._origin_at_press = QPointF(self._origin)
            self._panning = False

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Pan while dragging; else tell what lies under the mouse."""
        if self._pressed_at is not None:
            moved = event.position().toPoint() - self._pressed_at
            self._panning = self._panning or moved.manhattanLength() >= QApplication.startDragDistance()
            if self._panning:
                self.setCursor(Qt.CursorShape.ClosedHandCursor)
                self._looks_at = None
                self._origin = self._origin_at_press + QPointF(moved)
                self._settle()
            return
        self._hover(self.pixel_at(event.position()))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """End a drag, or tell of a click."""
        if event.button() != Qt.MouseButton.LeftButton or self._pressed_at is None:
            return
        self._pressed_at = None
        self.unsetCursor()
        pixel = self.pixel_at(event.position())
        if pixel is not None and not self._panning:
            self.clicked.emit(*pixel)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Fit the picture."""
        if event.button() == Qt.MouseButton.LeftButton:
            self.fit()

    def event(self, event: QEvent) -> bool:
        """Show the tooltip where it covers little of what it explains, and nothing beside it."""
        if event.type() == QEvent.Type.ToolTip and self.toolTip():
            show_tip(self.toolTip(), self, event)
            return True
        return super().event(event)

    def leaveEvent(self, event: QEvent) -> None:
        """Tell that nothing lies under the mouse."""
        self._hover(None)
        super().leaveEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Zoom, fit, or tell of an arrow key."""
        key = event.key()
        if key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal):
            self.zoom(_ZOOM_STEP)
        elif key == Qt.Key.Key_Minus:
            self.zoom(1 / _ZOOM_STEP)
        elif key == Qt.Key.Key_0:
            self.fit()
        elif key in ARROWS and self.has_picture:
            self.arrow_pressed.emit(*ARROWS[Qt.Key(key)])
        elif key in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace) and self.has_picture:
            self.delete_pressed.emit()
        else:
            super().keyPressEvent(event)

    def _hover(self, pixel: tuple[int, int] | None) -> None:
        came, self._under_mouse = pixel != self._under_mouse, pixel
        if came and pixel is not None:
            self.hovered.emit(*pixel)
        elif came:
            self.left.emit()
