"""What is in sight of a drawing: it is painted once, moved along with the camera, and only its rim anew."""

import time

import numpy as np
from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPen, QPixmap

from explorer.window import theme
from explorer.window.widgets.graph.atlas import Atlas
from explorer.window.widgets.graph.box_painter import BoxPainter
from explorer.window.widgets.graph.camera import Camera
from explorer.window.widgets.graph.edge_painter import CURVES_FROM, SHAPES_FROM, EdgePainter
from explorer.window.widgets.graph.far_names import FarNames
from explorer.window.widgets.graph.far_painter import FarPainter
from explorer.window.widgets.graph.marks import Marks

_MOST_CURVES = 800  # more pieces of lines than that in sight are drawn thin
_MOST_LINES = 8000  # more than that in sight are a grey ground and no lines any more
_AIR = 12.0  # drawing's pixels around a box that are painted with it: its frame, the cards of a run
_SHAPE = 96.0  # drawing's pixels that a shape may stand away from its line
_QUICK = 0.010  # seconds; what is painted within that is painted at each step of a movement


class Sight:
    """Paints one drawing.

    Attributes:
        right: How far to the right what is written beside its lines may stand.
    """

    def __init__(self, atlas: Atlas, across: bool, font: QFont) -> None:
        self._atlas = atlas
        self._boxes = BoxPainter(font)
        self._edges = EdgePainter(atlas, across, font)
        self.right = self._edges.reach()
        self._far = FarPainter(atlas)
        self._names = None if across else FarNames(atlas, font)
        self._kept: QPixmap | None = None
        self._camera = Camera()
        self._looks: tuple[object, ...] = ()
        self._marks = Marks()
        self._cost = 0.0  # seconds that the whole took to paint

    def show(self, painter: QPainter, room: QRect, camera: Camera, marks: Marks, is_moving: bool) -> None:
        """Paint what is in sight.

        Args:
            painter: Of the widget.
            room: The widget's rectangle.
            camera: Where it looks.
            marks: What is marked.
            is_moving: True if the next picture is about to come: one that takes long may be a stretched one.
        """
        ratio = painter.device().devicePixelRatioF()
        camera = Camera(camera.scale, round(camera.left * ratio) / ratio, round(camera.top * ratio) / ratio)
        looks = (room.size(), ratio, theme.current().name, marks.bars, marks.badges)
        ground = marks.ground
        same = self._kept is not None and self._looks == looks and self._marks == ground
        is_stretched = False
        if same and self._camera.scale == camera.scale:
            self._move(camera, room, ratio)
        elif same and is_moving and self._cost > _QUICK:
            is_stretched = True
        else:
            self._paint_anew(room, camera, ground, ratio)
            self._looks = looks
        assert self._kept is not None, "it was painted just now, or before"
        if not is_stretched:
            painter.drawPixmap(0, 0, self._kept)
        else:
            painter.fillRect(room, QColor(theme.current().surface))
            area = self._camera.area(room.width(), room.height())
            left, top, right, bottom = camera.to_widget(area)
            target = QRectF(left, top, right - left, bottom - top)
            painter.drawPixmap(target, self._kept, QRectF(self._kept.rect()))
        self.paint_marked(painter, camera, marks)

    def _paint_anew(self, room: QRect, camera: Camera, marks: Marks, ratio: float) -> None:
        begun = time.perf_counter()
        size = room.size() * ratio
        if self._kept is None or self._kept.size() != size or self._kept.devicePixelRatioF() != ratio:
            self._kept = QPixmap(size)
            self._kept.setDevicePixelRatio(ratio)
        self._marks = marks
        self._paint_into(self._kept, QRectF(room), camera)
        self._camera = camera
        self._cost = time.perf_counter() - begun

    def _move(self, camera: Camera, room: QRect, ratio: float) -> None:
        """Move what is painted, and paint what comes in sight."""
        assert self._kept is not None, "there is something to be moved"
        dx, dy = (
            round((camera.left - self._camera.left) * ratio),
            round((camera.top - self._camera.top) * ratio),
        )
        width, height = self._kept.width(), self._kept.height()
        if abs(dx) >= width or abs(dy) >= height:
            self._paint_anew(room, camera, self._marks, ratio)
            return
        self._camera = camera
        if not dx and not dy:
            return
        self._kept.scroll(dx, dy, self._kept.rect())
        rims = [QRect(0 if dx > 0 else width + dx, 0, abs(dx), height)] if dx else []
        rims += [QRect(0, 0 if dy > 0 else height + dy, width, abs(dy))] if dy else []
        for rim in rims:
            place = QRectF(rim.x() / ratio, rim.y() / ratio, rim.width() / ratio, rim.height() / ratio)
            self._paint_into(self._kept, place, camera)

    def _paint_into(self, pixmap: QPixmap, place: QRectF, camera: Camera) -> None:
        painter = QPainter(pixmap)
        painter.setClipRect(place)
        painter.fillRect(place, QColor(theme.current().surface))
        self.paint(painter, place, camera, self._marks)
        painter.end()

    # ---- what is in a part of the widget ----

    def paint(
        self,
        painter: QPainter,
        place: QRectF,
        camera: Camera,
        marks: Marks,
        edges: bool = True,
        on_screen: bool = True,
    ) -> None:
        """Paint what lies in a rectangle of the widget, in full if it is near enough, else as blocks of colour.

        Args:
            painter, place, camera, marks: Where and what.
            edges: False to leave out the lines.
            on_screen: False for a file, in which curves are curves.
        """
        atlas = self._atlas
        left, top = camera.place(place.left(), place.top())
        right, bottom = camera.place(place.right(), place.bottom())
        area = left - _AIR, top - _AIR, right + _AIR, bottom + _AIR
        boxes, lines = atlas.boxes_in(area), atlas.pieces_in(area)
        if not edges or len(lines) > _MOST_LINES:
            lines = lines[:0]
        if camera.scale < CURVES_FROM:
            self._far.paint(painter, boxes, lines, camera, marks)
            return
        painter.save()
        _measure_as(painter, camera)
        is_open = atlas.is_open[boxes]
        self._boxes.paint(painter, atlas, boxes[is_open].tolist(), camera, marks)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, len(lines) <= _MOST_CURVES)
        self._edges.paint(painter, lines, camera, marks, area if on_screen else None)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._boxes.paint_titles(painter, atlas, boxes[is_open].tolist(), camera, marks)
        self._boxes.paint(painter, atlas, boxes[~is_open].tolist(), camera, marks)
        if camera.scale >= SHAPES_FROM and edges:
            beside = left - _SHAPE, top - _SHAPE, right + _SHAPE, bottom + _SHAPE
            told = np.unique(atlas.piece_edges[atlas.pieces_in(beside)])
            self._edges.paint_shapes(painter, told.tolist(), marks)
        painter.restore()

    def paint_names(self, painter: QPainter, room: QRectF, camera: Camera) -> None:
        """Name beside a drawing that is far away what is in it; one from left to right has no room for names."""
        if self._names is not None:
            self._names.paint(painter, room, camera)

    def paint_marked(self, painter: QPainter, camera: Camera, marks: Marks) -> None:
        """Paint over it what changes with each step and with each movement of the mouse."""
        atlas = self._atlas
        keys = [*marks.feeding, *marks.fed_by, marks.hovered, marks.shown]
        there = [atlas.number[key] for key in dict.fromkeys(keys) if key in atlas.number]
        numbers = [number for number in there if not atlas.is_open[number]]  # a ground hides what lies on it
        if camera.scale >= CURVES_FROM:
            painter.save()
            _measure_as(painter, camera)
            self._edges.paint_asked(painter, camera, marks)
            self._boxes.paint(painter, atlas, numbers, camera, marks)
            painter.restore()
        elif marks.shown in atlas.number:
            left, top, right, bottom = camera.to_widget(atlas.rect(marks.shown))
            painter.setPen(QPen(QColor(theme.current().accent), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(QRectF(left, top, right - left, bottom - top).adjusted(-3, -3, 3, 3))


def _measure_as(painter: QPainter, camera: Camera) -> None:
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.translate(camera.left, camera.top)
    painter.scale(camera.scale, camera.scale)
