"""The images that are most similar to one image, as a table that can be sorted and copied."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import (
    QModelIndex,
    QRectF,
    QSize,
    QSortFilterProxyModel,
    Qt,
    Signal,
)
from PySide6.QtGui import QColor, QIcon, QImage, QKeyEvent, QPainter, QPaintEvent, QPixmap, QShowEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from explorer.window import format as fmt
from explorer.window import theme
from explorer.window.format import UNKNOWN, tip
from explorer.window.widgets.headings import add_sorting
from explorer.window.widgets.tables import Index, RowModel, add_copy, lay_rows, paint_hint

_THUMBNAIL = QSize(8 * theme.SPACING, 6 * theme.SPACING)
_SORT_ROLE = Qt.ItemDataRole.UserRole
_IMAGE, _SIMILARITY = range(2)
_COLUMNS = (
    ("Image", "An open image"),
    ("Cosine similarity", "1: the same direction, 0: none in common, −1: the opposite; computed in 64 bits"),
)


@dataclass(frozen=True)
class Neighbour:
    """An image beside the one that is looked at.

    Attributes:
        key: The window's name for it.
        name: What a person calls it.
        similarity: Cosine similarity of the two embeddings; NaN where it is unknown.
        thumbnail: (h, w, 3) uint8 RGB; None if there is none.
        why: Why nothing is known of it; empty if something is.
    """

    key: str
    name: str
    similarity: float
    thumbnail: NDArray[np.uint8] | None = None
    why: str = ""

    @property
    def line(self) -> str:
        """Its name, and why nothing is known of it."""
        return self.why if self.why.startswith(self.name) else ": ".join(filter(None, (self.name, self.why)))


class _Neighbours(RowModel[Neighbour]):
    """One row an image: thumbnail and name, similarity."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(_COLUMNS, parent)
        self._pictures: dict[str, tuple[NDArray[np.uint8], QIcon]] = {}  # by key, those once in sight

    def replace(self, rows: Sequence[Neighbour]) -> None:
        open_ = {row.key for row in rows}
        self._pictures = {key: it for key, it in self._pictures.items() if key in open_}
        super().replace(rows)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        row, column = self.rows[index.row()], index.column()
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return row.line if column == _IMAGE else _number(row.similarity)
            case Qt.ItemDataRole.DecorationRole if column == _IMAGE:
                return self._picture(row)
            case Qt.ItemDataRole.ToolTipRole | Qt.ItemDataRole.AccessibleTextRole:
                text = row.line if row.why else f"{row.name}: cosine similarity {_number(row.similarity)}"
                return tip(text) if role == Qt.ItemDataRole.ToolTipRole else text
            case _ if role == _SORT_ROLE:
                # NaN cannot be ordered: it comes after all others.
                return (
                    row.name if column == _IMAGE else -2.0 if math.isnan(row.similarity) else row.similarity
                )
        return None

    def _picture(self, row: Neighbour) -> QIcon:
        if row.thumbnail is None:
            return QIcon(_blank())
        thumbnail, picture = self._pictures.get(row.key, (None, None))
        if picture is None or thumbnail is not row.thumbnail:
            picture = _icon(row.thumbnail)
            self._pictures[row.key] = row.thumbnail, picture
        return picture


