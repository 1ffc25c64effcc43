"""Paints the lines of a drawing that are in sight: curves with heads, what passes by in a colour of its own, shapes."""

from collections.abc import Iterable, Iterator
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPainterPath, QPen, QPolygonF

from explorer.drawing.messages import Edge, Point
from explorer.records.kinds import SKIP
from explorer.window import theme
from explorer.window.widgets.graph.atlas import Atlas, Rect, Rects
from explorer.window.widgets.graph.box_painter import TITLE_HEIGHT
from explorer.window.widgets.graph.camera import Camera
from explorer.window.widgets.graph.marks import Marks

CURVES_FROM, SHAPES_FROM = 0.35, 0.85
"""Scales from which lines are curves with heads, and from which shapes can be read beside them."""
_HEAD = 7.0
_DIMMED = 0.15
_AIR = 3.0
_NEAR = 14.0  # pixels from where a line begins: there is room before the title of a group that it enters
_STRAIGHT = 0.5  # pixels by which a piece of a line may go aside and be drawn as straight

Numbers = NDArray[np.int64]


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
        self._flat: dict[int, Rects] = {}
        self._skips = np.array([edge.is_skip for edge in atlas.drawing.edges], bool)
        x, y, end_x, end_y = atlas.pieces.T
        self._is_straight = np.abs(end_y - y if across else end_x - x) < _STRAIGHT

    def reach(self) -> float:
        """Return how far to the right the shapes beside the lines may stand, in the drawing's pixels."""
        if self._across:
            return 0.0
        farthest: dict[str, float] = {}
        for edge in self._atlas.drawing.edges:
            if edge.shape and not edge.is_skip:
                x = max(x for x, _ in edge.points)
                farthest[edge.shape] = max(farthest.get(edge.shape, 0.0), x)
        width = self._metrics.horizontalAdvance
        return max((x + width(shape) + 3 * _AIR for shape, x in farthest.items()), default=0.0)

    # ---- lines ----

    def paint(
        self, painter: QPainter, pieces: Numbers, camera: Camera, marks: Marks, area: Rect | None = None
    ) -> None:
        """Paint pieces of lines by their numbers; the painter measures in the drawing's pixels.

        Args:
            painter, pieces, camera, marks: See there.
            area: What of the drawing is to be painted on a screen, where curves are as many straight lines as the eye
                cannot tell from them: they take a tenth of the time. None for a file, in which curves are curves.
        """
        atlas = self._atlas
        if marks.lit is None:
            pieces = pieces[atlas.is_fresh[pieces]]
        lit = np.ones(len(self._skips), bool)
        if marks.lit is not None:
            lit[:] = False
            lit[list(marks.lit_edges)] = True
        of = atlas.piece_edges[pieces]
        for is_lit in (False, True):
            for is_skip in (True, False):  # what both have in common at its beginning is of the main way
                some = pieces[(lit[of] == is_lit) & (self._skips[of] == is_skip)]
                if some.size:
                    painter.setOpacity(1.0 if is_lit else _DIMMED)
                    colour = skip_colour() if is_skip else line_colour()
                    self._paint_pieces(painter, some, camera, colour, 1.5, area)
        painter.setOpacity(1.0)

    def paint_asked(self, painter: QPainter, camera: Camera, marks: Marks) -> None:
        """Paint the lines that end or begin at the box under the mouse, stronger than the others."""
        atlas = self._atlas
        asked = [*atlas.into.get(marks.hovered, ()), *atlas.out_of.get(marks.hovered, ())]
        if asked:
            pieces = np.flatnonzero(np.isin(atlas.piece_edges, asked))
            self._paint_pieces(painter, pieces, camera, QColor(theme.current().text), 2.5)

    def _paint_pieces(
        self,
        painter: QPainter,
        pieces: Numbers,
        camera: Camera,
        colour: QColor,
        width: float,
        area: Rect | None = None,
    ) -> None:
        atlas = self._atlas
        pen = QPen(colour, max(width * min(camera.scale, 1.5), 1.0))
        pen.setCosmetic(True)
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        is_straight = self._is_straight[pieces]
        painter.drawLines([QLineF(*piece) for piece in atlas.pieces[pieces[is_straight]].tolist()])
        for number in pieces[~is_straight].tolist():
            if area is None:
                painter.drawPath(curve(*atlas.pieces[number].tolist(), across=self._across))
            else:
                painter.drawLines([QLineF(*line) for line in self._lines_in(number, area)])
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour)
        for x, y in np.unique(atlas.pieces[pieces[atlas.is_last[pieces]], 2:], axis=0).tolist():
            painter.drawPolygon(head(x, y, self._across))

    def _lines_in(self, number: int, area: Rect) -> list[list[float]]:
        """Return of the straight lines that stand for a curve those that may touch a rectangle."""
        if number not in self._flat:
            self._flat[number] = flattened(self._atlas.pieces[number], self._across)
        lines = self._flat[number]
        left, top, right, bottom = area
        x, end_x = np.minimum(lines[:, 0], lines[:, 2]), np.maximum(lines[:, 0], lines[:, 2])
        y, end_y = np.minimum(lines[:, 1], lines[:, 3]), np.maximum(lines[:, 1], lines[:, 3])
        found: list[list[float]] = lines[
            (x <= right) & (end_x >= left) & (y <= bottom) & (end_y >= top)
        ].tolist()
        return found

    # ---- shapes beside them ----

    def paint_shapes(self, painter: QPainter, numbers: Iterable[int], marks: Marks) -> None:
        """Write the shapes of what flows beside the lines, where that covers neither a box nor another shape."""
        painter.setFont(self._font)
        painter.setPen(QColor(theme.current().muted))
        for number in numbers:
            if number not in self._shapes:
                self._shapes[number] = self._free_place(self._atlas.drawing.edges[number])
            if (place := self._shapes[number]) is not None:
                is_lit = marks.lit is None or number in marks.lit_edges
                painter.setOpacity(1.0 if is_lit else _DIMMED)
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
        atlas, area = self._atlas, (place.left(), place.top(), place.right(), place.bottom())
        for number in atlas.boxes_in(area).tolist():
            top = float(atlas.home[number, 1])
            if not atlas.is_open[number] or place.top() < top + TITLE_HEIGHT:
                return False
        for number in atlas.pieces_in(area).tolist():
            if self._is_straight[number] or self._lines_in(number, area):
                return False
        return not any(place.intersects(it) for it in self._shapes.values() if it is not None)

    def _places(self, edge: Edge) -> Iterator[QRectF]:
        """Yield places beside the straight pieces of a line."""
        width, height = self._metrics.horizontalAdvance(edge.shape) + 2 * _AIR, self._metrics.height()
        for begin, end in pairwise(edge.points):
            if not _is_straight(begin, end, self._across):
                continue
            near = _NEAR / max(abs(b - a) for a, b in zip(begin, end, strict=True))
            for share in (0.5, 0.25, 0.75, near):
                x, y = (a * (1 - share) + b * share for a, b in zip(begin, end, strict=True))
                if self._across:
                    yield QRectF(x - width / 2, y - height - 1, width, height)
                else:
                    yield QRectF(x + _AIR, y - height / 2 - _AIR, width, height)


