"""How each kernel carries receptive fields from its inputs to its outputs.

A rule takes the kernel's arguments by name and the fields of its tensors, and returns the field of all its outputs
(or a list, one for each). A kernel without a rule yields an unknown field: nothing is guessed.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch
from torch import Tensor

from explorer.fields.algebra import Certainty, Field, lift, merge

Fields = Field | None | list[Field | None]


@dataclass(frozen=True)
class Call:
    """One kernel call: its name, its arguments by name, its first output, and what is known of the fields."""

    name: str
    arguments: dict[str, Any]
    output: Tensor
    field_of: Callable[[Tensor], Field | None]

    def __getitem__(self, name: str) -> Any:
        return self.arguments[name]

    def field(self, name: str) -> Field | None:
        """Return the field of the tensor argument `name`; None if it is absent or does not see the input."""
        tensor = self.arguments.get(name)
        return self.field_of(tensor) if isinstance(tensor, Tensor) else None

    def seen(self) -> list[tuple[Tensor, Field]]:
        """Return the tensor arguments that see the input, with their fields."""
        flat = [t for a in self.arguments.values() for t in (a if isinstance(a, (list, tuple)) else [a])]
        pairs = [(t, self.field_of(t)) for t in flat if isinstance(t, Tensor)]
        return [(t, f) for t, f in pairs if f is not None]


Rule = Callable[[Call], Fields]
RULES: dict[str, Rule] = {}
HIDING = -1e4  # what is added to the score of an element that attention is not to see, or less


def rule(*names: str) -> Callable[[Rule], Rule]:
    """Register the rule of the kernels `names`."""

    def register(function: Rule) -> Rule:
        RULES.update(dict.fromkeys(names, function))
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
    nothing = tuple(np.full((1,) * ndim, 0, dtype=np.int32) for _ in like.low)
    none = (None,) * len(like.low)
    return Field(nothing, nothing, none, ((),) * ndim, certainty=Certainty.UNKNOWN)


@rule(
    "clone", "detach", "alias", "lift_fresh", "_to_copy", "contiguous", "dropout", "native_dropout", "hardtanh",
    "silu", "gelu", "hardswish", "hardsigmoid", "elu", "leaky_relu", "celu", "threshold", "softplus", "prelu",
    "_prelu_kernel", "rrelu_with_noise", "masked_fill", "where", "log_sigmoid_forward",
)  # fmt: skip
def pointwise(call: Call) -> Fields:
    """Every element sees what the elements at its position see, broadcast."""
    seen = [f for _, f in call.seen()]
    if not seen:
        return None
    merged = merge(seen)
    return replace(merged, certainty=max(merged.certainty, Certainty.BOUND)) if _hides(call) else merged


def _hides(call: Call) -> bool:
    """Tell whether a constant that stands for minus infinity may hide elements from the softmax to come."""
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
