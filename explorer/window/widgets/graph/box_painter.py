"""Paints the boxes of a drawing that are in sight and near, with their names and what is marked of them."""

from collections.abc import Iterable

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen

from explorer.drawing import letters
from explorer.drawing.labels import SIGN, said
from explorer.drawing.messages import Box
from explorer.records.kinds import JOINING
from explorer.window import theme
from explorer.window.widgets.graph.atlas import Atlas
from explorer.window.widgets.graph.camera import Camera
from explorer.window.widgets.graph.marks import Badge, Marks

NAME_PIXELS, LINE_PIXELS = round(letters.NAME), round(letters.SMALL)
NAMES_FROM, LINES_FROM, MAPS_FROM = 0.55, 0.7, 1.2
"""Scales from which names, the lines under them and a map in a box can be read."""
_ROUND, _SIDE_BAR, _PAD = 6.0, 4.0, 10.0
_DIMMED = 0.28
_SYMBOLS = {"add": "+", "sum": "Σ", "mul": "×", "matmul": "@", "sub": "−", "div": "÷"}
_BAR, _TITLE = 3.0, 16.0
BADGE = 15.0
"""Width of the disc of a badge, in pixels."""
_CORNER = QPointF(-4.0, 1.0)
TITLE_HEIGHT = 24.0
"""Of the row at the top of an open group that its name stands in, in the drawing's pixels."""


