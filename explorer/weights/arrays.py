"""numpy's arrays in pickles, read as tensors: some files of weights hold nothing else."""

import re
from functools import partial
from typing import Any

import torch
from torch import Tensor

from explorer.weights.pickles import Inert
from explorer.weights.tensors import Odd, Storage, Stored, bytes_in, contiguous, dtype_named, sizes_of

_ARRAY = re.compile(r"numpy\.(_?core)\.multiarray\._reconstruct")
_BUFFER = re.compile(r"numpy\.(_?core)\.numeric\._frombuffer")
_KINDS = {"f": "float", "i": "int", "u": "uint", "c": "complex"}


def array(inert: Inert) -> Stored | Odd | None:
    """Return the tensor that a numpy array of a pickle is; None if this is none."""
    if _ARRAY.fullmatch(inert.name):
        return _of_state(inert.state)
    if _BUFFER.fullmatch(inert.name) and len(inert.args) == 4:
        content, dtype, shape, order = inert.args
        return _stored(content, dtype, shape, order == "F")
    return None


def _of_state(state: Any) -> Stored | Odd:
    if not isinstance(state, tuple) or len(state) != 5:
        return Odd("an array that is described wrongly")
    _, shape, dtype, is_fortran, content = state
    # What Python 2 pickled is text of one character a byte.
    raw = content.encode("latin-1", "replace") if isinstance(content, str) else content
    return _stored(raw, dtype, shape, is_fortran is True)


def _stored(content: Any, dtype: Any, shape: Any, is_fortran: bool) -> Stored | Odd:
    kind, swapped = _dtype(dtype)
    sizes = sizes_of(shape)
    if kind is None or sizes is None or not isinstance(content, bytes | bytearray):
        return Odd("an array of no plain numbers")
    storage = Storage(len(content), kind, partial(_read, content), swapped)
    stride = contiguous(sizes[::-1])[::-1] if is_fortran else contiguous(sizes)
    return Stored(storage, kind, 0, sizes, stride)


def _read(content: bytes | bytearray, start: int, length: int) -> Tensor:
    return bytes_in(bytearray(content[start : start + length]), 0, length)


def _dtype(inert: Any) -> tuple[torch.dtype | None, bool]:
    """Return the dtype of a pickled `numpy.dtype`, None if torch has none, and whether its bytes are swapped."""
    code = inert.args[0] if isinstance(inert, Inert) and inert.name == "numpy.dtype" and inert.args else ""
    found = re.fullmatch(r"([fiucb])(1|2|4|8|16)", code if isinstance(code, str) else "")
    if found is None:
        return None, False
    name = "bool" if found[1] == "b" else f"{_KINDS[found[1]]}{8 * int(found[2])}"
    state = inert.state
    order = state[1] if isinstance(state, tuple) and len(state) > 1 else "<"
    return dtype_named(name), order == ">"
