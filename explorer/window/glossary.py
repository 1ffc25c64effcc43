"""What the terms of the field mean, in one or two plain sentences; shown wherever a term stands."""

import json
from functools import cache

from explorer.paths import resources


@cache
def _terms() -> dict[str, str]:
    terms: dict[str, str] = json.loads((resources() / "glossary.json").read_text(encoding="utf-8"))
    return terms


def explain(term: str) -> str:
    """Return what a term means, whatever its capitals; empty if the glossary does not have it."""
    return _terms().get(term.lower(), "")


def explain_all(text: str) -> str:
    """Return a line for each term of the glossary that stands in a text, in their order there; none within another."""
    lower = text.lower()
    found: list[tuple[int, int, str]] = []
    for term in sorted(_terms(), key=len, reverse=True):
        at = lower.find(term)
        if at >= 0 and not any(start <= at < end for start, end, _ in found):
            found.append((at, at + len(term), term))
    return "\n".join(f"{term.capitalize()}: {_terms()[term]}" for _, _, term in sorted(found))
