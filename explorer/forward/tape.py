"""What is written down while a forward runs: each operation with the module it ran in, and what went wrong first."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from explorer.forward.keeping import Keeper, Keeping
from explorer.forward.lineage import Lineage
from explorer.forward.recording import Calls, FailedOperation, Kernel, Operation, Recording
from explorer.forward.shells import mapped
from explorer.forward.sparse import StandIns
from explorer.forward.tensors import peculiarity
from explorer.records.errors import UsageError


@dataclass(slots=True)
class Frame:
    """A module being called; `calls` are those around it and its own, the model's left out."""

    path: str
    call: int
    first_operation: int
    calls: Calls = ()
    has_children: bool = False


class ReachedError(BaseException):
    """Ends a forward where it was to end; a model that catches what goes wrong in it must not catch this."""


class Tape:
    """Takes down the operations of one forward, whoever sees them.

    Attributes:
        recording: What was taken down so far.
        lineage: Where the values come from.
        keeper: Who lets go of values; None if all are kept.
        frames: The modules that are being called, the innermost last.
        running: Whether a function call of the model's own code is running, whose kernels are part of it.
        raised: What was raised last.
        refused: Why the forward cannot be recorded; the model may have caught it or made another error of it.

    Args:
        modules: All modules by path.
        lineage: Of the values in memory.
        until: Number of the operation that is to be the last; None for all.
        keeping: Which values are kept; None for all.
    """

    def __init__(
        self,
        modules: list[tuple[str, nn.Module]],
        lineage: Lineage,
        until: int | None,
        keeping: Keeping | None = None,
    ) -> None:
        self.recording = Recording()
        self.keeper = None if keeping is None else Keeper(keeping, self.recording, lineage)
        self.lineage = lineage
        self.frames = [Frame("", 0, 0)]
        self.running = False
        self.raised: FailedOperation | None = None
        self.refused: UsageError | None = None
        self._stand_ins = StandIns()
        self._paths = [path for path, _ in modules if path]
        named = list(_named_parameters(modules))
        self._held = [
            parameter for _, parameter in named
        ]  # of compiled modules, or their ids would be given anew
        self._parameters: dict[int, str] = {}
        for name, parameter in named:
            self._parameters.setdefault(id(parameter), name)  # a shared one bears its first name
        self._compiled = {
            path: kind
            for path, module in modules
            if (kind := getattr(module, "original_name", None)) is not None
        }
        self._until = until

    def add(
        self, op: str, tensors: list[Tensor], sources: list[int], outputs: list[Tensor], first_kernel: int
    ) -> Operation:
        """Take down an operation that has run.

        Args:
            op: What it does.
            tensors: Those it read.
            sources: The operations whose values they held before it ran.
            outputs: What it yielded.
            first_kernel: Number of the first kernel below it.

        Raises:
            ReachedError: It is the one that was to be the last.
            UsageError: It yielded what cannot be recorded.
        """
        outputs = self._recordable(op, outputs)
        frame, recording = self.frames[-1], self.recording
        node = len(recording.operations)
        values = self.lineage.save(node, outputs)
        kernels = slice(first_kernel, len(recording.kernels))
        parameters = self._parameters_among(tensors)
        operation = Operation(op, frame.path, frame.call, sources, parameters, outputs, values, kernels)
        operation.calls = frame.calls
        if parameters and self._compiled:
            self._place_in_compiled(operation)
        recording.operations.append(operation)
        if self.keeper is not None:
            self.keeper.take(operation)
            if self.keeper.spares:
                self.cannot_repeat()
        if self._until is not None and node >= self._until:
            raise ReachedError
        return operation

    def _recordable(self, op: str, outputs: list[Tensor]) -> list[Tensor]:
        """Return what an operation yielded, with dense tensors for sparse ones."""
        kinds = [peculiarity(tensor) for tensor in outputs]
        if not any(kinds):
            return outputs
        try:
            if "nested" in kinds:
                raise UsageError(
                    f"{op} yields a nested tensor, whose values are not recorded; use a dense one"
                )
            return self.dense(outputs)
        except UsageError as error:
            self.refused = error
            self.note_failure(op, error)
            raise

    def _stand_in(self, tensor: Tensor) -> Tensor:
        try:
            return self._stand_ins.of(tensor)
        except UsageError as error:
            self.refused = error
            raise

    def dense(self, tensors: list[Tensor]) -> list[Tensor]:
        """Return tensors with what stands for those that are sparse.

        Raises:
            UsageError: That would be too large.
        """
        if all([tensor.layout is torch.strided for tensor in tensors]):  # noqa: C419 - a list is faster
            return tensors
        met = self._stand_ins.are_any
        tensors = [self._stand_in(tensor) for tensor in tensors]
        if self._stand_ins.are_any and not met:
            self.cannot_repeat()
            for kernel in self.recording.kernels:
                self.make_dense(kernel)
        return tensors

    def make_dense(self, kernel: Kernel) -> None:
        """Let a kernel tell of dense tensors where it was given or gave sparse ones, if any were met."""
        if self._stand_ins.are_any:
            of = self._stand_in
            kernel.args, kernel.kwargs = mapped(kernel.args, of), mapped(kernel.kwargs, of)
            kernel.result = mapped(kernel.result, of)

    def will_write(self, tensor: Tensor) -> None:
        """A tensor is about to be written.

        Raises:
            UsageError: That cannot be followed.
        """
        try:
            self._stand_ins.refuse_write(tensor)
        except UsageError as error:
            self.refused = error
            raise
        self.lineage.will_write(tensor)

    def _place_in_compiled(self, operation: Operation) -> None:
        """Let an operation that reads a compiled module's parameters run in that one: no Python tells of the call."""
        path = operation.parameters[0].rpartition(".")[0]
        if path not in self._compiled or path == operation.module:
            return
        operation.module, operation.call = path, 0
        operation.calls = (*operation.calls, (path, 0))
        operation.yields_module = operation.op not in _PREPARING
        self.recording.modules.setdefault(path, self._compiled[path])

    def add_silently(
        self, op: str, tensors: list[Tensor], outputs: list[Tensor], first_kernel: int
    ) -> Operation:
        """Take down an operation from where our own look at a tensor would be taken for the model's."""
        with torch._C.DisableTorchFunction():
            tensors = self.dense(tensors)
            return self.add(op, tensors, self.lineage.sources(tensors), outputs, first_kernel)

    def note_call(self, call: tuple[Any, tuple[Any, ...], dict[str, Any]], result: Any, begun: int) -> None:
        """Take down a call for whoever repeats this forward.

        Args:
            call: The function and its arguments.
            result: What it returned.
            begun: How many operations there were before its own.
        """
        if (course := self.recording.course) is not None:
            copied, self.lineage.copied = self.lineage.copied, []
            operation = begun if len(self.recording.operations) > begun else -1
            course.note(call, result, operation, begun, copied)

    def cannot_repeat(self) -> None:
        """Something ran that no call tells of, or not all values are held: nothing is taken down any more."""
        if (course := self.recording.course) is not None:
            self.recording.course = None
            course.give_up()

    def note_module(self, path: str | None) -> None:
        """Take down for whoever repeats this forward that a module begins; None that the innermost ends."""
        if (course := self.recording.course) is not None:
            course.note_module(path)

    def note_failure(self, op: str, error: BaseException, sources: Iterable[int] = ()) -> None:
        """Remember where `error` was raised first, and what was read; on its way out it passes here again."""
        if self.raised is None or self.raised.error is not error:
            frame = self.frames[-1]
            inside = f"{frame.path}." if frame.path else ""
            leaf = not any(path.startswith(inside) for path in self._paths)
            self.raised = FailedOperation(op, frame.path, frame.call, leaf, error, inputs=tuple(sources))

    def _parameters_among(self, tensors: list[Tensor]) -> list[str]:
        names = self._parameters
        found = [names[place] for place in map(id, tensors) if place in names]
        return list(dict.fromkeys(found)) if len(found) > 1 else found


_PREPARING = ("t", "transpose", "view", "to")  # what is done to a weight before it is used


def _named_parameters(modules: list[tuple[str, nn.Module]]) -> Iterator[tuple[str, Tensor]]:
    """Yield name and parameter of every module; those of compiled modules are kept out of Python's sight."""
    for path, module in modules:
        own: Mapping[str, Tensor | None] = module._parameters
        if isinstance(module, torch.jit.ScriptModule):
            own = dict(module.named_parameters(recurse=False))
        for key, parameter in own.items():
            if parameter is not None:
                yield f"{path}.{key}" if path else key, parameter
