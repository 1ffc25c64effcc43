"""What a person chooses about the tree."""

from dataclasses import dataclass


@dataclass(frozen=True)
class LayersChoice:
    """Which of the optional columns are shown, by their ids."""

    columns: frozenset[str] = frozenset()
