"""A box for a tolerance: powers of ten by the arrows, any number by typing, 0 for every bit."""

from PySide6.QtGui import QValidator
from PySide6.QtWidgets import QDoubleSpinBox, QWidget

from explorer.window import format as fmt
from explorer.window.widgets.parts import number_box

_LEAST, _MOST = 1e-12, 1.0
_EXACT = "0 (every bit)"


def tolerance_text(value: float) -> str:
    """Return a tolerance as it is written: `1e-5`."""
    return f"{value:.3g}".replace("e-0", "e-")


class ToleranceBox(QDoubleSpinBox):
    """The relative error up to which values agree."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("tolerance")
        self.setAccessibleName("Tolerance")
        self.setToolTip(
            fmt.tip(
                "The relative error up to which values agree; the arrows take it times ten or a tenth.\n"
                "0: only the same bits agree. 32-bit numbers summed in another order differ by about 1e-6."
            )
        )
        self.setDecimals(15)
        self.setRange(0.0, _MOST)
        number_box(self)

    def stepBy(self, steps: int) -> None:
        """Go up or down by powers of ten; below the least is 0."""
        value = self.value() or _LEAST / 10
        value = float(f"{value * 10.0**steps:.3g}")
        self.setValue(0.0 if value < _LEAST * 0.999 else min(value, _MOST))
        self.selectAll()

    def textFromValue(self, value: float) -> str:
        """Return `1e-05` short: `1e-5`."""
        return _EXACT if value == 0 else tolerance_text(value)

    def valueFromText(self, text: str) -> float:
        """Return the number that was typed."""
        try:
            return float(text.split(" ")[0])
        except ValueError:
            return self.value()

    def validate(self, text: str, position: int) -> tuple[QValidator.State, str, int]:
        """Take what reads as a number, as far as it is typed."""
        try:
            value = float(text.split(" ")[0])
        except ValueError:
            state = (
                QValidator.State.Intermediate
                if set(text) <= set("0123456789.e-+")
                else QValidator.State.Invalid
            )
        else:
            within = self.minimum() <= value <= self.maximum()
            state = QValidator.State.Acceptable if within else QValidator.State.Invalid
        return state, text, position
