"""The executed network as a tree: modules as branches, operations as leaves, in the order they ran."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from PySide6.QtCore import (
    QAbstractItemModel,
    QItemSelection,
    QItemSelectionModel,
    QMargins,
    QModelIndex,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTreeView,
    QWidget,
)

from explorer.records.measures import Timing
from explorer.records.trace import Node, Trace, TraceError
from explorer.window import format as fmt
from explorer.window import theme
from explorer.window.widgets.tables import Index, add_copy, paint_hint

_COLUMNS = {
    "Layer": "Module with its class, or an operation without a module of its own.",
    "Operation": "What was computed.",
    "Output shape": "Shape of the output; of a module, that of its last operation.",
    "Params": "Parameters read here, shared ones counted once.",
    "MACs": "Multiply-accumulates of matrix products, convolutions, attention and recurrent layers, derived from "
    "the shapes; a dash where an operation may take some that no formula tells.",
    "Time": "Measured median; of a module, the sum of the medians of its operations.",
}
_WIDEST = ("features.12  Conv2d ", "batch_norm ", "1×512×112×112", "44.4 M", "44.4 G", "0.4444 ms")
_LAYER, _OPERATION, _SHAPE, _PARAMS, _MACS, _TIME = range(6)
_CLASS_ROLE = Qt.ItemDataRole.UserRole + 1
_ANSWERED = {
    Qt.ItemDataRole.TextAlignmentRole,
    Qt.ItemDataRole.ForegroundRole,
    Qt.ItemDataRole.ToolTipRole,
    Qt.ItemDataRole.AccessibleTextRole,
    _CLASS_ROLE,
}

_SIGNS = {"add": "+ ", "sub": "− ", "mul": "× ", "div": "÷ ", "truediv": "÷ ", "matmul": "@ "}
_FEW_ROWS = 60


@dataclass(eq=False)
class _Row:
    """A row of the tree.

    Attributes:
        name: Its own text in the first column.
        path: Path of the module; empty for an operation.
        type: Class of the module; empty for an operation or if the module itself was not called.
        node: The operation it stands for; of a branch, the last one below it.
        nodes: All operations below it, itself included, in order.
        cells: Texts of all columns, once they were asked for.
    """

    name: str
    parent: "_Row | None" = None
    position: int = 0
    path: str = ""
    type: str = ""
    node: Node | None = None
    nodes: list[Node] = field(default_factory=list)
    children: list["_Row"] = field(default_factory=list)
    error: TraceError | None = None
    cells: tuple[str, ...] | None = None

    def add(self, child: "_Row") -> "_Row":
        child.parent, child.position = self, len(self.children)
        self.children.append(child)
        return child

    def walk(self) -> Iterator["_Row"]:
        """Yield every row below this one, in the order of the tree."""
        for child in self.children:
            yield child
            yield from child.walk()


def _build(trace: Trace) -> _Row:
    """Return the invisible root over the rows of a trace."""
    types = {module.path: module.type for module in trace.modules}
    modules = {"": _Row("")}

    def module_row(path: str) -> _Row:
        if path not in modules:
            parent, _, name = path.rpartition(".")
            modules[path] = module_row(parent).add(_Row(name, path=path, type=types.get(path, "")))
        return modules[path]

    for node in sorted(trace.nodes, key=lambda node: node.op != "input"):
        row: _Row | None = module_row(node.module).add(_Row(_label(node), node=node))
        while row is not None:
            row.node = node
            row.nodes.append(node)
            row = row.parent
    for row in modules.values():
        if row.path and len(row.children) == 1 and not row.children[0].path:
            row.children.clear()
    root = modules[""]
    if trace.error:
        root.add(_Row(f"✕ {trace.error.name or trace.error.op}: {trace.error.message}", error=trace.error))
    return root


def _structure(trace: Trace) -> tuple[object, ...]:
    return [(node.op, node.name, node.module, node.call) for node in trace.nodes], trace.modules, trace.error


def _label(node: Node) -> str:
    if node.op == "input":
        return node.name
    return _SIGNS.get(node.op, "") + node.op + (f" (call {node.call + 1})" if node.call else "")


class _Layers(QAbstractItemModel):
    """The rows of one trace; the pointer of an index is its row."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.trace: Trace | None = None
        self.root = _Row("")
        self.rows: list[_Row] = []
        self._timing: Timing | None = None

    def replace(self, trace: Trace | None) -> bool:
        """Take a trace; return False if its rows are those there were, and only their contents changed."""
        root = _build(trace) if trace else _Row("")
        rows = list(root.walk())
        if trace and self.trace and _structure(trace) == _structure(self.trace):
            self.trace = trace
            for old, new in zip(self.rows, rows, strict=True):
                old.node, old.nodes = new.node, new.nodes
            self._refresh()
            return False
        self.beginResetModel()
        self.trace, self.root, self.rows, self._timing = trace, root, rows, None
        self.endResetModel()
        return True

    def set_timing(self, timing: Timing | None) -> None:
        # A measurement of another network must not lend its times to this one.
        fits = timing is not None and self.trace is not None and len(timing.nodes) == len(self.trace.nodes)
        self._timing = timing if fits else None
        self._refresh()

    def row(self, index: Index) -> _Row:
        return index.internalPointer() if index.isValid() else self.root

    def index_of(self, row: _Row) -> QModelIndex:
        return QModelIndex() if row is self.root else self.createIndex(row.position, 0, row)

    def index(self, row: int, column: int, parent: Index = QModelIndex()) -> QModelIndex:  # noqa: B008
        children = self.row(parent).children
        inside = 0 <= row < len(children) and 0 <= column < len(_COLUMNS)
        return self.createIndex(row, column, children[row]) if inside else QModelIndex()

    def parent(self, index: Index) -> QModelIndex:  # type: ignore[override]
        above = self.row(index).parent
        return QModelIndex() if above is None else self.index_of(above)

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.column() > 0 else len(self.row(parent).children)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return len(_COLUMNS)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> object:
        if role == Qt.ItemDataRole.DisplayRole and orientation == Qt.Orientation.Horizontal:
            return list(_COLUMNS)[section]
        if role == Qt.ItemDataRole.ToolTipRole:
            return list(_COLUMNS.values())[section]
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(section)
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        # A repaint asks thousands of times, mostly for roles without an answer: those must leave at once.
        if role == Qt.ItemDataRole.DisplayRole:
            return self._cells(self.row(index))[index.column()]
        if role not in _ANSWERED:
            return None
        row, column = self.row(index), index.column()
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(column)
        if role == Qt.ItemDataRole.ForegroundRole:
            return _ink(row, self._cells(row)[column])
        if role == Qt.ItemDataRole.ToolTipRole:
            return self._tooltip(row)
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return self._cells(row)[column] or "no single operation"
        return row.type

    def _cells(self, row: _Row) -> tuple[str, ...]:
        if row.cells is None:
            row.cells = self._write(row)
        return row.cells

    def _write(self, row: _Row) -> tuple[str, ...]:
        if row.error or row.node is None:
            return (row.name, *[""] * (len(_COLUMNS) - 1))
        return (
            f"{row.name}  {row.type}".rstrip(),
            "" if row.children else row.node.op,
            fmt.shape(row.node.shape) if row.node.outputs else fmt.UNKNOWN,
            fmt.count(self._params(row)),
            _macs(row.nodes),
            self._time(row),
        )

    def _params(self, row: _Row) -> int:
        if not row.children and row.node:
            return row.node.params
        names = {name for node in row.nodes for name in node.parameters}
        return sum(self.trace.parameter_sizes[name] for name in names) if self.trace else 0

    def _time(self, row: _Row) -> str:
        if self._timing is None:
            return fmt.UNKNOWN
        spreads = [self._timing.nodes[node.id] for node in row.nodes if node.op != "input"]
        known = [spread.median for spread in spreads if spread]
        if not known:
            return fmt.UNKNOWN
        return ("" if len(known) == len(spreads) else "≥ ") + fmt.milliseconds(sum(known))

    def _tooltip(self, row: _Row) -> str:
        if row.error:
            return f"{row.error.name}\nThe forward pass stopped here: {row.error.message}"
        if row.children or row.node is None or self.trace is None:
            operations = "operation" if len(row.nodes) == 1 else "operations"
            return f"{row.path}\n{row.type or 'not called itself'}: {len(row.nodes)} {operations}"
        return _describe(row.node, self.trace)

    def _refresh(self) -> None:
        for row in self.rows:
            row.cells = None
        # Views repaint all they show on any change; telling of each branch apart costs 70 ms on 1000 nodes.
        last = len(self.root.children) - 1
        if last >= 0:
            self.dataChanged.emit(self.index(0, _LAYER), self.index(last, _TIME))


