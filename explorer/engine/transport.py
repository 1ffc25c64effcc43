"""Messages between window and engine: small ones whole through the pipe, large arrays to the window by shared memory.

The window owns the shared memory, so that an engine that dies leaves nothing behind: the engine says how much
it `Need`s, the window answers with a `Grant`, the engine fills it and sends the rest of the message, and the
window copies the arrays out. The memory is a mapped file in the system's memory file system, not a
`multiprocessing.shared_memory`, which has a tracker process that unlinks and warns on its own.
"""

import copyreg
import io
import mmap
import os
import pickle
import re
import sys
import tempfile
import threading
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from queue import SimpleQueue
from typing import Any

import numpy as np
from numpy.typing import NDArray

LARGE = 1 << 20  # bytes of arrays from which on a message travels through shared memory
LARGEST_IDLE = 128 << 20  # bytes of shared memory kept for a message that needs less than a quarter of it
_SMALLEST_SEGMENT = 4 << 20
_PREFIX = "arch-explorer-"
_BELONGS_TO = re.compile(re.escape(_PREFIX) + r"(\d+)-[0-9a-f]+")
_PROTOCOL = 5
# Anything else would make the window import what it must not: torch, or a user's own file.
_MAY_CROSS = frozenset({"builtins", "copyreg", "explorer", "numpy"})


@dataclass(frozen=True)
class Need:
    """The engine wants to send arrays of `size` bytes."""

    size: int


@dataclass(frozen=True)
class Grant:
    """The window lends the file `path`; None if it has no memory to lend."""

    path: str | None


@dataclass(frozen=True)
class _Inline:
    """A pickled message and the bytes of its arrays."""

    payload: bytes
    buffers: tuple[Any, ...]


@dataclass(frozen=True)
class _Placed:
    """A pickled message whose arrays lie one after the other in the granted file."""

    payload: bytes
    sizes: tuple[int, ...]


@dataclass(frozen=True)
class _Followed:
    """A pickled message; the bytes of its `count` arrays come after it."""

    payload: bytes
    count: int


# ---- from the window to the engine ----


def send_to_engine(connection: Connection, message: object) -> None:
    """Send a message; the bytes of its arrays go as they lie, uncopied, and other threads run meanwhile.

    Raises:
        Exception: It cannot be pickled; nothing was sent.
        OSError: The engine is gone.
    """
    buffers: list[pickle.PickleBuffer] = []
    payload = pickle.dumps(message, _PROTOCOL, buffer_callback=buffers.append)
    parts = [buffer.raw() for buffer in buffers]
    connection.send_bytes(pickle.dumps(_Followed(payload, len(parts)), _PROTOCOL))
    for part in parts:
        connection.send_bytes(part)


def receive_in_engine(connection: Connection) -> object:
    """Wait for the next message of `send_to_engine`.

    Raises:
        EOFError, OSError: The window is gone.
    """
    frame = pickle.loads(connection.recv_bytes())
    return _unpack(frame.payload, [connection.recv_bytes() for _ in range(frame.count)])


# ---- the engine's end ----


class EndedError(Exception):
    """Nothing may be sent any more."""


