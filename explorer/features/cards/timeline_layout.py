"""Where everything of the timeline stands: axes, dots and labels, as numbers; nothing is drawn here."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise

from PySide6.QtCore import QPointF, QRectF, QSizeF

from explorer.records.models import ModelEntry

_SMALLEST_DOT, _DOT_PER_MILLION = 3.5, 0.75
_LANE_ROWS = 4
_SHIFTS = (0.5, 0.4, 0.6, 0.3, 0.7, 0.2, 0.8, 0.1, 0.9, 0.0, 1.0)  # where above its dot a label may begin
_TRIES = 4  # orders in which labels look for places
_GAP = 4  # pixels between a dot and its label
_APART = 16  # pixels at least between a label in the lane and the next dot
_BREAK_YEARS = 1.0  # a gap between years that are far apart is drawn as wide as one year
_SPREAD = 0.72  # of a year's width: what its dots may take, so that years stay apart


@dataclass(frozen=True)
class Dot:
    """A network on the timeline.

    Attributes:
        entry: The network.
        centre: Where its dot stands, in the view's coordinates.
        radius: Radius of its dot; its area beyond the smallest dot grows with the parameters.
        measured: True if it has an ImageNet figure; False for the dots in the lane below the axis.
    """

    entry: ModelEntry
    centre: QPointF
    radius: float
    measured: bool


class YearAxis:
    """Places years from left to right, spans without a network shortened to a break.

    Args:
        years: The years that have a network, at least one.
        left: Left end in pixels.
        right: Right end in pixels.
    """

    def __init__(self, years: Iterable[int], left: float, right: float) -> None:
        self.years = sorted(set(years))
        steps = [min(after - before, 1.0 + _BREAK_YEARS) for before, after in pairwise(self.years)]
        offsets = list(accumulate(steps, initial=0.0))
        self._offsets = dict(zip(self.years, offsets, strict=True))
        self.width = (right - left) / (offsets[-1] + 1.0)
        self._left = left

    def centre(self, year: int) -> float:
        """Return the middle of a year that has a network."""
        return self._left + (self._offsets[year] + 0.5) * self.width

    @property
    def breaks(self) -> list[float]:
        """Where years were left out."""
        return [
            (self.centre(before) + self.centre(after)) / 2
            for before, after in pairwise(self.years)
            if after - before > 1.0 + _BREAK_YEARS
        ]


class ErrorAxis:
    """Places errors in percent from the bottom up, between round numbers.

    Args:
        errors: The errors to show.
        top: Upper end in pixels.
        bottom: Lower end in pixels.
    """

    def __init__(self, errors: Sequence[float], top: float, bottom: float) -> None:
        self.low = 5 * math.floor((min(errors, default=20) - 0.5) / 5)
        self.high = 5 * math.ceil((max(errors, default=45) + 0.5) / 5)
        self._top, self._bottom = top, bottom

    def place(self, error: float) -> float:
        """Return the height of an error."""
        return self._bottom - (error - self.low) / (self.high - self.low) * (self._bottom - self._top)

    @property
    def ticks(self) -> range:
        """The errors that are labelled."""
        return range(self.low, self.high + 1, 5)


def radius(params: int | None, scale: float = 1.0) -> float:
    """Return the radius of the dot of a network with that many parameters, `scale` of the usual size."""
    return scale * (_SMALLEST_DOT + _DOT_PER_MILLION * math.sqrt((params or 0) / 1e6))


def error_of(entry: ModelEntry) -> float:
    """Return the top-1 error in percent of a network that has an ImageNet figure."""
    assert entry.top1 is not None, "only a measured network has an error"
    return 100 - entry.top1


def measured_dots(
    entries: Sequence[ModelEntry], years: YearAxis, errors: ErrorAxis, scale: float
) -> list[Dot]:
    """Place the networks with an ImageNet figure: within a year, the families stand side by side."""
    dots = []
    for year in years.years:
        families: dict[str, list[ModelEntry]] = {}
        for entry in entries:
            if entry.year == year:
                families.setdefault(entry.family, []).append(entry)
        for place, members in enumerate(families.values()):
            share = (place + 0.5) / len(families) - 0.5
            x = years.centre(year) + share * _SPREAD * years.width
            dots += [
                Dot(entry, QPointF(x, errors.place(error_of(entry))), radius(entry.params, scale), True)
                for entry in members
            ]
    return dots


def lane_dots(
    entries: Sequence[ModelEntry], years: YearAxis, lane: QRectF, widths: Mapping[str, float]
) -> list[Dot]:
    """Place the networks without an ImageNet figure below their years, in rows that keep their names apart.

    Args:
        entries: The networks, by year.
        years: The axis above.
        lane: Where they stand.
        widths: Width of the label to the right of each dot, by name.
    """
    dots, ends = [], [-math.inf] * _LANE_ROWS
    for entry in entries:
        assert entry.year is not None, "a network without a year has no place"
        x = years.centre(entry.year) - years.width * _SPREAD / 2
        x = min(x, lane.right() - widths[entry.name] - _SMALLEST_DOT - _GAP)
        row = next((row for row, end in enumerate(ends) if end < x), ends.index(min(ends)))
        ends[row] = x + 2 * _SMALLEST_DOT + _GAP + widths[entry.name] + _APART
        y = lane.top() + (row + 0.5) * lane.height() / _LANE_ROWS
        dots.append(Dot(entry, QPointF(x, y), _SMALLEST_DOT, False))
    return dots


def lane_label(dot: Dot, width: float, height: float) -> QRectF:
    """Return where the name of a dot in the lane stands."""
    return QRectF(dot.centre.x() + dot.radius + _GAP, dot.centre.y() - height / 2, width, height)


def place_labels(
    wanted: Sequence[tuple[Sequence[Dot], Sequence[QSizeF]]], dots: Sequence[Dot], area: QRectF
) -> list[QRectF | None]:
    """Find a place for the label of each family: free, and nearer to its own dots than to any other.

    Those that find none are tried again before the others, which mostly have a choice.

    Args:
        wanted: The dots of a family and the sizes that its label can have, the best first.
        dots: All dots, which no label may cover.
        area: Where labels may stand.

    Returns:
        A place for each label; None where there is none.
    """
    order = list(range(len(wanted)))
    best: list[QRectF | None] = [None] * len(wanted)
    for _ in range(_TRIES):
        found = _placed([wanted[place] for place in order], dots, area)
        placed = [label for _, label in sorted(zip(order, found, strict=True), key=lambda it: it[0])]
        if placed.count(None) < best.count(None):
            best = placed
        if None not in placed:
            break
        order.sort(key=lambda place: placed[place] is not None)
    return best


def _placed(
    wanted: Sequence[tuple[Sequence[Dot], Sequence[QSizeF]]], dots: Sequence[Dot], area: QRectF
) -> list[QRectF | None]:
    """Return a place for each label in turn, arguments as for `place_labels`."""
    obstacles = [_box(dot) for dot in dots]
    placed: list[QRectF | None] = []
    for members, sizes in wanted:
        others = [dot for dot in dots if dot not in members]
        free = (
            place
            for size in sizes
            for place in _candidates(members, size.width(), size.height())
            if area.contains(place)
            and not any(place.intersects(other) for other in obstacles)
            and _gap(place, members) < _gap(place, others)
        )
        found = next(free, None)
        placed.append(found)
        if found is not None:
            obstacles.append(found)
    return placed


def family_labels(families: Mapping[tuple[str, int | None], Sequence[Dot]]) -> list[str]:
    """Return what is written at the dots of each family and year; two single dots of a family bear their own names."""
    alone = [name for (name, _), members in families.items() if len(members) == 1]
    return [
        _own_name(members[0].entry) if len(members) == 1 and alone.count(name) > 1 else name
        for (name, _), members in families.items()
    ]


def _own_name(entry: ModelEntry) -> str:
    return f"{entry.name} ({entry.variant})" if entry.variant else entry.name


def _gap(place: QRectF, dots: Sequence[Dot]) -> float:
    """Return the distance from a label to the edge of the nearest of some dots."""

    def gap(dot: Dot) -> float:
        x = max(place.left() - dot.centre.x(), dot.centre.x() - place.right(), 0)
        y = max(place.top() - dot.centre.y(), dot.centre.y() - place.bottom(), 0)
        return math.hypot(x, y) - dot.radius

    return min((gap(dot) for dot in dots), default=math.inf)


def nearest(dots: Sequence[Dot], origin: Dot, towards: QPointF) -> Dot:
    """Return the dot next to `origin` in a direction (unit vector); `origin` itself if there is none.

    Sideways one stays in the plot, or in the lane.
    """

    def distance(dot: Dot) -> float:
        if towards.x() and dot.measured != origin.measured:
            return math.inf
        way = dot.centre - origin.centre
        along = QPointF.dotProduct(way, towards)
        across = abs(way.x() * towards.y() - way.y() * towards.x())
        return along + 2 * across if along > 0 else math.inf

    best = min(dots, key=distance)
    return best if math.isfinite(distance(best)) else origin


def _candidates(members: Sequence[Dot], width: float, height: float) -> Iterable[QRectF]:
    """Yield places at the dots of a family: a family is known by the year that it began in."""
    for year in sorted({dot.entry.year or 0 for dot in members}):
        yield from _around([dot for dot in members if (dot.entry.year or 0) == year], width, height)


def _around(members: Sequence[Dot], width: float, height: float) -> Iterable[QRectF]:
    """Yield places above and below each dot, the outermost dots first, then beside each."""
    by_height = sorted(members, key=lambda dot: dot.centre.y())
    for top, bottom in zip(by_height, reversed(by_height), strict=True):
        for shift in _SHIFTS:
            above = top.centre.y() - top.radius - 1 - height
            yield QRectF(top.centre.x() - shift * width, above, width, height)
            below = bottom.centre.y() + bottom.radius + 1
            yield QRectF(bottom.centre.x() - shift * width, below, width, height)
    for dot in by_height:
        for y in (dot.centre.y() - height / 2, dot.centre.y() - height, dot.centre.y()):
            yield QRectF(dot.centre.x() + dot.radius + 2, y, width, height)
            yield QRectF(dot.centre.x() - dot.radius - 2 - width, y, width, height)


def _box(dot: Dot) -> QRectF:
    return QRectF(dot.centre.x() - dot.radius, dot.centre.y() - dot.radius, 2 * dot.radius, 2 * dot.radius)
