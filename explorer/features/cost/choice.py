"""What a person wants of the memory for values; apart, for it imports no Qt."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Allowing:
    """Whether the person wants to say how much memory values may take, until they can."""

    wanted: bool = False
