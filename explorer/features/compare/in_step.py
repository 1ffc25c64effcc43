"""Two graphs that a person pans and zooms as one: what is matched stays level, at the same size."""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject

from explorer.drawing.messages import Box
from explorer.features.compare.rows import Row
from explorer.window.widgets.graph.camera import Camera
from explorer.window.widgets.graph.view import GraphView

_AIR = 4.0  # pixels over and under the box that is looked at


class InStep(QObject):
    """Lets one graph follow the other, which a person moves.

    Attributes:
        is_on: Whether they go in step.

    Args:
        graphs: Both.
    """

    def __init__(self, graphs: tuple[GraphView, GraphView]) -> None:
        super().__init__(graphs[0])
        self.is_on = True
        self._graphs = graphs
        self._leader = 0
        self._heights: tuple[NDArray[np.float64], NDArray[np.float64]] = (np.zeros(0), np.zeros(0))
        for side, graph in enumerate(graphs):
            for signal in (graph.touched, graph.picked, graph.toggled):
                signal.connect(lambda *_, side=side: self._lead(side))
            graph.moved.connect(lambda side=side: self._on_moved(side))

    def set_rows(self, rows: Sequence[Row]) -> None:
        """Say which operations are matched, of the drawings that are there now."""
        level: dict[float, list[float]] = {}
        for one, two in self._pairs(rows):
            level.setdefault(one.top + one.height / 2, []).append(two.top + two.height / 2)
        mean = np.array([sum(level[it]) / len(level[it]) for it in sorted(level)])
        self._heights = np.array(sorted(level)), np.maximum.accumulate(mean)
        self.align()

    def _pairs(self, rows: Sequence[Row]) -> Iterator[tuple[Box, Box]]:
        """Yield the boxes that are to be level: where both begin, and what is matched."""
        a, b = (graph.atlas for graph in self._graphs)
        if a is None or b is None:
            return
        yield from zip(a.boxes[:1], b.boxes[:1], strict=False)
        for row in rows:
            one = a.holding(row.a.id) if row.a is not None else None
            two = b.holding(row.b.id) if row.b is not None else None
            if one is not None and two is not None:
                yield one, two

    def align(self) -> None:
        """Let the one that follows show what is matched with what is in sight of the other."""
        leader, other = self._graphs[self._leader], self._graphs[1 - self._leader]
        if not self.is_on or leader.atlas is None or other.atlas is None:
            return
        camera, height = leader.now, float(leader.height())
        hidden = leader.size_of_drawing[1] * camera.scale - height
        share = min(max(-camera.top / hidden, 0.0), 1.0) if hidden > 0 else 0.0
        _, at = camera.place(0.0, share * height)  # at the top of a drawing its top, at its end its end
        top = share * height - self._matched(at) * camera.scale
        aside = camera.left + leader.spine * camera.scale - leader.width() / 2
        left = other.width() / 2 + aside - other.spine * camera.scale
        other.follow(self._with_shown(Camera(camera.scale, left, top)))

    def _matched(self, at: float) -> float:
        """Return the height in the follower's drawing that is matched with one in the leader's."""
        here, there = self._heights[self._leader], self._heights[1 - self._leader]
        if not here.size:
            return at
        beyond = at - min(max(at, here[0]), here[-1])
        return float(np.interp(at, here, there)) + beyond

    def _with_shown(self, camera: Camera) -> Camera:
        """Return the camera with the box that is looked at in sight of the follower while it is in the leader's."""
        leader, other = self._graphs[self._leader], self._graphs[1 - self._leader]
        keys = leader.marks.shown, other.marks.shown
        here, there = (
            graph.atlas.home_of(key) if graph.atlas is not None and graph.atlas.box(key) else None
            for graph, key in zip((leader, other), keys, strict=True)
        )
        if here is None or there is None:
            return camera
        _, first, _, last = leader.now.to_widget(here)
        if last < 0 or first > leader.height():
            return camera
        # One that is cut may be cut on the other side as well: it goes out of sight in step.
        least, most = min(first, _AIR), max(last, other.height() - _AIR)
        _, top, _, bottom = camera.to_widget(there)
        return camera.moved(0.0, max(least - top, 0.0) + min(most - bottom, 0.0))

    def _lead(self, side: int) -> None:
        self._leader = side

    def _on_moved(self, side: int) -> None:
        if side == self._leader:
            self.align()
