"""The inside of a plot of curves: what pyqtgraph draws, made when there is something to draw."""

from collections.abc import Sequence

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QPointF
from PySide6.QtGui import QColor, QPen

from explorer.window import theme
from explorer.window.widgets.curve import Curve, Numbers, Scale
from explorer.window.widgets.graph_area import GraphArea

_FEW = 60  # so many points at most are drawn as dots besides
# Of the first curve; each further curve's are smaller, so that all are seen where they coincide.
_DOT_SIZE, _MARK_SIZE = 9, 15
_DASHES = (2, 4)  # in widths of the line: what it lies over shows through


class CurveArea(GraphArea):
    """Curves over one axis, and an upright line that marks one place."""

    def __init__(self, steps: bool) -> None:
        """Create an empty plot; arguments as for `CurvePlot`."""
        super().__init__(whole_places=not steps)
        self._steps = steps
        self._x: Numbers = np.zeros(0)
        self._curves: tuple[Curve, ...] = ()
        self._scale = Scale(0.0, 1.0, ())
        self._items: list[pg.GraphicsObject] = []
        self._mark = pg.InfiniteLine(angle=90)
        self._mark.setZValue(10)
        self._mark.hide()
        self._box.addItem(self._mark, ignoreBounds=True)
        self._dress()

    def set_curves(
        self, x: Numbers, curves: Sequence[Curve], scale: Scale, ends: tuple[float, float] | None
    ) -> None:
        """Show curves in place of the former ones; arguments as for `CurvePlot`."""
        self._x, self._curves, self._scale = x, tuple(curves), scale
        self._places = (x[:-1] + x[1:]) / 2 if self._steps else x
        self._forget_hover()
        self._left.setTicks([list(scale.ticks), []])
        if x.size:
            low, high = ends or (float(x[0]), float(x[-1]))
            margin = 0.0 if self._steps else 0.02 * (high - low) + 0.5
            reach = (low - margin, high + margin)
            self._show_range(reach, (scale.low, scale.high))
        self._draw()

    def mark(self, x: float | None) -> None:
        """Draw the upright line."""
        self._mark.setVisible(x is not None)
        self._marked = None
        if x is not None:
            self._mark.setValue(x)
            self._marked = self._nearest(x) if self._places.size else None

    def position_of(self, point: int) -> QPointF:
        """Return where a place lies in the scene, at half height."""
        middle = (self._scale.low + self._scale.high) / 2
        return self._box.mapViewToScene(QPointF(float(self._places[point]), middle))

    def _dress(self) -> None:
        super()._dress()
        self._mark.setPen(pg.mkPen(QColor(theme.current().accent), width=2))
        self._draw()

    def _draw(self) -> None:
        for item in self._items:
            self._box.removeItem(item)
        self._items = []
        for number, curve in enumerate(self._curves):
            self._items += self._lines(curve, _DOT_SIZE - number)
            self._items += _marks(curve, self._scale, _MARK_SIZE - 2 * number)
        for item in self._items:
            self._box.addItem(item, ignoreBounds=True)

    def _lines(self, curve: Curve, dot: int) -> list[pg.GraphicsObject]:
        if self._steps:
            return [pg.PlotCurveItem(self._x, curve.y, stepMode="center", pen=_pen(curve))]
        line = pg.PlotCurveItem(self._x, curve.y, connect="finite", pen=_pen(curve))
        seen = np.isfinite(curve.y)
        if not 0 < seen.sum() <= _FEW:
            return [line]
        colour = theme.series_colour(curve.series)
        dots = pg.ScatterPlotItem(self._x[seen], curve.y[seen], size=dot, brush=colour, pen=None)
        return [line, dots]


def _pen(curve: Curve) -> QPen:
    dashes = _DASHES if curve.dashed else None
    return pg.mkPen(theme.series_colour(curve.series), width=4 if curve.series is None else 2, dash=dashes)


def _marks(curve: Curve, scale: Scale, size: int) -> list[pg.GraphicsObject]:
    if not curve.marks.size:
        return []
    x, y = curve.marks.T
    middle = (scale.low + scale.high) / 2
    symbols = ["t" if height < middle else "t1" for height in y]
    return [
        pg.ScatterPlotItem(x, y, size=size, symbol=symbols, brush=theme.series_colour(curve.series), pen=None)
    ]
