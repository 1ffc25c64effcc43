"""The table of all models, and the model below it that is searched and sorted."""

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import QSortFilterProxyModel, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from explorer.features.models import twins
from explorer.features.models.twins import Twin
from explorer.records.models import ModelEntry, VisionTask, WeightsStatus
from explorer.records.names import plain
from explorer.window import format as fmt
from explorer.window import theme
from explorer.window.theme import SPACING
from explorer.window.widgets.tables import PLAIN_ROLE, Index, RowModel, add_copy, lay_rows, paint_hint

_COLUMNS = {
    "Name": "Name within its source.",
    "Source": "Where its code comes from: zoo, written here to be read; torchvision and timm, PyTorch's and Ross "
    "Wightman's collections; transformers, Hugging Face's.",
    "Task": "What the network is for.",
    "Family": "The family of networks that it belongs to.",
    "Year": "Year of publication.",
    "Params": "Number of parameters.",
    "GMACs": "Billions of multiply-accumulates for one image at the default size.",
    "Top-1 %": "Published ImageNet-1k accuracy of the pretrained weights.",
    "Weights": "Where pretrained weights are; a model without any runs with random ones.",
}
_PLAIN = ("name", "source", "task", "family", "year", "parameters", "MACs", "top-1 percent", "weights")
_WIDEST = (
    "efficientnet_lite0_wide_in22k",
    "torchvision  see zoo ",
    "video classification ",
    "EfficientNetV2-L",
    "2024 M",
    "44.4 MM",
    "GMACs M",
    "Top-1 %M",
    "downloadable M",
)
_FIRST_TO_GO = ("Family", "GMACs", "Year", "Task")
_NUMBERS = range(4, 8)
_SOURCE = 1
_TASKS = {
    VisionTask.INSTANCES: "detection, masks",
    VisionTask.KEYPOINTS: "keypoints",
    VisionTask.QUANTISED: "quantised",
}  # in fewer words than the whole
WORD_ROLE = Qt.ItemDataRole.UserRole
"""Under which a cell tells the muted word after its text."""


def _texts(entry: ModelEntry) -> tuple[str, ...]:
    return (
        entry.name,
        entry.source,
        _TASKS.get(entry.task, entry.task.value),
        entry.family,
        fmt.UNKNOWN if entry.year is None else str(entry.year),
        fmt.count(entry.params),
        fmt.UNKNOWN if entry.macs is None else f"{entry.macs / 1e9:.2f}",
        fmt.UNKNOWN if entry.top1 is None else f"{entry.top1:.1f}",
        fmt.UNKNOWN if entry.weights is None else entry.weights.value,
    )


def _plain(entry: ModelEntry) -> tuple[Any, ...]:
    names = (entry.name, entry.source, entry.task.value, entry.family)
    return (*names, entry.year, entry.params, entry.macs, entry.top1, entry.weights)


def _keys(entry: ModelEntry) -> tuple[Any, ...]:
    names = (entry.name.lower(), entry.source, entry.task.value, entry.family.lower())
    return (*names, entry.year, entry.params, entry.macs, entry.top1, entry.weights)


class _Row:
    """A model: its texts and sort keys per column, all that a search looks into, and which twin to take."""

    def __init__(self, entry: ModelEntry, twin: Twin | None) -> None:
        self.entry = entry
        self.word = twin.word if twin else ""
        counted = f"Its parameters are counted {entry.counted_with}." if entry.counted_with else ""
        lines = (plain(entry.full_name), entry.task.value, twin.tip if twin else counted)
        self.tip = "\n".join(line for line in lines if line)
        self.texts = _texts(entry)
        self.keys = _keys(entry)
        self.searched = " ".join((*self.texts[:5], entry.full_name, entry.task)).lower()


