"""What can be asked about cost."""

from dataclasses import dataclass

from explorer.engine.command import Command, Lane, Urgency
from explorer.records.measures import Memory, Timing


@dataclass(frozen=True, eq=False)
class Measurement:
    """Timing of the plain forward and of each operation; memory as in the forward."""

    timing: Timing
    memory: Memory


@dataclass(frozen=True)
class Measure(Command[Measurement]):
    """Asks for the time of a forward's model on its input, `runs` times."""

    lane, urgency, doing = Lane.WORK, Urgency.IDLE, "measuring the model"

    forward: int
    runs: int = 10
