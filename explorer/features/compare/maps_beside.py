"""The values of two operations beside each other, and their difference: the same channel, the same place, one scale."""

import math
from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QSpinBox, QWidget

from explorer.features.compare.map_column import MapColumn
from explorer.features.compare.messages import DifferenceView
from explorer.records.values import Layout, ValueView
from explorer.window import format as fmt
from explorer.window.scene import Unit
from explorer.window.theme import SPACING
from explorer.window.widgets.elided import FactsLabel
from explorer.window.widgets.line import Line
from explorer.window.widgets.parts import BusyBar, column, number_box
from explorer.window.widgets.value_choice import coarse

LETTERS = ("A", "B", "A − B")
_SAME = "One scale for A and B"
_OWN = "own scale"
_LEAST_HEIGHT, _ANY_HEIGHT = 20 * SPACING, 16_777_215
_HINT = "Point at a value to read it in each."
_WEAK = 0.1  # of the strongest value of the other: on one scale hardly to be seen


class MapsBeside(QWidget):
    """Three columns: the first network's value, the second's, their difference.

    Signals:
        channel_chosen(int): The channel that the person wants to see.
        place_chosen(object): The `Unit` that the person clicked; None for none.
        all_wanted(bool): Whether all channels are to be seen.
        own_wanted(bool): Whether each of both is to have colours of its own.
        room_changed(float): Width over height of the room for one picture, in coarse steps.
    """

    channel_chosen = Signal(int)
    place_chosen = Signal(object)
    all_wanted = Signal(bool)
    own_wanted = Signal(bool)
    room_changed = Signal(float)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Values of the selected pair")
        self.columns = tuple(
            MapColumn(letter, series) for letter, series in zip(LETTERS, (0, 1, None), strict=True)
        )
        self.channel = QSpinBox(prefix="Channel ")
        self.channel.setAccessibleName("Channel")
        self.channel.setToolTip(
            fmt.tip(
                "The channel that is shown of both: the one that was chosen here or on Explore; as long as none was, "
                "the one in which A and B differ most"
            )
        )
        number_box(self.channel)
        self.channel.valueChanged.connect(self.channel_chosen)
        self.all = QCheckBox("All channels")
        self.all.setToolTip("Show all channels side by side; a click chooses one")
        self.all.toggled.connect(self.all_wanted)
        self.same = QCheckBox(_SAME)
        self.same.setToolTip(
            fmt.tip(
                "On: colours can be compared between A and B. Off: each uses the whole range of its own values. "
                "The difference has a scale of its own either way."
            )
        )
        self.same.toggled.connect(lambda on: self.own_wanted.emit(not on))
        self.reading = Line("muted", "muted")
        self.line = FactsLabel(role="muted")
        self.line.setAccessibleName("The selected pair")
        self._values = QWidget()
        self._busy = BusyBar()
        self._channel = 0
        # While the mouse points at nothing: wordings, the longest first.
        self._hint: tuple[str, ...] = (_HINT,)
        self._aspect = 1.0
        self._arrange()
        self._connect()

    def _arrange(self) -> None:
        row = QHBoxLayout()
        row.setSpacing(2 * SPACING)
        for part in self.columns:
            row.addWidget(part, 1)
        foot = QHBoxLayout()
        foot.setSpacing(SPACING)
        foot.addWidget(self.channel)
        foot.addWidget(self.all)
        foot.addWidget(self.same)
        foot.addWidget(self.reading, 1)
        inner = column(self._values, self._busy, row, foot)
        inner.setSpacing(SPACING // 2)
        inner.setStretch(1, 1)
        column(self, self.line, self._values).setStretch(1, 1)
        self.say_line("", only=False)

    def _connect(self) -> None:
        for part in self.columns:
            part.large.hovered.connect(lambda y, x: self._read((self._channel, y, x)))
            part.mosaic.value_hovered.connect(lambda c, y, x: self._read((c, y, x)))
            part.bars.value_hovered.connect(lambda at: self._read((at,)))
            for picture in (part.large, part.mosaic):
                picture.left.connect(self._on_left)
                picture.delete_pressed.connect(lambda: self.place_chosen.emit(None))
            part.bars.value_left.connect(self._on_left)
            part.mosaic.channel_selected.connect(self.channel_chosen)
            part.large.clicked.connect(lambda y, x, part=part: self._on_clicked(part, y, x))
            part.mosaic.unit_selected.connect(lambda y, x, part=part: self._on_clicked(part, y, x))

    # ---- what is shown ----

    def show_pair(
        self,
        titles: Sequence[str],
        view: DifferenceView,
        channel: int,
        all_channels: bool = False,
        own_scales: bool = False,
        why: str = "",
    ) -> None:
        """Show two values and their difference.

        Args:
            titles: What both are called.
            view: The values.
            channel: The channel that is shown, the last one where both have fewer.
            all_channels: Whether all are shown.
            own_scales: Whether each of both has colours of its own.
            why: What singles the channel out, if the person did not choose it: `differs most`.
        """
        channels = (it.values.shape[0] for it in (view.a, view.b) if it.mosaic is not None)
        self._channel = channel = min(channel, max(channels, default=1) - 1)
        a, b, between = self.columns
        for part, title in zip(self.columns, (*titles, _OWN), strict=True):
            part.title.say(title)
        ends = _ends(view)
        a.show_value(view.a, channel, all_channels, own_scales, ends)
        b.show_value(view.b, channel, all_channels, own_scales, ends)
        if view.difference is not None:
            between.show_value(view.difference, channel, all_channels)
        between.setVisible(view.difference is not None)
        self._set_controls(all_channels, own_scales)
        weak = _weak((view.a, view.b), channel) if self.same.isVisibleTo(self) and not own_scales else ()
        hints = weak or ((view.reason,) if view.reason else ())
        which = f"Channel {channel} {why}."
        self._hint = (f"{which} {(*hints, _HINT)[0]}", *(hints or (which,))) if why else hints or (_HINT,)
        self._on_left()

    def show_alone(self, place: int, value: ValueView, channel: int, all_channels: bool = False) -> None:
        """Show one value in its column; arguments as for `show_pair`."""
        self._channel = channel = min(channel, value.values.shape[0] - 1)
        self.columns[place].show_value(value, channel, all_channels)
        self.columns[2].hide()
        self._set_controls(all_channels, own_scales=not self.same.isChecked())
        self._hint = (_HINT,)
        self._on_left()

    def show_none(self, titles: Sequence[str], texts: Sequence[str]) -> None:
        """Say of each column why there is nothing in it."""
        for part, title, text in zip(self.columns, (*titles, ""), texts, strict=True):
            part.title.say(title)
            part.say(text)
            part.show()
        self._set_controls(self.all.isChecked(), not self.same.isChecked())
        self.reading.say(("", ""))

    @property
    def is_line(self) -> bool:
        """True if there is a line in the place of the columns."""
        return self._values.isHidden()

    def say_line(self, text: str, only: bool) -> None:
        """Say in one line who is looked at, over the columns or in their place; of nothing, show the columns."""
        self.line.say(text)
        self.line.setVisible(bool(text))
        self._values.setVisible(not only)
        self.setMinimumHeight(0 if only else _LEAST_HEIGHT)
        self.setMaximumHeight(self.line.sizeHint().height() if only else _ANY_HEIGHT)

    def mark(self, place: Unit | None) -> None:
        """Mark the same place in all of them."""
        for part in self.columns:
            part.mark(place)

    def set_busy(self, busy: bool) -> None:
        """Show, if it takes a while, that the values are on their way."""
        self._busy.set_busy(busy)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Tell of another room."""
        super().resizeEvent(event)
        area = self.columns[0].pages.size()
        aspect = coarse(max(area.width(), 1) / max(area.height(), 1))
        if aspect != self._aspect:
            self._aspect = aspect
            self.room_changed.emit(aspect)

    def dress(self) -> None:
        """Take the colours of the theme."""
        for part in self.columns:
            part.dress()

    # ---- inside ----

    def _set_controls(self, all_channels: bool, own_scales: bool) -> None:
        tiled = [
            it.value.values.shape[0]
            for it in self.columns
            if it.value is not None and it.value.mosaic is not None
        ]
        most = max(tiled, default=1)
        for control in (self.channel, self.all, self.same):
            control.blockSignals(True)
            control.setVisible(most > 1)
        has_two = all(it.value is not None for it in self.columns[:2])
        self.same.setVisible(has_two and not (all_channels and most > 1))
        self.same.setChecked(not own_scales)
        self.channel.setRange(0, most - 1)
        self.channel.setSuffix(f" (0 to {most - 1})")
        self.channel.setValue(min(self._channel, most - 1))
        self.all.setChecked(all_channels)
        for control in (self.channel, self.all, self.same):
            control.blockSignals(False)

    def _read(self, place: tuple[int, ...]) -> None:
        readings = [text for part in self.columns if (text := part.reading(place))]
        where = f"channel {place[0]}, {fmt.place(place[1:])}" if len(place) == 3 else f"index {place[0]}"
        numbers = "  ".join(readings)
        self.reading.say((f"{where}:  {numbers}", ""), (numbers, ""))

    def _on_left(self) -> None:
        self.reading.say(*((it, "") for it in self._hint))

    def _on_clicked(self, part: MapColumn, y: int, x: int) -> None:
        value = part.value
        if value is not None and value.layout in (Layout.MAPS, Layout.TOKENS):
            self.place_chosen.emit(Unit.of((y, x), (value.values.shape[1], value.values.shape[2])))


def _ends(view: DifferenceView) -> tuple[float, float]:
    """Return the ends of one axis for both values."""
    both = (view.a.statistics, view.b.statistics)
    low, high = min(it.minimum for it in both), max(it.maximum for it in both)
    return (min(0.0, low), max(0.0, high)) if low <= high else (0.0, 1.0)


def _weak(values: tuple[ValueView, ValueView], channel: int) -> tuple[str, ...]:
    """Return which of both can hardly be seen on the scale of the other, and what shows it; the longest wording first.

    It is empty for neither.
    """
    reach = []
    for value in values:
        shown = value.values if value.mosaic is None else value.values[channel : channel + 1]
        known = np.abs(shown[np.isfinite(shown)])
        reach.append(float(known.max()) if known.size else math.nan)
    weak = int(reach[1] < reach[0])
    if not reach[weak] < _WEAK * reach[1 - weak]:
        return ()
    letter, other = LETTERS[weak], LETTERS[1 - weak]
    what = "here" if values[weak].mosaic is None else "in this channel"
    if not reach[weak]:
        is_known = bool(np.isfinite(values[weak].values).all())
        return (f"{letter} is 0 everywhere {what}.",) if is_known else ()
    ends = f"at most {fmt.number(reach[weak])} where {other} reaches {fmt.number(reach[1 - weak])}"
    see = f"take “{_SAME}” off to see it."
    return f"{letter} is weak {what}, {ends}: {see}", f"{letter} is weak: {see}"
