"""Leave a model exactly as it was found: parameters, buffers, attributes, random state, global switches."""

from collections.abc import Callable, Container, Iterable
from contextlib import AbstractContextManager, ExitStack, nullcontext
from functools import cached_property
from itertools import chain, islice
from operator import is_, itemgetter
from types import TracebackType
from typing import Any, NamedTuple, Self

import torch
from torch import Tensor, UntypedStorage, nn
from torch.nn.parameter import is_lazy

from explorer.forward.chance import RandomState
from explorer.forward.sparse import parts
from explorer.forward.tensors import peculiarity, unseen

_tables_of = itemgetter("_parameters", "_buffers", "_modules", "_forward_pre_hooks", "_forward_hooks")
_FOLLOWED = (dict, list, set, Tensor)
_SINGLE = {bool, int, float, str, tuple, type(None)}  # most attributes; told apart from those at once
_OF_EVERY_MODULE = vars(nn.Module()).keys()


def uncompiled() -> AbstractContextManager[Any]:
    """Return a context in which what `torch.compile` compiled runs as it was written, operation by operation."""
    # Its parent has it once it is imported: before, nothing was compiled, and importing it, or waiting for the thread
    # that does, takes seconds.
    if "_dynamo" not in vars(torch):
        return nullcontext()
    eager: AbstractContextManager[Any] = torch.compiler.set_stance("force_eager")
    return eager


