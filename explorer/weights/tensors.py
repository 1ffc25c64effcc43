"""Tensors as files describe them: where their numbers lie and how they are laid out, read only when they are wanted."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from math import prod
from typing import Any

import torch
from torch import Tensor

from explorer.weights.pickles import Global, Inert, pairs

_MOST_AXES = 64


class TensorError(Exception):
    """The numbers of a tensor cannot be had; its text says why: `it ends after 3 of 8 bytes`."""


@dataclass(frozen=True, slots=True, eq=False)
class Storage:
    """A row of bytes.

    Attributes:
        nbytes: How many there are to be.
        dtype: What they are.
        read: Returns `length` of them from byte `start` on, as a tensor (length,) of uint8; raises `TensorError`.
        swapped: True if the bytes of each number stand the other way round than they do here.
    """

    nbytes: int
    dtype: torch.dtype
    read: Callable[[int, int], Tensor]
    swapped: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Stored:
    """A tensor whose numbers lie in a storage.

    Attributes:
        offset, stride: In numbers, not bytes.
    """

    storage: Storage
    dtype: torch.dtype
    offset: int
    shape: tuple[int, ...]
    stride: tuple[int, ...]

    def read(self) -> Tensor:
        """Return the tensor; its memory may be the file's own.

        Raises:
            TensorError: The file does not hold it.
        """
        size = self.dtype.itemsize
        start, length = self.offset * size, _reach(self.shape, self.stride) * size
        if start + length > self.storage.nbytes:
            raise TensorError(
                f"it reaches {start + length - self.storage.nbytes:,} bytes beyond what is kept"
            )
        raw = self.storage.read(start, length)
        if self.storage.swapped and size > 1:
            part = size // 2 if self.dtype.is_complex else size
            raw = raw.reshape(-1, part).flip(1).reshape(-1)
        if raw.data_ptr() % size:
            raw = raw.clone()  # numbers in memory lie at multiples of their size
        return raw.view(self.dtype).as_strided(self.shape, self.stride)


@dataclass(frozen=True, slots=True)
class Odd:
    """A tensor of a kind that no network here can take: `a sparse tensor`; it may be of any shape."""

    what: str

    shape = None


Leaf = Stored | Odd
StateDict = dict[str, Any]
"""Leaves by name; torch's own tensors are as good."""


def bytes_in(buffer: Any, start: int, length: int) -> Tensor:
    """Return bytes of a writable buffer as a tensor (length,) of uint8 on the same memory.

    Raises:
        TensorError: There are not as many.
    """
    if start + length > len(buffer):
        raise TensorError(f"it ends {start + length - len(buffer):,} bytes too early")
    if not length:
        return torch.empty(0, dtype=torch.uint8)
    return torch.frombuffer(buffer, dtype=torch.uint8, count=length, offset=start)


def _reach(shape: tuple[int, ...], stride: tuple[int, ...]) -> int:
    """Return how many numbers lie between the first and the last, both counted."""
    return 1 + sum((n - 1) * step for n, step in zip(shape, stride, strict=True)) if prod(shape) else 0


def contiguous(shape: tuple[int, ...]) -> tuple[int, ...]:
    """Return the strides of a tensor without gaps, the last axis the fastest."""
    return tuple(prod(shape[axis + 1 :]) for axis in range(len(shape)))


def dtype_named(name: str) -> torch.dtype | None:
    """Return the dtype called `float32`; None if there is none."""
    found = getattr(torch, name, None) if re.fullmatch(r"[a-z0-9_]+", name) else None
    return found if isinstance(found, torch.dtype) else None


_STORAGES = {
    "FloatStorage": torch.float32, "DoubleStorage": torch.float64, "HalfStorage": torch.float16,
    "BFloat16Storage": torch.bfloat16, "LongStorage": torch.int64, "IntStorage": torch.int32,
    "ShortStorage": torch.int16, "CharStorage": torch.int8, "ByteStorage": torch.uint8, "BoolStorage": torch.bool,
    "ComplexFloatStorage": torch.complex64, "ComplexDoubleStorage": torch.complex128,
    "UntypedStorage": torch.uint8,
}  # fmt: skip


def dtype_of_storage(kind: object) -> torch.dtype | None:
    """Return the dtype of a storage of a class such as `torch.FloatStorage`; None if it holds no plain numbers."""
    return _STORAGES.get(kind.name.rpartition(".")[2]) if isinstance(kind, Global) else None


# ---- what a pickle calls to make a tensor ----


def called(name: str, args: tuple[Any, ...]) -> Any:
    """Return what a call in a pickle gives: a tensor, a collection, or inert data."""
    make = _MAKERS.get(name)
    made = make(*args[: _TAKEN.get(name, 1)]) if make is not None else None
    return Inert(name, args) if made is None else made


