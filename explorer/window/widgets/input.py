"""The picture that the model saw, with what is known of a receptive field drawn over it."""

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QObject, QPointF, QRectF, Signal
from PySide6.QtGui import QImage, QPainter, QShowEvent
from PySide6.QtWidgets import QLayout, QVBoxLayout, QWidget

from explorer.window import format as fmt
from explorer.window import theme
from explorer.window.widgets.canvas import ImageCanvas
from explorer.window.widgets.finding_layer import Layer
from explorer.window.widgets.line import Line
from explorer.window.widgets.locator import Locator
from explorer.window.widgets.overlays import Box

_LEAST = 134  # pixels: how high the picture is in the smallest window
_OTHERS = 660  # of the height of the window: for the answer, the first lines of the card and what frames them
EMPTY = "What the network sees appears here."
_CAPTIONS = {
    "exact": "receptive field",
    "global": "sees the whole input",
    "bound": "sees at most this",
    "unknown": "what it sees is unknown",
}


class _Photo(ImageCanvas):
    """The picture, with room for the frame around the whole of it, and what was found in it."""

    margin = 3
    layer: Layer | None = None

    def __init__(self, parent: QWidget, stands: bool) -> None:
        """Create it empty; `stands`: as high as it is wide, lower in a low window."""
        super().__init__(parent)
        self._stands, self.hugs = stands, not stands
        self._over: QWidget | None = None  # the window, whose height is shared
        self.ground = "surface" if stands else "window"

    def showEvent(self, event: QShowEvent) -> None:
        """Follow the height of the window where it stands."""
        super().showEvent(event)
        if self._stands and self._over is not self.window():
            self._over = self.window()
            self._over.installEventFilter(self)
            self._hug()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Share the height of the window anew."""
        if watched is self._over and event.type() == QEvent.Type.Resize:
            self._hug()
        return super().eventFilter(watched, event)

    def _hug(self) -> None:
        """Keep the same room whatever picture it is, at most a square: what is below stays, and comes first."""
        if self._stands:
            room = 0 if self._over is None else self._over.height() - _OTHERS
            self.setFixedHeight(min(max(self.width(), self.minimumWidth()), max(_LEAST, room)))
        else:
            super()._hug()

    def paint_over(self, painter: QPainter) -> None:
        """Draw what was found."""
        if self.layer is not None and self._pixels is not None:
            self.layer.draw(painter, self.rect_of((0, 0, *self._pixels.shape[:2])))
        if (locator := self.locator) is not None and self._pixels is not None:
            locator.draw(painter, self._pixels)

    @property
    def locator(self) -> Locator | None:
        """The small picture that tells where the part lies that is shown; None where the whole is shown."""
        if self._stands or self._zoom is None or not self.has_picture:
            return None
        whole = self.rect_of((0, 0, *self.size_of_picture))
        return Locator(whole, QRectF(self.rect()) & whole, self.scale / self._fit_scale())

    def pixel_at(self, position: QPointF) -> tuple[int, int] | None:
        """Return (y, x) of the picture pixel at a widget position; None beside the picture, and under the small one."""
        locator = self.locator
        return (
            None if locator is not None and locator.plate.contains(position) else super().pixel_at(position)
        )

    def image(self) -> QImage | None:
        """Return the whole picture with what was found in it; None without one."""
        whole = super().image()
        if whole is not None and self.layer is not None:
            painter = QPainter(whole)
            self.layer.draw(painter, QRectF(whole.rect()))
            painter.end()
        return whole


class InputView(QWidget):
    """The input picture. A click or the arrow keys choose a pixel; a second click or Delete takes the mark away.

    Signals:
        pixel_selected: (y, x) of the pixel that the person chose.
        cleared: The person wants no mark any more.
    """

    pixel_selected = Signal(int, int)
    cleared = Signal()

    def __init__(self, parent: QWidget | None = None, stands: bool = False) -> None:
        """Create an empty view; `stands` makes it as high as it is wide."""
        super().__init__(parent)
        self.setObjectName("inputView")
        self.setAccessibleName("Input picture")
        self._shown: NDArray[np.uint8] | None = None
        self._picture: NDArray[np.uint8] | None = None
        self._box: Box | None = None
        self._pixel: tuple[int, int] | None = None
        self._patch: Box | None = None
        self._canvas = _Photo(self, stands)
        self._canvas.setAccessibleName("Input picture, pixel for pixel as the model saw it")
        self._canvas.setToolTip(
            fmt.tip(
                "What the model saw. Click a pixel, or move with the arrow keys, to mark the units that see it; "
                "click it again, or press Delete, to clear the mark.\n"
                "The wheel or + and − zoom, dragging pans, a double click or 0 fits."
                + (
                    ""
                    if stands
                    else " Of a part, a small picture tells where it lies and how much larger it is."
                )
            )
        )
        self.set_message(EMPTY)
        self._caption = Line("muted", "muted")
        self._column = layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(theme.SPACING // 2)
        layout.addWidget(self._canvas, 1)
        layout.addWidget(self._caption)
        if stands:
            layout.setSizeConstraint(
                QLayout.SizeConstraint.SetMinAndMaxSize
            )  # no higher than the room of its picture
        else:
            layout.addStretch(0)
        self._canvas.clicked.connect(self._on_clicked)
        self._canvas.arrow_pressed.connect(self._on_arrow_pressed)
        self._canvas.delete_pressed.connect(self.cleared)

    def put_below(self, part: QWidget) -> None:
        """Let a widget stand right below the line under the picture."""
        self._column.insertWidget(self._column.indexOf(self._caption) + 1, part)

    def set_picture(self, picture: NDArray[np.uint8] | None) -> None:
        """Show an (H, W, 3) RGB picture without anything over it; None shows the message."""
        self._shown = picture
        self._picture = None if picture is None else np.ascontiguousarray(picture)
        self._pixel = None
        self._canvas.set_picture(self._picture)
        self.set_box(None, "")

    def retouch(self, picture: NDArray[np.uint8]) -> None:
        """Show another picture of the same size; what lies over it stays."""
        self._shown, self._picture = picture, np.ascontiguousarray(picture)
        self._canvas.set_picture(self._picture)

    def set_patch(self, patch: tuple[int, int, int, int] | None) -> None:
        """Frame the patch that can be dragged, (top, left, bottom, right) in pixels; None frames none."""
        box = None if patch is None else Box(patch)
        if box != self._patch:
            self._patch = box
            self._draw()

    def set_layer(self, layer: Layer | None) -> None:
        """Draw over the picture what was found in it; None draws nothing."""
        self._canvas.layer = layer
        self._canvas.update()

    @property
    def layer(self) -> Layer | None:
        """What is drawn over the picture."""
        return self._canvas.layer

    def set_message(self, text: str) -> None:
        """Set what stands here while there is no picture."""
        self._canvas.set_message(text)

    def set_box(self, box: tuple[int, ...] | None, status: str, caption: str = "") -> None:
        """Draw a receptive field.

        Args:
            box: (top, left, bottom, right) in input pixels, half-open; None where there is none.
            status: `exact`, `global`, `bound`, `unknown`; empty for no field at all.
            caption: What is said under the picture; empty for what the status means.
        """
        meaning = _CAPTIONS.get(status, status)
        if status in ("exact", "bound") and box is None:
            meaning = "sees nothing of the input"
        self._caption.say((caption or meaning, ""))
        rect = self._whole() if status == "global" else box
        self._box = None
        if rect is not None and len(rect) == 4 and status not in ("", "unknown"):
            self._box = Box((rect[0], rect[1], rect[2], rect[3]), True, dashed=status == "bound")
        self._draw()

    def say(self, *wordings: tuple[str, str]) -> None:
        """Say under the picture, left and right, the first of these that fits."""
        self._caption.say(*wordings)

    def set_pixel(self, pixel: tuple[int, int] | None) -> None:
        """Mark a pixel (y, x); None marks none."""
        self._pixel = pixel
        self._draw()

    @property
    def shown(self) -> NDArray[np.uint8] | None:
        """The picture as it was given."""
        return self._shown

    @property
    def canvas(self) -> ImageCanvas:
        """The picture itself."""
        return self._canvas

    @property
    def caption(self) -> str:
        """The line under the picture."""
        return self._caption.whole[0]

    def _whole(self) -> tuple[int, ...] | None:
        return None if self._picture is None else (0, 0, *self._picture.shape[:2])

    def _draw(self) -> None:
        boxes = [box for box in (self._box, self._patch) if box is not None]
        if self._pixel is not None:
            y, x = self._pixel
            boxes.append(Box((y, x, y + 1, x + 1), field=True))
        self._canvas.set_boxes(boxes)

    def _on_clicked(self, y: int, x: int) -> None:
        if (y, x) == self._pixel:
            self.cleared.emit()
        else:
            self._choose(y, x)

    def _choose(self, y: int, x: int) -> None:
        self.set_pixel((y, x))
        self.pixel_selected.emit(y, x)

    def _on_arrow_pressed(self, rows: int, columns: int) -> None:
        if self._picture is None:
            return
        height, width = self._picture.shape[:2]
        y, x = self._pixel or (height // 2, width // 2)
        self._choose(min(max(y + rows, 0), height - 1), min(max(x + columns, 0), width - 1))
