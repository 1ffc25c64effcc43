"""How the person wants values drawn; what several lenses share, so that one answer serves them all."""

import math
from dataclasses import dataclass

from explorer.engine.messages import ViewValue
from explorer.window.scene import Scene

_STEPS = 4  # of the aspect, from one to the double


@dataclass(frozen=True)
class ValueChoice:
    """How values are drawn.

    Attributes:
        shared_scale: True for one colour scale over all channels, False for one a channel.
        aspect: Width over height of the room for a mosaic, in coarse steps.
    """

    shared_scale: bool = True
    aspect: float = 1.0


def view_value(scene: Scene, node: int) -> ViewValue:
    """Return the question for the value of an operation of the forward, as the person wants it drawn."""
    assert scene.forward is not None, "asked only with a forward"
    choice = scene.choice(ValueChoice)
    return ViewValue(scene.forward.number, node, 0, choice.shared_scale, choice.aspect)


def likely_next(scene: Scene) -> list[int]:
    """Return the operations that the person will likely want next, the likeliest first: the last step goes on."""
    if scene.trace is None or scene.node is None:
        return []
    steps = (scene.heading, -scene.heading, 2 * scene.heading)
    return [scene.node + step for step in steps if 0 <= scene.node + step < len(scene.trace.nodes)]


def coarse(aspect: float) -> float:
    """Return the nearest of a few aspects: a mosaic is asked for anew only when its room changes much."""
    within = min(max(aspect, 1 / 16), 16.0)
    return float(round(2 ** (round(math.log2(within) * _STEPS) / _STEPS), 4))
