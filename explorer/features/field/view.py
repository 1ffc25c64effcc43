"""What a unit sees of the input, and which units see a pixel."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from explorer.features.field.gradient import GradientRow
from explorer.features.field.growth import FieldGrowth
from explorer.features.field.text import describe_field, describe_units, lies_on
from explorer.records.heat import HeatMap
from explorer.records.values import FieldOfUnit, UnitsOfPixel, ValueView
from explorer.window import theme
from explorer.window.widgets.canvas import LEAST_SEEN, ImageCanvas
from explorer.window.widgets.elided import FACTS, FactsLabel
from explorer.window.widgets.heat_layer import HeatLayer
from explorer.window.widgets.input import InputView
from explorer.window.widgets.line import Line
from explorer.window.widgets.overlays import Box
from explorer.window.widgets.parts import BusyBar, column
from explorer.window.widgets.scale_bar import ScaleBar
from explorer.window.widgets.value_parts import LargeMap
from explorer.window.widgets.value_text import beyond_scale

_CLOSER = (
    3  # pixels: with the gradient over it each pixel of the field counts, and a small picture tells the place
)
_DIM = 0.3  # of the picture under a gradient, which is strong at few pixels only; it is to be seen still
_LEAST_SHARE = 0.7  # of their height at full width, that pictures keep where the bars want room
_HINT = "Click a cell of the map to see what it sees, or a pixel of the picture to see which cells see it."


class ReceptiveFieldView(QWidget):
    """The input picture on the left, one channel of a map on the right, numbers above, all fields as bars below.

    Signals:
        unit_selected: (y, x) of the unit that the person chose on the map's grid.
        pixel_selected: (y, x) of the input pixel that the person chose.
        cleared: The person wants no place marked any more.
    """

    unit_selected = Signal(int, int)
    pixel_selected = Signal(int, int)
    cleared = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("receptiveFieldView")
        self.setAccessibleName("Receptive field")
        self._value: ValueView | None = None
        self._channel = 0
        self._has_places = True
        self._unit: tuple[int, ...] | None = None
        self._looked_at: FieldOfUnit | None = None
        self._picture_size: tuple[int, int] | None = None
        self._input = InputView()
        self._input.setObjectName("receptiveFieldInput")
        self._map = LargeMap()
        self._map.setAccessibleName("Map of the layer")
        self._map.setToolTip("One channel of the layer. Click a cell, or move with the arrow keys.")
        self._map.set_message("Choose a layer with a map, such as a convolution, in the layer tree.")
        self._map_caption, self._scale = Line(), ScaleBar()
        self._scale.set_short(True)
        self._busy = BusyBar()
        self._line, self._second = FactsLabel(), FactsLabel(role="muted")
        self._line.setAccessibleName("The receptive field in numbers")
        self._second.setAccessibleName("What is seen of the input")
        self._growth = FieldGrowth()
        self._gradient = GradientRow()
        self._heat: HeatMap | None = None
        self._reach: Sequence[str] = ()
        self._below = "", ""  # below the photo where it is fitted, where a part of it is shown
        self._laid: tuple[HeatMap | None, tuple[int, ...] | None] = (None, None)
        self._is_close = False
        self._arrange()
        self._input.pixel_selected.connect(self.pixel_selected)
        self._input.cleared.connect(self.cleared)
        self._input.canvas.view_changed.connect(self._say_below)
        self._map.delete_pressed.connect(self.cleared)
        self._map.clicked.connect(self._on_map_clicked)
        self._map.arrow_pressed.connect(self._on_arrow_pressed)

    # ---- records in ----

    def set_picture(self, picture: NDArray[np.uint8] | None) -> None:
        """Show the (H, W, 3) RGB picture that the model saw; None shows the message."""
        self._picture_size = None if picture is None else (picture.shape[0], picture.shape[1])
        self._input.set_picture(picture)
        self._share_room()

    def retouch(self, picture: NDArray[np.uint8]) -> None:
        """Show another picture of the same size; what lies over it stays."""
        self._input.retouch(picture)

    def set_value(self, value: ValueView | None, has_places: bool = True) -> None:
        """Show a layer's output; None, or a vector, which has no grid, shows the message.

        Args:
            value: The output.
            has_places: Whether its rows and columns are places on the input; only then are there units to choose.
        """
        before = self._value
        self._value = value if value is not None and value.mosaic is not None and value.values.size else None
        self._has_places = has_places
        self._unit = None
        self._map.set_mask(None)
        self._input.set_box(None, "")
        self._looked_at = None
        if before is None or self._value is None or self._value.node != before.node:
            self._input.canvas.fit()
        self.set_line(self._hint)
        # Where there is neither picture nor map, one sentence says why, in the middle.
        self._input.setVisible(self._value is not None or self._picture_size is not None)
        self._show_map()

    def set_field(self, field: FieldOfUnit | None, unit: str = "") -> None:
        """Show what a unit sees; None shows no field. On a map with another grid no cell is its unit.

        Args:
            field: What it sees.
            unit: What it is called; empty for its row and column.
        """
        self._map.set_mask(None)
        self._input.set_pixel(None)
        if field is None:
            self._looked_at = None
            self._select(None)
            self._input.set_box(None, "")
            self.set_line(self._hint)
            return
        shown = None if self._value is None else self._value.values.shape[1:3]
        own = lies_on(field, shown)
        self._select(field.unit if own else None)
        self._look(field if own else None)
        self.set_line(*describe_field(field, self._picture_size, shown, unit))

    def set_units(self, units: UnitsOfPixel | None) -> None:
        """Show which units see a pixel; None shows all units alike."""
        self._looked_at = None
        self._select(None)
        self._input.set_box(None, "")
        self._input.canvas.fit()
        self._input.set_pixel(None if units is None else units.pixel)
        self.set_line(self._hint if units is None else describe_units(units))
        mask = None if units is None else units.mask
        fits = mask is not None and self._value is not None and mask.shape == self._value.values.shape[1:]
        self._map.set_mask(mask if fits else None)

    def select_channel(self, channel: int) -> None:
        """Choose the channel of the map."""
        self._channel = channel
        self._show_map()

    def set_message(self, text: str) -> None:
        """Set what stands in place of a map: why there is none, or what to do next."""
        self._map.set_message(text)

    def set_line(self, text: str, *second: str) -> None:
        """Set the two lines of words, the second in several wordings, the longest first.

        The second keeps its place where it says nothing, so that no picture moves.
        """
        self._line.say(text)
        self._second.say(*second[:1] or ("",), "", *second[1:])

    def set_heat(self, heat: HeatMap | None, reach: Sequence[str] = ()) -> None:
        """Lay over the picture what the unit uses of it; None lays nothing over it.

        Args:
            heat: What it uses.
            reach: How far that reaches, the longest wording first; none to say nothing.
        """
        if (heat, reach) != (self._heat, self._reach):
            self._heat, self._reach = heat, reach
            self._lay_heat()
            self._say_below()

    def set_close(self, close: bool) -> None:
        """Show the field as large as its picture allows, for a gradient is or will be over it; or more around it."""
        if close != self._is_close:
            self._is_close = close
            self._look(self._looked_at)

    def set_busy(self, busy: bool) -> None:
        """Show, if it takes a while, that the next value is on its way."""
        self._busy.set_busy(busy)

    # ---- state ----

    @property
    def value(self) -> ValueView | None:
        """The layer's output that is shown; None if there is none with a map."""
        return self._value

    @property
    def line(self) -> str:
        """The two lines of numbers as one."""
        return FACTS.join(filter(None, (self._line.text(), self._second.text())))

    @property
    def growth(self) -> FieldGrowth:
        """The fields of all operations."""
        return self._growth

    @property
    def gradient(self) -> GradientRow:
        """The row that lays the unit's gradient over the picture."""
        return self._gradient

    @property
    def input(self) -> InputView:
        """The picture on the left."""
        return self._input

    @property
    def map(self) -> ImageCanvas:
        """The map on the right."""
        return self._map

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Give the bars what room the pictures leave."""
        super().resizeEvent(event)
        self._share_room()

    # ---- inside ----

    def _share_room(self) -> None:
        """Let the bars be as high as the pictures leave room; for the least these give some of theirs."""
        height, width = self._picture_size or (1, 1)
        pictures = (self.width() - 2 * theme.SPACING) // 2 * height // width
        around: tuple[QWidget, ...] = (
            self._busy, self._gradient, self._line, self._second, self._map_caption,
        )  # fmt: skip
        lines = sum(it.sizeHint().height() + theme.SPACING // 2 for it in around)
        room = self.height() - lines - theme.SPACING // 2
        given = min(self._growth.least, room - round(_LEAST_SHARE * pictures))
        self._growth.fill(max(room - pictures, given))

    def _arrange(self) -> None:
        unit = theme.SPACING
        right = QWidget()
        below = QHBoxLayout()
        below.setSpacing(unit)
        below.addWidget(self._map_caption, 1)
        below.addWidget(self._scale)
        under = column(right, self._map, below)
        under.setStretchFactor(self._map, 1)
        under.addStretch(0)
        halves = QHBoxLayout()
        halves.setSpacing(2 * unit)
        for half in (self._input, right):
            # Both halves are equally wide, whatever is written under them.
            half.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Expanding)
            halves.addWidget(half, 1)
        whole = column(self, self._busy, self._gradient, self._line, self._second)
        whole.addLayout(halves, 1)
        whole.addWidget(self._growth)

    @property
    def _hint(self) -> str:
        """What can be done; nothing where there is no map, or none with units."""
        return "" if self._value is None or not self._has_places else _HINT

    def _look(self, field: FieldOfUnit | None) -> None:
        """Show the part of the photo around a field, and say so; the whole of it where that is what a unit sees."""
        canvas, size = self._input.canvas, self._picture_size
        self._looked_at = field
        self._lay_heat()
        box = None if field is None else field.box
        self._input.set_box(box, "" if field is None else field.status)
        self._below = self._input.caption, self._input.caption
        if size is None or field is None or field.status == "global" or box == (0, 0, *size):
            self._below = "sees the whole input", "sees the whole input"
            canvas.fit()
        elif box is not None and len(box) == 4:
            self._below = self._input.caption, "the part around the field"
            canvas.look_at((box[0], box[1], box[2], box[3]), _CLOSER if self._is_close else LEAST_SEEN)
        self._say_below()

    def _say_below(self) -> None:
        """Say below the photo how far what the unit uses reaches, and what of the photo is shown."""
        seen = "" if self._looked_at is None else self._below[self._input.canvas.is_part]
        whole = FACTS.join(filter(None, (*self._reach[:1], seen)))
        self._input.say(*((it, "") for it in (whole, *self._reach)))

    def _lay_heat(self) -> None:
        """Lay the gradient over the photo; over few pixels in the very colours of its scale, which hide the photo."""
        heat, field = self._heat, self._looked_at
        box = None if field is None or field.box is None or len(field.box) != 4 else field.box
        if (heat, box) == self._laid:
            return
        self._laid, is_small = (heat, box), False
        if heat is not None and box is not None and heat.values.shape == self._picture_size:
            top, left, bottom, right = box
            is_small = max(bottom - top, right - left) <= LEAST_SEEN
            within = np.full_like(heat.values, np.nan)
            within[top:bottom, left:right] = heat.values[top:bottom, left:right]
            heat = replace(heat, values=within, limit=heat.full) if is_small else heat
        self._input.set_layer(
            None if heat is None else HeatLayer(heat, opacity=1, smooth=False, dim=_DIM, even=is_small)
        )

    def _show_map(self) -> None:
        value = self._value
        if value is None or value.mosaic is None:
            self._map.set_quantised(None, False)
            self._map_caption.say(("", ""))
            self._scale.hide()
            return
        channels, height, width = value.values.shape
        channel = min(self._channel, channels - 1)
        row, column = divmod(channel, value.mosaic.columns)
        top, left = row * (height + 1), column * (width + 1)
        tile = np.ascontiguousarray(value.mosaic.pixels[top : top + height, left : left + width])
        self._map.set_quantised(tile, value.mosaic.signed)
        where = f"channel {channel} (0 to {channels - 1})" if channels > 1 else "one channel"
        size = f"{height}×{width}"
        told = (f"{value.title}, {where}{FACTS}{size}", f"{where}{FACTS}{size}", where, f"channel {channel}")
        self._map_caption.say(*((it, "") for it in told))
        low, high = value.mosaic.levels[channel]
        self._scale.set_scale(float(low), float(high), value.mosaic.signed, beyond_scale(value, channel))
        self._scale.setVisible(value.mosaic.pixels.ndim == 2)  # red, green and blue have no one scale
        self._select(self._unit)

    def _select(self, unit: tuple[int, ...] | None) -> None:
        self._unit = unit
        if unit is None or len(unit) != 2:
            self._map.set_boxes(())
        else:
            self._map.set_boxes((Box((unit[0], unit[1], unit[0] + 1, unit[1] + 1), field=True),))

    def _on_map_clicked(self, y: int, x: int) -> None:
        if not self._has_places:
            return
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
