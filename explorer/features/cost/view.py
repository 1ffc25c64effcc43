"""What the operations of a forward cost: time and bytes as bars, all figures as a table."""

from collections.abc import Callable

import numpy as np
from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QLabel, QSplitter, QToolButton, QVBoxLayout, QWidget

from explorer.features.cost.legend import entries_of
from explorer.features.cost.memory_line import MemoryLine
from explorer.features.cost.operation_table import Operation, OperationTable, node_times
from explorer.records.measures import ACTIVATIONS, Measurement, Memory, Timing
from explorer.records.phrases import extent
from explorer.records.trace import Trace
from explorer.window import format as fmt
from explorer.window import theme
from explorer.window.widgets.elided import FACTS, FactsLabel, names_of
from explorer.window.widgets.kind_legend import KindLegend
from explorer.window.widgets.parts import TOP, column, label
from explorer.window.widgets.plots import BarPlot
from explorer.window.widgets.wrapping import Wrapping

_NO_TRACE = "Open an image: its forward pass gives the operations and what they cost."
_STEADY = 1.3  # times the quickest runs: what is spread wider is said
_HINT = "Point at a bar to read it; click it to go to the operation."
_WHY_NOT_EQUAL = (
    "Why not as long as the network takes: the operations are measured in runs of their own, each by itself, and what "
    "passes between them is not counted. On a GPU each waits for the one before. Other work of the processor holds up "
    "some operations in every run: it is in the time of the forward, but in the median of none of them. So the sum is "
    "not the time of the forward. The shares are of this sum."
)
NO_TIME = "The time of the network is not measured yet."
_COST_TIP = (
    "MACs: multiply-accumulates, counted from the shapes.\n"
    f"Activations: {ACTIVATIONS}\nAt once: most bytes alive, each output freed after its last use.\n"
    "Weights: bytes of parameters and buffers.\n"
    "What the engine holds to look at is more: the value before and after a write in place."
)
_NO_BARS, _MEASURING = "not measured", "measuring…"


