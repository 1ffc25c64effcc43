"""Segments, boxes or a flow drawn over the picture that the model saw."""

import math
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPen

from explorer.records.findings import Finding, Flow, Objects, Segments
from explorer.window.findings import FindingChoice, plain_name, sure
from explorer.window.format import share
from explorer.window.widgets.finding_looks import Look

_ARROWS = 14  # along the longer side
_SHORTEST = 0.15  # of the longest: a shorter arrow is left out
_LABEL_FROM = 0.004  # of the picture: a smaller segment has its name in the list only
_LABEL_SHARE = 0.6  # of the picture's width, at most
_LIMBS = (
    (0, 1), (0, 2), (1, 3), (2, 4), (5, 6), (5, 7), (7, 9), (6, 8), (8, 10), (5, 11), (6, 12), (11, 12), (11, 13),
    (13, 15), (12, 14), (14, 16),
)  # fmt: skip


class Layer(Protocol):
    """What lies over a picture."""

    def draw(self, painter: QPainter, area: QRectF) -> None:
        """Draw it over the picture, which fills `area`."""


def layer_of(finding: Finding | None, choice: FindingChoice) -> Layer | None:
    """Return what draws a finding as a person wants it; None for nothing."""
    match finding:
        case Segments():
            return SegmentLayer(finding, choice)
        case Objects():
            return ObjectLayer(finding, choice)
        case Flow():
            return FlowLayer(finding, choice)
    return None


class SegmentLayer:
    """Each class in its colour, with its name where it is widest."""

    def __init__(self, segments: Segments, choice: FindingChoice) -> None:
        shown = [choice.shows(it.index, it.label) for it in segments.parts]
        self._painted = np.zeros((*segments.mask.shape, 4), np.uint8)
        self._names: list[tuple[str, Look, float, float]] = []
        for place, part in enumerate(segments.parts):
            if shown[place]:
                inside, look = segments.mask == place, Look.of(part.index)
                _fill(self._painted, inside, look, choice.opacity)
                if part.share >= _LABEL_FROM:
                    self._names.append((plain_name(part.label), look, *_widest(inside)))
        self._image = _image(self._painted)

    def draw(self, painter: QPainter, area: QRectF) -> None:
        """Draw colours, then names."""
        painter.drawImage(area, self._image)
        for name, look, y, x in self._names:
            _label(
                painter, name, look, QPointF(area.x() + x * area.width(), area.y() + y * area.height()), area
            )


class ObjectLayer:
    """A frame around each object that scores enough, with its name and score, its mask and its points."""

    def __init__(self, objects: Objects, choice: FindingChoice) -> None:
        self._objects = objects
        self._shown = [
            k for k in sure(objects, choice) if choice.shows(objects.indices[k], objects.labels[k])
        ]
        self._boxes = objects.placement.boxes_to_input(objects.boxes)
        self._painted: NDArray[np.uint8] | None = None
        if objects.masks is not None and self._shown:
            self._painted = np.zeros((*objects.masks.shape[1:], 4), np.uint8)
            for k in reversed(self._shown):  # the surest lies on top
                _fill(self._painted, objects.masks[k], Look.of(objects.indices[k]), choice.opacity)
        self._image = None if self._painted is None else _image(self._painted)

    def draw(self, painter: QPainter, area: QRectF) -> None:
        """Draw masks, frames, points and names, the surest last."""
        if self._image is not None:
            painter.drawImage(area, self._image)
        high, wide = self._objects.size
        down, across = area.height() / high, area.width() / wide
        for k in reversed(self._shown):
            look = Look.of(self._objects.indices[k])
            # Nothing leaves the picture: a dashed line of a million pixels would take Qt for ever.
            top, left, bottom, right = np.clip(self._boxes[k], 0, (high, wide, high, wide)).tolist()
            frame = QRectF(
                area.x() + left * across,
                area.y() + top * down,
                (right - left) * across,
                (bottom - top) * down,
            )
            _frame(painter, frame, look)
            self._draw_points(painter, area, k, look)
            text = f"{plain_name(self._objects.labels[k])} {share(float(self._objects.scores[k]))}"
            _label(painter, text, look, frame.topLeft(), area, above=True)

    def _draw_points(self, painter: QPainter, area: QRectF, place: int, look: Look) -> None:
        if self._objects.points is None:
            return
        high, wide = self._objects.size
        spots = self._objects.placement.to_input(self._objects.points[place][:, :2]) / (high, wide)
        if not np.isfinite(spots).all():
            return
        spots = spots.clip(0, 1)
        at = [QPointF(area.x() + x * area.width(), area.y() + y * area.height()) for y, x in spots.tolist()]
        if self._objects.point_names:
            for pen in _pens(look):
                painter.setPen(pen)
                for first, second in _LIMBS:
                    painter.drawLine(at[first], at[second])
        painter.setPen(QPen(QColor("#000000"), 1))
        painter.setBrush(look.colour)
        for spot in at:
            painter.drawEllipse(spot, 3, 3)


