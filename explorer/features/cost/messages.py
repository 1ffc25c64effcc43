"""What can be asked about cost."""

from dataclasses import dataclass

from explorer.engine.command import Command, Lane, Urgency
from explorer.records.measures import Memory, Spread, Timing


@dataclass(frozen=True, eq=False)
class Measurement:
    """Time and memory of a forward.

    Attributes:
        timing: Of the plain forward and of each operation.
        memory: As in the forward.
        step: Of forward and backward, if it was recorded in training mode; None if not.
    """

    timing: Timing
    memory: Memory
    step: Spread | None = None


@dataclass(frozen=True)
class Measure(Command[Measurement]):
    """Asks for the time of a forward's model on its input, in the forward's mode, `runs` times."""

    lane, urgency, doing = Lane.WORK, Urgency.IDLE, "measuring the model"

    forward: int
    runs: int = 10
