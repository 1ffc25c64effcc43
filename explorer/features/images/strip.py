"""The strip of opened images: a thumbnail each, with its name and the model's first answer."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from PySide6.QtCore import QAbstractListModel, QItemSelection, QModelIndex, QRect, QSize, Qt, Signal
from PySide6.QtGui import QAction, QColor, QImage, QKeySequence, QPainter, QPaintEvent, QPixmap
from PySide6.QtWidgets import (
    QAbstractItemView,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from explorer.records.images import OpenedImage, Prediction
from explorer.window import theme
from explorer.window.format import share, tip
from explorer.window.theme import SPACING
from explorer.window.widgets.tables import Index, add_copy, paint_hint

_THUMBNAIL = QSize(14 * SPACING, 9 * SPACING)
_ITEM_ROLE = Qt.ItemDataRole.UserRole + 1


@dataclass
class _Item:
    """An image on the strip.

    Attributes:
        key: The session's name for it.
        name: What a person calls it.
        opened: None until it is decoded.
        picture: Its thumbnail; None until then.
        answer: The most probable class; None until known.
        pretrained: Whether the answer is one of trained weights.
        failure: Why it could not be opened or classified; empty if nothing went wrong.
    """

    key: str
    name: str
    opened: OpenedImage | None = None
    picture: QPixmap | None = None
    answer: Prediction | None = None
    pretrained: bool = False
    failure: str = ""

    def line(self) -> str:
        """Return what stands below the name."""
        if self.failure:
            return "failed"
        if self.answer is None:
            return "opening …" if self.opened is None else "–"
        text = f"{self.answer.label} {share(self.answer.probability)}"
        return text if self.pretrained else "not pretrained"

    def description(self) -> str:
        """Return all that is known, one fact a line."""
        lines = [self.name]
        if self.opened:
            pixels = [f"{self.opened.width}×{self.opened.height} pixels"] if self.opened.width else []
            lines += [*pixels, *self.opened.notes]
        if self.failure:
            return "\n".join([*lines, self.failure])
        if self.answer:
            lines.append(f"{self.answer.label}, {share(self.answer.probability)}")
            lines += (
                []
                if self.pretrained
                else ["The weights are random or not verified: this need not be knowledge."]
            )
        return "\n".join(lines)


class _Images(QAbstractListModel):
    """One row an image, in the order of opening."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.items: list[_Item] = []

    def place(self, key: str) -> int:
        """Return the row of `key`; -1 if it is not on the strip."""
        return next((row for row, item in enumerate(self.items) if item.key == key), -1)

    def append(self, item: _Item) -> None:
        self.beginInsertRows(QModelIndex(), len(self.items), len(self.items))
        self.items.append(item)
        self.endInsertRows()

    def remove(self, row: int) -> None:
        self.beginRemoveRows(QModelIndex(), row, row)
        del self.items[row]
        self.endRemoveRows()

    def clear(self) -> None:
        self.beginResetModel()
        self.items = []
        self.endResetModel()

    def changed(self, row: int) -> None:
        self.dataChanged.emit(self.index(row), self.index(row))

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self.items)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        item = self.items[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return f"{item.name}\t{item.line()}"
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{item.name}: {item.line()}"
        if role == Qt.ItemDataRole.ToolTipRole:
            return tip(item.description())
        return item if role == _ITEM_ROLE else None


class _ItemDelegate(QStyledItemDelegate):
    """Paints the thumbnail, the name and the answer below each other."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        height = _THUMBNAIL.height() + 2 * option.fontMetrics.height() + 2 * SPACING
        return QSize(_THUMBNAIL.width() + 2 * SPACING, height)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        item: _Item = index.data(_ITEM_ROLE)
        tokens = theme.current()
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        painter.save()
        if selected:
            painter.fillRect(option.rect, QColor(tokens.accent))
        # The view gives the row all its height: keep the block together, in the middle.
        area = QRect(option.rect.topLeft(), self.sizeHint(option, index))
        area.moveCenter(option.rect.center())
        area.adjust(SPACING, SPACING // 2, -SPACING, -SPACING // 2)
        self._paint_picture(painter, QRect(area.topLeft(), _THUMBNAIL), item)
        line_height = option.fontMetrics.height()
        name = QRect(area.left(), area.bottom() - 2 * line_height, area.width(), line_height)
        lesser = tokens.error if item.failure else tokens.text if item.pretrained else tokens.muted
        for rect, text, ink in (
            (name, item.name, tokens.text),
            (name.translated(0, line_height), item.line(), lesser),
        ):
            painter.setPen(QColor(tokens.accent_text if selected else ink))
            shown = option.fontMetrics.elidedText(text, Qt.TextElideMode.ElideRight, rect.width())
            painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, shown)
        painter.restore()

    def _paint_picture(self, painter: QPainter, area: QRect, item: _Item) -> None:
        tokens = theme.current()
        if item.picture is None:
            painter.fillRect(area, QColor(tokens.raised))
        else:
            size = item.picture.size().scaled(area.size(), Qt.AspectRatioMode.KeepAspectRatio)
            target = QRect(area.topLeft(), size)
            target.moveCenter(area.center())
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            painter.drawPixmap(target, item.picture)
        if item.failure:
            mark = QRect(0, 0, 3 * SPACING, 3 * SPACING)
            mark.moveCenter(area.center())
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(tokens.warning))
            painter.drawEllipse(mark)
            painter.setPen(QColor(tokens.surface))
            painter.drawText(mark, Qt.AlignmentFlag.AlignCenter, "!")


class ImageStrip(QListView):
    """The opened images, one of them the current one.

    Signals:
        image_selected: The person chose the image of this key.
        image_closed: The person wants the image of this key gone; it stays until `remove`.
    """

    image_selected = Signal(str)
    image_closed = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("imageStrip")
        self.setAccessibleName("Images")
        self._images = _Images(self)
        self._key = ""
        self._quiet = False
        self.setModel(self._images)
        self.setItemDelegate(_ItemDelegate(self))
        self.setFlow(QListView.Flow.LeftToRight)
        self.setWrapping(False)
        self.setUniformItemSizes(True)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        height = _THUMBNAIL.height() + 2 * self.fontMetrics().height() + 2 * SPACING
        self.setFixedHeight(height + self.horizontalScrollBar().sizeHint().height() + 2 * self.frameWidth())
        add_copy(self)
        close = QAction("Close image", self)
        close.setShortcut(QKeySequence(QKeySequence.StandardKey.Delete))
        close.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        close.triggered.connect(self._on_close)
        self.addAction(close)

    def add_pending(self, key: str, name: str) -> None:
        """Add an image that is being opened."""
        self._images.append(_Item(key, name))

    def set_opened(self, image: OpenedImage) -> None:
        """Show the thumbnail of an image, adding it if it is not on the strip."""
        if self._images.place(image.key) < 0:
            self.add_pending(image.key, image.name)
        height, width, _ = image.thumbnail.shape
        pixels = image.thumbnail.tobytes()
        # The pixmap copies the pixels: nothing keeps pointing into the array.
        picture = QPixmap.fromImage(QImage(pixels, width, height, 3 * width, QImage.Format.Format_RGB888))
        with self._change(image.key) as item:
            item.name, item.opened, item.picture, item.failure = image.name, image, picture, ""

    def set_answer(self, key: str, prediction: Prediction | None, pretrained: bool) -> None:
        """Show the most probable class of an image; None takes away that of a model no longer loaded."""
        with self._change(key) as item:
            item.answer, item.pretrained, item.failure = prediction, pretrained, ""

    def set_failed(self, key: str, message: str) -> None:
        """Mark an image that could not be opened or classified; the tooltip says why."""
        with self._change(key) as item:
            item.failure = message

    def remove(self, key: str) -> None:
        """Take an image off the strip; if it was the selected one, none is selected."""
        row = self._images.place(key)
        if row < 0:
            return
        with self._silence():
            if self._key == key:
                self._deselect()
            self._images.remove(row)

    def clear(self) -> None:
        """Take all images off the strip."""
        with self._silence():
            self._deselect()
            self._images.clear()

    def select(self, key: str) -> None:
        """Select an image and scroll to it; says nothing about it."""
        row = self._images.place(key)
        if row < 0:
            return
        self._key = key
        with self._silence():
            self.setCurrentIndex(self._images.index(row))
        self.scrollTo(self.currentIndex())

    def keys(self) -> tuple[str, ...]:
        """Return the keys of all images, in the order of the strip."""
        return tuple(item.key for item in self._images.items)

    def selectionChanged(self, selected: QItemSelection, deselected: QItemSelection) -> None:
        """Tell whoever listens if the person chose another image."""
        super().selectionChanged(selected, deselected)
        chosen = self.selectedIndexes()
        key = self._images.items[chosen[0].row()].key if chosen else ""
        if not self._quiet and key and key != self._key:
            self._key = key
            self.image_selected.emit(key)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the images, or what to do while there are none."""
        super().paintEvent(event)
        if not self._images.items:
            paint_hint(self, "Drop images on the window.")

    def _on_close(self) -> None:
        for index in self.selectedIndexes():
            self.image_closed.emit(self._images.items[index.row()].key)

    def _deselect(self) -> None:
        self._key = ""
        self.setCurrentIndex(QModelIndex())
        self.clearSelection()

    @contextmanager
    def _change(self, key: str) -> Iterator[_Item]:
        """Yield the item of `key` to be changed; a change of one that was closed meanwhile is lost."""
        row = self._images.place(key)
        yield self._images.items[row] if row >= 0 else _Item(key, "")
        if row >= 0:
            self._images.changed(row)

    @contextmanager
    def _silence(self) -> Iterator[None]:
        self._quiet = True
        try:
            yield
        finally:
            self._quiet = False
