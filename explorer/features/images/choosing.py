"""Which of the open inputs is shown."""

from dataclasses import replace

from explorer.records.names import plain
from explorer.window.scene import Scene
from explorer.window.spec import DeskLike


def show(desk: DeskLike, key: str) -> None:
    """Show an input; one that could not be opened or recorded is tried again, for the person asks for it."""
    desk.put(replace(desk.scene.with_image(key, failed="", held=""), image=key))


def pick(desk: DeskLike, key: str) -> None:
    """Show an input that the person picked; of one that could not be opened it is shown why."""
    image = desk.scene.find(key)
    if image is not None and image.failed:
        desk.set(image=key)
    else:
        show(desk, key)


def go(desk: DeskLike, way: int) -> None:
    """Show the next input (1), or the one before (-1)."""
    if (key := desk.scene.neighbour(desk.scene.image, way)) is not None:
        desk.set(image=key)


def kind_of(scene: Scene) -> str:
    """Say which kind of input the model reads, and what to do."""
    if scene.model is None:
        return ""
    name = plain(scene.model.entry.full_name)
    if scene.seat.reads_words:
        return f"{name} reads words: type one (Ctrl+E); images wait for a network that reads images."
    return f"{name} reads images: drop one here; words wait for a network that reads words."
