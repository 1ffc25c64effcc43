"""The operations of a trace as a table that can be sorted and copied."""

from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QPersistentModelIndex,
    QSortFilterProxyModel,
    Qt,
    Signal,
)
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QWidget

from explorer.records.measures import Timing
from explorer.records.trace import Node, Trace
from explorer.window import format as fmt
from explorer.window.widgets.tables import add_copy

Index = QModelIndex | QPersistentModelIndex

_SORT_ROLE = Qt.ItemDataRole.UserRole
_COLUMNS = (
    ("#", "Position in the order of execution"),
    ("Name", "Unique name of the operation"),
    ("Operation", "What was computed"),
    ("Shape", "Shape of the output"),
    ("Params", "Elements of the parameters that it reads"),
    ("Bytes", "Bytes of all its outputs, derived from the trace"),
    (
        "MACs",
        "Multiply-accumulates of matrix products, convolutions, attention and recurrent layers, derived from the "
        "trace; a dash where an operation may take some that no formula tells",
    ),
    ("Time", "Median of the measured time"),
    ("Share", "Its share of the time of all operations"),
)
_FIRST_NUMBER = 4


class OperationModel(QAbstractTableModel):
    """One row a node of the trace, in order."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._nodes: tuple[Node, ...] = ()
        self._times: tuple[float | None, ...] = ()
        self._total = 0.0

    def replace(self, trace: Trace | None, timing: Timing | None) -> None:
        """Show another trace, with the times of its nodes if they were measured."""
        self.beginResetModel()
        self._nodes = () if trace is None else trace.nodes
        self._times = node_times(self._nodes, timing)
        self._total = sum(time for time in self._times if time is not None)
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        """Return the number of operations."""
        return 0 if parent.isValid() else len(self._nodes)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        """Return the number of columns."""
        return 0 if parent.isValid() else len(_COLUMNS)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> object:
        """Return a column's name or its explanation."""
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return _COLUMNS[section][0]
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.ToolTipRole:
            return _COLUMNS[section][1]
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Return a cell's text, its number for sorting, or its alignment."""
        if not index.isValid():
            return None
        row, column = index.row(), index.column()
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return self._text(row, column)
            case Qt.ItemDataRole.ToolTipRole if column == 1:
                return self._nodes[row].name
            case Qt.ItemDataRole.TextAlignmentRole if column >= _FIRST_NUMBER or column == 0:
                return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
            case _ if role == _SORT_ROLE:
                return self._key(row, column)
        return None

    def _text(self, row: int, column: int) -> str:
        node, time = self._nodes[row], self._times[row]
        return (
            str(node.id),
            node.name,
            node.op,
            fmt.shape(node.shape),
            fmt.count(node.params),
            fmt.bytes_(node.bytes),
            fmt.macs(node.macs),
            fmt.milliseconds(time),
            fmt.percent(time, self._total),
        )[column]

    def _key(self, row: int, column: int) -> float | str:
        node, time = self._nodes[row], self._times[row]
        elements = 1
        for size in node.shape:
            elements *= size
        macs, cost = (-1.0 if number is None else number for number in (node.macs, time))
        keys = (node.id, node.name, node.op, elements, node.params, node.bytes, macs, cost, cost)
        key = keys[column]
        return key if isinstance(key, str) else float(key)  # a float: Qt's own integers end at 2^63


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
        self.setAccessibleName("Operations with their cost")
        self.setToolTip(
            "Click a heading to sort, an operation to choose it; Ctrl+C copies the selected rows."
        )
        self.setSortingEnabled(True)
        self.sortByColumn(0, Qt.SortOrder.AscendingOrder)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setAlternatingRowColors(True)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(self.fontMetrics().height() + 6)
        self.horizontalHeader().setHighlightSections(False)
        self.horizontalHeader().setResizeContentsPrecision(32)  # rows looked at for the widths of columns
        self.horizontalHeader().setSectionResizeMode(1, QHeaderView.ResizeMode.Stretch)
        add_copy(self)
        self.selectionModel().currentRowChanged.connect(self._on_current_row_changed)

    def set_operations(self, trace: Trace | None, timing: Timing | None) -> None:
        """Show the operations of a trace; the sorting stays."""
        self._silent = True
        self._model.replace(trace, timing)
        self._silent = False
        for column in (0, *range(2, len(_COLUMNS))):
            self.resizeColumnToContents(column)

    def select_node(self, node: int) -> None:
        """Select an operation and bring it into sight, without telling of it."""
        index = self._sorted.mapFromSource(self._model.index(node, 0))
        if not index.isValid() or self.currentIndex().row() == index.row():
            return
        self._silent = True
        self.selectRow(index.row())
        self._silent = False
        self.scrollTo(index)

    def _on_current_row_changed(self, current: QModelIndex) -> None:
        if current.isValid() and not self._silent:
            self.node_selected.emit(self._sorted.mapToSource(current).row())


def node_times(nodes: tuple[Node, ...], timing: Timing | None) -> tuple[float | None, ...]:
    """Return the median time of each node in milliseconds; None where it was not measured."""
    if timing is None or len(timing.nodes) != len(nodes):
        return (None,) * len(nodes)
    return tuple(None if spread is None else spread.median for spread in timing.nodes)
