"""What the terms of the field mean, in one or two plain sentences; shown wherever a term stands."""

import json
import re
from functools import cache

from explorer.paths import resources

_MOST = 3


@cache
def _terms() -> dict[str, tuple[str, str]]:
    """Return each term as it is written, and what it means, by its lower-case name."""
    terms: dict[str, str] = json.loads((resources() / "glossary.json").read_text(encoding="utf-8"))
    return {term.lower(): (term, text) for term, text in terms.items()}


def explain(term: str) -> str:
    """Return what a term means, whatever its capitals; empty if the glossary does not have it."""
    return _terms().get(term.lower(), ("", ""))[1]


def explain_all(text: str) -> str:
    """Return a line for each of the first terms that stand in a text, the longest of those that overlap."""
    found = [_terms()[match.group().lower()] for match in _pattern().finditer(text)]
    return "\n".join(
        f"{term[:1].upper()}{term[1:]}: {meaning}" for term, meaning in list(dict.fromkeys(found))[:_MOST]
    )


@cache
def _pattern() -> re.Pattern[str]:
    longest_first = sorted(_terms(), key=len, reverse=True)
    return re.compile(rf"\b({'|'.join(map(re.escape, longest_first))})\b", re.IGNORECASE)
