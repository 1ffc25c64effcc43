"""Looks for images in folders, in a thread of its own."""

import threading
from collections.abc import Sequence

from explorer.records.image_files import Found, look_for_images


class Listing:
    """Looks for the first `most` images.

    Attributes:
        found: What was found so far; changes until `is_done`.
    """

    def __init__(self, folders: Sequence[str], most: int) -> None:
        self.found = Found()
        self._folders = tuple(folders)
        self._most = most
        self._cancelled = threading.Event()
        # A slow disk must hold up neither the window nor its end.
        self._thread = threading.Thread(target=self._run, name="listing of images", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def cancel(self) -> None:
        """Stop; what was found stays."""
        self._cancelled.set()

    @property
    def is_done(self) -> bool:
        """True if there is nothing more to come."""
        return not self._thread.is_alive()

    def _run(self) -> None:
        look_for_images(self._folders, self.found, self._most, self._cancelled.is_set)
