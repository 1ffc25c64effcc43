"""All heads side by side: how each of them shares out one token's attention."""

import math

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QWidget

from explorer.features.attention.messages import GRADIENT, MEAN, MOST, ROLLOUT, AttentionView, Floats
from explorer.features.attention.text import short_head
from explorer.records.values import Mosaic
from explorer.window import theme
from explorer.window.widgets.mosaic import MosaicView

_SHARE = 0.995
_FAR_OUT = 1.25  # as much larger the largest weight must be than nearly all for it to be beyond the scale
_NOTHING = 1e-12
_LEAST_TILE = 28  # pixels of a tile that has room for its name


def heads_of(view: AttentionView) -> tuple[int, ...]:
    """Return what can be shown large, in order: what sums up all heads, then each of them."""
    rolled = () if view.rollout is None else (ROLLOUT, GRADIENT)
    return (MEAN, MOST, *rolled, *range(view.heads))


def row_of(view: AttentionView, head: int) -> Floats:
    """Return the weights (n,) of a head, or of all together; NaN for what nobody asked for yet."""
    if head == MOST:
        return view.rows.max(0)
    if head == ROLLOUT and view.rollout is not None:
        return view.rollout
    if head == GRADIENT:
        return np.full(view.rows.shape[1], np.nan, np.float32) if view.gradient is None else view.gradient
    return view.rows.mean(0) if head < 0 else view.rows[head]


def limit_of(view: AttentionView, head: int) -> float:
    """Return the weight that has the full colour: one for all heads, and one for each rollout.

    Where the largest lies far out it is the one that 99.5 % of the weights stay below.
    """
    rows = row_of(view, head)[None] if head in (ROLLOUT, GRADIENT) else view.rows
    drawn = rows[:, view.cells >= 0] if view.cells is not None else rows
    if not drawn.size or np.isnan(drawn).any():
        return 1.0
    largest, most = float(drawn.max()), float(np.quantile(drawn, _SHARE))
    return (most if 0 < most * _FAR_OUT < largest else largest) or 1.0


def quantised(values: NDArray[np.floating], limit: float) -> NDArray[np.uint8]:
    """Return the colours of weights from 0 to `limit`: 1 to 255, and 0 where there is none."""
    level = np.clip(values / limit * 254 + 1.5, 1, 255)
    return np.ascontiguousarray(np.nan_to_num(level, nan=0).astype(np.uint8))


def frame_of(view: AttentionView) -> tuple[int, int, int, int] | None:
    """Return (top, left, bottom, right) of the patches that a token meets, on their grid; None without a grid.

    What a mask leaves next to nothing of, as Swin's does across the edge of the picture, is not met.
    """
    laid = view.on_grid(view.rows.max(0))
    if laid is None:
        return None
    met = laid > _NOTHING
    if not met.any():
        met = np.ones_like(met)
    rows, columns = np.flatnonzero(met.any(1)), np.flatnonzero(met.any(0))
    return int(rows[0]), int(columns[0]), int(rows[-1]) + 1, int(columns[-1]) + 1


def tile_of(view: AttentionView, head: int) -> Floats:
    """Return the weights of a head as a tile: those that the token meets on the grid, or all in a line."""
    row, frame = row_of(view, head), frame_of(view)
    laid = view.on_grid(row)
    if laid is None or frame is None:
        return row[None]
    top, left, bottom, right = frame
    return laid[top:bottom, left:right]


class HeadStrip(MosaicView):
    """A tile a head, with its name on it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.heads: tuple[int, ...] = ()
        self.setAccessibleName("Heads")
        self._shape = (1, 1)

    def set_view(self, view: AttentionView | None, aspect: float) -> None:
        """Show the heads in tiles as large as a room of that width over height allows; None shows the message."""
        self.heads = () if view is None else heads_of(view)
        if view is None:
            self.set_mosaic(None, (0, 1, 1))
            return
        tiles = [quantised(tile_of(view, head), limit_of(view, head)) for head in self.heads]
        high, wide = self._shape = (tiles[0].shape[0], tiles[0].shape[1])
        columns = _columns(len(tiles), high, wide, aspect)
        rows = math.ceil(len(tiles) / columns)
        canvas = np.zeros((rows * columns, high + 1, wide + 1), np.uint8)
        canvas[: len(tiles), :high, :wide] = tiles
        pixels = canvas.reshape(rows, columns, high + 1, wide + 1).swapaxes(1, 2)
        whole = np.ascontiguousarray(pixels.reshape(rows * (high + 1), columns * (wide + 1))[:-1, :-1])
        levels = np.array([(0.0, limit_of(view, head)) for head in self.heads])
        self.set_mosaic(Mosaic(whole, columns, levels, False), (len(tiles), high, wide))

    def paint_over(self, painter: QPainter) -> None:
        """Draw the tiles' frames and names."""
        super().paint_over(painter)
        if min(self._shape[1] * self.scale, 3 * self._shape[0] * self.scale) < _LEAST_TILE:
            return
        tokens = theme.current()
        metrics = painter.fontMetrics()
        for number, head in enumerate(self.heads):
            rect, name = self.rect_of(self.tile_of(number)), short_head(head)
            area = QRectF(rect.left(), rect.top(), metrics.horizontalAdvance(name) + 6, metrics.height())
            if area.width() <= rect.width():
                ground = QColor(tokens.surface)
                ground.setAlpha(200)
                painter.fillRect(area, ground)
                painter.setPen(QColor(tokens.text))
                painter.drawText(area, Qt.AlignmentFlag.AlignCenter, name)


def _columns(count: int, high: int, wide: int, aspect: float) -> int:
    """Return how many tiles a row holds so that they are as large as a room of that aspect allows."""

    def side(columns: int) -> float:
        return min(aspect / (columns * (wide + 1)), 1 / (math.ceil(count / columns) * (high + 1)))

    return max(range(1, count + 1), key=lambda columns: (round(side(columns), 9), -columns))
