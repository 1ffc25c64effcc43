"""Tensors without memory that stand for those that were let go: the same shape, steps and place on a storage.

What is derived from a recording goes by which tensor is which and who shares a storage with whom, never by what a
tensor that sees the input holds; so all of that is derived from shells as from the tensors themselves.
"""

import weakref
from collections.abc import Callable, Container
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, UntypedStorage
from torch.multiprocessing.reductions import StorageWeakRef

from explorer.forward.aliasing import storage_of
from explorer.forward.recording import Kernel
from explorer.forward.tensors import is_wrapped, tensors_in, written_arguments

_ONLY_SHAPED = {
    "zeros_like", "ones_like", "full_like", "empty_like", "new_zeros", "new_ones", "new_full", "new_empty",
    "new_empty_strided", "zero_", "fill_", "rand_like", "randn_like", "randint_like",
}  # fmt: skip
"""What takes the shape of a tensor and nothing of its values."""


def shell_of(tensor: Tensor) -> Tensor:
    """Return a tensor without memory, of the same shape and steps, alone on a storage of the same size."""
    return _on(_memory_like(tensor.untyped_storage()), tensor)


def has_shell(tensor: Tensor) -> bool:
    """Tell whether a tensor can be told by its shape, steps and storage; one of eight bits with a scale cannot."""
    return _has_memory(tensor) and not tensor.is_quantized


def mapped(value: Any, change: Callable[[Tensor], Tensor]) -> Any:
    """Return nested tuples, lists and dictionaries with each tensor changed; the very same where none is."""
    if isinstance(value, Tensor):
        return change(value)
    if isinstance(value, dict):
        made = {key: mapped(part, change) for key, part in value.items()}
        return value if all(made[key] is part for key, part in value.items()) else made
    if isinstance(value, tuple | list):
        parts = [mapped(part, change) for part in value]
        if all(one is other for one, other in zip(parts, value, strict=True)):
            return value
        return parts if isinstance(value, list) else tuple(parts)
    return value


@dataclass(slots=True)
class _Memory:
    """A storage that was seen: `shell` stands for it if it may be let go; `is_made` tells that a kernel made it."""

    pin: StorageWeakRef  # or its `_cdata` would be given anew
    is_made: bool
    shell: UntypedStorage | None = None


class Shells:
    """Knows the shell of each tensor on a storage that kernels made of the input.

    What does not depend on the input stays as it is: parameters, buffers, and what is made of them alone, such as
    weights that are normed, masks, tables of places, what was drawn by chance; so do the inputs themselves.
    """

    def __init__(self) -> None:
        self._memories: dict[int, _Memory] = {}
        self._of_input: set[int] = set()  # storages that depend on the input
        self._shaped: set[int] = set()  # storages that only have the shape of one of those
        # By id; the reference tells whether it is still the tensor that bore this id.
        self._shells: dict[int, tuple[weakref.ref[Tensor], Tensor]] = {}

    def note_input(self, tensor: Tensor) -> None:
        """Note an input of the model."""
        self._note(tensor, is_made=False)
        self._of_input.add(storage_of(tensor))

    def note(self, kernel: Kernel, yielded: Container[int]) -> bool:
        """Note a kernel that has run; tell whether something that stayed until now may be let go from now on.

        Args:
            kernel: What ran.
            yielded: The storages of what operations yielded, the one of the kernel included.
        """
        read = list(filter(_has_memory, tensors_in(kernel.args, kernel.kwargs)))
        made = list(filter(_has_memory, tensors_in(kernel.result)))
        for tensor in read:
            self._note(tensor, is_made=False)
        fresh = {storage_of(tensor) for tensor in made} - self._memories.keys()
        for tensor in made:
            self._note(tensor, is_made=True)
        written = filter(_has_memory, written_arguments(kernel.func, kernel.args, kernel.kwargs))
        changed = [*made, *written]
        if not self._is_of_input(kernel, read, changed, yielded):
            return False
        turned = [self._depends(tensor) for tensor in changed if storage_of(tensor) not in fresh]
        for tensor in made:
            self._depends(tensor)
        return any(turned)

    def of(self, tensor: Tensor) -> Tensor:
        """Return the shell of a tensor, or the tensor itself if it stays."""
        memory = self._memories.get(storage_of(tensor)) if _has_memory(tensor) else None
        if memory is None or memory.shell is None:
            return tensor
        known, shell = self._shells.get(id(tensor), (None, tensor))
        if known is None or known() is not tensor:
            shell = _on(memory.shell, tensor)
            self._shells[id(tensor)] = weakref.ref(tensor), shell
        elif not _is_alike(shell, tensor) or storage_of(shell) != memory.shell._cdata:
            shell.data = _on(memory.shell, tensor)  # it was given other memory, or another shape, in place
        return shell

    def _is_of_input(
        self, kernel: Kernel, read: list[Tensor], changed: list[Tensor], yielded: Container[int]
    ) -> bool:
        """Tell whether what a kernel makes depends on the input, or is noise that an operation draws for itself.

        Such noise (of dropout) takes as much as a value and picks nothing; what a model draws may be indices or a mask.
        """
        reads = any(storage_of(tensor) in self._of_input for tensor in read)
        storages = {storage_of(tensor) for tensor in changed}
        if is_shaped := kernel.func.overloadpacket.__name__ in _ONLY_SHAPED:
            self._shaped |= storages if reads else set()
        if torch.Tag.nondeterministic_seeded in kernel.func.tags and any(
            storage in self._shaped and storage not in yielded for storage in storages
        ):
            return True
        return reads and not is_shaped

    def _note(self, tensor: Tensor, is_made: bool) -> None:
        storage = tensor.untyped_storage()
        if storage._cdata not in self._memories:
            self._memories[storage._cdata] = _Memory(
                StorageWeakRef(storage),  # type: ignore[no-untyped-call]
                is_made,
            )

    def _depends(self, tensor: Tensor) -> bool:
        """Note that a tensor depends on the input; tell whether it may be let go only from now on."""
        storage = tensor.untyped_storage()
        memory = self._memories[storage._cdata]
        is_old = storage._cdata not in self._of_input
        self._of_input.add(storage._cdata)
        if not is_old or not memory.is_made or not has_shell(tensor):
            return False
        memory.shell = _memory_like(storage)
        return True


def _has_memory(tensor: Tensor) -> bool:
    return tensor.layout is torch.strided and not tensor.is_nested and not is_wrapped(tensor)


def _memory_like(storage: UntypedStorage) -> UntypedStorage:
    return UntypedStorage(storage.nbytes(), device="meta")  # type: ignore[no-untyped-call]


def _on(storage: UntypedStorage, tensor: Tensor) -> Tensor:
    empty = torch.empty(0, dtype=tensor.dtype, device="meta")
    return empty.set_(storage, tensor.storage_offset(), tensor.shape, tensor.stride())


def _is_alike(shell: Tensor, tensor: Tensor) -> bool:
    return bool(
        shell.shape == tensor.shape
        and shell.stride() == tensor.stride()
        and shell.storage_offset() == tensor.storage_offset()
        and shell.dtype == tensor.dtype
    )
