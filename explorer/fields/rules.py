"""How each kernel carries receptive fields from its inputs to its outputs.

A rule takes the kernel's arguments by name and the fields of its tensors, and returns the field of all its outputs
(or a list, one for each). A kernel without a rule yields an unknown field: nothing is guessed.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from explorer.fields.algebra import Certainty, Field, lift, merge

Fields = Field | None | list[Field | None]


@dataclass(frozen=True)
class Call:
    """One kernel call: its name, its arguments by name, its first output, and what is known of the fields.

    `seen` are the tensors among the arguments that see the input, in order, with their fields; `is_settled` tells
    whether a tensor still holds what it held when the kernel ran.
    """

    name: str
    arguments: dict[str, Any]
    output: Tensor
    field_of: Callable[[Tensor], Field | None]
    seen: list[tuple[Tensor, Field]]
    is_settled: Callable[[Tensor], bool]

    def __getitem__(self, name: str) -> Any:
        return self.arguments[name]

    def known(self, tensor: Tensor) -> NDArray[Any] | None:
        """Return the values of a tensor as they were when the kernel ran.

        None if the picture decides them, or if they were let go.
        """
        if tensor.is_meta or self.field_of(tensor) is not None or not self.is_settled(tensor):
            return None
        values: NDArray[Any] = tensor.detach().cpu().resolve_conj().resolve_neg().numpy()
        return values

    def value(self, name: str) -> NDArray[Any] | None:
        """Return the values of the tensor argument `name`; None if there is none or they are not known."""
        tensor = self.arguments.get(name)
        return self.known(tensor) if isinstance(tensor, Tensor) else None

    def field(self, name: str) -> Field | None:
        """Return the field of the tensor argument `name`; None if it is absent or does not see the input."""
        tensor = self.arguments.get(name)
        return self.field_of(tensor) if isinstance(tensor, Tensor) else None


Rule = Callable[[Call], Fields]
RULES: dict[str, Rule] = {}
SHAPES_ONLY: set[Rule | None] = set()  # rules that look at no value of a tensor that does not see the input
HIDING = -1e4  # what is added to the score of an element that attention is not to see, or less


def rule(*names: str, shapes_only: bool = False) -> Callable[[Rule], Rule]:
    """Register the rule of the kernels `names`; `shapes_only` if weights and other constants do not matter to it."""

    def register(function: Rule) -> Rule:
        RULES.update(dict.fromkeys(names, function))
        if shapes_only:
            SHAPES_ONLY.add(function)
        return function

    return register


# Their argument has already lost its old shape when its field is looked at.
_RESHAPING_IN_PLACE = {"squeeze_", "unsqueeze_", "transpose_", "t_", "swapaxes_", "resize_", "set_"}


def find(func: Any) -> Rule | None:
    """Return the rule of a kernel; None if it has none."""
    name = func.overloadpacket.__name__
    if name in _RESHAPING_IN_PLACE:
        return None
    known = RULES.get(name) or RULES.get(name.rstrip("_"))
    return known or (pointwise if torch.Tag.pointwise in func.tags else None)


def unknown(like: Field, ndim: int) -> Field:
    """Return the field of which nothing is known."""
    return _unknown(len(like.low), ndim)


@cache
def _unknown(axes: int, ndim: int) -> Field:
    nothing = (np.full((1,) * ndim, 0, dtype=np.int32),) * axes
    return Field(nothing, nothing, (None,) * axes, ((),) * ndim, certainty=Certainty.UNKNOWN)


@rule(
    "clone", "detach", "alias", "lift_fresh", "_to_copy", "contiguous", "dropout", "native_dropout", "hardtanh",
    "silu", "gelu", "hardswish", "hardsigmoid", "elu", "leaky_relu", "celu", "threshold", "softplus", "prelu",
    "_prelu_kernel", "rrelu_with_noise", "log_sigmoid_forward",
)  # fmt: skip
def pointwise(call: Call) -> Fields:
    """Every element sees what the elements at its position see, broadcast."""
    seen = [f for _, f in call.seen]
    if not seen:
        return None
    merged = lift(merge(seen), call.output.dim())
    if merged.certainty is Certainty.EXACT and hides(call):
        return replace(merged, certainty=Certainty.BOUND)
    return merged


def hides(call: Call) -> bool:
    """Tell whether a constant that stands for minus infinity may hide elements from the softmax to come."""
    if "clamp" in call.name:  # its limits take no element's place
        return False
    return any(_is_low(value, call) for value in call.arguments.values())


def _is_low(value: Any, call: Call) -> bool:
    if (
        isinstance(value, Tensor)
        and value.is_floating_point()
        and value.numel()
        and not value.is_meta  # noise that was let go, of which none is that low
        and call.field_of(value) is None
    ):
        return bool(value.min() <= HIDING)
    return isinstance(value, float) and value <= HIDING


@rule("copy", "copy_", "fill", "fill_")
def _copy_into(call: Call) -> Fields:
    source = call.field("src") or call.field("value")
    return lift(source, call.output.dim()) if source else None


@rule(
    "zeros_like", "ones_like", "full_like", "empty_like", "rand_like", "randn_like", "new_zeros", "new_ones",
    "new_full", "new_empty", "new_empty_strided", "zero", "normal_", "uniform_",
)  # fmt: skip
def _fresh(_call: Call) -> Fields:
    return None
