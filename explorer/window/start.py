"""What a person asks of the window when it opens."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Start:
    """What to begin with.

    Attributes:
        model: Name of the model; None for the one of the last time, or the default.
        images: Files and folders, opened as if they were dropped; none to open the inputs of the last time.
        trusted: True if the person agreed to run the model's file.
        memory: Bytes that the values of forwards may take; None for what was chosen the last time.
    """

    model: str | None = None
    images: tuple[str, ...] = ()
    trusted: bool = False
    memory: int | None = None