class MessageSender:
    """Sends messages from any thread of the engine.

    A conversation about shared memory holds up only other large messages; small ones pass between its steps,
    so that the thread which receives the grants may itself send small messages.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._writing = threading.Lock()
        self._conversing = threading.Lock()
        self._grants: SimpleQueue[Grant] = SimpleQueue()
        self._segment: _Segment | None = None  # once it was filled it is granted anew
        self._has_ended = False

    def end(self) -> None:
        """Send nothing any more; in a copy of the process, where another thread may have held a lock for ever."""
        self._has_ended = True

    def send(self, message: object) -> None:
        """Send `message`.

        Raises:
            EndedError: Nothing is sent any more.
            pickle.PicklingError: It holds something that must not reach the window; nothing was sent.
            OSError: The window is gone.
        """
        if self._has_ended:
            raise EndedError
        payload, buffers = _pack(message)
        if sum(buffer.nbytes for buffer in buffers) < LARGE:
            self._write(_Inline(payload, tuple(map(pickle.PickleBuffer, buffers))))
            return
        with self._conversing:
            self._send_large(payload, buffers)

    def granted(self, grant: Grant) -> None:
        """Hand over the window's answer to a `Need`; called by the thread that reads the pipe."""
        self._grants.put(grant)

    def _send_large(self, payload: bytes, buffers: list[memoryview]) -> None:
        size = sum(buffer.nbytes for buffer in buffers)
        if self._segment is not None:
            self._grants.get()  # that of the memory that was filled last: now it is read
        if self._segment is None or not self._segment.fits(size):
            self._write(Need(size))
            self._map(self._grants.get().path)
        if self._segment is not None:
            try:
                self._segment.put(buffers)
                self._write(_Placed(payload, tuple(buffer.nbytes for buffer in buffers)))
            except BaseException:
                self._unmap()  # nobody will grant anew what was not sent: the next one asks for memory
                raise
        else:
            self._write(_Inline(payload, tuple(map(pickle.PickleBuffer, buffers))))

    def _map(self, path: str | None) -> None:
        """Map the file that is granted, if it can be; it stays mapped, for that costs more than the copy."""
        self._unmap()
        if path is not None:
            with suppress(OSError):
                self._segment = _Segment.opened(Path(path))

    def _unmap(self) -> None:
        segment, self._segment = self._segment, None
        if segment is not None:
            segment.close()

    def _write(self, frame: object) -> None:
        frozen = pickle.dumps(frame, _PROTOCOL)
        with self._writing:
            self._connection.send_bytes(frozen)


class _RecordPickler(pickle.Pickler):
    """Refuses what the window could not read without importing the model's libraries; sends of a record its fields.

    What a record has derived and keeps (`cached_property`) is left behind: whoever receives it derives it anew.
    """

    def reducer_override(self, obj: Any) -> Any:
        module = getattr(obj, "__module__", None) or "builtins"
        if module.partition(".")[0] not in _MAY_CROSS:
            raise pickle.PicklingError(f"{type(obj).__name__} of {module} cannot be sent to the window")
        kind, kept = type(obj), getattr(obj, "__dict__", None)
        fields = getattr(kind, "__dataclass_fields__", None)
        if kept is not None and fields is not None and kept.keys() - fields.keys():
            return copyreg.__newobj__, (kind,), {name: kept[name] for name in fields if name in kept}  # type: ignore[attr-defined]
        return NotImplemented


def _pack(message: object) -> tuple[bytes, list[memoryview]]:
    """Pickle `message` without the bytes of its contiguous arrays, and return those beside it."""
    buffers: list[pickle.PickleBuffer] = []
    payload = io.BytesIO()
    _RecordPickler(payload, _PROTOCOL, buffer_callback=buffers.append).dump(message)
    return payload.getvalue(), [buffer.raw() for buffer in buffers]


# ---- the window's end ----


class MessageReceiver:
    """Receives the messages of one engine, in one thread.

    Args:
        connection: The pipe.
        answer: Sends a `Grant` back without waiting, or both ends could wait for each other.
    """

    def __init__(self, connection: Connection, answer: Callable[[Grant], None]) -> None:
        self._connection = connection
        self._answer = answer
        self._segment: _Segment | None = None

    def receive(self) -> object | None:
        """Wait for the next message; None if it only asked for memory.

        Arrays own their memory; they are writable if they were so in the engine.

        Raises:
            EOFError: The engine ended.
            OSError: The engine ended in the middle of a message.
        """
        match pickle.loads(self._connection.recv_bytes()):
            case Need(size):
                self._answer(Grant(self._lend(size)))
                return None
            case _Inline(payload, buffers):
                return _unpack(payload, buffers)
            case _Placed(payload, sizes) if self._segment is not None:
                parts = self._segment.take(sizes)
                self._answer(Grant(str(self._segment.path)))
                return _unpack(payload, parts)
            case frame:
                raise OSError(f"unexpected frame {type(frame).__name__}")

    def close(self) -> None:
        """Delete the shared memory."""
        if self._segment is not None:
            self._segment.close()
            self._segment.unlink()
            self._segment = None

    def _lend(self, size: int) -> str | None:
        """One conversation runs at a time, so one segment serves all; it is replaced if it does not fit."""
        if self._segment is not None and not self._segment.fits(size):
            self.close()
        if self._segment is None:
            capacity = max(_SMALLEST_SEGMENT, 1 << (size - 1).bit_length())
            try:
                self._segment = _Segment.created(capacity)
            except OSError:  # the memory file system is full or tiny, as in a container
                return None
        return str(self._segment.path)


