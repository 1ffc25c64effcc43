"""What an operation was told beside its tensors: kernel size, stride, limits, dimensions, by torch's own names.

The recorder keeps the call as its author wrote it; here its arguments get their names, from the signature of a Python
function or from the schema of a built-in one. What cannot be bound stays unknown: nothing is guessed.
"""

from collections.abc import Callable
from contextlib import suppress
from math import sqrt
from typing import Any

import torch
from torch import Tensor

from explorer.forward.arguments import bind
from explorer.forward.recording import Operation
from explorer.records.trace import Attribute

Attributes = dict[str, Attribute]
Bound = dict[str, Any]

_UNTOLD = {
    "inplace", "out", "layout", "device", "pin_memory", "memory_format", "non_blocking", "copy", "generator",
    "half_to_float", "implicit", "sparse", "scale_grad_by_freq", "cudnn_enabled", "return_indices", "input_scale",
    "recompute_scale_factor", "enable_gqa",
}  # fmt: skip
"""Arguments that say how a result is made or stored, not what it is."""
_PER_AXIS = ("kernel_size", "stride", "padding", "output_padding", "dilation", "output_size")


def attributes_of(operation: Operation) -> tuple[tuple[str, Attribute], ...]:
    """Return the attributes of a recorded operation, in the order of its arguments; empty if none are known."""
    if operation.asked is None:
        return ()
    func, args, kwargs = operation.asked
    if operation.op == "getitem":
        return _index(args)
    bound = bind(func, args, kwargs)
    if bound is None:
        return ()
    told = {name: _plain(value) for name, value in bound.items() if name not in _UNTOLD and name[0] != "_"}
    found: Attributes = {name: value for name, value in told.items() if value is not None}
    add = _SPECIAL.get(operation.op.removesuffix("_with_indices"))
    if add is not None:
        with suppress(
            KeyError, AttributeError, IndexError, TypeError
        ):  # a call of another form than is known here
            found = add(dict(found), bound)
    return tuple(found.items())


def _plain(value: Any) -> Attribute | None:
    """Return a number, a text or a tuple of them; None for anything else, tensors above all."""
    if isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, torch.dtype):
        return str(value).removeprefix("torch.")
    if isinstance(value, list | tuple):
        items = [_plain(item) for item in value]
        return None if not items or None in items else tuple(item for item in items if item is not None)
    return None


def _index(args: tuple[Any, ...]) -> tuple[tuple[str, Attribute], ...]:
    """Return what stands between the brackets: `:, 0`."""
    index = args[1] if len(args) > 1 else None
    parts = index if isinstance(index, tuple) else (index,)
    texts = [_place(part) for part in parts]
    return (("index", ", ".join(texts)),) if all(texts) else ()


def _place(part: Any) -> str:
    if isinstance(part, slice):
        ends = ["" if end is None else str(end) for end in (part.start, part.stop)]
        return ":".join(ends if part.step is None else [*ends, str(part.step)])
    if part is Ellipsis:
        return "…"
    return str(part) if part is None or isinstance(part, int) else ""


# ---- what a kind of operation has beside its arguments ----

_SPECIAL: dict[str, Callable[[Attributes, Bound], Attributes]] = {}
Special = Callable[[Attributes, Bound], Attributes]


def _special(*names: str) -> Callable[[Special], Special]:
    def register(function: Special) -> Special:
        _SPECIAL.update(dict.fromkeys(names, function))
        return function

    return register


def _per_axis(found: Attributes, count: int) -> Attributes:
    """Give each axis its value where one stands for all."""
    return {
        name: (value,) * count if name in _PER_AXIS and type(value) is int
        else value * count if name in _PER_AXIS and isinstance(value, tuple) and len(value) == 1
        else value
        for name, value in found.items()
    }  # fmt: skip


@_special(
    "conv1d", "conv2d", "conv3d", "conv_transpose1d", "conv_transpose2d", "conv_transpose3d", "convolution",
)  # fmt: skip
def _convolution(found: Attributes, bound: Bound) -> Attributes:
    weight = bound["weight"]  # (out, in / groups, kernel), transposed (in, out / groups, kernel)
    groups = int(bound.get("groups", 1))
    swapped = bool(bound.get("transposed", "output_padding" in bound))
    one, other = int(weight.shape[0]), int(weight.shape[1]) * groups
    kernel = tuple(int(extent) for extent in weight.shape[2:])
    channels = {"in_channels": one if swapped else other, "out_channels": other if swapped else one}
    bias = bound.get("bias") is not None
    return {**channels, "kernel_size": kernel, **_per_axis(found, len(kernel)), "bias": bias}


