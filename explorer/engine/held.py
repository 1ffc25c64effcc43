"""A recorded forward as the engine holds it: all values, and what follows from them."""

from dataclasses import dataclass, field

from torch import Tensor

from explorer.engine.background import Background
from explorer.engine.live import LiveModel
from explorer.engine.memos import Memos
from explorer.fields.receptive_field import ReceptiveFields
from explorer.forward.recorder import Recording
from explorer.records.images import PreparedImage
from explorer.records.measures import Memory
from explorer.records.trace import Trace


@dataclass(frozen=True, eq=False)
class HeldForward(Memos):
    """A recorded forward and what it was made of; features keep what they derive from it as its memos.

    Attributes:
        number: The number that whoever asked gave it.
        seat: Where its model sits.
        model: The model.
        prepared: What the model was given.
        size: Height and width of the input in pixels, as asked; None for the model's own.
        training: True if the model ran in training mode.
        recording: Every operation and its values.
        trace: Its record, receptive fields filled in.
        fields: The receptive fields.
        memory: Derived from the recording.
        background: What goes on in threads as long as it is held.
    """

    number: int
    seat: int
    model: LiveModel
    prepared: PreparedImage
    size: tuple[int, int] | None
    training: bool
    recording: Recording
    trace: Trace
    fields: ReceptiveFields
    memory: Memory
    background: Background = field(default_factory=Background)

    def input(self) -> Tensor:
        """Return the model's input anew: a model may write into its input."""
        return self.model.input(self.prepared)
