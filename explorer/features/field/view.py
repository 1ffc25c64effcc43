"""What a unit sees of the input, and which units see a pixel."""

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLabel, QSplitter, QVBoxLayout, QWidget

from explorer.records.values import FieldOfUnit, UnitsOfPixel, ValueView
from explorer.window import format as fmt
from explorer.window import theme
from explorer.window.widgets.canvas import ImageCanvas
from explorer.window.widgets.input import InputView
from explorer.window.widgets.overlays import Box

_HINT = "Click a cell of the map to see what it sees, or a pixel of the picture to see which cells see it."


class ReceptiveFieldView(QWidget):
    """The input picture on the left, one channel of a layer's map on the right, one line of numbers below.

    Signals:
        unit_selected: (y, x) of the unit that the person chose on the map's grid.
        pixel_selected: (y, x) of the input pixel that the person chose.
    """

    unit_selected = Signal(int, int)
    pixel_selected = Signal(int, int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("receptiveFieldView")
        self.setAccessibleName("Receptive field")
        self._value: ValueView | None = None
        self._channel = 0
        self._unit: tuple[int, ...] | None = None
        self._picture_size: tuple[int, int] | None = None
        self._input = InputView()
        self._input.setObjectName("receptiveFieldInput")
        self._map = ImageCanvas()
        self._map.setAccessibleName("Map of the layer")
        self._map.setToolTip("One channel of the layer. Click a cell, or move with the arrow keys.")
        self._map.set_message("Choose a layer with a map, such as a convolution, in the layer tree.")
        self._map_caption = QLabel()
        self._map_caption.setProperty("role", "muted")
        self._map_caption.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._line = QLabel(_HINT)
        self._line.setWordWrap(True)
        self._line.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._line.setAccessibleName("The receptive field in numbers")
        self._arrange()
        self._input.pixel_selected.connect(self.pixel_selected)
        self._map.clicked.connect(self._on_map_clicked)
        self._map.arrow_pressed.connect(self._on_arrow_pressed)

    # ---- records in ----

    def set_picture(self, picture: NDArray[np.uint8] | None) -> None:
        """Show the (H, W, 3) RGB picture that the model saw; None shows the message."""
        self._picture_size = None if picture is None else (picture.shape[0], picture.shape[1])
        self._input.set_picture(picture)

    def set_value(self, value: ValueView | None) -> None:
        """Show a layer's output; None, or a vector, which has no grid, shows the message."""
        self._value = value if value is not None and value.mosaic is not None and value.values.size else None
        self._unit = None
        self._map.set_mask(None)
        self._input.set_box(None, "")
        self._line.setText(_HINT)
        self._show_map()

    def set_field(self, field: FieldOfUnit | None) -> None:
        """Show what a unit sees; None shows no field."""
        self._map.set_mask(None)
        self._input.set_pixel(None)
        if field is None:
            self._select(None)
            self._input.set_box(None, "")
            self._line.setText(_HINT)
            return
        self._select(field.unit)
        self._input.set_box(field.box, field.status)
        self._line.setText(describe_field(field, self._picture_size))

    def set_units(self, units: UnitsOfPixel | None) -> None:
        """Show which units see a pixel; None shows all units alike."""
        self._select(None)
        self._input.set_box(None, "")
        self._input.set_pixel(None if units is None else units.pixel)
        self._line.setText(_HINT if units is None else describe_units(units))
        mask = None if units is None else units.mask
        fits = mask is not None and self._value is not None and mask.shape == self._value.values.shape[1:]
        self._map.set_mask(mask if fits else None)

    def select_channel(self, channel: int) -> None:
        """Choose the channel of the map."""
        self._channel = channel
        self._show_map()

    # ---- state ----

    @property
    def line(self) -> str:
        """The line of numbers."""
        return self._line.text()

    @property
    def input(self) -> InputView:
        """The picture on the left."""
        return self._input

    @property
    def map(self) -> ImageCanvas:
        """The map on the right."""
        return self._map

    # ---- inside ----

    def _arrange(self) -> None:
        unit = theme.SPACING
        right = QWidget()
        column = QVBoxLayout(right)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(unit // 2)
        column.addWidget(self._map, 1)
        column.addWidget(self._map_caption)
        split = QSplitter(Qt.Orientation.Horizontal)
        split.setHandleWidth(unit)
        split.addWidget(self._input)
        split.addWidget(right)
        split.setSizes([500, 400])
        whole = QVBoxLayout(self)
        whole.setContentsMargins(unit, unit, unit, unit)
        whole.setSpacing(unit)
        whole.addWidget(split, 1)
        whole.addWidget(self._line)

    def _show_map(self) -> None:
        value = self._value
        if value is None or value.mosaic is None:
            self._map.set_quantised(None, False)
            self._map_caption.setText("")
            return
        channels, height, width = value.values.shape
        channel = self._channel if self._channel < channels else 0
        row, column = divmod(channel, value.mosaic.columns)
        top, left = row * (height + 1), column * (width + 1)
        tile = np.ascontiguousarray(value.mosaic.pixels[top : top + height, left : left + width])
        self._map.set_quantised(tile, value.mosaic.signed)
        self._map_caption.setText(f"{value.title} · channel {channel} of {channels} · {height}×{width}")
        self._select(self._unit)

    def _select(self, unit: tuple[int, ...] | None) -> None:
        self._unit = unit
        if unit is None or len(unit) != 2:
            self._map.set_boxes(())
        else:
            self._map.set_boxes((Box((unit[0], unit[1], unit[0] + 1, unit[1] + 1)),))

    def _on_map_clicked(self, y: int, x: int) -> None:
        self._map.set_mask(None)
        self._select((y, x))
        self.unit_selected.emit(y, x)

    def _on_arrow_pressed(self, rows: int, columns: int) -> None:
        if self._value is None:
            return
        _, height, width = self._value.values.shape
        start = self._unit if self._unit is not None and len(self._unit) == 2 else (height // 2, width // 2)
        y, x = start[0] + rows, start[1] + columns
        self._on_map_clicked(min(max(y, 0), height - 1), min(max(x, 0), width - 1))


def describe_field(field: FieldOfUnit, picture: tuple[int, int] | None) -> str:
    """Return the receptive field of a unit in one line.

    Args:
        field: The field.
        picture: (height, width) of the input in pixels; None leaves out the share of the input.
    """
    parts = [_STATUS.get(field.status, field.status)]
    if field.size is not None:
        parts.append(f"{fmt.shape(field.size)} pixels")
    if field.stride is not None:
        parts.append(f"stride {_each(field.stride)}")
    if field.start is not None:
        parts.append(f"start {_each(field.start)}")
    parts.append(f"unit ({', '.join(map(str, field.unit))})")
    if field.box is not None and len(field.box) == 4:
        top, left, bottom, right = field.box
        parts.append(f"rows {top} to {bottom - 1}, columns {left} to {right - 1}")
        if picture is not None:
            share = fmt.percent((bottom - top) * (right - left), picture[0] * picture[1])
            parts.append(f"{share} of the input")
    elif field.status == "global":
        parts.append("100 % of the input")
    elif field.status != "unknown":
        parts.append("nothing of the input: it lies in the padding")
    return " · ".join(parts)


def describe_units(units: UnitsOfPixel) -> str:
    """Return which units see a pixel in one line."""
    pixel = f"pixel ({units.pixel[0]}, {units.pixel[1]})"
    if units.mask is None:
        return f"{_STATUS.get(units.status, units.status)} · which units see {pixel} cannot be told"
    marked, total = int(units.mask.sum()), units.mask.size
    verb = "may see" if units.status == "bound" else "see"
    status = _STATUS.get(units.status, units.status)
    return f"{status} · {marked} of {total} units {verb} {pixel} · {fmt.percent(marked, total)}"


_STATUS = {
    "exact": "exact",
    "global": "global: every unit sees the whole input",
    "bound": "bound: the field is at most",
    "unknown": "unknown: the field of this operation cannot be derived",
}


def _each(numbers: tuple[float, ...]) -> str:
    """Return one number if all axes agree, else one an axis."""
    texts = [fmt.number(number) for number in numbers]
    return texts[0] if len(set(texts)) == 1 else "×".join(texts)
