"""A lock between processes that ends with its process, however that ends."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

if sys.platform == "win32":
    import msvcrt

    def _try(descriptor: int) -> None:
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
else:
    import fcntl

    def _try(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)


class LockedError(Exception):
    """Someone else holds the lock."""


@contextmanager
def lock(path: Path) -> Iterator[None]:
    """Hold the operating system's lock on `path`, a file made for it and removed afterwards.

    Raises:
        LockedError: It is held by another process, or by another thread of this one.
        OSError: The file cannot be made.
    """
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        try:
            _try(descriptor)
        except OSError as error:
            raise LockedError(path.name) from error
        if not _is_at(descriptor, path):
            raise LockedError(path.name)
        try:
            yield
        finally:
            with suppress(OSError):  # Windows does not remove an open file; an old one does no harm
                path.unlink()
    finally:
        os.close(descriptor)


def _is_at(descriptor: int, path: Path) -> bool:
    """Tell whether the open file still lies at `path`: its holder may have removed it after we opened it."""
    try:
        return os.path.samestat(os.fstat(descriptor), path.stat())
    except FileNotFoundError:
        return False
