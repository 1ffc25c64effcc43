"""The legend of the colours of values."""

import numpy as np
from PySide6.QtCore import QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from explorer.records.heat import HeatMap
from explorer.window import format as fmt
from explorer.window import theme
from explorer.window.widgets.heat_layer import HeatLayer
from explorer.window.widgets.sampling import to_image

_RAMP = np.arange(1, 256, dtype=np.uint8)[None, :]  # (1, 255): every index that stands for a value
_BAR, _SHORT_BAR, _LEAST_BAR = 96, 48, 32  # pixels
_HEIGHT = 10  # pixels


class ScaleBar(QWidget):
    """A strip of the colours between the lowest and the highest value of the scale."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._ends = ("", "")
        self._signed = False
        self._opacity: float | None = None
        self._bar = _BAR
        self.setToolTip("Which value each colour stands for")
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)

    @property
    def ends(self) -> tuple[str, str]:
        """What stands at both ends of the strip."""
        return self._ends

    def set_scale(
        self,
        low: float,
        high: float,
        signed: bool,
        beyond: tuple[bool, bool] = (False, False),
        opacity: float | None = None,
        unit: str = "",
    ) -> None:
        """Show a scale.

        Args:
            low: The value of its first colour.
            high: The value of its last one.
            signed: True for the diverging colours.
            beyond: Whether there are values below it, and above it: they have the colour of the end.
            opacity: Of colours that let the picture through where values are small, what the strongest value hides.
            unit: What its numbers are of; empty where that is said elsewhere.
        """
        self._ends = (
            f"{'< ' if beyond[0] else ''}{fmt.number(low)}",
            f"{'> ' if beyond[1] else ''}{fmt.number(high)}{f' ({unit})' if unit else ''}",
        )
        self._signed, self._opacity = signed, opacity
        self.setAccessibleName(f"Colours from {self._ends[0]} to {self._ends[1]}")
        self.updateGeometry()
        self.update()

    def set_short(self, short: bool) -> None:
        """Draw a shorter strip, for the words beside it have little room; or one of the usual length."""
        bar = _SHORT_BAR if short else _BAR
        if bar != self._bar:
            self._bar = bar
            self.updateGeometry()

    def sizeHint(self) -> QSize:
        """Return the room for both numbers and the strip."""
        metrics = self.fontMetrics()
        return QSize(self._texts() + self._bar, metrics.height() + 2)

    def minimumSizeHint(self) -> QSize:
        """Return the room for both numbers and a short strip: a cut number would be a wrong one."""
        return QSize(self._texts() + _LEAST_BAR, self.sizeHint().height())

    def _texts(self) -> int:
        metrics = self.fontMetrics()
        return sum(metrics.horizontalAdvance(end) for end in self._ends) + 2 * theme.SPACING

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw low end, strip, high end."""
        painter = QPainter(self)
        painter.setPen(QColor(theme.current().muted))
        metrics = self.fontMetrics()
        left, right = (metrics.horizontalAdvance(end) + theme.SPACING for end in self._ends)
        strip = QRect(left, (self.height() - _HEIGHT) // 2, self.width() - left - right, _HEIGHT)
        alignment = Qt.AlignmentFlag.AlignVCenter
        painter.drawText(self.rect(), alignment | Qt.AlignmentFlag.AlignLeft, self._ends[0])
        painter.drawText(self.rect(), alignment | Qt.AlignmentFlag.AlignRight, self._ends[1])
        if self._opacity is None:
            painter.drawImage(strip, to_image(_RAMP, theme.value_table(self._signed)))
        else:
            painter.fillRect(strip, QColor(theme.current().gap))
            ramp = np.linspace(-1 if self._signed else 0, 1, _RAMP.size, dtype=np.float32)[None, :]
            HeatLayer(HeatMap(ramp, self._signed, ""), self._opacity).draw(painter, QRectF(strip))
        painter.end()
