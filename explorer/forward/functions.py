"""Sees each operation as its author wrote it: `F.relu`, `+`, `view`."""

from collections.abc import Callable, Iterable
from typing import Any

import torch
from torch import Tensor
from torch.overrides import TorchFunctionMode

from explorer.forward.attention import ATTENTION, FusedAttention, fused_attention, open_attention
from explorer.forward.naming import operation_name
from explorer.forward.recording import Asked, Kernel
from explorer.forward.routines import FUNCTIONS, Routine, Routines
from explorer.forward.tape import Tape
from explorer.forward.tensors import ASKING, in_transform, is_wrapped, tensors_in, tensors_read
from explorer.records.errors import CancelledError

_SET_DATA = Tensor.data.__set__  # type: ignore[attr-defined] # `x.data = y`


class Functions(TorchFunctionMode):
    """Takes down every function call of the model's own code that yields or writes a tensor.

    Attributes:
        cancelled: What `check` raised, which the model may have caught; None if it did not.

    Args:
        tape: Where they are taken down.
        check: Called before each; whatever it raises ends the forward.
    """

    def __init__(self, tape: Tape, check: Callable[[], None]) -> None:
        super().__init__()
        self.cancelled: CancelledError | None = None
        self._tape = tape
        self._check = check
        self._calls = 0
        self._routines = Routines()

    def __torch_function__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        """Run `func`, and take it down."""
        kwargs = kwargs or {}
        if func in ATTENTION and (opened := open_attention(func)) is not None:
            with self:
                return opened(*args, **kwargs)
        try:
            self._check()
        except CancelledError as error:
            self.cancelled = error
            raise
        ordinal, self._calls = self._calls, self._calls + 1
        if func in ASKING and not in_transform():
            result = self._run(func, args, kwargs)
            self._tape.note_call((func, args, kwargs), result, len(self._tape.recording.operations))
            return result
        if func in FUNCTIONS and (known := self._routines.find(func, args, kwargs)) is not None:
            return self._run_known(func, args, kwargs, ordinal, *known)
        return self._run_watched(func, args, kwargs, ordinal)

    def _run_watched(self, func: Any, args: tuple[Any, ...], kwargs: dict[str, Any], ordinal: int) -> Any:
        """Run a call whose kernels tell what it does."""
        tape, lineage = self._tape, self._tape.lineage
        first_kernel = len(tape.recording.kernels)
        tensors = tensors_read(args, kwargs)
        if in_transform() and any(
            map(is_wrapped, tensors)
        ):  # the kernels see what is inside, and are taken down themselves
            tape.cannot_repeat()
            return func(*args, **kwargs)
        if func in ATTENTION and (fused := fused_attention(func, args, kwargs)) is not None:
            return self._run_shown(fused, func, args, kwargs, ordinal)
        tensors = tape.dense(tensors)
        sources = lineage.sources(tensors)
        lineage.forget_writes()
        begun = len(tape.recording.operations)
        if func == _SET_DATA:  # no kernel tells of it
            tape.cannot_repeat()
            tape.will_write(args[0])
        result = self._run(func, args, kwargs, sources)
        if func in FUNCTIONS:
            self._routines.learn(func, args, kwargs, tape.recording.kernels[first_kernel:], result)
        outputs = tensors_in(result) or lineage.written_among(tensors)
        if outputs and not (in_transform() and any(map(is_wrapped, outputs))):
            self._take_down((func, args, kwargs), ordinal, tensors, sources, outputs, first_kernel)
        tape.note_call((func, args, kwargs), result, begun)
        return result

    def _take_down(
        self,
        call: Asked,
        ordinal: int,
        tensors: list[Tensor],
        sources: list[int],
        outputs: list[Tensor],
        first_kernel: int,
    ) -> None:
        operation = self._tape.add(operation_name(call[0]), tensors, sources, outputs, first_kernel)
        operation.announced, operation.ordinal, operation.asked = True, ordinal, call

    def _run_known(
        self,
        func: Any,
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
        ordinal: int,
        routine: Routine,
        parts: list[Any],
    ) -> Any:
        """Run a call of which is known what it does to memory, so that its kernels need not be watched."""
        tape, lineage, recording = self._tape, self._tape.lineage, self._tape.recording
        tensors = tensors_in(parts) if routine.has_lists else parts.copy()
        sources = lineage.sources(tensors)
        lineage.forget_writes()
        first_kernel, begun = len(recording.kernels), len(recording.operations)
        try:
            with torch._C._DisableTorchDispatch():
                for place in routine.written:
                    tape.will_write(parts[place])
                result = func(*args, **kwargs)
        except BaseException as error:
            tape.note_failure(operation_name(func), error, sources)
            raise
        parts.append(result)
        recording.kernels += routine.kernels(parts)
        self._take_down((func, args, kwargs), ordinal, tensors, sources, [result], first_kernel)
        tape.note_call((func, args, kwargs), result, begun)
        return result

    def _run_shown(
        self, fused: FusedAttention, func: Any, args: tuple[Any, ...], kwargs: dict[str, Any], ordinal: int
    ) -> Any:
        """Run a fused attention, whose value counts, and take down before it the operations that explain it."""
        tape = self._tape
        kernels, operations = tape.recording.kernels, tape.recording.operations
        first, begun = len(kernels), len(operations)
        result = self._run(func, args, kwargs)
        own = kernels[first:]
        del kernels[first:]
        with self:
            weights = fused.weights()
        _leave_products(own, kernels[first:])
        start, read = len(kernels), [weights, fused.value]
        kernels += own
        sources = tape.lineage.sources(read)
        self._take_down((func, args, kwargs), ordinal, read, sources, [result], start)
        for shown in operations[begun:-1]:
            shown.announced, shown.ordinal = False, -1
            shown.within = len(operations) - 1
        self._calls = ordinal + 1  # the model itself makes no others
        tape.note_call((func, args, kwargs), result, len(operations) - 1)
        return result

    def _run(
        self, func: Any, args: tuple[Any, ...], kwargs: dict[str, Any], sources: Iterable[int] = ()
    ) -> Any:
        self._tape.running = True
        try:
            return func(*args, **kwargs)
        except BaseException as error:
            self._tape.note_failure(operation_name(func), error, sources)
            raise
        finally:
            self._tape.running = False


def _leave_products(fused: list[Kernel], shown: list[Kernel]) -> None:
    """Count the products of what is shown apart only there, not in the fused kernel that computed them as well."""
    products = sum(kernel.macs or 0 for kernel in shown)
    for kernel in fused:
        if kernel.macs is not None and kernel.macs >= products:
            kernel.macs -= products
            return
