"""The inside of a bar plot: what pyqtgraph draws, made when there is something to draw."""

from collections.abc import Callable, Sequence

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPointF, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent
from PySide6.QtWidgets import QGraphicsGridLayout

from explorer.ui import format as fmt
from explorer.ui import theme

Numbers = NDArray[np.float64]


class _Axis(pg.AxisItem):
    """An axis whose numbers read as all others in the window."""

    def __init__(self, orientation: str, tick: Callable[[float], str]) -> None:
        super().__init__(orientation)
        self._tick = tick
        self.setStyle(autoReduceTextSpace=False)

    def tickStrings(self, values: Sequence[float], scale: float, spacing: float) -> list[str]:  # noqa: ARG002
        """Return the texts of the ticks."""
        return [self._tick(value) for value in values]


class PlotArea(pg.GraphicsView):
    """Bars drawn by one item, so that thousands of them are as quick as ten.

    It is put together from a view box and two axes: a whole `PlotWidget`, with its menus, takes five times as
    long to make, and the window holds six plots.

    Signals and keys are those of `BarPlot`, which passes them on.
    """

    bar_hovered = Signal(int)
    bar_left = Signal()
    bar_clicked = Signal(int)

    def __init__(
        self,
        zoomable: bool,
        tick: Callable[[float], str],
    ) -> None:
        """Create an empty plot; arguments as for `BarPlot`."""
        super().__init__()
        self._edges: Numbers = np.zeros(1)
        self._heights: Numbers = np.zeros(0)
        self._hovered: int | None = None
        self._marked: int | None = None
        self._box = pg.ViewBox(enableMenu=False, enableMouse=False)
        self._box.setMouseEnabled(x=zoomable, y=False)
        self._axes = (_Axis("left", tick), _Axis("bottom", fmt.number))
        self._axes[0].setWidth(64)  # fixed, so that the bars do not jump from one value to the next
        self._bars = pg.BarGraphItem(x0=[], x1=[], height=[])
        self._mark = pg.BarGraphItem(x0=[], x1=[], height=[])
        self._cursor = pg.InfiniteLine(angle=90)
        self._cursor.hide()
        for item in (self._bars, self._mark, self._cursor):
            self._box.addItem(item, ignoreBounds=True)
        self._lay_out()
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMinimumSize(80, 60)
        self.scene().sigMouseMoved.connect(self._on_mouse_moved)
        self.scene().sigMouseClicked.connect(self._on_mouse_clicked)
        self._dress()

    def set_bars(self, edges: Numbers, heights: Numbers, ceiling: float | None = None) -> None:
        """Show bars in place of the former ones; what is not finite is drawn without height.

        Args:
            edges: (B + 1,) rising and finite.
            heights: (B,).
            ceiling: Upper end of the axis; None for the highest bar.
        """
        self._edges, self._heights = edges, np.nan_to_num(heights, nan=0.0, posinf=0.0, neginf=0.0)
        self._hovered = None
        self._cursor.hide()
        if self._heights.size == 0:
            self._bars.setOpts(x0=[], x1=[], height=[])
            self.mark(None)
            return
        self._bars.setOpts(x0=edges[:-1], x1=edges[1:], height=self._heights)
        low = min(0.0, float(self._heights.min()))
        high = ceiling if ceiling is not None else max(0.0, float(self._heights.max()))
        margin = 0.03 * (high - low)
        bounds = (float(edges[0]), float(edges[-1]))
        self._box.setLimits(xMin=bounds[0], xMax=bounds[1])
        self._box.setRange(
            xRange=bounds,
            yRange=(low - margin if low < 0 else 0.0, high + margin if high > low else 1.0),
            padding=0,
        )
        self.mark(self._marked)

    def mark(self, bar: int | None) -> None:
        """Draw one bar in the accent, from the bottom to its height; None marks none."""
        self._marked = bar
        if bar is None or not 0 <= bar < self._heights.size:
            self._mark.setOpts(x0=[], x1=[], height=[])
        else:
            one = slice(bar, bar + 1)
            self._mark.setOpts(x0=self._edges[:-1][one], x1=self._edges[1:][one], height=self._heights[one])

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move along the bars, or choose one."""
        steps = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}
        if event.key() in steps and self._heights.size:
            start = self._hovered if self._hovered is not None else self._marked
            bar = 0 if start is None else start + steps[Qt.Key(event.key())]
            self._hover(min(max(bar, 0), self._heights.size - 1))
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._hovered is not None:
            self.bar_clicked.emit(self._hovered)
        else:
            super().keyPressEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        """Forget the hovered bar."""
        self._hover(None)
        super().leaveEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        """Take the colours of a new theme."""
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "_cursor"):
            self._dress()
        super().changeEvent(event)

    def link_to(self, other: "PlotArea") -> None:
        """Show the same stretch of bars as another plot."""
        self._box.setXLink(other._box)

    def position_of(self, bar: int) -> QPointF:
        """Return where the middle of a bar's foot lies in the scene."""
        return self._box.mapViewToScene(QPointF((self._edges[bar] + self._edges[bar + 1]) / 2, 0.0))

    def bar_at(self, position: QPointF) -> int | None:
        """Return the bar at a position of the scene (device-independent pixels); None beside the bars."""
        if self._heights.size == 0 or not self._box.sceneBoundingRect().contains(position):
            return None
        x = self._box.mapSceneToView(position).x()
        bar = int(np.searchsorted(self._edges, x, side="right")) - 1
        return bar if 0 <= bar < self._heights.size else None

    def _lay_out(self) -> None:
        whole = pg.GraphicsWidget()
        grid = QGraphicsGridLayout(whole)
        grid.setContentsMargins(2, 2, 2, 2)
        grid.setSpacing(0)
        for axis in self._axes:
            axis.linkToView(self._box)
        grid.addItem(self._axes[0], 0, 0)
        grid.addItem(self._box, 0, 1)
        grid.addItem(self._axes[1], 1, 1)
        self.setCentralItem(whole)

    def _dress(self) -> None:
        tokens = theme.current()
        self.setBackground(tokens.surface)
        calm, accent = theme.blend(tokens.muted, tokens.surface, 0.6), QColor(tokens.accent)
        self._bars.setOpts(pen=pg.mkPen(calm), brush=calm)  # the pen keeps a bar thinner than a pixel
        self._mark.setOpts(pen=pg.mkPen(accent, width=2), brush=accent)
        self._cursor.setPen(pg.mkPen(accent, width=1))
        for axis in self._axes:
            axis.setPen(pg.mkPen(tokens.border))
            axis.setTextPen(pg.mkPen(tokens.muted))

    def _hover(self, bar: int | None) -> None:
        if bar == self._hovered:
            return
        self._hovered = bar
        self._cursor.setVisible(bar is not None)
        if bar is None:
            self.bar_left.emit()
            return
        self._cursor.setValue(float(self._edges[bar] + self._edges[bar + 1]) / 2)
        self.bar_hovered.emit(bar)

    def _on_mouse_moved(self, position: QPointF) -> None:
        self._hover(self.bar_at(position))

    def _on_mouse_clicked(self, event: object) -> None:
        bar = self.bar_at(event.scenePos())  # type: ignore[attr-defined]  # a pyqtgraph MouseClickEvent
        if bar is not None:
            self.bar_clicked.emit(bar)
