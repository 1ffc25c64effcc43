"""What is written down while a forward runs: each operation with the module it ran in, and what went wrong first."""

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from explorer.forward.lineage import Lineage
from explorer.forward.recording import Calls, FailedOperation, Operation, Recording


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
        frames: The modules that are being called, the innermost last.
        running: Whether a function call of the model's own code is running, whose kernels are part of it.
        raised: What was raised last.

    Args:
        modules: The modules that are watched, by path.
        lineage: Of the values in memory.
        until: Number of the operation that is to be the last; None for all.
    """

    def __init__(self, modules: list[tuple[str, nn.Module]], lineage: Lineage, until: int | None) -> None:
        self.recording = Recording()
        self.lineage = lineage
        self.frames = [Frame("", 0, 0)]
        self.running = False
        self.raised: FailedOperation | None = None
        self._paths = [path for path, _ in modules if path]
        self._parameters = _parameter_names(modules)
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
        """
        frame, recording = self.frames[-1], self.recording
        node = len(recording.operations)
        values = self.lineage.save(node, outputs)
        kernels = slice(first_kernel, len(recording.kernels))
        parameters = self._parameters_among(tensors)
        operation = Operation(op, frame.path, frame.call, sources, parameters, outputs, values, kernels)
        operation.calls = frame.calls
        recording.operations.append(operation)
        if self._until is not None and node >= self._until:
            raise ReachedError
        return operation

    def add_silently(
        self, op: str, tensors: list[Tensor], outputs: list[Tensor], first_kernel: int
    ) -> Operation:
        """Take down an operation from where our own look at a tensor would be taken for the model's."""
        with torch._C.DisableTorchFunction():
            return self.add(op, tensors, self.lineage.sources(tensors), outputs, first_kernel)

    def note_failure(self, op: str, error: Exception) -> None:
        """Remember where `error` was raised first; on its way out it passes here again."""
        if self.raised is None or self.raised.error is not error:
            frame = self.frames[-1]
            inside = f"{frame.path}." if frame.path else ""
            leaf = not any(path.startswith(inside) for path in self._paths)
            self.raised = FailedOperation(op, frame.path, frame.call, leaf, error)

    def _parameters_among(self, tensors: list[Tensor]) -> list[str]:
        names = self._parameters
        return list(dict.fromkeys([names[id(t)] for t in tensors if id(t) in names]))


def _parameter_names(modules: list[tuple[str, nn.Module]]) -> dict[int, str]:
    """Return the name of every parameter by its id; a shared one bears its first name."""
    names: dict[int, str] = {}
    for path, module in modules:
        for key, parameter in module._parameters.items():
            if parameter is not None:
                names.setdefault(id(parameter), f"{path}.{key}" if path else key)
    return names
