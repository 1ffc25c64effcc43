"""How classes look over a picture: colours of different lightness, and from the thirteenth class on a hatching too."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Qt
from PySide6.QtGui import QBrush, QColor, QIcon, QPainter, QPixmap

_COLOURS = (
    "#e6194b", "#3cb44b", "#ffe119", "#4363d8", "#f58231", "#42d4f4", "#911eb4", "#bfef45", "#f032e6", "#9a6324",
    "#fabed4", "#469990",
)  # fmt: skip
_HATCHES = (
    Qt.BrushStyle.SolidPattern,
    Qt.BrushStyle.BDiagPattern,
    Qt.BrushStyle.FDiagPattern,
    Qt.BrushStyle.HorPattern,
    Qt.BrushStyle.VerPattern,
    Qt.BrushStyle.DiagCrossPattern,
    Qt.BrushStyle.CrossPattern,
    Qt.BrushStyle.Dense4Pattern,
)
_LINES = (Qt.PenStyle.SolidLine, Qt.PenStyle.DashLine, Qt.PenStyle.DotLine, Qt.PenStyle.DashDotLine)
_PERIOD = 8  # pixels of a mask from one line of a hatching to the next


@dataclass(frozen=True)
class Look:
    """The look of a class, the same in every picture and in both themes.

    Attributes:
        colour: Its colour.
        turn: How often all colours were used up before it: which hatching and which line it has.
    """

    colour: QColor
    turn: int

    @classmethod
    def of(cls, index: int) -> "Look":
        """Return the look of class `index`."""
        turn, place = divmod(index, len(_COLOURS))
        return cls(QColor(_COLOURS[place]), turn)

    @property
    def line(self) -> Qt.PenStyle:
        """The line around its boxes."""
        return _LINES[self.turn % len(_LINES)]

    @property
    def ink(self) -> QColor:
        """Black or white, whichever can be read on the colour."""
        return QColor(
            "#000000" if self.colour.lightnessF() > 0.45 or self.colour.green() > 150 else "#ffffff"
        )

    def hatched(self, shape: tuple[int, int]) -> NDArray[np.bool_]:
        """Return which pixels of an (H, W) mask its colour covers: all, or lines."""
        rows, columns = np.mgrid[: shape[0], : shape[1]]
        kind = self.turn % len(_HATCHES)
        falling, rising, across, upright = (
            way % _PERIOD < _PERIOD // 2 for way in (rows + columns, rows - columns, rows, columns)
        )
        covered: tuple[NDArray[np.bool_], ...] = (
            np.ones(shape, bool), falling, rising, across, upright, falling | rising, across | upright,
            across == upright,
        )  # fmt: skip
        return covered[kind]

    def icon(self, side: int) -> QIcon:
        """Return a swatch for a legend."""
        swatch = QPixmap(side, side)
        swatch.fill(Qt.GlobalColor.transparent)
        painter = QPainter(swatch)
        painter.setPen(self.colour)
        painter.setBrush(QBrush(self.colour, _HATCHES[self.turn % len(_HATCHES)]))
        painter.drawRect(0, 0, side - 1, side - 1)
        painter.end()
        return QIcon(swatch)
