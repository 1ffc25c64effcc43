"""The inside of a bar plot: what pyqtgraph draws, made when there is something to draw."""

from collections.abc import Callable

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QPointF
from PySide6.QtGui import QColor

from explorer.window import theme
from explorer.window.widgets.curves import Numbers
from explorer.window.widgets.graph_area import GraphArea


class PlotArea(GraphArea):
    """Bars drawn by one item, so that thousands of them are as quick as ten."""

    def __init__(self, zoomable: bool, tick: Callable[[float], str], counts: bool = False) -> None:
        """Create an empty plot; arguments as for `BarPlot`."""
        super().__init__(tick, counts)
        self._edges: Numbers = np.zeros(1)
        self._heights: Numbers = np.zeros(0)
        self._box.setMouseEnabled(x=zoomable, y=False)
        self._bars = pg.BarGraphItem(x0=[], x1=[], height=[])
        self._mark = pg.BarGraphItem(x0=[], x1=[], height=[])
        for item in (self._bars, self._mark):
            self._box.addItem(item, ignoreBounds=True)
        self._dress()

    def set_bars(self, edges: Numbers, heights: Numbers, ceiling: float | None = None) -> None:
        """Show bars in place of the former ones; what is not finite is drawn without height.

        Args:
            edges: (B + 1,) rising and finite.
            heights: (B,).
            ceiling: Upper end of the axis; None for the highest bar.
        """
        self._edges, self._heights = edges, np.nan_to_num(heights, nan=0.0, posinf=0.0, neginf=0.0)
        self._places = (edges[:-1] + edges[1:]) / 2
        self._forget_hover()
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

    def link_to(self, other: "PlotArea") -> None:
        """Show the same stretch of bars as another plot."""
        self._box.setXLink(other._box)

    def position_of(self, bar: int) -> QPointF:
        """Return where the middle of a bar's foot lies in the scene."""
        return self._box.mapViewToScene(QPointF(float(self._places[bar]), 0.0))

    def _nearest(self, x: float) -> int:
        """Return the bar that a coordinate lies in; bars need not be of one width."""
        bar = int(np.searchsorted(self._edges, x, side="right")) - 1
        return min(max(bar, 0), self._heights.size - 1)

    def _dress(self) -> None:
        super()._dress()
        tokens = theme.current()
        calm, accent = theme.blend(tokens.muted, tokens.surface, 0.6), QColor(tokens.accent)
        self._bars.setOpts(pen=pg.mkPen(calm), brush=calm)  # the pen keeps a bar thinner than a pixel
        self._mark.setOpts(pen=pg.mkPen(accent, width=2), brush=accent)
