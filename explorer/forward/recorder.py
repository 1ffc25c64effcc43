"""Record every operation of one forward pass, exactly, and leave the model as it was.

Two torch modes share the work. A function mode sees each operation as its author wrote it (`F.relu`, `+`, `view`)
and knows the module it ran in. Under it a dispatch mode sees what the operation does to memory: before anything is
written, every value saved on that storage is copied, so that saved values stay what they were (copy-on-write).
"""

import gc
import sys
import types
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode
from torch.utils import _pytree
from torch.utils._python_dispatch import TorchDispatchMode

from explorer.forward import macs
from explorer.forward.aliasing import overlap, storage_of
from explorer.forward.naming import Names, functional_name, module_name, operation_name
from explorer.forward.preserve import Preserved
from explorer.records.errors import CancelledError

_SET_DATA = Tensor.data.__set__  # type: ignore[attr-defined] # `x.data = y`
# In training these write their running statistics, which their schemas conceal.
_NORMS = {torch.ops.aten.native_batch_norm.default, torch.ops.aten.cudnn_batch_norm.default}
_TRAINING = 5  # the place of that argument
_RUNNING_STATISTICS = ((3, "running_mean"), (4, "running_var"))


Asked = tuple[Any, tuple[Any, ...], dict[str, Any]]
Calls = tuple[tuple[str, int], ...]


@dataclass(slots=True)
class Saved:
    """A saved value; `tensor` is replaced by a copy before its storage is written."""

    tensor: Tensor


@dataclass(slots=True)
class Kernel:
    """One call below an operation: the overload that ran, its arguments, its result, its multiply-accumulates.

    The last are told at once, since a later operation may give an argument another shape in place; None if unknown.
    """

    func: Any
    args: tuple[Any, ...]
    kwargs: dict[str, Any]
    result: Any
    macs: int | None


@dataclass(slots=True)
class Operation:
    """One operation while it is recorded; `kernels` is its slice of `Recording.kernels`.

    `announced` tells that a function call of the model's own code was seen, not only the kernel below it;
    `asked` is that function, or the kernel, with its arguments. `calls` are the modules' calls around it.
    """

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
    announced: bool = False
    asked: Asked | None = None
    calls: Calls = ()


@dataclass(slots=True)
class FailedOperation:
    """What raised: the operation (empty if the model's own code did), its module, whether it was a leaf, and why.

    `name` is the one it would have had.
    """

    op: str
    module: str
    call: int
    leaf: bool
    error: Exception
    name: str = ""


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
    """A module being called; `calls` are those around it and its own, the model's left out."""

    path: str
    call: int
    first_operation: int
    calls: Calls = ()
    has_children: bool = False


class _ReachedError(BaseException):
    """Ends a forward where it was to end; a model that catches what goes wrong in it must not catch this."""


def record(
    model: nn.Module,
    inputs: tuple[Any, ...],
    check: Callable[[], None] = lambda: None,
    until: int | None = None,
    named: dict[str, Any] | None = None,
) -> Recording:
    """Run `model(*inputs, **named)` once, without gradients, and record every operation.

    Parameters, buffers, attributes, mode, hooks, inputs and random state are afterwards what they were before.

    Args:
        model: The module, in the mode it is to be recorded in.
        inputs: Positional arguments of its forward.
        check: Called before each operation; whatever it raises ends the forward.
        until: Number of the operation that is to be the last; nothing after it is computed. Its module does not
            return, so that it may not bear the module's name. None for all operations.
        named: Keyword arguments of its forward.

    Returns:
        The recording, up to the failure if the forward raised.

    Raises:
        CancelledError: If `check` raised it.
    """
    recorder, named = _Recorder(model, check, until), named or {}
    recursion_limit = sys.getrecursionlimit()
    with (
        _uncollected(),
        Preserved(recorder.everything, tensors_in(inputs, named)) as preserved,
        torch.no_grad(),
    ):
        recorder.before_write = preserved.before_write
        recorder.watch_modules()
        sys.setrecursionlimit(2 * recursion_limit)  # watching adds a frame to every call of a module
        try:
            recorder.run(model, inputs, named)
        finally:
            sys.setrecursionlimit(recursion_limit)
            for _, module in recorder.modules:
                vars(module).pop(
                    "forward", None
                )  # one that the module had itself is put back with its attributes
            recorder.let_go(preserved.written())
    _name_operations(recorder.recording)
    return recorder.recording