class FlowLayer:
    """The direction of each pixel as a hue, how far it moved as the strength of the colour; arrows say the same."""

    def __init__(self, flow: Flow, choice: FindingChoice) -> None:
        self._flow = flow
        colours = flow_colours(flow.field, flow.largest)
        strength = np.full((*colours.shape[:2], 1), round(255 * choice.opacity), np.uint8)
        self._painted = np.concatenate([colours, strength], 2)
        self._image = _image(self._painted)

    def draw(self, painter: QPainter, area: QRectF) -> None:
        """Draw colours, then arrows, the longest as long as the distance between two."""
        painter.drawImage(area, self._image)
        high, wide = self._flow.field.shape[:2]
        cell = max(area.width(), area.height()) / _ARROWS
        if self._flow.largest <= 0 or cell < 4:
            return
        for pen in (QPen(QColor("#ffffff"), 3), QPen(QColor("#000000"), 1)):
            painter.setPen(pen)
            for row in range(max(1, round(area.height() / cell))):
                for column in range(max(1, round(area.width() / cell))):
                    y, x = (row + 0.5) * cell / area.height(), (column + 0.5) * cell / area.width()
                    down, across = self._flow.field[
                        min(int(y * high), high - 1), min(int(x * wide), wide - 1)
                    ]
                    _arrow(
                        painter,
                        QPointF(area.x() + x * area.width(), area.y() + y * area.height()),
                        float(down) / self._flow.largest * cell,
                        float(across) / self._flow.largest * cell,
                        _SHORTEST * cell,
                    )


def flow_colours(field: NDArray[np.float32], largest: float) -> NDArray[np.uint8]:
    """Return (h, w, 3) colours of a flow (h, w, 2): white for none, the full hue of its direction for the largest."""
    down, across = field[:, :, 0], field[:, :, 1]
    hue = (np.arctan2(down, across) / (2 * math.pi)) % 1 * 6  # right is red, down is green-yellow
    strength = np.clip(np.hypot(down, across) / (largest or 1), 0, 1)[:, :, None]
    pure = np.stack([np.clip(np.abs((hue + turn) % 6 - 3) - 1, 0, 1) for turn in (0, 4, 2)], 2)
    colours: NDArray[np.uint8] = np.rint(255 * (1 - strength * (1 - pure))).astype(np.uint8)
    return colours


# ---- what they share ----


def _fill(painted: NDArray[np.uint8], inside: NDArray[np.bool_], look: Look, opacity: float) -> None:
    """Lay a colour over the pixels of a mask in an (h, w, 4) picture, and a full line along its border."""
    colour = look.colour.getRgb()[:3]  # type: ignore[index]
    covered = inside & look.hatched(inside.shape[:2])
    painted[inside] = (*colour, round(255 * opacity * 0.35))
    painted[covered] = (*colour, round(255 * opacity))
    ring = np.pad(inside, 1)
    whole = ring[:-2, 1:-1] & ring[2:, 1:-1] & ring[1:-1, :-2] & ring[1:-1, 2:]
    painted[inside & ~whole] = (*colour, 255)


def _image(painted: NDArray[np.uint8]) -> QImage:
    """Return an image that lives on the memory of an (h, w, 4) picture."""
    high, wide = painted.shape[:2]
    return QImage(painted.data, wide, high, 4 * wide, QImage.Format.Format_RGBA8888)


def _widest(inside: NDArray[np.bool_]) -> tuple[float, float]:
    """Return where a mask is widest, in fractions of its height and width: the middle of its longest run in a row.

    Of rows with runs as long, it is the one in the middle.
    """
    high, wide = inside.shape
    runs: list[tuple[int, int, int]] = []  # length, row, where it starts
    for row in range(0, high, max(1, high // 64)):
        steps = np.flatnonzero(np.diff(np.pad(inside[row].astype(np.int8), 1))).reshape(-1, 2)
        runs += [(end - start, row, start) for start, end in steps.tolist()]
    longest = max(runs, default=(0, 0, 0))[0]
    best = [run for run in runs if run[0] == longest]
    length, row, start = best[len(best) // 2] if best else (wide, high // 2, 0)
    return (row + 0.5) / high, (start + length / 2) / wide


def _pens(look: Look) -> tuple[QPen, QPen]:
    line = QPen(look.colour, 2, look.line)
    return QPen(look.ink, 4), line


def _frame(painter: QPainter, frame: QRectF, look: Look) -> None:
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for pen in _pens(look):
        pen.setJoinStyle(Qt.PenJoinStyle.MiterJoin)
        painter.setPen(pen)
        painter.drawRect(frame)


def _label(painter: QPainter, name: str, look: Look, at: QPointF, area: QRectF, above: bool = False) -> None:
    """Write a name on its colour, in the middle of `at` or above it to the right; nothing leaves `area`."""
    metrics = painter.fontMetrics()
    name = metrics.elidedText(name, Qt.TextElideMode.ElideMiddle, round(_LABEL_SHARE * area.width()))
    text = QRectF(metrics.boundingRect(name)).adjusted(-3, -1, 3, 1)
    text.moveTo(at.x() - 1, at.y() - text.height()) if above else text.moveCenter(at)
    text.moveLeft(max(area.left(), min(text.left(), area.right() - text.width())))
    text.moveTop(max(area.top(), min(text.top(), area.bottom() - text.height())))
    painter.fillRect(text, look.colour)
    painter.setPen(look.ink)
    painter.drawText(text, Qt.AlignmentFlag.AlignCenter, name)


def _arrow(painter: QPainter, middle: QPointF, down: float, across: float, shortest: float) -> None:
    length = math.hypot(down, across)
    if length < shortest:
        painter.drawPoint(middle)
        return
    half = QPointF(across / 2, down / 2)
    tip = middle + half
    painter.drawLine(middle - half, tip)
    angle = math.atan2(down, across)
    for turn in (2.6, -2.6):
        painter.drawLine(
            tip, tip + QPointF(math.cos(angle + turn), math.sin(angle + turn)) * min(5, length / 2)
        )
