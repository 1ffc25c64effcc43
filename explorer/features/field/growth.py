"""How the receptive field grows through the network: a bar an operation, the input's size as a line."""

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QEvent, Signal
from PySide6.QtWidgets import QWidget

from explorer.features.field.reach import first_beyond
from explorer.records import describe
from explorer.records.trace import Node, Trace
from explorer.window import format as fmt
from explorer.window import theme
from explorer.window.widgets.curves import Numbers
from explorer.window.widgets.elided import FACTS, FactsLabel
from explorer.window.widgets.parts import column
from explorer.window.widgets.plots import BarPlot

_CAPTION = "Receptive field of each operation, rows"
_TIP = (
    "How many rows of the input one value sees, from the first operation to the last; the line is the whole input. "
    "A field larger than that reaches into the padding. Where it is unknown there is no bar. "
    "Click a bar to go to the operation."
)


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
        self._beyond: Node | None = None
        self._caption = FactsLabel(_CAPTION, role="muted")
        self._plot = BarPlot(whole_places=True)
        self._plot.setAccessibleName(_CAPTION)
        self._plot.setToolTip(fmt.tip(_TIP))
        column(self, self._caption, self._plot)
        self._plot.bar_hovered.connect(self._describe)
        self._plot.bar_left.connect(self._on_left)
        self._plot.bar_clicked.connect(self.node_selected)

    def set_trace(self, trace: Trace | None, rows: int | None) -> None:
        """Show the fields of a trace; `rows` is the height of the input in pixels, None where it has none."""
        if trace is self._trace and rows == self._rows:  # an equal trace of another forward is another trace
            return
        self._trace, self._rows = trace, rows
        self._beyond = first_beyond(trace) if trace is not None else None
        self._show()

    def mark(self, node: int | None) -> None:
        """Mark an operation, and say what it sees."""
        if node != self._node:
            self._node = node
            self._show_mark()

    @property
    def trace(self) -> Trace | None:
        """The trace whose fields are shown."""
        return self._trace

    @property
    def caption(self) -> str:
        """What is said above the bars."""
        return self._caption.text()

    @property
    def heights(self) -> tuple[float, ...]:
        """The heights of the bars, in rows of the input."""
        return tuple(self._heights)

    @property
    def plot(self) -> BarPlot:
        """The bars."""
        return self._plot

    def changeEvent(self, event: QEvent) -> None:
        """Take the colours of a new theme."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "_plot") and self._trace is not None:
            self._show()

    def _show(self) -> None:
        nodes = () if self._trace is None else self._trace.nodes
        self._heights = _heights(nodes, self._rows)
        edges = np.arange(self._heights.size + 1, dtype=np.float64) - 0.5
        self._plot.set_bars(
            edges, self._heights, colours=[theme.kind_colour(node.op) for node in nodes], level=self._rows
        )
        self._show_mark()

    def _show_mark(self) -> None:
        self._plot.mark(self._node)
        self._on_left()

    def _describe(self, node: int) -> None:
        if self._trace is None or not 0 <= node < len(self._trace.nodes):
            return
        shown = self._trace.nodes[node]
        sees = describe.field_text(shown.receptive_field)
        self._say(f"{node} {describe.person_name(shown)} sees {sees}")

    def _on_left(self) -> None:
        if self._node is None:
            self._say()
        else:
            self._describe(self._node)

    def _say(self, *facts: str) -> None:
        line = () if self._rows is None else (f"line: the input's {self._rows}",)
        if not facts and self._beyond is not None:
            facts = (f"more than the input from {describe.person_name(self._beyond)} on",)
        self._caption.say(FACTS.join((_CAPTION, *line, *facts)))


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
