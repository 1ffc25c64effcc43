"""Turn a recording into its trace: the record of every operation, with cost and receptive field."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.parameter import is_lazy

from explorer.forward import effort
from explorer.forward.attributes import attributes_of
from explorer.forward.effort import Effort
from explorer.forward.packed import all_packed
from explorer.forward.recording import Kernel, Operation, Recording
from explorer.forward.sparse import parts
from explorer.forward.tensors import tensors_in
from explorer.records import faults
from explorer.records.errors import ExplorerError
from explorer.records.measures import Memory
from explorer.records.trace import ModuleInfo, Node, TensorInfo, Trace, TraceError

_OF_NUMPY = (torch.float16, torch.float32, torch.float64)


def build(recording: Recording, model: nn.Module, name: str) -> Trace:
    """Return the trace of a recording, without receptive fields (see `ReceptiveFields.filled_in`)."""
    sizes = {key: parameter.numel() for key, parameter in model.named_parameters() if not is_lazy(parameter)}
    resized = effort.resized(recording.kernels)
    nodes = _with_mains(_node(i, o, recording, sizes, resized) for i, o in enumerate(recording.operations))
    used = {p: sizes[p] for node in nodes for p in node.parameters}
    return Trace(
        model=name,
        input_shape=nodes[0].shape,
        output_shape=next((node.shape for node in nodes if node.op == "output"), None),
        params=sum(sizes.values()),
        nodes=nodes,
        modules=tuple(ModuleInfo(path, kind) for path, kind in recording.modules.items()),
        parameter_sizes=used,
        error=_error(recording),
    )


def _node(
    index: int, operation: Operation, recording: Recording, sizes: dict[str, int], resized: set[int]
) -> Node:
    kernels = recording.kernels[operation.kernels]
    taken = _effort(operation, kernels, resized)
    return Node(
        id=index,
        op=operation.op,
        name=operation.name,
        module=operation.module,
        call=operation.call,
        inputs=tuple(operation.inputs),
        outputs=tuple(tensor_info(saved.tensor) for saved in operation.values),
        parameters=tuple(operation.parameters),
        params=sum(sizes[p] for p in operation.parameters),
        macs=_macs(kernels),
        attributes=attributes_of(operation),
        calls=operation.calls,
        within=operation.within,
        flops=taken.flops,
        bytes_read=taken.read,
        bytes_written=taken.written,
    )


def _with_mains(nodes: Iterable[Node]) -> tuple[Node, ...]:
    """Return nodes that know whether they bear the path of a module that ran several operations."""
    found = tuple(nodes)
    ran = Counter((it.module, it.call) for it in found)
    kinds = Counter((it.module, it.call, it.op) for it in found)
    return tuple(
        replace(it, main=kinds[it.module, it.call, it.op])
        if it.bears_its_module and ran[it.module, it.call] > 1
        else it
        for it in found
    )


def tensor_info(tensor: Tensor) -> TensorInfo:
    """Return shape, dtype and bytes of a tensor."""
    dtype = str(tensor.dtype).removeprefix("torch.")
    return TensorInfo(tuple(tensor.shape), dtype, tensor.numel() * tensor.element_size())


def _macs(kernels: list[Kernel]) -> int | None:
    counts = [kernel.macs for kernel in kernels]
    known = [count for count in counts if count is not None]
    return sum(known) if len(known) == len(counts) else None


def _effort(operation: Operation, kernels: list[Kernel], resized: set[int]) -> Effort:
    """Return what the kernels of an operation take; what is computed within another moves no bytes of its own."""
    if any(id(tensor) in resized for kernel in kernels for tensor in tensors_in(kernel.args, kernel.result)):
        return Effort(None, None, None)
    taken = effort.total(map(effort.of_kernel, kernels))
    return taken if operation.within is None else Effort(taken.flops, 0, 0)


def _error(recording: Recording) -> TraceError | None:
    failure = recording.failure
    if failure is None:
        return None
    error = failure.error
    ours = isinstance(error, ExplorerError)  # its text is a line for a person
    message = str(error) if ours else faults.kind_and_text(error)
    place = faults.place_of(error)
    return TraceError(failure.name, failure.op, failure.module, message, place, failure.inputs)


def memory(recording: Recording, model: nn.Module) -> Memory:
    """Derive the bytes of weights and activations, and the most that must be alive at once.

    The peak assumes that each storage is freed after the last operation that reads it, or at the end if the model
    returns it, and that the weights' and the kernels' own workspace are counted elsewhere. What a fused operation
    never keeps takes none, and what is returned is the memory of the operation that made it.
    """
    owned = [part for t in (*model.parameters(), *model.buffers()) if not is_lazy(t) for part in parts(t)]
    weights = storage_bytes([*owned, *all_packed(model)])
    computed = [operation for operation in recording.operations if operation.op != "output"]
    results = [tensor for operation in computed for tensor in _kept(operation)]
    own = {tensor.untyped_storage()._cdata for tensor in owned}
    results = [t for t in results if t.untyped_storage()._cdata not in own]
    return Memory(weights, storage_bytes(results), _peak(recording, own))


def storage_bytes(tensors: list[Tensor]) -> int:
    """Return the bytes of the tensors' storages, shared ones once; of a sparse one those of its parts."""
    storages = [part.untyped_storage() for tensor in tensors for part in parts(tensor)]
    return sum({it._cdata: it.nbytes() for it in storages}.values())


def _kept(operation: Operation) -> list[Tensor]:
    """Return what an operation yields in a plain forward too."""
    return operation.results if operation.within is None else []


def _peak(recording: Recording, own: set[int]) -> int:
    born: dict[int, int] = {}
    dies: dict[int, int] = {}
    size: dict[int, int] = {}
    storages = [
        [t.untyped_storage() for t in _kept(operation) if t.untyped_storage()._cdata not in own]
        for operation in recording.operations
    ]
    for node, operation in enumerate(recording.operations):
        for storage in storages[node] if operation.op != "output" else ():
            born.setdefault(storage._cdata, node)
            size[storage._cdata] = storage.nbytes()
        for source in (*operation.inputs, node):
            dies.update((storage._cdata, node) for storage in storages[source])
    change = [0] * (len(storages) + 1)
    for key, node in born.items():
        change[node] += size[key]
        change[dies[key] + 1] -= size[key]
    alive = peak = 0
    for step in change:
        alive += step
        peak = max(peak, alive)
    return peak


def numpy_of(tensor: Tensor) -> Any:
    """Return the tensor's values as numpy, on the CPU; bfloat16 and narrower, which numpy lacks, widened to float32.

    Of a quantised tensor it is the numbers that it stands for.
    """
    tensor = tensor.detach().cpu()
    if tensor.is_quantized:
        tensor = tensor.dequantize()
    if tensor.is_floating_point() and tensor.dtype not in _OF_NUMPY:
        tensor = tensor.float()
    return tensor.resolve_conj().resolve_neg().numpy()
