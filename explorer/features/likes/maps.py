"""The map of one channel of a value, and the network as it is run for it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import NamedTuple, TypeVar

from torch import Tensor

from explorer.engine.channels import Channels
from explorer.engine.held import HeldForward
from explorer.engine.live import one_line_for
from explorer.fields.algebra import Field
from explorer.forward.again import Again, Change, Given, can_be_met, handed_on
from explorer.records.errors import ExplorerError
from explorer.records.kinds import kind_of
from explorer.records.trace import Node
from explorer.records.units import shape

T = TypeVar("T")


@dataclass(frozen=True)
class MapOfChannel:
    """Takes the map of a channel from the output of an operation.

    Attributes:
        node: The operation.
        channels: Where its channels lie.
        channel: Which one.
        field: The receptive field of its output.
    """

    node: Node
    channels: Channels
    channel: int
    field: Field

    @classmethod
    def of(cls, forward: HeldForward, node: Node, channel: int) -> "MapOfChannel":
        """Return it for an operation of a forward; beyond its last channel the last, as the lens of maps has it.

        Raises:
            ExplorerError: The operation has no maps, or cannot be met when the model runs again.
        """
        field = forward.fields.fields[node.id]
        channels = None if field is None else Channels.of(node.shape, field)
        grid = forward.fields.grid(node.id)
        if field is None or channels is None or not channels.places or grid is None or len(grid) != 2:
            raise ExplorerError(
                f"The values of {node.person_name} have no places on the picture; "
                "step to a convolution to see what it likes."
            )
        operation = forward.recording.operations[node.id]
        if not can_be_met(operation):
            raise ExplorerError(
                f"{node.person_name} is no call of the model's own code, so it is not met when the model runs again; "
                "step to an operation before or after it."
            )
        if operation.values[0].tensor.is_complex():
            raise ExplorerError(f"{node.person_name} gives complex numbers, of which none is the strongest.")
        return cls(node, channels, min(max(channel, 0), channels.count - 1), field)

    def before(self, forward: HeldForward) -> "MapOfChannel | None":
        """Return the same channel of what goes into the activation that yields it, be it pooled; None for none."""
        operations, at = forward.recording.operations, self.node
        while kind_of(at.op) in ("activation", "pool") and at.inputs:
            at = forward.trace.nodes[handed_on(operations, at.inputs[0])]
        if at is self.node:
            return None
        try:
            found = MapOfChannel.of(forward, at, self.channel)
        except ExplorerError:
            return None
        return found if found.channels.count == self.channels.count else None

    def __call__(self, value: Tensor) -> Tensor:
        """Return the map (h, w), without tokens that have no place.

        Raises:
            ExplorerError: The output has another shape than in the recorded forward.
        """
        if tuple(value.shape) != self.channels.shape:
            raise ExplorerError(
                f"{self.node.person_name} gives another shape here ({shape(tuple(value.shape))}) than in the "
                "forward that is shown."
            )
        part = self.channels.select(value.dequantize() if value.is_quantized else value, self.channel)
        return part[self.field.extra :].reshape(self.field.grid) if part.dim() == 1 else part


class Running(NamedTuple):
    """A model that is ready to run again up to an operation."""

    forward: HeldForward
    node: Node
    again: Again

    def look(self, given: Given, take: Callable[[Tensor], T]) -> T:
        """Run the model, and return what `take` makes of the operation's output.

        Raises:
            ExplorerError: The model, or `take`, raised something.
        """
        taken: list[T] = []
        with one_line_for(f"{self.forward.trace.model} cannot run up to {self.node.person_name}"):
            changes: dict[int, Change] = {self.node.id: lambda value: taken.append(take(value))}
            self.again.run(given, changes, until=self.node.id)
        return taken[0]


@contextmanager
def running(forward: HeldForward, node: Node, check: Callable[[], None]) -> Iterator[Running]:
    """Give the model of a forward, to be run up to an operation in the mode in which it was recorded."""
    with forward.as_it_ran(), forward.course.again as again:
        again.check = check
        yield Running(forward, node, again)
