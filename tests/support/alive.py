"""What is alive in this process, to the byte: freed memory stays with the allocator, in pieces, and does not count."""

import ctypes
import gc
import sys
import threading
from typing import Any, NamedTuple

import torch


class Alive(NamedTuple):
    """Tensors, the bytes of their storages, all objects, and the bytes that C code has asked for and not given back."""

    tensors: int
    tensor_bytes: int
    objects: int
    allocated: int


def alive() -> Alive:
    """Count what is alive, once the work behind a forward is done."""
    for thread in threading.enumerate():
        if thread.name == "summaries":  # has tensors of its own while it computes
            thread.join()
    gc.collect()
    objects = gc.get_objects()
    tensors = [thing for thing in objects if issubclass(type(thing), torch.Tensor)]
    # Sparse and nested ones, which other tests keep, have none of their own.
    stored = [t.untyped_storage() for t in tensors if t.layout is torch.strided and torch._C._has_storage(t)]
    storages = {it._cdata: it.nbytes() for it in stored}
    return Alive(len(tensors), sum(storages.values()), len(objects), _allocated())


_MALLINFO2 = (
    *("arena", "ordblks", "smblks", "hblks", "hblkhd"),
    *("usmblks", "fsmblks", "uordblks", "fordblks", "keepcost"),
)


class _MallInfo(ctypes.Structure):
    """What the GNU C library's `mallinfo2` returns; see its manual."""

    _fields_ = [(name, ctypes.c_size_t) for name in _MALLINFO2]


def _allocated() -> int:
    """Return the bytes in use by C code, as the allocator counts them; 0 where it is not the GNU C library's."""
    ask = getattr(ctypes.CDLL(None), "mallinfo2", None) if sys.platform == "linux" else None
    if ask is None:
        return 0
    ask.restype = _MallInfo
    info: Any = ask()
    return int(info.uordblks + info.hblkhd)
