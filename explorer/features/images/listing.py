"""Looks for images in folders and what is below them, in a thread of its own."""

import os
import re
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial

from explorer.window.drops import IMAGE_SUFFIXES


@dataclass
class Found:
    """What was found.

    Attributes:
        images: Paths, folder by folder, each in the order of their names.
        others: Number of files that are no images by their names.
        hidden: Number of hidden files and folders.
        closed: Number of folders that may not be read.
        has_more: True if there are more images than were wanted.
    """

    images: list[str] = field(default_factory=list)
    others: int = 0
    hidden: int = 0
    closed: int = 0
    has_more: bool = False


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
        for folder in self._folders:
            for path in self._files(folder):
                if self._cancelled.is_set():
                    return
                if os.path.splitext(path)[1].lower() not in IMAGE_SUFFIXES:  # noqa: PTH122 - it may be no text
                    self.found.others += 1
                elif len(self.found.images) < self._most:
                    self.found.images.append(path)
                else:
                    self.found.has_more = True
                    return

    def _files(self, folder: str) -> Iterator[str]:
        """Yield the plain files of a folder, then those of the folders in it; links to folders are not followed."""
        try:
            with os.scandir(folder) as entries:
                inside = sorted(entries, key=lambda entry: _natural(entry.name))
        except OSError:
            self.found.closed += 1
            return
        seen = [entry for entry in inside if not entry.name.startswith(".")]
        self.found.hidden += len(inside) - len(seen)
        yield from (entry.path for entry in seen if _is(entry.is_file))
        for entry in seen:
            if not self._cancelled.is_set() and _is(partial(entry.is_dir, follow_symlinks=False)):
                yield from self._files(entry.path)


def _is(asked: Callable[[], bool]) -> bool:
    try:
        return asked()
    except OSError:
        return False


def _natural(name: str) -> tuple[tuple[int, int, str], ...]:
    """Order names as a person counts: `2.png` before `10.png`, numbers before letters."""
    parts = re.findall(r"\d+|\D+", name.casefold())
    return tuple((0, int(part), "") if part.isdecimal() else (1, 0, part) for part in parts)
