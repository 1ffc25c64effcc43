"""What must be the same for a forward to be held against an earlier one: inputs, modules, tensors, switches."""

from collections.abc import Iterable
from itertools import chain
from operator import attrgetter
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from explorer.forward.packed import packed
from explorer.forward.tensors import in_transform

Key = tuple[Any, ...]
Layout = tuple[torch.Size, tuple[int, ...], torch.dtype, torch.device]
Modules = list[tuple[str, nn.Module]]
"""All modules of a model by path: one walk through them serves a whole recording."""


def can_be_held(modules: Modules, inputs: list[Tensor]) -> bool:
    """Tell whether a forward may be held against an earlier one at all.

    It is given one tensor, which receptive fields follow, so that all else they were derived from is the model's own;
    of several, the values of the others may decide about fields. What torch.jit compiled cannot be watched, and what
    torch has packed cannot be compared.
    """
    if len(inputs) != 1 or inputs[0].dim() < 2 or inputs[0].layout is not torch.strided or in_transform():
        return False
    return not any(isinstance(it, torch.jit.ScriptModule) or packed(it) for _, it in modules)


def key_of(inputs: list[Tensor], names: Iterable[str]) -> Key:
    """Return what is the same for inputs that the same course is tried for."""
    kinds = [(type(it), *layout(it), it.is_conj(), it.is_neg(), it.requires_grad) for it in inputs]
    casts = [(torch.is_autocast_enabled(it), torch.get_autocast_dtype(it)) for it in ("cpu", "cuda")]
    switches = (torch.get_default_dtype(), torch.is_inference_mode_enabled(), *casts)
    return tuple(names), tuple(kinds), switches


def built_of(modules: Modules) -> tuple[list[Any], ...]:
    """Return a model's modules, with their classes, modes, parameters and buffers, all by identity.

    And the functions that torch's layers call, which a library may replace.
    """
    tables = _tables(modules)
    return (
        [(path, id(it), type(it), it.training) for path, it in modules],
        list(map(len, tables)),
        list(chain.from_iterable(tables)),
        list(map(id, chain.from_iterable(map(dict.values, tables)))),
        list(vars(functional).values()),
    )


def _tables(modules: Modules) -> list[dict[str, Any]]:
    return [table for _, it in modules for table in (it._parameters, it._buffers)]


def owned_by(modules: Modules) -> list[Tensor]:
    """Return a model's parameters and buffers, each once."""
    own = [tensor for table in _tables(modules) for tensor in table.values() if tensor is not None]
    return list({id(tensor): tensor for tensor in own}.values())


def layout(tensor: Tensor) -> Layout:
    """Return shape, strides, type and device."""
    return tensor.shape, tensor.stride(), tensor.dtype, tensor.device


_told = attrgetter("_version", "shape", "dtype", "device")


def states_of(tensors: Iterable[Tensor | None]) -> list[Any] | None:
    """Return of each tensor where it lies, how, and how often it was written; None where torch does not tell."""
    try:
        own = [it for it in tensors if it is not None]
        offsets, strides = map(Tensor.storage_offset, own), map(Tensor.stride, own)
        return list(zip(map(_told, own), map(memory_of, own), offsets, strides, strict=True))
    except (RuntimeError, NotImplementedError, ValueError):  # made in inference mode, lazy, sparse
        return None


def memory_of(tensor: Tensor) -> int:
    """Return the address of a tensor's storage; 0 if it has no memory."""
    return tensor.untyped_storage().data_ptr()
