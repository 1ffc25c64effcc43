"""The button that names the current model, and its popup: all models, searchable and sortable."""

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import (
    QAbstractTableModel,
    QEvent,
    QModelIndex,
    QObject,
    QPoint,
    QRect,
    QSize,
    QSortFilterProxyModel,
    Qt,
    Signal,
)
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QApplication,
    QFrame,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QLineEdit,
    QPushButton,
    QStyle,
    QStyleOptionToolButton,
    QStylePainter,
    QTableView,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from explorer.records.models import LoadedModel, ModelEntry, WeightsStatus
from explorer.ui import format as fmt
from explorer.ui import theme
from explorer.ui.theme import SPACING
from explorer.ui.views.predictions import Index, add_copy, paint_hint

_COLUMNS = {
    "Name": "Name within its source.",
    "Source": "Where the architecture comes from.",
    "Family": "The family of networks that it belongs to.",
    "Year": "Year of publication.",
    "Params": "Number of parameters.",
    "GMACs": "Billions of multiply-accumulates for one image at the default size.",
    "Top-1 %": "Published ImageNet-1k accuracy of the pretrained weights.",
    "Weights": "Where pretrained weights are; a model without any runs with random ones.",
}
_WIDEST = (
    "efficientnet_lite0_wide_in22k",
    "torchvision ",
    "EfficientNetV2-L",
    "2024 M",
    "44.4 MM",
    "GMACs M",
    "Top-1 %M",
    "downloadable M",
)
_NUMBERS = range(3, 7)
_PRETRAINED, _RANDOM = "pretrained", "random weights"
_HEIGHT = 60 * SPACING
_MOVES = {Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown}
_ENTERS = {Qt.Key.Key_Return, Qt.Key.Key_Enter}


def _texts(entry: ModelEntry) -> tuple[str, ...]:
    return (
        entry.name,
        entry.source,
        entry.family,
        fmt.UNKNOWN if entry.year is None else str(entry.year),
        fmt.count(entry.params),
        fmt.UNKNOWN if entry.macs is None else f"{entry.macs / 1e9:.2f}",
        fmt.UNKNOWN if entry.top1 is None else f"{entry.top1:.1f}",
        fmt.UNKNOWN if entry.weights is None else entry.weights.value,
    )


def _keys(entry: ModelEntry) -> tuple[Any, ...]:
    names = (entry.name.lower(), entry.source, entry.family.lower())
    return (*names, entry.year, entry.params, entry.macs, entry.top1, entry.weights)


class _Row:
    """A model: its texts and sort keys per column, and all that a search looks into."""

    def __init__(self, entry: ModelEntry) -> None:
        self.entry = entry
        self.texts = _texts(entry)
        self.keys = _keys(entry)
        self.searched = " ".join((*self.texts[:4], entry.full_name)).lower()


class _Entries(QAbstractTableModel):
    """One row a model, in the order of the catalogue until sorted."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.rows: list[_Row] = []

    def replace(self, entries: tuple[ModelEntry, ...]) -> None:
        self.beginResetModel()
        self.rows = [_Row(entry) for entry in entries]
        self.endResetModel()

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Sort by a column, what is unknown last either way."""
        self.layoutAboutToBeChanged.emit()
        marked = [(index, self.rows[index.row()]) for index in self.persistentIndexList()]
        known = [row for row in self.rows if row.keys[column] is not None]
        unknown = [row for row in self.rows if row.keys[column] is None]
        known.sort(key=lambda row: row.keys[column], reverse=order == Qt.SortOrder.DescendingOrder)
        self.rows = known + unknown
        places = {row: place for place, row in enumerate(self.rows)}
        for index, row in marked:
            self.changePersistentIndex(index, self.index(places[row], index.column()))
        self.layoutChanged.emit()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(_COLUMNS)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> object:
        if role == Qt.ItemDataRole.DisplayRole and orientation == Qt.Orientation.Horizontal:
            return list(_COLUMNS)[section]
        if role == Qt.ItemDataRole.ToolTipRole and orientation == Qt.Orientation.Horizontal:
            return list(_COLUMNS.values())[section]
        return _alignment(section) if role == Qt.ItemDataRole.TextAlignmentRole else None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        row = self.rows[index.row()]
        text = row.texts[index.column()]
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return text
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(index.column())
        if role == Qt.ItemDataRole.ToolTipRole:
            return row.entry.full_name
        if role == Qt.ItemDataRole.ForegroundRole and text in (fmt.UNKNOWN, WeightsStatus.NONE.value):
            return QColor(theme.current().muted)
        return None


