"""What a person chooses about the tree, and asks of it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class LayersChoice:
    """Which of the optional columns are shown, by their ids: the output until the person takes it away."""

    columns: frozenset[str] = frozenset({"output"})


@dataclass(frozen=True)
class MenuAsked:
    """Which menu of the tree the person asked for last, and how often they asked for one."""

    menu: str = ""
    times: int = 0
