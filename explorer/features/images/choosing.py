"""Which of the open inputs is shown."""

from dataclasses import replace

from explorer.window.scene import Scene
from explorer.window.spec import DeskLike


def show(desk: DeskLike, key: str) -> None:
    """Show an input; one that could not be opened or recorded is tried again, for the person asks for it."""
    desk.put(replace(desk.scene.with_image(key, failed="", held=""), image=key))


def beside(scene: Scene, step: int) -> str | None:
    """Return the nearest input in the direction of `step` (1 or -1) that can be recorded; None if there is none."""
    keys = [it.key for it in scene.images]
    if scene.image not in keys:
        return None
    place = keys.index(scene.image)
    way = scene.images[place + 1 :] if step > 0 else reversed(scene.images[:place])
    return next((it.key for it in way if scene.can_record(it)), None)


def go(desk: DeskLike, step: int) -> None:
    """Show the next input, or the one before."""
    if (key := beside(desk.scene, step)) is not None:
        desk.set(image=key)


def kind_of(scene: Scene) -> str:
    """Say which kind of input the model reads, and what to do."""
    if scene.model is None:
        return ""
    name = scene.model.entry.full_name
    if scene.seat.reads_words:
        return f"{name} reads words: type one (Ctrl+E); images wait for a network that reads images."
    return f"{name} reads images: drop one here; words wait for a network that reads words."
