"""What is asked while a person tries changes on an input."""

from dataclasses import dataclass, field

from explorer.engine.command import Command, Lane, Urgency
from explorer.records.answers import AS_DERIVED, AnswerWay
from explorer.records.edits import Edit, LiveView


@dataclass(frozen=True)
class LookLive(Command[LiveView]):
    """Asks what the model of a recorded forward makes of that forward's picture after an edit; it runs once.

    Attributes:
        forward: Number of the forward; it stays as it is.
        edit: What is changed on the picture that its model saw.
        node: The operation whose first output is wanted; None for the answer alone.
        shared_scale, aspect: As in `ViewValue`.
        way, top: As in `Classify`.
    """

    lane, urgency, doing = Lane.WORK, Urgency.SELECTED, "running the model on the changed input"
    flows = True

    forward: int
    edit: Edit
    node: int | None = None
    shared_scale: bool = True
    aspect: float = 1.0
    way: AnswerWay = field(default=AS_DERIVED)
    top: int = 5
