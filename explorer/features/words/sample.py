"""A word to begin with."""

from explorer.engine.messages import LoadModel
from explorer.features.words.opening import with_word
from explorer.window.desk import Desk
from explorer.window.scene import Scene

SAMPLE = "architecture"


class SampleWord:
    """Opens a sample word for a network that reads words, when it has come and no word is open."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._loaded: LoadModel | None = None
        desk.follow(self.follow)

    def follow(self, scene: Scene) -> None:
        """Open the sample once for each model; the same one in a new engine is no other."""
        loaded = scene.seat.loaded
        if loaded is None or loaded == self._loaded or not scene.seat.is_live:
            return
        self._loaded = loaded
        if scene.seat.reads_words and not any(it.is_word for it in scene.images):
            self._desk.put(with_word(scene, SAMPLE))
