"""The photos that come with the program."""

import json
from dataclasses import dataclass
from pathlib import Path

from explorer.paths import resources


@dataclass(frozen=True)
class Sample:
    """A photo that comes with the program: its file, what it shows, who made it, and its licence."""

    path: Path
    title: str
    credit: str
    licence: str


def samples() -> tuple[Sample, ...]:
    """Return the sample photos in the order in which they are offered."""
    folder = resources() / "samples"
    entries = json.loads((folder / "samples.json").read_text(encoding="utf-8"))
    return tuple(
        Sample(folder / entry["file"], entry["title"], entry["credit"], entry["licence"]) for entry in entries
    )
