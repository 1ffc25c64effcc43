"""The executed network as a tree: modules as branches, operations as leaves, in the order they ran."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager

from PySide6.QtCore import QEvent, QItemSelection, QItemSelectionModel, QModelIndex, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPalette, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTreeView,
    QWidget,
)

from explorer.features.layers.columns import COLUMNS
from explorer.features.layers.following import Following
from explorer.features.layers.hidden import HiddenSign
from explorer.features.layers.model import LayerModel, Sorting
from explorer.features.layers.row_painter import HEIGHT, RowPainter
from explorer.features.layers.rows import Row
from explorer.records.measures import Timing
from explorer.records.trace import Trace
from explorer.window import theme
from explorer.window.keys import LEAVES_SPACE
from explorer.window.search import Query
from explorer.window.widgets.headings import ARROW, SortHeadings
from explorer.window.widgets.tables import Index, add_copy, end_on_whole_rows, paint_hint

_KERNEL, _OUTPUT = 1, 2  # places of these columns
_FEW_ROWS = 60
_LEAST_NAME, _NAME_OF_MANY = 12 * theme.SPACING, 17 * theme.SPACING
_WISHED = 40 * theme.SPACING
_LEAST_WITH_OUTPUT = 260  # pixels of a tree that has room for the output
_MOST = 15 * theme.SPACING  # pixels of another column than that of names
_MOST_KERNEL = 9 * theme.SPACING


EMPTY = "The layers appear here."


class LayerTree(QTreeView):
    """The layers of a trace.

    Attributes:
        hint: What stands here while there is none.

    Signals:
        node_selected: The person selected the operation of this id; of a module, its last one.
        failure_selected: The person selected the row that says where the forward pass stopped.
        sorted_by: In words, by what the rows are sorted now; empty for the order of execution.
    """

    node_selected = Signal(int)
    failure_selected = Signal()
    sorted_by = Signal(str)

    hint = EMPTY

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("layerTree")
        self.setAccessibleName("Layers")
        self.setAccessibleDescription("The executed network; select an operation to see its output")
        self.layers = LayerModel(self)
        self._following = Following(self, self.layers)
        self._query = Query()
        self._has_hits = False
        self._shown: frozenset[str] = frozenset({COLUMNS[_OUTPUT].id})
        self._node: int | None = None
        self._module = ""  # of the current row, if it is one that was picked
        self._quiet = False
        self.setModel(self.layers)
        self.setItemDelegate(_Height(self))
        self.setUniformRowHeights(True)
        end_on_whole_rows(self, HEIGHT)
        self.setFrameShape(self.Shape.NoFrame)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)  # columns do not jump
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setIndentation(3 * theme.SPACING // 2)
        self.setProperty(LEAVES_SPACE, True)  # it plays
        self._dress()
        self._set_up_header()
        add_copy(self)

    def _set_up_header(self) -> None:
        header = SortHeadings(self)
        self.setHeader(header)
        header.setSectionsClickable(
            True
        )  # the tree takes that from a heading that it does not sort by itself
        header.setStretchLastSection(False)
        header.setSectionsMovable(False)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        header.setAccessibleName("Columns of the tree")
        for number, column in enumerate(COLUMNS):
            self.setColumnWidth(number, self.fontMetrics().horizontalAdvance(column.widest) + theme.SPACING)
            self.setColumnHidden(number, column.optional and column.id not in self._shown)
        header.sectionClicked.connect(self.turn_order)
        self.hidden_sign = HiddenSign(header, COLUMNS[_OUTPUT].title)

    # ---- what is shown ----

    def set_trace(self, trace: Trace | None) -> None:
        """Show a trace, not timed yet; if it has the rows of the one before, what is expanded and selected stays."""
        with self._silence():
            is_new = self.layers.replace(trace)
        if not is_new and self.layers.sorting is None:
            if self._query:  # other facts may answer to it
                self._filter_rows()
            self._fit_columns()
            self.viewport().update()
            return
        self._fit_columns()
        if not is_new:
            self._sort(self.layers.sorting)
            return
        self._node = None
        self._filter_rows()
        self._arrange()
        if (error := self._span_error()) is not None:
            self.scrollTo(self.layers.index_of(error))

    def _span_error(self) -> Row | None:
        """Give the row that says where the forward pass stopped all columns; return it, if there is one."""
        rows = self.layers.root.children
        if not rows or rows[-1].error is None:
            return None
        self.setFirstColumnSpanned(rows[-1].position, QModelIndex(), True)
        return rows[-1]

    def set_timing(self, timing: Timing | None) -> None:
        """Fill the column of times; None, or the timing of another trace, empties it."""
        with self._silence():
            is_changed = self.layers.set_timing(timing)
        if is_changed:  # every step comes by here, and to fit the columns reads all rows
            self._fit_columns()

    def show_columns(self, ids: Collection[str]) -> None:
        """Show these of the optional columns, beside those that are always there."""
        if self._shown == frozenset(ids):
            return
        self._shown = frozenset(ids)
        for number, column in enumerate(COLUMNS):
            if column.optional:
                self.setColumnHidden(number, column.id not in ids)
        self._fit_columns()

    def select_node(self, node: int, is_of_module: bool = True) -> None:
        """Select the row of an operation and have it in sight, its modules open; says nothing about it.

        The row of a module that the person chose stays selected for its last operation, if `is_of_module`.
        """
        row = self.layers.row_of(node)
        if row is None:
            return
        is_left = bool(self._module) and not is_of_module
        if self._node != node or is_left or not self.selectionModel().hasSelection():
            is_step, before = self._node is not None and abs(self._node - node) == 1, self._following.place()
            self._node, self._module = node, ""
            with self._silence():
                self._choose(row)
            self._reveal(before, is_step)

    @property
    def module(self) -> str:
        """What the current row is called, if it is a module of several operations; empty for an operation."""
        return self._module

    def select_first(self) -> bool:
        """Select the first operation that answers to the filter, as a person would; False if there is none."""
        hit = next(
            (row for row in self.layers.rows if row.node and not row.children and self._is_shown(row)), None
        )
        if hit is not None:
            self._choose(hit)
            self._reveal()
        return hit is not None

    def _choose(self, row: Row) -> None:
        flag = QItemSelectionModel.SelectionFlag
        self.setAutoScroll(False)  # it would bring the row to an edge
        self.selectionModel().setCurrentIndex(self.layers.index_of(row), flag.ClearAndSelect | flag.Rows)
        self.setAutoScroll(True)

    def _reveal(self, before: int | None = None, is_step: bool = False) -> None:
        """Bring the current row in sight; see `Following`."""
        across = self.horizontalScrollBar().value()
        self._following.reveal(before, is_step)
        self.horizontalScrollBar().setValue(across)

    # ---- filter and order ----

    def filter(self, text: str) -> None:
        """Show only operations that have every word of `text`, and their modules.

        Where no operation has them, the modules that have show all that is in them.
        """
        self._query = Query(text)
        self._filter_rows()
        self._arrange()
        self.viewport().update()

    def _filter_rows(self) -> None:
        matched = not self._query
        self._has_hits = self._show_matches(self.layers.root, matched, modules=False)
        if not self._has_hits:
            self._has_hits = self._show_matches(self.layers.root, matched, modules=True)

    def _show_matches(self, row: Row, matched: bool, modules: bool) -> bool:
        found = matched
        trace, parent = self.layers.trace, self.layers.index_of(row)
        for child in row.children:
            hit = matched or (
                trace is not None
                and (modules or not child.children)
                and self._query.finds(child.words(trace))
            )
            visible = self._show_matches(child, hit, modules)
            if self.isRowHidden(child.position, parent) == visible:
                self.setRowHidden(child.position, parent, not visible)
            found = found or visible
        return found

    def _is_shown(self, row: Row) -> bool:
        return row.parent is not None and not self.isRowHidden(row.position, self.layers.index_of(row.parent))

    def _arrange(self) -> None:
        """Open what matches the filter, or without one what is worth seeing at first."""
        self._following.forget()
        if self._query or len(self.layers.rows) < _FEW_ROWS:
            self.expandAll()
        else:
            self.collapseAll()
            self.expandToDepth(0)
        if self.currentIndex().isValid():
            self._reveal()

    def turn_order(self, column: int) -> None:
        """Sort by a column, numbers from the greatest; then the other way round; then as they were executed again."""
        first = COLUMNS[column].is_number or COLUMNS[column].id == "output"
        before = self.layers.sorting
        if before is None or before.column != column:
            sorting: Sorting | None = Sorting(column, first)
        else:
            sorting = Sorting(column, not first) if before.descending == first else None
        self._sort(sorting)

    def restore_order(self) -> None:
        """Show the tree again, in the order of execution."""
        self._sort(None)

    def _sort(self, sorting: Sorting | None) -> None:
        node, self._node = self._node, None
        with self._silence():
            self.layers.sort_by(sorting)
        order = (
            Qt.SortOrder.DescendingOrder if sorting and sorting.descending else Qt.SortOrder.AscendingOrder
        )
        self.header().setSortIndicatorShown(sorting is not None)
        self.header().setSortIndicator(sorting.column if sorting else -1, order)
        self._filter_rows()
        self._arrange()
        self._span_error()
        if node is not None:
            self.select_node(node)
        self.sorted_by.emit("" if sorting is None else _order_text(sorting))

    # ---- what the person does ----

    def selectionChanged(self, selected: QItemSelection, deselected: QItemSelection) -> None:
        """Tell whoever listens if the person selected another operation."""
        super().selectionChanged(selected, deselected)
        self._report()

    def currentChanged(self, current: QModelIndex, previous: QModelIndex) -> None:  # type: ignore[override]
        """Tell whoever listens if the person selected another operation."""
        super().currentChanged(current, previous)
        self._report()

    def _report(self) -> None:
        # The mouse moves the current row before it selects, the keyboard after: report when both agree.
        current = self.currentIndex()
        if self._quiet or not self.selectionModel().isRowSelected(current.row(), current.parent()):
            return
        row = self.layers.row(current)
        if row.node is not None and (row.node.id, row.module) != (self._node, self._module):
            self._node, self._module = row.node.id, row.module
            self.node_selected.emit(row.node.id)
        elif row.error is not None and self._node is not None:
            self._node = None
            self.failure_selected.emit()

    @contextmanager
    def _silence(self) -> Iterator[None]:
        self._quiet, before = True, self._quiet
        try:
            yield
        finally:
            self._quiet = before

    # ---- looks ----

    def drawRow(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Paint a row."""
        row = self.layers.row(index)
        self._row_painter.paint(painter, option.rect, row, self.layers.texts_of(row), option.state)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the rows, or what to do while there are none."""
        selected = {self.layers.row(it) for it in self.selectionModel().selectedRows()}
        self._row_painter = RowPainter(self, selected)
        super().paintEvent(event)
        trace = self.layers.trace
        if trace is None:
            paint_hint(self, self.hint)
        elif self._query and not self._has_hits:
            name = trace.model.rpartition(":")[2]
            paint_hint(self, f"No layer of {name} matches “{self._query.text}”; Esc in the filter clears it.")

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Give the names the room that the other columns leave."""
        super().resizeEvent(event)
        self._fit_name()

    def _fit_columns(self) -> None:
        """Give each column but that of names as much room as its longest text and its heading take."""
        for number, column in enumerate(COLUMNS):
            if number and (not column.optional or column.id in self._shown):
                most = _MOST_KERNEL if number == _KERNEL else _MOST
                self.setColumnWidth(number, min(self._width_of(number), most))
        self._fit_name()

    @property
    def wished_width(self) -> int:
        """The pixels that it would like: what does for the usual columns, and for each that was added its own."""
        added = [
            column for column in COLUMNS if column.optional and column.id in self._shown and column.is_number
        ]
        widths = (self.fontMetrics().horizontalAdvance(it.widest) + 2 * theme.SPACING for it in added)
        return _WISHED + sum(widths)

    def _width_of(self, number: int) -> int:
        metrics, style = self.fontMetrics(), self.style()
        margin = style.pixelMetric(QStyle.PixelMetric.PM_HeaderMargin, None, self)
        heading = metrics.horizontalAdvance(COLUMNS[number].title) + 2 * ARROW + 2 * margin
        widest = max((metrics.horizontalAdvance(text) for text in self.layers.texts(number)), default=0)
        return max(widest + theme.SPACING + 2, heading)

    def _fit_name(self) -> None:
        """Give the names what the other columns leave; in a narrow tree the output goes, and a sign says so."""
        is_narrow = self.width() < _LEAST_WITH_OUTPUT
        is_wanted = COLUMNS[_OUTPUT].id in self._shown
        self.setColumnHidden(_OUTPUT, is_narrow or not is_wanted)
        self.hidden_sign.setVisible(is_narrow and is_wanted)
        header = self.header()
        others = sum(header.sectionSize(k) for k in range(1, header.count()) if not header.isSectionHidden(k))
        room = self.viewport().width() - others
        self.setColumnWidth(0, room if room >= _LEAST_NAME else _NAME_OF_MANY)  # under a scroll bar

    def changeEvent(self, event: QEvent) -> None:
        """Follow the theme."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._dress()

    def _dress(self) -> None:
        """Tint what is selected in the lighter of the accents; the text stays as it is."""
        tokens, palette = theme.current(), self.palette()
        if palette.color(QPalette.ColorRole.Highlight) != QColor(tokens.accent_ground):
            palette.setColor(QPalette.ColorRole.Highlight, QColor(tokens.accent_ground))
            palette.setColor(QPalette.ColorRole.HighlightedText, QColor(tokens.text))
            self.setPalette(palette)


def _order_text(sorting: Sorting) -> str:
    """Return by what and from which end rows are sorted."""
    column = COLUMNS[sorting.column]
    if not column.is_number and column.id != "output":
        return f"Sorted by {column.title.lower()}, {'Z to A' if sorting.descending else 'A to Z'}"
    title = column.title if column.title.isupper() or column.id in ("macs", "flops") else column.title.lower()
    return f"Sorted by {title}, {'largest' if sorting.descending else 'smallest'} first"


class _Height(QStyledItemDelegate):
    """Gives all rows one height; what stands in them the tree paints itself."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """Return the width that a cell would like, and the height of all."""
        return QSize(super().sizeHint(option, index).width(), HEIGHT)
