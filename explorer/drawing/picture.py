"""A drawing as marks on paper: rectangles, lines and texts, which each kind of file writes in its own way."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import pairwise
from types import MappingProxyType

from explorer.drawing import labels, letters
from explorer.drawing.letters import NAME, SMALL
from explorer.drawing.messages import Box, Drawing, Point
from explorer.records.kinds import KINDS, SKIP, kind_of
from explorer.records.text import shown

PAPER, INK, MUTED, FAINT = "#ffffff", "#1b1f27", "#5f6a7d", "#c3c9d2"
_LINE, _ERROR = "#98a2b3", "#b3261e"
_FRAMES = ("#f6f7f9", "#eef0f4")  # by turns, from the outermost
_HEAD, _MARGIN = 40.0, 24.0  # pixels over the drawing; beside the caption
_BAR = 5.0  # pixels of the colour of a kind
_DISC = 15.0  # pixels of the disc of a sign
_CAPTION, _LEAST = 60, 320.0  # letters; pixels of a page


@dataclass(frozen=True)
class Rectangle:
    """A rectangle with round corners; lengths in pixels, colours as `#rrggbb`, empty for none."""

    left: float
    top: float
    width: float
    height: float
    radius: float
    fill: str
    stroke: str = ""
    tip: str = ""


@dataclass(frozen=True)
class Line:
    """A line through points, straight along `is_across` or not; where it goes aslant it is curved.

    Attributes:
        points: From the beginning to the end, where its arrow is.
        is_across: True if it runs from left to right, False if from top to bottom.
        tip: What is said when the mouse is over it.
    """

    points: tuple[Point, ...]
    is_across: bool
    stroke: str
    width: float
    tip: str = ""

    def pieces(self) -> Iterator[tuple[Point, ...]]:
        """Yield the end of each straight piece, and the two control points and the end of each curved one."""
        for (x, y), (to_x, to_y) in pairwise(self.points):
            if abs(to_y - y if self.is_across else to_x - x) < 0.01:
                yield ((to_x, to_y),)
            elif self.is_across:
                yield ((x + to_x) / 2, y), ((x + to_x) / 2, to_y), (to_x, to_y)
            else:
                yield (x, (y + to_y) / 2), (to_x, (y + to_y) / 2), (to_x, to_y)

    def arrow(self) -> tuple[Point, Point, Point]:
        """Return the corners of the arrow at its end."""
        x, y = self.points[-1]
        if self.is_across:
            return (x, y), (x - 6, y - 3.2), (x - 6, y + 3.2)
        return (x, y), (x - 3.2, y - 6), (x + 3.2, y - 6)


@dataclass(frozen=True)
class Text:
    """A line of text that begins (or ends, if `is_end`) at a point of its base line; `size` in pixels."""

    left: float
    base: float
    text: str
    size: float
    colour: str
    is_bold: bool = False
    is_end: bool = False


Mark = Rectangle | Line | Text


@dataclass(frozen=True)
class Picture:
    """Marks on a page of a size in pixels, the lowest first."""

    width: float
    height: float
    marks: tuple[Mark, ...]


@dataclass(frozen=True)
class Stamp:
    """A sign at the corner of a box, in a disc of a colour; `is_strong`: the box is bordered in it as well."""

    sign: str
    colour: str
    is_strong: bool = False


_NO_STAMPS: Mapping[str, Stamp] = MappingProxyType({})


def picture(
    drawing: Drawing, caption: str, is_across: bool = False, stamps: Mapping[str, Stamp] = _NO_STAMPS
) -> Picture:
    """Return the marks of a drawing, with a caption over it and a legend of its colours under it.

    Args:
        drawing: What is drawn.
        caption: The text over it.
        is_across: True if it goes from left to right.
        stamps: Signs at the corners of boxes, by their keys.
    """
    said = shown(caption, _CAPTION)
    width = max(drawing.width, letters.width(said, NAME, bold=True) + 2 * _MARGIN, _LEAST)
    left = (width - drawing.width) / 2
    body = [moved(mark, left, _HEAD) for mark in _body(drawing, is_across, stamps)]
    legend = list(_legend(drawing, width, drawing.height + _HEAD))
    height = max((mark.base for mark in legend if isinstance(mark, Text)), default=drawing.height + _HEAD)
    paper = Rectangle(0, 0, width, height + _MARGIN, 0, PAPER)
    head = Text(_MARGIN, _HEAD - 8, said, NAME, INK, is_bold=True)
    return Picture(width, height + _MARGIN, (paper, head, *body, *legend))


def moved(mark: Mark, right: float, down: float) -> Mark:
    """Return a mark elsewhere on the page."""
    if isinstance(mark, Line):
        return replace(mark, points=tuple((x + right, y + down) for x, y in mark.points))
    if isinstance(mark, Text):
        return replace(mark, left=mark.left + right, base=mark.base + down)
    return replace(mark, left=mark.left + right, top=mark.top + down)


# ---- boxes and lines ----


def _body(drawing: Drawing, is_across: bool, stamps: Mapping[str, Stamp]) -> Iterator[Mark]:
    boxes = {box.key: box for box in drawing.boxes}
    lines_in = {} if is_across else _last_lines_in(drawing, boxes)
    depths = {"": 0}
    for box in drawing.boxes:
        depths[box.key] = depths[box.around] + 1
        if box.is_open:
            yield from _frame(box, depths[box.key], lines_in.get(box.key, box.left))
    yield from _lines(drawing, boxes, is_across)
    if not is_across:
        yield from _shapes(drawing, boxes)
    for box in drawing.boxes:
        if not box.is_open:
            yield from _closed(box, stamps.get(box.key))


def _lines(drawing: Drawing, boxes: dict[str, Box], is_across: bool) -> Iterator[Line]:
    """Yield the lines; what several have in common at their beginnings once, or it would look bolder."""
    drawn: set[tuple[Point, Point]] = set()
    for edge in sorted(drawing.edges, key=lambda edge: not edge.is_skip):  # the main ways over the others
        tip = f"{boxes[edge.source].name} → {boxes[edge.target].name} {edge.shape}"
        colour = KINDS[SKIP] if edge.is_skip else _LINE
        steps = list(pairwise(edge.points))
        news = next((k for k, step in enumerate(steps) if step not in drawn), len(steps) - 1)
        drawn.update(steps)
        yield Line(edge.points[news:], is_across, colour, 1.5, tip.rstrip())


def _frame(box: Box, depth: int, last_line: float) -> Iterator[Mark]:
    """Yield an open group: its name before the lines that come in, its class behind them if there is room."""
    yield Rectangle(box.left, box.top, box.width, box.height, 8, _FRAMES[depth % 2], FAINT, _tip(box))
    base, right = box.top + 20, box.left + box.width
    yield Text(box.left + 14, base, box.name, NAME, MUTED, is_bold=True)
    begin = max(last_line, box.left + 14 + letters.width(box.name, NAME, bold=True)) + 14
    said = f"× {box.times}  {box.sentence}" if box.times > 1 else box.sentence
    if begin + letters.width(said, SMALL) < right - 14:
        yield Text(right - 14, base, said, SMALL, MUTED, is_end=True)


def _closed(box: Box, stamp: Stamp | None) -> Iterator[Mark]:
    colour = _ERROR if box.kind == "failure" else KINDS.get(kind_of(box.op), FAINT)
    for behind in (6, 3) if box.times > 1 else (3,) if box.can_open else ():
        yield Rectangle(box.left + behind, box.top + behind, box.width, box.height, 6, PAPER, FAINT)
    edge = _ERROR if box.kind == "failure" else FAINT
    if stamp is not None and stamp.is_strong:
        edge = stamp.colour
    fill = _FRAMES[1] if box.kind in ("input", "output") else PAPER
    yield Rectangle(box.left, box.top, box.width, box.height, 6, fill, edge, _tip(box))
    yield Rectangle(box.left + 4, box.top + 6, _BAR, box.height - 12, 2, colour)
    left = box.left + 18
    room = box.width - 28 - (34 if box.times > 1 else 0)
    middle = box.top + box.height / 2
    yield Text(left, middle + (-4 if box.sentence else 5), box.name, NAME, INK, is_bold=True)
    if box.sentence:
        said = letters.cut(labels.said(box.kind, box.sentence), room, SMALL)
        yield Text(left, middle + 13, said, SMALL, _ERROR if box.kind == "failure" else MUTED)
    if box.times > 1:
        times = f"× {box.times}"
        yield Text(box.left + box.width - 12, middle + 5, times, NAME, INK, is_bold=True, is_end=True)
    if stamp is not None:
        yield from stamped(box.left + box.width - 4, box.top + 1, stamp)


def stamped(x: float, y: float, stamp: Stamp) -> Iterator[Mark]:
    """Yield the marks of a sign around a point."""
    fill, ink = (stamp.colour, PAPER) if stamp.is_strong else (PAPER, stamp.colour)
    yield Rectangle(x - _DISC / 2, y - _DISC / 2, _DISC, _DISC, _DISC / 2, fill, stamp.colour)
    half = letters.width(stamp.sign, NAME, bold=True) / 2
    yield Text(x - half, y + 4.5, stamp.sign, NAME, ink, is_bold=True)


def _tip(box: Box) -> str:
    times = f"{box.times} × " if box.times > 1 else ""
    return f"{box.name}: {times}{box.sentence}"


def _shapes(drawing: Drawing, boxes: dict[str, Box]) -> Iterator[Text]:
    """Yield the shape that flows beside each straight line, where it is another than before and there is room."""
    ends = Counter(edge.source for edge in drawing.edges)
    before: dict[str, str] = {}
    for edge in drawing.edges:
        is_news = before.get(edge.source) != edge.shape
        before[edge.target] = edge.shape
        (x, y), (to_x, to_y) = edge.points[0], edge.points[-1]
        around = boxes.get(boxes[edge.source].around)
        room = drawing.width if around is None else around.left + around.width
        has_room = x + 7 + letters.width(edge.shape, SMALL - 1) < room and to_y - y >= 20
        is_alone = ends[edge.source] == 1 and len(edge.points) == 2 and x == to_x and not edge.is_skip
        if is_news and is_alone and has_room:
            yield Text(x + 7, y + 16, edge.shape, SMALL - 1, MUTED)


def _last_lines_in(drawing: Drawing, boxes: dict[str, Box]) -> dict[str, float]:
    """Return where the last of the lines that come into each open group from above passes its title."""
    last: dict[str, float] = {}
    for edge in drawing.edges:
        key = boxes[edge.target].around
        while key:
            at = boxes[key].top + 15
            for (x, y), (_, to_y) in pairwise(edge.points):
                if y <= at < to_y:
                    last[key] = max(last.get(key, x), x)
            key = boxes[key].around
    return last


def _legend(drawing: Drawing, width: float, top: float) -> Iterator[Mark]:
    """Yield the colours that occur and what they stand for, in rows."""
    closed = [box for box in drawing.boxes if not box.is_open]
    found = {kind_of(box.op) for box in closed}
    shown_kinds = [(kind, colour) for kind, colour in KINDS.items() if kind in found]
    entries = [(kind, colour, 10.0) for kind, colour in shown_kinds]
    if any(edge.is_skip for edge in drawing.edges):
        entries.append(("passes by what lies between", KINDS[SKIP], 2.0))
    left, base = _MARGIN, top + 12
    for name, colour, height in entries:
        room = 18 + letters.width(name, SMALL) + 18
        if left + room > width and left > _MARGIN:
            left, base = _MARGIN, base + 20
        yield Rectangle(left, base - 4 - height / 2, 12, height, 1, colour)
        yield Text(left + 18, base, name, SMALL, MUTED)
        left += room
