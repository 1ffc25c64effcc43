"""How alike all layers of two networks are, as a picture: a row a layer of A, a column a layer of B."""

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QPushButton, QSizePolicy, QWidget

from explorer.features.compare.choice import LEAST_EXAMPLES
from explorer.features.compare.heat_map import HeatMap, stretches
from explorer.features.compare.messages import Cka
from explorer.features.compare.readings import alike
from explorer.features.compare.rows import name_of
from explorer.records.trace import Trace
from explorer.window import format as fmt
from explorer.window.theme import SPACING
from explorer.window.widgets.line import Line
from explorer.window.widgets.list_rows import ListBox
from explorer.window.widgets.overlays import Box
from explorer.window.widgets.parts import column, label, paragraph
from explorer.window.widgets.scale_bar import ScaleBar

_HINT = "Point at a place to read which layers it compares; a click goes to the pair."
_SAYS = (
    "How alike are the layers of A and B? Bright: {examples} near each other in one layer are so in the other "
    "(centred kernel alignment, CKA)."
)


class CkaView(QWidget):
    """The picture, what its examples were, and how far it is.

    Args:
        stop: The action that stops what the engine works on.

    Signals:
        places_wanted(bool): Whether the examples are to be the places of the one image.
        pair_chosen(int, int): Ids of the layers that the person clicked.
        again_wanted(): The person wants what was stopped, or failed, once more.
    """

    places_wanted = Signal(bool)
    pair_chosen = Signal(int, int)
    again_wanted = Signal()

    def __init__(self, stop: QAction, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._cka: Cka | None = None
        self._traces: tuple[Trace, Trace] | None = None
        self.examples = ListBox()
        self.examples.setAccessibleName("Examples")
        self.examples.addItem("Open images", False)
        self.examples.addItem("Places of this image", True)
        self.examples.setToolTip(
            fmt.tip(
                "What the layers are to tell apart.\nOpen images: each is one example, both networks run on all.\n"
                "Places of this image: each place of a map is one; known where two layers have the same grid."
            )
        )
        self.need = label("muted")
        self.need.setText(f"{LEAST_EXAMPLES} or more open images can be the examples instead.")
        self.says = paragraph()
        self.said = Line("muted", "muted")
        self.caution = paragraph("warning")
        self.heat = HeatMap()
        self.heat.setAccessibleName("Linear CKA of all layers of A with all of B")
        self.heat.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Ignored)
        self.range = label("muted")
        self.range.setText("Range of these values")
        self.range.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.scale = ScaleBar()
        self.scale.setToolTip("The colours reach from the lowest CKA here to the highest, in tenths")
        self.reading = Line("", "muted")  # a tooltip over the picture would cover it
        self.reading.explain("The wheel zooms, a double click fits, the arrow keys move the frame.")
        self.progress = QProgressBar()
        self.progress.setAccessibleName("Progress")
        self.progress.setFixedWidth(20 * SPACING)
        self.progress.setMaximumHeight(2 * SPACING)
        self.doing = label("muted")
        self.stop = QPushButton("Stop")
        self.stop.setToolTip("Stop the computation; what is known stays (Esc)")
        self.stop.clicked.connect(lambda: stop.trigger())
        self.again = QPushButton("Compute again")
        self.again.clicked.connect(self.again_wanted)
        self._place = (0, 0)
        self._is_framed = False
        self._arrange()
        self.set_places(False)
        self.examples.currentIndexChanged.connect(
            lambda _: self.places_wanted.emit(bool(self.examples.currentData()))
        )
        self.heat.hovered.connect(self._read)
        self.heat.left.connect(self._on_left)
        self.heat.clicked.connect(self._on_clicked)
        self.heat.arrow_pressed.connect(self._on_arrow)

    # ---- what is shown ----

    def set_cka(self, cka: Cka | None, traces: tuple[Trace, Trace] | None) -> None:
        """Show what is known, also a part of it; None for nothing."""
        if cka is self._cka and traces is self._traces:
            return
        self._cka, self._traces = cka, traces
        if cka is None:
            self.heat.set_quantised(None, False)
            self.said.say(("", ""))
        else:
            low, high = _ends(cka)
            self.scale.set_scale(low, high, False)
            if traces is not None:
                self.heat.set_modules(stretches(traces[0], cka.layers_a), stretches(traces[1], cka.layers_b))
            self.heat.set_quantised(_quantised(cka, low, high), False)
            self.said.say((cka.examples or cka.rule, ""))
            self.said.explain(cka.rule if cka.examples else "")
        self.caution.setText(cka.caution if cka is not None else "")
        self.caution.setToolTip(fmt.tip(cka.why if cka is not None else ""))
        self.caution.setVisible(bool(cka is not None and cka.caution))
        for part in (self.range, self.scale):
            part.setVisible(cka is not None)
        self._on_left()

    def set_places(self, places: bool) -> None:
        """Show which examples are chosen, without telling of it."""
        self.says.setText(_SAYS.format(examples="places" if places else "images"))
        self.examples.blockSignals(True)
        self.examples.setCurrentIndex(int(places))
        self.examples.blockSignals(False)

    def set_can_choose(self, can: bool) -> None:
        """Let the person choose the examples, or say what it needs."""
        self.examples.setEnabled(can)
        self.need.setVisible(not can)

    def matrix(self) -> list[list[object]]:
        """Return what is known as rows of cells, with names; empty without."""
        if self._cka is None or self._traces is None:
            return []
        a, b = self._traces
        heads: list[object] = ["linear CKA", *(b.nodes[it].name for it in self._cka.layers_b)]
        numbers: list[list[object]] = [
            ["" if np.isnan(it) else float(it) for it in row] for row in self._cka.matrix
        ]
        names = (a.nodes[it].name for it in self._cka.layers_a)
        return [heads, *([name, *row] for name, row in zip(names, numbers, strict=True))]

    @property
    def controls(self) -> tuple[QWidget, ...]:
        """What a figure has no use for."""
        return (self.stop, self.progress, self.doing, self.again, self.reading.right)

    def set_message(self, text: str, can_ask_again: bool = False) -> None:
        """Say what stands in the place of the picture."""
        self.heat.set_message(text)
        self.again.setVisible(can_ask_again)

    def set_progress(self, done: int, total: int, text: str) -> None:
        """Show how far it is; a text of nothing hides it."""
        for part in (self.progress, self.doing, self.stop):
            part.setVisible(bool(text))
        self.doing.setText(text)
        self.progress.setRange(0, total)
        self.progress.setValue(done)

    def select(self, a: int | None, b: int | None) -> None:
        """Frame a pair of layers, if both are among those that are compared."""
        cka = self._cka
        self._is_framed = cka is not None and a in cka.layers_a and b in cka.layers_b
        if cka is None or a is None or b is None or not self._is_framed:
            self.heat.set_boxes(())
            return
        y, x = self._place = cka.layers_a.index(a), cka.layers_b.index(b)
        self.heat.set_boxes((Box((y, x, y + 1, x + 1)),))
        self._on_left()

    # ---- inside ----

    def _arrange(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(SPACING)
        head.addWidget(self.examples)
        head.addWidget(self.said, 1)
        head.addWidget(self.need)
        for part in (self.doing, self.progress, self.stop, self.again):
            head.addWidget(part)
        foot = QHBoxLayout()
        foot.setSpacing(SPACING)
        foot.addWidget(self.range)
        foot.addWidget(self.scale)
        foot.addWidget(self.reading, 1)
        whole = column(self, head, self.says, self.caution, self.heat, foot)
        whole.setSpacing(SPACING)
        whole.setStretch(3, 1)
        self.again.hide()
        self.set_progress(0, 0, "")

    def _read(self, y: int, x: int) -> None:
        text = self._told(y, x)
        self.reading.say((text, ""))

    def _told(self, y: int, x: int) -> str:
        if self._cka is None or self._traces is None:
            return ""
        a, b = (
            name_of(trace.nodes[layers[at]])
            for trace, layers, at in zip(
                self._traces, (self._cka.layers_a, self._cka.layers_b), (y, x), strict=True
            )
        )
        value = float(self._cka.matrix[y, x])
        return f"A {a} and B {b}: {alike(value, self._cka.over, self._cka.is_rough)}"

    def _on_left(self) -> None:
        cka = self._cka
        if cka is not None and self._is_framed:
            self.reading.say((self._told(*self._place), _HINT), (self._told(*self._place), ""))
        else:
            self.reading.say(("", _HINT if cka is not None else ""))

    def _on_clicked(self, y: int, x: int) -> None:
        if self._cka is not None:
            self.pair_chosen.emit(self._cka.layers_a[y], self._cka.layers_b[x])

    def _on_arrow(self, rows: int, columns: int) -> None:
        if self._cka is None or not self._cka.matrix.size:
            return
        height, width = self._cka.matrix.shape
        y, x = self._place
        self._on_clicked(min(max(y + rows, 0), height - 1), min(max(x + columns, 0), width - 1))


def _ends(cka: Cka) -> tuple[float, float]:
    """Return the ends of the colours, tenths below and above what is known: one scale for much that is alike."""
    known = cka.matrix[np.isfinite(cka.matrix)]
    if not known.size:
        return 0.0, 1.0
    low, high = np.floor(known.min() * 10) / 10, np.ceil(known.max() * 10) / 10
    return (float(low), float(high)) if low < high else (float(low) - 0.1, float(high))


def _quantised(cka: Cka, low: float, high: float) -> NDArray[np.uint8]:
    """Return the matrix (A, B) as indices of colours from `low` to `high`; 0 where it is unknown."""
    known = np.isfinite(cka.matrix)
    share = np.clip((np.where(known, cka.matrix, low) - low) / (high - low), 0, 1)
    return np.ascontiguousarray(np.where(known, 1 + np.round(share * 254), 0).astype(np.uint8))
