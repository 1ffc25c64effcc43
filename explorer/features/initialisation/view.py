"""The pane "Initialisation": what each way to draw weights does to the activations through depth."""

import math

import numpy as np
from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QAction, QResizeEvent
from PySide6.QtWidgets import (
    QLabel,
    QPushButton,
    QSplitter,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from explorer.features.initialisation.spread_table import SpreadTable
from explorer.features.initialisation.study_curves import (
    cut_bin,
    depth_curves,
    is_dashed,
    series_of,
    weight_curves,
)
from explorer.records.initialisation import DepthCurve, InitialisationStudy
from explorer.records.trace import Node, Trace
from explorer.window import format as fmt
from explorer.window import theme
from explorer.window.widgets.curves import CurvePlot
from explorer.window.widgets.elided import FACTS
from explorer.window.widgets.list_rows import ListBox
from explorer.window.widgets.parts import Beginning, keep_place, label, page_head
from explorer.window.widgets.schemes import explain

NO_FORWARD = "Open an image: its forward pass gives the operations to compare."
NOT_COMPARED = (
    "The network is built anew with each kind of random weights (Xavier, Kaiming …) and the image sent through each: "
    "curves show how its values grow or fade from layer to layer."
)
CHANGED = "The model, the image or its size has changed: compare the initialisations (Ctrl+Shift+I) again."
_ABOUT = (
    "Variance of each operation's output; in evaluation mode an untrained batch norm hands on what it gets."
)
_ROOMY = 50 * theme.SPACING  # pixels; below, the plots need the room of what explains them
_HINT = "Point at the curves to read them; click to go to the operation."
_CHOICES = {
    "all operations": lambda node: True,
    "convolutions and linear layers": lambda node: node.op.startswith("conv") or node.op == "linear",
    "sums": lambda node: node.op == "add",
}


class InitialisationView(QWidget):
    """Variance of the activations against depth, and the weights of the operation that is shown.

    Args:
        compare: The action that starts the comparison.

    Signals:
        node_selected: Id of the operation that the person chose.
    """

    node_selected = Signal(int)

    def __init__(self, compare: QAction, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("initialisationView")
        self.setAccessibleName("Initialisation")
        self._trace: Trace | None = None
        self._study: InitialisationStudy | None = None
        self._nodes: list[Node] = []  # those that are drawn
        self._node: int | None = None
        self._button = QPushButton("Compare again")
        self._button.setToolTip(compare.toolTip())
        self._button.clicked.connect(lambda: compare.trigger())
        keep_place(self._button)
        self._choice = self._make_choice()
        self._question = label("muted")
        self._question.setText("What random weights do to the activations through depth")
        self._about = QLabel(_ABOUT, wordWrap=True)
        self._legend = QLabel(wordWrap=True)
        self._notes = QLabel(wordWrap=True)
        self._before = Beginning("What do random weights make of the image?")
        self._before.button.setText(compare.text())
        self._before.button.setToolTip(compare.toolTip())
        self._before.button.clicked.connect(lambda: compare.trigger())
        self._before.says.setText(NO_FORWARD)
        self._depth = CurvePlot(axes=("operations, in the order they ran", "variance"))
        self._depth.setAccessibleName("Variance of the activations against depth")
        self._readout = QLabel(_HINT, wordWrap=True)
        self._readout.setAccessibleName("Variances of the operation under the cursor")
        self._caption = QLabel(wordWrap=True)
        self._weights = CurvePlot(steps=True, axes=("weight", "share"))
        self._weights.setAccessibleName("Histogram of the weights")
        self._table = SpreadTable()
        self._split = QSplitter(Qt.Orientation.Vertical)
        self._arrange()
        self._connect()
        self._show()

    # ---- records in ----

    def set_trace(self, trace: Trace | None, hint: str = "", runs: bool = False) -> None:
        """Take the operations of another forward, which nothing was compared for yet.

        Args:
            trace: The operations; None without a forward.
            hint: What is said in the place of a comparison; empty for what the page is for.
            runs: Whether the comparison is on its way.
        """
        self._trace, self._study, self._node = trace, None, None
        self._before.says.setText(hint or (NO_FORWARD if trace is None else NOT_COMPARED))
        self._before.button.setVisible(trace is not None and trace.error is None and not runs)
        self._show()

    def set_study(self, study: InitialisationStudy) -> None:
        """Show the comparison for the current trace."""
        self._study = study
        self._show()

    def select_node(self, node: int) -> None:
        """Mark an operation and show its weights."""
        self._node = node
        if self._study is not None:
            self._depth.mark(node)
            self._describe(node)
            self._show_weights()

    # ---- state ----

    @property
    def depth_plot(self) -> CurvePlot:
        """Variance against depth."""
        return self._depth

    @property
    def weight_plot(self) -> CurvePlot:
        """Histograms of the weights."""
        return self._weights

    @property
    def table(self) -> QTableView:
        """Mean and standard deviation of the weights."""
        return self._table

    @property
    def button(self) -> QWidget:
        """What starts the comparison again."""
        return self._button

    @property
    def hint(self) -> str:
        """What is said while there is no comparison."""
        return self._before.says.text()

    @property
    def readout(self) -> str:
        """What is said of the operation under the cursor, or of the one that is shown."""
        return self._readout.text()

    # ---- inside ----

    def _make_choice(self) -> ListBox:
        box = ListBox()
        box.setObjectName("depthChoice")
        box.setAccessibleName("Operations that are drawn")
        box.setToolTip("Which operations are drawn")
        box.addItems(list(_CHOICES))
        return box

    def _arrange(self) -> None:
        unit = theme.SPACING
        for words in (self._about, self._notes, self._caption):
            words.setProperty("role", "muted")
        for words in (self._notes, self._caption, self._readout):
            words.setTextFormat(Qt.TextFormat.PlainText)  # names of layers are the model's
        head = page_head("Labs", self._question, self._choice, self._button)
        beside = QSplitter(Qt.Orientation.Horizontal)
        beside.setHandleWidth(unit)
        beside.addWidget(self._weights)
        beside.addWidget(self._table)
        beside.setStretchFactor(0, 1)
        beside.setSizes([180, 340])
        self._split.setHandleWidth(unit)
        self._split.addWidget(_column(self._depth, self._readout))
        self._split.addWidget(_column(self._caption, beside))
        self._split.setSizes([300, 200])
        whole = QVBoxLayout(self)
        whole.setContentsMargins(unit, unit, unit, unit)
        whole.setSpacing(unit // 2)
        whole.addLayout(head)
        whole.addWidget(self._about)
        whole.addWidget(self._notes)
        whole.addWidget(self._legend)
        whole.addWidget(self._before, 1)
        whole.addWidget(self._split, 1)

    def _connect(self) -> None:
        self._choice.currentIndexChanged.connect(self._show_depth)
        self._depth.point_hovered.connect(lambda point: self._describe(self._nodes[point].id))
        self._depth.point_left.connect(self._on_left)
        self._depth.point_clicked.connect(self._on_clicked)

    def _show(self) -> None:
        study = self._study
        for widget in (self._split, self._choice, self._legend, self._button):
            widget.setVisible(study is not None)
        self._show_about()
        self._before.setVisible(study is None)
        notes = () if study is None else tuple(_notes(study))
        self._notes.setText("\n".join(notes))
        self._notes.setVisible(bool(notes))
        self._show_depth()
        self._show_weights()

    def _show_depth(self) -> None:
        if self._study is None or self._trace is None:
            return
        self._legend.setToolTip(
            fmt.tip("\n".join(f"{c.label}: {explain(c.scheme)}" for c in self._study.curves))
        )
        wanted = _CHOICES[self._choice.currentText()]
        self._nodes = [node for node in self._trace.computed if wanted(node)]
        ids = [node.id for node in self._nodes]
        curves, scale = depth_curves(self._study, ids)
        ends = (0.0, float(len(self._trace.computed) - 1))  # the axis stays, whatever is chosen
        self._depth.set_curves(np.array(ids, np.float64), curves, scale, ends)
        self._depth.mark(self._node)
        self._on_left()

    def _show_about(self) -> None:
        """Explain what is drawn, unless the plots need the room."""
        self._about.setVisible(self._study is not None and self._is_roomy)
        if self._study is not None:
            self._legend.setText(_legend(self._study, self._is_roomy))

    @property
    def _is_roomy(self) -> bool:
        return self.height() >= _ROOMY

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the plots as high as can be."""
        super().resizeEvent(event)
        self._show_about()

    def _show_weights(self) -> None:
        study = self._study
        if study is None:
            return
        name = study.read[self._node] if self._node is not None else None
        spread = study.weights.get(name) if name is not None else None
        self._table.setVisible(spread is not None)
        self._weights.setVisible(spread is not None)
        if name is None or spread is None:
            self._caption.setText("This operation reads no weights; step to a convolution to compare them.")
            return
        count = fmt.count(int(spread.counts[0].sum()))
        said = f"{name}: {count} values, share of them in each bin"
        self._caption.setText(FACTS.join(filter(None, (said, cut_bin(spread)))))
        curves, scale, ends = weight_curves(spread, study)
        self._weights.set_curves(spread.edges, curves, scale, ends)
        rows = zip(study.curves, spread.means, spread.stds, spread.expected, strict=True)
        self._table.set_rows([(curve, float(m), float(s), float(e)) for curve, m, s, e in rows])

    def _describe(self, node: int) -> None:
        if self._trace is None or self._study is None or not 0 <= node < len(self._trace.nodes):
            return
        record = self._trace.nodes[node]
        values = FACTS.join(f"{curve.label}: {_variance(curve, node)}" for curve in self._study.curves)
        self._readout.setText(f"{node} {record.person_name}, {record.op}, variance {values}")

    def _on_left(self) -> None:
        if self._node is not None:
            self._describe(self._node)
        else:
            self._readout.setText(_HINT)

    def _on_clicked(self, point: int) -> None:
        node = self._nodes[point].id
        self.select_node(node)
        self.node_selected.emit(node)

    def changeEvent(self, event: QEvent) -> None:
        """Take the colours of a new theme."""
        super().changeEvent(event)
        study: InitialisationStudy | None = getattr(
            self, "_study", None
        )  # Qt calls this while the view is built
        if event.type() == QEvent.Type.PaletteChange and study is not None:
            self._legend.setText(_legend(study, self._is_roomy))
            self._show_weights()


def _column(*widgets: QWidget) -> QWidget:
    box = QWidget()
    column = QVBoxLayout(box)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(theme.SPACING // 2)
    for widget in widgets:
        column.addWidget(widget, 0 if isinstance(widget, QLabel) else 1)
    return box


def _legend(study: InitialisationStudy, with_marks: bool) -> str:
    """Return what the curves are; `with_marks` also what the marks beside them are."""
    entries = []
    for curve in study.curves:
        colour, line = theme.series_colour(series_of(curve)).name(), "╍╍" if is_dashed(curve) else "━━"
        entries.append(f'<span style="color:{colour}">{line}</span>&nbsp;{curve.label}')
    return " &nbsp; ".join([f"seed {study.seed}", *entries, *(_marks(study) if with_marks else ())])


def _marks(study: InitialisationStudy) -> list[str]:
    zero = any((curve.variances == 0).any() for curve in study.curves)
    lost = any((curve.not_finite > 0).any() or np.isinf(curve.variances).any() for curve in study.curves)
    line = f'<span style="color:{theme.current().accent}">┃</span>'
    return [
        *["▼&nbsp;zero"] * zero,
        *["▲&nbsp;not&nbsp;finite"] * lost,
        f"{line}&nbsp;the operation that is shown",
    ]


def _notes(study: InitialisationStudy) -> list[str]:
    return [f"{curve.label}: {note}." for curve in study.curves for note in curve.notes]


def _variance(curve: DepthCurve, node: int) -> str:
    """Return a variance in words: zero is said to be zero, what is not finite is counted."""
    value, bad = float(curve.variances[node]), int(curve.not_finite[node])
    if bad:
        return f"not finite ({fmt.count(bad)} values are NaN or infinite)"
    if math.isnan(value):
        return "none"
    return "zero" if value == 0 else fmt.number(value)
