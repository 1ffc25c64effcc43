"""The inside of a plot of curves: what pyqtgraph draws, made when there is something to draw."""

from collections.abc import Sequence

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QEvent, QPointF, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QPen
from PySide6.QtWidgets import QGraphicsGridLayout

from explorer.ui import format as fmt
from explorer.ui import theme
from explorer.ui.views.curves import Curve, Numbers, Scale

_FEW = 60  # so many points at most are drawn as dots besides
# Of the first curve; each further curve's are smaller, so that all are seen where they coincide.
_DOT_SIZE, _MARK_SIZE = 9, 15
_DASHES = (2, 4)  # in widths of the line: what it lies over shows through
_LEFT_WIDTH = 72  # fixed, so that the curves do not jump from one recording to the next


class _Axis(pg.AxisItem):
    """An axis whose numbers read as all others in the window."""

    def tickStrings(self, values: Sequence[float], scale: float, spacing: float) -> list[str]:  # noqa: ARG002
        """Return the texts of the ticks."""
        return [fmt.number(value) for value in values]


class CurveArea(pg.GraphicsView):
    """Curves put together from a view box and two axes, which is made in a fifth of the time of a `PlotWidget`.

    Signals and keys are those of `CurvePlot`, which passes them on.
    """

    point_hovered = Signal(int)
    point_left = Signal()
    point_clicked = Signal(int)

    def __init__(self, steps: bool) -> None:
        """Create an empty plot; arguments as for `CurvePlot`."""
        super().__init__()
        self._steps = steps
        self._x: Numbers = np.zeros(0)
        self._curves: tuple[Curve, ...] = ()
        self._scale = Scale(0.0, 1.0, ())
        self._items: list[pg.GraphicsObject] = []
        self._hovered: int | None = None
        self._box = pg.ViewBox(enableMenu=False, enableMouse=False)
        self._left, self._bottom = _Axis("left"), _Axis("bottom")
        self._left.setWidth(_LEFT_WIDTH)
        self._mark, self._cursor = pg.InfiniteLine(angle=90), pg.InfiniteLine(angle=90)
        for line in (self._mark, self._cursor):
            line.hide()
            line.setZValue(10)
            self._box.addItem(line, ignoreBounds=True)
        self._lay_out()
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMinimumSize(80, 60)
        self.scene().sigMouseMoved.connect(self._on_mouse_moved)
        self.scene().sigMouseClicked.connect(self._on_mouse_clicked)
        self._dress()

    def set_curves(
        self, x: Numbers, curves: Sequence[Curve], scale: Scale, ends: tuple[float, float] | None
    ) -> None:
        """Show curves in place of the former ones; arguments as for `CurvePlot`."""
        self._x, self._curves, self._scale = x, tuple(curves), scale
        self._hovered = None
        self._cursor.hide()
        self._left.setTicks([list(scale.ticks), []])
        if x.size:
            low, high = ends or (float(x[0]), float(x[-1]))
            margin = 0.0 if self._steps else 0.02 * (high - low) + 0.5
            reach = (low - margin, high + margin)
            self._box.setRange(xRange=reach, yRange=(scale.low, scale.high), padding=0)
        self._draw()

    def mark(self, x: float | None) -> None:
        """Draw the upright line."""
        self._mark.setVisible(x is not None)
        if x is not None:
            self._mark.setValue(x)

    def position_of(self, point: int) -> QPointF:
        """Return where a place lies in the scene, at half height."""
        middle = (self._scale.low + self._scale.high) / 2
        return self._box.mapViewToScene(QPointF(float(self._places[point]), middle))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move along the places, or choose one."""
        steps = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}
        if event.key() in steps and self._places.size:
            self._hover(self._beside(steps[Qt.Key(event.key())]))
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

    @property
    def _places(self) -> Numbers:
        return (self._x[:-1] + self._x[1:]) / 2 if self._steps else self._x

    def _beside(self, step: int) -> int:
        """Return the place beside the hovered one, else the marked one, else the first."""
        if self._hovered is not None:
            place = self._hovered + step
        elif self._mark.isVisible():
            place = self._nearest(self._mark.value()) + step
        else:
            place = 0
        return min(max(place, 0), self._places.size - 1)

    def _nearest(self, x: float) -> int:
        return int(np.abs(self._places - x).argmin())

    def _lay_out(self) -> None:
        whole = pg.GraphicsWidget()
        grid = QGraphicsGridLayout(whole)
        grid.setContentsMargins(2, 2, 8, 2)
        grid.setSpacing(0)
        for axis in (self._left, self._bottom):
            axis.linkToView(self._box)
            axis.setStyle(autoReduceTextSpace=False)
        grid.addItem(self._left, 0, 0)
        grid.addItem(self._box, 0, 1)
        grid.addItem(self._bottom, 1, 1)
        self.setCentralItem(whole)

    def _dress(self) -> None:
        tokens = theme.current()
        self.setBackground(tokens.surface)
        self._mark.setPen(pg.mkPen(QColor(tokens.accent), width=2))
        self._cursor.setPen(pg.mkPen(QColor(tokens.muted), width=1))
        for axis in (self._left, self._bottom):
            axis.setPen(pg.mkPen(tokens.border))
            axis.setTextPen(pg.mkPen(tokens.muted))
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

    def _on_mouse_moved(self, position: QPointF) -> None:
        self._hover(self._point_at(position))

    def _on_mouse_clicked(self, event: object) -> None:
        point = self._point_at(event.scenePos())  # type: ignore[attr-defined]  # a pyqtgraph MouseClickEvent
        if point is not None:
            self.point_clicked.emit(point)


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
