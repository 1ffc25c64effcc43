"""Standard output is for the answer alone: what a model's own code prints, by whatever way, goes to standard error."""

import ctypes
import io
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stdout, suppress

_OUTPUT, _ERRORS = 1, 2
Printer = Callable[[str], None]


@contextmanager
def apart() -> Iterator[Printer]:
    """Give what prints an answer on standard output, which nobody else reaches meanwhile; it raises OSError."""
    stream = sys.stdout
    if not _is_descriptor(stream, _OUTPUT) or not _is_descriptor(sys.stderr, _ERRORS):
        with redirect_stdout(sys.stderr):
            yield lambda text: print(text, file=stream, flush=True)
        return
    stream.flush()
    kept = os.dup(_OUTPUT)
    try:
        os.dup2(_ERRORS, _OUTPUT)
        with redirect_stdout(sys.stderr):
            yield lambda text: _write(kept, text, stream.encoding)
    finally:
        _flush()
        os.dup2(kept, _OUTPUT)
        os.close(kept)


def _is_descriptor(stream: object, number: int) -> bool:
    try:
        return isinstance(stream, io.TextIOWrapper) and stream.fileno() == number
    except (OSError, ValueError):
        return False


def _write(descriptor: int, text: str, encoding: str) -> None:
    """Write a text and a line's end; a terminal that lacks a character gets its code instead."""
    data = f"{text}\n".replace("\n", os.linesep).encode(encoding, "backslashreplace")
    while data:
        data = data[os.write(descriptor, data) :]


def _flush() -> None:
    """Send off what Python and C still hold for standard output."""
    with suppress(OSError, ValueError, AttributeError):
        sys.__stdout__.flush()  # type: ignore[union-attr]
    if sys.platform != "win32":
        ctypes.CDLL(None).fflush(None)
