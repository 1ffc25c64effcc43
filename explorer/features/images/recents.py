"""The files and folders opened lately."""

import os
from collections.abc import Sequence

from explorer.features.images.choice import Recent
from explorer.window.desk import Desk
from explorer.window.scene import Scene, SceneImage

MOST_OF_A_BATCH = 4
"""A batch of more files is remembered as its folder: it would push out all that was opened before."""


class Recents:
    """Remembers what was opened, once it is."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._seen: set[str] = set()
        self._coming: set[str] = set()
        desk.choose(Recent(tuple(desk.settings.recent_images)))
        desk.follow(self.follow)

    def follow(self, scene: Scene) -> None:
        """Take new inputs as one batch; remember those of a small one when they are open."""
        fresh = [it for it in scene.images if it.key not in self._seen and it.source.path is not None]
        self._seen = {it.key for it in scene.images}
        if len(fresh) > MOST_OF_A_BATCH:
            remember(self._desk, _common_folder(fresh))
        else:
            self._coming |= {it.key for it in fresh}
        opened = [it for it in scene.images if it.key in self._coming and it.opened is not None]
        self._coming = (self._coming & self._seen) - {it.key for it in opened}
        folders = tuple(f"{path}/" for path in scene.choice(Recent).paths)
        paths = [it.source.path for it in opened if it.source.path is not None]
        # Of a folder that is offered already, its files need not be.
        remember(self._desk, [path for path in paths if not path.startswith(folders)])


def remember(desk: Desk, paths: Sequence[str]) -> None:
    """Put files or folders at the head of the recent ones."""
    kept = [os.path.abspath(path) for path in paths if _can_be_kept(path)]  # noqa: PTH100
    if kept:
        desk.settings.add_recent_images(kept)
        desk.choose(Recent(tuple(desk.settings.recent_images)))


def _common_folder(images: Sequence[SceneImage]) -> list[str]:
    """Return the folder in which all of a batch lie; none if they lie in several."""
    folders = {os.path.dirname(it.source.path or "") for it in images}  # noqa: PTH120
    return list(folders) if len(folders) == 1 else []


def _can_be_kept(path: str) -> bool:
    """Tell whether the settings give a path back as it is: they hold text only."""
    try:
        path.encode()
    except UnicodeEncodeError:
        return False
    return True
