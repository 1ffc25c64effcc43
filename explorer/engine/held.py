"""A recorded forward as the engine holds it."""

from collections.abc import Iterator
from contextlib import contextmanager
from copy import copy
from typing import Self

from torch import nn

from explorer.engine.arguments import Arguments
from explorer.engine.background import Background
from explorer.engine.live import LiveModel
from explorer.engine.memos import Memos
from explorer.engine.messages import Record
from explorer.engine.recorded import Course, RecordedForward
from explorer.forward.chance import RandomState
from explorer.forward.keeping import Shapes, emptied, shapes_of
from explorer.forward.recording import Recording
from explorer.forward.tensors import tensors_in
from explorer.records.images import PreparedImage


class HeldForward(RecordedForward):
    """A recorded forward and what it was made of.

    Attributes:
        number: The number that whoever asked gave it.
        key: The input.
        seat: Where its model sits.
        model: The model.
        prepared: What the model was given, an input each.
        size: Height and width of the input in pixels, as asked; None for the model's own.
        training: True if the model ran in training mode.
        began: The state of all that draws random numbers, when it began.
        background: What goes on in threads as long as it is held.
        is_recorded: False for one on a changed input; see `changed.py`.
        on_changed: It on the changed input that was asked about last; None as long as nobody did.
    """

    def __init__(
        self,
        ask: Record,
        model: LiveModel,
        prepared: tuple[PreparedImage, ...],
        recording: Recording,
        began: RandomState,
    ) -> None:
        super().__init__(recording, model.module, model.spec.entry.full_name, model.plans)
        self.number = ask.forward
        self.key = ask.key
        self.seat = ask.seat
        self.model = model
        self.prepared = prepared
        self.size = ask.size
        self.training = ask.training
        self.began = began
        self.background = Background()
        self.is_recorded = True
        self.on_changed: HeldForward | None = None

    @property
    def device(self) -> str:
        """Where its values lie."""
        return self.model.loaded.device

    def on(self, prepared: tuple[PreparedImage, ...]) -> Self:
        """Return this forward on other inputs of the same shapes; of its values none is held but the inputs.

        It holds nothing of this one but what is true of both.
        """
        other = copy(self)
        Memos.__init__(other)
        other.prepared, other.is_recorded, other.on_changed = prepared, False, None
        given = tensors_in(*self.model.arguments(prepared))
        other.recording = emptied(self.recording, self.course.memo(_shapes), given)
        return other

    def arguments(self) -> Arguments:
        """Return what the forward is called with, anew: a model may write into its inputs."""
        return self.model.arguments(self.prepared)

    @contextmanager
    def as_it_ran(self) -> Iterator[nn.Module]:
        """Give the model in the mode and with the chance that it had; afterwards both are what they were."""
        before = RandomState.now()
        with self.model.mode(self.training) as module:
            self.began.put_back()
            try:
                yield module
            finally:
                before.put_back()


def _shapes(course: Course) -> Shapes:
    return shapes_of(course.operations)
