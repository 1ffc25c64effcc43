"""What the plots share: two axes around a box, and one place of them under the mouse or the keyboard."""

import math
from collections.abc import Callable, Iterator, Sequence

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QEvent, QPointF, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QGraphicsGridLayout

from explorer.window import format as fmt
from explorer.window import theme
from explorer.window.widgets.curve import ROOM_FOR_NAMES, Numbers

_TICK = 3  # pixels, outwards: inwards they would cut into the bars
_DIGIT, _MOST_DIGITS = 7, 7  # pixels of a digit, at most so many of them
TITLE = 2 * theme.SPACING
"""Pixels that the words beside the upright axis take."""
_NOISE = 1e-6  # of the distance between two ticks: what is nearer to 0 is 0
_MOST_DECIMALS = 6  # smaller numbers are written with an exponent
_BETWEEN_NUMBERS = 16  # pixels, from the middle of one to that of the next above
_FEWEST = 2  # numbers of an axis: of fewer its scale cannot be read
_MOST_IN_FULL, _MOST_PREFIXED = 100_000, 1e9
_LEFT_WIDTH, _COUNTS_WIDTH = (
    72,
    56,
)  # fixed, so that what is drawn does not jump from one recording to the next


class _Axis(pg.AxisItem):
    """An axis; a whole one has no ticks between counted things. Its numbers read as `tick` says, else plainly."""

    def __init__(self, orientation: str, tick: Callable[[float], str] | None, whole: bool) -> None:
        super().__init__(orientation)
        self._tick = tick
        self._whole = whole
        self.setStyle(autoReduceTextSpace=False, tickLength=_TICK)

    def tickStrings(self, values: Sequence[float], scale: float, spacing: float) -> list[str]:  # noqa: ARG002
        """Return the texts of the ticks; with as many digits as tell them apart."""
        near_zero = _NOISE * spacing
        exact = [0.0 if abs(value) < near_zero else value for value in values]
        texts = self._texts(exact)
        digits = max(0, -math.floor(math.log10(spacing))) if spacing > 0 else 0
        is_short = digits <= _MOST_DECIMALS and max(map(abs, exact), default=0.0) < 1.0
        if len(set(texts)) < len(texts) or (is_short and any("e" in text for text in texts)):
            texts = [f"{value:.{digits}f}".replace("-", "−") if value else "0" for value in exact]
        return texts

    def tickSpacing(self, low: float, high: float, size: float) -> list[tuple[float, float]]:
        """Return the distances between ticks, the largest first, each with where they begin."""
        levels: list[tuple[float, float]] = super().tickSpacing(low, high, size)
        if self._whole:
            levels = [level for level in levels if level[0] >= 1 and level[0] == round(level[0])] or [
                (1.0, 0.0)
            ]
        fitting = [level for level in levels if self._fits(level[0], low, high, size)]
        if not fitting or self._told(fitting[-1][0], low, high) < _FEWEST:
            finer = (it for it in _spacings(low, high, self._whole) if self._fits(it, low, high, size))
            told = next((it for it in finer if self._told(it, low, high) >= _FEWEST), None)
            fitting = fitting if told is None else [(told, 0.0)]
        return fitting or _doubled(levels, size / max(high - low, 1e-300), _BETWEEN_NUMBERS)

    def _fits(self, spacing: float, low: float, high: float, size: float) -> bool:
        """Tell whether numbers so far apart on an axis of `size` pixels do not lie on each other."""
        between = _BETWEEN_NUMBERS
        if self.orientation == "bottom":
            first, last = math.ceil(low / spacing) * spacing, math.floor(high / spacing) * spacing
            longest = max(map(len, self._texts((first, first + spacing, last))))
            between += _DIGIT * min(longest, _MOST_DIGITS)
        return spacing * size / max(high - low, 1e-300) >= between

    def _told(self, spacing: float, low: float, high: float) -> int:
        """Return how many multiples of a distance on an axis read as a number: a logarithm has none for 0."""
        steps = range(math.ceil(low / spacing), math.floor(high / spacing) + 1)
        return sum(map(bool, self._texts([step * spacing for step in steps])))

    def _texts(self, values: Sequence[float]) -> list[str]:
        return _plain(values) if self._tick is None else [self._tick(value) for value in values]


def _plain(values: Sequence[float]) -> list[str]:
    """Return the numbers of an axis: whole ones in full, `500` and `1,000`; large ones all by one prefix, `50 k`."""
    most = max(map(abs, values), default=0.0)
    if any(value != round(value) for value in values) or not most < _MOST_PREFIXED:
        return [fmt.number(value) for value in values]
    if most < _MOST_IN_FULL:
        return [f"{value:,.0f}".replace("-", "−") for value in values]
    size, prefix = (1e6, "M") if most >= 1e6 else (1e3, "k")
    return [f"{value / size:g} {prefix}".replace("-", "−") if value else "0" for value in values]


def _spacings(low: float, high: float, whole: bool) -> Iterator[float]:
    """Yield round distances between ticks, 50, 20, 10, 5, the largest first, that could stand on an axis."""
    if not high > low:
        return
    top = math.floor(math.log10(high - low))
    for power in range(top, top - 3, -1):
        for digit in (5, 2, 1):
            spacing = digit * 10.0**power
            if not whole or spacing == round(spacing):
                yield spacing


def _doubled(levels: list[tuple[float, float]], pixels: float, between: float) -> list[tuple[float, float]]:
    """Return the largest distance of `levels`, doubled until numbers `between` pixels wide find room."""
    if not levels:
        return []
    spacing = levels[0][0]
    while spacing * pixels < between:
        spacing *= 2
    return [(spacing, 0.0)]


