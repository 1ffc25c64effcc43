"""The table of layers: an operation of each network a row, and how far their values agree."""

import math
from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QItemSelectionModel, QPoint, Qt, Signal
from PySide6.QtGui import QColor, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QMenu,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from explorer.features.compare.badges import BADGES
from explorer.features.compare.readings import error, error_whole, similarity
from explorer.features.compare.rows import MEANINGS, Row, Sign, candidates, change_text, name_of
from explorer.features.compare.tables import Apart
from explorer.records.trace import Node
from explorer.window import format as fmt
from explorer.window import theme
from explorer.window.theme import SPACING
from explorer.window.widgets.headings import add_sorting
from explorer.window.widgets.tables import (
    PLAIN_ROLE,
    Index,
    RowModel,
    add_copy,
    add_copy_as,
    lay_rows,
    paint_hint,
)

SIGN, A, B, OUTPUT, COSINE, ERROR, CKA, CHANGES = range(8)
_HEADINGS = (
    ("", "What is to be said first: " + ", ".join(f"{sign} {text}" for sign, text in MEANINGS.items())),
    ("A", "The operation of the first network"),
    ("B", "The operation of the second network that is the same part of it"),
    ("Output", "Shape of the first output without the batch; of both where they differ"),
    ("Cosine", "Cosine similarity of the values as vectors, in 64 bits"),
    (
        "Rel. error",
        "Relative error of the values, ‖A − B‖ / ‖B‖ (Higham 2002, section 6.2), in 64 bits; 0 is the same. Where B is "
        "nearly 0 it grows without bound: a cell says so when the mouse rests on it",
    ),
    (
        "CKA",
        "Linear CKA: how alike the two tell examples apart, from 0 to 1 (Kornblith and others 2019). The examples are "
        "{over}. Grey with two digits: rough. Of few examples it is near 1 for any two layers: compare its values "
        "with each other, not with 1",
    ),
    ("Changes", "What differs beside the values: operation, shape, attributes"),
)
_NO_CKA = (
    "Not measured: of a network with many layers some are taken, and of one image only maps of the same size can be "
    "compared"
)
_PLAIN = ("sign", "a", "b", "output", "cosine", "relative error", "linear CKA", "changes")
_NUMBERS = (COSINE, ERROR, CKA)
_OVER = {"images": "the open images", "places": "the places of the maps of one image"}
_WIDEST = ("≠ M", "", "", "256×112×112 M", "−0.9999 M", "Rel. error MM", "CKA, places M", "")
_LEAST_NAME, _LEAST_CHANGES = 17 * SPACING, 13 * SPACING


