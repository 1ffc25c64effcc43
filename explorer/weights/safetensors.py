"""Files of safetensors, known by their content: a length, a JSON table of tensors, their numbers."""

import json
import struct
from math import prod
from pathlib import Path
from typing import Any

from explorer.records.entries import RepeatedError, said_once
from explorer.records.text import shown
from explorer.weights.beside import METADATA
from explorer.weights.mapped import Mapped
from explorer.weights.store import WeightsError
from explorer.weights.tensors import Leaf, Odd, Storage, Stored, contiguous, dtype_named, sizes_of

_LONGEST_TABLE = 100_000_000  # bytes, as the format allows
_DTYPES = {
    "F64": "float64", "F32": "float32", "F16": "float16", "BF16": "bfloat16", "I64": "int64", "I32": "int32",
    "I16": "int16", "I8": "int8", "U8": "uint8", "U16": "uint16", "U32": "uint32", "U64": "uint64", "BOOL": "bool",
    "F8_E4M3": "float8_e4m3fn", "F8_E5M2": "float8_e5m2", "C64": "complex64",
}  # fmt: skip


def is_one(head: bytes) -> bool:
    """Tell by its first bytes whether a file is one of safetensors."""
    return len(head) > 8 and head[8:9] == b"{" and struct.unpack("<Q", head[:8])[0] <= _LONGEST_TABLE


def read(path: Path) -> dict[str, Any]:
    """Return the tensors of a file by name, and what it says beside them under `METADATA`, if anything.

    Raises:
        WeightsError: It is broken.
    """
    mapped = Mapped(path)
    length = int(struct.unpack("<Q", mapped.bytes[:8])[0])
    first = 8 + length
    if first > len(mapped.bytes):
        raise _broken(path, f"its table should have {length:,} bytes, the file has {len(mapped.bytes):,}")
    try:
        table = json.loads(mapped.bytes[8:first], object_pairs_hook=said_once)
    except RepeatedError as error:
        raise _broken(path, f"its table of tensors {error}") from error
    except (ValueError, RecursionError) as error:
        raise _broken(path, "its table of tensors is no JSON") from error
    return {
        name: entry if name == METADATA else _leaf(entry, mapped, first)
        for name, entry in (table.items() if isinstance(table, dict) else ())
    }


def _leaf(entry: Any, mapped: Mapped, first: int) -> Leaf:
    """Read one line of the table; offsets count from the byte `first`."""
    wrong = Odd("a tensor that is described wrongly")
    if not isinstance(entry, dict):
        return wrong
    kind, shape, place = entry.get("dtype"), entry.get("shape"), entry.get("data_offsets")
    dtype = dtype_named(_DTYPES.get(kind, "")) if isinstance(kind, str) else None
    if dtype is None:
        return Odd(f"a tensor of {shown(str(kind), 20)}")
    sizes, ends = sizes_of(shape), sizes_of(place)
    if sizes is None or ends is None or len(ends) != 2:
        return wrong
    begin, end = ends
    if end - begin != prod(sizes) * dtype.itemsize:
        return wrong
    storage = Storage(end - begin, dtype, lambda start, length: mapped.tensor(first + begin + start, length))
    return Stored(storage, dtype, 0, sizes, contiguous(sizes))


def _broken(path: Path, why: str) -> WeightsError:
    return WeightsError(f"{shown(path.name)} cannot be read as weights: {why}; fetch it again")
