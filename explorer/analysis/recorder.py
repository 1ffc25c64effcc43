"""Record every operation of one forward pass, exactly, and leave the model as it was.

Two torch modes share the work. A function mode sees each operation as its author wrote it (`F.relu`, `+`, `view`)
and knows the module it ran in. Under it a dispatch mode sees what the operation does to memory: before anything is
written, every value saved on that storage is copied, so that saved values stay what they were (copy-on-write).
"""

import types
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode
from torch.utils._python_dispatch import TorchDispatchMode

from explorer.analysis.preserve import Preserved
from explorer.records.errors import CancelledError


@dataclass(slots=True)
class Saved:
    """A saved value; `tensor` is replaced by a copy before its storage is written."""

    tensor: Tensor


@dataclass(slots=True)
class Kernel:
    """One call below an operation: the overload that ran, its arguments and its result."""

    func: Any
    args: tuple[Any, ...]
    kwargs: dict[str, Any]
    result: Any


@dataclass(slots=True)
class Operation:
    """One operation while it is recorded; `kernels` is its slice of `Recording.kernels`."""

    op: str
    module: str
    call: int
    inputs: list[int]
    parameters: list[str]
    results: list[Tensor]
    values: list[Saved]
    kernels: slice
    name: str = ""
    yields_module: bool = False


@dataclass(slots=True)
class FailedOperation:
    """What raised: the operation (empty if the model's own code did), its module, whether it was a leaf, and why."""

    op: str
    module: str
    call: int
    leaf: bool
    error: Exception


@dataclass
class Recording:
    """One recorded forward.

    Attributes:
        operations: In the order they ran; inputs first.
        kernels: Every kernel call in order.
        modules: Class name by path, in the order of the first call.
        output: What the model returned; None if it failed.
        failure: Why it failed; None if it did not.
    """

    operations: list[Operation] = field(default_factory=list)
    kernels: list[Kernel] = field(default_factory=list)
    modules: dict[str, str] = field(default_factory=dict)
    output: Any = None
    failure: FailedOperation | None = None

    def value(self, node: int, output: int = 0) -> Tensor:
        """Return output number `output` of operation `node`, as it was right after the operation."""
        return self.operations[node].values[output].tensor

    def held_bytes(self) -> int:
        """Return the bytes of memory held by the saved values, shared storage once."""
        storages = {}
        for operation in self.operations:
            for saved in operation.values:
                storage = saved.tensor.untyped_storage()
                storages[storage._cdata] = storage.nbytes()
        return sum(storages.values())


@dataclass(slots=True)
class _Frame:
    """A module being called."""

    path: str
    call: int
    first_operation: int
    has_children: bool = False


def record(model: nn.Module, inputs: tuple[Any, ...], check: Callable[[], None] = lambda: None) -> Recording:
    """Run `model(*inputs)` once, without gradients, and record every operation.

    Parameters, buffers, attributes, mode, hooks and random state are afterwards what they were before.

    Args:
        model: The module, in the mode it is to be recorded in.
        inputs: Positional arguments of its forward.
        check: Called before each operation; whatever it raises ends the forward.

    Returns:
        The recording, up to the failure if the forward raised.

    Raises:
        CancelledError: If `check` raised it.
    """
    recorder = _Recorder(model, check)
    with Preserved([module for _, module in recorder.modules]) as preserved, torch.no_grad():
        recorder.before_write = preserved.before_write
        recorder.watch_modules()
        try:
            recorder.run(model, inputs)
        finally:
            for _, module in recorder.modules:
                vars(module).pop("forward", None)  # one that the module had itself is put back with its attributes
    _name_operations(recorder.recording.operations)
    return recorder.recording


