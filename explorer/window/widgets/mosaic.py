"""All channels of a value side by side."""

import math

import numpy as np
from PySide6.QtCore import QLineF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QImage, QPainter, QPen
from PySide6.QtWidgets import QWidget

from explorer.records.values import Mosaic
from explorer.window import theme
from explorer.window.widgets.canvas import ImageCanvas
from explorer.window.widgets.overlays import draw_frame
from explorer.window.widgets.sampling import THIN, Axis, Pixels

_WIDE_GAP = 3  # pixels of the screen
_LEAST_PITCH = 6  # tiles closer than this on the screen are not parted by lines: the lines would hide them
_SMALL_PITCH = 24  # tiles closer than this are hidden by a ring, and lines between them have to be soft
_LEAST_CELL = 4.0  # pixels
_RING = ((6, Qt.GlobalColor.black), (2, Qt.GlobalColor.white))  # legible on every colour of the values


class MosaicView(ImageCanvas):
    """A mosaic of tiles, one a channel. Arrow keys choose a channel; a click chooses channel and unit.

    Signals:
        value_hovered: (channel, y, x) of the value that the mouse came to lie over.
        channel_selected: The channel that the person chose.
        unit_selected: (y, x) of the unit that the person chose, on the grid of a tile.
    """

    value_hovered = Signal(int, int, int)
    channel_selected = Signal(int)
    unit_selected = Signal(int, int)

    margin = 4
    hugs = True

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._channels = 0
        self._columns = 1
        self._tile = (1, 1)
        self._in_colour = False
        self._channel: int | None = None
        self._unit: tuple[int, int] | None = None
        self.hovered.connect(self._on_hovered)
        self.clicked.connect(self._on_clicked)
        self.arrow_pressed.connect(self._on_arrow_pressed)

    def set_mosaic(self, mosaic: Mosaic | None, shape: tuple[int, int, int]) -> None:
        """Show a mosaic of tiles of `shape` (C, H, W); None shows the message."""
        self._channels, self._tile = shape[0], (shape[1], shape[2])
        if mosaic is None:
            self._channels = 0
            self.set_quantised(None, False)
            return
        self._columns = mosaic.columns
        self._in_colour = mosaic.pixels.ndim == 3
        self.set_quantised(mosaic.pixels, mosaic.signed, (shape[1] + 1, shape[2] + 1))

    def select_channel(self, channel: int | None) -> None:
        """Frame a channel's tile; None frames none."""
        self._channel = channel
        self.update()

    def select_unit(self, unit: tuple[int, int] | None) -> None:
        """Mark the unit (y, x) on the framed tile; None marks none."""
        self._unit = unit
        self.update()

    def locate(self, y: int, x: int) -> tuple[int, int, int] | None:
        """Return (channel, y, x) of the value at a picture pixel; None on a gap or an unused tile."""
        height, width = self._tile
        row, tile_y = divmod(y, height + 1)
        column, tile_x = divmod(x, width + 1)
        channel = row * self._columns + column
        if tile_y == height or tile_x == width or channel >= self._channels:
            return None
        return channel, tile_y, tile_x

    def tile_of(self, channel: int) -> tuple[int, int, int, int]:
        """Return the (top, left, bottom, right) box of a channel's tile in picture pixels."""
        height, width = self._tile
        row, column = divmod(channel, self._columns)
        top, left = row * (height + 1), column * (width + 1)
        return top, left, top + height, left + width

    def tile(self, channel: int) -> Pixels:
        """Return the pixels of a channel's tile."""
        assert self._pixels is not None, "asked only of a mosaic"
        top, left, bottom, right = self.tile_of(channel)
        return np.ascontiguousarray(self._pixels[top:bottom, left:right])

    def touch_up(self, image: QImage, rows: Axis, columns: Axis) -> None:
        """Give gaps their colour, and the ground's to the end of a last row that is not full.

        Red, green and blue say no gap, wide ones are better seen as ground, and of others the colour of no value would
        be louder than the tiles.
        """
        if self._channels < 2:
            return
        tokens, painter = theme.current(), QPainter(image)
        ground, is_wide = QColor(getattr(tokens, self.ground)), self.scale >= _WIDE_GAP
        if self._in_colour or is_wide or rows.scale >= THIN:
            colour = ground if is_wide else self._between
            for y in rows.gaps:
                painter.fillRect(0, int(y), image.width(), 1, colour)
            for x in columns.gaps:
                painter.fillRect(int(x), 0, 1, image.height(), colour)
        if self._unused:
            height, width = self._tile
            top = rows.first((self._rows - 1) * (height + 1) - 1)
            left = columns.first((self._columns - self._unused) * (width + 1))
            painter.fillRect(left, top, image.width() - left, image.height() - top, ground)
        painter.end()

    @property
    def _rows(self) -> int:
        return math.ceil(self._channels / self._columns)

    @property
    def _unused(self) -> int:
        """How many places at the end of the last row have no tile."""
        return self._rows * self._columns - self._channels

    def paint_over(self, painter: QPainter) -> None:
        """Part the tiles by lines where their gaps are too thin to be seen, and frame the chosen one."""
        if self._channels > 1:
            self._draw_gaps(painter)
        if self._channel is None or self._channel >= self._channels:
            return
        painter.setClipping(
            False
        )  # what marks a tile at the border reaches into the margin, which is there for it
        tile = self.rect_of(self.tile_of(self._channel))
        if self._channels > 1:
            draw_frame(painter, tile.adjusted(-1, -1, 1, 1))
        if self._unit is not None and (
            self._channels == 1 or min(tile.width(), tile.height()) >= _SMALL_PITCH
        ):
            top, left, _, _ = self.tile_of(self._channel)
            y, x = top + self._unit[0], left + self._unit[1]
            _draw_ring(painter, self.rect_of((y, x, y + 1, x + 1)))

    def height_at(self, width: int) -> int | None:
        """Return how high the picture is at full width; None without one."""
        height, across = self.size_of_picture
        if not height or not across:
            return None
        return math.ceil(self._whole((width - 2 * self.margin) / across) * height) + 2 * self.margin

    def _fit_scale(self) -> float:
        return self._whole(super()._fit_scale())

    def _whole(self, scale: float) -> float:
        """Return the scale at which tiles lie whole pixels of the screen apart, so that all gaps look alike."""
        ratio, pitch = self.devicePixelRatioF(), self._tile[1] + 1
        apart = math.floor(pitch * scale * ratio + 1e-6)
        return apart / (pitch * ratio) if self._channels > 1 and apart >= _LEAST_PITCH else scale

    def _settle(self) -> None:
        """Keep a fitted mosaic at the top: what whole pixels leave over lies below it."""
        super()._settle()
        if self._zoom is None:
            self._origin.setY(self.margin)

    def _draw_gaps(self, painter: QPainter) -> None:
        scale = self.scale
        height, width = self._tile
        pitch = min(height + 1, width + 1) * scale
        if scale * self.devicePixelRatioF() >= THIN or pitch < _LEAST_PITCH:
            return
        rows, used = self._rows, self._columns - self._unused
        whole = self.rect_of((0, 0, rows * (height + 1) - 1, self._columns * (width + 1) - 1))
        ys = [whole.top() + (row * (height + 1) - 0.5) * scale for row in range(1, rows)]
        xs = [whole.left() + (column * (width + 1) - 0.5) * scale for column in range(1, self._columns)]
        right, bottom = [whole.right()] * len(ys), [whole.bottom()] * len(xs)
        if self._unused:  # no line goes along places without a tile
            right[-1:] = [xs[used - 1]] * min(1, len(ys))
            bottom[used:] = [ys[-1] if ys else whole.top()] * (len(xs) - used)
        painter.setPen(QPen(self._between, 1 / self.devicePixelRatioF()))
        painter.drawLines([QLineF(whole.left(), y, x, y) for x, y in zip(right, ys, strict=True)])
        painter.drawLines([QLineF(x, whole.top(), x, y) for x, y in zip(xs, bottom, strict=True)])

    @property
    def _between(self) -> QColor:
        """What parts tiles and recedes: nearly the colour of zero, which is pale, grey or dark."""
        tokens, pitch = theme.current(), min(self._tile) + 1
        if self._in_colour or (self._signed and tokens is theme.LIGHT):
            return QColor(tokens.gap)
        is_soft = self._signed and pitch * self.scale < _SMALL_PITCH
        return QColor(theme.LIGHT.muted if is_soft else theme.DARK.gap)

    def _on_hovered(self, y: int, x: int) -> None:
        place = self.locate(y, x)
        if place is not None:
            self.value_hovered.emit(*place)
        else:
            self.left.emit()

    def _on_clicked(self, y: int, x: int) -> None:
        place = self.locate(y, x)
        if place is None:
            return
        self._choose(place[0])
        self._unit = place[1:]
        self.unit_selected.emit(*place[1:])

    def _on_arrow_pressed(self, rows: int, columns: int) -> None:
        if self._channels == 0:
            return
        step = rows * self._columns + columns
        channel = (self._channel or 0) + step
        if 0 <= channel < self._channels:
            self._choose(channel)

    def _choose(self, channel: int) -> None:
        if channel != self._channel:
            self.select_channel(channel)
            self.channel_selected.emit(channel)


def _draw_ring(painter: QPainter, cell: QRectF) -> None:
    """Draw a dark and a light line around a cell, or around its place where it is tiny."""
    if min(cell.width(), cell.height()) < _LEAST_CELL:
        cell = cell.adjusted(-2, -2, 2, 2)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for width, colour in _RING:
        pen = QPen(colour, width)
        pen.setJoinStyle(Qt.PenJoinStyle.MiterJoin)
        painter.setPen(pen)
        painter.drawRect(cell)