@contextmanager
def _uncollected() -> Iterator[None]:
    """Keep Python from collecting garbage: a recording makes many objects that stay, which sets it off in vain."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


class _Recorder(TorchFunctionMode):
    """Sees the operations as their author wrote them."""

    def __init__(self, model: nn.Module, check: Callable[[], None], until: int | None) -> None:
        super().__init__()
        self.recording = Recording()
        self._until = until
        self.before_write: Callable[[Tensor], None] = lambda tensor: None
        self._check = check
        # What torch.jit compiled has no Python to watch; its kernels count as operations of the module around it.
        named = list(model.named_modules())
        self.everything = [module for _, module in named]
        self.modules = [(path, m) for path, m in named if not isinstance(m, torch.jit.ScriptModule)]
        self._parameters = parameter_names(self.modules)
        self._frames = [_Frame("", 0, 0)]
        self._calls: dict[str, int] = defaultdict(int)
        self._producer: dict[int, int] = {}  # id of a tensor -> the operation that yielded it
        # storage -> who wrote which part
        self._writers: dict[int, list[tuple[int, Tensor]]] = defaultdict(list)
        self._saved: dict[int, list[Saved]] = defaultdict(list)  # storage -> values that live on it
        self._written: list[Tensor] = []  # by the operation that is running
        self._read: list[int] = []  # storages that the operation reads
        self.running = False
        self._raised: FailedOperation | None = None
        self._cancelled: CancelledError | None = None

    def run(self, model: nn.Module, inputs: tuple[Any, ...], named: dict[str, Any]) -> None:
        try:
            for tensor in tensors_in(inputs, named):
                self._add("input", [], [], [tensor], len(self.recording.kernels))
            with _Kernels(self), self:
                self.recording.output = model(*inputs, **named)
        except _ReachedError:
            pass
        except Exception as error:  # noqa: BLE001 - whatever a model raises is its result, shown as such
            self._note_failure("", error)
            self.recording.failure = self._raised
        if (
            self._cancelled is not None
        ):  # raised here, because the model may have caught it or made another of it
            raise self._cancelled

    def let_go(self, storages: set[int]) -> None:
        """Copy what was saved on storages that are about to be put back to what they held before the forward."""
        for storage in storages:
            for saved in self._saved.pop(storage, ()):
                saved.tensor = saved.tensor.clone()

        def own(value: Any) -> Any:
            return value.clone() if isinstance(value, Tensor) and storage_of(value) in storages else value

        if storages:
            self.recording.output = _pytree.tree_map(own, self.recording.output)

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
            call = self._calls[path]
            around = frames[-1].calls
            frame = _Frame(path, call, len(operations), (*around, (path, call)) if path else around)
            frames.append(frame)
            self._calls[path] += 1
            self.recording.modules.setdefault(path, kind)
            try:
                output = forward(*args, **kwargs)
                if not frame.has_children and (outputs := tensors_in(output)):
                    self._mark_leaf_output(frame, outputs)
            except Exception as error:
                self._note_failure("", error)
                raise
            finally:
                frames.pop()
            return output

        watched.__wrapped__ = forward  # type: ignore[attr-defined] # the signature stays readable
        return watched

    def _mark_leaf_output(self, frame: _Frame, outputs: list[Tensor]) -> None:
        producer = self._producer.get(id(outputs[0]), -1)
        if producer >= frame.first_operation:
            self.recording.operations[producer].yields_module = True
        else:
            # The module handed on what it was given or owns (identity, dropout in eval mode, a learned query):
            # say so, so that no module is missing.
            self._add_silently("identity", outputs, outputs, len(self.recording.kernels)).yields_module = True

    # ---- operations ----

    def __torch_function__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        kwargs = kwargs or {}
        if (opened := open_attention(func)) is not None:
            with self:
                return opened(*args, **kwargs)
        try:
            self._check()
        except CancelledError as error:
            self._cancelled = error
            raise
        first_kernel = len(self.recording.kernels)
        tensors = tensors_in(*args, _read(kwargs)) if kwargs else tensors_in(*args)
        sources = self._sources(tensors)
        self._written.clear()
        if func == _SET_DATA:  # no kernel tells of it
            self.will_write(args[0])
        self.running = True
        try:
            result = func(*args, **kwargs)
        except Exception as error:
            self._note_failure(operation_name(func), error)
            raise
        finally:
            self.running = False
        outputs = tensors_in(result) or self._written_among(tensors)
        if outputs:
            parameters = self._parameters_among(tensors)
            operation = self._add(operation_name(func), sources, parameters, outputs, first_kernel)
            operation.announced = True
            operation.asked = (func, args, kwargs)
        return result

    def kernel_ran(self, kernel: Kernel) -> None:
        """Take note of a kernel; one that no function call announced is an operation of its own."""
        kernels = self.recording.kernels
        kernels.append(kernel)
        outputs = [] if self.running else tensors_in(kernel.result)
        if outputs:
            tensors = tensors_in(kernel.args, _read(kernel.kwargs))
            name = operation_name(kernel.func)
            operation = self._add_silently(name, tensors, outputs, len(kernels) - 1)
            operation.asked = (kernel.func, kernel.args, kernel.kwargs)
            self._written.clear()

    def will_write(self, tensor: Tensor) -> None:
        """Copy every saved value on the storage that is about to be written."""
        self.before_write(tensor)
        for saved in self._saved.pop(storage_of(tensor), ()):
            saved.tensor = saved.tensor.clone()
        self._written.append(tensor)

    def _add_silently(
        self, op: str, tensors: list[Tensor], outputs: list[Tensor], first_kernel: int
    ) -> Operation:
        """Add an operation from where this mode is on and would take our own look at a tensor for the model's."""
        with torch._C.DisableTorchFunction():
            sources, parameters = self._sources(tensors), self._parameters_among(tensors)
            return self._add(op, sources, parameters, outputs, first_kernel)

    def _add(
        self, op: str, inputs: list[int], parameters: list[str], outputs: list[Tensor], first_kernel: int
    ) -> Operation:
        frame = self._frames[-1]
        node = len(self.recording.operations)
        values = [Saved(tensor) for tensor in outputs]
        kernels = slice(first_kernel, len(self.recording.kernels))
        operation = Operation(op, frame.path, frame.call, inputs, parameters, outputs, values, kernels)
        operation.calls = frame.calls
        self.recording.operations.append(operation)
        for saved, tensor in zip(values, outputs, strict=True):
            storage = storage_of(tensor)
            self._saved[storage].append(saved)
            self._producer[id(tensor)] = node
            if storage not in self._writers and storage not in self._read:  # not a view of a parameter
                self._writers[storage].append((node, tensor))
        if self._written:
            for tensor in self._written:
                self._writers[storage_of(tensor)].append((node, tensor))
            self._written = []
        if self._until is not None and node >= self._until:
            raise _ReachedError
        return operation

    def _sources(self, tensors: list[Tensor]) -> list[int]:
        """Return the operations whose values `tensors` hold: who yielded them, and who wrote into them since."""
        sources: list[int] = []
        self._read = [tensor.untyped_storage()._cdata for tensor in tensors]
        for tensor, storage in zip(tensors, self._read, strict=True):
            producer = self._producer.get(id(tensor), -1)
            if producer >= 0:
                sources.append(producer)
            for writer, part in self._writers.get(storage, ()):
                if writer > producer and overlap(part, tensor):
                    sources.append(writer)
        return list(dict.fromkeys(sources)) if len(sources) > 1 else sources

    def _written_among(self, tensors: list[Tensor]) -> list[Tensor]:
        storages = {storage_of(tensor) for tensor in self._written}
        return [tensor for tensor in tensors if storage_of(tensor) in storages][:1]

    def _parameters_among(self, tensors: list[Tensor]) -> list[str]:
        names = self._parameters
        return list(dict.fromkeys([names[id(t)] for t in tensors if id(t) in names]))

    def _note_failure(self, op: str, error: Exception) -> None:
        """Remember where `error` was raised first; on its way out it passes here again."""
        if self._raised is None or self._raised.error is not error:
            frame = self._frames[-1]
            inside = f"{frame.path}." if frame.path else ""
            leaf = not any(path.startswith(inside) for path, _ in self.modules if path)
            self._raised = FailedOperation(op, frame.path, frame.call, leaf, error)


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
        if self._recorder.running:
            result = func(*args, **kwargs)
        else:
            with torch._C.DisableTorchFunction():  # or the function mode takes this very call for the model's
                result = func(*args, **kwargs)
        with torch._C.DisableTorchFunction():
            cost = macs.of_kernel(func, args, result)
        self._recorder.kernel_ran(Kernel(func, args, kwargs, result, cost))
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
    """Return the tensors that `func` writes."""
    if func in _NORMS and not args[_TRAINING]:
        return []
    places = _written_places(func)
    return tensors_in([args[k] if k < len(args) else kwargs.get(name) for k, name in places])


