"""The cards of the architectures: what a person should know of a family, and where to look for it.

One file a family lies in `resources/architectures`. They are read on first use, all at once, and kept.
"""

import json
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from functools import cache
from typing import Any

from explorer.paths import resources


@dataclass(frozen=True)
class Hint:
    """Something worth looking at.

    Attributes:
        text: What is to be seen there.
        network: Name of a network of the zoo.
        layer: Name of the operation in that network's trace.
        pane: Id of the lens, or of the page, that shows it.
        also: Names of networks of the same card that show the same at a layer of this name.
    """

    text: str
    network: str
    layer: str
    pane: str
    also: tuple[str, ...] = ()

    def seen_in(self, network: str) -> "Hint":
        """Return the hint for a network that shows it too; for others it stays as it is."""
        return replace(self, network=network) if network in self.also else self

    @property
    def is_learned(self) -> bool:
        """True if random weights cannot show it."""
        return self.pane in ("maps", "kernels", "images")


@dataclass(frozen=True)
class Followed:
    """The hint that the person wants to see, until it is seen."""

    hint: Hint | None = None


@dataclass(frozen=True)
class Sizes:
    """The square images that a network takes.

    Attributes:
        smallest: Side of the smallest that works, in pixels.
        largest: Side of the largest that works; None if there is no limit.
        fails: The operation that cannot work on another one; None if every smaller one works.
        step: From one side that works to the next.
    """

    smallest: int
    largest: int | None
    fails: str | None
    step: int = 1


@dataclass(frozen=True)
class Paper:
    """Where the idea was published: title, venue and address."""

    title: str
    venue: str
    url: str


@dataclass(frozen=True)
class ContestResult:
    """A top-5 error in percent, of how many networks averaged (None: several), and what it was measured on."""

    top5_error: float
    networks: int | None
    measured: str


@dataclass(frozen=True)
class Contest:
    """Results in the ImageNet challenge of a year, and the place where they are printed."""

    year: int
    results: tuple[ContestResult, ...]
    source: str


@dataclass(frozen=True)
class Predecessor:
    """Id of the card of the family before, and what this family changed."""

    card: str
    changes: str


@dataclass(frozen=True)
class Card:
    """What a person should know of a family.

    Attributes:
        id: Name of its file without the ending.
        title: Its name for a person.
        family: Its name in the catalogue.
        networks: Names of its networks in the zoo.
        elsewhere: Patterns of the full names of the same family's networks in other sources.
        year: Year in which it was first published.
        authors: Authors of the paper.
        paper: The paper.
        contest: Result in the ImageNet challenge; None if it has none.
        idea: The one idea.
        predecessor: What it changed from the family before; None for the first.
        input: Which inputs work, in words.
        sizes: Which square images work, by network; empty for networks that read words.
        hints: What to look at.
    """

    id: str
    title: str
    family: str
    networks: tuple[str, ...]
    elsewhere: tuple[str, ...]
    year: int
    authors: tuple[str, ...]
    paper: Paper
    contest: Contest | None
    idea: str
    predecessor: Predecessor | None
    input: str
    sizes: dict[str, Sizes]
    hints: tuple[Hint, ...]


@cache
def cards() -> dict[str, Card]:
    """Return all cards by their ids, the oldest family first."""
    files = (resources() / "architectures").glob("*.json")
    read = [_card(file.stem, json.loads(file.read_text(encoding="utf-8"))) for file in files]
    return {card.id: card for card in sorted(read, key=lambda card: (card.year, card.title))}


@cache
def card_of(full_name: str) -> Card | None:
    """Return the card of the family that a network belongs to; None if no card tells of it.

    Args:
        full_name: `SOURCE:NAME`, as in `ModelEntry.full_name`.
    """
    source, _, name = full_name.partition(":")
    for card in cards().values():
        if source == "zoo" and name in card.networks:
            return card
        if any(fnmatchcase(full_name, pattern) for pattern in card.elsewhere):
            return card
    return None


def _card(id: str, entry: dict[str, Any]) -> Card:
    contest, predecessor = entry["ilsvrc"], entry["predecessor"]
    return Card(
        id=id,
        title=entry["title"],
        family=entry["family"],
        networks=tuple(entry["networks"]),
        elsewhere=tuple(entry["elsewhere"]),
        year=entry["year"],
        authors=tuple(entry["authors"]),
        paper=Paper(**entry["paper"]),
        contest=_contest(contest) if contest else None,
        idea=entry["idea"],
        predecessor=Predecessor(**predecessor) if predecessor else None,
        input=entry["input"],
        sizes={network: Sizes(**sizes) for network, sizes in entry["sizes"].items()},
        hints=tuple(Hint(**{**hint, "also": tuple(hint.get("also", ()))}) for hint in entry["hints"]),
    )


def _contest(entry: dict[str, Any]) -> Contest:
    results = tuple(ContestResult(**result) for result in entry["results"])
    return Contest(entry["year"], results, entry["source"])
