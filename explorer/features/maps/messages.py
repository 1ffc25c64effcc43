"""What can be asked of the value of an operation."""

from dataclasses import dataclass

from explorer.engine.command import Command, Lane, Urgency
from explorer.records.values import ValueView


@dataclass(frozen=True)
class ViewValue(Command[ValueView]):
    """Asks for output `output` of operation `node`, ready to be looked at.

    Attributes:
        forward: Number of the forward.
        shared_scale: True for one colour scale over all channels, False for one a channel.
        aspect: Width over height of what the mosaic is to fill.
    """

    lane, urgency, doing = Lane.VIEW, Urgency.SELECTED, "reading a value"

    forward: int
    node: int
    output: int = 0
    shared_scale: bool = True
    aspect: float = 1.0


@dataclass(frozen=True)
class SaveFigure(Command[str]):
    """Asks to draw the value of operation `node` into a `.png`, `.pdf` or `.svg` file; answered by its path.

    Attributes:
        forward: Number of the forward.
        aspect: Width over height of the mosaic.
    """

    lane, urgency, doing = Lane.WORK, Urgency.SELECTED, "drawing {path}"

    forward: int
    node: int
    path: str
    aspect: float = 1.0
