"""Which kernels made a tensor: the last one first, without those that only hand values on."""

import weakref
from collections.abc import Callable
from functools import cache
from typing import Any

from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode

from explorer.forward.naming import operation_name
from explorer.forward.recording import Recording
from explorer.forward.tensors import tensors_in, written_arguments

Chain = tuple[str, ...]
_LONGEST = 6
_COPIES = {"copy", "clone", "to_copy", "lift_fresh", "lift", "unsafe_view", "contiguous", "pin_memory"}
_RESHAPES = {"squeeze", "unsqueeze", "t", "transpose", "swapaxes", "resize"}  # in place


class Makers(TorchDispatchMode):  # type: ignore[no-untyped-call]
    """Remembers of each tensor the names of the last kernels on the way of its first argument.

    Entered as a context it watches a plain forward; of a recorded one it is told kernel by kernel. The results are
    those of a forward without it, to the bit.

    Args:
        before_write: Told of what a kernel is about to write, in a plain forward.
    """

    @classmethod
    def _should_skip_dynamo(cls) -> bool:
        return False  # as in `Kernels`: torch's compiler would be imported

    def __init__(self, before_write: Callable[[Tensor], None] = lambda _: None) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._before_write = before_write
        # By id; the reference tells whether it is still the tensor that bore this id.
        self._chains: dict[int, tuple[weakref.ref[Tensor], Chain]] = {}

    def __torch_dispatch__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        """Run a kernel and remember it."""
        kwargs = kwargs or {}
        for tensor in written_arguments(func, args, kwargs):
            self._before_write(tensor)
        result = func(*args, **kwargs)
        self.take(func, args, kwargs, result)
        return result

    def take(self, func: Any, args: tuple[Any, ...], kwargs: dict[str, Any], result: Any) -> None:
        """Remember a kernel that has run."""
        made = tensors_in(result) or written_arguments(func, args, kwargs)
        if not made:
            return
        name, hands_on = _kind(func)
        read = tensors_in(args, kwargs)
        source = read[1] if name == "copy" and len(read) > 1 else read[0] if read else None
        chain = () if source is None else self.chain(source)
        if not hands_on:
            chain = (name, *chain)[:_LONGEST]
        for tensor in made:
            self._chains[id(tensor)] = (weakref.ref(tensor), chain)

    def chain(self, tensor: Tensor) -> Chain:
        """Return the names of the kernels that made a tensor, the last one first; empty if none is known."""
        known, chain = self._chains.get(id(tensor), (None, ()))
        return chain if known is not None and known() is tensor else ()


def of_returned(recording: Recording) -> list[Chain]:
    """Return which kernels made each tensor that a recorded forward returned; its kernels are read, no values."""
    makers = Makers()
    for kernel in recording.kernels:
        makers.take(kernel.func, kernel.args, kernel.kwargs, kernel.result)
    return [makers.chain(it.results[0]) for it in recording.operations if it.op == "output"]


@cache
def _kind(func: Any) -> tuple[str, bool]:
    """Return the name of a kernel, and whether it only hands values on: as a view, as a copy, in another shape."""
    name = operation_name(func)
    views = any(it.alias_info is not None and not it.alias_info.is_write for it in func._schema.returns)
    return name, views or name in _COPIES or name in _RESHAPES
