"""Draws the structure of a trace: level by level, each kept, so that opening a group lays out no more than must be."""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from explorer.drawing import columns, labels, letters
from explorer.drawing.blocks import Piece
from explorer.drawing.columns import Placed
from explorer.drawing.layers import layered
from explorer.drawing.messages import Box, Drawing, Edge, Point
from explorer.drawing.part import BORDER, Part
from explorer.drawing.structure import Structure

TITLE, PAD = 30.0, 16.0
"""Pixels of an open group's title, and between its border and what lies in it."""
_GATE = 10.0  # pixels between its border and the layer on which lines cross it
_MARGIN = 24.0
_ASIDE = 10.0  # pixels around a shape beside its line
_KEPT = 2000  # levels
Label = Callable[[Part], tuple[str, str, Piece]]
"""Gives name, sentence and size of a closed box."""


@dataclass(frozen=True, eq=False)
class _Level:
    """An open group laid out; `start` is where what is in it begins, across the flow and along it."""

    placed: Placed
    inside: tuple["_Level | None", ...]
    start: Point
    piece: Piece


class Draft:
    """The drawings of one trace.

    Args:
        structure: Of the trace.
    """

    def __init__(self, structure: Structure) -> None:
        self.structure = structure
        self._levels: OrderedDict[tuple[str, frozenset[str], bool], _Level] = OrderedDict()
        self._labels: dict[str, tuple[str, str, Piece]] = {}

    def draw(self, opened: frozenset[str], across: bool) -> Drawing:
        """Return the drawing in which these groups are open, from left to right or from top to bottom."""
        root = self.structure.root
        opened = opened & root.inner
        level = self._level(root, opened, across)
        sheet = _Sheet(self.structure, across)
        sheet.fill(root, level, (_MARGIN, _MARGIN), self._label)
        size = level.placed.over + 2 * _MARGIN, level.placed.along + 2 * _MARGIN
        width, height = size[::-1] if across else size
        return Drawing(tuple(sheet.boxes), sheet.edges(), width, height, opened, sheet.crossings)

    def _label(self, part: Part) -> tuple[str, str, Piece]:
        """Return name and sentence of a box, and its size when it is closed: width across, height along."""
        if part.key not in self._labels:
            trace = self.structure.trace
            name, sentence = labels.name(part, trace), labels.sentence(part, trace)
            self._labels[part.key] = (
                name,
                sentence,
                Piece(*labels.size(part.kind, name, sentence, part.times)),
            )
        return self._labels[part.key]

    def _level(self, part: Part, opened: frozenset[str], across: bool) -> _Level:
        key = part.key, opened & part.inner, across
        if key in self._levels:
            self._levels.move_to_end(key)
            return self._levels[key]
        inside = tuple(
            self._level(child, opened, across) if child.key in opened else None for child in part.children
        )
        pieces = [
            level.piece if level else self._closed(child, across)
            for child, level in zip(part.children, inside, strict=True)
        ]
        given = {child.place for child in part.children if child.kind == "input"}
        is_open = [level is not None for level in inside]
        placed = columns.place(layered(len(pieces), part.flows, is_open, given), pieces)
        made = self._framed(part, placed, inside, across)
        self._levels[key] = made
        if len(self._levels) > _KEPT:
            self._levels.popitem(last=False)
        return made

    def _closed(self, part: Part, across: bool) -> Piece:
        piece = self._label(part)[2]
        return Piece(piece.along, piece.over) if across else piece

    def _framed(self, part: Part, placed: Placed, inside: tuple[_Level | None, ...], across: bool) -> _Level:
        """Put a frame with a title around a level; no line comes in through the title."""
        title = self._title(part)
        before = _GATE if placed.entries else PAD
        after = _GATE if placed.exits else PAD
        if across:
            start, over, along = (TITLE, before), placed.over + TITLE + PAD, placed.along + before + after
            along = max(along, title)
        else:
            begin = max(PAD, title - min(placed.entries.values(), default=placed.over))
            start = begin, TITLE + PAD / 2 if before == PAD else before
            over = max(placed.over + begin + PAD, title, begin + self._shapes_end(placed))
            along = placed.along + start[1] + after
        entries = {node: start[0] + x for node, x in placed.entries.items()}
        exits = {node: start[0] + x for node, x in placed.exits.items()}
        return _Level(placed, inside, start, Piece(over, along, entries, exits))

    def _shapes_end(self, placed: Placed) -> float:
        """Return where the last of the shapes ends that may stand beside straight lines."""
        end = 0.0
        for (_, _, node), points in placed.lines.items():
            x = points[0][0]
            if abs(points[-1][0] - x) < 0.01:
                shape = labels.shape(self.structure.trace.nodes[node])
                end = max(end, x + _ASIDE + letters.width(shape, letters.SMALL))
        return end

    def _title(self, part: Part) -> float:
        name = f"{labels.SIGN}{self._label(part)[0]}"
        return 2 * PAD + letters.width(name, letters.NAME, bold=True) if part.key else 0.0