class LayerRows(RowModel[Row]):
    """The rows, sorted by any column; what is unknown comes last either way."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(_HEADINGS, parent, plain=_PLAIN, alignment=_alignment)
        self._sorted = (-1, Qt.SortOrder.AscendingOrder)
        self.set_examples("")

    def set_examples(self, over: str) -> None:
        """Say in the heading of CKA what its examples are: `images`, `places`; empty for what the page shows then."""
        title, tip = _HEADINGS[CKA]
        said = f"{title}, {over}" if over else title, tip.format(over=_OVER.get(over, "told by the view CKA"))
        self.headings = tuple(said if at == CKA else it for at, it in enumerate(_HEADINGS))
        self.headerDataChanged.emit(Qt.Orientation.Horizontal, CKA, CKA)

    def replace(self, rows: Sequence[Row]) -> None:
        """Show other rows, sorted as those before."""
        super().replace(_in_order(rows, *self._sorted))

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Sort by a column; −1 is the order in which they ran."""
        self._sorted = (column, order)
        self.replace(self.rows)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Return the text of a cell, its colour, its tooltip."""
        row, column = self.rows[index.row()], index.column()
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return _text(row, column)
            case Qt.ItemDataRole.ToolTipRole:
                return fmt.tip(_tip(row, column))
            case Qt.ItemDataRole.AccessibleTextRole if column == SIGN:
                return MEANINGS[row.sign]
            case Qt.ItemDataRole.TextAlignmentRole:
                return _alignment(column)
            case Qt.ItemDataRole.ForegroundRole:
                is_told = column == SIGN or row.sign in (Sign.ONLY_A, Sign.ONLY_B)
                is_rough = column == CKA and row.is_rough
                return (
                    BADGES[row.sign].colour
                    if is_told
                    else QColor(theme.current().muted)
                    if is_rough
                    else None
                )
            case _ if role == PLAIN_ROLE:
                return _plain(row, column)
        return None


def _text(row: Row, column: int) -> str:
    texts = (
        row.sign.value,
        name_of(row.a),
        name_of(row.b),
        row.shapes,
        similarity(row.cosine),
        error(row.relative_error),
        similarity(row.cka, row.is_rough),
        row.changes,
    )
    return texts[column]


def _plain(row: Row, column: int) -> str:
    value = {COSINE: row.cosine, ERROR: row.relative_error, CKA: row.cka}.get(column)
    if value is not None:
        return "" if math.isnan(value) else repr(value)
    if column in (A, B):
        node = row.a if column == A else row.b
        return node.name if node is not None else ""
    return _text(row, column)


def _tip(row: Row, column: int) -> str:
    """Return the whole of what a cell says, and why a number is unknown."""
    reason = row.agreement.reason if row.agreement is not None else ""
    if column in _NUMBERS and reason:
        return f"Unknown: {reason}"
    if column == CKA and row.pair is not None and math.isnan(row.cka):
        return _NO_CKA
    if column == ERROR and (whole := error_whole(row.relative_error)):
        return whole
    names = [f"{letter}: {_whole(node)}" for letter, node in (("A", row.a), ("B", row.b)) if node is not None]
    why = [f"matched by {row.pair.why}"] if row.pair is not None else []
    return "\n".join(
        [
            f"{row.sign} {MEANINGS[row.sign]}",
            *names,
            *why,
            *map(change_text, row.pair.changes if row.pair else ()),
        ]
    )


def _whole(node: Node) -> str:
    return f"{name_of(node)}, {node.op}" + (f", {fmt.shape(node.shape)}" if node.outputs else "")


def _alignment(column: int) -> Qt.AlignmentFlag:
    side = Qt.AlignmentFlag.AlignRight if column in _NUMBERS else Qt.AlignmentFlag.AlignLeft
    return (Qt.AlignmentFlag.AlignHCenter if column == SIGN else side) | Qt.AlignmentFlag.AlignVCenter


def _in_order(rows: Sequence[Row], column: int, order: Qt.SortOrder) -> list[Row]:
    natural = sorted(rows, key=lambda row: row.place)
    if column < 0:
        return natural

    def key(row: Row) -> float | str:
        return {COSINE: row.cosine, ERROR: row.relative_error, CKA: row.cka}.get(column, _text(row, column))

    def is_unknown(row: Row) -> bool:
        value = key(row)
        return value == "" or (isinstance(value, float) and math.isnan(value))

    known = sorted(
        (row for row in natural if not is_unknown(row)),
        key=key,
        reverse=order == Qt.SortOrder.DescendingOrder,
    )
    return [*known, *(row for row in natural if is_unknown(row))]


class Fewer(QStyledItemDelegate):
    """Leaves out whole changes that have no room, the last ones first; where none has, it says how many there are."""

    def initStyleOption(self, option: QStyleOptionViewItem, index: Index) -> None:
        """Take as many as there is room for."""
        super().initStyleOption(option, index)
        parts, room = option.text.split("; "), option.rect.width() - SPACING
        counted = f"{len(parts)} changes" if len(parts) > 1 else option.text
        wordings = (option.text, *(f"{'; '.join(parts[:most])}; …" for most in range(len(parts) - 1, 0, -1)))
        fitting = (it for it in wordings if option.fontMetrics.horizontalAdvance(it) <= room)
        option.text = next(fitting, counted)


class LayerTable(QTableView):
    """The rows. Up and Down or a click choose a pair; the context menu mends the match.

    Signals:
        row_chosen(object): The `Row` that the person came to.
        pair_wanted(object, object): Both nodes that the person says belong together; None for one that stays alone.
        undo_wanted(): The person takes back the last mend.
    """

    row_chosen = Signal(object)
    pair_wanted = Signal(object, object)
    undo_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("compareLayers")
        self.setAccessibleName("Layers of both networks")
        self.hint = ""
        self.can_undo = False
        self.layers = LayerRows(self)
        self.setModel(self.layers)
        self._all: tuple[Row, ...] = ()
        self._longest = ("", "", "")  # name, changes, shapes
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        lay_rows(self)
        add_sorting(self)
        self.horizontalHeader().setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
        self.horizontalHeader().setSortIndicatorClearable(True)
        self.horizontalHeader().setStretchLastSection(True)
        self.setItemDelegateForColumn(CKA, Apart(self))
        self.setItemDelegateForColumn(CHANGES, Fewer(self))
        add_copy(self)
        add_copy_as(self)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.customContextMenuRequested.connect(self._on_menu)

    def set_rows(self, shown: Sequence[Row], all_rows: Sequence[Row]) -> None:
        """Show rows, of all that there are; the place in the list stays."""
        self._all = tuple(all_rows)
        names = [name_of(it) for row in self._all for it in (row.a, row.b)]
        changes = [_HEADINGS[CHANGES][0], *(row.changes for row in self._all)]
        shapes = max((row.shapes for row in self._all), key=len, default="")
        self._longest = max(names, key=len, default=""), max(changes, key=len), shapes
        at = self.verticalScrollBar().value()
        self.layers.replace(shown)
        self.share_room()
        self.verticalScrollBar().setValue(at)
        self.viewport().update()

    def select(self, a: Node | None, b: Node | None) -> None:
        """Mark the row of a pair, without telling of it; none if it is not among the rows."""
        names = [(it.a and it.a.name, it.b and it.b.name) for it in self.layers.rows]
        wanted = (a and a.name, b and b.name)
        place = names.index(wanted) if wanted in names else None
        if place is None and a is not None:
            place = next((at for at, (name, _) in enumerate(names) if name == a.name), None)
        if place is None:
            self.clearSelection()
            return
        index = self.layers.index(place, A)
        if index.row() != self.currentIndex().row() or not self.selectionModel().hasSelection():
            flags = QItemSelectionModel.SelectionFlag.ClearAndSelect | QItemSelectionModel.SelectionFlag.Rows
            self.selectionModel().setCurrentIndex(index, flags)
            self.scrollTo(index)

    def currentChanged(self, current: Index, previous: Index) -> None:
        """Tell of a row that the person came to by key or mouse."""
        super().currentChanged(current, previous)
        if self.hasFocus() and current.isValid() and current.row() != previous.row():
            self.row_chosen.emit(self.layers.rows[current.row()])

    def menu(self, row: Row) -> QMenu:
        """Return what can be done with a row."""
        menu = QMenu(self, toolTipsVisible=True)
        with_ = menu.addMenu(f"Match {name_of(row.a or row.b)} with")
        for node in candidates(row, self._all):
            pair = (row.a, node) if row.a is not None else (node, row.b)
            item = with_.addAction(f"{name_of(node)}   {node.op}", partial(self.pair_wanted.emit, *pair))
            item.setToolTip(fmt.tip(_whole(node)))
        with_.setEnabled(not with_.isEmpty())
        release = menu.addAction("Release this pair", lambda: self.pair_wanted.emit(row.a, None))
        release.setEnabled(row.pair is not None)
        undo = menu.addAction("Undo the last mend", self.undo_wanted.emit)
        undo.setEnabled(self.can_undo)
        menu.addSeparator()
        menu.addActions(self.actions())
        return menu

    def _on_menu(self, at: QPoint) -> None:
        index = self.indexAt(at)
        if index.isValid():
            self.menu(self.layers.rows[index.row()]).popup(self.viewport().mapToGlobal(at))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Share the room: numbers take what they need, names the rest; the least important columns go first."""
        super().resizeEvent(event)
        self.share_room()

    def share_room(self) -> None:
        """Give each column its width: names what the longest takes, so that changes can be read; then what is left."""
        metrics, room = self.fontMetrics(), self.viewport().width()
        needed = {it: metrics.horizontalAdvance(text) + SPACING for it, text in enumerate(_WIDEST) if text}
        needed[OUTPUT] = max(needed[OUTPUT], metrics.horizontalAdvance(self._longest[2]) + 2 * SPACING)
        shown = [OUTPUT, COSINE, ERROR, CKA]
        for least in (CKA, OUTPUT):
            if room - sum(needed[it] for it in (SIGN, *shown)) < 2 * _LEAST_NAME + _LEAST_CHANGES:
                shown.remove(least)
        rest = room - sum(needed[it] for it in (SIGN, *shown))
        longest, changes = (metrics.horizontalAdvance(it) + 3 * SPACING for it in self._longest[:2])
        name = max(_LEAST_NAME, min(longest, (rest - _LEAST_CHANGES) * 2 // 5))
        name += max(0, rest - 2 * name - max(changes, _LEAST_CHANGES)) // 2
        for column in (OUTPUT, COSINE, ERROR, CKA):
            self.setColumnHidden(column, column not in shown)
        for column in (SIGN, *shown):
            self.setColumnWidth(column, needed[column])
        for column in (A, B):
            self.setColumnWidth(column, name)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the rows, or what to do while there are none."""
        super().paintEvent(event)
        if not self.layers.rows:
            paint_hint(self, self.hint)
