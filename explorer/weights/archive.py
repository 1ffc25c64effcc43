"""The archives that `torch.save` writes since PyTorch 1.6: a zip with a pickle and an entry for each storage."""

import io
import struct
import zipfile
import zlib
from functools import partial
from pathlib import Path
from typing import Any

from torch import Tensor

from explorer.records.text import shown
from explorer.weights import kinds, pickles, tensors
from explorer.weights.mapped import Mapped
from explorer.weights.store import WeightsError
from explorer.weights.tensors import Odd, Storage, TensorError

_PICKLE = "data.pkl"
_LARGEST_PICKLE = 1 << 30  # bytes; it holds names, not numbers
_ZIP_ERRORS = (
    zipfile.BadZipFile, zipfile.LargeZipFile, NotImplementedError, RuntimeError, ValueError, EOFError, IndexError,
    OverflowError, struct.error, zlib.error, KeyError,
)  # fmt: skip
_BROKEN = "its zip archive is broken, as a download or copy leaves it that broke off; fetch it again"


def read(path: Path) -> Any:
    """Return what the archive's pickle holds.

    Raises:
        WeightsError: It holds no such pickle, or is broken.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            entries = {info.filename: info for info in archive.infolist()}
            place, content, swapped = _contents(archive, entries, path)
    except OSError as error:
        raise kinds.unreadable(path, error) from error
    except _ZIP_ERRORS as error:
        raise WeightsError(f"{shown(path.name)} cannot be read as weights: {_BROKEN}") from error
    mapped = Mapped(path)

    def storage(id: Any) -> Storage | Odd:
        if not isinstance(id, tuple) or len(id) < 5 or id[0] != "storage":
            return Odd("a tensor that is described wrongly")
        _, kind, key, _, count, *_ = id
        dtype = tensors.dtype_of_storage(kind)
        if dtype is None or type(count) is not int or count < 0:
            return Odd("a tensor of no plain numbers")
        info = entries.get(f"{place}data/{key}")
        if info is None:
            return Storage(count * dtype.itemsize, dtype, _missing, swapped)
        return Storage(count * dtype.itemsize, dtype, partial(_bytes_of, path, mapped, info), swapped)

    return pickles.read(io.BytesIO(content), tensors.called, storage)


def _contents(
    archive: zipfile.ZipFile, entries: dict[str, zipfile.ZipInfo], path: Path
) -> tuple[str, bytes, bool]:
    """Return the folder of the pickle in the archive, its bytes, and whether numbers are big-endian."""
    found = kinds.foreign_archive(list(entries), path)
    names = [name for name in entries if name == _PICKLE or name.endswith(f"/{_PICKLE}")]
    if found is not None or not names:
        raise found or WeightsError(
            f"{shown(path.name)} is a zip archive without weights; choose a file that torch.save wrote"
        )
    place = min(names, key=len).removesuffix(_PICKLE)
    info = entries[place + _PICKLE]
    if info.file_size > _LARGEST_PICKLE:
        raise WeightsError(f"{shown(path.name)} has a pickle of {info.file_size / 1e9:.0f} GB; {kinds.SAVE}")
    order = entries.get(f"{place}byteorder")
    swapped = order is not None and order.file_size == 3 and archive.read(order) == b"big"
    return place, archive.read(info), swapped


def _missing(_start: int, _length: int) -> Tensor:
    raise TensorError("its numbers are not in the file")


def _bytes_of(path: Path, mapped: Mapped, info: zipfile.ZipInfo, start: int, length: int) -> Tensor:
    """Return bytes of an entry: mapped where it lies in the file as it is, else unpacked."""
    if start + length > info.file_size:
        raise TensorError(f"it has {info.file_size:,} of {start + length:,} bytes")
    if info.compress_type == zipfile.ZIP_STORED and not info.flag_bits & 1:
        if info.compress_size != info.file_size:
            raise TensorError("its entry in the archive is broken")
        header = mapped.part(info.header_offset, 30)
        if len(header) < 30 or header[:4] != b"PK\x03\x04":
            raise TensorError("its entry in the archive is broken")
        name, extra = struct.unpack("<HH", header[26:30])
        return mapped.tensor(info.header_offset + 30 + name + extra + start, length)
    try:
        with zipfile.ZipFile(path) as archive, archive.open(info) as entry:
            entry.seek(start)
            content = bytearray(entry.read(length))
    except (OSError, *_ZIP_ERRORS) as error:
        raise TensorError(f"it cannot be unpacked: {error}") from error
    return tensors.bytes_in(content, 0, length)
