"""The strongest places of a channel, cut out, side by side."""

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QIcon, QImage, QPainter, QPaintEvent, QPixmap
from PySide6.QtWidgets import QListView, QListWidget, QListWidgetItem, QWidget

from explorer.features.likes.crops import Crop, crops
from explorer.features.likes.messages import Patch, Strongest
from explorer.window import format as fmt
from explorer.window import theme
from explorer.window.widgets.overlays import draw_frame
from explorer.window.widgets.tables import paint_hint

_SIDE = 14 * theme.SPACING
_LINES, _LONGEST = 3, ("row 888, column 888", "value 88.88, 88 times")


class PatchGrid(QListWidget):
    """The places, the strongest first, each with its value and the name of its image.

    Signals:
        chosen(object): The `Patch` that the person clicked, or chose with Return.
    """

    chosen = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("patchGrid")
        self.setAccessibleName("Strongest places")
        self._shown: Strongest | None = None
        self._crops: tuple[Crop, ...] = ()
        self._hint = ""
        self.setViewMode(QListView.ViewMode.IconMode)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setMovement(QListView.Movement.Static)
        self.setFrameShape(QListView.Shape.NoFrame)
        self.setUniformItemSizes(True)
        self.setIconSize(QSize(_SIDE, _SIDE))
        metrics = self.fontMetrics()
        wide = max(_SIDE, *map(metrics.horizontalAdvance, _LONGEST))
        self.setGridSize(
            QSize(wide + 2 * theme.SPACING, _SIDE + _LINES * metrics.lineSpacing() + 2 * theme.SPACING)
        )
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
        self._crops = crops(found) if found is not None else ()
        decimals = fmt.decimals(crop.patch.value for crop in self._crops)
        for crop in self._crops:
            item = QListWidgetItem(QIcon(_pixmap(crop.patch)), _below(crop, decimals))
            item.setToolTip(fmt.tip(_whole(crop)))
            item.setSizeHint(self.gridSize())  # or a caption wider than its picture would be cut
            item.setData(Qt.ItemDataRole.AccessibleTextRole, _whole(crop))
            self.addItem(item)
        self.verticalScrollBar().setValue(place)

    @property
    def hint(self) -> str:
        """What stands here while there are no places."""
        return self._hint if not self.count() else ""

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the places, or what to do while there are none."""
        super().paintEvent(event)
        if self.hint:
            paint_hint(self, self.hint)

    def _on_item(self, item: QListWidgetItem) -> None:
        self.chosen.emit(self._crops[self.row(item)].patch)


def _below(crop: Crop, decimals: int) -> str:
    """Return what stands below a crop: its image, its value and how many places see just this, and its place."""
    many = f", {len(crop.values)} times" if len(crop.values) > 1 else ""
    value = f"value {fmt.fixed(crop.patch.value, decimals)}{many}"
    return "\n".join((crop.patch.name, value, fmt.place(crop.patch.unit)))


def _whole(crop: Crop) -> str:
    """Return all that is known of a place, and of those that see the same."""
    patch = crop.patch
    top, left, bottom, right = patch.box or (0, 0, 0, 0)
    rows = f"rows {top} to {bottom - 1}, columns {left} to {right - 1} of the input"
    seen = (
        f"sees {rows}"
        if patch.box is not None
        else "what it sees of the input is not known; the whole is shown"
    )
    others = ", ".join(fmt.number(it) for it in crop.values[1:])
    same = f" Other places see the same pixels: {others}." if others else ""
    here = f"{fmt.number(patch.value)} in {patch.name} at {fmt.place(patch.unit)} of the map"
    return f"{here}, which {seen}.{same} Click to go there."


def _pixmap(patch: Patch) -> QPixmap:
    """Return what a place sees, in the middle of a square, framed where more is shown; few pixels stay squares."""
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
    if patch.box is not None and patch.box != patch.seen:
        scale = fitted.width() / width
        y, x, bottom, right = patch.box
        corner = left + (x - patch.seen[1]) * scale, top + (y - patch.seen[0]) * scale
        draw_frame(painter, QRectF(*corner, (right - x) * scale, (bottom - y) * scale), field=True)
    painter.end()
    return icon
