"""Which of the strongest places are shown; pure."""

from explorer.features.likes.messages import Patch, Strongest


def shown(found: Strongest) -> tuple[Patch, ...]:
    """Return the strongest places that a channel answers to: where it gives zero it answers to nothing.

    A channel that is below zero everywhere is not cut yet: its strongest places are below zero, too.
    """
    is_negative = all(it.value < 0 for it in found.patches)
    return tuple(it for it in found.patches if it.value > 0 or is_negative)
