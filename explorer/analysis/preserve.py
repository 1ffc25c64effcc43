"""Leave a model exactly as it was found: parameters, buffers, attributes, random state, global switches."""

import random
from contextlib import ExitStack
from functools import cached_property
from operator import is_
from types import TracebackType
from typing import Any, Self

import numpy as np
import torch
from torch import Tensor, nn

_TABLES = ("_parameters", "_buffers", "_modules")


class Preserved:
    """Context in which a forward may run; on leaving, everything the modules own is put back.

    What is written in place is copied before the first write, of which `before_write` must be told; buffers of
    modules in training mode are copied at once, because batch normalisation updates them unannounced. Attributes
    that are rebound are bound back. Objects that a module keeps in attributes of its own are not followed.
    """

    def __init__(self, modules: list[nn.Module]) -> None:
        self._modules = modules
        self._copies: list[tuple[Tensor, Tensor]] = []
        self._tables: list[tuple[dict[str, Any], dict[str, Any]]] = []
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        self._keep_random_state()
        # The fused path of torch's transformer layers is one opaque operation.
        self._stack.callback(
            torch.backends.mha.set_fastpath_enabled, torch.backends.mha.get_fastpath_enabled()
        )
        torch.backends.mha.set_fastpath_enabled(False)
        for module in self._modules:
            attributes = vars(module)
            self._tables.append((attributes, attributes.copy()))
            for name in _TABLES:
                self._tables.append((attributes[name], attributes[name].copy()))
            if module.training:
                self._copies += [(b, b.clone()) for b in module._buffers.values() if b is not None]
        return self

    def before_write(self, tensor: Tensor) -> None:
        """Copy the modules' own tensors on the storage that is about to be written, before the first write."""
        for own in self._owned.pop(tensor.untyped_storage()._cdata, ()):
            self._copies.append((own, own.detach().clone()))

    @cached_property
    def _owned(self) -> dict[int, list[Tensor]]:
        owned: dict[int, list[Tensor]] = {}
        for module in self._modules:
            for tensor in (*module._parameters.values(), *module._buffers.values()):
                if tensor is not None:
                    owned.setdefault(tensor.untyped_storage()._cdata, []).append(tensor)
        return owned

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for current, original in self._tables:
            if current or original:
                _put_back(current, original)
        with torch.no_grad():
            for tensor, copy in reversed(self._copies):
                if not torch.equal(tensor, copy):
                    tensor.copy_(copy)
        self._stack.__exit__(kind, error, trace)

    def _keep_random_state(self) -> None:
        self._stack.callback(torch.set_rng_state, torch.get_rng_state())
        self._stack.callback(random.setstate, random.getstate())
        self._stack.callback(np.random.set_state, np.random.get_state())
        if torch.cuda.is_initialized():  # type: ignore[no-untyped-call]
            self._stack.callback(torch.cuda.set_rng_state_all, torch.cuda.get_rng_state_all())


def _put_back(current: dict[str, Any], original: dict[str, Any]) -> None:
    """Bind every name back to the object it was bound to; objects are compared by identity, tensors have no `==`."""
    if len(current) != len(original) or not all(map(is_, current.values(), original.values())):
        current.clear()
        current.update(original)
