"""The operations of a trace as a table that can be sorted and copied; its numbers stand under their units."""

from collections.abc import Callable
from dataclasses import dataclass
from math import prod

from PySide6.QtCore import QModelIndex, QSize, QSortFilterProxyModel, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QWidget

from explorer.records.describe import author_name
from explorer.records.measures import Timing
from explorer.records.phrases import extent
from explorer.records.trace import Node, Trace
from explorer.window import format as fmt
from explorer.window import theme
from explorer.window.widgets.headings import ARROW, add_sorting
from explorer.window.widgets.tables import PLAIN_ROLE, Index, RowModel, add_copy, lay_rows

_SORT_ROLE = Qt.ItemDataRole.UserRole
_NAME = 1
_LEAST_NAME = 22 * theme.SPACING
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


@dataclass(frozen=True)
class Operation:
    """A row: an operation, what its author calls it, its time in milliseconds if it was measured, the time of all."""

    node: Node
    called: str
    time: float | None
    total: float


@dataclass(frozen=True)
class _Column:
    """A column; `key` sorts it, `plain` is for other programs, `plain_name` with its unit as well."""

    name: str
    tip: str
    text: Callable[[Operation], str]
    key: Callable[[Operation], float | str]
    plain: Callable[[Operation], object]
    plain_name: str


def _share(row: Operation) -> float | str:
    return "" if row.time is None or not row.total else f"{row.time / row.total:.6f}"


def _known(row: Operation) -> float:
    return -1.0 if row.time is None else row.time


def _figure(value: float | None, unit: float, decimals: int) -> str:
    """Return a number in a unit, as all of its column; `<0.01` of what would read as nothing."""
    if not value:
        return fmt.UNKNOWN if value is None else "0"
    text = f"{value / unit:,.{decimals}f}"
    return text if text.strip("0.,") else f"<{10.0**-decimals:.{decimals}f}"


# The keys are floats: Qt's own integers end at 2^63.
_COLUMNS = (
    _Column("#", "Position in the order of execution", lambda it: str(it.node.id), lambda it: float(it.node.id),
            lambda it: it.node.id, "position"),
    _Column("Name", "Name of the operation; the colour is that of its kind", lambda it: it.node.person_name,
            lambda it: it.node.name, lambda it: it.node.name, "name"),
    _Column("Operation", "What was computed", lambda it: it.called, lambda it: it.called,
            lambda it: it.node.op, "operation"),
    _Column("Output", "Shape of the output without a batch of one", lambda it: extent(it.node.shape),
            lambda it: float(prod(it.node.shape)), lambda it: "x".join(map(str, it.node.shape)), "output"),
    _Column("Params", "Elements of the parameters that it reads", lambda it: f"{it.node.params:,}",
            lambda it: float(it.node.params), lambda it: it.node.params, "params"),
    _Column("Size, kB", "Memory of all its outputs, in kilobytes", lambda it: _figure(it.node.bytes, 1e3, 1),
            lambda it: float(it.node.bytes), lambda it: it.node.bytes, "bytes"),
    _Column("MACs, M", "Millions of multiply-accumulates (MACs), those of matrix products, convolutions, attention and "
            "recurrent layers", lambda it: _figure(it.node.macs, 1e6, 2),
            lambda it: -1.0 if it.node.macs is None else float(it.node.macs),
            lambda it: "" if it.node.macs is None else it.node.macs, "macs"),
    _Column("Time, ms", "Median of the measured time, in milliseconds", lambda it: _figure(it.time, 1, 3), _known,
            lambda it: "" if it.time is None else f"{it.time:.6f}", "time_ms"),
    _Column("Share", "Its share of the time of all operations", lambda it: fmt.percent(it.time, it.total), _known,
            _share, "share_of_time"),
)  # fmt: skip
_IN_SIGHT = ("Name", "Time, ms", "Share", "MACs, M", "Params", "Size, kB", "Output", "Operation", "#")
"""The columns from left to right. The last go where there is no room: the line over the table tells what they do."""
_LEFT_ALIGNED = ("Name", "Operation")
_PLACES = {column.name: place for place, column in enumerate(_COLUMNS)}


class OperationModel(RowModel[Operation]):
    """One row a node of the trace that was computed, in order."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(
            ((it.name, f"{it.tip}. Click to sort.") for it in _COLUMNS),
            parent,
            plain=[it.plain_name for it in _COLUMNS],
            alignment=lambda column: _LEFT if _COLUMNS[column].name in _LEFT_ALIGNED else _RIGHT,
        )

    def show(self, trace: Trace | None, timing: Timing | None) -> None:
        """Show another trace, with the times of its nodes if they were measured."""
        nodes = () if trace is None else trace.computed
        times = () if trace is None else node_times(trace, timing)
        total = sum(time for time in times if time is not None)
        names = (author_name(node, trace) for node in nodes if trace is not None)
        self.replace([Operation(*row, total) for row in zip(nodes, names, times, strict=True)])

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Return a cell's text, its number for sorting and for other programs, or its looks."""
        if not index.isValid():
            return None
        row, column = self.rows[index.row()], _COLUMNS[index.column()]
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return column.text(row)
            case Qt.ItemDataRole.ToolTipRole if index.column() == _NAME:
                return fmt.tip(row.node.person_name)
            case Qt.ItemDataRole.DecorationRole if index.column() == _NAME:
                return theme.kind_icon(row.node.op)
            case Qt.ItemDataRole.TextAlignmentRole if column.name not in _LEFT_ALIGNED:
                return _RIGHT
        if role == PLAIN_ROLE:
            return str(column.plain(row))
        return column.key(row) if role == _SORT_ROLE else None