def curve(x: float, y: float, end_x: float, end_y: float, *, across: bool) -> QPainterPath:
    """Return a smooth line from one point to another, which leaves and reaches them in the direction of the flow."""
    path = QPainterPath(QPointF(x, y))
    if across:
        middle = (x + end_x) / 2
        path.cubicTo(middle, y, middle, end_y, end_x, end_y)
    else:
        middle = (y + end_y) / 2
        path.cubicTo(x, middle, end_x, middle, end_x, end_y)
    return path


def flattened(piece: NDArray[np.float64], across: bool) -> Rects:
    """Return the straight lines (N, 4) that stand for the curve from one end of a piece (4,) to the other."""
    x, y, end_x, end_y = piece
    length = abs(end_x - x) + abs(end_y - y)
    t = np.linspace(0, 1, min(max(int(length / 6), 12), 64))[:, None]
    middle = ((x + end_x) / 2, (y + end_y) / 2)
    pulls = ((middle[0], y), (middle[0], end_y)) if across else ((x, middle[1]), (end_x, middle[1]))
    begin, first, second, end = (np.array(it) for it in ((x, y), *pulls, (end_x, end_y)))
    points = (1 - t) ** 3 * begin + 3 * (1 - t) ** 2 * t * first + 3 * (1 - t) * t**2 * second + t**3 * end
    return np.hstack([points[:-1], points[1:]])


def head(x: float, y: float, across: bool) -> QPolygonF:
    """Return the head of a line that ends at a point, in the direction of the flow."""
    back, half = _HEAD, _HEAD / 2
    if across:
        corners = [(x, y), (x - back, y - half), (x - back, y + half)]
    else:
        corners = [(x, y), (x - half, y - back), (x + half, y - back)]
    return QPolygonF([QPointF(*corner) for corner in corners])


def _is_straight(begin: Point, end: Point, across: bool) -> bool:
    """Tell whether a piece of a line goes straight on, and far enough for a text beside it."""
    (x, y), (end_x, end_y) = begin, end
    aside, along = (end_y - y, end_x - x) if across else (end_x - x, end_y - y)
    return abs(aside) < _STRAIGHT and along > 2 * _HEAD


def line_colour() -> QColor:
    """Return the colour of what flows from one box to the next."""
    tokens = theme.current()
    return theme.blend(tokens.muted, tokens.surface, 0.8)


def skip_colour() -> QColor:
    """Return the colour of what passes by the boxes between."""
    return QColor(theme.KINDS[SKIP])
