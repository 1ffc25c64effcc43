"""Everything there is to see of one tensor: mosaic, one channel large, histogram, numbers."""

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QPushButton, QStackedWidget, QVBoxLayout, QWidget

from explorer.records.values import Layout, ValueView
from explorer.window import format as fmt
from explorer.window import theme
from explorer.window.widgets import value_text
from explorer.window.widgets.canvas import ImageCanvas
from explorer.window.widgets.elided import FACTS, shorter
from explorer.window.widgets.histogram import histogram_of
from explorer.window.widgets.long_mosaic import LongMosaic
from explorer.window.widgets.overlays import Box
from explorer.window.widgets.parts import BusyBar, column, paragraph
from explorer.window.widgets.value_parts import ValueParts


class ValuePanel(QWidget):
    """Shows one `ValueView`; what is said about it, and how a vector is drawn, is up to its subclasses.

    Attributes:
        reason: Why the channel that is shown large is that one, in two words; empty for no reason.
        way: A button below the message, for where to go while there is no value; hidden unless it is shown.

    Signals:
        unit_selected: (y, x) of the unit that the person chose, on the grid of the value; `select_unit` marks it.
        cleared: The person wants no place marked any more.
        channel_selected: The channel that the person chose; `select_channel` shows it.
        scale_changed: True if the person wants one colour scale for all channels, False for one a channel.
        room_changed: Width over height of the room for the mosaic, in coarse steps.
    """

    unit_selected = Signal(int, int)
    cleared = Signal()
    channel_selected = Signal(int)
    scale_changed = Signal(bool)
    room_changed = Signal(float)

    noun = "channel"

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._value: ValueView | None = None
        self._empty_message = self._readout = self.reason = ""
        self._channel = 0
        self._unit: tuple[int, int] | None = None
        self._place: tuple[int, ...] | None = None  # what the mouse lies over: (channel, y, x) or (index,)
        self._marked: NDArray[np.bool_] | None = None
        self._busy = BusyBar()
        self._message = paragraph("muted")
        self.way = QPushButton()
        self._parts = ValueParts()
        self._pages = QStackedWidget()
        self._arrange()
        self._describe()
        self._connect()
        self.set_message("Nothing to show yet.")

    # ---- records in ----

    def set_value(self, value: ValueView | None, channel: int | None = None) -> None:
        """Show a tensor, one channel large: None the one before. Without a tensor the message. Units go with theirs."""
        empty = value is not None and value.values.size == 0
        if channel not in (None, self._channel):
            self._channel, self._place = channel, None
        if self._value is None or value is None or value.node != self._value.node:
            self._unit = None
        self._marked = None
        self._value = None if empty else value
        if value is None or empty:
            self._message.setText(self._empty_message if value is None else value_text.empty_text(value))
            self._pages.setCurrentIndex(0)
            return
        if value.mosaic is None:
            self._place = None
            self._parts.show_tiles(False)
            self._parts.scale_bar.hide()
            self._parts.scale_note.say(("", ""))
            self.show_vector(value)
            self._show_distribution(value)
        else:
            self._set_tiles(value)
        self._say_form(value)
        self._show_readout()
        self._pages.setCurrentIndex(1)

    def set_message(self, text: str) -> None:
        """Set what stands in the pane while it has no value: what to do next."""
        self._empty_message = text
        if self._value is None:
            self._message.setText(text)

    def set_badge(self, text: str) -> None:
        """Set a word of warning that stands over the picture, such as that weights are random; empty for none."""
        self._parts.badge.say(text)
        self._parts.badge.setVisible(bool(text))

    def set_shared_scale(self, shared: bool) -> None:
        """Show whether all channels have one scale of colours; nobody is told."""
        with QSignalBlocker(self._parts.shared_scale):
            self._parts.shared_scale.setChecked(shared)

    def set_busy(self, busy: bool) -> None:
        """Show, if it takes a while, that the next value is on its way."""
        self._busy.set_busy(busy)

    def select_channel(self, channel: int) -> None:
        """Show a channel large, and frame it in the mosaic."""
        same, self._channel = channel == self._channel, channel
        if self._value is not None and self._value.mosaic is not None and not same:
            self._place = None  # what is chosen is read, until the mouse moves again
            self._show_channel(self._value)
            self._show_readout()

    def select_unit(self, unit: tuple[int, int] | None) -> None:
        """Mark the unit (y, x); None marks none."""
        same, self._unit = unit == self._unit, unit
        if self._value is not None and self._value.mosaic is not None and not same:
            self._place = None
            self._show_unit(self._value)
            self._show_readout()

    def set_marked_units(self, mask: NDArray[np.bool_] | None) -> None:
        """Let only the units of an (H, W) mask shine; None, or a mask of another grid, shows all."""
        same, self._marked = mask is self._marked, mask
        if self._value is not None and self._value.mosaic is not None and not same:
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
        """Place and true value under the mouse or of the selected unit, in full."""
        return self._readout

    @property
    def hint(self) -> str:
        """What is said while nothing is pointed at: what can be done."""
        return value_text.hint_text(self._value)

    @property
    def is_busy_shown(self) -> bool:
        """True if the sign of a coming value stands in the pane."""
        return self._busy.isVisible()

    @property
    def mosaic(self) -> LongMosaic:
        """The picture of all channels."""
        return self._parts.mosaic

    @property
    def large(self) -> ImageCanvas:
        """The picture of the selected channel."""
        return self._parts.large

    @property
    def parts(self) -> ValueParts:
        """What it is built of; what a figure of it shows."""
        return self._parts

    @property
    def controls(self) -> tuple[QWidget, ...]:
        """What a figure of it has no use for: what is pressed, and the word of what can be done."""
        hint = (self._parts.reading.right,) if self._readout == self.hint else ()
        return (self._parts.shared_scale, self._parts.whole, self._parts.mosaic.bar, *hint)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Know the room for a mosaic before the first value is asked for: it is drawn once, not twice."""
        super().resizeEvent(event)
        self._parts.foresee_room(self._pages.size())

    # ---- what is said about a value ----

    def name_of(self, value: ValueView, channel: int) -> str:  # noqa: ARG002
        """Return what a channel of a value is called."""
        return f"{self.noun} {channel}"

    def form_of(self, value: ValueView) -> str:
        """Return how many of what there are, and how large."""
        return value_text.form_text(value, self.noun)

    def note_on(self, value: ValueView) -> str:
        """Return what is special about the picture; empty for nothing."""
        return value_text.note_text(value)

    def numbers_of(self, value: ValueView) -> str:
        """Return the statistics in one line."""
        return value_text.statistics_text(value.statistics, self.noun)

    def all_of(self, value: ValueView) -> str:  # noqa: ARG002
        """Return what all values are called beside their histogram."""
        return "all values"

    def remark_on(self, value: ValueView, channel: int) -> str:
        """Return what is said about the values of one channel beside their histogram."""
        return value_text.zeros_text(value.values[channel])

    def reading_at(self, value: ValueView, place: tuple[int, ...]) -> str:
        """Return place and true value at (channel, y, x), or at (index,) of a vector."""
        number = fmt.number(value.values[place])
        if len(place) == 1:
            remark = self._parts.bars.describe(place[0])
            return FACTS.join(filter(None, (f"index {place[0]} = {number}", remark)))
        channel, y, x = place
        if value.layout == Layout.MATRIX:
            return f"{fmt.place((y, x))} = {number}"
        return f"{self.name_of(value, channel)}, {fmt.place((y, x))} = {number}"

    # ---- showing ----

    def show_vector(self, value: ValueView) -> None:
        """Draw a vector."""
        self._parts.bars.set_values(value.values)
        self._parts.bars.mark(None)
        self._parts.show_picture(self._parts.bars)

    def _set_tiles(self, value: ValueView) -> None:
        assert value.mosaic is not None
        parts, (channels, height, width) = self._parts, value.values.shape[:3]
        self._channel = self._channel if self._channel < channels else 0
        if self._unit is not None and (self._unit[0] >= height or self._unit[1] >= width):
            self._unit = None
        if self._place is not None and not value_text.lies_in(self._place, value.values.shape):
            self._place = None
        parts.show_tiles(channels > 1)
        parts.mosaic.set_mosaic(value.mosaic, (channels, height, width))
        parts.show_picture(parts.mosaic)
        parts.scale_bar.setVisible(value.mosaic.pixels.ndim == 2)  # red, green and blue have no one scale
        self._show_channel(value)

    def _show_channel(self, value: ValueView) -> None:
        assert value.mosaic is not None
        parts, channel = self._parts, self._at(value)
        parts.mosaic.select_channel(channel)
        low, high = value.mosaic.levels[channel]
        beyond = value_text.beyond_scale(value, channel)
        parts.scale_bar.set_scale(float(low), float(high), value.mosaic.signed, beyond=beyond)
        parts.scale_bar.setToolTip(f"The colours run from {fmt.exact(low)} to {fmt.exact(high)}")
        parts.scale_note.say(*value_text.scale_wordings(value, self.name_of(value, channel)))
        parts.scale_note.explain(value_text.scale_tip(value))
        if value.values.shape[0] > 1:
            parts.large.set_quantised(parts.mosaic.tile(channel), value.mosaic.signed)
        self._show_distribution(value)
        self._show_unit(value)
        self._show_marked(value)

    def _show_distribution(self, value: ValueView) -> None:
        """Show how the values of the selected channel are distributed, or those of the whole tensor."""
        counted = histogram_of(value.values[self._at(value)]) if self._counts_one(value) else value.histogram
        self._parts.histogram.set_histogram(counted)

    def _counts_one(self, value: ValueView) -> bool:
        """Tell whether the histogram is of one channel of several."""
        return value.mosaic is not None and value.values.shape[0] > 1 and not self._parts.whole.isChecked()

    def _at(self, value: ValueView) -> int:
        return min(self._channel, value.values.shape[0] - 1)

    def _say_distribution(self) -> None:
        """Say the numbers of the values once their histogram is seen, or one would be of another operation."""
        parts, value = self._parts, self._value
        if value is None:
            return
        alarm = value_text.alarm_text(value.statistics)
        parts.numbers.say(*((text, alarm) for text in shorter(self.numbers_of(value))), ("", alarm))
        parts.numbers.explain(value_text.exact_text(value.statistics, self.noun))
        if not self._counts_one(value):
            parts.distribution.say((self.all_of(value), ""))  # what is said of them stands at the foot
            parts.range.setVisible(parts.whole.isChecked() and parts.whole.isVisibleTo(parts))
            parts.range.say(("", ""))  # its place stays: the line of all values stands at the foot
            return
        channel = self._at(value)
        whose = self.name_of(value, channel), self.remark_on(value, channel)
        parts.distribution.say(*value_text.distribution_wordings(*whose))
        parts.range.say(*((text, "") for text in shorter(value_text.range_text(value.values[channel]))))
        parts.range.explain(value_text.range_text(value.values[channel], fmt.exact))
        parts.range.show()

    def _show_unit(self, value: ValueView) -> None:
        self._parts.mosaic.select_unit(self._unit)
        if self._unit is None or not value_text.lies_in((0, *self._unit), value.values.shape):
            self._parts.large.set_boxes(())
        else:
            y, x = self._unit
            self._parts.large.set_boxes((Box((y, x, y + 1, x + 1), field=True),))

    def _show_marked(self, value: ValueView) -> None:
        fits = self._marked is not None and self._marked.shape == value.values.shape[1:3]
        mask = self._marked if fits else None
        self._parts.large.set_mask(mask)
        self._parts.mosaic.set_mask(mask if value.values.shape[0] == 1 else None)

    def _say_form(self, value: ValueView) -> None:
        parts, form = self._parts, self.form_of(value)
        parts.form.say(*value_text.form_wordings(form))
        parts.form.explain(f"{value.title}\n{fmt.shape(value.shape)}, {value.dtype}")
        note = self.note_on(value)
        parts.note.say(*((it, "") for it in shorter(note, "; ")))
        parts.note.setVisible(bool(note))

    def _show_readout(self) -> None:
        if (value := self._value) is None:
            return
        place = self._place
        if place is None and self._unit is not None and value.mosaic is not None:
            place = (self._channel, *self._unit)
        if place is not None and not value_text.lies_in(place, value.values.shape):
            place = None
        self._say(value, self.hint if place is None else self.reading_at(value, place), place)

    def _say(self, value: ValueView, text: str, place: tuple[int, ...] | None) -> None:
        """Say a reading beside the name of the channel shown large; what cannot be there at once is dropped whole."""
        self._readout = text
        several = value.mosaic is not None and value.values.shape[0] > 1
        name = self.name_of(value, self._at(value)) if several else ""
        rest, read = value_text.rest_wordings, value_text.reading_wordings
        self._parts.reading.say(*(rest(name, self.reason, text) if place is None else read(name, text)))

    # ---- facts from the parts ----

    def _on_pointed(self, *place: int) -> None:
        self._place = place
        self._show_readout()

    def _on_large_hovered(self, y: int, x: int) -> None:
        self._on_pointed(self._channel, y, x)

    def _on_left(self) -> None:
        self._place = None
        self._show_readout()

    def _on_large_arrow_pressed(self, rows: int, columns: int) -> None:
        if self._value is None:
            return
        y, x = self._unit or (0, 0)
        _, height, width = self._value.values.shape[:3]
        self.unit_selected.emit(min(max(y + rows, 0), height - 1), min(max(x + columns, 0), width - 1))

    def _on_bar_of_histogram(self, bar: int) -> None:
        if self._value is not None:
            self._say(self._value, self._parts.histogram.describe(bar), ())

    def _on_whole_toggled(self) -> None:
        if self._value is not None:
            self._show_distribution(self._value)

    # ---- building ----

    def _arrange(self) -> None:
        empty = QWidget()
        lines = column(empty, self._message)
        lines.addWidget(self.way, 0, Qt.AlignmentFlag.AlignHCenter)
        lines.insertStretch(0, 1)
        lines.addStretch(1)
        self.way.hide()
        self._pages.addWidget(empty)
        self._pages.addWidget(self._parts)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(theme.SPACING // 2)
        whole.addWidget(self._busy)
        whole.addWidget(self._pages, 1)

    def _describe(self) -> None:
        self._message.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._parts.describe(self.noun)

    def _connect(self) -> None:
        parts = self._parts
        parts.mosaic.value_hovered.connect(self._on_pointed)
        parts.mosaic.channel_selected.connect(self.channel_selected)
        parts.mosaic.unit_selected.connect(self.unit_selected)
        parts.large.hovered.connect(self._on_large_hovered)
        parts.large.clicked.connect(self.unit_selected)
        parts.large.delete_pressed.connect(self.cleared)
        parts.mosaic.delete_pressed.connect(self.cleared)
        for left in (parts.mosaic.left, parts.large.left, parts.bars.value_left, parts.histogram.bar_left):
            left.connect(self._on_left)
        parts.large.arrow_pressed.connect(self._on_large_arrow_pressed)
        parts.bars.value_hovered.connect(self._on_pointed)
        parts.histogram.bar_hovered.connect(self._on_bar_of_histogram)
        parts.histogram.drawn.connect(self._say_distribution)
        parts.whole.toggled.connect(self._on_whole_toggled)
        parts.shared_scale.toggled.connect(self.scale_changed)
        parts.room_changed.connect(self.room_changed)
