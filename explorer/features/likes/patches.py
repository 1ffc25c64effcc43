"""The strongest places of a channel, cut out, side by side."""

from collections.abc import Iterable
from itertools import chain

from PySide6.QtCore import QMarginsF, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QIcon, QImage, QPainter, QPaintEvent, QPixmap, QResizeEvent
from PySide6.QtWidgets import QListView, QListWidget, QListWidgetItem, QWidget

from explorer.features.likes.messages import Patch, Strongest
from explorer.window import format as fmt
from explorer.window import theme
from explorer.window.widgets.overlays import SPOT, draw_frame, draw_spot
from explorer.window.widgets.tables import paint_hint

_SIDE, _LEAST_SIDE = 14 * theme.SPACING, 8 * theme.SPACING
_PEN = QMarginsF(2.5, 2.5, 2.5, 2.5)  # half a frame's line, or the border would cut it
_LINES, _USUAL = 3, ("row 888, column 888", "88.88 at 88 places")


class PatchGrid(QListWidget):
    """The places, the strongest first, each with its value and the name of its image; only whole rows are in sight.

    Signals:
        chosen(object): The `Patch` that the person clicked, or chose with Return.
    """

    chosen = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("patchGrid")
        self.setAccessibleName("Strongest places")
        self._shown: Strongest | None = None
        self._patches: tuple[Patch, ...] = ()
        self._hint = ""
        self.setViewMode(QListView.ViewMode.IconMode)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setMovement(QListView.Movement.Static)
        self.setFrameShape(QListView.Shape.NoFrame)
        self.setUniformItemSizes(True)
        self._wide = self._width_of(_USUAL)
        self._caption = _LINES * self.fontMetrics().lineSpacing() + 2 * theme.SPACING
        self._fit()
        self.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.itemClicked.connect(self._on_item)
        self.itemActivated.connect(self._on_item)

    def set_strongest(self, found: Strongest | None, hint: str = "") -> None:
        """Show places; without any, `hint`."""
        self._hint = hint
        if found is self._shown:
            self.viewport().update()
            return
        self._shown = found
        place = self.verticalScrollBar().value()
        self.clear()
        self._patches = found.shown if found is not None else ()
        decimals = fmt.decimals(it.value for it in self._patches)
        is_framed = found is not None and found.is_framed
        numbers = [_numbers(patch, decimals) for patch in self._patches]
        for patch, told in zip(self._patches, numbers, strict=True):
            item = QListWidgetItem(QIcon(_pixmap(patch, is_framed)), "\n".join((patch.name, *told)))
            item.setToolTip(fmt.tip(_whole(patch, is_framed)))
            item.setData(Qt.ItemDataRole.AccessibleTextRole, _whole(patch, is_framed))
            self.addItem(item)
        self._wide = self._width_of(chain(_USUAL, *numbers))
        self._fit()
        self.verticalScrollBar().setValue(place)

    @property
    def hint(self) -> str:
        """What stands here while there are no places."""
        return self._hint if not self.count() else ""

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Let whole rows have the room there is."""
        super().resizeEvent(event)
        self._fit()

    def _width_of(self, lines: Iterable[str]) -> int:
        """Return how wide a place is, so that none of these lines below it is cut."""
        return max(_SIDE, *map(self.fontMetrics().horizontalAdvance, lines)) + theme.SPACING

    def _fit(self) -> None:
        """Lay rows of one height that fill the room in both ways, their pictures no larger than they are drawn."""
        room, row = self.height(), _SIDE + self._caption
        across = self.width() - self.verticalScrollBar().sizeHint().width() - 1  # or Qt breaks a full row
        columns = max(1, across // self._wide)
        wide = max(across // columns, self._wide)  # what is left over is shared
        if -(-self.count() // columns) * row > room:
            more = -(-room // row)
            rows = more if room // more - self._caption >= _LEAST_SIDE else more - 1
            row = max(-(-room // max(rows, 1)), _LEAST_SIDE + self._caption)
        side = min(_SIDE, row - self._caption)
        if self.gridSize() != QSize(wide, row):
            self.setIconSize(QSize(side, side))
            self.setGridSize(QSize(wide, row))
        for at in range(self.count()):
            self.item(at).setSizeHint(self.gridSize())  # or a caption wider than its picture would be cut

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the places, or what to do while there are none."""
        super().paintEvent(event)
        if self.hint:
            paint_hint(self, self.hint)

    def _on_item(self, item: QListWidgetItem) -> None:
        self.chosen.emit(self._patches[self.row(item)])