class Preserved:
    """Context in which a forward may run; on leaving, everything the modules own is put back.

    What is written in place is copied before the first write, of which `before_write` must be told. Parameters lie
    afterwards where they lay. Attributes that are rebound are bound back; lists, dictionaries and sets in a module's
    own attributes get their items back, and tensors in any of them their values. Objects of other kinds are not
    followed.

    It may be entered again and again: as long as the modules are what they were, that costs less.

    Args:
        modules: All modules of the model.
        tensors: Others that are to keep their values, as the model's inputs.
    """

    def __init__(self, modules: Iterable[nn.Module], tensors: Iterable[Tensor] = ()) -> None:
        self._modules, self._tensors = list(modules), list(tensors)
        self._stack = ExitStack()
        self._forget()

    def is_of(self, modules: list[nn.Module]) -> bool:
        """Tell whether it preserves these modules."""
        return len(modules) == len(self._modules) and all(map(is_, modules, self._modules))

    def _forget(self) -> None:
        self._own: list[Tensor | None] = list(self._tensors)  # what keeps its values
        self._tables: list[dict[str, Any]] = []  # of the modules
        self._held = _Held([], [], [])  # what these held
        self._containers: list[Any] = []  # dictionaries, lists and sets in attributes
        self._copied: list[Any] = []  # what these held
        self._copies: dict[int, tuple[UntypedStorage, UntypedStorage]] = {}  # by the storage written
        self._returning: set[int] = set()  # the tensors on it, by their `id`
        self._aliases: list[tuple[Tensor, Tensor]] = []  # a tensor on it, and a view of what the tensor was
        self._gradients: list[
            tuple[Tensor, Tensor | None, bool]
        ] = []  # a tensor's own, and whether it has one
        self._bytes: tuple[list[Tensor], list[Tensor]] = (
            [],
            [],
        )  # those of the storages written, and of the copies
        self._keeps_rest = False
        self.__dict__.pop("_owners", None)

    def __enter__(self) -> Self:
        if self._tables and self._is_as_it_was():
            self._copy_anew()
        else:
            self._forget()
            self._take_down()
        self._chance = RandomState.now()
        self._stack.callback(self._chance.put_back)
        # The fused path of torch's transformer layers is one opaque operation.
        self._undo(torch.backends.mha.set_fastpath_enabled, torch.backends.mha.get_fastpath_enabled())
        torch.backends.mha.set_fastpath_enabled(False)
        return self

    def _take_down(self) -> None:
        for module in self._modules:
            if isinstance(module, torch.jit.ScriptModule):  # keeps its attributes out of Python's sight
                self._own += [*module.parameters(recurse=False), *module.buffers(recurse=False)]
                continue
            attributes = vars(module)
            tables = (attributes, *_tables_of(attributes))
            self._tables += tables
            self._own += tables[1].values()  # parameters
            self._own += tables[2].values()  # buffers
            for name in attributes.keys() - _OF_EVERY_MODULE:
                attribute = attributes[name]
                if type(attribute) not in _SINGLE and isinstance(attribute, _FOLLOWED):
                    self._keep(attribute)
        self._held = _Held.of(self._tables)
        for tensor in self._own:
            if tensor is not None and tensor.is_leaf:
                self._gradients.append((tensor, tensor.grad, tensor.requires_grad))
            if tensor is not None and _is_placed(tensor):
                self._aliases.append((tensor, tensor.detach()))  # `tensor.data = …` is no write
        self._own += [gradient for _, gradient, _ in self._gradients]

    def _is_as_it_was(self) -> bool:
        """Tell whether the modules hold what they held when it was entered before, whatever its values."""
        return (
            self._held.is_same(_Held.of(self._tables))
            and all(map(_holds_the_same, self._containers, self._copied))
            and all(it.grad is grad and it.requires_grad is wanted for it, grad, wanted in self._gradients)
            and all(storage.nbytes() == copy.nbytes() for storage, copy in self._copies.values())
            and all(_is_set_to(tensor, alias) for tensor, alias in self._aliases)
        )

    def _copy_anew(self) -> None:
        if not self._bytes[0]:
            pairs = list(self._copies.values())
            self._bytes = [_bytes_of(it) for it, _ in pairs], [_bytes_of(copy) for _, copy in pairs]
        if self._copies:
            torch._foreach_copy_(self._bytes[1], self._bytes[0])

    def _keep(self, attribute: Any) -> None:
        if isinstance(attribute, Tensor):
            self._own.append(attribute)
        else:
            self._containers.append(attribute)
            self._copied.append(attribute.copy())
            self._own += [v for v in _values(attribute) if isinstance(v, Tensor)]

    def before_write(self, tensor: Tensor) -> None:
        """Copy what memory is about to be written, before the first write, if it is to be kept."""
        for part in _in_memory(tensor):
            storage = part.untyped_storage()
            owners = self._owners.pop(storage._cdata, None)
            if owners is not None:
                self._returning.update(map(id, owners))
                self._copies[storage._cdata] = (storage, storage.clone())  # type: ignore[no-untyped-call]
                self._aliases += [(own, own.detach()) for own in owners if not _is_placed(own)]

    def keep_all_but_parameters(self, written: Iterable[Tensor] = ()) -> None:
        """Copy buffers and tensors in attributes, where nobody will tell of the writes; once is enough.

        Args:
            written: Parameters that are copied too.
        """
        if self._keeps_rest:
            return
        self._keeps_rest = True
        parameters = (it for module in self._modules for it in module.parameters(recurse=False))
        gradients = (it for _, it, _ in self._gradients)
        others = {_storage(part) for it in (*parameters, *gradients) for part in _in_memory(it)}
        for part in [part for it in self._own for part in _in_memory(it)]:
            if _storage(part) not in others:
                self.before_write(part)
        for tensor in written:
            self.before_write(tensor)

    def times_written(self) -> list[int]:
        """Return how often torch was told to write into each parameter that is not copied."""
        own = (it for it, _, _ in self._gradients if isinstance(it, nn.Parameter) and not it.is_inference())
        return [it._version for it in own if id(it) not in self._returning]

    def freeze(self, is_frozen: bool) -> None:
        """Let no parameter require a gradient until it is left, or those again that did."""
        for tensor, _, is_required in self._gradients:
            if is_required and isinstance(tensor, nn.Parameter):
                tensor.requires_grad_(not is_frozen)

    def written(self) -> set[int]:
        """Return the storages (their `_cdata`) whose contents will be put back."""
        return set(self._copies)

    @cached_property
    def _owners(self) -> dict[int, list[Tensor]]:
        """The tensors to be kept, by their storage."""
        owners: dict[int, list[Tensor]] = {}
        for tensor in [it for it in self._own if it is not None]:
            for part in _in_memory(tensor):
                owners.setdefault(_storage(part), []).append(tensor)
        return owners

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._stack:
            self.put_back()
            for tensor, _, is_required in self._gradients:
                if tensor.requires_grad is not is_required and tensor.is_leaf:
                    tensor.requires_grad_(is_required)

    def put_back(self) -> None:
        """Put back what the modules own, and chance, for another forward; parameters that are frozen stay so."""
        self._held.put_back(self._tables)
        for current, original in zip(self._containers, self._copied, strict=True):
            _put_back(current, original)
        self._put_back_copies()
        for tensor, alias in self._aliases:
            if not _is_set_to(tensor, alias):
                tensor.data = alias
        for tensor, gradient, _ in self._gradients:
            if tensor.grad is not gradient:
                tensor.grad = gradient
        self._chance.put_back()

    def _put_back_copies(self) -> None:
        resized = [(it, copy) for it, copy in self._copies.values() if it.nbytes() != copy.nbytes()]
        if self._bytes[0] and not resized:
            torch._foreach_copy_(*self._bytes)  # all at once: there are hundreds
            return
        for storage, copy in resized:
            storage.resize_(copy.nbytes())
        for storage, copy in self._copies.values():
            storage.copy_(copy)

    def _undo(self, restore: Callable[[Any], Any], state: Any) -> None:
        self._stack.callback(restore, state)


