"""What a call of one of torch's own functions does below, learnt once in a forward: to watch each kernel costs most.

Only functions take part whose kernels are the same whatever the sizes and the values, on dense tensors of the CPU, and
only where nobody else has a part in what they do: no autocast, gradients, transforms, modes or kinds of tensors of the
model's own. Any other call is watched.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn
from torch.autograd import forward_ad
from torch.nn import functional

from explorer.forward import macs
from explorer.forward.course import Place
from explorer.forward.recording import Kernel
from explorer.forward.tensors import in_transform, tensors_in, written_arguments

FUNCTIONS: frozenset[Callable[..., Any]] = frozenset({
    torch.conv2d, functional.batch_norm, torch.cat, functional.relu, torch.relu, torch.relu_, Tensor.relu, Tensor.relu_,
    functional.relu6, functional.hardtanh, functional.hardswish, functional.hardsigmoid, functional.silu,
    functional.gelu, torch.sigmoid, Tensor.sigmoid, torch.add, torch.mul, Tensor.add, Tensor.add_, Tensor.mul,
    Tensor.mul_, Tensor.__add__, Tensor.__iadd__, Tensor.__mul__, Tensor.__imul__, Tensor.permute, torch.permute,
    Tensor.transpose, torch.transpose, Tensor.view, Tensor.unsqueeze, torch.roll,
})  # fmt: skip
_TENSORS = (Tensor, nn.Parameter)
_PLAIN = (int, bool, type(None))

_keys_of = torch._C._dispatch_keys
_DENSE = _keys_of(torch.empty(1, device="cpu")).raw_repr()
"""What torch knows of a tensor on the CPU without peculiarities."""

_Key = tuple[Any, ...]


class _Step(NamedTuple):
    """One kernel of a call; `spots` says which arguments are parts of the call, and `result` which part it returns.

    `result` is a place, or a tuple of places and of empty tensors; `multiplies` tells that it has a cost.
    """

    func: Any
    args: tuple[Any, ...]
    kwargs: dict[str, Any]
    spots: list[tuple[int, Place]]
    result: Any
    multiplies: bool


class Routine(NamedTuple):
    """What a call does, of which the parts are the tensors that it is given, or lists of them, and what it returns.

    Attributes:
        written: Places of the parts that it writes.
        has_lists: Whether some parts are lists.
    """

    steps: list[_Step]
    written: list[Place]
    has_lists: bool

    def kernels(self, parts: list[Any]) -> list[Kernel]:
        """Return the kernels of a call of these parts."""
        kernels = []
        for func, args, kwargs, spots, result, multiplies in self.steps:
            given = list(args)
            for k, place in spots:
                part = parts[place]
                given[k] = part.copy() if part.__class__ is list else part
            made = result
            if result.__class__ is Place:
                made = parts[result]
            elif result.__class__ is tuple:
                made = tuple([parts[it] if it.__class__ is Place else it for it in result])
            called = tuple(given)
            cost = macs.of_kernel(func, called, made) if multiplies else 0
            kernels.append(Kernel(func, called, kwargs, made, cost))
        return kernels


class Routines:
    """Knows what the calls of one forward did."""

    def __init__(self) -> None:
        self._known: dict[_Key, Routine] = {}

    def find(
        self, func: Any, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> tuple[Routine, list[Any]] | None:
        """Return what a call will do, and the parts that it is given; None if none like it was seen."""
        if _others_have_a_part():
            return None
        parts: list[Any] = []
        key = _key(func, args, kwargs, parts)
        routine = self._known.get(key) if key is not None else None
        return None if routine is None else (routine, parts)

    def learn(
        self, func: Any, args: tuple[Any, ...], kwargs: dict[str, Any], kernels: list[Kernel], result: Any
    ) -> None:
        """Learn from the kernels of a call what those like it will do."""
        parts: list[Any] = []
        if _others_have_a_part() or (key := _key(func, args, kwargs, parts)) is None:
            return
        if (learnt := _learnt(parts, kernels, result)) is not None:
            self._known[key] = learnt


def _others_have_a_part() -> bool:
    """Tell whether more than the function and our own watching decides which kernels a call runs."""
    return (
        torch.is_grad_enabled()
        or torch._C._is_any_autocast_enabled()
        or torch._C._len_torch_function_stack() > 0  # ours is not on it while it runs a call
        or torch._C._len_torch_dispatch_stack() != 1
        or in_transform()
        or forward_ad._current_level >= 0  # a tangent is written with its tensor
    )


def _key(func: Any, args: tuple[Any, ...], kwargs: dict[str, Any], parts: list[Any]) -> _Key | None:
    """Return what a call has in common with all that run the same kernels, and gather its parts.

    None where nothing is known of arguments like these.
    """
    key: list[Any] = [func, *kwargs]
    for value in (*args, *kwargs.values()) if kwargs else args:
        kind = value.__class__
        if kind in _TENSORS:
            if _keys_of(value).raw_repr() != _DENSE or not value.numel():
                return None
            key += (value.dtype, value.dim())
            parts.append(value)
        elif kind in _PLAIN or (kind is float and value) or (kind is str and func is functional.gelu):
            key += (kind, value)  # but 0.0 and -0.0, which are equal
        elif kind is tuple and set(map(type, value)) == {int}:
            key += (kind, *value)
        elif kind is list and (alike := _alike(value)) is not None:
            key += (kind, alike)
            parts.append(value)
        else:
            return None
    return tuple(key)


def _alike(values: list[Any]) -> _Key | None:
    """Return what all tensors of a list have in common; None if it holds others."""
    if set(map(type, values)) != {Tensor}:
        return None
    marks = {(_keys_of(it).raw_repr(), it.numel() > 0, it.dtype, it.dim()) for it in values}
    mark = marks.pop()
    return None if marks or mark[:2] != (_DENSE, True) else mark


def _learnt(parts: list[Any], kernels: list[Kernel], result: Any) -> Routine | None:
    """Return what a call did; None where that does not tell what another one will do."""
    if type(result) is not Tensor:
        return None
    places = {_identity(part): Place(k) for k, part in enumerate(parts)}
    if len(places) < len(parts):  # one given twice, where others are given two
        return None
    places.setdefault(_identity(result), Place(len(parts)))
    steps: list[_Step] = []
    written: list[Place] = []
    try:
        for kernel in kernels:
            spots = [(k, places[_identity(it)]) for k, it in enumerate(kernel.args) if tensors_in(it)]
            changed = written_arguments(kernel.func, kernel.args, kernel.kwargs)
            written += [places[_identity(it)] for it in changed]
            several = isinstance(kernel.result, tuple)
            made = [places.get(_identity(it), it) for it in (kernel.result if several else (kernel.result,))]
            if tensors_in(kernel.kwargs) or any(it.numel() for it in tensors_in(made)):
                return None  # what a norm leaves for training is empty
            given = tuple([None if tensors_in(it) else it for it in kernel.args])
            left = tuple(made) if several else made[0]
            steps.append(_Step(kernel.func, given, kernel.kwargs, spots, left, kernel.macs != 0))
    except KeyError:  # a tensor from elsewhere
        return None
    return Routine(steps, written, any(isinstance(part, list) for part in parts))


def _identity(value: Any) -> Any:
    """Return what tells a tensor, or a list of them, from all others that are alive."""
    return tuple(map(id, value)) if isinstance(value, list) else id(value)
