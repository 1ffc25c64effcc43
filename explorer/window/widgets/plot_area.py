"""The inside of a bar plot: what pyqtgraph draws, made when there is something to draw."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor

from explorer.window import theme
from explorer.window.widgets.curve import Numbers
from explorer.window.widgets.graph_area import GraphArea

_FEW = 32  # bars that are counted one by one, as heads are; those of a distribution are more, and touch


class PlotArea(GraphArea):
    """Bars drawn by one item, so that thousands of them are as quick as ten."""

    def __init__(
        self, zoomable: bool, tick: Callable[[float], str] | None, whole_heights: bool, whole_places: bool
    ) -> None:
        """Create an empty plot; arguments as for `BarPlot`."""
        super().__init__(tick, whole_heights, whole_places)
        self._edges: Numbers = np.zeros(1)
        self._heights: Numbers = np.zeros(0)
        self._colours: Sequence[QColor] = ()
        self._span = (0.0, 1.0)  # of the vertical axis
        self._box.setMouseEnabled(x=zoomable, y=False)
        self._bars = pg.BarGraphItem(x0=[], x1=[], height=[])
        self._mark = pg.BarGraphItem(x0=[], x1=[], height=[])
        self._level = pg.InfiniteLine(angle=0)
        for item in (self._bars, self._mark, self._level):
            self._box.addItem(item, ignoreBounds=True)
        self._dress()

    def set_bars(
        self,
        edges: Numbers,
        heights: Numbers,
        ceiling: float | None = None,
        colours: Sequence[QColor] = (),
        level: float | None = None,
        floor: float | None = None,
    ) -> None:
        """Show bars in place of the former ones; arguments as for `BarPlot.set_bars`."""
        self._edges, self._heights = edges, np.nan_to_num(heights, nan=0.0, posinf=0.0, neginf=0.0)
        self._colours = colours
        self._level.setVisible(level is not None)
        self._level.setValue(level or 0.0)
        self._places = (edges[:-1] + edges[1:]) / 2
        self._forget_hover()
        if self._heights.size == 0:
            self._bars.setOpts(x0=[], x1=[], height=[])
            self.mark(None)
            return
        self._bars.setOpts(x0=edges[:-1], x1=edges[1:], height=self._heights, **self._looks_of_bars())
        low = floor if floor is not None else min(0.0, float(self._heights.min()))
        high = ceiling if ceiling is not None else max(level or 0.0, float(self._heights.max()))
        margin = 0.03 * (high - low)
        bounds = (float(edges[0]), float(edges[-1]))
        self._box.setLimits(xMin=bounds[0], xMax=bounds[1])
        self._span = (low - margin if low < 0 else 0.0, high + margin if high > low else 1.0)
        self._show_range(bounds, self._span)
        self.mark(self._marked)

    def mark(self, bar: int | None) -> None:
        """Mark one bar in the accent: itself, or what lies behind it if the bars have colours of their own."""
        self._marked = bar
        self._mark.setZValue(-5 if self._colours else 5)
        looks = self._looks_of_mark()
        if bar is None or not 0 <= bar < self._heights.size:
            self._mark.setOpts(x0=[], x1=[], y0=[], height=[], **looks)
            return
        one = slice(bar, bar + 1)
        low, high = self._span
        foot, height = ([low], [high - low]) if self._colours else ([0.0], self._heights[one])
        self._mark.setOpts(x0=self._edges[:-1][one], x1=self._edges[1:][one], y0=foot, height=height, **looks)

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
        self._bars.setOpts(**self._looks_of_bars())
        self._mark.setOpts(**self._looks_of_mark())
        self._level.setPen(pg.mkPen(QColor(theme.current().field), width=1, style=Qt.PenStyle.DashLine))

    def _looks_of_mark(self) -> dict[str, Any]:
        tokens = theme.current()
        accent = QColor(tokens.accent)
        # What lies behind a bar is a pale band to the top, which nobody takes for a bar: it has no outline.
        pen = pg.mkPen(None) if self._colours else pg.mkPen(accent, width=2)
        brush = theme.blend(tokens.accent, tokens.surface, 0.12) if self._colours else accent
        return {"pen": pen, "brush": brush}

    def _looks_of_bars(self) -> dict[str, Any]:
        """Return the colours of the bars; the pen parts a few, and of many keeps one that is thinner than a pixel."""
        tokens = theme.current()
        calm = theme.blend(tokens.muted, tokens.surface, 0.6)
        line = QColor(tokens.surface) if self._heights.size <= _FEW else calm
        pens = [pg.mkPen(colour) for colour in self._colours] or None
        return {"pen": pg.mkPen(line), "brush": calm, "pens": pens, "brushes": list(self._colours) or None}
