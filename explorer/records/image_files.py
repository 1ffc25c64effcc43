"""Files of images by their names, and those in folders."""

import os
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial

SUFFIXES = {
    "JPEG": (".jpg", ".jpeg", ".jpe", ".jfif", ".mpo"),
    "PNG": (".png", ".apng"),
    "WEBP": (".webp",),
    "GIF": (".gif",),
    "BMP": (".bmp", ".dib"),
    "TIFF": (".tif", ".tiff"),
    "PPM": (".ppm", ".pgm", ".pbm", ".pnm", ".pfm"),
    "AVIF": (".avif", ".avifs"),
    "HEIF": (".heic", ".heics", ".heif", ".heifs", ".hif"),
}
"""Formats that can be read, by Pillow's names, with the endings that their files bear; HEIF with the extra `heif`."""

IMAGE_SUFFIXES = frozenset().union(*SUFFIXES.values())
"""Endings of the images that can be read."""


@dataclass
class Found:
    """What was found in folders.

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

    @property
    def left_out(self) -> str:
        """What is no image or was not looked at, for the end of a sentence; empty if nothing was."""
        parts = [
            several(self.others, "other file"),
            several(self.hidden, "hidden one"),
            several(self.closed, "folder that may not be read", "folders that may not be read"),
        ]
        parts = [part for part in parts if part]
        return f"; left out: {', '.join(parts)}" if parts else ""


def look_for_images(
    folders: Sequence[str],
    found: Found,
    most: int | None = None,
    cancelled: Callable[[], bool] = lambda: False,
) -> None:
    """Look for images in folders and what is below them; links to folders are not followed.

    Args:
        folders: Their paths.
        found: Is filled on the way.
        most: Ends the search when there is one more than these; None for all.
        cancelled: Ends the search where it says True.
    """
    for folder in folders:
        for path in _files(folder, found, cancelled):
            if cancelled():
                return
            if os.path.splitext(path)[1].lower() not in IMAGE_SUFFIXES:  # noqa: PTH122 - it may be no text
                found.others += 1
            elif most is None or len(found.images) < most:
                found.images.append(path)
            else:
                found.has_more = True
                return


def several(count: int, one: str, many: str = "") -> str:
    """Return `3 files`, `1 file`, or nothing for none."""
    if not count:
        return ""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def _files(folder: str, found: Found, cancelled: Callable[[], bool]) -> Iterator[str]:
    """Yield the plain files of a folder, then those of the folders in it."""
    try:
        with os.scandir(folder) as entries:
            inside = sorted(entries, key=lambda entry: _natural(entry.name))
    except OSError:
        found.closed += 1
        return
    seen = [entry for entry in inside if not entry.name.startswith(".")]
    found.hidden += len(inside) - len(seen)
    yield from (entry.path for entry in seen if _is(entry.is_file))
    for entry in seen:
        if not cancelled() and _is(partial(entry.is_dir, follow_symlinks=False)):
            yield from _files(entry.path, found, cancelled)


def _is(asked: Callable[[], bool]) -> bool:
    try:
        return asked()
    except OSError:
        return False


def _natural(name: str) -> tuple[tuple[int, int, str], ...]:
    """Order names as a person counts: `2.png` before `10.png`, numbers before letters."""
    parts = re.findall(r"\d+|\D+", name.casefold())
    return tuple((0, int(part), "") if part.isdecimal() else (1, 0, part) for part in parts)
