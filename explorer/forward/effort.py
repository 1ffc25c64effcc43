"""Say what one kernel takes beside its multiply-accumulates: floating-point operations, bytes read, bytes written.

Bytes are those that must pass at least: each tensor that is read once, each that is written once. A view moves none.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from math import prod
from typing import Any

import torch
from torch import Tensor

from explorer.forward import flops
from explorer.forward.flops import kernel_name
from explorer.forward.recording import Kernel
from explorer.forward.tensors import tensors_in, tensors_read, written_arguments

_RESIZES = {"resize", "resize_as", "set", "set_data"}
_ONLY_ALLOCATES = {
    *("empty", "empty_like", "new_empty", "empty_strided", "new_empty_strided", "empty_permuted"),
    *("lift_fresh", "alias", "detach", "_unsafe_view", "_reshape_alias", *_RESIZES),
}
_OVERWRITES = {"fill", "zero", "copy", "normal", "uniform", "bernoulli", "random", "exponential"}
_READS_PARTS = {"embedding", "index", "index_select", "gather", "take", "take_along_dim"}


@dataclass(frozen=True, slots=True)
class Effort:
    """What a kernel takes.

    Attributes:
        flops: Floating-point operations; None if no formula tells how many.
        read: Bytes of the tensors it reads, each once; None where they may have another size by now.
        written: Bytes of the tensors it writes, each once; None as `read`.
    """

    flops: int | None
    read: int | None
    written: int | None


def of_kernel(kernel: Kernel) -> Effort:
    """Return what a kernel takes, with the sizes that its tensors have now."""
    name = kernel_name(kernel.func)
    if kernel.func.is_view or torch.Tag.inplace_view in kernel.func.tags or name in _ONLY_ALLOCATES:
        return Effort(0, 0, 0)
    written = written_arguments(kernel.func, kernel.args, kernel.kwargs)
    results = tensors_in(kernel.result)
    made = [] if _returns_arguments(kernel.func) else results
    read = tensors_read(kernel.args, kernel.kwargs)
    if name in _OVERWRITES:
        read = [it for it in read if not any(it is one for one in written)]
    if name in _READS_PARTS and results:
        read = [*results, *(it for it in read[1:] if it is not read[0])]
    return Effort(flops.of_kernel(kernel), _bytes(read), _bytes([*made, *written]))


def total(efforts: Iterable[Effort]) -> Effort:
    """Return the sum; what is unknown of one is unknown of all."""
    every = list(efforts)
    return Effort(
        _sum(it.flops for it in every), _sum(it.read for it in every), _sum(it.written for it in every)
    )


def resized(kernels: list[Kernel]) -> set[int]:
    """Return the ids of tensors that may be larger or smaller now than when an earlier kernel took them."""
    return {id(kernel.args[0]) for kernel in kernels if kernel_name(kernel.func) in _RESIZES}


def _sum(numbers: Iterable[int | None]) -> int | None:
    known = list(numbers)
    return None if None in known else sum(number for number in known if number is not None)


def _bytes(tensors: list[Tensor]) -> int:
    """Return the bytes of different tensors, each element of memory once: an expanded one repeats its own."""
    distinct = {id(tensor): tensor for tensor in tensors}
    return sum(_elements(tensor) * tensor.element_size() for tensor in distinct.values())


def _elements(tensor: Tensor) -> int:
    if tensor.layout is not torch.strided or tensor.is_nested:
        return tensor.numel()
    axes = zip(tensor.shape, tensor.stride(), strict=True)
    return prod(size for size, stride in axes if stride or size == 0)


@cache
def _returns_arguments(func: Any) -> bool:
    """Tell whether all it returns is what it was given, written in place."""
    return all(it.alias_info is not None for it in func._schema.returns)
