"""Networks that stand in several sources under one name: which of them to take, and why."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from explorer.records.models import ModelEntry, WeightsStatus
from explorer.records.names import plain
from explorer.records.units import count

_ALIKE = 0.01  # of the parameters


@dataclass(frozen=True)
class Twin:
    """What is said of an entry whose architecture other sources have as well.

    Attributes:
        word: A few words beside its source.
        tip: The whole of it.
    """

    word: str
    tip: str


def in_order(entries: Iterable[ModelEntry]) -> list[ModelEntry]:
    """Return the entries with those first whose weights are on disk, each with its twins after it."""
    at_hand = sorted(entries, key=lambda entry: entry.weights is not WeightsStatus.ON_DISK)
    return [entry for same in _by_name(at_hand) for entry in same]


def twins(entries: Iterable[ModelEntry]) -> dict[str, Twin]:
    """Return what is said of the entries that have a twin, by their full names."""
    found: dict[str, Twin] = {}
    for best, *others in _by_name(entries):
        if others:
            names = " and ".join(plain(it.full_name) for it in others)
            why = _merits(best)
            found[best.full_name] = Twin("", f"The same architecture as {names}. Take this one{why}.")
            for other in others:
                tip = f"The same architecture as {plain(best.full_name)}. Take that one{why}."
                found[other.full_name] = Twin(f"see {best.source}", tip)
            for each in (best, *others):
                said = found[each.full_name]
                found[each.full_name] = replace(said, tip=said.tip + _counted(each, (best, *others)))
    return found


def _counted(entry: ModelEntry, same: Sequence[ModelEntry]) -> str:
    """Return why its twins count another number of parameters, if one of them does."""
    if entry.params is None:
        return ""
    for other in same:
        if other.params is not None and abs(other.params - entry.params) > _ALIKE * entry.params:
            here = f"{count(entry.params)} parameters {entry.counted_with}".rstrip()
            return f" It counts {here}, {plain(other.full_name)} {count(other.params)}."
    return ""


def _by_name(entries: Iterable[ModelEntry]) -> list[list[ModelEntry]]:
    """Return the entries of each name, the one to take first; the names as they come first."""
    same: dict[str, list[ModelEntry]] = defaultdict(list)
    for entry in entries:
        same[entry.name].append(entry)
    return [sorted(each, key=rank) for each in same.values()]


def rank(entry: ModelEntry) -> tuple[bool, int]:
    """Return what sorts entries of one name, the one to take first: weights on disk, then a page to read."""
    return entry.weights is not WeightsStatus.ON_DISK, entry.place_of_source


def _merits(entry: ModelEntry) -> str:
    merits = ["its weights are on disk"] if entry.weights is WeightsStatus.ON_DISK else []
    merits += ["its code is a page to read"] if entry.source == "zoo" else []
    merits += ["its weights can be had"] if not merits and entry.weights is WeightsStatus.DOWNLOADABLE else []
    return f": {' and '.join(merits)}" if merits else ""