def _macs(nodes: list[Node]) -> str:
    """Return what the operations take together, as a lower bound if some of it is unknown."""
    known = [node.macs for node in nodes if node.macs is not None]
    if len(known) == len(nodes):
        return fmt.macs(sum(known))
    return f"≥ {fmt.macs(sum(known))}" if any(known) else fmt.UNKNOWN


def _alignment(column: int) -> Qt.AlignmentFlag:
    side = Qt.AlignmentFlag.AlignRight if column >= _PARAMS else Qt.AlignmentFlag.AlignLeft
    return side | Qt.AlignmentFlag.AlignVCenter


def _ink(row: _Row, text: str) -> QColor | None:
    if row.error:
        return QColor(theme.current().error)
    return QColor(theme.current().muted) if text in ("0", fmt.UNKNOWN) else None


def _describe(node: Node, trace: Trace) -> str:
    lines = [f"{node.name} · {node.op}"]
    lines += [f"output: {fmt.shape(out.shape)} {out.dtype}, {fmt.bytes_(out.bytes)}" for out in node.outputs]
    if node.inputs:
        lines.append("reads: " + ", ".join(trace.nodes[source].name for source in node.inputs))
    sizes = [f"{name} ({fmt.count(trace.parameter_sizes[name])})" for name in node.parameters]
    return "\n".join(lines + (["parameters: " + ", ".join(sizes)] if sizes else []))


