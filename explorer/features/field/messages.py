"""What can be asked about receptive fields."""

from dataclasses import dataclass

from explorer.engine.command import Command, Lane, Urgency
from explorer.records.values import FieldOfUnit, UnitsOfPixel


@dataclass(frozen=True)
class LocateField(Command[FieldOfUnit]):
    """Asks what the unit (y, x) of operation `node` of a forward sees; None for the unit in the middle."""

    lane, urgency, doing = Lane.VIEW, Urgency.SELECTED, "locating a receptive field"

    forward: int
    node: int
    unit: tuple[int, ...] | None = None


@dataclass(frozen=True)
class LocateUnits(Command[UnitsOfPixel]):
    """Asks which units of operation `node` of a forward see the input pixel (y, x)."""

    lane, urgency, doing = Lane.VIEW, Urgency.SELECTED, "locating a receptive field"

    forward: int
    node: int
    pixel: tuple[int, int]
