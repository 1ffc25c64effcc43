"""Whether there is something to be saved."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Savable:
    """Whether what is in front can be saved and copied."""

    there: bool = False
