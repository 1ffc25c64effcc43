"""Opens the images of folders: they are looked for in a thread, how far it is stands in a notice."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject, QTimer

from explorer.features.images.listing import Listing
from explorer.features.images.recents import remember
from explorer.records.image_files import Found, several
from explorer.records.images import ImageSource
from explorer.window.addresses import shown
from explorer.window.desk import Desk
from explorer.window.spec import Level, NoticeAction

_LOOK_MS = 30
_SILENT_LOOKS, _LOOKS_A_NOTICE = 10, 20
_ABOUT = "folder"


def open_folders(
    desk: Desk, folders: Sequence[str], most: int, opened: Callable[[Sequence[ImageSource]], object]
) -> None:
    """Look for the first `most` images in folders; call `opened` with them."""
    _Search(desk, folders, most, opened)


class _Search(QObject):
    """One search; it goes when it is done, or with the desk."""

    def __init__(
        self,
        desk: Desk,
        folders: Sequence[str],
        most: int,
        opened: Callable[[Sequence[ImageSource]], object],
    ) -> None:
        super().__init__(desk)
        self._desk, self._folders, self._most, self._opened = desk, folders, most, opened
        self._name = shown(folders[0]) if len(folders) == 1 else f"{len(folders)} folders"
        self._looks = 0
        self._listing = listing = Listing(folders, most)
        self.destroyed.connect(lambda: listing.cancel())
        self._timer = QTimer(self, interval=_LOOK_MS)
        self._timer.timeout.connect(self._look)
        listing.start()
        self._timer.start()

    def _look(self) -> None:
        self._looks += 1
        found = self._listing.found
        if self._listing.is_done:
            self._finish(found)
        elif self._looks >= _SILENT_LOOKS and (self._looks - _SILENT_LOOKS) % _LOOKS_A_NOTICE == 0:
            text = f"Looking for images in {self._name}: {len(found.images):,} so far."
            self._desk.tell(Level.INFO, text, NoticeAction("Cancel", self._cancel), about=_ABOUT)

    def _cancel(self) -> None:
        self._listing.cancel()
        self._end()

    def _finish(self, found: Found) -> None:
        self._end()
        level = Level.INFO if found.images else Level.WARNING
        self._desk.tell(level, summary(self._name, found), about=_ABOUT)
        if found.images:
            remember(self._desk, self._folders)
            known, before = {image.key for image in self._desk.scene.images}, self._desk.scene.image
            self._opened([ImageSource(shown(path), path=path) for path in found.images])
            added = [image.key for image in self._desk.scene.images if image.key not in known]
            _Arrival(self._desk, self._name, found, added, before)

    def _end(self) -> None:
        self._timer.stop()
        self._desk.hush(_ABOUT)
        self.deleteLater()


class _Arrival(QObject):
    """Waits until the images of a search are open or have failed, says how many, and shows the first that is open."""

    def __init__(self, desk: Desk, name: str, found: Found, keys: Sequence[str], before: str | None) -> None:
        super().__init__(desk)
        self._desk, self._name, self._found, self._keys, self._before = desk, name, found, keys, before
        desk.settled.connect(self._look)

    def _look(self) -> None:
        scene = self._desk.scene
        there = [image for key in self._keys if (image := scene.find(key)) is not None]
        if any(image.opened is None and not (image.failed or image.held) for image in there):
            return
        self._desk.settled.disconnect(self._look)
        self.deleteLater()
        failed = sum(bool(image.failed) for image in there)
        opened = [image for image in there if image.opened is not None]
        self._desk.hush(_ABOUT)  # all of them may have been open already
        if there:
            level = Level.WARNING if failed else Level.INFO
            self._desk.tell(level, summary(self._name, self._found, len(opened), failed), about=_ABOUT)
        if failed and scene.image == self._before and (fitting := [it for it in opened if scene.fits(it)]):
            self._desk.set(image=fitting[0].key)  # the first could not be shown


def summary(name: str, found: Found, opened: int | None = None, failed: int = 0) -> str:
    """Say what was found, what came of it, and what was left out.

    Args:
        name: What was looked through.
        found: What was found there.
        opened: How many of the images are open; None while they are being opened.
        failed: How many could not be.
    """
    count = len(found.images)
    if not count:
        text = f"{name} holds no images that can be read"
    elif opened is None:
        text = f"{name}: opening {several(count, 'image')}"
    else:
        text = f"{name}: {several(opened, 'image') or 'no image'} opened"
        text += f", {failed} could not be" if failed else ""
    if found.has_more:
        text += f" (the first {count:,} of more)"
    return f"{text}{found.left_out}."