class BoxPainter:
    """Paints boxes. What a font measures is kept, for a drawing is painted often."""

    def __init__(self, font: QFont) -> None:
        self.name_font, self.line_font = QFont(font), QFont(font)
        self.name_font.setPixelSize(NAME_PIXELS)
        self.line_font.setPixelSize(LINE_PIXELS)
        self.strong_font = QFont(self.name_font)
        self.strong_font.setWeight(QFont.Weight.DemiBold)
        self._elided: dict[tuple[str, int, str], str] = {}

    def paint(
        self, painter: QPainter, atlas: Atlas, numbers: Iterable[int], camera: Camera, marks: Marks
    ) -> None:
        """Paint boxes with their names; the painter measures in the drawing's pixels."""
        for number in numbers:
            box = atlas.boxes[number]
            left, top, right, bottom = atlas.rects[number].tolist()
            rect = QRectF(left, top, right - left, bottom - top)
            dimmed = marks.lit is not None and box.key not in marks.lit
            painter.setOpacity(_DIMMED if dimmed else 1.0)
            if box.is_open:
                painter.setPen(_pen(theme.current().border, 1.0))
                painter.setBrush(group_ground(box))
                painter.drawRoundedRect(rect, _ROUND + 2, _ROUND + 2)
            else:
                self._closed(painter, box, rect, camera, marks)
                if marks.badges is not None and (badge := marks.badges.get(box.key)) is not None:
                    paint_badge(painter, rect.topRight() + _CORNER, badge, self.strong_font)
        painter.setOpacity(1.0)

    # ---- an open group ----

    def paint_titles(
        self, painter: QPainter, atlas: Atlas, numbers: Iterable[int], camera: Camera, marks: Marks
    ) -> None:
        """Write the names of open groups, over the lines that pass there."""
        if camera.scale < NAMES_FROM:
            return
        for number in numbers:
            box = atlas.boxes[number]
            left, _, right, _ = atlas.rects[number].tolist()
            if right - left < 4 * _PAD:
                continue
            dimmed = marks.lit is not None and box.key not in marks.lit
            painter.setOpacity(_DIMMED if dimmed else 1.0)
            painter.setPen(QColor(theme.current().muted))
            for place, text, font in self._title(atlas, number):
                painter.setFont(font)
                painter.drawText(place, Qt.AlignmentFlag.AlignVCenter, text)
        painter.setOpacity(1.0)

    def _title(self, atlas: Atlas, number: int) -> list[tuple[QRectF, str, QFont]]:
        """Return the name of an open group, and its class at the other end if no line passes there."""
        box = atlas.boxes[number]
        left, top, right, _ = atlas.rects[number].tolist()
        room = right - left - 2 * _PAD
        name = self._fitted(f"▾ {box.name}", self.strong_font, room, Qt.TextElideMode.ElideMiddle)
        end = left + _PAD + QFontMetricsF(self.strong_font).horizontalAdvance(name)
        parts = [(QRectF(left + _PAD, top + 5, room, _TITLE), name, self.strong_font)]
        kind = f"{box.times} × {box.sentence}" if box.times > 1 else box.sentence
        width = QFontMetricsF(self.line_font).horizontalAdvance(kind)
        if kind and end + 2 * _PAD + width < right and atlas.is_home:
            begin = right - _PAD - width
            if not atlas.passes(number, (begin - _PAD, top + 5, right, top + 5 + _TITLE)):
                parts.append((QRectF(begin, top + 5, width + 1, _TITLE), kind, self.line_font))
        return parts

    # ---- every other box ----

    def _closed(self, painter: QPainter, box: Box, rect: QRectF, camera: Camera, marks: Marks) -> None:
        tokens = theme.current()
        shown = box.key == marks.shown
        if box.can_open:
            painter.setPen(_pen(tokens.border, 1.0))
            painter.setBrush(QColor(tokens.raised))
            for off in (6.0, 3.0) if box.times > 1 else (3.0,):
                painter.drawRoundedRect(rect.translated(off, off), _ROUND, _ROUND)
        round_ = rect.height() / 2 if _is_round(box) else _ROUND
        painter.setPen(_border(box, marks))
        painter.setBrush(_ground(box, shown, camera.scale >= NAMES_FROM))
        painter.drawRoundedRect(rect, round_, round_)
        if _is_symbol(box, rect):
            self._symbol(painter, box, rect)
            return
        if not _is_round(box) and (not box.can_open or box.kind == "failure"):
            _side_bar(painter, box, rect)
        if camera.scale >= NAMES_FROM:
            picture = marks.thumbnail if shown and camera.scale >= MAPS_FROM else None
            place = QRectF() if picture is None else self._map_place(box, rect)
            if picture is not None and not place.isEmpty():
                painter.drawImage(place, picture)
            self._words(painter, box, rect, camera, place)
        bar = marks.bars.by_key.get(box.key) if marks.bars is not None else None
        if bar is not None and bar.share is not None and not _is_round(box):
            room = rect.adjusted(_PAD + 2, 0, -_PAD, 0)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(tokens.border))
            painter.drawRect(QRectF(room.left(), rect.bottom() - _BAR - 2, room.width(), _BAR))
            painter.setBrush(QColor(tokens.text))
            painter.drawRect(QRectF(room.left(), rect.bottom() - _BAR - 2, room.width() * bar.share, _BAR))

    def _symbol(self, painter: QPainter, box: Box, rect: QRectF) -> None:
        painter.setPen(QColor(theme.current().text))
        painter.setFont(self.strong_font)
        painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, _SYMBOLS.get(box.op, box.name))

    def _map_place(self, box: Box, rect: QRectF) -> QRectF:
        """Return where a map stands at the right of a box, as large as leaves its words whole; empty if nowhere."""
        font = self.strong_font if box.can_open else self.name_font
        title = f"{SIGN}{box.name}" if box.can_open else box.name
        name = QFontMetricsF(font).horizontalAdvance(title)
        line = QFontMetricsF(self.line_font).horizontalAdvance(said(box.kind, box.sentence))
        room = rect.width() - 3 * _PAD
        if _is_round(box) or box.times > 1:
            return QRectF()
        for side, words in ((rect.height() - 12, max(name, line)), (rect.height() / 2 - 4, name)):
            if words + side <= room:
                return QRectF(rect.right() - side - 4, rect.top() + 4, side, side)
        return QRectF()

    def _words(self, painter: QPainter, box: Box, rect: QRectF, camera: Camera, beside: QRectF) -> None:
        """Write its name and below it its sentence; the lines that a map lies beside end before it."""
        tokens = theme.current()
        pad = _PAD + (2 if not _is_round(box) else 4)
        room = rect.adjusted(pad, 4, -_PAD + 2, -4)
        both = bool(box.sentence) and rect.height() >= 30 and camera.scale >= LINES_FROM
        centred = Qt.AlignmentFlag.AlignHCenter if _is_round(box) else Qt.AlignmentFlag.AlignLeft
        first = QRectF(room.left(), room.top(), room.width(), room.height() / 2) if both else room
        if not beside.isEmpty():
            first.setRight(beside.left() - 4)
        if box.times > 1:
            first = first.adjusted(0, 0, -self._times(painter, box, first), 0)
        font = self.strong_font if box.can_open else self.name_font
        painter.setFont(font)
        painter.setPen(QColor(tokens.error if box.kind == "failure" else tokens.text))
        name = f"{SIGN}{box.name}" if box.can_open else box.name
        text = self._fitted(name, font, first.width(), Qt.TextElideMode.ElideMiddle)
        painter.drawText(first, Qt.AlignmentFlag.AlignVCenter | centred, text)
        if both:
            below = QRectF(room.left(), room.top() + room.height() / 2, room.width(), room.height() / 2)
            painter.setFont(self.line_font)
            painter.setPen(QColor(tokens.muted))
            text = self._fitted(
                said(box.kind, box.sentence), self.line_font, room.width(), Qt.TextElideMode.ElideRight
            )
            painter.drawText(below, Qt.AlignmentFlag.AlignVCenter | centred, text)

    def _times(self, painter: QPainter, box: Box, room: QRectF) -> float:
        """Write how many equal groups a run stands for at the right, and return the width that it takes."""
        text = f"× {box.times}"
        painter.setFont(self.strong_font)
        painter.setPen(QColor(theme.current().muted))
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, text)
        return QFontMetricsF(self.strong_font).horizontalAdvance(text) + _PAD / 2

    def _fitted(self, text: str, font: QFont, width: float, mode: Qt.TextElideMode) -> str:
        key = text, int(width), font.key()
        known = self._elided.get(key)
        if known is None:
            known = self._elided[key] = QFontMetricsF(font).elidedText(text, mode, width)
        return known


