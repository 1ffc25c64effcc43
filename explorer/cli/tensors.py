"""The tensors of the command line: where an input comes from, and where values go."""

from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from explorer import imaging
from explorer.cli import output
from explorer.forward import trace
from explorer.forward.recorder import Recording
from explorer.records.errors import ExplorerError
from explorer.records.images import ImageSource
from explorer.records.models import Preprocess, TextInput


def noise(shape: tuple[int, ...], preprocess: Preprocess | TextInput) -> Tensor:
    """Return normally distributed numbers, the same for the same shape every time; characters if it is text.

    Raises:
        ExplorerError: There is not enough memory.
    """
    seeded = torch.Generator().manual_seed(0)
    try:
        if isinstance(preprocess, TextInput):
            return torch.randint(preprocess.vocabulary, shape, generator=seeded)
        return torch.randn(shape, generator=seeded)
    except (RuntimeError, TypeError):  # what torch raises for more bytes than there are, or than it can count
        sizes = ",".join(map(str, shape))
        raise ExplorerError(
            f"An input of shape {sizes} does not fit into memory; choose a smaller one."
        ) from None


def from_image(path: Path, preprocess: Preprocess) -> Tensor:
    """Return an image file as the input (1, C, H, W) of a model; what was converted is said."""
    source = ImageSource(str(path), str(path))
    image = imaging.decode(imaging.read(source), source.name)
    output.say(*(f"{path}: {note}" for note in image.notes))
    return torch.from_numpy(imaging.prepare(image, preprocess).input)


def from_npy(path: Path) -> Tensor:
    """Return the array in a `.npy` file.

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
    return torch.from_numpy(native).reshape(array.shape)


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


def save(forward: Recording, folder: Path) -> None:
    """Write the values of every operation to `<id>.npy`, further outputs to `<id>.<k>.npy`.

    Raises:
        ExplorerError: They cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for node, operation in enumerate(forward.operations):
            for k, saved in enumerate(operation.values):
                name = f"{node}.npy" if k == 0 else f"{node}.{k}.npy"
                np.save(folder / name, _savable(saved.tensor), allow_pickle=False)
    except OSError as error:
        raise ExplorerError(f"Values cannot be written to {folder}: {error.strerror or error}.") from error


def _savable(tensor: Tensor) -> NDArray[Any]:
    """Return what numpy can hold: a dtype that it lacks is widened to float32."""
    try:
        array: NDArray[Any] = trace.numpy_of(tensor)
    except TypeError:
        array = trace.numpy_of(tensor.float())
    return array
