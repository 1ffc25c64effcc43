"""The layers of two networks: a table of pairs, where they part, and the values of the pair that is looked at."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QSizePolicy,
    QSplitter,
    QStackedWidget,
    QTabBar,
    QVBoxLayout,
    QWidget,
)

from explorer.features.compare import badges
from explorer.features.compare.graphs_view import GraphsView
from explorer.features.compare.layer_table import LayerTable
from explorer.features.compare.maps_beside import MapsBeside
from explorer.features.compare.rows import Row, only_differences, with_words
from explorer.features.compare.tolerance import ToleranceBox
from explorer.window import format as fmt
from explorer.window.theme import SPACING
from explorer.window.widgets.elided import ClausesLabel, FactsLabel
from explorer.window.widgets.kind_legend import KindLegend
from explorer.window.widgets.parts import column

WAYS = (
    ("Table", "Matched layers as the rows of a table (Ctrl+Shift+B)"),
    (
        "Graphs",
        "Both networks drawn beside each other: what is changed, and what is in one only (Ctrl+Shift+B)",
    ),
)
_ROOMY = 68 * SPACING  # pixels of height in which both graphs and values have room
_ROOM = ((280, 360), (420, 220))  # of the table or the graphs, and of the values under them


class LayersView(QWidget):
    """The table or both graphs above, the values below.

    Signals:
        differences_wanted(bool): Whether layers that agree are to be left out.
        tolerance_chosen(float): The relative error up to which values agree.
        parting_wanted(): The person wants to see where the networks part.
        graphs_wanted(bool): Whether the layers are to be drawn as two graphs.
        values_wanted(bool): Whether the values of the pair are to stand under the graphs.
        in_step_wanted(bool): Whether who moves one of the graphs moves the other as well.
        undo_wanted(): The person takes back the last mend of the match.
    """

    differences_wanted = Signal(bool)
    tolerance_chosen = Signal(float)
    parting_wanted = Signal()
    graphs_wanted = Signal(bool)
    values_wanted = Signal(bool)
    in_step_wanted = Signal(bool)
    undo_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.table = LayerTable()
        self.graphs = GraphsView()
        self.ways = QTabBar(drawBase=False, expanding=False)
        self.ways.setObjectName("compareWays")
        self.ways.setAccessibleName("How the layers are shown")
        for place, (title, tip) in enumerate(WAYS):
            self.ways.addTab(title)
            self.ways.setTabToolTip(place, fmt.tip(tip))
        self.caution = FactsLabel(role="muted")
        self.matched = QStackedWidget()
        self.signs = KindLegend()
        self.matched.addWidget(self._over_its_signs())
        self.matched.addWidget(self.graphs)
        self.maps = MapsBeside()
        self.filter = QLineEdit(placeholderText="Filter", clearButtonEnabled=True)
        self.filter.setObjectName("compareFilter")
        self.filter.setAccessibleName("Filter pairs")
        self.filter.setToolTip("Show only rows with these words in a name or the kind of an operation")
        self.filter.setMaximumWidth(26 * SPACING)
        self.differences = QCheckBox("Only differences")
        self.differences.setToolTip("Leave out the layers whose values agree within the tolerance")
        self.in_step = QCheckBox("In step")
        self.in_step.setChecked(True)
        self.in_step.hide()
        self.in_step.setToolTip("Move and zoom both graphs as one: matched layers stay at the same height")
        self.values = QCheckBox("Values")
        self.values.hide()
        self.values.setToolTip("Show the maps of the pair under the graphs; off, the graphs have their room")
        self.tolerance = ToleranceBox()
        self.parting = QPushButton("Go to first difference")
        self.parting.setToolTip(
            fmt.tip("Go to the first pair, as A ran, whose values differ by more than the tolerance")
        )
        self.undo = QPushButton("Undo")
        self.undo.setToolTip("Take back the last change of the match by hand")
        self.said = ClausesLabel()
        self.said.setAccessibleName("What comes out")
        self.split = QSplitter(Qt.Orientation.Vertical)
        self._rows: tuple[Row, ...] = ()
        self._only = False
        self._rooms: list[tuple[int, ...]] = list(_ROOM)
        self._line = ""
        self._wanted: bool | None = None
        self._arrange()
        self._connect()

    def _connect(self) -> None:
        self.ways.currentChanged.connect(lambda at: self.graphs_wanted.emit(bool(at)))
        self.filter.textChanged.connect(self._show)
        self.differences.toggled.connect(self.differences_wanted)
        self.in_step.toggled.connect(self.in_step_wanted)
        self.values.toggled.connect(self.values_wanted)
        self.tolerance.valueChanged.connect(self.tolerance_chosen)
        self.parting.clicked.connect(self.parting_wanted)
        self.undo.clicked.connect(self.undo_wanted)
        self.table.undo_wanted.connect(self.undo_wanted)

    @property
    def controls(self) -> tuple[QWidget, ...]:
        """What a figure has no use for."""
        return (
            self.ways,
            self.filter,
            self.differences,
            self.in_step,
            self.values,
            self.parting,
            self.undo,
            self.maps.all,
            self.maps.same,
            self.maps.reading,
        )

    def set_rows(self, rows: Sequence[Row], only: bool, tolerance: float, mends: int, hint: str) -> None:
        """Show rows.

        Args:
            rows: All of them.
            only: Whether those that agree are left out.
            tolerance: Up to which relative error values agree.
            mends: How often the person mended the match.
            hint: What is said while there are no rows.
        """
        self._rows, self._only = tuple(rows), only
        self.table.hint = hint
        self.table.can_undo = mends > 0
        self.undo.setVisible(mends > 0)
        for control in (self.differences, self.tolerance):
            control.blockSignals(True)
        self.differences.setChecked(only)
        if self.tolerance.value() != tolerance:
            self.tolerance.setValue(tolerance)
        for control in (self.differences, self.tolerance):
            control.blockSignals(False)
        self._show()

    def offer_parting(self, is_offered: bool) -> None:
        """Offer to go where the networks part, or not: the person is there, and the keyboard goes to the layers."""
        if self.parting.hasFocus() and not is_offered:
            (self.graphs if self.are_graphs else self.table).setFocus()
        self.parting.setEnabled(is_offered)

    @property
    def are_graphs(self) -> bool:
        """True if both graphs are shown, not the table."""
        return self.matched.currentWidget() is self.graphs

    def set_way(self, graphs: bool) -> None:
        """Show the table or both graphs; each has the room that it had last."""
        before = self.matched.currentIndex()
        self.ways.blockSignals(True)
        self.ways.setCurrentIndex(int(graphs))
        self.ways.blockSignals(False)
        if before == int(graphs):
            return
        if not self.maps.is_line:
            self._rooms[before] = tuple(self.split.sizes())
        self.matched.setCurrentIndex(int(graphs))
        self.split.setSizes(self._rooms[int(graphs)])
        self.filter.setVisible(not graphs)
        self.differences.setVisible(not graphs)
        self.in_step.setVisible(graphs)
        self.values.setVisible(graphs)

    def set_in_step(self, is_on: bool) -> None:
        """Let both graphs go in step, or each by itself."""
        self.in_step.blockSignals(True)
        self.in_step.setChecked(is_on)
        self.in_step.blockSignals(False)
        if self.graphs.in_step.is_on != is_on:
            self.graphs.in_step.is_on = is_on
            self.graphs.in_step.align()

    def tell_pair(self, line: str, values: bool | None, can_show: bool = True) -> None:
        """Say in a line under the graphs who is looked at, and show the values too.

        Args:
            line: The line; empty for none, and the values are shown.
            values: Whether they are shown; None for where there is room.
            can_show: Whether there are values that may be shown.
        """
        self._line, self._wanted = line, values
        self.values.setEnabled(can_show)
        self._share_room()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Show the values under the graphs where there is room by now."""
        super().resizeEvent(event)
        self._share_room()

    def _share_room(self) -> None:
        """Leave the room of the values to the graphs, or take it back."""
        wanted = self.height() >= _ROOMY if self._wanted is None else self._wanted
        is_only, was_only = bool(self._line) and not wanted, self.maps.is_line
        if is_only and not was_only:
            self._rooms[self.matched.currentIndex()] = tuple(self.split.sizes())
        self.maps.say_line(self._line, is_only)
        if was_only and not is_only:
            self.split.setSizes(self._rooms[self.matched.currentIndex()])
        self.values.blockSignals(True)
        self.values.setChecked(not is_only)
        self.values.blockSignals(False)

    def set_told(self, sentence: str, details: str = "") -> None:
        """Say what comes out, with the rest in its tooltip."""
        self.said.say(sentence, details)

    def set_caution(self, caution: str, why: str, over: str) -> None:
        """Say with what care CKA is to be read, why in the tooltip, and in its heading what its examples were."""
        self.caution.say(caution, why)
        self.table.layers.set_examples(over)

    def _show(self) -> None:
        shown = with_words(self._rows, self.filter.text())
        shown = only_differences(shown) if self._only else shown
        if self._rows and not shown:
            is_sought = bool(self.filter.text().strip())
            self.table.hint = (
                "No row has these words; Esc in the filter shows all."
                if is_sought
                else "All layers agree within the tolerance."
            )
        self.table.set_rows(shown, self._rows)
        self.signs.set_entries(badges.said(self._rows), "Signs:")

    def _over_its_signs(self) -> QWidget:
        """Return the table over what its signs mean, and with what care its CKA is to be read."""
        page, line = QWidget(), QHBoxLayout()
        line.setSpacing(2 * SPACING)
        self.signs.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Preferred)
        self.caution.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.caution.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        line.addWidget(self.signs)
        line.addWidget(self.caution, 1)
        whole = column(page, self.table, line)
        whole.setSpacing(SPACING // 2)
        whole.setStretch(0, 1)
        return page

    def _arrange(self) -> None:
        controls = QHBoxLayout()
        controls.setSpacing(SPACING)
        controls.addWidget(self.ways)
        controls.addWidget(self.filter)
        controls.addWidget(self.differences)
        controls.addWidget(self.in_step)
        controls.addWidget(self.values)
        controls.addWidget(self.undo)
        controls.addStretch(1)
        words = QLabel("Tolerance")
        words.setBuddy(self.tolerance)
        controls.addWidget(words)
        controls.addWidget(self.tolerance)
        controls.addWidget(self.parting)
        self.split.setHandleWidth(SPACING)
        self.split.setChildrenCollapsible(False)
        self.split.addWidget(self.matched)
        self.split.addWidget(self.maps)
        self.split.setStretchFactor(0, 1)
        self.split.setStretchFactor(1, 1)
        self.split.setSizes(_ROOM[0])
        whole: QVBoxLayout = column(self, controls, self.said, self.split)
        whole.setSpacing(SPACING)
        whole.setStretch(2, 1)