# ---- looks ----


def paint_badge(painter: QPainter, middle: QPointF, badge: Badge, font: QFont) -> None:
    """Paint a sign in a disc: a full one for what is strong, else a ring."""
    disc = QRectF(middle.x() - BADGE / 2, middle.y() - BADGE / 2, BADGE, BADGE)
    surface = QColor(theme.current().surface)
    painter.setPen(QPen(badge.colour, 1.0))
    painter.setBrush(badge.colour if badge.is_strong else surface)
    painter.drawEllipse(disc)
    painter.setPen(surface if badge.is_strong else badge.colour)
    painter.setFont(font)
    painter.drawText(disc, Qt.AlignmentFlag.AlignCenter, badge.sign)


def group_ground(box: Box) -> QColor:
    """Return what lies under what is inside an open group: the deeper, the farther from the surface."""
    tokens = theme.current()
    depth = box.key.count(".")
    return theme.blend(tokens.raised, tokens.surface, 0.55 if depth % 2 == 0 else 1.0)


def _ground(box: Box, shown: bool, is_read: bool) -> QColor:
    tokens = theme.current()
    if box.kind == "failure":
        return theme.blend(tokens.error, tokens.surface, 0.15)
    if not is_read and box.op and not _is_round(box):
        return theme.blend(theme.kind_colour(box.op).name(), tokens.surface, 0.6)
    if shown:
        return QColor(tokens.accent_ground)
    return QColor(tokens.raised if box.can_open else tokens.surface)


def _border(box: Box, marks: Marks) -> QPen:
    tokens = theme.current()
    if box.key == marks.shown:
        return _pen(tokens.accent, 2.0)
    if box.kind == "failure":
        return _pen(tokens.error, 2.0)
    badge = marks.badges.get(box.key) if marks.badges is not None else None
    if badge is not None and badge.is_strong:
        return QPen(badge.colour, 2.0)
    if box.key in marks.hits:
        return _pen(tokens.warning, 1.5)
    if box.key == marks.hovered or box.key in marks.feeding or box.key in marks.fed_by:
        return _pen(tokens.text, 1.5)
    if _is_joining(box):
        return QPen(theme.kind_colour(box.op), 1.5)
    return QPen(theme.blend(tokens.muted, tokens.border, 0.35), 1.0)


def _pen(colour: str, width: float) -> QPen:
    return QPen(QColor(colour), width)


def _is_round(box: Box) -> bool:
    return box.kind in ("input", "output")


def _is_joining(box: Box) -> bool:
    return box.joins and theme.kind_of(box.op) in JOINING


def _is_symbol(box: Box, rect: QRectF) -> bool:
    return box.kind == "operation" and box.op.rstrip("_") in _SYMBOLS and rect.width() < 1.6 * rect.height()


def _side_bar(painter: QPainter, box: Box, rect: QRectF) -> None:
    """Paint the colour of its kind along the left side of a box; a group has none."""
    colour = QColor(theme.current().error) if box.kind == "failure" else theme.kind_colour(box.op)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colour)
    painter.drawRoundedRect(QRectF(rect.left(), rect.top(), _SIDE_BAR, rect.height()), 2, 2)
