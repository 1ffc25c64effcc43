"""How the receptive field grows through the network: a bar an operation, the input's size as a line, by powers of 2."""

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from explorer.features.field.reach import first_beyond
from explorer.records import describe
from explorer.records.trace import Node, Trace
from explorer.window import format as fmt
from explorer.window import theme
from explorer.window.widgets.curve import ROOM_FOR_NAMES, Numbers
from explorer.window.widgets.elided import FACTS, shorter
from explorer.window.widgets.line import Line
from explorer.window.widgets.parts import column
from explorer.window.widgets.plots import BarPlot

_NAME = "Receptive field of each operation"
_TIP = (
    "How many rows of the input one value sees, from the first operation to the last, by powers of 2. "
    "The dashed line is the whole input: a larger field reaches into the padding. No bar: unknown. "
    "Click a bar to go to its operation."
)
_HIDDEN = f"How the field grows is hidden{FACTS}make the window larger to see it"
_LEAST, _MOST = 64, 256  # pixels of height of the bars


class FieldGrowth(QWidget):
    """The heights of all fields, in the order of execution.

    Signals:
        node_selected: Id of the operation that the person chose.
    """

    node_selected = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._trace: Trace | None = None
        self._rows: int | None = None
        self._node: int | None = None
        self._heights: Numbers = np.zeros(0)
        self._caption = Line()  # it has the tooltip: over the bars it would hide them
        self._plot = BarPlot(
            tick=_rows_at, whole_heights=True, whole_places=True, axes=("operation", "seen, log scale")
        )
        self._plot.setAccessibleName(_NAME)
        self._plot.setAccessibleDescription(_TIP)
        column(self, self._caption, self._plot)
        self._plot.bar_hovered.connect(self._describe)
        self._plot.bar_left.connect(self._on_left)
        self._plot.bar_clicked.connect(self.node_selected)

    def set_trace(self, trace: Trace | None, rows: int | None) -> None:
        """Show the fields of a trace; `rows` is the height of the input in pixels, None where it has none."""
        if trace is self._trace and rows == self._rows:  # an equal trace of another forward is another trace
            return
        self._trace, self._rows = trace, rows
        beyond = first_beyond(trace) if trace is not None else None
        more = ""
        if trace is not None and beyond is not None:
            more = f"\nA value sees more than the input from {trace.apart(beyond.person_name)} on."
        self._caption.explain(f"{_TIP}{more}")
        self._show()

    @property
    def least(self) -> int:
        """The pixels of height below which the bars are hidden."""
        return self._caption.sizeHint().height() + theme.SPACING // 2 + _LEAST

    def fill(self, room: int) -> None:
        """Be as high as there is room for, within limits; with less than the least it says that it is hidden."""
        words = self.least - _LEAST
        self._plot.setVisible(room >= self.least)
        self._plot.setFixedHeight(min(max(room - words, _LEAST), _MOST))
        self._on_left()

    def mark(self, node: int | None) -> None:
        """Mark an operation."""
        if node != self._node:
            self._node = node
            self._show_mark()

    @property
    def trace(self) -> Trace | None:
        """The trace whose fields are shown."""
        return self._trace

    @property
    def _noun(self) -> str:
        """What is seen: rows of a picture, or characters of a word."""
        fields = (it.receptive_field for it in (self._trace.nodes if self._trace is not None else ()))
        sizes = (it.size for it in fields if it is not None and it.size is not None)
        return "Characters" if len(next(sizes, (0, 0))) == 1 else "Rows"

    @property
    def caption(self) -> str:
        """What is said above the bars."""
        return self._caption.whole[0]

    @property
    def heights(self) -> tuple[float, ...]:
        """The heights of the bars, in rows of the input."""
        return tuple(self._heights)

    @property
    def plot(self) -> BarPlot:
        """The bars."""
        return self._plot

    def _show(self) -> None:
        nodes = () if self._trace is None else self._trace.nodes
        self._heights = _heights(nodes, self._rows)
        edges = np.arange(self._heights.size + 1, dtype=np.float64) - 0.5
        level = None if self._rows is None else float(_height_of(np.array(self._rows, np.float64)))
        self._plot.set_bars(edges, _height_of(self._heights), level=level)
        self._show_mark()

    def _show_mark(self) -> None:
        self._plot.mark(self._node)
        self._on_left()

    def _describe(self, node: int) -> None:
        if self._trace is None or not 0 <= node < len(self._trace.nodes):
            return
        shown = self._trace.nodes[node]
        sees = describe.field_text(shown.receptive_field, self._trace.input_shape)
        self._caption.say((f"A value of {self._trace.apart(shown.person_name)} sees {sees}", ""))

    def _on_left(self) -> None:
        if self._plot.isHidden():
            self._caption.say(*((it, "") for it in shorter(_HIDDEN)))
            return
        line = () if self._rows is None else (f"dashed line: the whole input, {self._rows}",)
        scale = () if self._plot.height() >= ROOM_FOR_NAMES else ("log scale",)
        whole, short = (
            FACTS.join((f"{self._noun} that a value sees{each}", *scale, *line))
            for each in (", operation by operation", "")
        )
        self._caption.say(*((it, "") for it in (whole, *shorter(short))))


def _height_of(rows: Numbers) -> Numbers:
    """Return how high a bar of so many rows is: one step more each time they double, a step for one, 0 for none."""
    return np.where(rows > 0, np.log2(np.maximum(rows, 1)) + 1, 0.0)


def _rows_at(height: float) -> str:
    """Return how many rows the axis tells at a height: none at its foot, for a logarithm has no 0."""
    return fmt.number(round(2 ** (height - 1))) if height >= 1 else ""


def _heights(nodes: Sequence[Node], rows: int | None) -> Numbers:
    """Return how many rows of the input a value sees; 0, which draws no bar, where that is unknown.

    What sees the whole input sees no less than any before it, whose fields may reach into the padding.
    """
    heights = np.zeros(len(nodes))
    largest = float(rows or 0)
    for place, node in enumerate(nodes):
        field = node.receptive_field
        if field is None or field.status == "unknown":
            continue
        heights[place] = largest if field.status == "global" else field.size[0] if field.size else 0
        largest = max(largest, heights[place])
    return heights
