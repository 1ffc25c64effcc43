"""What is asked of what a unit really uses of its receptive field."""

from dataclasses import dataclass
from enum import Enum

from explorer.engine.command import Lane, Urgency
from explorer.engine.messages import OfInput
from explorer.records.heat import HeatMap


class Source(Enum):
    """Over what the gradients are averaged; the value is how a person reads it."""

    IMAGE = "this image"
    IMAGES = "all open images"
    NOISE = "noise"


@dataclass(frozen=True, eq=False)
class EffectiveField:
    """What a unit uses of the input: how much its value changes with each pixel.

    Attributes:
        heat: (H, W) over the input: the root of the mean, over the inputs, of the squared length of the unit's gradient
            at each pixel. Its unit is the unit's own value for each step of a normalised pixel.
        inputs: How many inputs it is the mean of.
        left_out: How many open images were left out, because they could not be prepared, or in another size.
        centre: (y, x) of the middle of the receptive field, in pixels.
        half, most: Radius around the centre, in pixels, within which half and 95 % of the squared gradient lie; None
            where no pixel has a gradient.
    """

    heat: HeatMap
    inputs: int
    left_out: int
    centre: tuple[float, float]
    half: float | None
    most: float | None


@dataclass(frozen=True)
class FindEffectiveField(OfInput[EffectiveField]):
    """Asks what a unit (y, x) of a channel of an operation uses of the input (Luo et al. 2016).

    Attributes:
        forward: Number of the forward.
        node: The operation.
        channel: As the maps number it.
        unit: On the grid of its output.
        keys: Of the inputs that are averaged over; none for noise.
    """

    lane, doing = Lane.WORK, "differentiating the unit"

    forward: int
    node: int
    channel: int
    unit: tuple[int, int]
    keys: tuple[str, ...]

    @property
    def flows(self) -> bool:  # type: ignore[override]
        """Whether it follows what a person moves: of one input alone, for others take a run each."""
        return super().flows and len(self.keys) == 1

    @property
    def urgency(self) -> Urgency:  # type: ignore[override]
        """Of a changed input, what takes several runs begins when nothing moves any more."""
        waits = not self.edit.is_nothing and not self.flows
        return Urgency.IDLE if waits else Urgency.SELECTED
