"""Layers of torch's own that make one call: where they and what they are given are the same, so is that call.

A forward that is held against an earlier one need not watch them, which spares the larger part of what a call costs.
That a function of `torch.nn.functional` was replaced before the forward is seen; one that is replaced while it runs, or
elsewhere in torch, is not.
"""

from collections.abc import Sequence
from operator import is_, itemgetter
from typing import Any, NamedTuple

from torch import Tensor, nn

from explorer.forward.tensors import ASKING

_PLAIN = (bool, int, float, str, type(None))
_PASSED_OVER = {*vars(nn.Module()), "_reversed_padding_repeated_twice"}
"""Parameters and buffers are compared apart, hooks run around a layer; what pads otherwise than with zeros makes a call
more."""


class Standing(NamedTuple):
    """A layer when it was called: its attributes, parameters and buffers."""

    forward: Any
    attributes: dict[str, Any]
    own: tuple[Tensor | None, ...]


class Leaf(NamedTuple):
    """A layer's call, in which it makes one call of a function that yields a tensor.

    Attributes:
        forward: What its class does.
        names: Of its attributes.
        values: Of its attributes.
        own: Its parameters and buffers.
        given: Place of the tensor that it is given.
        step: The call; one of the steps of the plan.
        calls: How many it makes: the others only ask for a tensor's shape.
    """

    forward: Any
    names: Any
    values: tuple[Any, ...]
    own: tuple[Tensor | None, ...]
    given: int
    step: Any
    calls: int

    def is_like(self, module: nn.Module, forward: Any) -> bool:
        """Tell whether a layer, whose own forward it is, is what it was."""
        attributes = vars(module)
        return (
            getattr(forward, "__func__", None) is self.forward
            and len(attributes) == len(self.values) + 1  # the forward that watches it
            and all(map(is_, self.names(attributes), self.values))
            and all(map(is_, _own(attributes), self.own))
        )

    def asked(self, tensors: Sequence[Any]) -> tuple[Any, tuple[Any, ...], dict[str, Any]]:
        """Return the function that it calls, with its arguments."""
        args, kwargs = list(self.step.args), self.step.kwargs.copy()
        for k, place in self.step.spots:
            args[k] = tensors[place]
        for name, place in self.step.named:
            kwargs[name] = tensors[place]
        return self.step.func, tuple(args), kwargs


def leaves_among(modules: list[tuple[str, nn.Module]]) -> dict[str, nn.Module]:
    """Return the layers whose code is torch's own, by path."""
    return {
        path: it
        for path, it in modules
        if type(it).__module__.startswith("torch.nn.modules.")
        and not it._modules
        and "forward" not in vars(it)
    }


def standing(module: nn.Module) -> Standing:
    """Return what a layer is now."""
    attributes = vars(module)
    return Standing(type(module).forward, attributes.copy(), _own(attributes))


def leaf_of(now: Standing, steps: Sequence[Any], known: Sequence[Tensor | None]) -> Leaf | None:
    """Return what a layer did in these steps; None where more than it and its input may decide about that.

    Args:
        now: What it was when it was called.
        steps: All that it did.
        known: Tensors that were there before, by place.
    """
    yielding = [step for step in steps if step.operation >= 0]
    if len(yielding) != 1 or any(step.operation < 0 and step.func not in ASKING for step in steps):
        return None
    step = yielding[0]
    names = [name for name in now.attributes if name != "forward"]
    values = tuple(now.attributes[name] for name in names)
    if len(step.outputs) != 1 or not all(map(_is_fixed, names, values)):
        return None
    if not all(map(_is_flat, (*step.args, *step.kwargs.values()))):
        return None
    places = [place for _, place in (*step.spots, *step.named)]
    own = set(map(id, now.own))
    given = [place for place in places if known[place] is None or id(known[place]) not in own]
    if len(given) != 1:
        return None
    return Leaf(now.forward, itemgetter(*names), values, now.own, given[0], step, len(steps))


def _own(attributes: dict[str, Any]) -> tuple[Tensor | None, ...]:
    return (*attributes["_parameters"].values(), *attributes["_buffers"].values())


def _is_fixed(name: str, value: Any) -> bool:
    """Tell whether an attribute is the same as long as it is the same object, or does not tell what a layer does."""
    if name in _PASSED_OVER:
        return True
    return isinstance(value, _PLAIN) or (type(value) is tuple and all(isinstance(it, _PLAIN) for it in value))


def _is_flat(value: Any) -> bool:
    """Tell whether an argument is no container of others than numbers."""
    return not isinstance(value, tuple | list | dict) or all(type(it) in (bool, int, float) for it in value)