class GraphArea(pg.GraphicsView):
    """A view box and two axes; a whole `PlotWidget`, with its menus, takes five times as long to make.

    Whoever draws into it sets `_places`, (N,) rising, and `_marked`, the place where the keyboard begins, and calls
    `_dress` when all is made.

    Signals:
        point_hovered: Number of the place that the mouse or the keyboard came to.
        point_left: The mouse lies over no place any more.
        point_clicked: Number of the place that was chosen.
    """

    point_hovered = Signal(int)
    point_left = Signal()
    point_clicked = Signal(int)

    def __init__(
        self,
        tick: Callable[[float], str] | None = None,
        whole_heights: bool = False,
        whole_places: bool = False,
    ) -> None:
        """Create an empty plot.

        Args:
            tick: How the numbers of the vertical axis read; None for plain numbers.
            whole_heights: True if the vertical axis counts.
            whole_places: True if the horizontal axis counts.
        """
        super().__init__()
        self._places: Numbers = np.zeros(0)
        self._marked: int | None = None
        self._hovered: int | None = None
        self._box = pg.ViewBox(enableMenu=False, enableMouse=False)
        self._left, self._bottom = (
            _Axis("left", tick, whole_heights),
            _Axis("bottom", None, whole_places),
        )
        self._left.setWidth(_COUNTS_WIDTH if whole_heights else _LEFT_WIDTH)
        self._cursor = pg.InfiniteLine(angle=90)
        self._cursor.setZValue(10)
        self._cursor.hide()
        self._box.addItem(self._cursor, ignoreBounds=True)
        self._lay_out()
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMinimumSize(80, 60)
        self.scene().sigMouseMoved.connect(lambda position: self._hover(self._point_at(position)))
        self.scene().sigMouseClicked.connect(self._on_mouse_clicked)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move along the places, or choose one."""
        steps = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}
        if event.key() in steps and self._places.size:
            start = self._marked if self._hovered is None else self._hovered
            point = 0 if start is None else start + steps[Qt.Key(event.key())]
            self._hover(min(max(point, 0), self._places.size - 1))
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._hovered is not None:
            self.point_clicked.emit(self._hovered)
        else:
            super().keyPressEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        """Forget the hovered place."""
        self._hover(None)
        super().leaveEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        """Take the colours of a new theme."""
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "_cursor"):
            self._dress()
        super().changeEvent(event)

    def name_axes(self, across: str, up: str) -> None:
        """Say along the axes what they are of, where there is room for it; empty for nothing."""
        self._titles = (across, up)
        for axis, words in zip((self._bottom, self._left), self._titles, strict=True):
            axis.enableAutoSIPrefix(False)  # its numbers say theirs
            axis.setLabel(words or None)
        if up:
            self._left.setWidth(self._left.minimumWidth() + TITLE)
        self._show_titles()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Leave what is drawn its room."""
        super().resizeEvent(event)
        if hasattr(self, "_titles"):  # it is resized while it is made
            self._show_titles()

    def _show_titles(self) -> None:
        for axis, words in zip((self._bottom, self._left), self._titles, strict=True):
            axis.showLabel(bool(words) and self.height() >= ROOM_FOR_NAMES)

    def _lay_out(self) -> None:
        whole = pg.GraphicsWidget()
        grid = QGraphicsGridLayout(whole)
        grid.setContentsMargins(2, theme.SPACING, theme.SPACING, 2)  # the topmost tick's text needs the room
        grid.setSpacing(0)
        for axis in (self._left, self._bottom):
            axis.linkToView(self._box)
        grid.addItem(self._left, 0, 0)
        grid.addItem(self._box, 0, 1)
        grid.addItem(self._bottom, 1, 1)
        self.setCentralItem(whole)

    def _dress(self) -> None:
        tokens = theme.current()
        self.setBackground(tokens.surface)
        self._cursor.setPen(pg.mkPen(QColor(tokens.muted), width=1))
        for axis in (self._left, self._bottom):
            axis.setPen(pg.mkPen(tokens.border))
            axis.setTextPen(pg.mkPen(tokens.muted))

    def _show_range(self, across: tuple[float, float], up: tuple[float, float]) -> None:
        """Show this stretch of the two axes."""
        self._box.setRange(xRange=across, yRange=up, padding=0)
        self._box.prepareForPaint()  # or it would move what it draws while it paints, and paint all of it again

    def _nearest(self, x: float) -> int:
        """Return the place that belongs to a coordinate of the horizontal axis."""
        return int(np.abs(self._places - x).argmin())

    def _forget_hover(self) -> None:
        """What was hovered is gone; nobody needs to be told."""
        self._hovered = None
        self._cursor.hide()

    def _hover(self, point: int | None) -> None:
        if point == self._hovered:
            return
        self._hovered = point
        self._cursor.setVisible(point is not None)
        if point is None:
            self.point_left.emit()
            return
        self._cursor.setValue(float(self._places[point]))
        self.point_hovered.emit(point)

    def _point_at(self, position: QPointF) -> int | None:
        if not self._places.size or not self._box.sceneBoundingRect().contains(position):
            return None
        return self._nearest(self._box.mapSceneToView(position).x())

    def _on_mouse_clicked(self, event: object) -> None:
        point = self._point_at(event.scenePos())  # type: ignore[attr-defined]  # a pyqtgraph MouseClickEvent
        if point is not None:
            self.point_clicked.emit(point)