class MeasuresView(QWidget):
    """Summary, time and bytes over the operations, and a table of them.

    Attributes:
        charts: The bars with their legend.
        memory: The line on the memory for values.

    Args:
        measure: The action that has the time measured.

    Signals:
        node_selected: Id of the operation that the person chose.
    """

    node_selected = Signal(int)

    def __init__(self, measure: QAction, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("measuresView")
        self.setAccessibleName("Cost")
        self._trace: Trace | None = None
        self._memory: Memory | None = None
        self._timing: Timing | None = None
        self._operations: tuple[Operation, ...] = ()
        self._node: int | None = None
        self.memory = MemoryLine()
        self._time_line, self._memory_line = FactsLabel(), FactsLabel(role="muted")
        self._button = QToolButton()
        self._button.setProperty("role", "button")
        self._button.setDefaultAction(measure)
        self._button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextOnly)
        self._times = _plot("Time of each operation in order", fmt.milliseconds)
        self._bytes = _plot("Output of each operation in order", fmt.bytes_)
        self._times.link_to(self._bytes)
        self._over_times = FactsLabel(role="muted")
        self._no_times = label("muted")
        self._legend = KindLegend(rows=2)
        self._readout = FactsLabel()
        self._readout.setAccessibleName("Operation under the cursor")
        self._table = OperationTable()
        self._split = QSplitter(Qt.Orientation.Vertical, childrenCollapsible=False)
        self._hint = QLabel(_NO_TRACE)
        self._arrange()
        self._connect()
        self._show()

    # ---- records in ----

    def set_trace(self, trace: Trace | None, memory: Memory | None) -> None:
        """Show the operations of a trace and the memory they take; a former measurement goes."""
        self._trace, self._memory, self._timing = trace, memory, None
        self._node = None
        self._show()

    def set_measurement(self, measurement: Measurement | None) -> None:
        """Show the times of the current trace's operations; None shows none."""
        self._timing = None if measurement is None else measurement.timing
        if measurement is not None:
            self._memory = measurement.memory
        self._show()

    def set_note(self, text: str, coming: bool = False) -> None:
        """Say in the place of the time why there is none; `coming` tells that it is on its way."""
        self._time_line.say(text)
        self._no_times.setText(_MEASURING if coming else _NO_BARS)

    def select_node(self, node: int) -> None:
        """Mark an operation in the plots and select it in the table."""
        if node == self._node and self._table.currentIndex().isValid():
            return
        self._node = node
        for plot in (self._times, self._bytes):
            plot.mark(node)
        self._table.select_node(node)
        self._describe(node)

    # ---- state ----

    @property
    def summary(self) -> tuple[str, str]:
        """The lines on time and on memory."""
        return self._time_line.text(), self._memory_line.text()

    @property
    def table(self) -> OperationTable:
        """The table of the operations."""
        return self._table

    @property
    def time_plot(self) -> BarPlot:
        """Time over the operations."""
        return self._times

    @property
    def legend(self) -> KindLegend:
        """The kinds of operation and their colours."""
        return self._legend

    def changeEvent(self, event: QEvent) -> None:
        """Take the colours of a new theme."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "_hint") and self._trace is not None:
            self._show()

    # ---- inside ----

    def _arrange(self) -> None:
        unit = theme.SPACING
        lines = QVBoxLayout()
        lines.setSpacing(unit // 2)
        lines.addWidget(Wrapping(((self._time_line, 1),), ((self._button, 0),)))
        lines.addWidget(self._memory_line)
        lines.addWidget(self.memory)
        self._split.setHandleWidth(unit)
        self.charts = self._charts()
        self._split.addWidget(self.charts)
        self._split.addWidget(self._table)
        self._split.setSizes([280, 280])
        self._hint.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._hint.setWordWrap(True)
        self._hint.setProperty("role", "muted")
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, TOP, 0, 0)
        whole.setSpacing(unit)
        whole.addLayout(lines)
        whole.addWidget(self._hint, 1)
        whole.addWidget(self._split, 1)

    def _charts(self) -> QWidget:
        charts = QWidget()
        lines = column(charts, self._legend)
        over_bytes = FactsLabel(self._bytes.accessibleName(), role="muted")
        for plot, caption in ((self._times, self._over_times), (self._bytes, over_bytes)):
            lines.addWidget(caption)
            lines.addWidget(plot, 1)
        lines.insertWidget(lines.indexOf(self._times), self._no_times, 1)
        self._no_times.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._no_times.setSizePolicy(self._times.sizePolicy())
        self._no_times.setMinimumSize(self._times.minimumSize())
        lines.addWidget(self._readout)
        return charts

    def _connect(self) -> None:
        self._table.node_selected.connect(self._on_node_chosen)
        for plot in (self._times, self._bytes):
            plot.bar_hovered.connect(self._describe)
            plot.bar_left.connect(self._on_left)
            plot.bar_clicked.connect(self._on_node_chosen)

    def _show(self) -> None:
        trace = self._trace
        nodes = () if trace is None else trace.computed
        self._hint.setVisible(trace is None)
        self._split.setVisible(trace is not None)
        if trace is None:
            self.memory.hide()
        text, short = ("", "") if trace is None else _time_text(self._timing)
        self._time_line.say(text, _time_tip(self._timing), short)
        self._memory_line.say(
            "" if trace is None else _cost_text(trace, self._memory), _COST_TIP if trace else ""
        )
        self._times.setVisible(self._timing is not None)
        self._no_times.setVisible(
            self._timing is None
        )  # bars of no height would have a scale that is not true
        self._table.set_operations(trace, self._timing)
        self._over_times.say(
            FACTS.join((self._times.accessibleName(), *self._of_what())),
            _WHY_NOT_EQUAL if self._timing is not None else "",
        )
        self._legend.set_entries(*entries_of(self._table.operations))
        edges = np.arange(len(nodes) + 1, dtype=np.float64) - 0.5
        colours = [theme.kind_colour(node.op) for node in nodes]
        spent = () if trace is None else node_times(trace, self._timing)
        times = [0.0 if time is None else time for time in spent]
        self._times.set_bars(edges, np.array(times, np.float64), colours=colours)
        self._bytes.set_bars(edges, np.array([node.bytes for node in nodes], np.float64), colours=colours)
        node, self._node = self._node, None
        if node is not None and node < len(nodes):
            self.select_node(node)
        else:
            self._on_left()

    def _of_what(self) -> tuple[str, ...]:
        """Return what the times add up to, each measured alone: not to that of the forward."""
        rows = self._table.operations
        if self._timing is None or not rows:
            return ()
        return (f"measured alone, in all {fmt.milliseconds(rows[0].total)}",)

    def _describe(self, node: int) -> None:
        rows = self._table.operations
        if not 0 <= node < len(rows):
            self._readout.say("")
            return
        record = rows[node].node
        names = names_of(record.person_name)
        facts = (
            f"time {fmt.milliseconds(rows[node].time)}",
            f"output {fmt.bytes_(record.bytes)}",
            f"{fmt.macs(record.macs)} MACs",
        )
        whole = FACTS.join((names[0], *facts, rows[node].called, extent(record.shape)))
        self._readout.say(whole, "", *(FACTS.join((name, *facts, extent(record.shape))) for name in names))

    def _on_left(self) -> None:
        if self._node is not None:
            self._describe(self._node)
        else:
            self._readout.say(_HINT if self._trace else "")

    def _on_node_chosen(self, node: int) -> None:
        self.select_node(node)
        self.node_selected.emit(node)


def _plot(name: str, tick: Callable[[float], str]) -> BarPlot:
    plot = BarPlot(tick=tick, whole_places=True)
    plot.setAccessibleName(name)
    plot.setToolTip(fmt.tip(f"{name} of execution. Click a bar to choose the operation."))
    return plot


def _time_text(timing: Timing | None) -> tuple[str, str]:
    """Return how long the network takes, and the same in short."""
    if timing is None:
        return NO_TIME, NO_TIME
    threads = f"{timing.threads} thread{'' if timing.threads == 1 else 's'}"
    whole = timing.forward
    low, high = fmt.milliseconds(whole.p10), fmt.milliseconds(whole.p90)
    spread = f"most runs {low} to {high}" if whole.p90 > _STEADY * whole.p10 else ""
    takes, runs = f"The network takes {fmt.milliseconds(whole.median)}", f"median of {whole.runs} runs"
    text = FACTS.join(filter(None, (takes, spread, runs, f"{timing.device}, {threads}")))
    return text, text.replace("most runs ", "").replace(runs, f"median of {whole.runs}")


def _time_tip(timing: Timing | None) -> str:
    if timing is None:
        return ""
    low, high = fmt.milliseconds(timing.forward.p10), fmt.milliseconds(timing.forward.p90)
    return f"Measured without recording, batch {timing.batch}; 10th to 90th percentile {low} to {high}."


def _cost_text(trace: Trace, memory: Memory | None) -> str:
    work = [f"{fmt.count(trace.params)} parameters", _macs(trace)]
    if memory is None:
        return FACTS.join(work)
    kept, peak = fmt.bytes_(memory.activations), fmt.bytes_(memory.activations_peak)
    return FACTS.join(
        (*work, f"activations {kept}, at most {peak} at once", f"weights {fmt.bytes_(memory.weights)}")
    )


def _macs(trace: Trace) -> str:
    unknown = trace.macs_unknown
    rest = f" and those of {unknown:,} operations without a formula" if unknown else ""
    return f"{fmt.macs(trace.macs)} MACs{rest}"
