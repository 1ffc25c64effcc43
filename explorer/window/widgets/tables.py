"""What the item views share: rows under headings, copied and saved with plain numbers; the hint when empty."""

import csv
import io
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Generic, TypeVar

from PySide6.QtCore import (
    QAbstractItemModel,
    QAbstractTableModel,
    QEvent,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QPoint,
    Qt,
)
from PySide6.QtGui import QAction, QColor, QGuiApplication, QKeySequence, QPainter, QPaintEvent, QWheelEvent
from PySide6.QtWidgets import QAbstractItemView, QApplication, QHeaderView, QTableView, QWidget

from explorer.window import format as fmt
from explorer.window import theme
from explorer.window.spec import Export

Index = QModelIndex | QPersistentModelIndex
Row = TypeVar("Row")

PLAIN_ROLE = Qt.ItemDataRole.UserRole + 100
"""Under it a model gives what other programs read where the eye reads `12.5 kB`: the text `12544`, empty where it is
unknown; as a heading the name with its unit, `bytes`. A model that knows no such role is read as it is shown."""


class RowModel(QAbstractTableModel, Generic[Row]):
    """Rows under headings; what a cell says is told by `data` of the class that derives from it.

    Args:
        headings: A name and a tooltip for each column.
        plain: Names of the columns for other programs; none for those that a person reads.
        alignment: How the name of a column is aligned; None for the view's own way.
    """

    def __init__(
        self,
        headings: Iterable[tuple[str, str]],
        parent: QObject | None = None,
        *,
        plain: Sequence[str] = (),
        alignment: Callable[[int], Qt.AlignmentFlag] | None = None,
    ) -> None:
        super().__init__(parent)
        self.headings = tuple(headings)
        self._plain, self._aligned = plain, alignment
        self.rows: tuple[Row, ...] = ()

    def replace(self, rows: Sequence[Row]) -> None:
        """Show other rows."""
        self.beginResetModel()
        self.rows = tuple(rows)
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        """Return the number of rows."""
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        """Return the number of columns."""
        return 0 if parent.isValid() else len(self.headings)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> object:
        """Return a column's name, for a person or for other programs, its tooltip or its alignment."""
        if orientation != Qt.Orientation.Horizontal:
            return None
        name, tip = self.headings[section]
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return name
            case Qt.ItemDataRole.ToolTipRole:
                return tip
            case Qt.ItemDataRole.TextAlignmentRole if self._aligned is not None:
                return self._aligned(section)
        return self._plain[section] if role == PLAIN_ROLE and self._plain else None


def csv_of(view: QAbstractItemView, selected_only: bool = False, separator: str = ",") -> str:
    """Return the rows of a view as text: a line of headings, then a line a row in the order that is shown.

    All columns are there, those out of sight too; of a tree all rows, also those that are folded away.
    """
    model = view.model()
    columns = range(model.columnCount())
    text = io.StringIO()
    writer = csv.writer(text, delimiter=separator, lineterminator="\n")
    if headings := _headings(model):
        writer.writerow(headings)
    for row in _selected(view) if selected_only else _rows(model, QModelIndex()):
        writer.writerow([_plain(row.siblingAtColumn(column)) for column in columns])
    return text.getvalue()


