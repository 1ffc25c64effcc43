"""Both networks drawn, in step: who chooses a box or opens a group on one side does so on the other."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QMenu

from explorer.drawing.messages import Box, Drawing
from explorer.engine.envelopes import Failure
from explorer.features.compare import badges
from explorer.features.compare import choice as ask
from explorer.features.compare.choice import Comparing, Drawn, Two
from explorer.features.compare.graphs_view import Half
from explorer.features.compare.layers_view import LayersView
from explorer.features.compare.messages import Matching
from explorer.features.compare.rows import Row
from explorer.records.trace import Node
from explorer.window.desk import Desk
from explorer.window.scene import Scene

_ALL = 99  # levels, more than any network has
_DRAWING = "The network is being drawn…"
Pick = Callable[[Node | None, Node | None], None]


class Graphs:
    """What the pane does with both drawings.

    Args:
        desk: Where the scene is.
        view: Shows them.
        pick: Looks at an operation of the first, of the second, or at a pair.
    """

    def __init__(self, desk: Desk, view: LayersView, pick: Pick) -> None:
        self._desk, self._view, self._pick = desk, view, pick
        self._pair: tuple[Node | None, Node | None] = (None, None)
        self._rows: Sequence[Row] = ()
        self._by_node: list[dict[int, Row]] = [{}, {}]
        view.graphs.picked.connect(self._on_picked)
        view.graphs.toggled.connect(self._on_toggled)
        view.graphs.menu_asked.connect(self._on_menu)

    def show(
        self,
        scene: Scene,
        now: Two,
        matching: Matching | None,
        rows: Sequence[Row],
        pair: tuple[Node | None, Node | None],
    ) -> None:
        """Show both as far as they are drawn; what is drawn of the same network stays until then."""
        graphs, self._pair = self._view.graphs, pair
        is_drawn = scene.choice(Comparing).graphs
        self._view.set_way(is_drawn)
        self._view.set_in_step(scene.choice(Comparing).in_step)
        if not is_drawn or matching is None:
            return
        if rows is not self._rows:
            self._rows, self._by_node = rows, [badges.by_node(rows, side) for side in (0, 1)]
        for side, (question, forward) in enumerate(
            zip(ask.drawings(scene, now), (now.first, now.second), strict=True)
        ):
            before, drawing = graphs.halves[side], self._desk.known(question)
            if isinstance(drawing, Failure):
                graphs.set_half(side, None, drawing.message)
                continue
            if not isinstance(drawing, Drawing):
                if before is None or before.trace.model != forward.trace.model:
                    graphs.set_half(side, None, _DRAWING)
                    continue
                if before.trace is not forward.trace:  # of another input: what is there stays
                    continue
                drawing = before.drawing
            graphs.set_half(side, Half(drawing, forward.trace, self._by_node[side], pair[side]))

    def clear(self, why: str) -> None:
        """Say why nothing is drawn."""
        for side in (0, 1):
            self._view.graphs.set_half(side, None, why)

    # ---- what the person does ----

    def _now(self) -> tuple[Two, Matching, list[Half]] | None:
        """Return both networks, their match, and what is drawn of them; None while one of these is not there."""
        scene = self._desk.scene
        now, halves = ask.two(scene), [it for it in self._view.graphs.halves if it is not None]
        matching = self._desk.known(ask.match(scene, now)) if now is not None else None
        if now is None or not isinstance(matching, Matching) or len(halves) < 2:
            return None
        is_theirs = all(
            it.trace is own.trace for it, own in zip(halves, (now.first, now.second), strict=True)
        )
        return (now, matching, halves) if is_theirs else None

    def _on_picked(self, side: int, box: Box) -> None:
        """Look at the last operation of a box that has a partner; the partner gets its own box if this one has."""
        if (known := self._now()) is None or not box.nodes:
            return
        now, matching, halves = known
        here, other = self._pair[side], 1 - side
        if here is not None and here.id in box.nodes:
            return
        nodes = [halves[side].trace.nodes[it] for it in box.nodes]
        node = next((it for it in reversed(nodes) if ask.partner(now, matching, it, side)), nodes[-1])
        partner = ask.partner(now, matching, node, side)
        there = self._view.graphs.box_of(other, partner.id if partner is not None else None)
        if partner is not None and there is not None and there.can_open and not box.can_open:
            self._view.graphs.keep(other, there.key)
            opened = halves[0].drawing.opened, halves[1].drawing.opened
            showing = (None, partner.name) if side == 0 else (partner.name, None)
            self._desk.choose(Drawn(ask.networks(now), opened, showing=showing))
        self._pick(*((node, partner) if side == 0 else (partner, node)))
        self._desk.settle()

    def _on_toggled(self, side: int, box: Box) -> None:
        """Open or close a group, and what stands for the same on the other side."""
        if (known := self._now()) is None:
            return
        now, matching, halves = known
        nodes = halves[side].trace.nodes
        found = (ask.partner(now, matching, nodes[it], side) for it in box.nodes)
        partners = frozenset(it.id for it in found if it is not None)
        other = 1 - side
        there = badges.counterpart(box, halves[other].drawing.boxes, partners)
        opened = [it.drawing.opened for it in halves]
        for place, group in ((side, box), (other, there)):
            if group is not None:
                opened[place] ^= {group.key}
                self._view.graphs.keep(place, group.key)
        self._desk.choose(Drawn(ask.networks(now), (opened[0], opened[1])))
        self._desk.settle()

    def _on_menu(self, place: QPoint) -> None:
        self.menu().popup(place)

    def menu(self) -> QMenu:
        """Return what can be done with the pair that is looked at, and with both drawings."""
        names = tuple(it.name if it is not None else None for it in self._pair)
        rows = (it for half in self._view.graphs.halves if half is not None for it in half.rows.values())
        row = next((it for it in rows if (it.a and it.a.name, it.b and it.b.name) == names), None)
        menu = self._view.table.menu(row) if row is not None else QMenu(self._view)
        for text, depth in (
            ("Open all groups", _ALL),
            ("Close all groups", 0),
            ("As they open by themselves", None),
        ):
            menu.addAction(text, lambda depth=depth: self._open(depth))  # type: ignore[misc]
        return menu

    def _open(self, depth: int | None) -> None:
        now = ask.two(self._desk.scene)
        if now is not None:
            self._desk.choose(Drawn(ask.networks(now), depth=depth))
            self._desk.settle()