class _NameDelegate(QStyledItemDelegate):
    """Paints the class of a module after its name, in a lesser weight."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        self.initStyleOption(option, index)
        type_ = str(index.data(_CLASS_ROLE))
        option.text = option.text.removesuffix(f"  {type_}")
        style = option.widget.style()
        style.drawControl(QStyle.ControlElement.CE_ItemViewItem, option, painter, option.widget)
        if not type_:
            return
        area = style.subElementRect(QStyle.SubElement.SE_ItemViewItemText, option, option.widget)
        area.setLeft(area.left() + option.fontMetrics.horizontalAdvance(option.text) + 3 * theme.SPACING // 2)
        selected = option.state & QStyle.StateFlag.State_Selected
        painter.setPen(QColor(theme.current().accent_text if selected else theme.current().muted))
        text = option.fontMetrics.elidedText(type_, Qt.TextElideMode.ElideRight, area.width())
        painter.drawText(area, Qt.AlignmentFlag.AlignVCenter, text)

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        # The view asks for one row only: all have the same height.
        return super().sizeHint(option, index).grownBy(QMargins(0, 0, 0, theme.SPACING // 2))


class LayerTree(QTreeView):
    """The layers of a trace.

    Signals:
        node_selected: The person selected the operation of this id; of a module, its last one.
    """

    node_selected = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("layerTree")
        self.setAccessibleName("Layers")
        self.setAccessibleDescription("The executed network; select an operation to see its output")
        self._layers = _Layers(self)
        self._rows: dict[int, _Row] = {}
        self._words: list[str] = []
        self._node: int | None = None
        self._quiet = False
        self.setModel(self._layers)
        self.setItemDelegateForColumn(_LAYER, _NameDelegate(self))
        self.setUniformRowHeights(True)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setIndentation(3 * theme.SPACING // 2)
        self._set_widths()
        add_copy(self)

    def _set_widths(self) -> None:
        header = self.header()
        header.setStretchLastSection(False)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        for column, text in enumerate(_WIDEST):
            self.setColumnWidth(column, self.fontMetrics().horizontalAdvance(text) + 3 * theme.SPACING // 2)

    def set_trace(self, trace: Trace | None) -> None:
        """Show a trace; if it has the rows of the one before, what is expanded, selected and timed stays."""
        with self._silence():
            if not self._layers.replace(trace):
                return
        self._node = None
        self._rows = {row.node.id: row for row in self._layers.rows if row.node and not row.children}
        if self._words:
            self._show_matches(self._layers.root, matched=False)
        self._arrange()
        if trace and trace.error:
            last = self._layers.root.children[-1]
            self.setFirstColumnSpanned(last.position, QModelIndex(), True)
            self.scrollTo(self._layers.index_of(last))

    def set_timing(self, timing: Timing | None) -> None:
        """Fill the column of times; None, or the timing of another trace, empties it."""
        self._layers.set_timing(timing)

    def select_node(self, node: int) -> None:
        """Select the row of an operation and scroll to it, opening its modules; says nothing about it."""
        row = self._rows.get(node)
        if row is None:
            return
        # A module chosen by the person stands for its last operation: the selection stays where they put it.
        if self._node != node or not self.selectionModel().hasSelection():
            self._node = node
            with self._silence():
                self.selectionModel().setCurrentIndex(
                    self._layers.index_of(row),
                    QItemSelectionModel.SelectionFlag.ClearAndSelect | QItemSelectionModel.SelectionFlag.Rows,
                )
        self.scrollTo(self.currentIndex())

    def filter(self, text: str) -> None:
        """Show only rows whose path, class or operation holds every word of `text`, and their modules."""
        self._words = text.lower().split()
        self._show_matches(self._layers.root, matched=not self._words)
        self._arrange()

    def _arrange(self) -> None:
        """Open what matches the filter, or without one what is worth seeing at first."""
        if self._words or len(self._layers.rows) < _FEW_ROWS:
            self.expandAll()
        else:
            self.collapseAll()
            self.expandToDepth(0)
        if self.currentIndex().isValid():
            self.scrollTo(self.currentIndex())

    def _show_matches(self, row: _Row, matched: bool) -> bool:
        found = matched
        for child in row.children:
            name = (
                f"{child.path or (child.node.name if child.node else '')} {child.type} {child.name}".lower()
            )
            visible = self._show_matches(child, matched or all(word in name for word in self._words))
            self.setRowHidden(child.position, self._layers.index_of(row), not visible)
            found = found or visible
        return found

    def selectionChanged(self, selected: QItemSelection, deselected: QItemSelection) -> None:
        """Tell whoever listens if the person selected another operation."""
        super().selectionChanged(selected, deselected)
        self._report()

    def currentChanged(self, current: QModelIndex, previous: QModelIndex) -> None:  # type: ignore[override]
        """Tell whoever listens if the person selected another operation."""
        super().currentChanged(current, previous)
        self._report()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the rows, or what to do while there are none."""
        super().paintEvent(event)
        if self._layers.trace is None:
            paint_hint(self, "Drop an image on the window to see the layers that it runs through.")
        elif self._words and not self.indexAt(self.viewport().rect().topLeft()).isValid():
            paint_hint(self, f"No layer matches “{' '.join(self._words)}”.")

    def _report(self) -> None:
        # The mouse moves the current row before it selects, the keyboard after: report when both agree.
        current = self.currentIndex()
        if self._quiet or not self.selectionModel().isRowSelected(current.row(), current.parent()):
            return
        node = self._layers.row(current).node
        if node is not None and node.id != self._node:
            self._node = node.id
            self.node_selected.emit(node.id)

    @contextmanager
    def _silence(self) -> Iterator[None]:
        self._quiet = True
        try:
            yield
        finally:
            self._quiet = False
