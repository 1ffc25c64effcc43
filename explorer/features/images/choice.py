"""What stands in the scene of the inputs that are not open: closed ones, and files opened lately."""

from dataclasses import dataclass

from explorer.records.images import ImageSource


@dataclass(frozen=True)
class Closed:
    """An input that was closed: where it stood, and whether it was the one that was shown."""

    place: int
    source: ImageSource
    shown: bool


@dataclass(frozen=True)
class ClosedInputs:
    """What was closed, the latest last; each part was closed at once."""

    parts: tuple[tuple[Closed, ...], ...] = ()


@dataclass(frozen=True)
class Recent:
    """Paths of files and folders, the latest first."""

    paths: tuple[str, ...] = ()
