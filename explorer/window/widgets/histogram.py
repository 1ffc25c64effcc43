"""How the values of a tensor are distributed."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QLabel, QWidget

from explorer.records.values import Histogram
from explorer.window import format as fmt
from explorer.window import theme
from explorer.window.widgets.plots import BarPlot

BINS = 48
_OUTLIER = 4  # a bar this many times the second highest is cut, or nothing else would be seen

_ABOVE = 1.4  # times the second highest bar: the note lies in what is left
_BESIDE_AXIS = 80  # pixels: the words and the numbers of the axis and a gap


class HistogramView(BarPlot):
    """Counts of values over the values; a bar that dwarfs all others is cut, and the axis says so.

    The bars are drawn a turn of the event loop later, and of several histograms the last: they take as long as the
    pictures beside them, and those are what a person waits for. What is said of them may wait for the same turn.

    Signals:
        drawn(): The histogram that was set last is seen from now on.
    """

    drawn = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent, whole_heights=True, axes=("value", "count"))
        self.setAccessibleName("Histogram of the values")
        self.setToolTip("How often each value occurs. Point at a bar for its range and count.")
        self._histogram: Histogram | None = None
        self._note, self._on_left = QLabel(self), False
        self._wordings: tuple[str, ...] = ()
        self._note.setProperty("role", "muted")
        self._turn = QTimer(self, singleShot=True)
        self._turn.timeout.connect(self._draw)
        self._turn.timeout.connect(self.drawn)

    def set_histogram(self, histogram: Histogram | None) -> None:
        """Show a histogram; None, or one without values, shows an empty plot."""
        self._histogram = histogram
        self._turn.start()

    def _draw(self) -> None:
        histogram = self._histogram
        if histogram is None or histogram.counts.size == 0:
            self.set_bars(np.zeros(1), np.zeros(0))
            self._set_note("no finite value")
            return
        counts = histogram.counts.astype(np.float64)
        top, ceiling = counts.max(), cut_at(counts)
        cut = ceiling is not None
        is_right = cut and 2 * int(counts.argmax()) >= counts.size
        notes = (f"highest bar cut: {top:,.0f}", f"cut: {top:,.0f}")
        self._set_note(*(notes if cut else ("",)), on_left=is_right)
        self.set_bars(_rising(histogram.edges), counts, ceiling)

    def describe(self, bar: int) -> str:
        """Return the range and the count of a bar in words."""
        if self._histogram is None or not 0 <= bar < self._histogram.counts.size:
            return ""
        low, high = self._histogram.edges[bar : bar + 2]
        number = int(self._histogram.counts[bar])
        total = int(self._histogram.counts.sum())
        share = fmt.percent(number, total)
        return f"{fmt.number(low)} to {fmt.number(high)}: {number:,} values, {share}"

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the note in its corner."""
        super().resizeEvent(event)
        if hasattr(self, "_note"):  # the plot resizes itself while it is built
            self._place_note()

    def _set_note(self, *wordings: str, on_left: bool = False) -> None:
        self._wordings = wordings
        self._on_left = on_left
        self._place_note()

    def _place_note(self) -> None:
        """Say the first wording for which there is room beside the axis, or nothing."""
        room = self.width() - _BESIDE_AXIS - 2 * theme.SPACING
        advance = self._note.fontMetrics().horizontalAdvance
        self._note.setText(next((it for it in self._wordings if advance(it) <= room), ""))
        self._note.adjustSize()
        right = self.width() - self._note.width() - theme.SPACING
        self._note.move(_BESIDE_AXIS if self._on_left else right, theme.SPACING // 2)


def histogram_of(values: NDArray[Any]) -> Histogram | None:
    """Return counts of the finite values of one channel in `BINS` bins; None if there are none."""
    finite = (
        values[np.isfinite(values)].astype(np.float64)
        if values.dtype.kind in "fc"
        else values.astype(np.float64)
    )
    if finite.size == 0:
        return None
    low, high = float(finite.min()), float(finite.max())
    if low == high:
        reach = max(0.5, 1e-3 * abs(low))
        low, high = low - reach, high + reach
    counts, edges = np.histogram(finite, BINS, (low, high))
    return Histogram(counts.astype(np.int64), edges)


def cut_at(counts: NDArray[np.float64]) -> float | None:
    """Return the height at which the highest of bars (N,) is cut if it dwarfs all others; None if it does not."""
    second, top = np.partition(counts, -2)[-2:] if counts.size > 1 else (0.0, 0.0)
    return _ABOVE * float(second) if top > _OUTLIER * second > 0 else None


def _rising(edges: np.ndarray) -> np.ndarray:
    """Return edges a plot can draw: all-equal values may give bins without width."""
    edges = np.asarray(edges, np.float64)
    if edges[-1] > edges[0]:
        return edges
    return edges[0] + np.linspace(-0.5, 0.5, edges.size)