class _Sheet:
    """What has been drawn of a drawing."""

    def __init__(self, structure: Structure, across: bool) -> None:
        self.boxes: list[Box] = []
        self.crossings = 0
        self.structure = structure
        self._across = across
        self._at: dict[str, Point] = {}  # where what is in an open group begins
        self._levels: dict[str, _Level] = {}
        self._seen: dict[int, Part] = {}  # the box that a node is seen as
        self._shown: list[Part] = []

    def fill(self, part: Part, level: _Level, at: Point, label: Label) -> None:
        """Draw the boxes of an open group; `at` is where what is in it begins."""
        self._at[part.key], self._levels[part.key] = at, level
        self.crossings += level.placed.crossings
        for child, inner, corner in zip(part.children, level.inside, level.placed.corners, strict=True):
            begin = at[0] + corner[0], at[1] + corner[1]
            name, sentence, piece = label(child)
            over, along = (piece.along, piece.over) if self._across else (piece.over, piece.along)
            if inner is not None:
                over, along = inner.piece.over, inner.piece.along
            self.boxes.append(self._box(child, name, sentence, begin, (over, along), inner is not None))
            if inner is not None:
                self.fill(child, inner, (begin[0] + inner.start[0], begin[1] + inner.start[1]), label)
                continue
            self._shown.append(child)
            self._seen |= dict.fromkeys(child.nodes, child)
        if self.structure.trace.error and self.structure.leaves[-1] in part.children:
            self._seen[len(self.structure.trace.nodes)] = self.structure.leaves[-1]

    def _box(self, part: Part, name: str, sentence: str, begin: Point, size: Point, is_open: bool) -> Box:
        left, top = self._turned(begin)
        width, height = self._turned(size)
        around = part.parent.key if part.parent is not None else ""
        op = labels.op(part, self.structure.trace)
        nodes = tuple(part.nodes)
        joins = part.kind == "operation" and len(set(self.structure.trace.nodes[nodes[0]].inputs)) > 1
        return Box(
            part.key,
            part.kind,
            name,
            sentence,
            op,
            nodes,
            around,
            is_open,
            part.times,
            left,
            top,
            width,
            height,
            joins,
        )

    def _turned(self, point: Point) -> Point:
        return point[::-1] if self._across else point

    # ---- edges ----

    def edges(self) -> tuple[Edge, ...]:
        """Return what flows between the boxes that are not open."""
        pairs: dict[tuple[Part, Part], list[tuple[int, int]]] = {}
        for source, target in self.structure.edges:
            one, two = self._seen.get(source), self._seen.get(target)
            if one is not None and two is not None and one is not two:
                pairs.setdefault((one, two), []).append((source, target))
        skips = _skips(self._shown, list(pairs))
        return tuple(self._edge(ends, joined, ends in skips) for ends, joined in pairs.items())

    def _edge(self, ends: tuple[Part, Part], pairs: list[tuple[int, int]], is_skip: bool) -> Edge:
        nodes = self.structure.trace.nodes
        shapes = {labels.shape(nodes[source]) for source, _ in pairs}
        shape = shapes.pop() if len(shapes) == 1 else ""
        points = self._points(*ends, pairs[0][0])
        return Edge(ends[0].key, ends[1].key, tuple(pairs), shape, is_skip, points)

    def _points(self, source: Part, target: Part, node: int) -> tuple[Point, ...]:
        """Return the line from box to box: out of the open groups around the one, into those around the other."""
        up, down = source.line, target.line
        shared = next(k for k, (a, b) in enumerate(zip(up, down, strict=False)) if a is not b)
        slots = [(up[k - 1], (up[k].place, BORDER, node)) for k in range(len(up) - 1, shared, -1)]
        slots.append((up[shared - 1], (up[shared].place, down[shared].place, node)))
        slots += [(down[k - 1], (BORDER, down[k].place, node)) for k in range(shared + 1, len(down))]
        points: list[Point] = []
        for part, slot in slots:
            x, y = self._at[part.key]
            points += [(x + over, y + along) for over, along in self._levels[part.key].placed.lines[slot]]
        return tuple(self._turned(point) for point in _plain(points))


def _plain(points: list[Point]) -> list[Point]:
    """Return a line without the points at which it goes straight on along the flow."""
    kept: list[Point] = []
    for point in points:
        while len(kept) > 1 and abs(kept[-2][0] - kept[-1][0]) < 0.01 and abs(kept[-1][0] - point[0]) < 0.01:
            kept.pop()
        if not kept or max(abs(kept[-1][0] - point[0]), abs(kept[-1][1] - point[1])) > 0.01:
            kept.append(point)
    return kept


def _skips(shown: list[Part], ends: list[tuple[Part, Part]]) -> set[tuple[Part, Part]]:
    """Return the edges beside which another way leads from the one box to the other."""
    ordered = sorted(shown, key=lambda part: part.nodes[0] if part.nodes else float("inf"))
    place = {part: k for k, part in enumerate(ordered)}
    after: dict[Part, list[Part]] = {}
    for source, target in ends:
        after.setdefault(source, []).append(target)
    reached = [0] * len(ordered)  # a bit for each box that can be reached
    skips: set[tuple[Part, Part]] = set()
    for part in reversed(ordered):
        beyond = 0
        for target in after.get(part, ()):
            beyond |= reached[place[target]]
        for target in after.get(part, ()):
            bit = 1 << place[target]
            if beyond & bit:
                skips.add((part, target))
            reached[place[part]] |= bit
        reached[place[part]] |= beyond
    return skips