class _Recorder(TorchFunctionMode):
    """Sees the operations as their author wrote them."""

    def __init__(self, model: nn.Module, check: Callable[[], None]) -> None:
        super().__init__()
        self.recording = Recording()
        self.before_write: Callable[[Tensor], None] = lambda tensor: None
        self._check = check
        self.modules = list(model.named_modules())
        self._parameters = parameter_names(self.modules)
        self._frames = [_Frame("", 0, 0)]
        self._calls: dict[str, int] = defaultdict(int)
        self._producer: dict[int, int] = {}  # id of a tensor -> the operation that yielded it
        self._writers: dict[int, list[tuple[int, Tensor]]] = defaultdict(
            list
        )  # storage -> who wrote which part
        self._saved: dict[int, list[Saved]] = defaultdict(list)  # storage -> values that live on it
        self._written: list[Tensor] = []  # by the operation that is running
        self._running = False
        self._raised: FailedOperation | None = None

    def run(self, model: nn.Module, inputs: tuple[Any, ...]) -> None:
        for tensor in tensors_in(inputs):
            self._add("input", [], [], [tensor], len(self.recording.kernels))
        try:
            with _Kernels(self), self:
                self.recording.output = model(*inputs)
        except CancelledError:
            raise
        except Exception as error:  # noqa: BLE001 - whatever a model raises is its result, shown as such
            self._note_failure("", error)
            self.recording.failure = self._raised

    # ---- modules ----

    def watch_modules(self) -> None:
        """Put a forward before each module's own that tells which module is running.

        An attribute costs a tenth of a pair of hooks, which make torch take its slow path for every call.
        """
        for path, module in self.modules:
            vars(module)["forward"] = self._watched(path, type(module).__name__, module.forward)

    def _watched(self, path: str, kind: str, forward: Callable[..., Any]) -> Callable[..., Any]:
        frames, operations = self._frames, self.recording.operations

        def watched(*args: Any, **kwargs: Any) -> Any:
            frames[-1].has_children = True
            frame = _Frame(path, self._calls[path], len(operations))
            frames.append(frame)
            self._calls[path] += 1
            self.recording.modules.setdefault(path, kind)
            try:
                output = forward(*args, **kwargs)
                if not frame.has_children and (outputs := tensors_in(output)):
                    self._mark_leaf_output(frame, outputs, tensors_in(args, kwargs))
            except Exception as error:
                self._note_failure("", error)
                raise
            finally:
                frames.pop()
            return output

        watched.__wrapped__ = forward  # type: ignore[attr-defined] # the signature stays readable
        return watched

    def _mark_leaf_output(self, frame: _Frame, outputs: list[Tensor], args: list[Tensor]) -> None:
        operations = self.recording.operations
        producer = self._producer.get(id(outputs[0]), -1)
        if producer >= frame.first_operation:
            operations[producer].yields_module = True
        elif len(operations) == frame.first_operation:
            # The module handed its input on (identity, dropout in eval mode): say so, so that no module is missing.
            self._add("identity", self._sources(args), [], outputs, len(self.recording.kernels))
            operations[-1].yields_module = True

    # ---- operations ----

    def __torch_function__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        kwargs = kwargs or {}
        if (opened := open_attention(func)) is not None:
            with self:
                return opened(*args, **kwargs)
        self._check()
        first_kernel = len(self.recording.kernels)
        tensors = tensors_in(args, kwargs) if kwargs else tensors_in(args)
        sources = self._sources(tensors)
        self._written.clear()
        self._running = True
        try:
            result = func(*args, **kwargs)
        except Exception as error:
            self._note_failure(operation_name(func), error)
            raise
        finally:
            self._running = False
        outputs = tensors_in(result) or self._written_among(tensors)
        if outputs:
            self._add(operation_name(func), sources, self._parameters_among(tensors), outputs, first_kernel)
        return result

    def kernel_ran(self, kernel: Kernel) -> None:
        """Take note of a kernel; one that no function call announced is an operation of its own."""
        kernels = self.recording.kernels
        kernels.append(kernel)
        outputs = [] if self._running else tensors_in(kernel.result)
        if outputs:
            tensors = tensors_in(kernel.args, kernel.kwargs)
            name = _strip(kernel.func.overloadpacket.__name__)
            self._add(
                name, self._sources(tensors), self._parameters_among(tensors), outputs, len(kernels) - 1
            )
            self._written.clear()

    def will_write(self, tensor: Tensor) -> None:
        """Copy every saved value on the storage that is about to be written."""
        self.before_write(tensor)
        for saved in self._saved.pop(_storage(tensor), ()):
            saved.tensor = saved.tensor.clone()
        self._written.append(tensor)

    def _add(
        self, op: str, inputs: list[int], parameters: list[str], outputs: list[Tensor], first_kernel: int
    ) -> None:
        frame = self._frames[-1]
        node = len(self.recording.operations)
        values = [Saved(tensor) for tensor in outputs]
        kernels = slice(first_kernel, len(self.recording.kernels))
        operation = Operation(op, frame.path, frame.call, inputs, parameters, outputs, values, kernels)
        self.recording.operations.append(operation)
        for saved, tensor in zip(values, outputs, strict=True):
            storage = _storage(tensor)
            self._saved[storage].append(saved)
            self._producer[id(tensor)] = node
            if storage not in self._writers:
                self._writers[storage].append((node, tensor))
        if self._written:
            for tensor in self._written:
                self._writers[_storage(tensor)].append((node, tensor))
            self._written = []

    def _sources(self, tensors: list[Tensor]) -> list[int]:
        """Return the operations whose values `tensors` hold: who yielded them, and who wrote into them since."""
        sources: list[int] = []
        for tensor in tensors:
            producer = self._producer.get(id(tensor), -1)
            if producer >= 0:
                sources.append(producer)
            for writer, part in self._writers.get(_storage(tensor), ()):
                if writer > producer and _overlap(part, tensor):
                    sources.append(writer)
        return list(dict.fromkeys(sources)) if len(sources) > 1 else sources

    def _written_among(self, tensors: list[Tensor]) -> list[Tensor]:
        storages = {_storage(tensor) for tensor in self._written}
        return [tensor for tensor in tensors if _storage(tensor) in storages][:1]

    def _parameters_among(self, tensors: list[Tensor]) -> list[str]:
        names = self._parameters
        return list(dict.fromkeys([names[id(t)] for t in tensors if id(t) in names]))

    def _note_failure(self, op: str, error: Exception) -> None:
        """Remember where `error` was raised first; on its way out it passes here again."""
        if self._raised is None or self._raised.error is not error:
            frame = self._frames[-1]
            self._raised = FailedOperation(op, frame.path, frame.call, not frame.has_children, error)


