"""Pickles in one piece: what `torch.save` wrote before PyTorch 1.6, and what `pickle.dump` writes."""

import io
from functools import partial
from pathlib import Path
from typing import IO, Any

from torch import Tensor

from explorer.weights import pickles, tensors
from explorer.weights.mapped import Mapped
from explorer.weights.pickles import Global
from explorer.weights.tensors import Odd, Storage, TensorError

_MAGIC = 0x1950A86A20F9469CFC6C  # the first pickle of a file that torch.save wrote
_NESTED = "torch.storage._load_from_bytes"


def read(path: Path) -> Any:
    """Return what the file's pickle holds.

    Raises:
        PickleError: It is broken.
        WeightsError: It cannot be opened.
    """
    mapped = Mapped(path)
    return _read(mapped.bytes, mapped.tensor, _called)


def _called(name: str, args: tuple[Any, ...]) -> Any:
    """A storage in a plain pickle is a whole file of `torch.save` in itself, which holds that one storage."""
    if name != _NESTED or not args or not isinstance(args[0], bytes | bytearray):
        return tensors.called(name, args)
    content = bytearray(args[0])
    return _read(io.BytesIO(content), partial(tensors.bytes_in, content), tensors.called)


def _read(file: Any, part: Any, called: pickles.Called) -> Any:
    """Read the object; the numbers of its storages stand behind it, found by `part(start, length)`."""
    first = pickles.read(file, called, _no_storage)
    if first != _MAGIC:
        return first
    pickles.read(file, called, _no_storage)  # the protocol's version
    pickles.read(
        file, called, _no_storage
    )  # the computer it was written on; numbers are little-endian on any
    places: dict[str, tuple[int, int]] = {}
    sizes: dict[str, int] = {}
    content = pickles.read(file, called, partial(_storage, places, sizes, part))
    keys = pickles.read(file, called, _no_storage)
    _find(file, keys if isinstance(keys, list) else [], sizes, places, part)
    return content


def _no_storage(_id: Any) -> Odd:
    return Odd("a tensor that is described wrongly")


def _storage(
    places: dict[str, tuple[int, int]], sizes: dict[str, int], part: Any, id: Any
) -> Storage | Odd | Global:
    if not isinstance(id, tuple) or len(id) < 5:
        return Odd("a tensor that is described wrongly")
    if id[0] == "module":  # a class, beside its source
        return id[1] if isinstance(id[1], Global) else Global("")
    _, kind, key, _, count, *rest = id
    dtype = tensors.dtype_of_storage(kind)
    if dtype is None or not isinstance(key, str) or type(count) is not int or count < 0:
        return Odd("a tensor of no plain numbers")
    sizes[key] = dtype.itemsize
    first, length = 0, count
    view = rest[0] if rest else None
    if isinstance(view, tuple) and len(view) == 3 and all(type(it) is int and it >= 0 for it in view[1:]):
        first, length = view[1:]  # a part of a larger storage
    read = partial(_bytes_of, places, key, part, first * dtype.itemsize)
    return Storage(length * dtype.itemsize, dtype, read)


def _bytes_of(
    places: dict[str, tuple[int, int]], key: str, part: Any, first: int, start: int, length: int
) -> Tensor:
    """Return bytes of the storage `key`, of which those asked for begin `first` bytes later."""
    if key not in places:
        raise TensorError("its numbers are not in the file")
    place, nbytes = places[key]
    if first + start + length > nbytes:
        raise TensorError(f"it has {nbytes:,} of {first + start + length:,} bytes")
    tensor: Tensor = part(place + first + start, length)
    return tensor


def _find(
    file: IO[bytes], keys: list[Any], sizes: dict[str, int], places: dict[str, tuple[int, int]], part: Any
) -> None:
    """Note where each storage's bytes begin: they stand one after the other, each behind its count."""
    place = file.tell()
    for key in keys:
        if key not in sizes:
            return
        try:
            count = int.from_bytes(bytes(part(place, 8).tolist()), "little", signed=True)
        except TensorError:
            return
        if count < 0:
            return
        places[key] = (place + 8, count * sizes[key])
        place += 8 + count * sizes[key]
