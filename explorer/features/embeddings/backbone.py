"""A network cut at one operation: the value there, the vector it makes of an image, the weights that lead to it."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from math import prod
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from explorer.engine.held import HeldForward
from explorer.fields.algebra import Field
from explorer.forward.aliasing import overlap, storage_of
from explorer.forward.keeping import Keeping
from explorer.forward.recorder import record
from explorer.forward.recording import Recording
from explorer.forward.tensors import tensors_in
from explorer.records import faults
from explorer.records.embeddings import Pooling
from explorer.records.errors import ExplorerError
from explorer.records.trace import ENDS, Node

LONGEST = 1 << 20
"""Most numbers of an embedding: a million, 4 MB an image."""


@dataclass(frozen=True)
class Cut:
    """Where a model is cut: behind operation number `node` of a forward, at whose size images come."""

    forward: HeldForward
    node: int

    @property
    def layer(self) -> Node:
        """The operation whose output is the embedding."""
        return self.forward.trace.nodes[self.node]

    @property
    def field(self) -> Field | None:
        """The receptive field of that output."""
        return self.forward.fields.fields[self.node]


def run_until(
    model: nn.Module,
    inputs: tuple[Any, ...],
    nodes: tuple[Node, ...],
    check: Callable[[], None] = lambda: None,
    named: dict[str, Any] | None = None,
    room: int | None = None,
) -> Recording:
    """Run a model up to an operation of its trace, and no further.

    Args:
        model: In eval mode; afterwards it is what it was before.
        inputs: Positional arguments of its forward.
        nodes: The operations of the trace, the last one being where the forward is to end.
        check: Called before each operation; whatever it raises ends the forward.
        named: Keyword arguments of its forward.
        room: Bytes that the values may take before all but the last are let go; None for no limit.

    Returns:
        The recording; the value of its last operation is what a whole forward gives there, to the bit.

    Raises:
        CancelledError: If `check` raised it.
        ExplorerError: The forward failed before, or took another way than the trace.
    """
    keeping = None if room is None else Keeping(room, only=(nodes[-1].id,))
    forward = record(model, inputs, check, nodes[-1].id, named, keeping)
    # A network that catches every exception has run on behind the cut.
    del forward.operations[len(nodes) :]
    del forward.kernels[forward.operations[-1].kernels.stop :]
    wanted, came = [(n.op, n.module, n.call) for n in nodes], _steps(forward)
    # Where the way depends on the image, the same number need not be the same operation.
    differs = next((k for k, step in enumerate(came) if step != wanted[k]), len(came))
    if differs < len(wanted) and forward.failure is not None:
        reason = faults.kind_and_text(forward.failure.error)
        raise ExplorerError(f"The forward fails before {nodes[-1].name}: {reason}.")
    if differs < len(wanted):
        raise ExplorerError(
            f"The forward leaves the recorded way before {nodes[-1].name}, at {nodes[differs].name}; "
            "choose an earlier layer."
        )
    return forward


def _steps(forward: Recording) -> list[tuple[str, str, int]]:
    return [(o.op, o.module, o.call) for o in forward.operations]


# ---- from a value to a vector ----


def pool(value: Tensor, field: Field | None, pooling: Pooling) -> NDArray[np.float32]:
    """Return the vector (D,) that a value becomes, averaged in float64.

    Args:
        value: Output of an operation, of any shape; a complex one gives real and imaginary parts.
        field: Its receptive field, which tells the dimensions that run over the picture; None if there is none.
        pooling: Average over positions, or every number.
    """
    value = value.detach().cpu()
    dims, extra = _positions(tuple(value.shape), field)
    wide = torch.view_as_real(value) if value.is_complex() else value
    wide = wide.double()
    if pooling is Pooling.MEAN and dims:
        if extra:
            wide = wide.narrow(dims[0], extra, wide.shape[dims[0]] - extra)
        wide = wide.mean(dims)
    vector: NDArray[np.float32] = wide.float().flatten().numpy()
    return vector


def describe(shape: tuple[int, ...], field: Field | None, pooling: Pooling, length: int) -> str:
    """Say how a value of `shape` became a vector of `length`: `1,280 numbers: mean over 7×7 positions`."""
    dims, extra = _positions(shape, field)
    numbers = f"{length:,} number{'' if length == 1 else 's'}"
    if length == prod(shape):
        single = sum(size > 1 for size in shape) < 2
        return f"{numbers}: {'all of its output' if single else f'all of {_times(shape)}'}"
    if pooling is Pooling.FLATTEN:
        return f"{numbers}: real and imaginary parts of {_times(shape)}"
    labels = field.labels if field is not None and len(field.labels) == len(shape) else ((),) * len(shape)
    sizes = [size for d in dims for size in [digit.size for digit in labels[d]] or [shape[d]]]
    beside = f", {extra:,} {'token' if extra == 1 else 'tokens'} without a place left out" if extra else ""
    return f"{numbers}: mean over {_times(sizes)} positions{beside}"


def _times(sizes: Iterable[int]) -> str:
    return "×".join(map(str, sizes))


def _positions(shape: tuple[int, ...], field: Field | None) -> tuple[tuple[int, ...], int]:
    """Return the dimensions that run over the input, and how many leading entries of a lone one have no place on it.

    Where the field does not tell, the shape must: (1, C, H, W), (1, H, W, C) where H is W and not C, (1, N, D).
    """
    labels = field.labels if field is not None and len(field.labels) == len(shape) else ()
    dims = tuple(d for d, label in enumerate(labels) if label and all(x.axis is not None for x in label))
    if field is not None and len(dims) == 1 and field.extra:
        placed = prod(digit.size for digit in labels[dims[0]])
        return dims, field.extra if shape[dims[0]] == field.extra + placed else 0
    if dims or not shape or shape[0] != 1:
        return dims, 0
    if len(shape) == 4:
        return ((1, 2) if 1 < shape[1] == shape[2] != shape[3] else (2, 3)), 0
    return ((1,) if len(shape) == 3 else ()), 0


def similarities(vectors: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return the cosine similarity (N, N) of every two of the vectors (N, D), computed in float64.

    A vector of zeros has no direction: its similarity to all is 0. One that is not finite gives NaN.
    """
    wide = vectors.astype(np.float64)
    norms = np.linalg.norm(wide, axis=1, keepdims=True)
    with np.errstate(invalid="ignore"):  # infinity over infinity
        directions = np.divide(wide, norms, out=np.zeros_like(wide), where=norms != 0)
        found: NDArray[np.float64] = np.clip(directions @ directions.T, -1.0, 1.0)
    return found


