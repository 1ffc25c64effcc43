"""Names beside a drawing that is too far away to be read, as many as there is room for, the outermost first."""

from bisect import bisect
from itertools import groupby

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter

from explorer.drawing.messages import Box
from explorer.window import theme
from explorer.window.widgets.graph.atlas import Atlas
from explorer.window.widgets.graph.box_painter import LINE_PIXELS, NAMES_FROM
from explorer.window.widgets.graph.camera import Camera

_HEIGHT, _INDENT = 13.0, 8.0  # pixels of a line of text, and for each group that a box lies in
_AIR, _NARROWEST = 12.0, 64.0  # pixels between the drawing and the names, and of a name that is worth reading
_MOST = 400  # a level of more boxes than that has no room for its names


class FarNames:
    """Names the outermost boxes and the groups of one drawing, to its right; it goes from the top down."""

    def __init__(self, atlas: Atlas, font: QFont) -> None:
        self._atlas = atlas
        self._font = QFont(font)
        self._font.setPixelSize(LINE_PIXELS)
        self._candidates: list[tuple[int, int]] | None = None

    def paint(self, painter: QPainter, room: QRectF, camera: Camera) -> None:
        """Paint the names that there is room for."""
        painter.setFont(self._font)
        painter.setPen(QColor(theme.current().muted))
        metrics = QFontMetricsF(self._font)
        for name, place in self.placed(room, camera):
            text = metrics.elidedText(name, Qt.TextElideMode.ElideMiddle, place.width())
            painter.drawText(place, Qt.AlignmentFlag.AlignVCenter, text)

    def placed(self, room: QRectF, camera: Camera) -> list[tuple[str, QRectF]]:
        """Return the names that there is room for in a widget, and where; none if those in the boxes can be read."""
        if camera.scale >= NAMES_FROM:
            return []
        width = self._atlas.drawing.width
        begin = camera.to_widget((width, 0.0, width, 0.0))[0] + _AIR
        found: list[tuple[str, QRectF]] = []
        tops: list[float] = []  # of what is found, rising
        for number, level in self._known_candidates():
            box, left = self._atlas.boxes[number], begin + level * _INDENT
            _, top, _, bottom = camera.to_widget(self._atlas.home_of(box.key))
            upper = top if box.is_open else (top + bottom - _HEIGHT) / 2
            at = bisect(tops, upper)
            is_high = level == 0 or bottom - top >= _HEIGHT
            if is_high and all(abs(upper - it) >= _HEIGHT for it in tops[max(at - 1, 0) : at + 1]):
                place = QRectF(left, upper, room.right() - left, _HEIGHT)
                if place.width() >= _NARROWEST and room.contains(place):
                    tops.insert(at, upper)
                    found.append((box.name, place))
        return found

    def _known_candidates(self) -> list[tuple[int, int]]:
        """Return which boxes may be named, by number, and how many groups each lies in; found out once."""
        if self._candidates is None:
            boxes = self._atlas.boxes
            levels = [(self._level(box), number) for number, box in enumerate(boxes)]
            some = sorted(
                (level, not boxes[it].can_open, it)
                for level, it in levels
                if level == 0 or boxes[it].can_open
            )
            self._candidates = []
            for level, members in groupby(some, key=lambda it: it[0]):
                numbers = [number for _, _, number in members]
                if len(numbers) > _MOST:
                    break
                self._candidates += [(number, level) for number in numbers if self._is_alone(number)]
        return self._candidates

    def _level(self, box: Box) -> int:
        around = self._atlas.around(box)
        return 0 if around is None else 1 + self._level(around)

    def _is_alone(self, number: int) -> bool:
        """Tell whether nothing lies beside a box: a name at the right would be that of any of them."""
        home = self._atlas.home
        left, top, right, bottom = home[number].tolist()
        is_level = (home[:, 1] < bottom) & (home[:, 3] > top)
        return not (is_level & ((home[:, 0] >= right) | (home[:, 2] <= left))).any()