def markdown_of(view: QAbstractItemView) -> str:
    """Return the rows of a view as a table in Markdown, as they are shown; columns out of sight are left out."""
    model = view.model()
    is_hidden = getattr(view, "isColumnHidden", lambda _: False)
    columns = [column for column in range(model.columnCount()) if not is_hidden(column)]
    heads = [str(model.headerData(column, Qt.Orientation.Horizontal) or "") for column in columns]
    rows = [
        [str(row.siblingAtColumn(it).data() or "") for it in columns] for row in _rows(model, QModelIndex())
    ]
    lines = [heads, ["---"] * len(columns), *rows]
    return "".join(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |\n" for line in lines)


def markdown_too(table: Export, view: QAbstractItemView) -> Export:
    """Return a table that can be saved as Markdown as well."""

    def content(kind: str) -> bytes:
        return markdown_of(view).encode() if kind == ".md" else table.content(kind)

    return Export(table.name, (*table.kinds, ".md"), content, table.copy)


def add_copy_as(view: QAbstractItemView) -> None:
    """Give a view actions that copy all its rows as CSV and as Markdown, in its context menu."""
    for name, text_of in (("CSV", csv_of), ("Markdown", markdown_of)):
        action = QAction(f"Copy table as {name}", view)
        action.triggered.connect(lambda _=False, text_of=text_of: put(text_of(view)))
        view.addAction(action)


def table_of(view: QAbstractItemView, name: str) -> Export:
    """Return the rows of a view as something to be saved or copied under a name."""
    return Export(name, (".csv",), lambda _: csv_of(view).encode(), lambda: put(csv_of(view, separator="\t")))


def with_figure(table: Export, figure: Export) -> Export:
    """Return a table that can be saved as a figure as well; its rows are what is copied."""

    def content(kind: str) -> bytes:
        return (table if kind in table.kinds else figure).content(kind)

    return Export(table.name, (*table.kinds, *figure.kinds), content, table.copy)


def lay_rows(view: QTableView, height: int = 0) -> None:
    """Let a table show whole rows of one height, without a grid, which are not edited.

    Args:
        view: The table.
        height: Of a row in pixels; 0 for a line of text.
    """
    view.setShowGrid(False)
    view.setWordWrap(False)
    view.setTabKeyNavigation(False)
    view.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
    view.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
    rows = view.verticalHeader()
    rows.hide()
    rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
    height = height or view.fontMetrics().height() + theme.SPACING
    rows.setDefaultSectionSize(height)
    end_on_whole_rows(view, height)


def end_on_whole_rows(view: QAbstractItemView, height: int) -> None:
    """Let a view whose rows are all of one height, in pixels, show none that is cut."""
    _Rest(view, height)


class _Rest(QWidget):
    """Lies over the part of a row for which there is room: at the foot of a view, at its head where a table ends.

    Qt lets a table that is scrolled to its end stand on its last row, whole; a tree and a list begin with a whole one.
    """

    def __init__(self, view: QAbstractItemView, height: int) -> None:
        super().__init__(view)
        self._view, self._height = view, height
        self.hide()
        view.viewport().installEventFilter(self)
        bar = view.verticalScrollBar()
        bar.valueChanged.connect(self._lie)
        bar.rangeChanged.connect(self._lie)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Follow the room of the rows."""
        if event.type() in (QEvent.Type.Resize, QEvent.Type.Move, QEvent.Type.Show):
            self._lie()
        return super().eventFilter(watched, event)

    def _lie(self) -> None:
        area, height, bar = self._view.viewport().geometry(), self._height, self._view.verticalScrollBar()
        rest = area.height() % height if area.height() > height else 0
        ends = isinstance(self._view, QTableView) and bar.minimum() < bar.value() == bar.maximum()
        top = area.top() if ends else area.bottom() + 1 - rest
        self.setGeometry(area.left(), top, area.width(), rest)
        self.setVisible(rest > 0)
        self.raise_()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Turn the view, as anywhere else in it."""
        QApplication.sendEvent(self._view.viewport(), event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the ground of the view."""
        QPainter(self).fillRect(event.rect(), self._view.palette().base())


def add_copy(view: QAbstractItemView) -> None:
    """Give a view the action "Copy rows" (Ctrl+C, context menu): headings and the selected rows, tab-separated."""
    action = QAction("Copy rows", view)
    action.setShortcut(QKeySequence(QKeySequence.StandardKey.Copy))
    action.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
    action.triggered.connect(lambda: _copy_rows(view))
    view.addAction(action)
    view.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)


def paint_hint(view: QAbstractItemView, text: str) -> None:
    """Write `text`, what to do next, over the middle of an empty view; to be called while it is painted."""
    margin = theme.SPACING
    painter = QPainter(view.viewport())
    painter.setPen(QColor(theme.current().muted))
    area = view.viewport().rect().adjusted(margin, margin, -margin, -margin)
    painter.drawText(area, Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, breakable(text))


def breakable(text: str) -> str:
    """Return a text in which the long name of a layer may go on in the next line: after a dot or an underscore."""
    return re.sub(r"(?<=\w[._])(?=\w)", "\u200b", text)


def _copy_rows(view: QAbstractItemView) -> None:
    if view.selectionModel().hasSelection():
        put(csv_of(view, selected_only=True, separator="\t"))


def put(rows: str) -> None:
    """Put rows on the clipboard, between tabs: commas a spreadsheet would put into one cell."""
    QGuiApplication.clipboard().setText(rows.rstrip("\n"))


def _selected(view: QAbstractItemView) -> list[QModelIndex]:
    def place(index: QModelIndex) -> tuple[int, int]:
        corner: QPoint = view.visualRect(index).topLeft()
        return corner.y(), corner.x()

    return sorted(view.selectionModel().selectedRows(), key=place)


def _rows(model: QAbstractItemModel, parent: QModelIndex) -> Iterator[QModelIndex]:
    for number in range(model.rowCount(parent)):
        row = model.index(number, 0, parent)
        yield row
        yield from _rows(model, row)


def _headings(model: QAbstractItemModel) -> list[str]:
    """Return the name of each column; nothing for a model that does not name them."""
    horizontal = Qt.Orientation.Horizontal
    headings = []
    for column in range(model.columnCount()):
        name = model.headerData(column, horizontal, PLAIN_ROLE) or model.headerData(column, horizontal)
        if not isinstance(name, str):  # Qt counts columns that have no name
            return []
        headings.append(name)
    return headings


def _plain(index: QModelIndex) -> str:
    plain = index.data(PLAIN_ROLE)
    text = str(index.data() or "") if plain is None else str(plain)
    return "" if text == fmt.UNKNOWN else text
