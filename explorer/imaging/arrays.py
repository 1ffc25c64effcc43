"""Arrays that a person saved, as inputs of a model."""

import stat
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
import psutil
from numpy.typing import NDArray

from explorer.records.errors import ExplorerError


def read_array(path: Path) -> NDArray[Any]:
    """Return the array of numbers in a `.npy` file, in the machine's own order of bytes and at most 64 bits each.

    Raises:
        ExplorerError: The file is missing, no plain file, broken, larger than the free memory, or holds no array of
            numbers.
    """
    array = _read(path)
    if array.dtype.kind not in "fiub":
        raise ExplorerError(f"{path} holds {array.dtype} instead of numbers; save an array with numpy.save.")
    if array.size == 0:
        raise ExplorerError(f"{path} holds an empty array, of shape {array.shape}; save one with values.")
    if array.dtype.itemsize > 8:  # numpy's longer floats, which torch lacks
        array = array.astype(np.float64)
    native = np.ascontiguousarray(array.astype(array.dtype.newbyteorder("=")))
    return native.reshape(array.shape)


def _read(path: Path) -> NDArray[Any]:
    advice = "save an array with numpy.save."
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):  # opening a pipe would wait for ever
            raise ExplorerError(f"{path} is a folder, a device or a pipe, not a file; {advice}")
        if status.st_size > psutil.virtual_memory().available:
            raise ExplorerError(
                f"{path} takes {status.st_size / 1e9:.1f} GB, more than is free; save fewer values."
            )
        with path.open("rb") as file:
            array = np.load(file, allow_pickle=False)
    except OSError as error:
        raise ExplorerError(f"{path} cannot be read: {error.strerror or error}; {advice}") from None
    except (ValueError, EOFError, MemoryError, BadZipFile) as error:
        reason = " ".join(str(error).split())
        raise ExplorerError(f"{path} cannot be read as a .npy array ({reason}); {advice}") from None
    if not isinstance(array, np.ndarray):
        raise ExplorerError(f"{path} is an archive of arrays, not one array; {advice}")
    return array