class ModelEntries(RowModel[_Row]):
    """One row a model, in the order of the catalogue until sorted, those whose weights are on disk first."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(_COLUMNS.items(), parent, plain=_PLAIN, alignment=_alignment)

    def show(self, entries: tuple[ModelEntry, ...], said: Mapping[str, Twin]) -> None:
        """Show other models, and what is said of those that have a twin, by full name."""
        self.replace([_Row(entry, said.get(entry.full_name)) for entry in twins.in_order(entries)])

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Sort by a column, what is unknown last either way."""
        self.layoutAboutToBeChanged.emit()
        marked = [(index, self.rows[index.row()]) for index in self.persistentIndexList()]
        known = [row for row in self.rows if row.keys[column] is not None]
        unknown = [row for row in self.rows if row.keys[column] is None]
        known.sort(key=lambda row: row.keys[column], reverse=order == Qt.SortOrder.DescendingOrder)
        self.rows = (*known, *unknown)
        places = {row: place for place, row in enumerate(self.rows)}
        for index, row in marked:
            self.changePersistentIndex(index, self.index(places[row], index.column()))
        self.layoutChanged.emit()

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Return the text of a cell, its alignment, its full name as a tooltip; what is unknown is muted."""
        row = self.rows[index.row()]
        text = row.texts[index.column()]
        if role == Qt.ItemDataRole.DisplayRole:
            return text
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{text}, {row.word}" if row.word and index.column() == _SOURCE else text
        if role == PLAIN_ROLE:
            plain = _plain(row.entry)[index.column()]
            return "" if plain is None else str(plain)
        if role == WORD_ROLE:
            return row.word if index.column() == _SOURCE else ""
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(index.column())
        if role == Qt.ItemDataRole.ToolTipRole:
            return fmt.tip(row.tip)
        if role == Qt.ItemDataRole.ForegroundRole and text in (fmt.UNKNOWN, WeightsStatus.NONE.value):
            return QColor(theme.current().muted)
        return None


def _alignment(column: int) -> Qt.AlignmentFlag:
    side = Qt.AlignmentFlag.AlignRight if column in _NUMBERS else Qt.AlignmentFlag.AlignLeft
    return side | Qt.AlignmentFlag.AlignVCenter


class ModelMatches(QSortFilterProxyModel):
    """The models that hold every word of the search; of those that stand in several sources the one to take.

    Attributes:
        kept: Full name of a model that is listed though another source has the one to take.
        all_sources: Whether the others are listed as well; a source that is searched for is listed anyway.
    """

    def __init__(self, entries: ModelEntries) -> None:
        super().__init__(entries)
        self._entries = entries
        self._words: list[str] = []
        self.kept = ""
        self.all_sources = False
        self.setSourceModel(entries)

    def keep(self, name: str) -> None:
        """List the model of this full name, whichever is the one to take."""
        self.beginFilterChange()
        self.kept = name
        self.endFilterChange()

    def list_all(self, all_sources: bool) -> None:
        """List a model once for each source that has it, or only the one to take."""
        self.beginFilterChange()
        self.all_sources = all_sources
        self.endFilterChange()

    @property
    def known(self) -> int:
        """How many models there are without a search."""
        return sum(self._is_listed(row) for row in self._entries.rows)

    def _is_listed(self, row: _Row) -> bool:
        name, source = row.entry.full_name, row.entry.source
        return (
            not row.word or self.all_sources or name == self.kept or any(source in it for it in self._words)
        )

    def search(self, text: str) -> None:
        """Keep the models that hold every word of `text`."""
        self.beginFilterChange()
        self._words = text.lower().split()
        self.endFilterChange()

    def entry(self, row: int) -> ModelEntry:
        """Return the model in a row of the matches."""
        return self._entries.rows[self.mapToSource(self.index(row, 0)).row()].entry

    def row_of(self, name: str) -> int:
        """Return the row of the model of that name or full name; -1 if it is not among the matches.

        Of several of one name it is that of the one to take.
        """
        named = [
            (twins.rank(row.entry), place)
            for place, row in enumerate(self._entries.rows)
            if name == row.entry.full_name or (name == row.entry.name and row.entry.is_meant_by_name)
        ]
        rows = (self.mapFromSource(self._entries.index(place, 0)).row() for _, place in sorted(named))
        return next((row for row in rows if row >= 0), -1)

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Have the rows below sorted: Qt's own way would call back for each pair, 100 ms in all."""
        if column >= 0:
            self._entries.sort(column, order)

    def filterAcceptsRow(self, source_row: int, source_parent: Index) -> bool:
        """Tell whether a model is listed, and holds every word."""
        row = self._entries.rows[source_row]
        return self._is_listed(row) and all(word in row.searched for word in self._words)


class _WordDelegate(QStyledItemDelegate):
    """Writes a muted word after the text of a cell."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Paint the cell, then the word, if the cell has one."""
        super().paint(painter, option, index)
        if word := index.data(WORD_ROLE):
            tokens = theme.current()
            is_marked = bool(option.state & QStyle.StateFlag.State_Selected)
            painter.save()
            painter.setPen(QColor(tokens.text if is_marked else tokens.muted))
            before = option.fontMetrics.horizontalAdvance(f"{index.data()}  ")
            area = option.rect.adjusted(before + SPACING // 2, 0, 0, 0)
            painter.drawText(area, Qt.AlignmentFlag.AlignVCenter, word)
            painter.restore()


class ModelTable(QTableView):
    """The rows, all of one height, with a hint while there are none."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.hint = ""
        self.setAccessibleName("Models")
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        # Sizes are set once: measuring the cells of a thousand rows would take longer than a person waits.
        lay_rows(self)
        self.horizontalHeader().setStretchLastSection(True)
        self.setItemDelegateForColumn(_SOURCE, _WordDelegate(self))
        add_copy(self)

    def set_widths(self) -> None:
        """Give each column room for a long text."""
        for column, text in enumerate(_WIDEST):
            self.setColumnWidth(column, self._room_for(text))

    @property
    def least_width(self) -> int:
        """The width that the columns take which are always there."""
        texts = (text for name, text in zip(_COLUMNS, _WIDEST, strict=True) if name not in _FIRST_TO_GO)
        edges = self.verticalScrollBar().sizeHint().width() + 2 * self.frameWidth()
        return sum(map(self._room_for, texts)) + edges

    def _room_for(self, text: str) -> int:
        return self.fontMetrics().horizontalAdvance(text) + 2 * SPACING

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Drop the least important columns whole where there is no room for all; what is left over names get."""
        super().resizeEvent(event)
        shown = list(_COLUMNS)
        needed = {name: self._room_for(text) for name, text in zip(_COLUMNS, _WIDEST, strict=True)}
        for name in _FIRST_TO_GO:
            if sum(needed[each] for each in shown) > self.viewport().width():
                shown.remove(name)
        for column, name in enumerate(_COLUMNS):
            self.setColumnHidden(column, name not in shown)
        spare = self.viewport().width() - sum(needed[each] for each in shown)
        self.setColumnWidth(0, needed["Name"] + max(0, spare))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the rows, or the hint."""
        super().paintEvent(event)
        if not self.model().rowCount():
            paint_hint(self, self.hint)
