"""Keeps the open inputs in order: which kind the model reads, none twice, none left that could not be opened."""

from dataclasses import replace

from explorer.features.images import choosing, closing
from explorer.features.images.choice import ClosedInputs
from explorer.features.images.choosing import kind_of
from explorer.window.desk import Desk
from explorer.window.scene import Scene, SceneImage
from explorer.window.spec import Level

ABOUT = "kind"
_TWICE = "twice"


class Tidy:
    """Follows the open inputs."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._seen: set[str] = set()
        self._told: set[str] = set()
        self._twice = 0  # inputs of the last batch that were open already
        self._read_words: bool | None = None
        desk.follow(self.follow)

    def follow(self, scene: Scene) -> None:
        """Tell of new inputs that the model cannot read; empty the window when nothing in it could be opened."""
        if scene.images and scene.image is None and all(it.failed for it in scene.images):
            self._desk.put(replace(scene, images=()))
            return
        self._let_go_of_twins(scene)
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

    def _let_go_of_twins(self, scene: Scene) -> None:
        """Let go of inputs that are open already, show the one that is open, and say so."""
        if any(it.key not in self._told for it in scene.images):
            self._twice = 0
        self._told = {it.key for it in scene.images}
        twins = _twins(scene)
        if not twins:
            return
        self._twice += len(twins)
        kept = closing.without(scene, twins).with_choice(scene.choice(ClosedInputs))
        for number, seat in enumerate(scene.seats):
            if (own := twins.get(seat.image or "")) is not None:
                kept = kept.with_seat(number, image=own.key)
        first = twins.get(scene.image or "")
        self._desk.put(kept)
        if first is not None:
            choosing.show(self._desk, first.key)
        key, one = next(iter(twins.items()))
        text = (
            _told(scene.find(key), one) if self._twice == 1 else f"{self._twice:,} of these are already open."
        )
        self._desk.tell(Level.INFO, text, about=_TWICE)


def _told(twin: SceneImage | None, one: SceneImage) -> str:
    """Say that an input is open already, and as what, if it goes by another name."""
    if twin is None or twin.source.name == one.source.name:
        return f"{one.source.name} is already open."
    return f"{twin.source.name} is the same as {one.source.name}, which is open already."


def _twins(scene: Scene) -> dict[str, SceneImage]:
    """Return by the key of each input that is open already the one that is the same."""
    first: dict[str, SceneImage] = {}
    twins = {}
    for image in scene.images:
        if image.opened is not None and image.opened.digest:
            one = first.setdefault(image.opened.digest, image)
            if one is not image:
                twins[image.key] = one
    return twins
