"""The controls under what was found: from which score boxes are shown, how strong the colours are; a flow's wheel."""

import math

import numpy as np
from PySide6.QtCore import QRectF, QSignalBlocker, QSize, Qt, Signal
from PySide6.QtGui import QColor, QImage, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QSlider, QWidget

from explorer.records.findings import Finding, Flow, Objects
from explorer.window import theme
from explorer.window.findings import FindingChoice, lies_over
from explorer.window.format import number, tip
from explorer.window.theme import SPACING
from explorer.window.widgets.finding_layer import flow_colours

_WHEEL = 6 * SPACING


class FindingControls(QWidget):
    """Two sliders in percent, of which the first is there for boxes only.

    Signals:
        changed(float, float): The score from which boxes are shown, and the opacity, from 0 to 1.
    """

    changed = Signal(float, float)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._wheel = _Wheel()
        self._from = QLabel()
        self.threshold = _slider("findingThreshold", "Score from which boxes are shown", 0)
        self.threshold.setToolTip(tip("Boxes that score less are not shown (Ctrl+Shift+Up, Ctrl+Shift+Down)"))
        self._strength = QLabel("Colour")
        self.opacity = _slider("findingOpacity", "Strength of the colours over the picture", 0)
        self.opacity.setToolTip(
            "How strong the colours over the picture are (Ctrl+Shift+Left, Ctrl+Shift+Right)"
        )
        self._from.setBuddy(self.threshold)
        self._strength.setBuddy(self.opacity)
        row = QHBoxLayout(self)
        row.setContentsMargins(SPACING // 2, 0, SPACING // 2, 0)
        row.setSpacing(SPACING)
        for widget in (self._wheel, self._from, self.threshold, self._strength, self.opacity):
            row.addWidget(widget, 1 if isinstance(widget, QSlider) else 0)
        for label in (self._from, self._strength):
            label.setProperty("role", "muted")
        for slider in (self.threshold, self.opacity):
            slider.valueChanged.connect(self._on_changed)

    def set_choice(self, finding: Finding, choice: FindingChoice) -> None:
        """Show what is chosen, and only what does something to this finding."""
        is_boxes = isinstance(finding, Objects)
        has_colours = lies_over(finding)
        self._from.setVisible(is_boxes)
        self.threshold.setVisible(is_boxes)
        self._strength.setVisible(has_colours)
        self.opacity.setVisible(has_colours)
        self._wheel.setVisible(isinstance(finding, Flow))
        if isinstance(finding, Flow):
            self._wheel.set_longest(finding.largest)
        for slider, share in ((self.threshold, choice.threshold), (self.opacity, choice.opacity)):
            with QSignalBlocker(slider):
                slider.setValue(round(100 * share))
        self._from.setText(f"From {self.threshold.value()} %")

    def _on_changed(self) -> None:
        self.changed.emit(self.threshold.value() / 100, self.opacity.value() / 100)


def _slider(name: str, said: str, least: int) -> QSlider:
    slider = QSlider(Qt.Orientation.Horizontal)
    slider.setObjectName(name)
    slider.setAccessibleName(said)
    slider.setRange(least, 100)
    slider.setPageStep(10)
    slider.setMinimumWidth(5 * SPACING)
    return slider


class _Wheel(QWidget):
    """The colours of all directions of a flow; at the rim the longest."""

    def __init__(self) -> None:
        super().__init__()
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Colours of the directions")
        side = 2 * _WHEEL
        rows, columns = np.mgrid[:side, :side]
        middle = (side - 1) / 2
        field = (np.stack([rows - middle, columns - middle], 2) / middle).astype(np.float32)
        inside = (np.hypot(field[:, :, 0], field[:, :, 1]) <= 1)[:, :, None]
        self._painted = np.concatenate(
            [flow_colours(field, 1.0), np.where(inside, 255, 0).astype(np.uint8)], 2
        )
        self._image = QImage(self._painted.data, side, side, 4 * side, QImage.Format.Format_RGBA8888)
        self._longest = 0.0

    def set_longest(self, longest: float) -> None:
        """Say how far the rim is, in pixels of the picture."""
        self._longest = longest
        text = f"The colour tells the direction; at the rim a pixel has moved {number(longest)} pixels of the picture."
        self.setToolTip(tip(text))
        self.setAccessibleDescription(text)
        self.updateGeometry()
        self.update()

    @property
    def text(self) -> str:
        """What stands beside the wheel."""
        return f"rim: {number(self._longest)} px" if math.isfinite(self._longest) else ""

    def sizeHint(self) -> QSize:
        """Return room for the wheel and what is said of its rim."""
        return QSize(_WHEEL + SPACING + self.fontMetrics().horizontalAdvance(self.text), _WHEEL)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the wheel, and beside it how far its rim is."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawImage(QRectF(0, 0, _WHEEL, _WHEEL), self._image)
        painter.setPen(QColor(theme.current().muted))
        area = self.rect().adjusted(_WHEEL + SPACING // 2, 0, 0, 0)
        painter.drawText(area, Qt.AlignmentFlag.AlignVCenter, self.text)
