"""A word to begin with."""

from dataclasses import replace

from explorer.engine.messages import LoadModel
from explorer.features.words.opening import with_word
from explorer.window.desk import Desk
from explorer.window.scene import Scene

SAMPLE = "architecture"


class SampleWord:
    """Opens a sample word for a network that reads words, when it has come and no word is open.

    When a network that sees images has come, the sample goes: the person never opened it.
    """

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._loaded: LoadModel | None = None
        self._sample: str | None = None  # its key
        desk.follow(self.follow)

    def follow(self, scene: Scene) -> None:
        """Open or drop the sample once for each model; the same one in a new engine is no other."""
        loaded = scene.seat.loaded
        if loaded is None or loaded == self._loaded or not scene.seat.is_live:
            return
        self._loaded = loaded
        if not scene.seat.reads_words:
            self._drop(scene)
        elif not any(it.is_word for it in scene.images):
            opened = with_word(scene, SAMPLE)
            self._sample = opened.image
            self._desk.put(opened)

    def _drop(self, scene: Scene) -> None:
        kept = tuple(it for it in scene.images if it.key != self._sample)
        if len(kept) < len(scene.images):
            image = scene.image if scene.image != self._sample else None
            self._desk.put(replace(scene, images=kept, image=image))