def _tensor(storage: Any, offset: Any, shape: Any, stride: Any, dtype: Any = None) -> Leaf:
    if isinstance(storage, Odd):
        return storage
    shape, stride = sizes_of(shape), sizes_of(stride)
    kind = dtype_named(dtype.name.rpartition(".")[2]) if isinstance(dtype, Global) else None
    if not isinstance(storage, Storage) or shape is None or stride is None or len(shape) != len(stride):
        return Odd("a tensor that is described wrongly")
    if type(offset) is not int or offset < 0 or (dtype is not None and kind is None):
        return Odd("a tensor that is described wrongly")
    return Stored(storage, kind or storage.dtype, offset, shape, stride)


def sizes_of(value: Any) -> tuple[int, ...] | None:
    """Return a list of sizes that a file names; None if it is none that a tensor could have."""
    if not isinstance(value, tuple | list) or len(value) > _MOST_AXES:
        return None
    right = all(type(size) is int and 0 <= size < 1 << 62 for size in value)
    return tuple(value) if right else None


def _tensor_with_dtype(storage: Any, offset: Any, shape: Any, stride: Any, *rest: Any) -> Leaf:
    return _tensor(storage, offset, shape, stride, rest[2] if len(rest) > 2 else Global(""))


def _subclass(function: Any, _type: Any, args: Any, *_: Any) -> Any:
    name = function.name if isinstance(function, Global) else ""
    made = called(name, args) if isinstance(args, tuple) else None
    return made if isinstance(made, Leaf) else Odd("a tensor of a class of its own")


def _same(data: Any) -> Any:
    return data if isinstance(data, Leaf) else Odd("a tensor that is described wrongly")


def _ordered(content: Any = ()) -> Any:
    if isinstance(content, dict):
        return dict(content)
    if isinstance(content, list | tuple) and all(
        isinstance(it, list | tuple) and len(it) == 2 for it in content
    ):
        return pairs(value for pair in content for value in pair)
    return None


def _set(content: Any = ()) -> Any:
    return {it for it in content if isinstance(it, str)} if isinstance(content, list | tuple) else None


def _encoded(text: Any = "", *_: Any) -> Any:
    """Return the bytes that a pickle of an old protocol keeps as text."""
    return text.encode("latin-1", "replace") if isinstance(text, str) else None


def _bytes(content: Any = b"", *_: Any) -> Any:
    return _encoded(content) if isinstance(content, str) else content if isinstance(content, bytes) else None


def _odd(what: str) -> Callable[..., Odd]:
    return lambda *_: Odd(what)


_UTILS = "torch._utils."
_MAKERS: dict[str, Callable[..., Any]] = {
    f"{_UTILS}_rebuild_tensor": _tensor,
    f"{_UTILS}_rebuild_tensor_v2": _tensor,
    f"{_UTILS}_rebuild_tensor_v3": _tensor_with_dtype,
    f"{_UTILS}_rebuild_parameter": _same,
    f"{_UTILS}_rebuild_parameter_with_state": _same,
    f"{_UTILS}_rebuild_device_tensor_from_cpu_tensor": _same,
    "torch._tensor._rebuild_from_type_v2": _subclass,
    f"{_UTILS}_rebuild_sparse_tensor": _odd("a sparse tensor"),
    f"{_UTILS}_rebuild_sparse_csr_tensor": _odd("a sparse tensor"),
    f"{_UTILS}_rebuild_qtensor": _odd("a quantised tensor"),
    f"{_UTILS}_rebuild_meta_tensor_no_storage": _odd("a tensor without numbers (of the device meta)"),
    f"{_UTILS}_rebuild_nested_tensor": _odd("a nested tensor"),
    "torch.nested._internal.nested_tensor._rebuild_njt": _odd("a nested tensor"),
    f"{_UTILS}_rebuild_wrapper_subclass": _odd("a tensor of a class of its own"),
    "torch.distributed.tensor.DTensor": _odd("a tensor that is spread over several processes"),
    "collections.OrderedDict": _ordered,
    "builtins.dict": _ordered,
    "__builtin__.dict": _ordered,
    "collections.defaultdict": lambda *_: {},
    "torch.Size": lambda sizes=(): tuple(sizes) if isinstance(sizes, list | tuple) else None,
    "builtins.set": _set,
    "__builtin__.set": _set,
    "_codecs.encode": _encoded,
    "builtins.bytearray": _bytes,
    "__builtin__.bytearray": _bytes,
    "builtins.bytes": _bytes,
    "__builtin__.bytes": _bytes,
}
_TAKEN = {
    f"{_UTILS}_rebuild_tensor": 4,
    f"{_UTILS}_rebuild_tensor_v2": 4,
    f"{_UTILS}_rebuild_tensor_v3": 7,
    "torch._tensor._rebuild_from_type_v2": 3,
}
"""How many arguments are looked at, where it is more than the first."""
