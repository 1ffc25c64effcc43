"""One kind of plot for the whole window: a row of bars, one of them hovered, one of them marked."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPoint, Signal
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QVBoxLayout, QWidget

if TYPE_CHECKING:
    from explorer.window.widgets.plot_area import PlotArea

Numbers = NDArray[np.float64]


class BarPlot(QWidget):
    """A frame that is empty until there are bars: importing pyqtgraph takes as long as all else at the start.

    The mouse or the left and right arrow keys move over the bars; a click or Return chooses one.

    Signals:
        bar_hovered: Index of the bar that the mouse or the keyboard came to.
        bar_left: The mouse lies over no bar any more.
        bar_clicked: Index of the bar that was chosen.
    """

    bar_hovered = Signal(int)
    bar_left = Signal()
    bar_clicked = Signal(int)

    def __init__(
        self,
        parent: QWidget | None = None,
        zoomable: bool = False,
        tick: Callable[[float], str] | None = None,
        whole_heights: bool = False,
        whole_places: bool = False,
        axes: tuple[str, str] = ("", ""),
    ) -> None:
        """Create an empty plot.

        Args:
            parent: The widget it lies in.
            zoomable: True to let the wheel and dragging move along the bars.
            tick: How the numbers of the vertical axis read; None for plain numbers.
            whole_heights: True if the vertical axis counts, so that no tick lies between two whole numbers.
            whole_places: The same of the horizontal axis.
            axes: What stands along the horizontal and the vertical axis.
        """
        super().__init__(parent)
        self._zoomable = zoomable
        self._tick = tick
        self._whole = (whole_heights, whole_places)
        self._axes = axes
        self._area: PlotArea | None = None
        self._linked: BarPlot | None = None
        self._frame = QVBoxLayout(self)
        self._frame.setContentsMargins(0, 0, 0, 0)
        self.setMinimumSize(80, 60)

    def set_bars(
        self,
        edges: Numbers,
        heights: Numbers,
        ceiling: float | None = None,
        colours: Sequence[QColor] = (),
        level: float | None = None,
        floor: float | None = None,
    ) -> None:
        """Show bars in place of the former ones; what is not finite is drawn without height.

        Args:
            edges: (B + 1,) rising and finite.
            heights: (B,).
            ceiling: Upper end of the axis; None for the highest bar.
            colours: One a bar; empty for one calm colour.
            level: A height to be marked by a line across; None for none.
            floor: Lower end of the axis; None for zero or the lowest bar.
        """
        if self._area is not None or heights.size:
            self.area.set_bars(edges, heights, ceiling, colours, level, floor)

    def mark(self, bar: int | None) -> None:
        """Mark one bar in the accent: itself, or what lies behind it if the bars have colours of their own."""
        if self._area is not None:
            self._area.mark(bar)

    def link_to(self, other: "BarPlot") -> None:
        """Show the same stretch of bars as another plot."""
        self._linked = other

    def position_of(self, bar: int) -> QPoint:
        """Return where the middle of a bar's foot lies in `area.viewport()`, in device-independent pixels."""
        return self.area.mapFromScene(self.area.position_of(bar))

    @property
    def area(self) -> "PlotArea":
        """What draws; made on first use."""
        if self._area is None:
            from explorer.window.widgets.plot_area import PlotArea

            self._area = PlotArea(self._zoomable, self._tick, *self._whole)
            self._area.name_axes(*self._axes)
            self._area.point_hovered.connect(self.bar_hovered)
            self._area.point_left.connect(self.bar_left)
            self._area.point_clicked.connect(self.bar_clicked)
            self._frame.addWidget(self._area)
            self._area.lower()  # what was put over the plot stays over it
            self.setFocusProxy(self._area)
            if self._linked is not None:
                self._area.link_to(self._linked.area)
        return self._area
