"""Which tensors a call takes or returns, and which of them it writes."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

import torch
from torch import Tensor

# In training these write their running statistics, which their schemas conceal.
_NORMS = {torch.ops.aten.native_batch_norm.default, torch.ops.aten.cudnn_batch_norm.default}
_TRAINING = 5  # the place of that argument
_RUNNING_STATISTICS = ((3, "running_mean"), (4, "running_var"))

SINGLE = {bool, int, float, str, type(None), torch.dtype, torch.device}
"""What most arguments are that neither are nor hold a tensor: they are passed over at once."""


ASKING = frozenset({
    Tensor.dim, Tensor.size, Tensor.numel, Tensor.is_floating_point, Tensor.is_contiguous, Tensor.stride,
    *(getattr(Tensor, name).__get__ for name in ("shape", "ndim", "dtype", "device", "is_cuda", "requires_grad")),
})  # fmt: skip
"""What tells of a tensor, runs no kernel and yields none."""


@contextmanager
def unseen() -> Iterator[None]:
    """Return a context in which what is done to tensors is not taken for the model's, nor followed by gradients."""
    with torch._C._DisableTorchDispatch(), torch._C.DisableTorchFunction(), torch.no_grad():
        yield


def copy_of(tensor: Tensor) -> Tensor:
    """Return a copy of a tensor; that it is made is not taken for the model's doing, nor followed by gradients."""
    with torch._C._DisableTorchDispatch(), torch._C.DisableTorchFunction():
        return tensor.detach().clone()


def tensors_in(*values: Any) -> list[Tensor]:
    """Return the tensors in nested tuples, lists and dictionaries, in order."""
    found: list[Tensor] = []
    for value in values:
        if type(value) in SINGLE:
            continue
        if isinstance(value, Tensor):
            found.append(value)
        elif isinstance(value, (tuple, list)) and value:
            found += tensors_in(*value)
        elif isinstance(value, dict) and value:
            found += tensors_in(*value.values())
    return found


def in_transform() -> bool:
    """Tell whether one of `torch.func`'s transforms runs; only then tensors may be wrapped."""
    return torch._C._functorch.maybe_current_level() is not None


def is_wrapped(tensor: Tensor) -> bool:
    """Tell whether a tensor is one of `torch.func`'s, inside `vmap` or `grad`: another lies in it that has memory."""
    wrapped: bool = torch._C._functorch.is_functorch_wrapped_tensor(tensor)
    return wrapped


def peculiarity(tensor: Tensor) -> str:
    """Return what keeps the values of a tensor from being recorded: `sparse`, `nested`; empty if nothing does."""
    if tensor.is_nested:
        return "nested"
    return "" if tensor.layout is torch.strided or tensor.layout is torch._mkldnn else "sparse"  # type: ignore[attr-defined]


def tensors_read(args: tuple[Any, ...], kwargs: dict[str, Any]) -> list[Tensor]:
    """Return the tensors among the arguments of a call, without what is only written."""
    if "out" in kwargs:
        kwargs = {key: value for key, value in kwargs.items() if key != "out"}
    return tensors_in(*args, *kwargs.values())


def written_arguments(func: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> list[Tensor]:
    """Return the tensors that a kernel writes."""
    places = _written_places(func)
    if not places or (func in _NORMS and not args[_TRAINING]):
        return []
    return tensors_in([args[k] if k < len(args) else kwargs.get(name) for k, name in places])


@cache
def _written_places(func: Any) -> tuple[tuple[int, str], ...]:
    """Return place and name of the arguments that are written: those its schema says, and running statistics."""
    if func in _NORMS:
        return _RUNNING_STATISTICS
    arguments = enumerate(func._schema.arguments)
    return tuple((k, a.name) for k, a in arguments if a.alias_info is not None and a.alias_info.is_write)
