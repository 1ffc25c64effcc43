"""How far and how widely each head looks, as bars."""

import math

import numpy as np
from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from explorer.features.attention.messages import AttentionView, Floats
from explorer.window import format as fmt
from explorer.window import theme
from explorer.window.widgets.elided import FACTS, FactsLabel
from explorer.window.widgets.line import Line
from explorer.window.widgets.parts import column
from explorer.window.widgets.plots import BarPlot

_LEAST, _MOST = 104, 184  # pixels of height
_HIDDEN = (
    "Mean distance and entropy of the heads are hidden; make the window larger to see them",
    "Distance and entropy hidden: make the window larger",
    "Enlarge for distance, entropy",
)
_TIPS = {
    "Mean distance": (
        "How far a head looks: the distance in pixels of the input between the patch that looks and the patches that "
        "are looked at, weighted by the attention, averaged over all patches (Dosovitskiy et al. 2021, figure 7). "
        "Class tokens are left out."
    ),
    "Entropy": (
        "How widely a head looks: the entropy of a row of weights in bits, averaged over all tokens. 0: each looks at "
        "one token alone; the most: at all alike."
    ),
}


class HeadFigures(QWidget):
    """Two rows of bars, one bar a head. A click chooses the head.

    Signals:
        head_chosen(int): Number of the head.
    """

    head_chosen = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._view: AttentionView | None = None
        self._captions = {name: FactsLabel(name, role="muted") for name in _TIPS}
        self.plots = {
            name: BarPlot(whole_heights=True, whole_places=True, axes=("head", "")) for name in _TIPS
        }
        self._halves = {name: QWidget() for name in _TIPS}
        self._hidden = Line()
        self._hidden.say(*((it, "") for it in _HIDDEN))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.SPACING)
        for name, plot in self.plots.items():
            plot.setAccessibleName(f"{name} of each head")
            plot.setToolTip(fmt.tip(_TIPS[name]))
            plot.setFixedHeight(_LEAST)
            column(self._halves[name], self._captions[name], plot)
            row.addWidget(self._halves[name], 1)
            plot.bar_clicked.connect(self.head_chosen)
            plot.bar_hovered.connect(lambda head, name=name: self._describe(name, head))
            plot.bar_left.connect(self._rest)
        row.addWidget(self._hidden, 1)

    def set_view(self, view: AttentionView) -> None:
        """Show the figures of an attention's heads; without known places no distance."""
        self._view = view
        edges = np.arange(view.heads + 1, dtype=np.float64) - 0.5
        for name in _TIPS:
            values = self._values(name)
            if values is not None:
                ceiling = math.log2(view.shape[1]) if name == "Entropy" else None
                self.plots[name].set_bars(edges, values.astype(np.float64), ceiling or None)
        self._rest()

    def fill(self, room: int) -> None:
        """Be as high as there is room for, within limits; with less than the least a line says what is hidden."""
        words = self._captions["Entropy"].sizeHint().height() + theme.SPACING
        is_room = room - words >= _LEAST
        self._hidden.setVisible(not is_room)
        for name, half in self._halves.items():
            half.setVisible(is_room and (self._view is None or self._values(name) is not None))
        for plot in self.plots.values():
            plot.setFixedHeight(min(max(room - words, _LEAST), _MOST))

    def mark(self, head: int) -> None:
        """Mark a head; those of no single head mark none."""
        for plot in self.plots.values():
            plot.mark(head if head >= 0 else None)

    def _values(self, name: str) -> Floats | None:
        assert self._view is not None, "asked with a view"
        return self._view.distance if name == "Mean distance" else self._view.entropy

    def _describe(self, name: str, head: int) -> None:
        values = None if self._view is None else self._values(name)
        if values is not None and 0 <= head < len(values):
            unit = "pixels" if name == "Mean distance" else "bits"
            said = f"{fmt.number(values[head])} {unit}"
            self._captions[name].say(f"{name} of head {head}: {said}", "", f"head {head}: {said}")

    def _rest(self) -> None:
        if self._view is None:
            return
        most = fmt.number(math.log2(self._view.shape[1]))
        self._captions["Mean distance"].say("Mean distance, pixels")
        self._captions["Entropy"].say(
            FACTS.join(("Entropy, bits", f"at most {most}")), "", f"Entropy, bits ≤ {most}"
        )
