"""What a unit sees of the input, and which units see a pixel: one click away, kept while stepping."""

from dataclasses import dataclass

from PySide6.QtCore import QObject

from explorer.engine.messages import LocateField, LocateUnits
from explorer.records.values import FieldOfUnit, Layout, UnitsOfPixel, ValueView
from explorer.ui.bridge import Bridge
from explorer.ui.session import Session
from explorer.ui.window import MainWindow


@dataclass(frozen=True)
class _Place:
    """Where on the grid of any output, as fractions of its height and width."""

    y: float
    x: float

    def unit(self, grid: tuple[int, int]) -> tuple[int, int]:
        """Return the unit of a grid (H, W) at this place."""
        return min(int(self.y * grid[0]), grid[0] - 1), min(int(self.x * grid[1]), grid[1] - 1)


_MIDDLE = _Place(0.5, 0.5)


class Probing(QObject):
    """Answers clicks on a map and on the image; the place stays from operation to operation, from image to image."""

    def __init__(self, window: MainWindow, session: Session, bridge: Bridge) -> None:
        super().__init__(window)
        self._window = window
        self._session = session
        self._bridge = bridge
        self._place: _Place | None = None
        self._pixel: tuple[int, int] | None = None
        self._grid: tuple[int, int] | None = None
        self._latest = 0
        window.feature_maps.unit_selected.connect(self.probe_unit)
        window.receptive_field.unit_selected.connect(self.probe_unit)
        window.input_view.pixel_selected.connect(self.probe_pixel)
        window.receptive_field.pixel_selected.connect(self.probe_pixel)

    @property
    def grid(self) -> tuple[int, int] | None:
        """Height and width of the output that is shown; None if it has no places."""
        return self._grid

    def forget(self) -> None:
        """Another model, or no image: nothing is marked."""
        self._place = self._pixel = self._grid = None
        self._latest += 1
        self._clear()

    def follow(self, value: ValueView) -> None:
        """Find the same place in the output that is shown now."""
        spatial = value.layout in (Layout.MAPS, Layout.TOKENS)
        self._grid = (value.values.shape[-2], value.values.shape[-1]) if spatial else None
        self._latest += 1
        if self._pixel is None and self._window.tabs.currentWidget() is self._window.receptive_field:
            self._place = self._place or _MIDDLE  # so that the pane has something to tell from the start
        if self._grid is None:
            self._clear()
        elif self._place is not None:
            self._locate_field(value.node, self._place.unit(self._grid))
        elif self._pixel is not None:
            self._locate_units(value.node, self._pixel)

    def probe_unit(self, y: int, x: int) -> None:
        """Show what the unit (y, x) of the current operation sees."""
        node = self._session.node
        if node is None or self._grid is None:
            return
        self._pixel = None
        self._place = _Place((y + 0.5) / self._grid[0], (x + 0.5) / self._grid[1])
        self._window.feature_maps.set_marked_units(None)
        self._window.input_view.set_pixel(None)
        self._locate_field(node, (y, x))

    def probe_pixel(self, y: int, x: int) -> None:
        """Mark the units of the current operation that see the pixel (y, x) of the input."""
        node = self._session.node
        if node is None:
            return
        self._place = None
        self._pixel = (y, x)
        self._window.feature_maps.select_unit(None)
        self._window.input_view.set_box(None, "")
        self._window.input_view.set_pixel((y, x))
        self._locate_units(node, (y, x))

    def _locate_field(self, node: int, unit: tuple[int, int]) -> None:
        self._window.feature_maps.select_unit(unit)
        self._latest += 1
        latest = self._latest
        command = LocateField(node, unit, self._session.recording_number)
        self._bridge.ask(command, lambda field: self._on_field(latest, field))

    def _locate_units(self, node: int, pixel: tuple[int, int]) -> None:
        self._latest += 1
        latest = self._latest
        command = LocateUnits(node, pixel, self._session.recording_number)
        self._bridge.ask(command, lambda units: self._on_units(latest, units))

    def _on_field(self, latest: int, field: FieldOfUnit) -> None:
        if latest == self._latest:
            self._window.input_view.set_box(field.box, field.status)
            self._window.receptive_field.set_field(field)

    def _on_units(self, latest: int, units: UnitsOfPixel) -> None:
        if latest == self._latest:
            self._window.feature_maps.set_marked_units(units.mask)
            self._window.receptive_field.set_units(units)

    def _clear(self) -> None:
        self._window.feature_maps.select_unit(None)
        self._window.feature_maps.set_marked_units(None)
        self._window.input_view.set_box(None, "")
        self._window.input_view.set_pixel(self._pixel)
        self._window.receptive_field.set_field(None)
