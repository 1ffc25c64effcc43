"""Paints the lines of a drawing that are in sight: curves with heads, what passes by in a colour of its own, shapes."""

from collections.abc import Iterable, Iterator
from itertools import pairwise

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPainterPath, QPen, QPolygonF

from explorer.features.graph.atlas import Atlas
from explorer.features.graph.box_painter import TITLE_HEIGHT
from explorer.features.graph.camera import Camera
from explorer.features.graph.marks import Marks
from explorer.features.graph.messages import Edge, Point
from explorer.window import theme

CURVES_FROM, SHAPES_FROM = 0.35, 0.85
"""Scales from which lines are curves with heads, and from which shapes can be read beside them."""
_HEAD = 7.0
_DIMMED = 0.15
_AIR = 3.0


class EdgePainter:
    """Paints lines; curves are built once, for a drawing is painted often."""

    def __init__(self, atlas: Atlas, across: bool, font: QFont) -> None:
        self._atlas = atlas
        self._across = across
        self._font = QFont(font)
        self._font.setPixelSize(10)
        self._metrics = QFontMetricsF(self._font)
        self._shapes: dict[int, QRectF | None] = {}
        self._told: set[tuple[str, str]] = set()  # of whom a shape stands somewhere
        self._curves: dict[tuple[int, bool], tuple[QPainterPath, QPolygonF]] = {}
        self._shared = _shared_beginnings(atlas)

    # ---- curves ----

    def paint(self, painter: QPainter, numbers: Iterable[int], camera: Camera, marks: Marks) -> None:
        """Paint curves; the painter measures in the drawing's pixels."""
        for number in numbers:
            opacity = self._opacity(number, marks)
            self._curve(
                painter, number, camera, self._colour(number), 1.5, opacity, whole=marks.lit is not None
            )
        painter.setOpacity(1.0)

    def paint_asked(self, painter: QPainter, camera: Camera, marks: Marks) -> None:
        """Paint the curves that end or begin at the box under the mouse, stronger than the others."""
        for numbers in (self._atlas.into, self._atlas.out_of):
            for number in numbers.get(marks.hovered, ()):
                self._curve(painter, number, camera, QColor(theme.current().text), 2.5, 1.0)

    def _opacity(self, number: int, marks: Marks) -> float:
        return 1.0 if marks.lit is None or number in marks.lit_edges else _DIMMED

    def _colour(self, number: int) -> QColor:
        return skip_colour() if self._atlas.drawing.edges[number].is_skip else line_colour()

    def _curve(
        self,
        painter: QPainter,
        number: int,
        camera: Camera,
        colour: QColor,
        width: float,
        opacity: float,
        whole: bool = True,
    ) -> None:
        known = self._curves.get((number, whole))
        if known is None:
            points = self._atlas.drawing.edges[number].points[0 if whole else self._shared[number] :]
            known = self._curves[number, whole] = curve(points, self._across), head(points, self._across)
        painter.setOpacity(opacity)
        pen = QPen(colour, max(width * min(camera.scale, 1.5), 1.0))
        pen.setCosmetic(True)
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPath(known[0])
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour)
        painter.drawPolygon(known[1])

    # ---- shapes beside them ----

    def paint_shapes(self, painter: QPainter, numbers: Iterable[int], marks: Marks) -> None:
        """Write the shapes of what flows beside the lines, where that covers neither a box nor another shape."""
        painter.setFont(self._font)
        painter.setPen(QColor(theme.current().muted))
        for number in numbers:
            if number not in self._shapes:
                self._shapes[number] = self._free_place(self._atlas.drawing.edges[number])
            if (place := self._shapes[number]) is not None:
                painter.setOpacity(self._opacity(number, marks))
                painter.drawText(place, Qt.AlignmentFlag.AlignCenter, self._atlas.drawing.edges[number].shape)
        painter.setOpacity(1.0)

    def _free_place(self, edge: Edge) -> QRectF | None:
        """Return where the shape of an edge can stand; None if there is no room, or it stands at another reader's."""
        if not edge.shape or edge.is_skip or (edge.source, edge.shape) in self._told:
            return None
        for place in self._places(edge):
            if self._is_free(place):
                self._told.add((edge.source, edge.shape))
                return place
        return None

    def _is_free(self, place: QRectF) -> bool:
        atlas, bottom = self._atlas, place.bottom()
        for number in atlas.boxes_in((place.left(), place.top(), place.right(), bottom)).tolist():
            top = float(atlas.home[number, 1])
            if not atlas.is_open[number] or place.top() < top + TITLE_HEIGHT:
                return False
        return not any(place.intersects(it) for it in self._shapes.values() if it is not None)

    def _places(self, edge: Edge) -> Iterator[QRectF]:
        """Yield places beside the straight pieces of a line."""
        width, height = self._metrics.horizontalAdvance(edge.shape) + 2 * _AIR, self._metrics.height()
        for begin, end in pairwise(edge.points):
            if not _is_straight(begin, end, self._across):
                continue
            for share in (0.5, 0.25, 0.75):
                x, y = (a * (1 - share) + b * share for a, b in zip(begin, end, strict=True))
                if self._across:
                    yield QRectF(x - width / 2, y - height - 1, width, height)
                else:
                    yield QRectF(x + _AIR, y - height / 2 - _AIR, width, height)


def _shared_beginnings(atlas: Atlas) -> list[int]:
    """Return of each line how many pieces at its beginning another draws: drawn twice they would look bolder."""
    edges = atlas.drawing.edges
    shared, drawn = [0] * len(edges), set[tuple[Point, Point]]()
    for number in sorted(range(len(edges)), key=lambda it: edges[it].is_skip):
        pieces = list(pairwise(edges[number].points))
        fresh = (place for place, piece in enumerate(pieces) if piece not in drawn)
        shared[number] = next(fresh, max(len(pieces) - 1, 0))
        drawn.update(pieces)
    return shared


def curve(points: tuple[Point, ...], across: bool) -> QPainterPath:
    """Return a smooth line through points, which leaves and reaches each of them in the direction of the flow."""
    path = QPainterPath(QPointF(*points[0])) if points else QPainterPath()
    for (x, y), (end_x, end_y) in pairwise(points):
        if across:
            middle = (x + end_x) / 2
            path.cubicTo(middle, y, middle, end_y, end_x, end_y)
        else:
            middle = (y + end_y) / 2
            path.cubicTo(x, middle, end_x, middle, end_x, end_y)
    return path


def head(points: tuple[Point, ...], across: bool) -> QPolygonF:
    """Return the head of a line at its last point, in the direction of the flow."""
    if not points:
        return QPolygonF()
    x, y = points[-1]
    back, half = _HEAD, _HEAD / 2
    corners = (
        ((x - back, y - half), (x - back, y + half))
        if across
        else ((x - half, y - back), (x + half, y - back))
    )
    return QPolygonF([QPointF(x, y), *(QPointF(*corner) for corner in corners)])


def _is_straight(begin: Point, end: Point, across: bool) -> bool:
    """Tell whether a piece of a line goes straight on, and far enough for a text beside it."""
    (x, y), (end_x, end_y) = begin, end
    aside, along = (end_y - y, end_x - x) if across else (end_x - x, end_y - y)
    return abs(aside) < 1 and along > 2 * _HEAD


def line_colour() -> QColor:
    """Return the colour of what flows from one box to the next."""
    tokens = theme.current()
    return theme.blend(tokens.muted, tokens.surface, 0.8)


def skip_colour() -> QColor:
    """Return the colour of what passes by the boxes between."""
    return QColor(theme.KINDS["sum"])
