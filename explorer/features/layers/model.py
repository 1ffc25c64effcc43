"""The rows of one trace as a model of Qt: a tree in the order of execution, or a flat list that is sorted."""

from dataclasses import dataclass

from PySide6.QtCore import QAbstractItemModel, QModelIndex, QObject, Qt

from explorer.features.layers.columns import COLUMNS, Facts, sort_key
from explorer.features.layers.rows import Row, build, flat, structure
from explorer.records import describe
from explorer.records.measures import Timing
from explorer.records.trace import Node, Trace
from explorer.window import format as fmt
from explorer.window.glossary import explain
from explorer.window.widgets.tables import PLAIN_ROLE, Index

_ANSWERED = {
    Qt.ItemDataRole.TextAlignmentRole,
    Qt.ItemDataRole.ToolTipRole,
    Qt.ItemDataRole.AccessibleTextRole,
    PLAIN_ROLE,
}
_OUTPUT = next(at for at, column in enumerate(COLUMNS) if column.id == "output")


@dataclass(frozen=True)
class Sorting:
    """By which column the rows are sorted, and in which direction."""

    column: int
    descending: bool


class LayerModel(QAbstractItemModel):
    """The rows; the pointer of an index is its row.

    Attributes:
        trace: What is shown; None for nothing.
        root: The invisible row over those that are shown.
        sorting: None for the order of execution.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.trace: Trace | None = None
        self.root = self._tree = Row("")
        self.sorting: Sorting | None = None
        self._timing: Timing | None = None
        self._rows: list[Row] = []
        self._places: dict[int, Row] = {}

    # ---- what is shown ----

    def replace(self, trace: Trace | None) -> bool:
        """Take a trace, not timed yet; return False if its rows are those there were, which are to be painted anew."""
        if trace is not None and self.trace is not None and structure(trace) == structure(self.trace):
            self.trace, self._timing = trace, None
            for row in {*self._rows, *self._tree.walk()}:
                row.node = None if row.node is None else trace.nodes[row.node.id]
                row.nodes = [trace.nodes[node.id] for node in row.nodes]
                row.texts = row.searched = None
            return False
        self.beginResetModel()
        self.trace, self._tree, self._timing = trace, build(trace) if trace else Row(""), None
        self._arrange()
        self.endResetModel()
        return True

    def sort_by(self, sorting: Sorting | None) -> None:
        """Show a flat list of operations, sorted; None for the tree."""
        self.beginResetModel()
        self.sorting = sorting
        self._arrange()
        self.endResetModel()

    def set_timing(self, timing: Timing | None) -> bool:
        """Fill the column of times; None, or the timing of another trace, empties it. Tell whether it changed."""
        fits = timing is not None and self.trace is not None and len(timing.nodes) == len(self.trace.nodes)
        timing = timing if fits else None
        if timing is self._timing:
            return False
        self._timing = timing
        if self.sorting is not None and COLUMNS[self.sorting.column].id == "time":
            self.sort_by(self.sorting)
        else:
            self._repaint()
        return True

    def row_of(self, node: int) -> Row | None:
        """Return the row that stands for an operation."""
        return self._places.get(node)

    @property
    def rows(self) -> list[Row]:
        """All rows, in the order that is shown."""
        return self._rows

    def texts(self, column: int) -> set[str]:
        """Return all that a column says."""
        if self.trace is None:
            return set()
        facts = Facts(self.trace, self._timing)
        return {COLUMNS[column].text(row, facts) for row in self._rows if row.node is not None}

    def _arrange(self) -> None:
        self.root = self._tree
        if self.sorting is not None and self.trace is not None:
            self.root = Row("")
            rows, facts = flat(self._tree), Facts(self.trace, self._timing)
            key = sort_key(COLUMNS[self.sorting.column], facts)
            known = [row for row in rows if not key(row)[0]]
            known.sort(key=key, reverse=self.sorting.descending)
            for row in (*known, *(row for row in rows if key(row)[0])):
                self.root.add(row)
        self._rows = list(self.root.walk())
        self._places = {row.node.id: row for row in self._rows if row.node and not row.children}

    def _repaint(self) -> None:
        for row in self._rows:
            row.texts = None
        # One signal a branch: a view repaints only the branch that it is told of.
        last = len(COLUMNS) - 1
        for row in (self.root, *(row for row in self._rows if row.children)):
            if row.children:
                self.dataChanged.emit(
                    self.createIndex(0, 0, row.children[0]),
                    self.createIndex(len(row.children) - 1, last, row.children[-1]),
                )

    # ---- as Qt sees it ----

    def row(self, index: Index) -> Row:
        """Return the row of an index; the invisible root for none."""
        return index.internalPointer() if index.isValid() else self.root

    def index_of(self, row: Row, column: int = 0) -> QModelIndex:
        """Return the index of a row."""
        return QModelIndex() if row is self.root else self.createIndex(row.position, column, row)

    def index(self, row: int, column: int, parent: Index = QModelIndex()) -> QModelIndex:  # noqa: B008
        """Return the index of a child."""
        children = self.row(parent).children
        inside = 0 <= row < len(children) and 0 <= column < len(COLUMNS)
        return self.createIndex(row, column, children[row]) if inside else QModelIndex()

    def parent(self, index: Index) -> QModelIndex:  # type: ignore[override]
        """Return the index of the group around a row."""
        above = self.row(index).parent
        return QModelIndex() if above is None else self.index_of(above)

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        """Return the number of rows in a group."""
        return 0 if parent.column() > 0 else len(self.row(parent).children)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        """Return the number of columns."""
        return len(COLUMNS)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = 0) -> object:
        """Return the heading of a column, what it says, and how it is set."""
        if orientation is not Qt.Orientation.Horizontal or not 0 <= section < len(COLUMNS):
            return None
        column = COLUMNS[section]
        if role == Qt.ItemDataRole.ToolTipRole:
            parts = (f"{column.tip}; click to sort", explain(column.term))
            return fmt.tip("\n".join(part for part in parts if part))
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return alignment(section)
        texts = {Qt.ItemDataRole.DisplayRole: column.title, PLAIN_ROLE: column.heading}
        return texts.get(role)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Return what a cell says."""
        if role == Qt.ItemDataRole.DisplayRole:
            return self.texts_of(self.row(index))[index.column()]
        if role not in _ANSWERED:
            return None
        row, column = self.row(index), index.column()
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return alignment(column)
        if role == Qt.ItemDataRole.ToolTipRole:
            return fmt.tip(self._tip(row))
        if role == PLAIN_ROLE:
            return self._plain(row, column)
        return self.texts_of(row)[column] or "nothing"

    def texts_of(self, row: Row) -> tuple[str, ...]:
        """Return what each column says of a row."""
        if row.texts is None:
            row.texts = self._write(row)
        return row.texts

    def _write(self, row: Row) -> tuple[str, ...]:
        if row.error or row.node is None or self.trace is None:
            return (row.name, *[""] * (len(COLUMNS) - 1))
        facts = Facts(self.trace, self._timing)
        return tuple(column.text(row, facts) for column in COLUMNS)

    def _plain(self, row: Row, column: int) -> str:
        if row.error or row.node is None or self.trace is None:
            return row.name if column == 0 else ""
        value = COLUMNS[column].plain(row, Facts(self.trace, self._timing))
        return "" if value is None else str(value)

    def _tip(self, row: Row) -> str:
        if row.error:
            return f"{row.error.name}\nThe forward pass stopped here: {row.error.told}"
        if row.children or row.node is None or self.trace is None:
            count = len(row.nodes)
            what = row.type or "not called itself"
            told = f"{row.path}\n{what}: {count:,} operation{'s' if count != 1 else ''}"
            made = self.texts_of(row)[_OUTPUT]
            return f"{told}\noutput: {made}" if made else told
        return _describe(row.node, self.trace)


def alignment(column: int) -> Qt.AlignmentFlag:
    """Return how a column is set: numbers and the output to the right."""
    right = COLUMNS[column].is_number or COLUMNS[column].id == "output"
    side = Qt.AlignmentFlag.AlignRight if right else Qt.AlignmentFlag.AlignLeft
    return side | Qt.AlignmentFlag.AlignVCenter


def _describe(node: Node, trace: Trace) -> str:
    name = describe.author_name(node, trace)
    lines = [
        describe.sentence(node, trace),
        f"{node.person_name}: {name}" + ("" if name == node.op else f", {node.op}"),
    ]
    lines += [f"output: {fmt.shape(out.shape)} {out.dtype}, {fmt.bytes_(out.bytes)}" for out in node.outputs]
    if node.inputs:
        lines.append(
            "reads: " + ", ".join(trace.apart(trace.nodes[source].person_name) for source in node.inputs)
        )
    sizes = [f"{name} ({fmt.count(trace.parameter_sizes[name])})" for name in node.parameters]
    return "\n".join(lines + (["parameters: " + ", ".join(sizes)] if sizes else []))
