"""A mosaic whose tiles stay large enough to be looked at: what has no room in the widget is scrolled to."""

import math
from dataclasses import replace

import numpy as np
from PySide6.QtCore import QPointF, QSignalBlocker, Qt
from PySide6.QtGui import QColor, QPainter, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QScrollBar, QWidget

from explorer.records.values import Mosaic
from explorer.window import theme
from explorer.window.widgets.mosaic import MosaicView
from explorer.window.widgets.sampling import Pixels

_TINY, _LEGIBLE = 16, 24  # pixels from tile to tile
_ROWS_A_NOTCH = 3


class LongMosaic(MosaicView):
    """Where all tiles at once would be tiny, they are laid in fewer columns, and the wheel scrolls.

    Attributes:
        bar: Scrolls; hidden where all tiles are seen.
        group: Tiles that belong together, such as the inputs of a filter: a row holds whole groups.
    """

    turns = "The wheel zooms, or scrolls where not all are seen; a double click fits."

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._given: Mosaic | None = None
        self._shape = (0, 1, 1)
        self._is_long = self._is_new = False
        self.group = 1
        self._turned = 0  # by the wheel, short of a row: 120ths of one
        self.bar = QScrollBar(Qt.Orientation.Vertical, self)
        self.bar.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # the arrow keys bring what they choose into sight
        self.bar.valueChanged.connect(self._scroll_to)
        self.bar.hide()

    def set_mosaic(self, mosaic: Mosaic | None, shape: tuple[int, int, int]) -> None:
        """Show a mosaic of tiles of `shape` (C, H, W); None shows the message."""
        self._is_new = self._is_new or shape != self._shape
        self._given, self._shape = mosaic, shape
        columns = None if mosaic is None else self._columns_of(mosaic)
        self._is_long = columns is not None
        if mosaic is not None and columns is not None:
            mosaic = laid_in(mosaic, shape, columns)
        super().set_mosaic(mosaic, shape)

    def select_channel(self, channel: int | None) -> None:
        """Frame a channel's tile, and bring one into sight that was not framed before; None frames none."""
        is_other, self._is_new = self._is_new or channel != self._channel, False
        super().select_channel(channel)
        if self._is_long and is_other and channel is not None and channel < self._channels:
            row = channel // self._columns - self.bar.value()
            if not 0 <= row < self.bar.pageStep():
                self._scroll_to(self.bar.value() + row - self.bar.pageStep() // 2)

    def paint_over(self, painter: QPainter) -> None:
        """End on a whole row."""
        super().paint_over(painter)
        if self._scrolls:
            end = math.ceil(self.margin + self.bar.pageStep() * self._row - self._row / (self._tile[0] + 1))
            ground = QColor(getattr(theme.current(), self.ground))
            painter.fillRect(0, end + 1, self.width(), self.height() - end, ground)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Lay the tiles in as many columns as there is room for now."""
        super().resizeEvent(event)
        wide = self.bar.sizeHint().width()
        self.bar.setGeometry(self.width() - wide, 0, wide, self.height())
        if self._given is not None and self._columns_of(self._given) != (
            self._columns if self._is_long else None
        ):
            self.set_mosaic(self._given, self._shape)
            self._is_new = True
            self.select_channel(self._channel)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Scroll; zoom where all tiles are seen, or with Ctrl."""
        zooms = self._zoom is not None or event.modifiers() & Qt.KeyboardModifier.ControlModifier
        if not self._is_long or zooms:
            super().wheelEvent(event)
            return
        self._turned += event.angleDelta().y() * _ROWS_A_NOTCH
        rows = int(self._turned / 120)
        self._turned -= 120 * rows
        self._scroll_to(self.bar.value() - rows)
        event.accept()

    @property
    def _scrolls(self) -> bool:
        return self._is_long and self._zoom is None and self.has_picture

    @property
    def _row(self) -> float:
        """Height of a row of tiles with its gap, in pixels."""
        return (self._tile[0] + 1) * self.scale

    def _columns_of(self, mosaic: Mosaic) -> int | None:
        """Return in how many columns tiles are legible that would be tiny if all were seen; None if all may be.

        Only the width decides: how high it may be follows from its tiles, which were drawn for the room there is.
        """
        count, height, width = self._shape
        room, pitch = self.width() - 2 * self.margin, min(height, width) + 1
        if count < 2 or room / (mosaic.pixels.shape[1] + 1) * pitch >= _TINY:
            return None
        one = _LEGIBLE * (width + 1) / pitch
        columns = min(int((room - self.bar.sizeHint().width()) / one), mosaic.columns)
        return max(1, columns // self.group) * self.group if columns >= self.group else None

    def _fit_scale(self) -> float:
        if not self._is_long or not self.has_picture:
            return super()._fit_scale()
        room = self.width() - 2 * self.margin - self.bar.sizeHint().width()
        return self._whole(max(room / self.size_of_picture[1], 1e-3))

    def _settle(self) -> None:
        """Begin with a whole row, and keep the bar true to the rows."""
        above = self.margin - self._origin.y()
        super()._settle()
        if self._scrolls:
            rows = -(-self._channels // self._columns)
            seen = max(1, int((self.height() - 2 * self.margin + 1) / self._row))
            first = max(0, min(round(above / self._row), rows - seen))
            self._origin.setY(self.margin - first * self._row)
            with QSignalBlocker(self.bar):
                self.bar.setRange(0, rows - seen)
                self.bar.setPageStep(seen)
                self.bar.setValue(first)
        self.bar.setVisible(self._scrolls)

    def _scroll_to(self, row: int) -> None:
        self._origin = QPointF(self._origin.x(), self.margin - row * self._row)
        self._settle()


def laid_in(mosaic: Mosaic, shape: tuple[int, int, int], columns: int) -> Mosaic:
    """Return a mosaic of tiles of `shape` (C, H, W) in another number of columns."""
    count, height, width = shape
    before, rows = mosaic.columns, -(-count // columns)
    colours = mosaic.pixels.shape[2:]
    tiles: Pixels = np.pad(mosaic.pixels, ((0, 1), (0, 1), *((0, 0) for _ in colours)))
    tiles = tiles.reshape(-1, height + 1, before, width + 1, *colours).swapaxes(1, 2)
    laid: Pixels = np.zeros((rows * columns, height + 1, width + 1, *colours), np.uint8)
    laid[:count] = tiles.reshape(-1, height + 1, width + 1, *colours)[:count]
    pixels = laid.reshape(rows, columns, height + 1, width + 1, *colours).swapaxes(1, 2)
    pixels = pixels.reshape(rows * (height + 1), columns * (width + 1), *colours)[:-1, :-1]
    return replace(mosaic, pixels=np.ascontiguousarray(pixels), columns=columns)
