"""A recorded forward: all values, and what follows from them."""

from contextlib import suppress
from dataclasses import dataclass
from typing import Any, NamedTuple, Self

from torch import Tensor, nn
from torch.nn.parameter import is_lazy

from explorer.engine.memos import Memos
from explorer.fields.receptive_field import ReceptiveFields
from explorer.forward import makers, recorder
from explorer.forward import trace as traces
from explorer.forward.again import Again
from explorer.forward.gradients import without_gradients
from explorer.forward.preserve import Preserved
from explorer.forward.recording import Operation, Recording
from explorer.forward.repeat import Plans
from explorer.forward.tensors import tensors_in
from explorer.records.errors import UsageError
from explorer.records.measures import Memory
from explorer.records.trace import Trace
from explorer.records.values import FieldOfUnit


class _Derived(NamedTuple):
    """What follows from a recording and is true of every one that repeats it."""

    fields: ReceptiveFields
    trace: Trace
    memory: Memory
    made: list[makers.Chain]

    @classmethod
    def of(cls, recording: Recording, module: nn.Module, name: str) -> Self:
        """Derive it."""
        fields = ReceptiveFields(recording)
        trace = fields.filled_in(traces.build(recording, module, name))
        return cls(fields, trace, traces.memory(recording, module), makers.of_returned(recording))


@dataclass(frozen=True, eq=False)
class Course(Memos):
    """What a forward ran through, whatever its input: what follows from that alone is kept as its memos."""

    module: nn.Module
    operations: list[Operation]
    written: tuple[str, ...]

    @property
    def again(self) -> Again:
        """Lets the model run again; one for all, which is entered by one after the other."""
        return self.memo(_again)


def _again(course: Course) -> Again:
    return Again(course.module, course.operations, course.written)


class RecordedForward(Memos):
    """One forward pass of a model, every operation recorded.

    Features keep what they derive from it as its memos.

    Attributes:
        course: What it ran through, which the same forward on a changed input shares.
        recording: Every operation and its values.
        trace: Its record, receptive fields filled in.
        fields: The receptive fields.
        memory: Derived from the recording.
        made: Which kernels made each tensor that was returned, the last one first.

    Args:
        recording: What was recorded; what is derived from one that repeats an earlier one was derived from that.
        module: The model.
        name: What the trace calls it.
        plans: Where the course of the recording is kept, to be repeated by the next ones; None for nowhere.
    """

    def __init__(
        self, recording: Recording, module: nn.Module, name: str, plans: Plans | None = None
    ) -> None:
        super().__init__()
        self.recording = recording
        self.course = Course(module, recording.operations, recording.written)
        derived: _Derived
        if recording.plan is not None:
            derived = recording.plan.derived
        else:
            derived = _Derived.of(recording, module, name)
            if plans is not None:
                plans.learn(recording, derived)
        self.fields, self.trace, self.memory, self.made = derived
        recording.kernels.clear()  # all that is derived from them has been derived

    def value(self, name: str, output: int = 0) -> Tensor:
        """Return an output of an operation as it was right after it, or of the last one of a module.

        Args:
            name: Of an operation of the trace, or the path of a module.
            output: Number of the output, from 0.

        Raises:
            UsageError: There is none of that name.
        """
        return self.recording.value(self.trace.find(name).id, output)

    def receptive_field(self, name: str, unit: tuple[int, ...] | None = None) -> FieldOfUnit:
        """Return what a unit (y, x) of an operation sees of the first input, by default the one in the middle.

        Args:
            name: Of an operation of the trace, or the path of a module.
            unit: Position on the grid of its output.

        Raises:
            UsageError: There is no operation of that name.
            ExplorerError: There is no such unit.
        """
        return self.fields.of_unit(self.trace.find(name).id, unit)


def record(model: nn.Module, inputs: tuple[Any, ...], named: dict[str, Any]) -> RecordedForward:
    """Run `model(*inputs, **named)` once, in the mode it is in, and return what was recorded.

    One with lazy layers is run before, as a plain forward, which gives these their shapes.

    Raises:
        UsageError: There is no tensor among the inputs.
    """
    if not tensors_in(inputs, named):
        raise UsageError("There is no tensor among the inputs; give the model's input.")
    if any(map(is_lazy, model.parameters())):
        with Preserved(()), suppress(Exception):  # the recording will say what it raised
            without_gradients(lambda: model(*inputs, **named))
    return RecordedForward(recorder.record(model, inputs, named=named), model, type(model).__name__)