def _alignment(column: int) -> Qt.AlignmentFlag:
    side = Qt.AlignmentFlag.AlignRight if column in _NUMBERS else Qt.AlignmentFlag.AlignLeft
    return side | Qt.AlignmentFlag.AlignVCenter


class _Matches(QSortFilterProxyModel):
    """The models that hold every word of the search."""

    def __init__(self, entries: _Entries) -> None:
        super().__init__(entries)
        self._entries = entries
        self._words: list[str] = []
        self.setSourceModel(entries)

    def search(self, text: str) -> None:
        self.beginFilterChange()
        self._words = text.lower().split()
        self.endFilterChange()

    def entry(self, row: int) -> ModelEntry:
        return self._entries.rows[self.mapToSource(self.index(row, 0)).row()].entry

    def row_of(self, name: str) -> int:
        """Return the row of the model of that name or full name; -1 if it is not among the matches."""
        for place, row in enumerate(self._entries.rows):
            if name in (row.entry.full_name, row.entry.name):
                index = self.mapFromSource(self._entries.index(place, 0))
                if index.isValid():
                    return index.row()
        return -1

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Have the rows below sorted: Qt's own way would call back for each pair, 100 ms in all."""
        if column >= 0:
            self._entries.sort(column, order)

    def filterAcceptsRow(self, source_row: int, source_parent: Index) -> bool:  # noqa: ARG002
        searched = self._entries.rows[source_row].searched
        return all(word in searched for word in self._words)


