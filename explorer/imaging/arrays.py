"""Arrays that a person saved, as inputs of a model."""

from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from explorer.records.errors import ExplorerError


def read_array(path: Path) -> NDArray[Any]:
    """Return the array of numbers in a `.npy` file, in the machine's own order of bytes and at most 64 bits each.

    Raises:
        ExplorerError: The file is missing, broken, or holds no array of numbers.
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
