"""One value of those that are beside each other: its title, its picture, its scale."""

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QStackedWidget, QVBoxLayout, QWidget

from explorer.records.values import Layout, ValueView
from explorer.window import format as fmt
from explorer.window import theme
from explorer.window.scene import Unit
from explorer.window.theme import SPACING
from explorer.window.widgets.bars import VectorView
from explorer.window.widgets.elided import FactsLabel
from explorer.window.widgets.mosaic import MosaicView
from explorer.window.widgets.overlays import Box
from explorer.window.widgets.parts import label, paragraph
from explorer.window.widgets.scale_bar import ScaleBar
from explorer.window.widgets.value_parts import LargeMap
from explorer.window.widgets.value_text import beyond_scale

_ROOMY = 45 * SPACING  # pixels across a column


class MapColumn(QWidget):
    """One value: its title, its picture, its scale.

    Args:
        letter: What it is called in short.
        series: The colour of the letter in the theme; None for that of text.
    """

    def __init__(self, letter: str, series: int | None) -> None:
        super().__init__()
        self.value: ValueView | None = None
        self._own_scale = False
        self.letter = label("title")
        self.letter.setText(letter)
        self.letter.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self._series = series
        self.title = FactsLabel(role="muted")
        self.large, self.mosaic, self.bars = LargeMap(), MosaicView(), VectorView()
        self.message = paragraph("muted")
        self.message.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.pages = QStackedWidget()
        for picture in (self.message, self.large, self.mosaic, self.bars):
            self.pages.addWidget(picture)
            picture.setAccessibleName(f"Value of {letter}")
        tip = "A click chooses a place, the arrow keys too. The wheel zooms, a double click fits."
        for canvas in (self.large, self.mosaic):
            canvas.setToolTip(fmt.tip(tip))
        self.scale = ScaleBar()
        head = QHBoxLayout()
        head.setSpacing(SPACING)
        head.addWidget(self.letter)
        head.addWidget(self.title)
        head.addWidget(self.scale)
        head.addStretch(1)  # the scale stands over its picture, however wide the column
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(SPACING // 2)
        whole.addLayout(head)
        whole.addWidget(self.pages, 1)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Expanding)
        self.dress()

    def dress(self) -> None:
        """Give the letter its colour in the theme."""
        colour = theme.current().text if self._series is None else theme.series_colour(self._series).name()
        self.letter.setStyleSheet(f"color: {colour}")
        self.letter.ensurePolished()
        self.letter.setMinimumWidth(
            self.letter.sizeHint().width()
        )  # the title gives way, the letter does not

    def say(self, text: str) -> None:
        """Say why there is no picture."""
        self.value = None
        self.message.setText(text)
        self.scale.hide()
        self.pages.setCurrentWidget(self.message)

    def show_value(
        self,
        value: ValueView,
        channel: int,
        all_channels: bool = False,
        own_scale: bool = False,
        ends: tuple[float, float] | None = None,
    ) -> None:
        """Show a value: the selected channel, in colours of its own or not, or all; its bars if it is a vector."""
        fresh, self.value = value is not self.value, value
        if value.mosaic is None:
            self.scale.hide()
            if fresh or own_scale is not self._own_scale:
                self._own_scale = own_scale
                self.bars.set_values(value.values, None if own_scale else ends)
            self.pages.setCurrentWidget(self.bars)
            return
        channels, height, width = value.values.shape[:3]
        at = min(channel, channels - 1)
        shows_all = all_channels and channels > 1
        if fresh:
            self.mosaic.set_mosaic(value.mosaic, (channels, height, width))
        self.mosaic.select_channel(at)
        if at < channel and not shows_all:
            counted = f"{channels:,} channels" if channels > 1 else "1 channel"
            self.message.setText(f"{self.letter.text()} has {counted}: none numbered {channel:,}.")
            self.scale.hide()
            self.pages.setCurrentWidget(self.message)
            return
        own = own_scale and not shows_all
        tile, low, high = _coloured(value, at, own, self.mosaic.tile(at))
        self.large.set_quantised(tile, value.mosaic.signed)
        beyond = (False, False) if own else beyond_scale(value, at)
        low += 0.0  # there is no -0 for a person
        self.scale.set_scale(low, high, value.mosaic.signed, beyond=beyond)
        self.scale.show()
        self._make_room()
        self.pages.setCurrentWidget(self.mosaic if shows_all else self.large)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Share the first line between title and scale."""
        super().resizeEvent(event)
        self._make_room()

    def _make_room(self) -> None:
        """Keep the strip of the scale short where the title needs the room."""
        least, is_roomy = self.scale.minimumSizeHint().width(), self.width() >= _ROOMY
        self.scale.setMaximumWidth(max(least, self.scale.sizeHint().width()) if is_roomy else least)
        self.title.setContentsMargins(0, 0, SPACING if is_roomy else 0, 0)

    def mark(self, place: Unit | None) -> None:
        """Mark the unit at a place, where rows and columns are places."""
        value = self.value
        unit = None
        if place is not None and value is not None and value.layout in (Layout.MAPS, Layout.TOKENS):
            unit = place.on((value.values.shape[1], value.values.shape[2]))
        self.large.set_boxes(
            () if unit is None else (Box((unit[0], unit[1], unit[0] + 1, unit[1] + 1), field=True),)
        )
        self.mosaic.select_unit(unit)

    def reading(self, place: tuple[int, ...]) -> str:
        """Return the true value at a place; empty where it has none."""
        value = self.value
        if value is None or value.values.ndim != len(place):
            return ""
        if any(at >= size for at, size in zip(place, value.values.shape, strict=True)):
            return ""
        return f"{self.letter.text()} = {fmt.number(value.values[place])}"


def _coloured(
    value: ValueView, channel: int, own_scale: bool, drawn: NDArray[np.uint8]
) -> tuple[NDArray[np.uint8], float, float]:
    """Return a channel, which is `drawn` on the scale of all, as in `Mosaic.pixels`, and the ends of its scale."""
    mosaic = value.mosaic
    assert mosaic is not None, "asked only of what has channels"
    low, high = map(float, mosaic.levels[channel])
    numbers = value.values[channel].astype(np.float64)
    known = np.isfinite(numbers)
    if not own_scale or not known.any():
        return drawn, low, high
    low, high = float(numbers[known].min()), float(numbers[known].max())
    if mosaic.signed:
        low, high = -max(-low, high), max(-low, high)
    share = (np.where(known, numbers, low) - low) / ((high - low) or 1.0)
    return np.where(known, 1 + np.round(share * 254), 0).astype(np.uint8), low, high