class _Held(NamedTuple):
    """What dictionaries held, one after the other: thousands are compared in one go."""

    lengths: list[int]
    keys: list[str]
    values: list[Any]

    @classmethod
    def of(cls, tables: list[dict[str, Any]]) -> Self:
        """Return what they hold now."""
        values = chain.from_iterable(map(dict.values, tables))
        return cls(list(map(len, tables)), list(chain.from_iterable(tables)), list(values))

    def is_same(self, now: "_Held") -> bool:
        """Tell whether they hold the very same now."""
        return (
            now.lengths == self.lengths and now.keys == self.keys and all(map(is_, now.values, self.values))
        )

    def put_back(self, tables: list[dict[str, Any]]) -> None:
        """Give them their old items back."""
        if self.is_same(_Held.of(tables)):
            return
        items = zip(self.keys, self.values, strict=True)
        for table, length in zip(tables, self.lengths, strict=True):
            _put_back(table, dict(islice(items, length)))


def _has_memory(tensor: Tensor) -> bool:
    return not is_lazy(tensor) and tensor.layout is torch.strided and not tensor.is_meta


def _is_placed(tensor: Tensor) -> bool:
    """Tell whether it is noted from the beginning where a tensor lies."""
    return type(tensor) is nn.Parameter and _has_memory(tensor)


def _in_memory(tensor: Tensor | None) -> list[Tensor]:
    """Return what of a tensor has memory: itself, or the parts of one that is sparse."""
    if tensor is None or is_lazy(tensor):
        return []
    if _has_memory(tensor):
        return [tensor]
    with unseen():
        return parts(tensor.detach()) if peculiarity(tensor) == "sparse" else []


def _is_set_to(tensor: Tensor, alias: Tensor) -> bool:
    """Tell whether a tensor lies where its alias does; of a sparse one torch does not tell."""
    return alias.layout is torch.strided and tensor.dtype == alias.dtype and tensor.is_set_to(alias)


def lies_in(tensor: Tensor, storages: Container[int]) -> bool:
    """Tell whether a tensor lies in one of these storages (their `_cdata`)."""
    return _has_memory(tensor) and _storage(tensor) in storages


def _storage(tensor: Tensor) -> int:
    return int(tensor.untyped_storage()._cdata)


def _values(table: Any) -> Iterable[Any]:
    return table.values() if isinstance(table, dict) else table


def _holds_the_same(current: Any, original: Any) -> bool:
    """Tell whether a table holds the very items of another, in their order."""
    same = len(current) == len(original) and all(map(is_, _values(current), _values(original)))
    return same and (not isinstance(current, dict) or list(current) == list(original))


def _bytes_of(storage: UntypedStorage) -> Tensor:
    """Return the bytes of a storage as a tensor on the same memory."""
    nothing = torch.empty(0, dtype=torch.uint8, device=storage.device)
    return nothing.set_(storage)


def _put_back(current: Any, original: Any) -> None:
    """Give a table its old items back; they are compared by identity, because tensors have no `==`."""
    if _holds_the_same(current, original):
        return
    current.clear()
    if isinstance(current, list):
        current.extend(original)
    else:
        current.update(original)
