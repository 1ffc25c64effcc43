"""The pane of an operation's output."""

from collections.abc import Mapping

from PySide6.QtWidgets import QWidget

from explorer.features.maps.axes import CHANNEL, Axes
from explorer.records.values import ValueView
from explorer.window import format as fmt
from explorer.window.widgets.overlays import Box
from explorer.window.widgets.value_panel import ValuePanel


class FeatureMapView(ValuePanel):
    """What an operation put out: all channels, one of them large, the true values, their distribution."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("featureMapView")
        self.setAccessibleName("Feature maps")
        self.set_message("Open an image and choose an operation in the layer tree to see what it puts out.")
        self._axes: Axes | None = None
        self._labels: Mapping[int, str] = {}

    def set_labels(self, labels: Mapping[int, str]) -> None:
        """Say what some places of the next vector are called, by their index."""
        self._labels = labels

    def set_axes(self, axes: Axes | None) -> None:
        """Say what the rows and columns of the next value are; None for those of maps."""
        before, self._axes = self.noun, axes
        self.noun = CHANNEL if axes is None else axes.noun
        if self.noun != before:
            self._describe()

    @property
    def axes(self) -> Axes | None:
        """What rows and columns are; None for those of maps."""
        return self._axes

    def mark(self, channel: int, position: int | None = None) -> None:
        """Frame a channel of a matrix of channels by positions, and mark a position in it."""
        value = self.value
        boxes: list[Box] = []
        if value is not None and self._axes is not None and self._axes.are_in_line:
            height, width = value.values.shape[1:3]
            row, column = self._axes.turned(channel, position or 0)
            if row < height and column < width:
                in_rows = self._axes.row == CHANNEL
                boxes.append(Box((row, 0, row + 1, width) if in_rows else (0, column, height, column + 1)))
                if position is not None:
                    boxes.append(Box((row, column, row + 1, column + 1), field=True))
        self.mosaic.set_boxes(boxes)

    def name_of(self, value: ValueView, channel: int) -> str:
        """Return what a channel of a value is called; of an attention its head, and its window."""
        return super().name_of(value, channel) if self._axes is None else self._axes.name(channel)

    def form_of(self, value: ValueView) -> str:
        """Return how many of what there are, and how large."""
        if self._axes is None or not self._axes.are_in_line:
            return super().form_of(value)
        height, width = value.values.shape[1:3]
        return f"{height:,} {self._axes.row}s, {width:,} {self._axes.column}s"

    def note_on(self, value: ValueView) -> str:
        """Return what is special about the picture, or what its rows and columns are."""
        return super().note_on(value) if self._axes is None else self._axes.note

    def reading_at(self, value: ValueView, place: tuple[int, ...]) -> str:
        """Return place and true value, by the names of classes, of rows and of columns where they have any."""
        if len(place) == 1 and place[0] in self._labels:
            return f"{self._labels[place[0]]}, class {place[0]} = {fmt.number(value.values[place])}"
        if self._axes is None or len(place) != 3:
            return super().reading_at(value, place)
        tile, y, x = place
        where = f"{self._axes.place(y, x)} = {fmt.number(value.values[place])}"
        return where if self._axes.are_in_line else f"{self.name_of(value, tile)}, {where}"
