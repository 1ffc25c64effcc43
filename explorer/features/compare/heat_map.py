"""The CKA of all layers with all as a picture: along its sides the names of the modules that the layers lie in."""

from collections.abc import Callable, Sequence
from itertools import groupby

from PySide6.QtCore import QLineF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter

from explorer.records.trace import Trace
from explorer.window import theme
from explorer.window.theme import SPACING
from explorer.window.widgets.canvas import ImageCanvas

AXES = ("layers of A, first → last", "layers of B, first → last")
"""What is written along the sides, from the corner on."""
_DEEPEST = 4  # parts of a module's path
_LEAST = 3  # stretches that divide an axis
Stretch = tuple[int, int, str]
"""First layer that lies in a module and last plus one, by their places, and the last part of the module's name."""


def stretches(trace: Trace, layers: Sequence[int]) -> tuple[Stretch, ...]:
    """Return the outermost modules that divide layers, ids in the order they ran, into several stretches.

    Where none divides them into enough, those that divide them into most; the deepest where none divides them.
    """
    paths = [trace.nodes[layer].person_name.split(" ")[0].split(".") for layer in layers]
    found = [_runs([tuple(path[:depth]) for path in paths]) for depth in range(1, _DEEPEST + 1)]
    wide = [sum(end - begin > 1 for begin, end, _ in runs) for runs in found]
    enough = (runs for runs, count in zip(found, wide, strict=True) if count >= _LEAST)
    best = found[wide.index(max(wide))] if max(wide) > 1 else found[-1]
    return tuple(next(enough, best))


def _runs(paths: Sequence[tuple[str, ...]]) -> list[Stretch]:
    found, begin = [], 0
    for path, same in groupby(paths):
        end = begin + len(list(same))
        numbered = next((k for k in reversed(range(len(path))) if not path[k].isdecimal()), 0)
        found.append((begin, end, ".".join(path[numbered:])))
        begin = end
    return found


class HeatMap(ImageCanvas):
    """The matrix; its axes bear the letters of the networks, which way their layers run, and their modules."""

    margin = 5 * SPACING

    def __init__(self) -> None:
        super().__init__()
        self._modules: tuple[tuple[Stretch, ...], tuple[Stretch, ...]] = ((), ())

    def set_modules(self, a: tuple[Stretch, ...], b: tuple[Stretch, ...]) -> None:
        """Write these names along the rows and along the columns, where they fit."""
        self._modules = a, b
        self.update()

    def paint_over(self, painter: QPainter) -> None:
        """Write what stands beside the picture."""
        height, width = self.size_of_picture
        area = self.rect_of((0, 0, height, width))
        if not height or area.left() < self.margin - 1 or area.top() < self.margin - 1:
            return  # it is zoomed
        painter.setClipping(False)  # they stand in the margin
        rooms = [
            [(name, (end - begin) * self.scale - SPACING) for begin, end, name in modules]
            for modules in self._modules
        ]
        rows, columns = wordings(rooms, painter.fontMetrics().horizontalAdvance)
        above = QRectF(area.left(), area.top(), area.width(), -self.margin)
        _side(painter, above, self._modules[1], columns, 1, self.scale)
        painter.save()
        painter.rotate(90)  # read from the top down, as its layers run
        beside = QRectF(area.top(), -area.left(), area.height(), self.margin)
        _side(painter, beside, self._modules[0], rows, 0, self.scale)
        painter.restore()


def _side(
    painter: QPainter,
    strip: QRectF,
    modules: Sequence[Stretch],
    names: Sequence[str],
    series: int,
    scale: float,
) -> None:
    """Write along a strip, which begins at the picture: names of modules, and beyond them what the axis is."""
    out = 1 if strip.height() > 0 else -1
    painter.setPen(theme.series_colour(series))
    of = numbered(modules, names)
    axis = f"{AXES[series]}: {of}" if of else AXES[series]
    _write(painter, strip.left(), strip.width(), strip.top() + out * 3.7 * SPACING, axis)
    painter.setPen(QColor(theme.current().muted))
    for (begin, end, _), name in zip(modules, names, strict=True):
        if not name:
            continue
        at, room = strip.left() + begin * scale, (end - begin) * scale
        for x in (at, at + room):
            painter.drawLine(QLineF(x, strip.top(), x, strip.top() + out * SPACING / 2))
        _write(painter, at, room, strip.top() + out * 1.5 * SPACING, name)


def wordings(
    sides: Sequence[Sequence[tuple[str, float]]], width_of: Callable[[str], float]
) -> list[list[str]]:
    """Return the names along each side with room for each as they are written, all of one kind; empty for one without.

    They are whole, or where on a side most that end in a number have room for no more than it, these numbers alone, on
    all sides.
    """
    whole = [[name if width_of(name) <= room else "" for name, room in names] for names in sides]
    short = [
        [_number(name) if width_of(_number(name)) <= room else "" for name, room in names] for names in sides
    ]
    fitting = (
        2 * sum(bool(it) for it, (name, _) in zip(written, names, strict=True) if _number(name))
        < sum(map(bool, few))
        for written, few, names in zip(whole, short, sides, strict=True)
    )
    return short if any(fitting) else whole


def numbered(modules: Sequence[Stretch], names: Sequence[str]) -> str:
    """Return what the numbers that are written in the place of names count: `blocks`; empty where names are whole."""
    wholes = [whole for (_, _, whole), name in zip(modules, names, strict=True) if name and name != whole]
    stems = {whole.removesuffix(_number(whole)).rstrip("._") for whole in wholes}
    return ", ".join(sorted(stems)) if len(stems) == 1 else ""


def _number(name: str) -> str:
    return name[len(name.rstrip("0123456789")) :]


def _write(painter: QPainter, left: float, width: float, y: float, text: str) -> None:
    """Write a text in the middle of a width, at a height; one that is longer stands out on both sides."""
    more = painter.fontMetrics().horizontalAdvance(text)
    place = QRectF(left - more, y - SPACING, width + 2 * more, 2 * SPACING)
    painter.drawText(place, Qt.AlignmentFlag.AlignCenter, text)
