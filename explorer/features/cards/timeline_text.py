"""What the timeline tells of a network."""

from html import escape

from explorer.features.cards.timeline_layout import error_of
from explorer.records.models import ModelEntry
from explorer.window import format as fmt
from explorer.window.cards import card_of


def plain_text(entry: ModelEntry) -> str:
    """Return all that the timeline knows of a network, in one paragraph."""
    return ". ".join(_facts(entry))


def rich_text(entry: ModelEntry) -> str:
    """Return all that the timeline knows of a network, as lines of rich text."""
    name, *facts = (escape(fact) for fact in _facts(entry))
    return "<br>".join((f"<b>{name}</b>", *facts))


def _facts(entry: ModelEntry) -> list[str]:
    facts = [
        f"{entry.name}, {entry.family}, {entry.year}{f', {entry.variant}' if entry.variant else ''}",
        f"{fmt.count(entry.params)} parameters, {_gmacs(entry)}, {_error_text(entry)}",
    ]
    card = card_of(entry.full_name)
    return [*facts, card.idea] if card else facts


def _error_text(entry: ModelEntry) -> str:
    if entry.top1 is None:
        return "no ImageNet-1k figure known here"
    return f"{error_of(entry):.1f} % top-1 error, {entry.top1_source}"


def _gmacs(entry: ModelEntry) -> str:
    return f"{fmt.UNKNOWN if entry.macs is None else f'{entry.macs / 1e9:.3g}'} GMACs"