@cache
def _written_places(func: Any) -> tuple[tuple[int, str], ...]:
    """Return place and name of the arguments that are written: those its schema says, and running statistics."""
    if func in _NORMS:
        return _RUNNING_STATISTICS
    arguments = enumerate(func._schema.arguments)
    return tuple((k, a.name) for k, a in arguments if a.alias_info is not None and a.alias_info.is_write)


def tensors_in(*values: Any) -> list[Tensor]:
    """Return the tensors in nested tuples, lists and dictionaries, in order."""
    found: list[Tensor] = []
    for value in values:
        if isinstance(value, Tensor):
            found.append(value)
        elif isinstance(value, (tuple, list)) and value:
            found += tensors_in(*value)
        elif isinstance(value, dict) and value:
            found += tensors_in(*value.values())
    return found


def _read(kwargs: dict[str, Any]) -> dict[str, Any]:
    """Leave out what is only written."""
    return {key: value for key, value in kwargs.items() if key != "out"} if "out" in kwargs else kwargs


def open_attention(func: Any) -> Callable[..., Any] | None:
    """Return what to call in place of an attention that would otherwise be one opaque operation."""
    return _OPEN_ATTENTION if func is F.multi_head_attention_forward else None


def _name_operations(recording: Recording) -> None:
    """Give every operation a unique name; the one that yields a leaf module's output bears the module's path."""
    names = Names()
    for operation in recording.operations:
        if operation.yields_module and operation.module:
            operation.name = names.unique(module_name(operation.module, operation.call))
    for operation in recording.operations:
        if not operation.name:
            operation.name = names.unique(functional_name(operation.module, operation.op))
    if (failed := recording.failure) is not None:
        if failed.op and not (failed.leaf and failed.module):
            failed.name = names.unique(functional_name(failed.module, failed.op))
        else:
            failed.name = module_name(failed.module or "model", failed.call)


# Attention as one opaque call hides its softmax. The same code with the check for overriding modes taken out runs
# its inner operations one by one under the recorder.
_OPEN_ATTENTION = types.FunctionType(
    F.multi_head_attention_forward.__code__,
    {**F.multi_head_attention_forward.__globals__, "has_torch_function": lambda _tensors: False},
    "multi_head_attention_forward",
    F.multi_head_attention_forward.__defaults__,
)