class _Kernels(TorchDispatchMode):  # type: ignore[no-untyped-call]
    """Sees the kernels below the operations, and what they write."""

    @classmethod
    def _should_skip_dynamo(cls) -> bool:
        # The default wraps every call for torch's compiler, which costs two seconds of imports on the first one.
        return False

    def __init__(self, recorder: _Recorder) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._recorder = recorder

    def __torch_dispatch__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        kwargs = kwargs or {}
        if _written_places(func):
            with torch._C.DisableTorchFunction():
                for tensor in written_arguments(func, args, kwargs):
                    self._recorder.will_write(tensor)
        result = func(*args, **kwargs)
        self._recorder.kernel_ran(Kernel(func, args, kwargs, result))
        return result


def parameter_names(modules: list[tuple[str, nn.Module]]) -> dict[int, str]:
    """Return the name of every parameter by its id; a shared one bears its first name."""
    names: dict[int, str] = {}
    for path, module in modules:
        for key, parameter in module._parameters.items():
            if parameter is not None:
                names.setdefault(id(parameter), f"{path}.{key}" if path else key)
    return names


def written_arguments(func: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> list[Tensor]:
    """Return the tensors that the schema of `func` says it writes."""
    places = _written_places(func)
    return tensors_in([args[k] if k < len(args) else kwargs.get(name) for k, name in places])


@cache
def _written_places(func: Any) -> tuple[tuple[int, str], ...]:
    arguments = enumerate(func._schema.arguments)
    return tuple((k, a.name) for k, a in arguments if a.alias_info is not None and a.alias_info.is_write)


def tensors_in(*values: Any) -> list[Tensor]:
    """Return the tensors in nested tuples, lists and dictionaries, in order."""
    found: list[Tensor] = []
    for value in values:
        if isinstance(value, Tensor):
            found.append(value)
        elif value and isinstance(value, (tuple, list)):
            found += tensors_in(*value)
        elif value and isinstance(value, dict):
            found += tensors_in(*value.values())
    return found


def _storage(tensor: Tensor) -> int:
    storage: int = tensor.untyped_storage()._cdata
    return storage


def _overlap(written: Tensor, read: Tensor) -> bool:
    """Tell whether two views of one storage share an element."""
    if written is read:
        return True
    elements = read.untyped_storage().nbytes() // max(read.element_size(), 1)
    if written.dtype != read.dtype or min(written.numel(), read.numel()) == 0:
        return written.numel() > 0 and read.numel() > 0
    if elements in (written.numel(), read.numel()):
        return True
    touched = torch.zeros(elements, dtype=torch.bool)
    touched.as_strided(written.size(), written.stride(), written.storage_offset()).fill_(True)
    return bool(touched.as_strided(read.size(), read.stride(), read.storage_offset()).any())


def open_attention(func: Any) -> Callable[..., Any] | None:
    """Return what to call in place of an attention that would otherwise be one opaque operation."""
    return _OPEN_ATTENTION if func is F.multi_head_attention_forward else None


@cache
def operation_name(func: Any) -> str:
    """Return the lower-case name of an operation, in-place and reflected variants under the plain one."""
    name = getattr(func, "__name__", type(func).__name__)
    if name in ("__get__", "__set__"):
        name = getattr(getattr(func, "__self__", None), "__name__", name)
    return _strip(name)


def _strip(name: str) -> str:
    """`relu_`, `__iadd__`, `__radd__` and `_max_pool2d` are `relu`, `add`, `add` and `max_pool2d`."""
    if name.startswith("__") and name.endswith("__"):
        name = name.strip("_")
        if name[0] in "ir" and name[1:] in _OPERATORS:
            name = name[1:]
    return name.strip("_").lower()


_OPERATORS = {
    "add", "sub", "mul", "truediv", "floordiv", "mod", "pow", "matmul", "and", "or", "xor", "lshift", "rshift"
}  # fmt: skip


def _name_operations(operations: list[Operation]) -> None:
    """Give every operation a unique name; the one that yields a leaf module's output bears the module's path."""
    taken: set[str] = set()
    for operation in operations:
        if operation.yields_module and operation.module:
            operation.name = operation.module + (f":{operation.call}" if operation.call else "")
            taken.add(operation.name)
    repeats: dict[str, int] = defaultdict(int)
    for operation in operations:
        if not operation.name:
            operation.name = _unique(functional_name(operation.module, operation.op), taken, repeats)


def functional_name(module: str, op: str) -> str:
    """Return the name of an operation that no leaf module owns."""
    return f"{module}.{op}" if module else op


def _unique(base: str, taken: set[str], repeats: dict[str, int]) -> str:
    name = base
    while name in taken:
        repeats[base] += 1
        name = f"{base}:{repeats[base]}"
    taken.add(name)
    return name


# Attention as one opaque call hides its softmax. The same code with the check for overriding modes taken out runs
# its inner operations one by one under the recorder.
_OPEN_ATTENTION = types.FunctionType(
    F.multi_head_attention_forward.__code__,
    {**F.multi_head_attention_forward.__globals__, "has_torch_function": lambda _tensors: False},
    "multi_head_attention_forward",
    F.multi_head_attention_forward.__defaults__,
)
