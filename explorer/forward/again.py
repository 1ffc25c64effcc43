"""Run a recorded model once more, and look at or change what chosen operations yield.

Only the function calls are counted, so that it costs little more than a plain forward: an operation is the call that
was made as the so-manieth of the recorded forward.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from types import TracebackType
from typing import Any, Self, TypeVar

import torch
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode

from explorer.forward.attention import ATTENTION, open_attention
from explorer.forward.gradients import without_gradients
from explorer.forward.naming import operation_name
from explorer.forward.preserve import Preserved, uncompiled
from explorer.forward.recording import Operation
from explorer.forward.tape import ReachedError
from explorer.forward.tensors import tensors_in
from explorer.records import faults
from explorer.records.errors import CancelledError, ExplorerError

T = TypeVar("T")
_HANDING_ON = ("identity", "output")
_WRITTEN_OVER = "modified by an inplace operation"

Given = Callable[[], tuple[tuple[Any, ...], dict[str, Any]]]
"""Makes the arguments of a forward, by position and by name: anew each time, for a model may write into them."""

Change = Callable[[Tensor], Tensor | None]
"""Is given what an operation yields (its first tensor); returns what the model gets in its place, None for the same."""


def can_be_met(operation: Operation) -> bool:
    """Tell whether an operation is a call of the model's own code: inputs, compiled code and shown parts are none."""
    return operation.ordinal >= 0


def asked_of(value: Tensor) -> Tensor:
    """Return a copy of a value of which a gradient can be asked; the model gets a copy of it, which it may write into.

    Args:
        value: What an operation yields, of real or complex numbers.
    """
    return value.clone() if value.requires_grad else value.detach().clone().requires_grad_()


def handed_on(operations: Sequence[Operation], node: int) -> int:
    """Return the operation whose value a node hands on as it is (an identity, what is returned), else the node."""
    while not can_be_met(operations[node]) and operations[node].op in _HANDING_ON and operations[node].inputs:
        node = operations[node].inputs[0]
    return node


class Again:
    """Context in which a model runs again, as often as is wished, each time as it would have run on entering.

    What it counts, or draws by chance, in one forward is not seen by the next. Parameters, buffers, attributes,
    gradients, `requires_grad`, hooks and random state are afterwards what they were. Where it is differentiated no
    parameter requires a gradient, so that a graph begins at the inputs that require one, and at what a change puts in.
    It may be entered again and again, which takes less time than another one.

    Only parameters into which the recorded forward did not write stay written; on leaving, an `ExplorerError` says so.

    Args:
        model: In the mode that it was recorded in.
        operations: Of the recording of a forward on inputs of the same shapes.
        written: `Recording.written`: paths of the parameters that the recorded forward wrote into.
        check: Called before each function; whatever it raises ends the forward. It may be another one at each run.
    """

    def __init__(
        self,
        model: nn.Module,
        operations: Sequence[Operation],
        written: Sequence[str] = (),
        check: Callable[[], None] = lambda: None,
    ) -> None:
        self._model = model
        self._written = written
        self._operations = operations
        self.check = check
        self._preserved = Preserved(model.modules())
        self._has_run = self._is_frozen = False
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            stack.enter_context(self._preserved)
            self._preserved.keep_all_but_parameters(map(self._model.get_parameter, self._written))
            self._times_written = self._preserved.times_written()
            stack.enter_context(uncompiled())
            self._stack = stack.pop_all()
        self._has_run = self._is_frozen = False
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()
        if self._preserved.times_written() != self._times_written:
            raise ExplorerError(
                "The model writes into its own parameters when it runs again or is differentiated: its answers are "
                "others now; load it again."
            ) from error

    def run(self, given: Given, changes: Mapping[int, Change], until: int | None = None) -> Any:
        """Run the model with changes to what some operations yield.

        Args:
            given: Makes its arguments.
            changes: What is done at operations, by their number.
            until: Number of the operation, one of `changes`, after which the forward ends; None for the whole.

        Returns:
            What the model returns; None if it was ended at `until`.

        Raises:
            ExplorerError: An operation cannot be met again, or the model took another course than it was recorded on.
            CancelledError: If `check` raised it.
        """
        self._freeze(False)  # some versions of torch compute otherwise, to the last bit, with a frozen weight
        return without_gradients(lambda: self._once(given, changes, until))

    def differentiate(
        self,
        given: Given,
        changes: Mapping[int, Change],
        then: Callable[[Any], T],
        until: int | None = None,
    ) -> T:
        """Run the model as `run` does, taken down by `torch.autograd`, and return what `then` makes of its output.

        A model that writes over values that a gradient needs runs a second time, with these kept: `given`, changes and
        `then` are called anew. An input that requires a gradient must not be a leaf if the model writes into it.

        Args:
            then: Given what the model returns, None if the forward ended at `until`; asks for the gradients.
            given, changes, until: As for `run`.

        Raises:
            ExplorerError, CancelledError: As `run`.
        """

        self._freeze(True)

        def once() -> T:
            with torch.enable_grad():
                return then(self._once(given, changes, until))

        try:
            return once()
        except RuntimeError as error:
            if _WRITTEN_OVER not in faults.text_of(error):
                raise
        with torch.autograd.graph.allow_mutation_on_saved_tensors():
            return once()

    def _freeze(self, is_frozen: bool) -> None:
        if is_frozen is not self._is_frozen:
            self._preserved.freeze(is_frozen)
            self._is_frozen = is_frozen

    def _once(self, given: Given, changes: Mapping[int, Change], until: int | None) -> Any:
        met = _Met(self._operations, changes, until, self.check)
        inputs, named = given()
        if self._has_run:
            self._preserved.put_back()
        self._has_run = True
        output = met.through(lambda: self._model(*inputs, **named))
        met.confirm()
        return output


