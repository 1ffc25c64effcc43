"""What a pane of values is built of, and where it lies: all tiles at the left, one of them large at the right."""

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QBoxLayout,
    QCheckBox,
    QHBoxLayout,
    QSizePolicy,
    QSpacerItem,
    QVBoxLayout,
    QWidget,
)

from explorer.window import format as fmt
from explorer.window import theme
from explorer.window.widgets.bars import VectorView
from explorer.window.widgets.canvas import ImageCanvas
from explorer.window.widgets.elided import WordsLabel
from explorer.window.widgets.histogram import HistogramView
from explorer.window.widgets.line import Line
from explorer.window.widgets.long_mosaic import LongMosaic
from explorer.window.widgets.parts import column
from explorer.window.widgets.scale_bar import ScaleBar
from explorer.window.widgets.value_choice import coarse

_CALM_MS = 150
_ROOM_FOR_ALL = 560  # pixels
_ROOM_FOR_COLOURS = 680  # pixels of width
_ANY_HEIGHT = 16_777_215
_LEAST_HISTOGRAM, _MOST_HISTOGRAM = 72, 240  # pixels


class LargeMap(ImageCanvas):
    """One tile, as large as there is room; inset like the picture of the input beside it."""

    margin = 3
    hugs = True


class ValueParts(QWidget):
    """The parts. Both halves are equally wide and grow with the window.

    Signals:
        room_changed(float): Width over height of the room for the mosaic, in coarse steps; once it has been the same
            for a moment.
    """

    room_changed = Signal(float)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.form = Line("title", "muted")
        self.badge = WordsLabel(role="warning")
        self.shared_scale = QCheckBox("One scale")
        self.shared_scale.setChecked(True)
        self.mosaic = LongMosaic()
        self.bars = VectorView()
        self.pictures: list[QWidget] = [self.mosaic, self.bars]
        self.scale_bar = ScaleBar()
        self.scale_note = Line("muted", "muted")
        self.reading = Line("title", "")
        self.large = LargeMap()
        self.distribution = Line("muted", "muted")
        self.whole = QCheckBox()
        for box in (self.shared_scale, self.whole):
            box.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # a click leaves the keys where they were
        self.range = Line("muted", "muted")
        self.histogram = HistogramView()
        self.numbers = Line("muted", "warning")
        self.note = Line()
        self._left, self._right = QWidget(), QWidget()
        self._halves = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._aspect = 0.0
        self._calm = QTimer(self, singleShot=True, interval=_CALM_MS)
        self._calm.timeout.connect(self._tell_room)
        self._arrange()

    def show_tiles(self, several: bool) -> None:
        """Lay out for several tiles beside one that is large, or for one picture above its histogram."""
        direction = QBoxLayout.Direction.LeftToRight if several else QBoxLayout.Direction.TopToBottom
        self._halves.setDirection(direction)
        self._halves.setStretch(0, 1 if several else 3)
        for part in (self.large, self.shared_scale, self.whole):
            part.setVisible(several)
        self.histogram.setMaximumHeight(_MOST_HISTOGRAM if several else _ANY_HEIGHT)

    def add_picture(self, picture: QWidget) -> None:
        """Take in another way to draw a value."""
        self.pictures.append(picture)
        self._pictures.addWidget(picture)
        picture.hide()

    def show_picture(self, shown: QWidget) -> None:
        """Show one way to draw a value."""
        for picture in self.pictures:
            picture.setVisible(picture is shown)
        self._shown = shown
        self._make_room()

    def _make_room(self) -> None:
        """Drop the histogram whole where charts under each other need the room."""
        crowded = self._shown not in (self.mosaic, self.bars) and self.height() < _ROOM_FOR_ALL
        for part in (self.histogram, self.distribution):
            part.setVisible(not crowded)
        self._halves.setStretch(1, 0 if crowded else 1)

    @property
    def room(self) -> float:
        """Width over height of the room for the mosaic, in coarse steps; it is the same with a note and without."""
        lines = (self.form, self.scale_bar, self.numbers)
        used = sum(it.sizeHint().height() for it in lines) + 3 * theme.SPACING
        return coarse(max(self._left.width(), 1) / max(self.height() - used, 1))

    def foresee_room(self, size: QSize) -> None:
        """Tell of the room there will be, before there is anything to show in it."""
        layout = self.layout()
        if self._aspect == 0.0 and layout is not None:
            self.resize(size)
            layout.activate()
            self._tell_room()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Tell of another room: at once where none was known, else when it is calm."""
        super().resizeEvent(event)
        self._make_room()
        self.scale_bar.set_short(self.width() < _ROOM_FOR_COLOURS)
        if self._aspect == 0.0:
            QTimer.singleShot(0, self, self._tell_room)
        else:
            self._calm.start()

    def _tell_room(self) -> None:
        aspect = self.room
        if aspect != self._aspect and self._halves.direction() == QBoxLayout.Direction.LeftToRight:
            self._aspect = aspect
            self.room_changed.emit(aspect)

    def describe(self, noun: str) -> None:
        """Say what each part is, for who points at it and who hears it; `noun` is what a tile is called."""
        self.mosaic.setAccessibleName(f"Mosaic of all {noun}s")
        self.mosaic.setToolTip(
            fmt.tip(f"All {noun}s: a click or the arrow keys choose one.\n{self.mosaic.turns}")
        )
        self.large.setAccessibleName(f"The selected {noun}")
        tip = f"The selected {noun}: a click or the arrow keys choose a value, Delete clears the mark."
        self.large.setToolTip(fmt.tip(f"{tip}\n{self.large.turns}"))
        self.shared_scale.setToolTip(
            fmt.tip(
                f"On: colours can be compared between {noun}s. Off: each {noun} uses the whole range. (Space)"
            )
        )
        self.shared_scale.setAccessibleName(f"One scale for all {noun}s")
        self.whole.setText(f"All {noun}s")
        self.whole.setAccessibleName(f"Values of all {noun}s")
        self.whole.setToolTip(
            fmt.tip(f"Count the values of all {noun}s instead of the selected one's (Space)")
        )
        self.reading.setAccessibleName("Value under the cursor")
        self.numbers.setAccessibleName("Statistics over all values, in 64-bit floating point")

    # ---- building ----

    def _arrange(self) -> None:
        unit = theme.SPACING
        head = _row(self.form, self.badge, self.shared_scale)
        legend = _row(self.scale_bar, self.scale_note)
        self._pictures = QVBoxLayout()
        left = _half(self._left, head, self._pictures)
        left.setStretchFactor(self._pictures, 1)
        left.addLayout(legend)  # at the foot, wherever the picture ends: it stays in its place at every step
        for picture in self.pictures:
            self._pictures.addWidget(picture)
        self.histogram.setMinimumHeight(_LEAST_HISTOGRAM)
        below = _row(self.distribution, self.whole)
        right = _half(self._right, self.reading, self.large, below, self.range, self.histogram)
        right.setStretchFactor(self.large, 3)
        right.setStretchFactor(self.histogram, 1)
        for picture in (self.mosaic, self.large, self.bars):
            picture.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Expanding)
        self.show_picture(self.mosaic)
        for half in (self._left, self._right):
            half.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Expanding)
            self._halves.addWidget(half, 1)
        self._halves.setSpacing(2 * unit)
        self.badge.hide()
        rows = QVBoxLayout(self)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(unit // 2)
        rows.addLayout(self._halves, 1)
        rows.addWidget(self.numbers)
        rows.addWidget(self.note)


def _row(*parts: QWidget) -> QHBoxLayout:
    made = QHBoxLayout()
    made.setSpacing(theme.SPACING)
    for part in parts:
        made.addWidget(part, 1 if isinstance(part, Line) else 0)
    return made


def _half(widget: QWidget, *parts: QWidget | QBoxLayout) -> QVBoxLayout:
    made = column(widget, *parts)
    # What is left over once every picture is as high as it can be.
    made.addItem(QSpacerItem(0, 0, QSizePolicy.Policy.Minimum, QSizePolicy.Policy.Expanding))
    return made
