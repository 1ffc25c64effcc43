"""Which memory a tensor lies on, and whether two tensors share some of it."""

from math import gcd

import numpy as np
from numpy.lib.stride_tricks import as_strided
from numpy.typing import NDArray
from torch import Tensor


def storage_of(tensor: Tensor) -> int:
    """Return what tells the tensor's storage from all others that are alive."""
    storage: int = tensor.untyped_storage()._cdata
    return storage


def overlap(written: Tensor, read: Tensor) -> bool:
    """Tell whether two views of one storage share a byte."""
    if written is read:
        return True
    first, last = _extent(written)
    start, end = _extent(read)
    if min(last, end) <= max(first, start):
        return False
    if written.is_contiguous() and read.is_contiguous():
        return True
    # Not with torch, whose operations would be taken for the model's.
    unit = gcd(written.element_size(), read.element_size())
    touched = np.zeros(max(last, end) // unit, dtype=bool)
    _cells(touched, written, unit)[...] = True
    return bool(_cells(touched, read, unit).any())


def _extent(tensor: Tensor) -> tuple[int, int]:
    """Return the stretch of its storage, in bytes, in which a tensor lies."""
    if tensor.numel() == 0:
        return 0, 0
    start = int(tensor.storage_offset()) * tensor.element_size()
    last = sum((n - 1) * step for n, step in zip(tensor.shape, tensor.stride(), strict=True))
    return start, start + (last + 1) * tensor.element_size()


def _cells(storage: NDArray[np.bool_], tensor: Tensor, unit: int) -> NDArray[np.bool_]:
    """Return the view of `storage`, one entry for `unit` bytes, that `tensor` is of its own."""
    units = tensor.element_size() // unit
    steps = (*(step * units for step in tensor.stride()), 1)
    return as_strided(storage[tensor.storage_offset() * units :], (*tensor.shape, units), steps)
