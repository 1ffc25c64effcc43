"""A slider with its name and its number; a double click puts it back to where it changes nothing."""

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QGridLayout, QSlider, QWidget

from explorer.window import format as fmt
from explorer.window.theme import SPACING
from explorer.window.widgets.parts import label


def rounded(number: float) -> str:
    """Write a share: `25 %`."""
    return f"{round(100 * number)} %".replace("-", "−")


@dataclass(frozen=True)
class Scale:
    """What a slider sets.

    Attributes:
        name: The field that it sets.
        title: On it.
        low, high, rest: The ends, and where it changes nothing.
        step: From one position to the next.
        said: Writes a number.
        tip: What it does, in a few words.
    """

    name: str
    title: str
    low: float
    high: float
    rest: float
    step: float
    said: Callable[[float], str]
    tip: str


class _Slider(QSlider):
    """Goes back to where it changes nothing at a double click, or at Delete."""

    put_back = Signal()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self.put_back.emit()
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.put_back.emit()
        else:
            super().keyPressEvent(event)


class ScaleSlider(QWidget):
    """One slider.

    Signals:
        moved(float): The person wants another number.
    """

    moved = Signal(float)

    def __init__(self, scale: Scale, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.scale = scale
        self._name, self._number = label("muted"), label()
        self._name.setText(scale.title)
        self._number.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.slider = _Slider(Qt.Orientation.Horizontal)
        self._name.setBuddy(self.slider)
        self.slider.setObjectName(f"live_{scale.name}")
        self.slider.setAccessibleName(scale.title)
        self.slider.setRange(0, round((scale.high - scale.low) / scale.step))
        self.slider.setPageStep(max(1, self.slider.maximum() // 10))
        self.slider.setMinimumWidth(5 * SPACING)
        self.slider.setFixedHeight(2 * SPACING)
        self.setToolTip(fmt.tip(f"{scale.tip}\nA double click, or Delete, puts it back."))
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(0)
        grid.addWidget(self._name, 0, 0)
        grid.addWidget(self._number, 0, 1)
        grid.addWidget(self.slider, 1, 0, 1, 2)
        self.slider.valueChanged.connect(self._on_moved)
        self.slider.put_back.connect(lambda: self.moved.emit(scale.rest))
        self.set_number(scale.rest)

    @property
    def said(self) -> str:
        """The number that stands there."""
        return self._number.text()

    def set_number(self, number: float) -> None:
        """Show a number; nobody is told."""
        with QSignalBlocker(self.slider):
            self.slider.setValue(round((number - self.scale.low) / self.scale.step))
        text = self.scale.said(number)
        if text != self._number.text():
            self._number.setText(text)
            self.slider.setAccessibleDescription(text)

    def _on_moved(self, position: int) -> None:
        # Rounded, so that where it changes nothing it is that very number.
        self.moved.emit(round(self.scale.low + position * self.scale.step, 6))