def _unpack(payload: bytes, buffers: Iterable[Any]) -> object:
    return pickle.loads(payload, buffers=buffers)


def sweep() -> None:
    """Delete the shared memory that windows which no longer run left behind."""
    for path in _folder().glob(f"{_PREFIX}*"):
        owner = _BELONGS_TO.fullmatch(path.name)
        if owner is None:
            continue
        import psutil  # here, because there is hardly ever anything to sweep, and the window starts faster

        if not psutil.pid_exists(int(owner[1])):
            with suppress(OSError):  # another person's
                path.unlink()


# ---- shared memory ----


def _folder() -> Path:
    """Where Linux keeps shared memory; elsewhere a mapped temporary file does the same."""
    memory = Path("/dev/shm")
    return memory if sys.platform == "linux" and memory.is_dir() else Path(tempfile.gettempdir())


class _Segment:
    """A mapped file."""

    def __init__(self, path: Path, descriptor: int) -> None:
        self.path = path
        self._map = mmap.mmap(descriptor, 0)
        self.size = len(self._map)

    @classmethod
    def created(cls, size: int) -> "_Segment":
        """Create a file of `size` bytes that only this user can read; raises OSError if there is no room."""
        path = _folder() / f"{_PREFIX}{os.getpid()}-{os.urandom(6).hex()}"
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600)
        try:
            # Room that is only promised would kill the engine (SIGBUS) when it writes there.
            if hasattr(os, "posix_fallocate"):
                os.posix_fallocate(descriptor, 0, size)
            os.truncate(descriptor, size)
            return cls(path, descriptor)
        except OSError:
            path.unlink()
            raise
        finally:
            os.close(descriptor)

    @classmethod
    def opened(cls, path: Path) -> "_Segment":
        """Map a file that the window created."""
        descriptor = os.open(path, os.O_RDWR | getattr(os, "O_BINARY", 0))
        try:
            return cls(path, descriptor)
        finally:
            os.close(descriptor)

    def fits(self, size: int) -> bool:
        """Tell whether it has room for `size` bytes, and is not much too large to be kept for them."""
        return size <= self.size <= max(4 * size, LARGEST_IDLE)

    def put(self, buffers: Iterable[memoryview]) -> None:
        """Copy `buffers` into the file, one after the other."""
        start = 0
        for buffer in buffers:
            self._part(start, buffer.nbytes)[:] = np.frombuffer(buffer, np.uint8)
            start += buffer.nbytes

    def take(self, sizes: Iterable[int]) -> list[NDArray[np.uint8]]:
        """Copy parts of these `sizes` out of the file; numpy lets other threads run meanwhile."""
        parts, start = [], 0
        for size in sizes:
            parts.append(self._part(start, size).copy())
            start += size
        return parts

    def close(self) -> None:
        """Unmap the file."""
        self._map.close()

    def unlink(self) -> None:
        """Delete the file; the next `sweep` does it where it is still open elsewhere."""
        with suppress(OSError):
            self.path.unlink()

    def _part(self, start: int, size: int) -> NDArray[np.uint8]:
        return np.frombuffer(self._map, np.uint8, size, start)