class OperationTable(QTableView):
    """The table. Return, a click or the arrow keys choose an operation.

    Signals:
        node_selected: Id of the operation that the person chose.
    """

    node_selected = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = OperationModel(self)
        self._sorted = QSortFilterProxyModel(self)
        self._sorted.setSourceModel(self._model)
        self._sorted.setSortRole(_SORT_ROLE)
        self.setModel(self._sorted)
        self._silent = False
        self._widths = [0] * len(_COLUMNS)
        self.setAccessibleName("Operations with their cost")
        self.setToolTip(
            fmt.tip("Click a heading to sort, an operation to choose it; Ctrl+C copies the selected rows.")
        )
        add_sorting(self)
        self.sortByColumn(0, Qt.SortOrder.AscendingOrder)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setAlternatingRowColors(True)
        self._lay_out()
        add_copy(self)
        self.selectionModel().currentRowChanged.connect(self._on_current_row_changed)

    def _lay_out(self) -> None:
        lay_rows(self)
        self.setTextElideMode(Qt.TextElideMode.ElideLeft)
        self.setIconSize(QSize(theme.SPACING, theme.SPACING))
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)  # columns do not jump
        header = self.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        for place, name in enumerate(_IN_SIGHT):
            header.moveSection(header.visualIndex(_PLACES[name]), place)

    def set_operations(self, trace: Trace | None, timing: Timing | None) -> None:
        """Show the operations of a trace; the sorting stays."""
        self._silent = True
        self._model.show(trace, timing)
        self._silent = False
        self._measure_columns()
        self._fit()

    def select_node(self, node: int) -> None:
        """Select an operation and bring its row into sight, without telling of it."""
        index = self._sorted.mapFromSource(self._model.index(node, _NAME))
        if not index.isValid() or self.currentIndex().row() == index.row():
            return
        self._silent = True
        self.setCurrentIndex(index)
        self._silent = False
        self.scrollTo(index)

    @property
    def operations(self) -> tuple[Operation, ...]:
        """The rows, in the order of execution."""
        return self._model.rows

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of the columns that can be seen whole without scrolling, from left to right."""
        header, room = self.horizontalHeader(), self.viewport().width()
        order = [it for it in map(header.logicalIndex, range(header.count())) if not self.isColumnHidden(it)]
        ends = [header.sectionPosition(it) + header.sectionSize(it) for it in order]
        return tuple(_COLUMNS[it].name for it, end in zip(order, ends, strict=True) if end <= room)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Give the names what the other columns leave."""
        super().resizeEvent(event)
        self._fit()

    def _measure_columns(self) -> None:
        """Find how wide each column is: as its heading and its widest text, with room to the next."""
        metrics = self.fontMetrics()
        for place, column in enumerate(_COLUMNS):
            # Of texts the longest are the widest, as near as it matters.
            texts = sorted({column.text(row) for row in self._model.rows}, key=len)[-4:]
            content = max((metrics.horizontalAdvance(text) for text in texts), default=0)
            heading = metrics.horizontalAdvance(column.name) + ARROW
            self._widths[place] = max(content + 2 * theme.SPACING, heading + theme.SPACING)

    def _fit(self) -> None:
        """Give the names what the other columns leave; those for which that is too little go."""
        fitting = [_PLACES[name] for name in _IN_SIGHT[1:]]
        room = self.viewport().width()
        while fitting and _LEAST_NAME + sum(self._widths[it] for it in fitting) > room:
            fitting.pop()
        for name in _IN_SIGHT[1:]:
            place = _PLACES[name]
            self.setColumnHidden(place, place not in fitting)
            self.setColumnWidth(place, self._widths[place])
        self.setColumnWidth(_NAME, max(_LEAST_NAME, room - sum(self._widths[it] for it in fitting)))

    def _on_current_row_changed(self, current: QModelIndex) -> None:
        if current.isValid() and not self._silent:
            self.node_selected.emit(self._sorted.mapToSource(current).row())


def node_times(trace: Trace, timing: Timing | None) -> tuple[float | None, ...]:
    """Return the median time of each node that was computed, in milliseconds; None where it was not measured."""
    if timing is None or len(timing.nodes) != len(trace.nodes):
        return (None,) * len(trace.computed)
    spreads = (timing.nodes[node.id] for node in trace.computed)
    return tuple(None if spread is None else spread.median for spread in spreads)
