"""Several curves over one axis, one place of it hovered, one marked."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from explorer.window.widgets.curve import Curve, Numbers, Scale

if TYPE_CHECKING:
    from explorer.window.widgets.curve_area import CurveArea


class CurvePlot(QWidget):
    """A frame that is empty until there are curves: importing pyqtgraph takes as long as all else at the start.

    The mouse or the left and right arrow keys move over the places; a click or Return chooses one.

    Signals:
        point_hovered: Number of the place that the mouse or the keyboard came to.
        point_left: The mouse lies over no place any more.
        point_clicked: Number of the place that was chosen.
    """

    point_hovered = Signal(int)
    point_left = Signal()
    point_clicked = Signal(int)

    def __init__(
        self, steps: bool = False, parent: QWidget | None = None, axes: tuple[str, str] = ("", "")
    ) -> None:
        """Create an empty plot.

        Args:
            steps: True for histograms, whose heights reach from edge to edge; False for lines from point to point.
            parent: The widget it lies in.
            axes: What stands along the horizontal and the vertical axis.
        """
        super().__init__(parent)
        self._steps = steps
        self._axes = axes
        self._area: CurveArea | None = None
        self._frame = QVBoxLayout(self)
        self._frame.setContentsMargins(0, 0, 0, 0)
        self.setMinimumSize(80, 60)

    def set_curves(
        self, x: Numbers, curves: Sequence[Curve], scale: Scale, ends: tuple[float, float] | None = None
    ) -> None:
        """Show curves in place of the former ones.

        Args:
            x: Rising; (N,) places, or (N + 1,) edges if the plot is one of steps.
            curves: Drawn one over the other.
            scale: The vertical axis.
            ends: The stretch of the horizontal axis to show; None for all of it.
        """
        if self._area is not None or curves:
            self.area.set_curves(x, curves, scale, ends)

    def mark(self, x: float | None) -> None:
        """Draw an upright line in the accent at a place of the horizontal axis; None draws none."""
        if self._area is not None:
            self._area.mark(x)

    def position_of(self, point: int) -> QPoint:
        """Return where a place lies in `area.viewport()`, at half height, in device-independent pixels."""
        return self.area.mapFromScene(self.area.position_of(point))

    @property
    def area(self) -> "CurveArea":
        """What draws; made on first use."""
        if self._area is None:
            from explorer.window.widgets.curve_area import CurveArea

            self._area = CurveArea(self._steps)
            self._area.name_axes(*self._axes)
            self._area.point_hovered.connect(self.point_hovered)
            self._area.point_left.connect(self.point_left)
            self._area.point_clicked.connect(self.point_clicked)
            self._frame.addWidget(self._area)
            self.setFocusProxy(self._area)
        return self._area