class _Met(TorchFunctionMode):
    """Counts the calls, and meets those that were asked for."""

    def __init__(
        self,
        operations: Sequence[Operation],
        changes: Mapping[int, Change],
        until: int | None,
        check: Callable[[], None],
    ) -> None:
        super().__init__()
        self.ended: ExplorerError | None = None  # why, which the model may have caught
        for node in changes:
            if not can_be_met(operations[node]):
                raise ExplorerError(
                    f"{operations[node].name} is no call of the model's own code, so it cannot be met when the "
                    "model runs again; choose an operation before or after it."
                )
        self._operations = operations
        last = max((operations[node].ordinal for node in changes), default=-1)
        # All up to the last that is met are held against the recorded ones: a count alone would meet another one of
        # the same name where the model took another course before.
        self._nodes = {it.ordinal: node for node, it in enumerate(operations) if 0 <= it.ordinal <= last}
        self._changes, self._until, self._check = changes, until, check
        self._calls = 0
        self._missing = set(changes)

    def through(self, forward: Callable[[], Any]) -> Any:
        """Return what a forward gives; None if it was ended."""
        try:
            with self:
                return forward()
        except ReachedError:
            return None
        finally:
            if self.ended is not None:
                raise self.ended

    def confirm(self) -> None:
        """Raise an error if an operation was not met."""
        if self._missing:
            raise ExplorerError(self._strayed(min(self._missing)))

    def __torch_function__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        """Run `func`; if it is one to be met, give what it yields to whoever changes it."""
        if func in ATTENTION and (opened := open_attention(func)) is not None:
            with self:
                return opened(*args, **(kwargs or {}))
        try:
            self._check()
        except CancelledError as error:
            self.ended = error
            raise
        node = self._nodes.get(self._calls)
        self._calls += 1
        result = func(*args, **kwargs) if kwargs else func(*args)
        if node is None:
            return result
        if operation_name(func) != self._operations[node].op:
            self.ended = self.ended or ExplorerError(self._strayed(node))
            raise self.ended
        if node not in self._changes:
            return result
        self._missing.discard(node)
        return self._meet(node, result, tensors_in(args, kwargs))

    def _meet(self, node: int, result: Any, read: list[Tensor]) -> Any:
        yielded = tensors_in(result)
        first = yielded[0] if yielded else read[0]  # `x[0] = 1` returns nothing
        put_in = self._changes[node](first)
        if put_in is not None:
            if not yielded or any(first is tensor for tensor in read):
                first.copy_(put_in)  # written in place: the model may hold the tensor under another name
            else:
                result = _with_first(result, put_in)
        if node == self._until:
            raise ReachedError
        return result

    def _strayed(self, node: int) -> str:
        return (
            f"The model did not run again as it was recorded: {self._operations[node].name} was not met; "
            "a forward that depends on chance or on what happened before cannot be changed."
        )


def _with_first(result: Any, put_in: Tensor) -> Any:
    """Return a result with another tensor in the place of its first."""
    if isinstance(result, Tensor):
        return put_in
    items = list(result)
    place = next(k for k, item in enumerate(items) if tensors_in(item))
    items[place] = _with_first(items[place], put_in)
    return type(result)(items) if type(result) in (tuple, list) else type(result)(tuple(items))
