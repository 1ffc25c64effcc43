"""The strip of opened images: a thumbnail each, with its name and the model's first answer, and how probable it is."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from PySide6.QtCore import QAbstractTableModel, QItemSelection, QModelIndex, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QAction,
    QColor,
    QFontMetrics,
    QImage,
    QKeySequence,
    QPainter,
    QPen,
    QPixmap,
    QResizeEvent,
)
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from explorer.records.answers import Prediction
from explorer.records.images import OpenedImage
from explorer.window import theme
from explorer.window.format import result, tip
from explorer.window.theme import SPACING
from explorer.window.widgets.tables import Index, add_copy

_THUMBNAIL = QSize(10 * SPACING, 6 * SPACING)  # three in a row in a window as wide as planned
_RING = 2  # pixels around the picture
_BAR = 2  # pixels: how high the bar is that says how probable the answer is
_RANDOM = "random weights"
_PALE = 0.35  # of the colours of a picture about which nothing is asked
_ITEM_ROLE = Qt.ItemDataRole.UserRole + 1


@dataclass
class _Item:
    """An image on the strip.

    Attributes:
        key: The window's name for it.
        name: What a person calls it.
        opened: None until it is decoded.
        picture: Its thumbnail; None until then.
        answer: The most probable class; None until known.
        pretrained: Whether the answer is one of trained weights.
        failure: Why it could not be opened or classified; empty if nothing went wrong.
        held: Why nothing is asked about it now; empty if it is not held.
        state: In a word or two, in the place of an answer; empty if there may be one.
    """

    key: str
    name: str
    opened: OpenedImage | None = None
    picture: QPixmap | None = None
    answer: Prediction | None = None
    pretrained: bool = False
    failure: str = ""
    held: str = ""
    state: str = ""

    def line(self) -> str:
        """Return what is answered to it, or why nothing is."""
        known = f"{self.answer.label} {result(self.answer)}" if self.answer else ""
        return self._in_place_of_answer() or known

    def short_line(self) -> str:
        """Return the most probable class, or why there is none: what there is room for below the name."""
        known = self.answer.label if self.answer else ""
        return self._in_place_of_answer().removesuffix(" weights") or known

    def fitting(self, metrics: QFontMetrics, width: int) -> tuple[str, str]:
        """Return its name and what stands below as they fit: a name keeps its ending, an answer how it begins."""
        return (
            metrics.elidedText(self.name, Qt.TextElideMode.ElideMiddle, width),
            metrics.elidedText(self.short_line(), Qt.TextElideMode.ElideRight, width),
        )

    def _in_place_of_answer(self) -> str:
        if self.failure:
            return "failed"
        if self.state:
            return self.state
        if self.answer is None:
            return "opening …" if self.opened is None else "–"
        return "" if self.pretrained else _RANDOM

    def share(self) -> float | None:
        """Return how probable the answer is that stands below; None where that is not known, or none stands there."""
        return None if self.answer is None or self._in_place_of_answer() else self.answer.probability

    def is_muted(self) -> bool:
        """Tell whether what stands below is no answer of a network that learnt; how sure one is the bar tells."""
        return bool(self._in_place_of_answer())

    def description(self) -> str:
        """Return all that is known, one fact a line."""
        lines = [self.name]
        if self.opened:
            pixels = [f"{self.opened.width}×{self.opened.height} pixels"] if self.opened.width else []
            lines += [*pixels, *self.opened.notes]
        if self.failure or self.held:
            return "\n".join([*lines, self.failure or self.held])
        if self.state:
            lines.append(f"{self.state}, none comes first")
        if self.answer:
            lines.append(f"{self.answer.label}, {result(self.answer)}")
            if not self.pretrained:
                lines.append("The weights are random or not verified: this need not be knowledge.")
        return "\n".join(lines)


class _Images(QAbstractTableModel):
    """One row an image, in the order of opening; a table of one column, for a list's columns cannot be copied."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.items: list[_Item] = []

    def place(self, key: str) -> int:
        """Return the row of `key`; -1 if it is not on the strip."""
        return next((row for row, item in enumerate(self.items) if item.key == key), -1)

    def insert(self, row: int, item: _Item) -> None:
        self.beginInsertRows(QModelIndex(), row, row)
        self.items.insert(row, item)
        self.endInsertRows()

    def remove(self, row: int) -> None:
        self.beginRemoveRows(QModelIndex(), row, row)
        del self.items[row]
        self.endRemoveRows()

    def changed(self, row: int) -> None:
        self.dataChanged.emit(self.index(row, 0), self.index(row, 0))

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self.items)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else 1

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        item = self.items[index.row()]
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return f"{item.name}: {item.line()}"
        if role == Qt.ItemDataRole.ToolTipRole:
            return tip(item.description())
        return item if role == _ITEM_ROLE else None


def _tile_height(metrics: QFontMetrics) -> int:
    """Return the height of a picture with two lines below it."""
    return _THUMBNAIL.height() + 2 * metrics.height() + 3 * SPACING // 2