class _Table(QTableView):
    """The rows, all of one height, with a hint while there are none."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.hint = ""
        self.setAccessibleName("Models")
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.verticalHeader().hide()
        # Sizes are set once: measuring the cells of a thousand rows would take longer than a person waits.
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.verticalHeader().setDefaultSectionSize(self.fontMetrics().height() + SPACING)
        self.horizontalHeader().setHighlightSections(False)
        self.horizontalHeader().setStretchLastSection(True)
        add_copy(self)

    def set_widths(self) -> None:
        """Give each column room for a long text, and the table room for all columns."""
        widths = [self.fontMetrics().horizontalAdvance(text) + 2 * SPACING for text in _WIDEST]
        for column, width in enumerate(widths):
            self.setColumnWidth(column, width)
        self.setMinimumWidth(
            sum(widths) + self.verticalScrollBar().sizeHint().width() + 2 * self.frameWidth()
        )

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if not self.model().rowCount():
            paint_hint(self, self.hint)


class _Popup(QFrame):
    """Search field, table and buttons.

    Signals:
        chosen: The person wants the model of this full name.
        download_requested: The person wants its pretrained weights.
        file_requested: The person wants to open a Python file.
    """

    chosen = Signal(str)
    download_requested = Signal(str)
    file_requested = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self.entries = _Entries(self)
        self.matches = _Matches(self.entries)
        self.search = self._make_search()
        self.table = _Table(self)
        self.table.setModel(self.matches)
        self.table.setSortingEnabled(True)
        self.table.horizontalHeader().setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
        self.table.set_widths()
        self.table.doubleClicked.connect(self._choose)
        self.table.selectionModel().currentRowChanged.connect(self._on_current_changed)
        self.count = QLabel()
        self.count.setProperty("role", "muted")
        self.notes = QLabel(wordWrap=True)
        self.notes.setProperty("role", "muted")
        self.notes.hide()
        self.use = self._button("&Use model", "Load the marked model (Enter, double click)", self._choose)
        self.download = self._button("&Download weights", "Fetch its pretrained weights", self._on_download)
        self.file = self._button("&Open Python file…", "Use a model of your own", self._on_open_file)
        self._lay_out()

    def _make_search(self) -> QLineEdit:
        field = QLineEdit(placeholderText="Search: resnet 2015, vit imagenet21k, timm mobilenet …")
        field.setObjectName("modelSearch")
        field.setAccessibleName("Search models")
        field.setToolTip(
            "Words in any order, found in name, source, family and year. Enter uses the marked model."
        )
        field.setClearButtonEnabled(True)
        field.textChanged.connect(self._on_search)
        field.installEventFilter(self)
        return field

    def _button(self, text: str, tip: str, on_click: Callable[[], None]) -> QPushButton:
        button = QPushButton(text)
        button.setToolTip(tip)
        button.setAutoDefault(True)
        button.clicked.connect(on_click)
        return button

    def _lay_out(self) -> None:
        top = QHBoxLayout()
        top.addWidget(self.search, 1)
        top.addWidget(self.count)
        bottom = QHBoxLayout()
        bottom.addWidget(self.file)
        bottom.addWidget(self.notes, 1)
        bottom.addStretch()
        bottom.addWidget(self.download)
        bottom.addWidget(self.use)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(SPACING, SPACING, SPACING, SPACING)
        layout.setSpacing(SPACING)
        layout.addLayout(top)
        layout.addWidget(self.table)
        layout.addLayout(bottom)
        self._refresh()

    def replace(self, entries: tuple[ModelEntry, ...], notes: tuple[str, ...], hint: str) -> None:
        kept = self.current_entry()
        self.entries.replace(entries)
        self.table.hint = hint
        self.notes.setText("\n".join(notes))
        self.notes.setVisible(bool(notes))
        self.mark(kept.full_name if kept else "")
        self._refresh()

    def mark(self, name: str) -> None:
        """Make the model of that name the current row, else the first one."""
        row = max(0, self.matches.row_of(name)) if name else 0
        self.table.setCurrentIndex(self.matches.index(row, 0))
        if self.table.isVisible():
            self.table.scrollTo(self.table.currentIndex(), QAbstractItemView.ScrollHint.PositionAtCenter)

    def current_entry(self) -> ModelEntry | None:
        index = self.table.currentIndex()
        return self.matches.entry(index.row()) if index.isValid() else None

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress and watched is self.search:
            if event.key() in _MOVES:
                QApplication.sendEvent(self.table, event)
                return True
            if event.key() in _ENTERS:
                self._choose()
                return True
        return super().eventFilter(watched, event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in _ENTERS:
            self._choose()
        elif event.key() == Qt.Key.Key_Escape:
            self.hide()
        else:
            super().keyPressEvent(event)

    def _on_search(self, text: str) -> None:
        self.matches.search(text)
        if self.entries.rows:
            self.table.hint = f"No model matches “{text.strip()}”. Search for fewer or shorter words."
        self.mark(text.strip().lower())
        self._refresh()

    def _on_current_changed(self, current: QModelIndex, previous: QModelIndex) -> None:  # noqa: ARG002
        self._refresh()

    def _choose(self) -> None:
        if entry := self.current_entry():
            self.hide()
            self.chosen.emit(entry.full_name)

    def _on_download(self) -> None:
        if entry := self.current_entry():
            self.hide()
            self.download_requested.emit(entry.full_name)

    def _on_open_file(self) -> None:
        self.hide()
        self.file_requested.emit()

    def _refresh(self) -> None:
        entry = self.current_entry()
        self.use.setEnabled(entry is not None)
        self.download.setEnabled(entry is not None and entry.weights == WeightsStatus.DOWNLOADABLE)
        shown, known = self.matches.rowCount(), len(self.entries.rows)
        self.count.setText(f"{known:,} models" if shown == known else f"{shown:,} of {known:,} models")


class ModelPicker(QToolButton):
    """Names the model and what its weights are; a click opens the list of all models.

    Signals:
        model_chosen: The full name of the model to load.
        download_requested: The full name of the model whose pretrained weights to fetch.
        file_requested: The person wants to open a Python file of their own.
    """

    model_chosen = Signal(str)
    download_requested = Signal(str)
    file_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("modelPicker")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._name = ""
        self._badge = ""
        self._current = ""
        self._popup = _Popup(self)
        self._popup.chosen.connect(self.model_chosen)
        self._popup.download_requested.connect(self.download_requested)
        self._popup.file_requested.connect(self.file_requested)
        self.clicked.connect(self.open_popup)
        self.set_listing()
        self.set_model(None)

    def set_listing(self) -> None:
        """Say that the catalogue is on its way."""
        self._popup.replace((), (), "Listing models…")

    def set_catalogue(self, entries: tuple[ModelEntry, ...], notes: tuple[str, ...] = ()) -> None:
        """Show all models, and a line for each source that could not be listed."""
        self._popup.replace(entries, notes, "No models were found.")

    def set_model(self, model: LoadedModel | None) -> None:
        """Name the model that is loaded; None if there is none."""
        self._name = model.entry.name if model else "Choose a model"
        self._badge = _badge(model) if model else ""
        self._current = model.entry.full_name if model else ""
        self.setText(f"{self._name}  {self._badge}".rstrip())
        self.setAccessibleName(f"Model: {self._current}, {self._badge}" if model else "Choose a model")
        self.setToolTip(_describe(model) if model else "Choose a model (Ctrl+K)")
        self.updateGeometry()
        self.update()

    def open_popup(self) -> None:
        """Open the list below the button, the loaded model marked, the search field ready for typing."""
        popup = self._popup
        popup.setGeometry(self._place())
        popup.search.setText("")
        popup.show()
        popup.mark(self._current)
        popup.search.setFocus(Qt.FocusReason.PopupFocusReason)

    def close_popup(self) -> None:
        """Close the list."""
        self._popup.hide()

    def sizeHint(self) -> QSize:
        """Return room for name, badge and arrow."""
        metrics = self.fontMetrics()
        texts = metrics.horizontalAdvance(self._name) + metrics.horizontalAdvance(self._badge)
        return QSize(texts + 7 * SPACING, metrics.height() + 3 * SPACING // 2)

    def minimumSizeHint(self) -> QSize:
        """Return the size hint: the badge must always be seen."""
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        """Paint the button, the name, the badge as a pill, and an arrow."""
        painter = QStylePainter(self)
        option = QStyleOptionToolButton()
        self.initStyleOption(option)
        option.text = ""
        painter.drawComplexControl(QStyle.ComplexControl.CC_ToolButton, option)
        area = self.rect().adjusted(SPACING, 0, -SPACING, 0)
        painter.setPen(QColor(theme.current().text))
        painter.drawText(area, Qt.AlignmentFlag.AlignVCenter, self._name)
        area.setLeft(area.left() + self.fontMetrics().horizontalAdvance(self._name) + SPACING)
        if self._badge:
            self._paint_badge(painter, area)
        option.rect = QRect(self.width() - 5 * SPACING // 2, 0, SPACING, self.height())
        painter.drawPrimitive(QStyle.PrimitiveElement.PE_IndicatorArrowDown, option)

    def _paint_badge(self, painter: QPainter, area: QRect) -> None:
        tokens = theme.current()
        colour = QColor({_PRETRAINED: tokens.ok, _RANDOM: tokens.warning}.get(self._badge, tokens.muted))
        metrics = self.fontMetrics()
        height = metrics.height() + SPACING // 4
        pill = QRect(area.left(), 0, metrics.horizontalAdvance(self._badge) + 2 * SPACING, height)
        pill.moveTop((self.height() - height) // 2)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(colour)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(pill, height / 2, height / 2)
        painter.drawText(pill, Qt.AlignmentFlag.AlignCenter, self._badge)

    def _place(self) -> QRect:
        """Return where the popup goes: below the button, within the screen."""
        screen = self.screen().availableGeometry()
        size = QSize(
            min(110 * self.fontMetrics().averageCharWidth(), screen.width()), min(460, screen.height())
        )
        corner = self.mapToGlobal(QPoint(0, self.height()))
        place = QRect(corner, size)
        place.moveRight(min(place.right(), screen.right()))
        place.moveBottom(min(place.bottom(), screen.bottom()))
        place.moveLeft(max(place.left(), screen.left()))
        return place


def _badge(model: LoadedModel) -> str:
    if model.pretrained:
        return _PRETRAINED
    # A file of the user's own is not published knowledge, but neither is it chance.
    return _RANDOM if model.weights.startswith("random") else model.weights


def _describe(model: LoadedModel) -> str:
    lines = [
        f"{model.entry.full_name} on {model.device}",
        f"weights: {model.weights}, {fmt.bytes_(model.weight_bytes)}, {fmt.count(model.params)} parameters",
        *model.notes,
        "Choose another model (Ctrl+K)",
    ]
    return "\n".join(lines)