# ---- the weights that lead to the cut ----


def cut_state(model: nn.Module, forward: Recording) -> dict[str, Tensor]:
    """Return the part of the model's state_dict on which the last value of a forward depends.

    That is each tensor that a kernel leading to it read, a shared one under all its names, and the other buffers of
    the modules that ran these kernels (the counters of batch normalisation). The copies lie on the CPU, each in
    memory of its own.

    Args:
        model: The model that ran.
        forward: What `run_until` gave for it.
    """
    leading = _ancestors(forward)
    aside = {
        kernel
        for number, operation in enumerate(forward.operations)
        if number not in leading
        for kernel in range(operation.kernels.start, operation.kernels.stop)
    }
    read: dict[int, list[Tensor]] = defaultdict(list)  # by the storage, of which others may own parts
    for place, kernel in enumerate(forward.kernels):
        if place not in aside:
            for tensor in tensors_in(kernel.args, kernel.kwargs):
                read[storage_of(tensor)].append(tensor)
    ran = (forward.operations[number] for number in leading)
    paths = {operation.module for operation in ran if operation.op not in ENDS}
    buffers = {
        f"{path}.{name}" if path else name
        for path, module in model.named_modules(remove_duplicate=False)
        if path in paths
        for name, _ in module.named_buffers(recurse=False, remove_duplicate=False)
    }
    return {
        key: tensor.detach().cpu().clone(memory_format=torch.contiguous_format)
        for key, tensor in model.state_dict().items()
        if isinstance(tensor, Tensor) and (key in buffers or _is_among(read[storage_of(tensor)], tensor))
    }


def _is_among(read: list[Tensor], tensor: Tensor) -> bool:
    """Tell whether something of a tensor was read, all of these being on its storage."""
    return bool(read) and (tensor.numel() == 0 or any(overlap(tensor, other) for other in read))


def _ancestors(forward: Recording) -> set[int]:
    """Return the last operation and all that lead to it."""
    found: set[int] = set()
    waiting = [len(forward.operations) - 1]
    while waiting:
        number = waiting.pop()
        if number not in found:
            found.add(number)
            waiting += forward.operations[number].inputs
    return found
