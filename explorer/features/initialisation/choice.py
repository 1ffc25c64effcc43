"""Which forward the person wants the initialisations compared for."""

from dataclasses import dataclass

from explorer.features.initialisation.messages import StudyInitialisation
from explorer.window.scene import Scene


@dataclass(frozen=True)
class Compared:
    """The person began a comparison, which costs seconds: it holds for one forward.

    Attributes:
        forward: Number of that forward; None before the first comparison.
    """

    forward: int | None = None


def study(scene: Scene) -> StudyInitialisation | None:
    """Return the question for the comparison that the person began; None if it was for another forward."""
    forward, model = scene.forward, scene.model
    if forward is None or model is None or scene.choice(Compared).forward != forward.number:
        return None
    return StudyInitialisation(forward.number, model.seed or 0)
