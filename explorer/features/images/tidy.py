"""Keeps the open inputs in order: says which kind the model reads, lets go of what could not be opened."""

from dataclasses import replace

from explorer.features.images.choosing import kind_of
from explorer.window.desk import Desk
from explorer.window.scene import Scene
from explorer.window.spec import Level

ABOUT = "kind"


class Tidy:
    """Follows the open inputs."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._seen: set[str] = set()
        self._read_words: bool | None = None
        desk.follow(self.follow)

    def follow(self, scene: Scene) -> None:
        """Tell of new inputs that the model cannot read; empty the window when nothing in it could be opened."""
        if scene.images and scene.image is None and all(it.failed for it in scene.images):
            self._desk.put(replace(scene, images=()))
            return
        if scene.model is None or not scene.seat.is_live:
            return
        reads_words = scene.seat.reads_words
        other_kind = self._read_words not in (None, reads_words)
        self._read_words = reads_words
        fresh = [it for it in scene.images if it.key not in self._seen]
        self._seen = {it.key for it in scene.images}
        if other_kind:
            self._desk.hush(ABOUT)
            fresh = [] if reads_words else list(scene.images)  # a network that reads words gets a sample word
        if fresh and not any(scene.fits(it) for it in fresh):
            self._desk.tell(Level.INFO, kind_of(scene), about=ABOUT)
