"""How each kernel carries receptive fields from its inputs to its outputs.

A rule takes the kernel's arguments by name and the fields of its tensors, and returns the field of all its outputs
(or a list, one for each). A kernel without a rule yields an unknown field: nothing is guessed.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

from explorer.analysis.fields import Certainty, Field, lift, merge

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


def rule(*names: str) -> Callable[[Rule], Rule]:
    """Register the rule of the kernels `names`."""

    def register(function: Rule) -> Rule:
        RULES.update(dict.fromkeys(names, function))
        return function

    return register


def find(func: Any) -> Rule | None:
    """Return the rule of a kernel; None if it has none."""
    name = func.overloadpacket.__name__
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
    "_prelu_kernel", "rrelu_with_noise", "fill", "masked_fill", "where", "log_sigmoid_forward", "copy",
)  # fmt: skip
def pointwise(call: Call) -> Fields:
    """Every element sees what the elements at its position see, broadcast."""
    seen = [f for _, f in call.seen()]
    return merge(seen) if seen else None


@rule("copy_")
def _copy_into(call: Call) -> Fields:
    source = call.field("src")
    return lift(source, call.output.dim()) if source else None


@rule(
    "zeros_like", "ones_like", "full_like", "empty_like", "rand_like", "randn_like", "new_zeros", "new_ones",
    "new_full", "new_empty", "new_empty_strided", "zero_",
)  # fmt: skip
def _fresh(_call: Call) -> Fields:
    return None
