"""Shows the open images one after the other; each stays until all that is asked of it is there."""

from PySide6.QtCore import QTimer

from explorer.window.desk import Desk
from explorer.window.scene import Scene
from explorer.window.stream import Slides

SLIDE_MS = 2000


class SlideShow:
    """Goes on after a while, never before the last one was answered; another hand on the images ends it."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._image: str | None = None  # where it went last
        self._timer = QTimer(desk, interval=SLIDE_MS)
        self._timer.timeout.connect(self._on_tick)
        desk.follow(self._follow)

    def _follow(self, scene: Scene) -> None:
        if not scene.choice(Slides).on:
            self._timer.stop()
        elif not self._timer.isActive():
            self._image = scene.image
            self._timer.start()
        elif scene.image != self._image:
            self._desk.choose(Slides())

    def _on_tick(self) -> None:
        desk, scene = self._desk, self._desk.scene
        if scene.is_coming or not desk.has_caught_up:
            return
        if scene.forward is not None and scene.image is not None and scene.forward.key != scene.image:
            return
        first = next((it.key for it in scene.images if scene.can_record(it)), None)
        self._image = scene.neighbour(scene.image, 1) or first
        desk.set(image=self._image)
        desk.settle()
