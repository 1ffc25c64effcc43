"""Multiply-accumulates of one network of each of timm's families, recorded on the CPU, against a counter of calls.

The counter shares nothing with the recorder: it sees the calls as the network's author wrote them, not the kernels
that a version of torch makes of them, and counts by the shapes that they yield. It is skipped where timm is missing.
"""

from collections import defaultdict
from collections.abc import Callable
from math import prod
from typing import Any

import torch
from sweep import names, parameters_of, ran
from table import Row
from torch import Tensor
from torch.overrides import TorchFunctionMode

from explorer import zoo
from explorer.forward import trace
from explorer.forward.recorder import record

MOST = 3e7  # parameters: of each family the first network with no more, if there is one


def rows():
    found = {family: compared(name) for family, name in chosen().items()}
    wrong = [it for it in found.values() if it]
    yield Row(
        f"GMACs of {len(found)} of timm's families under torch {torch.__version__}, "
        "differing from a counter of function calls",
        ", ".join([str(len(wrong)), *wrong]),
        "0",
        not wrong,
    )


def chosen() -> dict[str, str]:
    """Return a small network of each family."""
    families: dict[str, list[str]] = defaultdict(list)
    for name in names("timm", 1):
        families[zoo.resolve(f"timm:{name}").entry.family].append(name)
    return {family: smallest(members) for family, members in families.items()}


def smallest(members: list[str]) -> str:
    sizes = {}
    for name in members:
        sizes[name] = parameters_of(zoo.resolve(f"timm:{name}"))
        if sizes[name] <= MOST:
            return name
    return min(sizes, key=sizes.__getitem__)


def compared(name: str) -> str:
    """Return in what a network's count differs; empty if it does not."""
    spec = zoo.resolve(f"timm:{name}")
    torch.manual_seed(0)
    model = spec.build().eval()
    try:
        inputs, _ = ran(model, spec)
    except Exception as error:  # noqa: BLE001 - one that does not run on a picture has nothing to be counted
        return f"{name} does not run: {str(error)[:80]}"
    with torch.no_grad(), Counter() as counter:
        model(*inputs)
    traced = trace.build(record(model, inputs), model, name)
    if traced.error or traced.macs_unknown or traced.macs != counter.total:
        return (
            f"{name}: {traced.macs} for {counter.total}, {traced.macs_unknown} unknown {traced.error or ''}"
        )
    return ""


class Counter(TorchFunctionMode):
    """Counts the multiply-accumulates of the outermost function calls."""

    def __init__(self) -> None:
        super().__init__()
        self.total = 0

    def __torch_function__(self, func, types, args=(), kwargs=None):
        result = func(*args, **(kwargs or {}))
        if (formula := FORMULAS.get(getattr(func, "__name__", ""))) is not None:
            self.total += formula(result, *args, **(kwargs or {}))
        return result


def convolved(result: Tensor, _maps: Tensor, weight: Tensor, *_: Any, **__: Any) -> int:
    return result.numel() * prod(weight.shape[1:])


def spread(_: Tensor, maps: Tensor, weight: Tensor, *__: Any, **___: Any) -> int:
    return maps.numel() * prod(weight.shape[1:])


def multiplied(result: Tensor, left: Tensor, *_: Any, **__: Any) -> int:
    return result.numel() * left.shape[-1]


def added_to(result: Tensor, _: Tensor, left: Tensor, *__: Any, **___: Any) -> int:
    return result.numel() * left.shape[-1]


def attended(result: Tensor, query: Tensor, key: Tensor, *_: Any, **__: Any) -> int:
    scores = prod(result.shape[:-1]) * key.shape[-2]
    return scores * (query.shape[-1] + result.shape[-1])


def layer_of_attention(_: Any, query: Tensor, key: Tensor, *__: Any, **___: Any) -> int:
    """Queries [n, batch, width]: four projections, the scores, their sums."""
    (n, batch, width), m = query.shape, key.shape[0]
    return batch * (2 * (n + m) * width * width + 2 * n * m * width)


def summed(_: Tensor, equation: str, *operands: Tensor) -> int:
    """Two tensors, each index of which is in the other or in the result: one for each combination of indices."""
    sizes: dict[str, int] = {}
    for letters, operand in zip(equation.replace(" ", "").split("->")[0].split(","), operands, strict=True):
        sizes |= dict(zip(letters, operand.shape, strict=True))
    return prod(sizes.values()) if len(operands) > 1 else 0


def recurrent(_: Any, steps: Tensor, __: Any, weights: list[Tensor], *___: Any) -> int:
    """Every step meets each matrix once."""
    return prod(steps.shape[:-1]) * sum(it.numel() for it in weights if it.dim() == 2)


def bilinear(result: Tensor, _: Tensor, right: Tensor, weight: Tensor, *__: Any) -> int:
    return result.numel() * (weight.shape[1] + 1) * right.shape[-1]


FORMULAS: dict[str, Callable[..., int]] = {
    **dict.fromkeys(("conv1d", "conv2d", "conv3d"), convolved),
    **dict.fromkeys(("conv_transpose1d", "conv_transpose2d", "conv_transpose3d"), spread),
    **dict.fromkeys(("linear", "matmul", "__matmul__", "bmm", "mm", "mv"), multiplied),
    **dict.fromkeys(("addmm", "baddbmm"), added_to),
    "__rmatmul__": lambda result, right, left: multiplied(result, left, right),
    "scaled_dot_product_attention": attended,
    "multi_head_attention_forward": layer_of_attention,
    "einsum": summed,
    "lstm": recurrent,
    "bilinear": bilinear,
}
