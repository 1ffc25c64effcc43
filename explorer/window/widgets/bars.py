"""A vector as bars."""

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from explorer.window import format as fmt
from explorer.window.widgets.plots import BarPlot

_MOST_BARS = 4096  # more would only overdraw one another


class VectorView(BarPlot):
    """The values of a vector over their index; of a very long one, the extreme of each stretch of indices.

    Signals:
        value_hovered: Index of the value that the mouse or the keyboard came to.
        value_left: The mouse lies over no value any more.
    """

    value_hovered = Signal(int)
    value_left = Signal()

    def __init__(self, parent: QWidget | None = None, axes: tuple[str, str] = ("index", "value")) -> None:
        """Create an empty plot; `axes` are what stands along the horizontal and the vertical axis."""
        super().__init__(parent, zoomable=True, whole_places=True, axes=axes)
        self.setAccessibleName("Values of the vector")
        self.setToolTip("Point at a bar for its index and value. The wheel zooms, dragging moves along.")
        self._peaks: NDArray[np.intp] = np.zeros(0, np.intp)
        self._stretch = 1
        self._length = 0
        self.bar_hovered.connect(self._on_bar_hovered)
        self.bar_left.connect(self.value_left)

    def set_values(self, values: NDArray[np.generic], ends: tuple[float, float] | None = None) -> None:
        """Show the values (F,) of a vector in place of the former ones.

        Args:
            values: What is shown.
            ends: Of the axis; None for those of the values.
        """
        heights = np.nan_to_num(values.astype(np.float64), nan=0.0, posinf=0.0, neginf=0.0)
        self._length = heights.size
        self._stretch = max(1, -(-heights.size // _MOST_BARS))
        self._peaks = _peaks(heights, self._stretch)
        edges = np.minimum(np.arange(self._peaks.size + 1) * self._stretch, heights.size) - 0.5
        floor, ceiling = ends or (None, None)
        self.set_bars(edges, heights[self._peaks], ceiling, floor=floor)

    def describe(self, index: int) -> str:
        """Return for which indices the bar of `index` stands, in words; empty if for that one alone."""
        if self._stretch == 1:
            return ""
        first = index // self._stretch * self._stretch
        last = min(first + self._stretch, self._length) - 1
        return f"largest magnitude of {fmt.number(first)} to {fmt.number(last)}"

    def _on_bar_hovered(self, bar: int) -> None:
        self.value_hovered.emit(int(self._peaks[bar]))


def _peaks(heights: NDArray[np.float64], stretch: int) -> NDArray[np.intp]:
    """Return the index of the largest magnitude in each stretch."""
    if stretch == 1:
        return np.arange(heights.size)
    rows = -(-heights.size // stretch)
    magnitude = np.full(rows * stretch, -1.0)
    magnitude[: heights.size] = np.abs(heights)
    return np.arange(rows) * stretch + magnitude.reshape(rows, stretch).argmax(axis=1)
