"""What a person chooses about the tree."""

from dataclasses import dataclass


@dataclass(frozen=True)
class LayersChoice:
    """Which of the optional columns are shown, by their ids: the output until the person takes it away."""

    columns: frozenset[str] = frozenset({"output"})
