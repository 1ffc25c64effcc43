"""Paints a drawing that is too far away to be read: boxes as blocks of their colour, lines of one pixel.

What covers the same pixels is painted once: of ten thousand boxes a small picture shows few.
"""

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QLine, QRect, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from explorer.drawing.messages import Box
from explorer.window import theme
from explorer.window.widgets.graph.atlas import Atlas, Rects
from explorer.window.widgets.graph.box_painter import group_ground
from explorer.window.widgets.graph.camera import Camera
from explorer.window.widgets.graph.edge_painter import line_colour, skip_colour
from explorer.window.widgets.graph.marks import Marks

_DIMMED = 0.25
_FARTHEST = 32000  # pixels; whole numbers of 16 bits hold it
_ALL = Marks()

Numbers = NDArray[np.int64]


class FarPainter:
    """Paints the boxes and lines of one drawing; measures in the widget's pixels."""

    def __init__(self, atlas: Atlas) -> None:
        self._atlas = atlas
        self._dressed = ""
        self._colours: NDArray[np.int64] = np.zeros(0, np.int64)
        self._skips = np.array([edge.is_skip for edge in atlas.drawing.edges], bool)

    def paint(
        self, painter: QPainter, boxes: Numbers, pieces: Numbers, camera: Camera, marks: Marks = _ALL
    ) -> None:
        """Paint boxes and pieces of lines by their numbers: grounds of open groups, lines over them, blocks."""
        is_open = self._atlas.is_open[boxes]
        self._blocks(painter, boxes[is_open], camera, marks)
        self._lines(painter, pieces, camera, marks)
        self._blocks(painter, boxes[~is_open], camera, marks)
        painter.setOpacity(1.0)

    def _blocks(self, painter: QPainter, numbers: Numbers, camera: Camera, marks: Marks) -> None:
        atlas = self._atlas
        lit = np.ones(len(numbers), bool)
        if marks.lit is not None:
            known = [atlas.number[key] for key in marks.lit if key in atlas.number]
            lit = np.isin(numbers, known)
        colours = self._colours_of(numbers, marks)
        painter.setPen(Qt.PenStyle.NoPen)
        for colour in np.unique(colours).tolist():
            painter.setBrush(QColor.fromRgb(colour))
            for is_lit in (False, True):
                some = numbers[(colours == colour) & (lit == is_lit)]
                if some.size:
                    painter.setOpacity(1.0 if is_lit else _DIMMED)
                    painter.drawRects([QRect(*rect) for rect in _in_pixels(atlas.rects[some], camera)])

    def _lines(self, painter: QPainter, pieces: Numbers, camera: Camera, marks: Marks) -> None:
        of = self._atlas.piece_edges[pieces]
        lit = np.ones(len(self._skips), bool)
        if marks.lit is not None:
            lit[:] = False
            lit[list(marks.lit_edges)] = True
        for is_lit in (False, True):
            for is_skip in (False, True):
                some = pieces[(lit[of] == is_lit) & (self._skips[of] == is_skip)]
                if some.size:
                    painter.setOpacity(1.0 if is_lit else _DIMMED)
                    painter.setPen(QPen(skip_colour() if is_skip else line_colour(), 1))
                    lines = _distinct(_moved(self._atlas.pieces[some], camera))
                    painter.drawLines([QLine(*line) for line in lines])

    def _colours_of(self, numbers: Numbers, marks: Marks) -> NDArray[np.int64]:
        """Return the colour of each box: that of its kind, or of a strong badge, which could not be read."""
        tokens = theme.current()
        if self._dressed != tokens.name:
            self._dressed = tokens.name
            self._colours = np.array([_colour(box).rgb() for box in self._atlas.boxes], np.int64)
        colours = self._colours[numbers]
        for place, number in enumerate(numbers.tolist() if marks.badges else ()):
            badge = (marks.badges or {}).get(self._atlas.boxes[number].key)
            if badge is not None and badge.is_strong:
                colours[place] = badge.colour.rgb()
        return colours


def _colour(box: Box) -> QColor:
    if box.is_open:
        return group_ground(box)
    if box.kind == "failure":
        return QColor(theme.current().error)
    return theme.kind_colour("" if box.kind in ("input", "output") else box.op)


def _moved(rects: Rects, camera: Camera) -> Numbers:
    at = rects * camera.scale + np.array([camera.left, camera.top] * 2)
    return np.rint(np.clip(at, -_FARTHEST, _FARTHEST)).astype(np.int64)


def _in_pixels(rects: Rects, camera: Camera) -> list[list[int]]:
    """Return left, top, width and height in whole pixels, at least one, each rectangle once."""
    corners = _moved(rects, camera)
    corners[:, 2:] = np.clip(corners[:, 2:] - corners[:, :2], 1, _FARTHEST)
    return _distinct(corners)


def _distinct(rows: Numbers) -> list[list[int]]:
    """Return each row of four numbers of 16 bits once."""
    weights = np.array([1 << 48, 1 << 32, 1 << 16, 1], np.int64)
    _, first = np.unique(rows @ weights, return_index=True)
    found: list[list[int]] = rows[first].tolist()
    return found
