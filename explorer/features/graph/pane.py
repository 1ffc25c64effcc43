"""The navigator of the graph: the network drawn, the operation that is shown marked in it."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from PySide6.QtCore import QPoint, QSize, Qt, QTimer
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QHBoxLayout, QMenu, QToolButton, QVBoxLayout, QWidget

from explorer.drawing.messages import Box, Drawing
from explorer.engine.envelopes import Failure
from explorer.features.graph import actions
from explorer.features.graph.choice import GraphChoice, lineage, question
from explorer.features.graph.find import FindLine
from explorer.features.graph.thumbnail import telling_map
from explorer.features.graph.whole import whole
from explorer.records.kinds import SKIP
from explorer.records.measures import Measurement
from explorer.records.trace import Trace
from explorer.records.values import ValueView
from explorer.window import theme
from explorer.window.desk import Desk
from explorer.window.focus import give_menu
from explorer.window.keys import is_typed_into
from explorer.window.saving import ask_and_save
from explorer.window.scene import Scene
from explorer.window.spec import Export, Waiting, Wish
from explorer.window.widgets.elided import FACTS, FactsLabel
from explorer.window.widgets.graph.atlas import Atlas
from explorer.window.widgets.graph.box_painter import LINES_FROM
from explorer.window.widgets.graph.camera import READABLE
from explorer.window.widgets.graph.marks import Marks
from explorer.window.widgets.graph.minimap import Minimap
from explorer.window.widgets.graph.sizes import Bars, bars_of, size_of
from explorer.window.widgets.graph.telling import lit_words, tip_of
from explorer.window.widgets.graph.view import GraphView
from explorer.window.widgets.kind_legend import Entry, KindLegend, kinds_of
from explorer.window.widgets.picture_exports import figure_of
from explorer.window.widgets.value_choice import view_value

_EMPTY = "Open an image to see the network drawn as it runs."
_BUTTON = QSize(18, 18)
_MENU = (
    ("openAllGroups", "closeAllGroups", "openLevels"),
    ("traceFrom", "traceTo"),
    ("sizeBoxes", "turnGraph", "spreadGraph"),
)


class GraphPane:
    """Shows the drawing of the forward; a click on a box shows its operation in all panes."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._trace: Trace | None = None  # of the drawing
        self._drawing: Drawing | None = None
        self._opened = ""  # key of what the person opened or closed last: it stays where it is
        self._node: int | None = None
        self._spread = False
        self._bars: tuple[object, Bars | None] = ((), None)
        self._lit: tuple[object, Marks] = ((), Marks())
        self._map: tuple[ValueView | None, theme.Theme | None, QImage | None] = (None, None, None)
        self.graph = GraphView()
        self.minimap = Minimap(self.graph)
        self.find = FindLine()
        self.legend = KindLegend(rows=3)
        self.scale = FactsLabel(role="muted")
        self.scale.setAccessibleName("What is lit, and the scale of the bars")
        self.menu = self._build_menu()
        self.widget = QWidget()
        self._arrange()
        self._connect()

    def _arrange(self) -> None:
        half = theme.SPACING // 2
        top = QHBoxLayout()
        top.setContentsMargins(theme.SPACING, theme.SPACING, theme.SPACING, 0)
        top.setSpacing(half)
        top.addWidget(self.find, 1)
        self.find.count.setParent(self.graph)
        self.find.count.move(theme.SPACING // 2, 0)
        more = self._button("Graph menu", "Open, close, light and draw otherwise (Shift+F10)")
        more.setObjectName("graphMenu")
        more.setText("⋯")
        more.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        give_menu(more, self.menu)
        fit = self._button("Fit", "Show the whole drawing (0); a double click or Enter goes near to a box")
        fit.setText("Fit")
        fit.clicked.connect(self._fit)
        large = QToolButton(autoRaise=True)
        large.setDefaultAction(self._desk.action("spreadGraph"))
        large.setAccessibleName("Graph in full size")
        large.setIconSize(_BUTTON)
        for button in (fit, more, large):
            top.addWidget(button)
        foot = QVBoxLayout()
        foot.setContentsMargins(theme.SPACING, 0, theme.SPACING, half)
        foot.setSpacing(0)
        foot.addWidget(self.scale)
        foot.addWidget(self.legend)
        column = QVBoxLayout(self.widget)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(half)
        column.addLayout(top)
        column.addWidget(self.graph, 1)
        column.addLayout(foot)

    def _button(self, name: str, tip: str) -> QToolButton:
        button = QToolButton(autoRaise=True)
        button.setAccessibleName(name)
        button.setToolTip(tip)
        return button

    def _build_menu(self) -> QMenu:
        menu = QMenu(self.graph, toolTipsVisible=True)
        for part in _MENU:
            menu.addActions([self._desk.action(id) for id in part])
            menu.addSeparator()
        save = menu.addAction("Save the whole graph…")
        save.setToolTip("Save all of the drawing: as vectors with text, as a picture or as a page")
        save.triggered.connect(lambda: self._save(-1))
        save_sight = menu.addAction("Save the part in sight…")
        save_sight.setToolTip("Save the part of the drawing that is in sight as a figure")
        save_sight.triggered.connect(lambda: self._save(0))
        return menu

    def _connect(self) -> None:
        self.graph.tip_of = self._tip_of
        self.graph.leaves, self.graph.can_leave = self._leave, self._can_leave
        self.graph.appeared.connect(self._take_keys)
        self.graph.picked.connect(self._on_picked)
        self.graph.toggled.connect(self._on_toggled)
        self.graph.hovered.connect(self._on_hovered)
        self.graph.menu_asked.connect(self._on_menu)
        self.find.found.connect(lambda _: self._mark(self._desk.scene))
        self.find.textChanged.connect(self._on_typed)
        self.find.walked.connect(self._on_walked)
        self.find.left.connect(lambda: self.graph.setFocus(Qt.FocusReason.ShortcutFocusReason))

    # ---- what is shown ----

    def wants(self, scene: Scene) -> Wish | None:
        """Wish the drawing of the forward, and beside it the time if bars tell it, the value if no lens shows it."""
        asked = question(scene)
        if asked is None:
            return None
        timed = scene.seat.measure if scene.choice(GraphChoice).size == "time" else None
        seen = view_value(scene, scene.node) if scene.spread and scene.node is not None else None
        return Wish(asked, beside=tuple(it for it in (timed, seen) if it is not None))

    def show(self, scene: Scene, answer: Any) -> None:
        """Show the drawing, or why there is none; while another is on its way, what is there stays."""
        if isinstance(answer, Drawing):
            self._draw(scene, answer)
        elif isinstance(answer, Waiting) and not answer.is_news and self._drawing is not None:
            return
        else:
            said = answer.text if isinstance(answer, Waiting) else _why_empty(scene)
            self._clear(answer.message if isinstance(answer, Failure) else said)
            return
        self._mark(scene)
        if scene.spread != self._spread:
            self._spread = scene.spread
            self.graph.least = LINES_FROM if scene.spread else READABLE
            self.graph.go_home()
            self._take_keys()
        if scene.node != self._node:
            self._node = scene.node
            self.graph.reveal(self.graph.marks.shown)

    def _draw(self, scene: Scene, drawing: Drawing) -> None:
        assert scene.trace is not None, "a drawing is one of a forward"
        is_new, same = drawing is not self._drawing, self._trace
        across = scene.choice(GraphChoice).across
        network = same.model if same is not None else ""
        self._trace, self._drawing = scene.trace, drawing
        self.find.set_trace(scene.trace)
        if is_new:
            anchor = self._anchor(drawing) if network == scene.trace.model else ""
            self._opened = ""
            if not anchor:
                self._node = scene.node
            self.graph.set_marks(replace(self.graph.marks, shown=self._shown(Atlas(drawing), scene)))
            self.graph.set_drawing(drawing, across, anchor)
            self.legend.set_entries(_entries(drawing), "Kinds of operation:")

    def _anchor(self, drawing: Drawing) -> str:
        """Return the box that stays where it is: what was opened, else the one that is shown, else any in sight."""
        there = {box.key for box in drawing.boxes}
        candidates = [self._opened, self.graph.marks.shown, *(box.key for box in drawing.boxes)]
        known = self.graph.atlas.number if self.graph.atlas is not None else {}
        return next((key for key in candidates if key in there and key in known), "")

    def _clear(self, text: str) -> None:
        self._trace = self._drawing = None
        self._node = None
        self.find.set_trace(None)
        self.legend.set_entries((), "")
        self.scale.hide()
        self.graph.set_message(text)
        if self.graph.atlas is not None:
            self.graph.set_drawing(None)

    # ---- what is marked ----

    def _mark(self, scene: Scene) -> None:
        atlas = self.graph.atlas
        if atlas is None or self._trace is None:
            return
        self.find.set_place(scene.node)
        hits = [atlas.holding(hit) for hit in self.find.hits]
        lit = self._lineage(scene, atlas)
        marks = replace(
            lit,
            shown=self._shown(atlas, scene),
            hits=frozenset(box.key for box in hits if box is not None),
            bars=self._bars_of(scene, atlas),
            thumbnail=self._thumbnail_of(scene, atlas),
        )
        self.graph.set_marks(_hovering(marks, atlas, self.graph.marks.hovered))
        self._say_facts(scene, marks)
        said = atlas.box(marks.shown)
        self.graph.setAccessibleDescription(f"{said.name}: {said.sentence}" if said is not None else "")

    def _say_facts(self, scene: Scene, marks: Marks) -> None:
        """Say below the drawing that a path is lit, and what the bars are."""
        choice, scale = scene.choice(GraphChoice), marks.bars.scale if marks.bars is not None else ""
        lit = lit_words(choice.traced, scene.current.person_name) if marks.lit and scene.current else ""
        self.scale.say(FACTS.join(filter(None, (lit, scale))))
        self.scale.setVisible(bool(lit) or size_of(choice.size) is not None)

    def _shown(self, atlas: Atlas, scene: Scene) -> str:
        box = atlas.failure if scene.failure else atlas.holding(scene.node)
        return box.key if box is not None else ""

    def _lineage(self, scene: Scene, atlas: Atlas) -> Marks:
        """Return the marks of the boxes and edges that the lineage of the operation goes through."""
        way, trace = scene.choice(GraphChoice).traced, self._trace
        if not way or trace is not scene.trace or trace is None or scene.node is None:
            return Marks()
        asked = (atlas, scene.node, way)
        if self._lit[0] != asked:
            nodes = lineage(trace, scene.node, way)
            boxes = frozenset(box.key for box in atlas.boxes if not nodes.isdisjoint(box.nodes))
            edges = atlas.drawing.edges
            through = [any(a in nodes and b in nodes for a, b in edge.pairs) for edge in edges]
            lit_edges = frozenset(number for number, is_lit in enumerate(through) if is_lit)
            self._lit = asked, Marks(lit=boxes, lit_edges=lit_edges)
        return self._lit[1]

    def _bars_of(self, scene: Scene, atlas: Atlas) -> Bars | None:
        size, trace = size_of(scene.choice(GraphChoice).size), self._trace
        if size is None or trace is None:
            return None
        measured = self._desk.known(scene.seat.measure) if scene.seat.measure is not None else None
        timing = measured.timing if isinstance(measured, Measurement) and trace is scene.trace else None
        asked = (atlas, size, timing)
        if self._bars[0] != asked:
            self._bars = asked, bars_of(size, atlas.drawing, trace, timing)
        return self._bars[1]

    def _thumbnail_of(self, scene: Scene, atlas: Atlas) -> QImage | None:
        """Return a map of the operation, if it has a box of its own and its value is known."""
        box = atlas.holding(scene.node)
        if scene.node is None or box is None or len(box.nodes) > 1 or self._trace is not scene.trace:
            return None
        value = self._desk.known(view_value(scene, scene.node))
        if not isinstance(value, ValueView):
            return None
        if self._map[0] is not value or self._map[1] is not theme.current():
            self._map = value, theme.current(), telling_map(value)
        return self._map[2]

    def _tip_of(self, box: Box) -> str:
        atlas, trace = self.graph.atlas, self._trace
        return (
            tip_of(box, atlas, trace, self.graph.marks.bars, self.graph.is_read)
            if atlas is not None and trace is not None
            else ""
        )

    # ---- what the person does ----

    def _take_keys(self) -> None:
        """Have the arrow keys when it comes in sight, as soon as who had them is out of it; not while one types."""

        def take() -> None:
            held = self.graph.window().focusWidget()
            if held is None or held is self.find or not (held.isVisible() and is_typed_into(held)):
                self.graph.setFocus(Qt.FocusReason.ShortcutFocusReason)

        QTimer.singleShot(0, self.graph, take)

    def _fit(self) -> None:
        self.graph.fit()
        self._take_keys()

    def _on_typed(self) -> None:
        """Bring the first hit in sight; what is looked at stays."""
        if self.find.hits:
            self._read(self.find.hits[0])

    def _on_walked(self, node: int) -> None:
        """Go to a hit; one in a closed group opens it."""
        box = self.graph.atlas.holding(node) if self.graph.atlas is not None else None
        trace, drawing = self._trace, self._drawing
        if box is not None and box.can_open and trace is not None and drawing is not None:
            self._opened, self._node = box.key, None  # it is brought in sight as soon as it is drawn
            choice = self._desk.scene.choice(GraphChoice)
            self._desk.choose(choice.with_shown(trace.model, drawing, trace.nodes[node].name))
        self._read(node)
        self._desk.pick(self._trace, node)
        self.find.set_place(node)  # also while what was opened is still to be drawn

    def _read(self, node: int) -> None:
        box = self.graph.atlas.holding(node) if self.graph.atlas is not None else None
        if box is not None:
            self.graph.read(box.key)

    def _on_picked(self, key: str) -> None:
        box, scene = self.graph.atlas.box(key) if self.graph.atlas is not None else None, self._desk.scene
        if box is None:
            return
        if box.kind == "failure":
            if scene.trace is not None and scene.trace is self._trace:
                self._desk.set(node=None, playing=False)
                self._desk.settle()
        elif box.nodes and scene.node not in box.nodes:
            self._desk.pick(self._trace, box.nodes[-1], playing=False)

    def _on_toggled(self, key: str) -> None:
        trace, drawing = self._trace, self._drawing
        if drawing is None or trace is None or trace is not self._desk.scene.trace:
            return
        self._opened = key
        self._desk.choose(self._desk.scene.choice(GraphChoice).with_opened(trace.model, drawing, key))
        self._desk.settle()

    def _on_hovered(self, key: str) -> None:
        if self.graph.atlas is not None:
            self.graph.set_marks(_hovering(self.graph.marks, self.graph.atlas, key))

    def _on_menu(self, place: QPoint) -> None:
        self.menu.popup(place)

    def _can_leave(self) -> bool:
        scene = self._desk.scene
        return bool(scene.choice(GraphChoice).traced) or bool(self.find.text()) or actions.is_spread(scene)

    def _leave(self) -> bool:
        """Put out what is lit, then what is found, then the full size."""
        scene = self._desk.scene
        if scene.choice(GraphChoice).traced:
            self._desk.choose(replace(scene.choice(GraphChoice), traced=""))
        elif self.find.text():
            self.find.clear()
        elif actions.is_spread(scene):
            self._desk.set(spread=False)
        else:
            return False
        self._desk.settle()
        return True

    # ---- taken along ----

    def exports(self) -> tuple[Export, ...]:
        """Offer what is in sight as a figure, and the whole drawing."""
        if self._drawing is None or self._trace is None:
            return ()
        in_sight = figure_of(self._desk.scene, self.graph, "graph", [self.minimap, self.find.count], False)
        return (*in_sight, whole(self.graph, self._trace))

    def _save(self, which: int) -> None:
        if exports := self.exports():
            ask_and_save(self._desk, exports[which], self.widget, "Save the graph")


def _hovering(marks: Marks, atlas: Atlas, key: str) -> Marks:
    if key not in atlas.number:
        return replace(marks, hovered="", feeding=frozenset(), fed_by=frozenset())
    feeding, fed_by = frozenset(atlas.feeding(key)), frozenset(atlas.fed_by(key))
    return replace(marks, hovered=key, feeding=feeding, fed_by=fed_by)


def _why_empty(scene: Scene) -> str:
    """Return what stands in the place of a drawing."""
    if scene.is_coming:
        return "The drawing is on its way."
    if scene.selected is None or not scene.selected.failed:
        return _EMPTY
    return f"{scene.selected.source.name} could not be opened: pick another input to see the network drawn as it runs."


def _entries(drawing: Drawing) -> Sequence[Entry]:
    """Return the legend of what is drawn: the kinds of its operations, and what passes by."""
    entries = kinds_of(box.op for box in drawing.boxes if box.op and box.kind not in ("input", "output"))
    if any(edge.is_skip for edge in drawing.edges):
        entries.append(Entry("skip connection", SKIP, is_line=True))
    return entries
