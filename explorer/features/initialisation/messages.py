"""What can be asked about initialisations."""

from dataclasses import dataclass

from explorer.engine.command import Command, Lane, Urgency
from explorer.records.initialisation import InitialisationStudy


@dataclass(frozen=True)
class StudyInitialisation(Command[InitialisationStudy]):
    """Asks to build the architecture of a forward's model under each scheme and to run it on the same input.

    Attributes:
        forward: Number of the forward.
        seed: Given to `torch.manual_seed` just before each of the networks is built.
    """

    lane, urgency, doing = Lane.WORK, Urgency.LAB, "comparing initialisations"
    frees = True

    forward: int
    seed: int = 0
