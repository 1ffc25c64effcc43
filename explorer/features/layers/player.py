"""Steps through the operations by itself while the scene says that it plays."""

from dataclasses import replace

from PySide6.QtCore import QTimer

from explorer.features.layers.steps import last
from explorer.window.desk import Desk
from explorer.window.scene import Scene

PLAY_MS = 450


class Player:
    """Goes on as soon as what is shown has its answer; another hand on the steps stops it."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._node: int | None = None  # where it went last
        self._timer = QTimer(desk, interval=PLAY_MS)
        self._timer.timeout.connect(self._on_tick)
        desk.follow(self.follow)

    def follow(self, scene: Scene) -> None:
        """Begin, or stop: at the end, when asked, and when somebody else moved."""
        if not scene.playing:
            self._timer.stop()
        elif not self._timer.isActive():
            self._node = scene.node
            self._timer.start()
        elif scene.node != self._node:
            self._timer.stop()
            self._desk.set(playing=False)

    def _on_tick(self) -> None:
        desk, scene = self._desk, self._desk.scene
        if scene.trace is None or scene.node is None:
            desk.set(playing=False)
        elif desk.has_caught_up:
            self._node = min(scene.node + 1, last(scene))
            desk.put(replace(scene.at_node(self._node), playing=self._node < last(scene)))
            desk.settle()