@_special(*(f"{kind}_pool{count}d" for kind in ("max", "avg", "lp") for count in (1, 2, 3)))
def _pool(found: Attributes, bound: Bound) -> Attributes:
    count = _spatial(bound)
    kernel = found.get("kernel_size")
    if not bound.get("stride") and kernel is not None:
        found["stride"] = kernel
    order = ["kernel_size", "stride"]
    named = {name: found[name] for name in (*order, *found) if name in found}
    return _per_axis(named, count)


@_special(*(f"adaptive_{kind}_pool{count}d" for kind in ("max", "avg") for count in (1, 2, 3)))
def _adaptive_pool(found: Attributes, bound: Bound) -> Attributes:
    asked = bound.get("output_size")
    if isinstance(asked, list | tuple) and None in asked:
        extents = _first(bound).shape[-len(asked) :]
        found["output_size"] = tuple(
            int(extent if size is None else size) for size, extent in zip(asked, extents, strict=True)
        )
    return _per_axis(found, _spatial(bound))


def _first(bound: Bound) -> Tensor:
    tensor: Tensor = bound["input"] if "input" in bound else bound["self"]
    return tensor


def _spatial(bound: Bound) -> int:
    """Return how many axes a window slides along: those behind channels, with or without a batch."""
    sizes = (bound.get("kernel_size"), bound.get("output_size"))
    given = next((len(size) for size in sizes if isinstance(size, list | tuple) and len(size) > 1), 0)
    return given or max(_first(bound).dim() - 2, 1)


@_special("linear")
def _linear(_found: Attributes, bound: Bound) -> Attributes:
    weight = bound["weight"]  # (out, in)
    inputs, outputs = int(weight.shape[-1]), int(weight.shape[0]) if weight.dim() > 1 else 1
    return {"in_features": inputs, "out_features": outputs, "bias": bound.get("bias") is not None}


@_special("batch_norm", "instance_norm", "native_batch_norm")
def _norm_of_channels(found: Attributes, bound: Bound) -> Attributes:
    return {"num_features": int(_first(bound).shape[1]), **found, "affine": bound.get("weight") is not None}


@_special("group_norm")
def _group_norm(found: Attributes, bound: Bound) -> Attributes:
    return {**found, "num_channels": int(_first(bound).shape[1]), "affine": bound.get("weight") is not None}


@_special("layer_norm", "rms_norm")
def _layer_norm(found: Attributes, bound: Bound) -> Attributes:
    return {**found, "affine": bound.get("weight") is not None}


@_special("relu6")
def _relu6(_found: Attributes, _bound: Bound) -> Attributes:
    return {"min_val": 0.0, "max_val": 6.0}


@_special("prelu")
def _prelu(_found: Attributes, bound: Bound) -> Attributes:
    weight = bound["weight"]
    count: Attributes = {"num_parameters": int(weight.numel())}
    return {**count, "slope": float(weight)} if weight.numel() == 1 else count


@_special("embedding")
def _embedding(found: Attributes, bound: Bound) -> Attributes:
    weight = bound["weight"]  # (words, features)
    return {"num_embeddings": int(weight.shape[0]), "embedding_dim": int(weight.shape[1]), **found}


@_special("scaled_dot_product_attention")
def _attention(found: Attributes, bound: Bound) -> Attributes:
    query, key = bound["query"], bound["key"]  # (batch, heads, tokens, width)
    heads = {"heads": int(query.shape[1])} if query.dim() == 4 else {}
    sizes = {"queries": int(query.shape[-2]), "keys": int(key.shape[-2]), "head_dim": int(query.shape[-1])}
    scale = found.get("scale", 1 / sqrt(query.shape[-1]))
    return {**heads, **sizes, "scale": scale, **{k: v for k, v in found.items() if k != "scale"}}


@_special("add", "sub")
def _sum(found: Attributes, _bound: Bound) -> Attributes:
    return {name: value for name, value in found.items() if (name, value) != ("alpha", 1)}
