"""Which of the strongest places are shown, and which of them show the same pixels; pure."""

from dataclasses import dataclass

from explorer.features.likes.messages import Patch, Strongest


@dataclass(frozen=True, eq=False)
class Crop:
    """What one place or several see of an image.

    Attributes:
        patch: The strongest of these places.
        values: What the channel gives at each of them, the strongest first.
    """

    patch: Patch
    values: tuple[float, ...]


def crops(found: Strongest) -> tuple[Crop, ...]:
    """Return what the strongest places see, the same pixels once; where a channel gives zero it answers to nothing.

    A channel that is below zero everywhere is not cut yet: its strongest places are below zero, too.
    """
    is_negative = all(it.value < 0 for it in found.patches)
    seen = dict[object, list[Patch]]()
    for patch in found.patches:
        if patch.value > 0 or is_negative:
            seen.setdefault((patch.key, patch.box), []).append(patch)
    return tuple(Crop(them[0], tuple(it.value for it in them)) for them in seen.values())
