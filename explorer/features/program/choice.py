"""What the person chose of the program itself."""

from dataclasses import dataclass


@dataclass(frozen=True)
class InFront:
    """What lies over the window: `search`, `shortcuts`, `about` or nothing."""

    name: str = ""