class _ItemDelegate(QStyledItemDelegate):
    """Paints the thumbnail, the name and the answer below each other."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """Return the room of a tile; the view is shared out among whole ones."""
        least = _THUMBNAIL.width() + SPACING
        room = option.widget.viewport().width() if isinstance(option.widget, QListView) else least
        return QSize(room // max(1, room // least), _tile_height(option.fontMetrics))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        item: _Item = index.data(_ITEM_ROLE)
        tokens = theme.current()
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        # The view gives the row all its height: keep the block together, in the middle.
        block = QRect(option.rect.topLeft(), self.sizeHint(option, index))
        block.moveCenter(option.rect.center())
        if selected:
            self._paint_choice(painter, block)
        elif option.state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(block, QColor(tokens.hover))
        area = block.adjusted(SPACING // 2, SPACING // 2, -SPACING // 2, -SPACING // 2)
        picture = QRect(area.topLeft(), QSize(area.width(), _THUMBNAIL.height()))
        self._paint_picture(painter, picture, item)
        if selected:
            painter.setPen(QPen(QColor(tokens.accent), _RING))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(picture).adjusted(-1, -1, 1, 1), SPACING / 2, SPACING / 2)
        line_height = option.fontMetrics.height()
        name = QRect(area.left(), picture.bottom() + SPACING // 2, area.width(), line_height)
        lesser = tokens.error if item.failure else tokens.muted if item.is_muted() else tokens.text
        first, second = item.fitting(option.fontMetrics, name.width())
        for rect, text, ink in (
            (name, first, tokens.muted),
            (name.translated(0, line_height), second, lesser),
        ):
            painter.setPen(QColor(ink))
            painter.drawText(rect, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, text)
        if (share := item.share()) is not None:
            below = QRectF(area.left(), area.bottom() + 1, area.width(), _BAR)
            painter.fillRect(below, QColor(tokens.raised if not selected else tokens.surface))
            painter.fillRect(below.adjusted(0, 0, (share - 1) * below.width(), 0), QColor(tokens.accent))
        painter.restore()

    def _paint_choice(self, painter: QPainter, block: QRect) -> None:
        """Tint what is chosen."""
        tokens = theme.current()
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(tokens.accent_ground))
        painter.drawRoundedRect(QRectF(block).adjusted(0.5, 0.5, -0.5, -0.5), SPACING / 2, SPACING / 2)

    def _paint_picture(self, painter: QPainter, area: QRect, item: _Item) -> None:
        tokens = theme.current()
        painter.fillRect(area, QColor(tokens.raised))
        if item.picture is not None:
            size = item.picture.size().scaled(area.size(), Qt.AspectRatioMode.KeepAspectRatio)
            target = QRect(area.topLeft(), size)
            target.moveCenter(area.center())
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            painter.setOpacity(_PALE if item.held else 1.0)
            painter.drawPixmap(target, item.picture)
            painter.setOpacity(1.0)
        if item.failure:
            mark = QRect(0, 0, 3 * SPACING, 3 * SPACING)
            mark.moveCenter(area.center())
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
        self.setAccessibleName("Open inputs")
        self.setToolTip("Click an input to see what the network makes of it; Delete closes it")
        self._images = _Images(self)
        self._key = ""
        self._quiet = False
        self.setModel(self._images)
        self.setItemDelegate(_ItemDelegate(self))
        self.setFlow(QListView.Flow.LeftToRight)
        self.setWrapping(False)
        self.setUniformItemSizes(True)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setMouseTracking(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setHorizontalScrollBarPolicy(
            Qt.ScrollBarPolicy.ScrollBarAlwaysOn
        )  # its coming would move the tiles
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setFixedHeight(
            _tile_height(self.fontMetrics())
            + self.horizontalScrollBar().sizeHint().height()
            + 2 * self.frameWidth()
        )
        add_copy(self)
        close = QAction("Close", self)
        close.setShortcut(QKeySequence(QKeySequence.StandardKey.Delete))
        close.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        close.triggered.connect(self._on_close)
        self.addAction(close)

    def add_pending(self, key: str, name: str, place: int | None = None) -> None:
        """Add an image that is being opened, before the one at `place`, or at the end."""
        count = len(self._images.items)
        with self._silence():
            self._images.insert(count if place is None else min(place, count), _Item(key, name))

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

    def set_answer(self, key: str, prediction: Prediction | None, pretrained: bool, tie: str = "") -> None:
        """Show the most probable class of an image, or that several are equal; None takes away a former answer."""
        with self._change(key) as item:
            item.answer, item.pretrained = prediction, pretrained
            item.failure = item.held = ""
            item.state = tie if pretrained or not tie else _RANDOM

    def set_failed(self, key: str, message: str) -> None:
        """Mark an image that could not be opened or classified; the tooltip says why."""
        with self._change(key) as item:
            item.failure = message

    def set_held(self, key: str, why: str, state: str = "not recorded") -> None:
        """Say of an image that nothing is asked about it now; the tooltip says why."""
        with self._change(key) as item:
            item.held, item.state = why, state

    def remove(self, key: str) -> None:
        """Take an image off the strip; if it was the selected one, none is selected."""
        row = self._images.place(key)
        if row < 0:
            return
        with self._silence():
            if self._key == key:
                self._deselect()
            self._images.remove(row)

    def select(self, key: str) -> None:
        """Select an image and scroll to it, or none if `key` is empty; says nothing about it."""
        row = self._images.place(key)
        if not key:
            with self._silence():
                self._deselect()
        if row < 0 or (key == self._key and self.currentIndex().row() == row):
            return
        self._key = key
        self.setAutoScroll(False)  # it would bring it to an edge
        with self._silence():
            self.setCurrentIndex(self._images.index(row, 0))
        self.setAutoScroll(True)
        self.executeDelayedItemsLayout()  # or what was added just now could not be scrolled to
        self._reveal()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the selected image in sight."""
        super().resizeEvent(event)
        self._reveal()

    def _reveal(self) -> None:
        """Scroll by whole images, no further than it takes to have all of the selected one in sight."""
        place, bar = self.visualRect(self.currentIndex()), self.horizontalScrollBar()
        beyond = place.right() - self.viewport().rect().right()
        if place.left() < 0 or place.width() > self.viewport().width():
            bar.setValue(bar.value() + place.left())
        elif beyond > 0:
            bar.setValue(-(-(bar.value() + beyond) // place.width()) * place.width())

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
