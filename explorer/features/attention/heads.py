"""All heads side by side: how each of them shares out one token's attention."""

import math

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter
from PySide6.QtWidgets import QWidget

from explorer.features.attention.messages import GRADIENT, MEAN, MOST, ROLLOUT, AttentionView, Floats, Scale
from explorer.features.attention.text import head_name, names_of
from explorer.records.values import Mosaic
from explorer.window import format as fmt
from explorer.window import theme
from explorer.window.widgets.mosaic import MosaicView

_NOTHING = 1e-12
COMPUTE = "Compute"
"""What stands on the tile of what a person has to ask for."""
_START = "▶"  # the same, where there is no room for the word
_LEAST_TILE = 28  # pixels of a tile that has room for its name
_FRAME = 3  # pixels above a tile that the frame of the chosen one takes
_APART = (
    theme.SPACING
)  # pixels between a name and the tile of the row before, with which it has nothing to do


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


def scale_of(view: AttentionView, head: int) -> Scale | None:
    """Return what the colours of a head stand for, in each picture of it; None while it is not known."""
    return {ROLLOUT: view.rolled_scale, GRADIENT: view.gradient_scale}.get(head, view.scale)


def limit_of(view: AttentionView, head: int) -> float:
    """Return the weight that has the full colour: one for all heads and tokens, and one for each rollout."""
    scale = scale_of(view, head)
    return 1.0 if scale is None else scale.full


def scale_said(head: int, scale: Scale | None) -> tuple[str, ...]:
    """Return what the colours of a head stand for, the longest wording first; nothing while it is not known."""
    whose = head_name(head) if head in (ROLLOUT, GRADIENT) else "all heads and tokens"
    if scale is None:
        return ()
    if scale.largest > scale.full:
        above = f"largest {fmt.number(scale.largest)}"
        return f"{whose}, {above}", above
    return (whose,)


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
    """A tile a head, with its name above it.

    A tile is in the mosaic a few rows higher than its values: where these have no value, the name stands.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.heads: tuple[int, ...] = ()
        self.setAccessibleName("Heads")
        self._shape, self._above = (1, 1), 0
        self._waiting = ""
        self.unit_selected.connect(
            lambda *_: self.select_unit(None)
        )  # a click chooses a head, no place of it

    def set_view(self, view: AttentionView | None, room: tuple[float, float]) -> None:
        """Show the heads in tiles as large as a room of that width and height allows; None shows the message."""
        self.heads = () if view is None else heads_of(view)
        if view is None:
            self.set_mosaic(None, (0, 1, 1))
            return
        tiles = [quantised(tile_of(view, head), limit_of(view, head)) for head in self.heads]
        high, wide = self._shape = (tiles[0].shape[0], tiles[0].shape[1])
        together = sum(head < 0 for head in self.heads)
        name = _APART + self.fontMetrics().height() + _FRAME
        columns, self._above = _laid_out(len(tiles), together, high, wide, room, name)
        rows, tall = math.ceil(len(tiles) / columns), high + self._above
        canvas = np.zeros((rows * columns, tall + 1, wide + 1), np.uint8)
        canvas[: len(tiles), self._above : tall, :wide] = tiles
        pixels = canvas.reshape(rows, columns, tall + 1, wide + 1).swapaxes(1, 2)
        whole = np.ascontiguousarray(pixels.reshape(rows * (tall + 1), columns * (wide + 1))[:-1, :-1])
        levels = np.array([(0.0, limit_of(view, head)) for head in self.heads])
        self.set_mosaic(Mosaic(whole, columns, levels, False), (len(tiles), tall, wide))

    def say_waiting(self, words: str) -> None:
        """Set what stands on the tile of the rollout with gradients while it is not known; empty once it is."""
        if words != self._waiting:
            self._waiting = words
            self.update()

    @property
    def waiting(self) -> str:
        """What stands on the tile of the rollout with gradients; empty if it is known."""
        return self._waiting

    def locate(self, y: int, x: int) -> tuple[int, int, int] | None:
        """Return (head's place, y, x) of the value at a picture pixel; y is below 0 on the name above."""
        found = super().locate(y, x)
        return None if found is None else (found[0], found[1] - self._above, found[2])

    def tile_of(self, channel: int) -> tuple[int, int, int, int]:
        """Return the (top, left, bottom, right) box of a head's values in picture pixels."""
        top, left, bottom, right = super().tile_of(channel)
        return top + self._above, left, bottom, right

    def paint_over(self, painter: QPainter) -> None:
        """Draw the names, the frame of the chosen tile, and what is not computed."""
        if self._above:
            self._draw_names(painter)
        if self._waiting and GRADIENT in self.heads:
            self._draw_waiting(painter)
        super().paint_over(painter)

    def _colours(self) -> list[int]:
        """As of any mosaic, but what has no value is ground: the names stand on it."""
        table = super()._colours()
        return [QColor(theme.current().window).rgb(), *table[1:]] if table else []

    def _draw_names(self, painter: QPainter) -> None:
        tokens, names = theme.current(), self._names(painter.fontMetrics())
        for place in range(len(self.heads)):
            top, left, _, right = self.tile_of(place)
            rect = self.rect_of((top - self._above, left, top, right)).adjusted(0, 0, 0, -_FRAME)
            painter.setPen(QColor(tokens.accent if place == self._channel else tokens.muted))
            painter.drawText(rect, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignBottom, names[place])

    def _names(self, metrics: QFontMetrics) -> list[str]:
        """Return what stands above the tiles: all heads have the long name, or all of them the short one."""
        room = self.rect_of(self.tile_of(0)).width()
        is_long = all(metrics.horizontalAdvance(head_name(head)) <= room for head in self.heads if head >= 0)
        found = []
        for head in self.heads:
            names = names_of(head)[0 if is_long or head < 0 else 1 :]
            found.append(next((it for it in names if metrics.horizontalAdvance(it) <= room), ""))
        return found

    def _draw_waiting(self, painter: QPainter) -> None:
        """Draw the tile as a button: a click on it computes it."""
        tokens, metrics = theme.current(), painter.fontMetrics()
        rect = self.rect_of(self.tile_of(self.heads.index(GRADIENT)))
        painter.fillRect(rect, QColor(tokens.raised))
        words = self._waiting
        if words == COMPUTE and metrics.horizontalAdvance(words) > rect.width():
            words = _START
        painter.setPen(QColor(tokens.accent if self._waiting == COMPUTE else tokens.muted))
        painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, words)


def _laid_out(
    count: int, together: int, high: int, wide: int, room: tuple[float, float], name: int
) -> tuple[int, int]:
    """Return how many tiles a row holds so that they are as large as the room allows, and how many rows a name takes.

    Args:
        count: How many tiles there are.
        together: How many of them, the first, sum up all heads: they fill whole rows, or all stand in the first.
        high, wide: Of a tile, in values.
        room: Width and height, in pixels.
        name: Height of a name in pixels; tiles too small for one have none.
    """

    def fitting(columns: int) -> tuple[float, int]:
        across, rows = room[0] / (columns * (wide + 1)), math.ceil(count / columns)
        scale = min(across, max(room[1] / rows - name, 1.0) / (high + 1))
        above = math.ceil(name / scale) if min(wide, 3 * high) * scale >= _LEAST_TILE else 0
        return min(across, room[1] / (rows * (high + above + 1))), above

    whole = [it for it in range(1, count + 1) if it % together == 0 or together % it == 0]
    columns = max(whole, key=lambda columns: (round(fitting(columns)[0], 9), -columns))
    return columns, fitting(columns)[1]
