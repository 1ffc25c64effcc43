"""A file mapped into memory: its bytes are read as they are needed, straight into the network."""

import mmap
from pathlib import Path

from torch import Tensor

from explorer.weights.kinds import unreadable
from explorer.weights.tensors import TensorError, bytes_in


class Mapped:
    """The bytes of a file; writing into tensors of them changes memory only, never the file.

    Attributes:
        bytes: The map; also a file to read from.

    Raises:
        WeightsError: The file cannot be opened.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            with path.open("rb") as file:
                self.bytes = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_COPY)
        except OSError as error:
            raise unreadable(path, error) from error

    def tensor(self, start: int, length: int) -> Tensor:
        """Return bytes as a tensor (length,) of uint8; it must not outlive the file.

        Raises:
            TensorError: The file ends before, or has become shorter: reading on would end the process.
        """
        self._check()
        return bytes_in(self.bytes, start, length)

    def part(self, start: int, length: int) -> bytes:
        """Return bytes, fewer at the file's end; raises as `tensor` does."""
        self._check()
        return self.bytes[start : start + length]

    def _check(self) -> None:
        if self._path.stat().st_size < len(self.bytes):
            raise TensorError("the file has become shorter")
