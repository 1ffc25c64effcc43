"""Write a person's files so that nothing is lost: beside the old one first, then in its place."""

import errno
import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


def write(path: Path, content: bytes) -> None:
    """Write a file whole, or leave what was there.

    Raises:
        OSError: It cannot be written.
    """
    with beside(path) as file:
        file.write_bytes(content)


@contextmanager
def beside(path: Path) -> Iterator[Path]:
    """Give the path of an empty file to be written; it takes the place of `path` at the end, unless anything is raised.

    Raises:
        OSError: It cannot be written, or is a device or a pipe.
    """
    path = path.resolve()  # a link stays a link
    if path.exists() and not path.is_file():
        raise OSError(errno.EINVAL, "It is a folder, a device or a pipe, not a file")
    # A name of its own: the file's may be as long as a name can be.
    part = path.with_name(f".{uuid.uuid4().hex}.part{path.suffix[:32]}")
    try:
        part.touch()  # what the file system refuses, it refuses here, in its own words
        yield part
        with part.open("rb+") as file:
            os.fsync(file.fileno())
        part.replace(path)
    except BaseException:
        with suppress(OSError):
            part.unlink(missing_ok=True)
        raise
