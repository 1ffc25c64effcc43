"""What a file of weights holds beside its tensors: names of classes, a configuration, notes."""

import json
import struct
import warnings
import zipfile
from pathlib import Path
from typing import Any

import torch

_LONGEST_TABLE = 100_000_000  # bytes, as the format of safetensors allows


def beside(path: Path) -> dict[str, Any]:
    """Return the metadata of a safetensors file, or the entries of a saved dictionary; tensors are not read.

    Text that is JSON is given as what it says. No code in the file runs. Of what cannot be read so nothing is told:
    whether the file can be used is said by `load`.
    """
    try:
        with path.open("rb") as file:
            head = file.read(9)
            is_table = len(head) == 9 and head[8:] == b"{"
            length = struct.unpack("<Q", head[:8])[0] if is_table else 0
            if is_table and length <= _LONGEST_TABLE:
                file.seek(8)
                return _said(json.loads(file.read(length)).get("__metadata__"))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return _said(
                torch.load(path, map_location="meta", weights_only=True, mmap=zipfile.is_zipfile(path))
            )
    except Exception:  # noqa: BLE001 - a broken file can raise anything, and is complained of elsewhere
        return {}


def _said(content: Any) -> dict[str, Any]:
    if not isinstance(content, dict):
        return {}
    return {key: _decoded(value) for key, value in content.items() if isinstance(key, str)}


def _decoded(value: Any) -> Any:
    if not isinstance(value, str) or value[:1] not in ("[", "{"):
        return value
    try:
        return json.loads(value)
    except (ValueError, RecursionError):
        return value
