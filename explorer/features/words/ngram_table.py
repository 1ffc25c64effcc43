"""The winning n-gram of each filter, as a table that can be sorted, filtered by layer and copied."""

from PySide6.QtCore import (
    QModelIndex,
    QRegularExpression,
    QSortFilterProxyModel,
    Qt,
    Signal,
)
from PySide6.QtGui import QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QVBoxLayout, QWidget

from explorer.records.ngrams import NGram
from explorer.window import format as fmt
from explorer.window import theme
from explorer.window.format import number
from explorer.window.widgets.headings import add_sorting
from explorer.window.widgets.list_rows import ListBox
from explorer.window.widgets.tables import PLAIN_ROLE, Index, RowModel, add_copy, lay_rows, paint_hint

_SORT_ROLE = Qt.ItemDataRole.UserRole
_LAYER, _FILTER, _TEXT, _ACTIVATION = range(4)
_COLUMNS = (
    ("Layer", "The convolution; its width is how many characters each of its filters sees"),
    ("Filter", "Number of the filter, from 0"),
    ("N-gram", "The characters that the filter sees where it answers most"),
    ("Output", "The filter's largest output over the word"),
)
_ALL = "All layers"
_LEAST_ROWS = 6  # in sight at once


class NGramModel(RowModel[NGram]):
    """One row a filter."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(_COLUMNS, parent)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Return a cell's text, its key for sorting, or its alignment."""
        ngram, column = self.rows[index.row()], index.column()
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return (ngram.layer, str(ngram.filter), ngram.text, number(ngram.activation))[column]
            case Qt.ItemDataRole.TextAlignmentRole if column in (_FILTER, _ACTIVATION):
                return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
            case _ if role == PLAIN_ROLE:
                return (ngram.layer, ngram.filter, ngram.text, ngram.activation)[column]
            case _ if role == _SORT_ROLE:
                return (ngram.layer, float(ngram.filter), ngram.text, ngram.activation)[column]
        return None


class NGramTable(QWidget):
    """The table, and above it the layer whose filters it shows.

    Signals:
        ngram_selected(object): The `NGram` that the person chose.
    """

    ngram_selected = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = NGramModel(self)
        self._sorted = QSortFilterProxyModel(self)
        self._sorted.setSourceModel(self._model)
        self._sorted.setSortRole(_SORT_ROLE)
        self._sorted.setFilterKeyColumn(_LAYER)
        self._silent = False
        self._layers = ListBox()
        self._layers.setObjectName("ngramLayer")
        self._layers.setAccessibleName("Layer of the filters")
        self._layers.setToolTip("Show the filters of one layer only")
        self._layers.activated.connect(self._on_layer_chosen)
        self._rows = _Rows(self._sorted)
        self._rows.selectionModel().currentRowChanged.connect(self._on_current_row_changed)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.SPACING // 2)
        column.addWidget(self._layers)
        column.addWidget(self._rows, 1)
        self.set_ngrams(())

    @property
    def rows(self) -> QTableView:
        """The table itself."""
        return self._rows

    @property
    def layers(self) -> ListBox:
        """The list of layers."""
        return self._layers

    def set_ngrams(self, ngrams: tuple[NGram, ...]) -> None:
        """Show the n-grams of one forward; sorting and chosen layer stay where they can."""
        chosen = self._layers.currentText()
        self._silent = True
        self._model.replace(ngrams)
        self._layers.clear()
        self._layers.addItems([_ALL, *dict.fromkeys(ngram.layer for ngram in ngrams)])
        self._layers.setCurrentIndex(max(self._layers.findText(chosen), 0))
        self._layers.setEnabled(bool(ngrams))
        self._on_layer_chosen()
        self._rows.divide_width()
        self._silent = False

    def select(self, ngram: NGram) -> None:
        """Select a row and bring it into sight, without telling of it."""
        index = self._sorted.mapFromSource(self._model.index(self._model.rows.index(ngram), 0))
        if not index.isValid():  # another layer's filters are shown
            self._layers.setCurrentIndex(0)
            self._on_layer_chosen()
            index = self._sorted.mapFromSource(self._model.index(self._model.rows.index(ngram), 0))
        if index.row() == self._rows.currentIndex().row():
            return
        self._silent = True
        self._rows.selectRow(index.row())
        self._silent = False
        self._rows.scrollTo(index)

    def _on_layer_chosen(self) -> None:
        layer = self._layers.currentText() if self._layers.currentIndex() > 0 else ""
        exactly = QRegularExpression.anchoredPattern(QRegularExpression.escape(layer))
        self._sorted.setFilterRegularExpression(exactly if layer else "")

    def _on_current_row_changed(self, current: QModelIndex) -> None:
        if current.isValid() and not self._silent:
            self.ngram_selected.emit(self._model.rows[self._sorted.mapToSource(current).row()])


class _Rows(QTableView):
    """A table that says what to do while it is empty."""

    def __init__(self, model: QSortFilterProxyModel) -> None:
        super().__init__()
        self.setObjectName("ngramView")
        self.setAccessibleName("Winning n-gram of each filter")
        self.setToolTip(
            fmt.tip(
                "For each filter the place in the word where it answers most. Click a row to mark it in the word\n"
                "and go to its layer, a heading to sort; Ctrl+C copies the selected rows."
            )
        )
        self.setModel(model)
        add_sorting(self)
        self.sortByColumn(_ACTIVATION, Qt.SortOrder.DescendingOrder)
        lay_rows(self)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setAlternatingRowColors(True)
        row = self.verticalHeader().defaultSectionSize()
        self.setMinimumHeight(self.horizontalHeader().sizeHint().height() + _LEAST_ROWS * row + 2)
        header = self.horizontalHeader()
        header.setMinimumSectionSize(4 * theme.SPACING)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        for column in (_FILTER, _ACTIVATION):
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.Fixed)
        self.divide_width()
        add_copy(self)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Divide another width."""
        super().resizeEvent(event)
        self.divide_width()

    def divide_width(self) -> None:
        """Give the numbers what they need, the texts the rest; in a narrow dock the outputs go, which sort the rows."""
        needs = [self._needed(column) for column in range(len(_COLUMNS))]
        self.setColumnHidden(_ACTIVATION, sum(needs) > self.viewport().width())
        for column in (_FILTER, _ACTIVATION):
            self.setColumnWidth(column, needs[column])

    def _needed(self, column: int) -> int:
        """Return the pixels at which neither the heading of a column nor one of its numbers is cut."""
        room, rows = self.fontMetrics().horizontalAdvance, range(self.model().rowCount())
        texts = (str(self.model().index(row, column).data()) for row in rows) if column == _ACTIVATION else ()
        longest = max(map(room, texts), default=0)
        return max(room(_COLUMNS[column][0]) + 3 * theme.SPACING, longest + 2 * theme.SPACING)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the rows, or what would be here."""
        super().paintEvent(event)
        if not self.model().rowCount():
            paint_hint(self, "The winning n-gram of each filter comes with the next word.")
