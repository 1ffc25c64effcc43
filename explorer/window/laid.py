"""What a person wants to keep in sight over the input, whatever lens is in front."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from explorer.engine.command import Command
from explorer.window.scene import Scene


def _nothing(_: Scene) -> Command[Any] | None:
    return None


@dataclass(frozen=True)
class Laid:
    """A choice of the scene: the values that lie over the input as colour.

    Attributes:
        asks: The question for them, of a scene; None where there is none. A pure function of a feature. Its answer has
            an attribute `heat`, a `HeatMap`.
        opacity: How much of the picture the strongest value hides, from 0 to 1.
    """

    asks: Callable[[Scene], Command[Any] | None] = _nothing
    opacity: float = 0.75


def laid(scene: Scene) -> Command[Any] | None:
    """Return the question for what lies over the input; None for nothing."""
    return None if scene.forward is None else scene.choice(Laid).asks(scene)
