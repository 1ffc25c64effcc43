"""The pane "Memory & time": what the operations of a trace cost."""

import numpy as np
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QSplitter, QVBoxLayout, QWidget

from explorer.features.cost.operation_table import OperationTable, node_times
from explorer.records.measures import Measurement, Memory, Timing
from explorer.records.trace import Trace
from explorer.window import format as fmt
from explorer.window import theme
from explorer.window.widgets.plots import BarPlot

_NO_TRACE = "Open an image: its forward pass gives the operations and their bytes."
_HINT = "Point at a bar to read it; click it to go to the operation."
_NO_TIME = "Time: not measured yet. Press “Measure time”."


class MeasuresView(QWidget):
    """Summary, time and bytes over the operations, and a table of them.

    Signals:
        measure_requested: The person wants the time to be measured.
        node_selected: Id of the operation that the person chose.
    """

    measure_requested = Signal()
    node_selected = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("measuresView")
        self.setAccessibleName("Memory and time")
        self._trace: Trace | None = None
        self._memory: Memory | None = None
        self._measurement: Measurement | None = None
        self._node: int | None = None
        self._time_line = QLabel()
        self._memory_line = QLabel()
        self._button = QPushButton("&Measure time")
        self._button.setToolTip("Run the plain forward pass several times and time each operation")
        self._times = BarPlot(tick=fmt.milliseconds)
        self._times.setAccessibleName("Time of each operation")
        self._bytes = BarPlot(tick=fmt.bytes_)
        self._bytes.setAccessibleName("Output bytes of each operation")
        self._times.link_to(self._bytes)
        self._readout = QLabel()
        self._readout.setAccessibleName("Operation under the cursor")
        self._table = OperationTable()
        self._split = QSplitter(Qt.Orientation.Vertical)
        self._hint = QLabel(_NO_TRACE)
        self._arrange()
        self._connect()
        self._show()

    # ---- records in ----

    def set_trace(self, trace: Trace | None, memory: Memory | None) -> None:
        """Show the operations of a trace and the memory derived from it; a former measurement goes."""
        self._trace, self._memory, self._measurement = trace, memory, None
        self._node = None
        self._show()

    def set_measurement(self, measurement: Measurement | None) -> None:
        """Show the times of the current trace's operations; None shows none."""
        self._measurement = measurement
        if measurement is not None:
            self._memory = measurement.memory
        self._show()

    def set_busy(self, busy: bool) -> None:
        """Tell whether a measurement runs."""
        self._button.setText("Measuring…" if busy else "&Measure time")
        self._button.setEnabled(not busy and self._trace is not None)

    def select_node(self, node: int) -> None:
        """Mark an operation in the plots and select it in the table."""
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

    # ---- inside ----

    def _arrange(self) -> None:
        unit = theme.SPACING
        lines = QVBoxLayout()
        lines.setSpacing(unit // 2)
        for line in (self._time_line, self._memory_line):
            line.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            line.setWordWrap(True)
            lines.addWidget(line)
        head = QHBoxLayout()
        head.setSpacing(2 * unit)
        head.addLayout(lines, 1)
        head.addWidget(self._button, 0, Qt.AlignmentFlag.AlignTop)
        plots = QWidget()
        column = QVBoxLayout(plots)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(unit // 2)
        for text, plot in (("Time of each operation", self._times), ("Output bytes", self._bytes)):
            caption = QLabel(text)
            caption.setProperty("role", "muted")
            plot.setToolTip(f"{text}, in the order of execution. Click a bar to choose the operation.")
            column.addWidget(caption)
            column.addWidget(plot, 1)
        column.addWidget(self._readout)
        self._split.setHandleWidth(unit)
        self._split.addWidget(plots)
        self._split.addWidget(self._table)
        self._split.setSizes([280, 240])
        self._hint.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._hint.setWordWrap(True)
        self._hint.setProperty("role", "muted")
        whole = QVBoxLayout(self)
        whole.setContentsMargins(unit, unit, unit, unit)
        whole.setSpacing(unit)
        whole.addLayout(head)
        whole.addWidget(self._hint, 1)
        whole.addWidget(self._split, 1)

    def _connect(self) -> None:
        self._button.clicked.connect(self.measure_requested)
        self._table.node_selected.connect(self._on_node_chosen)
        for plot in (self._times, self._bytes):
            plot.bar_hovered.connect(self._describe)
            plot.bar_left.connect(self._on_left)
            plot.bar_clicked.connect(self._on_node_chosen)

    def _show(self) -> None:
        trace = self._trace
        timing = None if self._measurement is None else self._measurement.timing
        nodes = () if trace is None else trace.nodes
        self._hint.setVisible(trace is None)
        self._split.setVisible(trace is not None)
        self._time_line.setText("" if trace is None else _time_text(timing))
        self._memory_line.setText("" if trace is None else _memory_text(self._memory))
        self._button.setEnabled(trace is not None)
        edges = np.arange(len(nodes) + 1, dtype=np.float64) - 0.5
        times = [0.0 if time is None else time for time in node_times(nodes, timing)]
        self._times.set_bars(edges, np.array(times))
        self._bytes.set_bars(edges, np.array([node.bytes for node in nodes], np.float64))
        self._table.set_operations(trace, timing)
        if self._node is not None and self._node < len(nodes):
            self.select_node(self._node)
        else:
            self._on_left()

    def _describe(self, node: int) -> None:
        if self._trace is None or not 0 <= node < len(self._trace.nodes):
            self._readout.setText("")
            return
        timing = None if self._measurement is None else self._measurement.timing
        record, time = self._trace.nodes[node], node_times(self._trace.nodes, timing)[node]
        parts = (
            f"{record.id} {record.name}",
            record.op,
            fmt.shape(record.shape),
            fmt.bytes_(record.bytes),
            f"{fmt.macs(record.macs)} MACs",
            f"time {fmt.milliseconds(time)}",
        )
        self._readout.setText(" · ".join(parts))

    def _on_left(self) -> None:
        if self._node is not None:
            self._describe(self._node)
        else:
            self._readout.setText(_HINT if self._trace else "")

    def _on_node_chosen(self, node: int) -> None:
        self.select_node(node)
        self.node_selected.emit(node)


def _time_text(timing: Timing | None) -> str:
    if timing is None:
        return _NO_TIME
    spread = timing.forward
    threads = f"{timing.threads} thread{'' if timing.threads == 1 else 's'}"
    median, p10, p90 = (fmt.milliseconds(x) for x in (spread.median, spread.p10, spread.p90))
    runs = f"median of {spread.runs} runs; p10 {p10}, p90 {p90}"
    return f"Forward {median} ({runs}) on {timing.device}, {threads}, batch {timing.batch} · measured"


def _memory_text(memory: Memory | None) -> str:
    if memory is None:
        return ""
    kept, peak = fmt.bytes_(memory.activations), fmt.bytes_(memory.activations_peak)
    weights = fmt.bytes_(memory.weights)
    return f"Activations {kept}, at once at most {peak}, weights {weights} · derived from the trace"
