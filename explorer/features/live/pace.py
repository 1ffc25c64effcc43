"""How fast the engine is asked: about the newest changes, whenever those before have been answered and shown."""

from dataclasses import replace

from explorer.window.desk import Desk
from explorer.window.live import Live, live
from explorer.window.scene import Scene


class Pace:
    """Lets the question follow what a person moves; what comes while the engine works is passed over."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._is_free = True  # what was asked last is answered and shown
        desk.follow(self._follow)
        desk.settled.connect(self._on_settled)

    def _follow(self, scene: Scene) -> None:
        choice = scene.choice(Live)
        if choice.frame is not None and not choice.can_ask:
            from explorer.features.live.choice import question  # here: the start has no use of it

            choice = replace(choice, asks=question)
        if choice.asked != choice.trial and (self._is_free or live(scene) is None):
            self._is_free = False
            self._desk.choose(replace(choice, asked=choice.trial))

    def _on_settled(self) -> None:
        scene = self._desk.scene
        # What is refused, or wished by nobody in sight, is not waited for.
        was, self._is_free = self._is_free, not self._desk.is_flowing
        if self._is_free and not was and scene.choice(Live).asked != scene.choice(Live).trial:
            self._desk.refresh()
