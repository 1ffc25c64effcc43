"""Which entries a few typed words mean, the likeliest first."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

KINDS = ("action", "operation", "model")
"""What can be found, in the order of equals."""


@dataclass(frozen=True, eq=False)
class Entry:
    """Something that can be found and chosen.

    Attributes:
        kind: One of `KINDS`.
        title: Its name.
        run: What happens when it is chosen.
        detail: What it is, in a few words; searched as well.
        keys: Its shortcut.
        works: Whether it can be chosen now.
        why_not: Why it cannot.
        words: Other words by which it is searched.
        place: Its place among equals of its kind.
        is_meant_by_name: Whether its name without its source means it, and nothing else.
    """

    kind: str
    title: str
    run: Callable[[], object]
    detail: str = ""
    keys: str = ""
    works: bool = True
    why_not: str = ""
    words: str = ""
    place: int = 0
    is_meant_by_name: bool = True
    name: str = field(init=False)
    text: str = field(init=False)
    letters: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        """Prepare what is compared with every key that is typed."""
        name = self.title.lower()
        object.__setattr__(self, "name", name)
        object.__setattr__(self, "text", f"{name} {self.detail} {self.kind}".lower())
        object.__setattr__(self, "letters", frozenset(name))


def find(query: str, entries: Iterable[Entry]) -> list[Entry]:
    """Return the entries in which every word of `query` is found, the best first.

    A word is found as it stands, at the beginning of a word before anywhere, in the name before other words for
    it and these before the rest; or letter by letter in the name (`rsn50` in `resnet50`), from the beginning of a
    word on. Among equals, what works now stands before what does not.
    """
    words = query.lower().split()
    if not words:
        return list(entries)
    tests = [_Word(word) for word in words]
    found = []
    for number, entry in enumerate(entries):
        total = 0
        for test in tests:
            score = test.score(entry)
            if score is None:
                break
            total += score
        else:
            # An operation is only there with its forward, so it is likelier meant than one of a thousand models.
            rank = (total, KINDS.index(entry.kind), not entry.works, entry.place, len(entry.title), number)
            found.append((*rank, entry))
    return [entry for *_, entry in sorted(found, key=lambda it: it[:-1])]


class _Word:
    """A typed word, prepared to be looked for in thousands of entries."""

    def __init__(self, word: str) -> None:
        self._word = word
        self._letters = frozenset(word)
        self._begins = re.compile(rf"\b{re.escape(word)}|(?<=[_\d]){re.escape(word)}")
        self._scattered = re.compile(r"\b" + ".*?".join(map(re.escape, word))) if len(word) > 1 else None

    def score(self, entry: Entry) -> int | None:
        """Return how far the entry is from the word, 0 being nearest; None if it is not found."""
        if self._word in entry.name:
            if entry.is_meant_by_name and entry.name.rpartition(":")[2] == self._word:
                return 0
            if entry.name.startswith(self._word):
                return 1
            return 2 if self._begins.search(entry.name) else 3
        if self._begins.search(entry.words):
            return 4
        if self._word in entry.text:
            return 6
        if (
            self._scattered is not None
            and self._letters <= entry.letters
            and self._scattered.search(entry.name)
        ):
            return 9
        return None
