"""Two graphs beside each other: each box with its sign, the pair that is looked at marked on both sides."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from PySide6.QtCore import Signal, SignalInstance
from PySide6.QtWidgets import QHBoxLayout, QWidget

from explorer.drawing.messages import Box, Drawing
from explorer.features.compare import badges
from explorer.features.compare.in_step import InStep
from explorer.features.compare.rows import Row, Sign
from explorer.records.trace import Node, Trace
from explorer.window.scene import letter
from explorer.window.theme import SPACING
from explorer.window.widgets.graph.marks import Marks
from explorer.window.widgets.graph.telling import tip_of
from explorer.window.widgets.graph.view import GraphView
from explorer.window.widgets.kind_legend import KindLegend
from explorer.window.widgets.parts import column


@dataclass(frozen=True, eq=False)
class Half:
    """What one of the two shows.

    Attributes:
        drawing, trace: The drawing, and of what.
        rows: The rows of its operations by their ids.
        node: The operation that is looked at; None for none.
    """

    drawing: Drawing
    trace: Trace
    rows: Mapping[int, Row]
    node: Node | None


class GraphsView(QWidget):
    """Both graphs, and one legend under them.

    Signals:
        picked(int, object): Side, and the `Box` that was clicked or to which an arrow key led.
        toggled(int, object): Side, and the group or run to open or close.
        menu_asked(object): `QPoint` on the screen.
    """

    picked = Signal(int, object)
    toggled = Signal(int, object)
    menu_asked = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.graphs = (GraphView(), GraphView())
        self.halves: list[Half | None] = [None, None]
        self.in_step = InStep(self.graphs)
        self.legend = KindLegend(rows=2)
        self._signs: list[dict[str, Sign]] = [{}, {}]
        self._anchors = ["", ""]  # what was opened or closed last stays where it is
        for side, graph in enumerate(self.graphs):
            graph.setObjectName(f"compareGraph{letter(side)}")
            graph.setAccessibleName(f"Graph of {letter(side)}")
            self._connect(side, graph)
        both = QHBoxLayout()
        both.setSpacing(2 * SPACING)
        for graph in self.graphs:
            both.addWidget(graph, 1)
        whole = column(self, both, self.legend)
        whole.setSpacing(SPACING // 2)
        whole.setStretch(0, 1)

    def _connect(self, side: int, graph: GraphView) -> None:
        graph.tip_of = lambda box: self._tip(side, box)
        graph.picked.connect(lambda key: self._emit(self.picked, side, key))
        graph.toggled.connect(lambda key: self._emit(self.toggled, side, key))
        graph.hovered.connect(lambda key: graph.set_marks(replace(graph.marks, hovered=key)))
        graph.menu_asked.connect(self.menu_asked)

    def set_half(self, side: int, half: Half | None, message: str = "") -> None:
        """Show a graph on one side, or say why there is none."""
        graph, before = self.graphs[side], self.halves[side]
        self.halves[side] = half
        if half is None:
            graph.set_message(message)
            self._signs[side] = {}
            self._set_legend()
            if before is not None:
                graph.set_drawing(None)
            return
        shown = _holding(half)
        is_new = before is None or before.drawing is not half.drawing
        if is_new or before is None or before.rows is not half.rows:
            self._signs[side] = badges.signs_of(half.drawing, half.rows)
            self._set_legend()
        marks = Marks(
            shown=shown.key if shown is not None else "",
            hovered=graph.marks.hovered,
            badges={key: badges.BADGES[it] for key, it in self._signs[side].items()},
        )
        if is_new:
            anchor = (
                self._anchor(side, half)
                if before is not None and before.trace.model == half.trace.model
                else ""
            )
            graph.set_marks(replace(graph.marks, shown=marks.shown))
            graph.set_drawing(half.drawing, anchor=anchor)
            self._anchors[side] = ""
        graph.set_marks(marks)
        graph.setAccessibleDescription(self._described(half, shown))
        if before is None or before.trace is not half.trace or before.node is not half.node:
            graph.reveal(marks.shown)
        if is_new or before is None or before.rows is not half.rows:
            self.in_step.set_rows(list(half.rows.values()))
        elif before.node is not half.node:
            self.in_step.align()

    @property
    def are_drawn(self) -> bool:
        """True if both graphs are there."""
        return None not in self.halves

    def _set_legend(self) -> None:
        halves = [it for it in self.halves if it is not None]
        signs = {sign for side in self._signs for sign in side.values()}
        rows = {row.place: row for it in halves for row in it.rows.values()}
        self.legend.set_entries(
            badges.entries([it.drawing for it in halves], signs, rows.values()), "Signs and colours:"
        )

    def keep(self, side: int, key: str) -> None:
        """Let a box stay where it is when the next drawing comes."""
        self._anchors[side] = key

    def _anchor(self, side: int, half: Half) -> str:
        graph, there = self.graphs[side], {box.key for box in half.drawing.boxes}
        known = graph.atlas.number if graph.atlas is not None else {}
        candidates = [self._anchors[side], graph.marks.shown, *(box.key for box in half.drawing.boxes)]
        return next((key for key in candidates if key in there and key in known), "")

    def _described(self, half: Half, shown: Box | None) -> str:
        return f"{shown.name}: {badges.told(shown, half.rows)}" if shown is not None else ""

    def _tip(self, side: int, box: Box) -> str:
        half, atlas = self.halves[side], self.graphs[side].atlas
        if half is None or atlas is None:
            return ""
        return tip_of(box, atlas, half.trace, None, self.graphs[side].is_read, badges.told(box, half.rows))

    def _emit(self, signal: SignalInstance, side: int, key: str) -> None:
        atlas = self.graphs[side].atlas
        box = atlas.box(key) if atlas is not None else None
        if box is not None:
            signal.emit(side, box)

    def box_of(self, side: int, node: int | None) -> Box | None:
        """Return the box that stands for an operation of one side; None without one."""
        atlas = self.graphs[side].atlas
        return atlas.holding(node) if atlas is not None else None


def _holding(half: Half) -> Box | None:
    if half.node is None:
        return None
    found = (box for box in half.drawing.boxes if not box.is_open and half.node.id in box.nodes)
    return next(found, None)
