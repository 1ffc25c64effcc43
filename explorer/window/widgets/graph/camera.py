"""Which part of a drawing is in sight, and how large."""

import math
from dataclasses import dataclass, replace

from explorer.window.widgets.graph.atlas import Rect

READABLE = 1.0
"""At this scale the smallest letters are 10 pixels high: no drawing that is to be read begins smaller."""
MOST, LEAST = 4.0, 0.0005
_KEPT = 48.0  # pixels of a drawing that stay in sight wherever it is pushed
MARGIN = 16.0
_LITTLE_AIR = 4.0


@dataclass(frozen=True)
class Camera:
    """Looks at a drawing: a place x of it is at `x * scale + left` in the widget.

    Attributes:
        scale: Pixels of the widget for one of the drawing.
        left, top: Where the drawing's upper left corner is, in the widget.
    """

    scale: float = 1.0
    left: float = 0.0
    top: float = 0.0

    def to_widget(self, rect: Rect) -> Rect:
        """Return where a rectangle of the drawing is in the widget."""
        s = self.scale
        return (
            rect[0] * s + self.left,
            rect[1] * s + self.top,
            rect[2] * s + self.left,
            rect[3] * s + self.top,
        )

    def place(self, x: float, y: float) -> tuple[float, float]:
        """Return the place of the drawing at a place of the widget."""
        return (x - self.left) / self.scale, (y - self.top) / self.scale

    def area(self, width: float, height: float) -> Rect:
        """Return the rectangle of the drawing that a widget of this size shows."""
        return (*self.place(0, 0), *self.place(width, height))

    def zoomed(self, factor: float, x: float, y: float) -> "Camera":
        """Return it nearer or farther; what is at (x, y) of the widget stays there."""
        scale = min(max(self.scale * factor, LEAST), MOST)
        at_x, at_y = self.place(x, y)
        return Camera(scale, x - at_x * scale, y - at_y * scale)

    def moved(self, dx: float, dy: float) -> "Camera":
        """Return it with the drawing moved by pixels of the widget."""
        return replace(self, left=self.left + dx, top=self.top + dy)

    def kept(self, size: tuple[float, float], room: tuple[float, float]) -> "Camera":
        """Return it so that some of a drawing of this size stays in sight of a widget of this size."""
        lefts = [_KEPT - size[0] * self.scale, room[0] - _KEPT]
        tops = [_KEPT - size[1] * self.scale, room[1] - _KEPT]
        left = min(max(self.left, min(lefts)), max(lefts))
        top = min(max(self.top, min(tops)), max(tops))
        return replace(self, left=left, top=top)

    def towards(self, other: "Camera", share: float, room: tuple[float, float]) -> "Camera":
        """Return it on the way to another, at a share of 0 to 1 of the way; what both look at stays in the middle."""
        scale = math.exp(math.log(self.scale) * (1 - share) + math.log(other.scale) * share)
        middle = room[0] / 2, room[1] / 2
        here, there = self.place(*middle), other.place(*middle)
        x, y = (a * (1 - share) + b * share for a, b in zip(here, there, strict=True))
        return Camera(scale, middle[0] - x * scale, middle[1] - y * scale)


def fitting(size: tuple[float, float], room: tuple[float, float], most: float = 1.0) -> Camera:
    """Return the camera that shows a whole drawing in the middle of a widget, at most `most` large."""
    scales = [(there - 2 * MARGIN) / max(here, 1.0) for here, there in zip(size, room, strict=True)]
    scale = min(max(min(scales), LEAST), most)
    return Camera(scale, (room[0] - size[0] * scale) / 2, (room[1] - size[1] * scale) / 2)


def opening(
    size: tuple[float, float],
    room: tuple[float, float],
    across: bool,
    least: float = READABLE,
    spine: float = 0.0,
) -> Camera:
    """Return the camera that a drawing is first seen with: whole if that is `least` large, else its beginning.

    Args:
        size, room: Of the drawing, of the widget.
        across: True if it goes from left to right.
        least: Scale from which the whole is what one sees.
        spine: Where across its flow its main way lies, which is in the middle if not all is in sight.
    """
    whole = fitting(size, room)
    if whole.scale >= least:
        return whole
    over, there = (size[1], room[1]) if across else (size[0], room[0])
    aside = (there - over * READABLE) / 2
    if aside < 0:
        aside = min(max(there / 2 - spine * READABLE, 2 * aside), 0.0)  # nothing is empty beside it
    return Camera(READABLE, MARGIN if across else aside, aside if across else MARGIN)


def revealing(
    camera: Camera,
    rect: Rect,
    size: tuple[float, float],
    room: tuple[float, float],
    across: bool = False,
) -> Camera:
    """Return the camera with a rectangle of the drawing in sight, moved no farther than that needs.

    Along the flow, from left to right if `across`, what lies before and behind it stays in sight as well, as far as
    there is anything of a drawing of this size.
    """
    left, top, right, bottom = camera.to_widget(rect)
    begin, end = (camera.left, camera.top), camera.to_widget((0.0, 0.0, *size))[2:]
    length, there = (right - left, room[0]) if across else (bottom - top, room[1])
    aside, along = _LITTLE_AIR, max(min(there / 4, (there - length) / 2), _LITTLE_AIR)
    x_air, y_air = (along, aside) if across else (aside, along)
    return camera.moved(
        _within(_push(left, right, room[0], x_air), begin[0], end[0], room[0]),
        _within(_push(top, bottom, room[1], y_air), begin[1], end[1], room[1]),
    )


def centred(camera: Camera, rect: Rect, room: tuple[float, float]) -> Camera:
    """Return the camera with a rectangle of the drawing in the middle."""
    left, top, right, bottom = camera.to_widget(rect)
    return camera.moved((room[0] - left - right) / 2, (room[1] - top - bottom) / 2)


def _push(begin: float, end: float, room: float, air: float) -> float:
    """Return by how much a stretch must move to lie within the room with some air; one that is too long, its middle."""
    if end - begin > room - 2 * air:
        return room / 2 - (begin + end) / 2 if begin > room - air or end < air else 0.0
    return max(air - begin, 0.0) + min(room - air - end, 0.0)


def _within(push: float, begin: float, end: float, room: float) -> float:
    """Return a push of a drawing from `begin` to `end` that brings nothing empty in sight before or behind it."""
    if push > 0:
        return min(push, max(MARGIN - begin, 0.0))
    return max(push, min(room - MARGIN - end, 0.0))
