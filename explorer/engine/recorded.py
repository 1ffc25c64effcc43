"""A recorded forward: all values, and what follows from them."""

from contextlib import suppress
from typing import Any

from torch import Tensor, nn
from torch.nn.parameter import is_lazy

from explorer.engine.memos import Memos
from explorer.fields.receptive_field import ReceptiveFields
from explorer.forward import makers, recorder
from explorer.forward import trace as traces
from explorer.forward.gradients import without_gradients
from explorer.forward.preserve import Preserved
from explorer.forward.recording import Recording
from explorer.forward.tensors import tensors_in
from explorer.records.errors import UsageError
from explorer.records.values import FieldOfUnit


class RecordedForward(Memos):
    """One forward pass of a model, every operation recorded.

    Features keep what they derive from it as its memos.

    Attributes:
        recording: Every operation and its values.
        trace: Its record, receptive fields filled in.
        fields: The receptive fields.
        memory: Derived from the recording.
        made: Which kernels made each tensor that was returned, the last one first.
    """

    def __init__(self, recording: Recording, module: nn.Module, name: str) -> None:
        super().__init__()
        self.recording = recording
        self.fields = ReceptiveFields(recording)
        self.trace = self.fields.filled_in(traces.build(recording, module, name))
        self.memory = traces.memory(recording, module)
        self.made = makers.of_returned(recording)
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