def _numbers(patch: Patch, decimals: int) -> tuple[str, str]:
    """Return what stands below a cut and its image: its value, how many places of the map give it, and its place."""
    is_tiny = 0 < abs(patch.value) < 10.0**-decimals / 2  # it would read as zero
    value = fmt.number(patch.value) if is_tiny else fmt.fixed(patch.value, decimals)
    value = f"{value} at {patch.equals:,} places" if patch.equals > 1 else f"map value {value}"
    return value, fmt.place(patch.unit)


def _whole(patch: Patch, is_framed: bool) -> str:
    """Return all that is known of a place."""
    top, left, bottom, right = patch.box or (0, 0, 0, 0)
    rows = f"rows {top} to {bottom - 1}, columns {left} to {right - 1} of the input"
    seen = (
        f"sees {rows}"
        if patch.box is not None
        else "what it sees of the input is not known; the whole is shown"
    )
    ring = " The ring marks the middle of its field." if _has_ring(patch, is_framed) else ""
    same = f" {patch.equals:,} places of this map are equal; this is one of them." if patch.equals > 1 else ""
    here = f"{fmt.number(patch.value)} in {patch.name} at {fmt.place(patch.unit)} of the map"
    return f"{here}, which {seen}.{ring}{same} Click to go there."


def _has_ring(patch: Patch, is_framed: bool) -> bool:
    """Tell whether a ring marks the centre of a place: where that is not known to be the middle, and no frame tells."""
    return patch.centre is not None and (patch.box is None or not is_framed)


def _pixmap(patch: Patch, is_framed: bool) -> QPixmap:
    """Return what is cut out for a place, in the middle of a square; few pixels stay squares.

    What it sees is framed within, if that is wanted; else a ring may mark its centre.
    """
    height, width, _ = patch.picture.shape
    icon = QPixmap(_SIDE, _SIDE)
    icon.fill(Qt.GlobalColor.transparent)
    if not height or not width:
        return icon
    image = QImage(patch.picture.tobytes(), width, height, 3 * width, QImage.Format.Format_RGB888)
    modes = Qt.TransformationMode
    mode = modes.FastTransformation if max(height, width) < _SIDE else modes.SmoothTransformation
    fitted = image.scaled(_SIDE, _SIDE, Qt.AspectRatioMode.KeepAspectRatio, mode)
    painter = QPainter(icon)
    left, top = (_SIDE - fitted.width()) // 2, (_SIDE - fitted.height()) // 2
    painter.drawImage(left, top, fitted)
    painter.setPen(QColor(theme.current().muted))  # or white pixels would melt into the page
    painter.drawRect(left, top, fitted.width() - 1, fitted.height() - 1)
    scale, (start, first) = fitted.width() / width, patch.seen[:2]
    if is_framed and patch.box is not None:
        y, x, bottom, right = patch.box
        corner = left + (x - first) * scale, top + (y - start) * scale
        room = QRectF(left, top, fitted.width(), fitted.height()).marginsRemoved(_PEN)
        frame = QRectF(*corner, (right - x) * scale, (bottom - y) * scale)
        draw_frame(painter, frame.intersected(room), field=True)
    elif patch.centre is not None:
        row, column = patch.centre
        at = left + (column - first) * scale, top + (row - start) * scale
        x, y = (min(max(it, SPOT + 1), _SIDE - SPOT - 1) for it in at)  # or the border would cut it
        draw_spot(painter, QPointF(x, y))
    painter.end()
    return icon
