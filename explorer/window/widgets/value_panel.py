"""Everything there is to see of one tensor: mosaic, one channel large, histogram, numbers."""

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QHBoxLayout,
    QSizePolicy,
    QSplitter,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from explorer.records.values import Layout, ValueView
from explorer.window import format as fmt
from explorer.window import theme
from explorer.window.widgets.bars import VectorView
from explorer.window.widgets.canvas import ImageCanvas
from explorer.window.widgets.histogram import HistogramView
from explorer.window.widgets.mosaic import MosaicView
from explorer.window.widgets.overlays import Box
from explorer.window.widgets.parts import BusyBar, column, label
from explorer.window.widgets.scale_bar import ScaleBar
from explorer.window.widgets.value_text import empty_text, note_text, range_text, statistics_text

_HINTS = {
    Layout.VECTOR: "Point at a bar to read its value.",
    Layout.MATRIX: "Point at a value to read it.",
}


class ValuePanel(QWidget):
    """Shows one `ValueView`; what is said about it, and how a vector is drawn, is up to its subclasses.

    Signals:
        unit_selected: (y, x) of the unit that the person chose, on the grid of the value.
        channel_selected: The channel that the person chose.
        scale_changed: True if the person wants one colour scale for all channels, False for one a channel.
    """

    unit_selected = Signal(int, int)
    channel_selected = Signal(int)
    scale_changed = Signal(bool)

    noun = "channel"
    hint = "Point at a value to read it."

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._value: ValueView | None = None
        self._empty_message = ""
        self._channel = 0
        self._unit: tuple[int, int] | None = None
        self._place: tuple[int, ...] | None = None  # what the mouse lies over: (channel, y, x) or (index,)
        self._marked: NDArray[np.bool_] | None = None
        self._title = label("title")
        self._form = label("muted")
        self._note = label("muted")
        self._busy = BusyBar()
        self._message = label("muted")
        self._mosaic = MosaicView()
        self._bars = VectorView()
        self._picture = QStackedWidget()
        self._channel_title = label("title")
        self._large = ImageCanvas()
        self._channel_numbers = label("muted")
        self._one_channel = QWidget()
        self._histogram = HistogramView()
        self._split = QSplitter(Qt.Orientation.Horizontal)
        self._readout = label()
        self._scale_bar = ScaleBar()
        self._shared_scale = QCheckBox(f"One scale for all {self.noun}s")
        self._numbers = label("muted")
        self._alarm = label("warning")
        self._pages = QStackedWidget()
        self._arrange()
        self._describe_parts()
        self._connect()
        self.set_message("Nothing to show yet.")

    # ---- records in ----

    def set_value(self, value: ValueView | None) -> None:
        """Show a tensor; None shows the message. A selected unit goes with its operation."""
        empty = value is not None and value.values.size == 0
        if self._value is None or value is None or value.node != self._value.node:
            self._unit = None
        self._marked = None
        self._value = None if empty else value
        if value is None or empty:
            self._message.setText(self._empty_message if value is None else empty_text(value))
            self._pages.setCurrentIndex(0)
            return
        if value.mosaic is None:
            self._place = None
            self.show_vector(value)
            for widget in (self._one_channel, self._scale_bar, self._shared_scale):
                widget.hide()
        else:
            self._set_tiles(value)
        self._histogram.set_histogram(value.histogram)
        self._set_numbers(value)
        self._show_readout()
        self._pages.setCurrentIndex(1)

    def set_message(self, text: str) -> None:
        """Set what stands in the pane while it has no value: what to do next."""
        self._empty_message = text
        self._message.setText(text)

    def set_busy(self, busy: bool) -> None:
        """Show, if it takes a while, that the next value is on its way."""
        self._busy.set_busy(busy)

    def select_channel(self, channel: int) -> None:
        """Show a channel large, and frame it in the mosaic."""
        self._channel = channel
        if self._value is not None and self._value.mosaic is not None:
            self._show_channel(self._value)
            self._show_readout()

    def select_unit(self, unit: tuple[int, int] | None) -> None:
        """Mark the unit (y, x); None marks none."""
        self._unit = unit
        if self._value is not None and self._value.mosaic is not None:
            self._show_unit(self._value)
            self._show_readout()

    def set_marked_units(self, mask: NDArray[np.bool_] | None) -> None:
        """Let only the units of an (H, W) mask shine; None, or a mask of another grid, shows all."""
        self._marked = mask
        if self._value is not None and self._value.mosaic is not None:
            self._show_marked(self._value)

    # ---- state ----

    @property
    def value(self) -> ValueView | None:
        """The tensor that is shown; None if there is none, or if it is empty."""
        return self._value

    @property
    def channel(self) -> int:
        """The channel shown large."""
        return self._channel

    @property
    def readout(self) -> str:
        """The line with the true value under the mouse or of the selected unit."""
        return self._readout.text()

    @property
    def aspect(self) -> float:
        """Width over height of the place for the mosaic."""
        return self._picture.width() / max(self._picture.height(), 1)

    @property
    def is_busy_shown(self) -> bool:
        """True if the sign of a coming value stands in the pane."""
        return self._busy.isVisible()

    @property
    def mosaic(self) -> MosaicView:
        """The picture of all channels."""
        return self._mosaic

    @property
    def large(self) -> ImageCanvas:
        """The picture of the selected channel."""
        return self._large

    # ---- what is said about a value ----

    def name_of(self, value: ValueView, channel: int) -> str:  # noqa: ARG002
        """Return what a channel of a value is called."""
        return f"{self.noun} {channel}"

    def form_of(self, value: ValueView) -> str:
        """Return shape and dtype."""
        return f"{fmt.shape(value.shape)} · {value.dtype}"

    def note_on(self, value: ValueView) -> str:
        """Return what is special about the picture; empty for nothing."""
        return note_text(value)

    def numbers_of(self, value: ValueView) -> str:
        """Return the statistics in one line."""
        return statistics_text(value.statistics, self.noun)

    def channel_numbers_of(self, value: ValueView, channel: int) -> str:
        """Return the statistics of one channel in one line."""
        return range_text(value.values[channel])

    def reading_at(self, value: ValueView, place: tuple[int, ...]) -> str:
        """Return place and true value at (channel, y, x), or at (index,) of a vector."""
        number = fmt.number(value.values[place])
        if len(place) == 1:
            remark = self._bars.describe(place[0])
            return f"index {place[0]} = {number} · {remark}" if remark else f"index {place[0]} = {number}"
        channel, y, x = place
        if value.layout == Layout.MATRIX:
            return f"row {y}, column {x} = {number}"
        return f"{self.name_of(value, channel)} · ({y}, {x}) = {number}"

    # ---- showing ----

    def show_vector(self, value: ValueView) -> None:
        """Draw a vector."""
        self._bars.set_values(value.values)
        self._bars.mark(None)
        self._picture.setCurrentWidget(self._bars)

    def _set_tiles(self, value: ValueView) -> None:
        assert value.mosaic is not None
        channels, height, width = value.values.shape[:3]
        self._channel = self._channel if self._channel < channels else 0
        if self._unit is not None and (self._unit[0] >= height or self._unit[1] >= width):
            self._unit = None
        if self._place is not None and not _lies_in(self._place, value.values.shape):
            self._place = None
        self._mosaic.set_mosaic(value.mosaic, (channels, height, width))
        self._picture.setCurrentWidget(self._mosaic)
        self._one_channel.setVisible(channels > 1)
        self._shared_scale.setVisible(channels > 1)
        self._scale_bar.setVisible(value.mosaic.pixels.ndim == 2)  # red, green and blue have no one scale
        self._show_channel(value)

    def _show_channel(self, value: ValueView) -> None:
        assert value.mosaic is not None
        channel = min(self._channel, value.values.shape[0] - 1)
        self._mosaic.select_channel(channel)
        low, high = value.mosaic.levels[channel]
        self._scale_bar.set_scale(float(low), float(high), value.mosaic.signed)
        if value.values.shape[0] > 1:
            top, left, bottom, right = self._mosaic.tile_of(channel)
            tile = np.ascontiguousarray(value.mosaic.pixels[top:bottom, left:right])
            self._large.set_quantised(tile, value.mosaic.signed)
            self._channel_title.setText(self.name_of(value, channel))
            self._channel_numbers.setText(self.channel_numbers_of(value, channel))
        self._show_unit(value)
        self._show_marked(value)

    def _show_unit(self, value: ValueView) -> None:
        self._mosaic.select_unit(self._unit)
        if self._unit is None or not _lies_in((0, *self._unit), value.values.shape):
            self._large.set_boxes(())
        else:
            y, x = self._unit
            self._large.set_boxes((Box((y, x, y + 1, x + 1)),))

    def _show_marked(self, value: ValueView) -> None:
        fits = self._marked is not None and self._marked.shape == value.values.shape[1:3]
        mask = self._marked if fits else None
        self._large.set_mask(mask)
        self._mosaic.set_mask(mask if value.values.shape[0] == 1 else None)

    def _set_numbers(self, value: ValueView) -> None:
        self._title.setText(value.title)
        self._form.setText(self.form_of(value))
        self._title.setToolTip(value.title)
        note = self.note_on(value)
        self._note.setText(note)
        self._note.setVisible(bool(note))
        self._numbers.setText(self.numbers_of(value))
        bad = value.statistics.not_finite
        self._alarm.setText(
            f"{bad:,} of {value.statistics.count:,} values are NaN or infinite" if bad else ""
        )
        self._alarm.setVisible(bool(bad))

    def _show_readout(self) -> None:
        value = self._value
        if value is None:
            return
        place = self._place
        if place is None and self._unit is not None and value.mosaic is not None:
            place = (self._channel, *self._unit)
        if place is None or not _lies_in(place, value.values.shape):
            self._readout.setText(_HINTS.get(value.layout, self.hint))
        else:
            self._readout.setText(self.reading_at(value, place))

    # ---- facts from the parts ----

    def _on_pointed(self, *place: int) -> None:
        self._place = place
        self._show_readout()

    def _on_large_hovered(self, y: int, x: int) -> None:
        self._on_pointed(self._channel, y, x)

    def _on_left(self) -> None:
        self._place = None
        self._show_readout()

    def _on_channel_selected(self, channel: int) -> None:
        self.select_channel(channel)
        self.channel_selected.emit(channel)

    def _on_unit_selected(self, y: int, x: int) -> None:
        self.select_unit((y, x))
        self.unit_selected.emit(y, x)

    def _on_large_arrow_pressed(self, rows: int, columns: int) -> None:
        if self._value is None:
            return
        y, x = self._unit or (0, 0)
        _, height, width = self._value.values.shape[:3]
        self._on_unit_selected(min(max(y + rows, 0), height - 1), min(max(x + columns, 0), width - 1))

    def _on_bar_of_histogram(self, bar: int) -> None:
        self._readout.setText(self._histogram.describe(bar))

    # ---- building ----

    def _arrange(self) -> None:
        unit = theme.SPACING
        head = QHBoxLayout()
        head.setSpacing(unit)
        head.addWidget(self._title)
        head.addWidget(self._form)
        head.addStretch(1)
        # A shape that is cut would be another shape.
        self._form.setMinimumWidth(0)
        self._form.setSizePolicy(QSizePolicy.Policy.Minimum, QSizePolicy.Policy.Fixed)
        self._picture.addWidget(self._mosaic)
        self._picture.addWidget(self._bars)
        one = column(self._one_channel, self._channel_title, self._large, self._channel_numbers)
        one.setStretch(1, 1)
        side = QSplitter(Qt.Orientation.Vertical)
        side.addWidget(self._one_channel)
        side.addWidget(self._histogram)
        side.setSizes([300, 180])
        self._split.addWidget(self._picture)
        self._split.addWidget(side)
        self._split.setSizes([560, 300])
        self._split.setStretchFactor(0, 1)
        for splitter in (side, self._split):
            splitter.setHandleWidth(unit)
        legend = QHBoxLayout()
        legend.setSpacing(2 * unit)
        legend.addWidget(self._shared_scale)
        legend.addStretch(1)
        legend.addWidget(self._scale_bar)
        foot = QHBoxLayout()
        foot.setSpacing(2 * unit)
        foot.addWidget(self._numbers, 1)
        foot.addWidget(self._alarm)
        for text in (self._note, self._numbers):
            text.setWordWrap(True)  # a number that is cut would be another number
        content = QWidget()
        rows = column(content, head, self._note, self._split, self._readout, legend, foot)
        rows.setStretch(2, 1)
        self._pages.addWidget(self._message)
        self._pages.addWidget(content)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(unit, unit // 2, unit, unit)
        whole.setSpacing(0)
        whole.addWidget(self._busy)
        whole.addWidget(self._pages, 1)

    def _describe_parts(self) -> None:
        noun = self.noun
        self._message.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._message.setWordWrap(True)
        self._mosaic.setAccessibleName(f"Mosaic of all {noun}s")
        self._mosaic.setToolTip(
            f"All {noun}s. Click a cell to choose it; the arrow keys choose the {noun}.\n"
            "The wheel or + and − zoom, dragging pans, a double click or 0 fits."
        )
        self._large.setAccessibleName(f"The selected {noun}")
        self._large.setToolTip(
            f"The selected {noun}. Click a cell or move with the arrow keys to choose a unit."
        )
        self._shared_scale.setChecked(True)
        self._shared_scale.setToolTip(
            f"On: colours can be compared between {noun}s. Off: each {noun} uses the whole range of colours."
        )
        self._readout.setAccessibleName("Value under the cursor")
        self._readout.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self._readout.setMinimumWidth(200)
        self._numbers.setToolTip("Over all values of this tensor, computed in 64-bit floating point")
        self._alarm.setToolTip("NaN and infinite values are left out of all other numbers here")

    def _connect(self) -> None:
        self._mosaic.value_hovered.connect(self._on_pointed)
        self._mosaic.left.connect(self._on_left)
        self._mosaic.channel_selected.connect(self._on_channel_selected)
        self._mosaic.unit_selected.connect(self._on_unit_selected)
        self._large.hovered.connect(self._on_large_hovered)
        self._large.left.connect(self._on_left)
        self._large.clicked.connect(self._on_unit_selected)
        self._large.arrow_pressed.connect(self._on_large_arrow_pressed)
        self._bars.value_hovered.connect(self._on_pointed)
        self._bars.value_left.connect(self._on_left)
        self._histogram.bar_hovered.connect(self._on_bar_of_histogram)
        self._histogram.bar_left.connect(self._on_left)
        self._shared_scale.toggled.connect(self.scale_changed)


def _lies_in(place: tuple[int, ...], shape: tuple[int, ...]) -> bool:
    shape = shape[:3]  # red, green and blue lie at one place
    return len(place) == len(shape) and all(at < size for at, size in zip(place, shape, strict=True))