class _Bar(QStyledItemDelegate):
    """Paints a similarity as a bar from 0 to 1 with its number on the right; a negative one has no bar."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        tokens, unit = theme.current(), theme.SPACING
        if option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(option.rect, QColor(tokens.accent_ground))
        area = option.rect.adjusted(unit, 0, -unit, 0)
        painter.setPen(QColor(tokens.text))
        side = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        painter.drawText(area, side, str(index.data()))
        width = area.width() - option.fontMetrics.horizontalAdvance("−0.000") - unit
        bar = QRectF(area.left(), area.center().y() - unit / 2, max(0, width), unit)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(tokens.raised))
        painter.drawRoundedRect(bar, unit / 4, unit / 4)
        painter.setBrush(QColor(tokens.accent))
        bar.setWidth(bar.width() * max(0.0, float(index.data(_SORT_ROLE))))
        painter.drawRoundedRect(bar, unit / 4, unit / 4)
        painter.restore()


class NeighbourTable(QTableView):
    """The table, most similar image first. A double click or Return chooses an image; the arrow keys only move.

    A list that is not compared keeps its order, so a click is enough there.

    Signals:
        image_chosen: Key of the image that the person chose.
    """

    image_chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None, compared: bool = True) -> None:
        """Create an empty table; without `compared` it shows images in the order that they have, and no similarity."""
        super().__init__(parent)
        self.setObjectName("neighbourTable" if compared else "openImagesTable")
        self.setAccessibleName("Most similar images" if compared else "Open images")
        self.setToolTip(
            fmt.tip(
                f"{'Double-click' if compared else 'Click'} an image, or press Return, to see which are most similar "
                "to it; Ctrl+C copies the rows."
            )
        )
        self._hint = ""
        self._marked: str | None = None
        self._neighbours = _Neighbours(self)
        self._sorted = QSortFilterProxyModel(self)
        self._sorted.setSourceModel(self._neighbours)
        self._sorted.setSortRole(_SORT_ROLE)
        self.setModel(self._sorted)
        self.setItemDelegateForColumn(_SIMILARITY, _Bar(self))
        add_sorting(self)
        if compared:
            self.sortByColumn(_SIMILARITY, Qt.SortOrder.DescendingOrder)
        else:
            self.sortByColumn(-1, Qt.SortOrder.AscendingOrder)
        self.setColumnHidden(_SIMILARITY, not compared)
        self.horizontalHeader().setVisible(compared)
        self._arrange()
        if not compared:  # one is always marked
            self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        add_copy(self)
        (self.doubleClicked if compared else self.clicked).connect(self._choose)

    def _arrange(self) -> None:
        lay_rows(self, _THUMBNAIL.height() + theme.SPACING)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setIconSize(_THUMBNAIL)
        for section in (_IMAGE, _SIMILARITY):
            self.horizontalHeader().setSectionResizeMode(section, QHeaderView.ResizeMode.Stretch)

    def set_neighbours(self, rows: Sequence[Neighbour], hint: str = "") -> None:
        """Show images in place of the former ones; `hint` stands where there are none. The sorting stays."""
        self._hint = hint
        self._neighbours.replace(rows)
        self._select_marked()
        self.viewport().update()

    def mark(self, key: str | None) -> None:
        """Mark the image that is shown, and tell nobody; another than before comes into sight."""
        is_another, self._marked = key != self._marked, key
        self._select_marked(scrolls=is_another)

    def _select_marked(self, scrolls: bool = False) -> None:
        self.setAutoScroll(scrolls)
        row = next((at for at, it in enumerate(self._neighbours.rows) if it.key == self._marked), -1)
        index = self._sorted.mapFromSource(self._neighbours.index(row, _IMAGE))
        self.setCurrentIndex(index)
        if (
            index.isValid()
        ):  # the same one, which a click beside the rows let go, would be no other current one
            self.selectRow(index.row())
        self.setAutoScroll(True)

    def showEvent(self, event: QShowEvent) -> None:
        """Mark what is shown again, whatever was clicked before."""
        super().showEvent(event)
        if self._marked is not None:
            self._select_marked()

    @property
    def hint(self) -> str:
        """What stands in the table while it has no rows."""
        return self._hint if not self._neighbours.rows else ""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Choose the current image with Return."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.currentIndex().isValid():
            self._choose(self.currentIndex())
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the rows, or what to do while there are none."""
        super().paintEvent(event)
        if self.hint:
            paint_hint(self, self.hint)

    def _choose(self, index: QModelIndex) -> None:
        self.image_chosen.emit(self._neighbours.rows[self._sorted.mapToSource(index).row()].key)


def _number(similarity: float) -> str:
    return UNKNOWN if math.isnan(similarity) else f"{similarity:.3f}".replace("-", "−")


def _icon(thumbnail: NDArray[np.uint8]) -> QIcon:
    """Return a thumbnail in the middle of an icon, so that names begin at one place; untinted in a selected row."""
    height, width, _ = thumbnail.shape
    image = QImage(thumbnail.tobytes(), width, height, 3 * width, QImage.Format.Format_RGB888)
    smooth = Qt.TransformationMode.SmoothTransformation
    fitted = image.scaled(_THUMBNAIL, Qt.AspectRatioMode.KeepAspectRatio, smooth)
    drawn = _blank()
    painter = QPainter(drawn)
    painter.drawImage((drawn.width() - fitted.width()) // 2, (drawn.height() - fitted.height()) // 2, fitted)
    painter.end()
    icon = QIcon(drawn)
    icon.addPixmap(drawn, QIcon.Mode.Selected)
    return icon


def _blank() -> QPixmap:
    """Return an icon with nothing on it, which keeps the place of a picture."""
    icon = QPixmap(_THUMBNAIL)
    icon.fill(Qt.GlobalColor.transparent)
    return icon
