"""Which tensor of a file belongs to which of a network, where names differ by what wrapped the network."""

import itertools
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from math import prod
from typing import Protocol

from explorer.records.text import shown

Shape = tuple[int, ...] | None
"""Sizes; None if any fit."""

_WRAPPERS = frozenset(("_orig_mod", "_fsdp_wrapped_module", "_checkpoint_wrapped_module"))
# Length and direction under weight_norm have other names since it is a parametrization.
_OF_WEIGHT_NORM = {
    "weight_g": "parametrizations.weight.original0",
    "weight_v": "parametrizations.weight.original1",
}
_FEW = 4
_MOST_CHANGES = 2_000


class Shaped(Protocol):
    """What has a shape."""

    @property
    def shape(self) -> tuple[int, ...] | None:
        """Its sizes; None if any fit."""


@dataclass(frozen=True, eq=False)
class Fit:
    """How the tensors of a file fit a network's.

    Attributes:
        names: Names in the file by those in the network, for all that fit.
        missing: Names of the network's tensors that the file lacks.
        other: Names of the network's tensors that have another shape in the file, and the names there.
        unused: Names in the file that the network lacks.
        begin: What the names in the file begin with in place of the network's own beginning.
        changes: What was done to the names, for a person.
    """

    names: dict[str, str]
    missing: list[str]
    other: dict[str, str]
    unused: list[str]
    begin: str
    changes: tuple[str, ...]

    @property
    def is_whole(self) -> bool:
        """True if the network gets all that it needs."""
        return not self.missing and not self.other


def fits(
    own: Mapping[str, Shape], spare: Mapping[str, tuple[str, ...]], file: Mapping[str, Shaped]
) -> list[Fit]:
    """Return the ways in which a file fits a network: all that are whole, else the one that comes nearest.

    Args:
        own: Shapes of the network's tensors by name; None for any shape.
        spare: Names among them that a file may lack if it has one of those named beside them, or if none is.
        file: The tensors of the file by name.
    """
    matching = _Matching(own, spare, file)
    fewest = len(own) + 1
    nearest: list[_Change] = []
    for change in itertools.islice(_changes(matching.tidy_own, matching.tidy_file), _MOST_CHANGES):
        lacking = matching.lacking(change, fewest)
        if lacking < fewest:
            fewest, nearest = lacking, [change]
        elif lacking == fewest == 0:
            nearest.append(change)
        if lacking == 0 and change.is_none:
            break
    found = [matching.fit(change) for change in nearest]
    return [
        fit for place, fit in enumerate(found) if all(fit.names != before.names for before in found[:place])
    ]


class _Matching:
    """The names of a network and of a file, each by what is left of it without wrappers."""

    def __init__(
        self, own: Mapping[str, Shape], spare: Mapping[str, tuple[str, ...]], file: Mapping[str, Shaped]
    ) -> None:
        self.tidy_own, self.tidy_file = _tidied(own), _tidied(file)
        self._own, self._file = own, file
        tidy = {name: key for key, name in self.tidy_own.items()}
        self._spare = {name: tuple(tidy[other] for other in others) for name, others in spare.items()}

    def lacking(self, change: "_Change", most: int) -> int:
        """Return how many of the network's tensors would not be had; at least `most` if it is no fewer."""
        count = 0
        for tidy, name in self.tidy_own.items():
            there = self.tidy_file.get(change.apply(tidy))
            count += not (self._takes(name, there) if there is not None else self._spares(name, change))
            if count > most:
                break
        return count

    def fit(self, change: "_Change") -> Fit:
        """Return how the file fits after a change."""
        names: dict[str, str] = {}
        missing: list[str] = []
        other: dict[str, str] = {}
        for tidy, name in self.tidy_own.items():
            there = self.tidy_file.get(change.apply(tidy))
            if there is None:
                missing += [] if self._spares(name, change) else [name]
            elif self._takes(name, there):
                names[name] = there
            else:
                other[name] = there
        taken = {*names.values(), *other.values()}
        unused = [name for name in self._file if name not in taken]
        return Fit(names, missing, other, unused, change.file, _words(change, names))

    def _takes(self, name: str, there: str) -> bool:
        return is_same_shape(self._own[name], self._file[there].shape)

    def _spares(self, name: str, change: "_Change") -> bool:
        """Tell whether the network can do without the file's tensor of that name."""
        others = self._spare.get(name)
        return others is not None and (not others or any(change.apply(it) in self.tidy_file for it in others))


# ---- names without what wraps a network ----


def _tidied(names: Iterable[str]) -> dict[str, str]:
    """Return the names by what is left of them without wrappers; as they are where that would make two the same."""
    names = list(names)
    tidy = {_tidy(name): name for name in names}
    return tidy if len(tidy) == len(names) else {name: name for name in names}


def _tidy(name: str) -> str:
    steps = [step for step in name.split(".") if step not in _WRAPPERS]
    if steps and steps[-1] in _OF_WEIGHT_NORM:
        steps[-1] = _OF_WEIGHT_NORM[steps[-1]]
    return ".".join(steps)


# ---- one change for all names ----


@dataclass(frozen=True)
class _Change:
    """The network's names begin with `own`, the file's with `file` instead, and end in `tail` besides."""

    own: str = ""
    file: str = ""
    tail: str = ""

    def apply(self, name: str) -> str:
        return self.file + name.removeprefix(self.own) + self.tail

    @property
    def is_none(self) -> bool:
        return self.own == self.file and not self.tail

    @property
    def words(self) -> tuple[str, ...]:
        own, file, tail = (shown(text, 40) for text in (self.own, self.file, self.tail))
        said = []
        if own != file:
            if not own:
                said.append(f"“{file}” before every name dropped")
            elif not file:
                said.append(f"“{own}” put before every name")
            else:
                said.append(f"“{file}” before every name read as “{own}”")
        return (*said, f"“{tail}” behind every name dropped") if tail else tuple(said)


def _changes(own: Mapping[str, str], file: Mapping[str, str]) -> Iterator[_Change]:
    """Yield the changes of names that could make them fit, none first."""
    seen = {_Change()}
    yield _Change()
    for prefix in shared_prefixes(list(own)):
        rests = [name.removeprefix(prefix) for name in own]
        for rest in _telling(rests):
            for name in file:
                change = _between(prefix, rest, name)
                if change is not None and change not in seen:
                    seen.add(change)
                    yield change


def shared_prefixes(names: list[str]) -> list[str]:
    """Return the beginnings that all names share, up to a dot: none, `net.`, `net.body.`."""
    if not names:
        return []
    low, high = min(names), max(names)
    end = next(
        (i for i, (a, b) in enumerate(zip(low, high, strict=False)) if a != b), min(len(low), len(high))
    )
    return ["", *(low[: i + 1] for i in range(end) if low[i] == ".")]


def _telling(rests: list[str]) -> list[str]:
    """Return a few names by which a change is found: the longest, the first, the last."""
    return list(dict.fromkeys((max(rests, key=len), rests[0], rests[-1]))) if rests else []


def _between(prefix: str, rest: str, name: str) -> _Change | None:
    """Return the change that makes of the network's name `prefix + rest` the file's `name`."""
    if not rest:
        return None
    place = name.rfind(rest)
    if place < 0 or (place and name[place - 1] != "."):
        return None
    tail = name[place + len(rest) :]
    if tail and tail[0] not in "._:":
        return None
    return _Change(prefix, name[:place], tail)


def _words(change: _Change, names: Mapping[str, str]) -> tuple[str, ...]:
    left = sorted({step for name in names.values() for step in name.split(".")} & _WRAPPERS)
    wrapped = {step for name in names for step in name.split(".")} & _WRAPPERS
    left = [step for step in left if step not in wrapped]
    return (*change.words, *(f"“{step}” left out of the names" for step in left))


def is_same_shape(own: Shape, other: Shape) -> bool:
    """Tell whether one can be copied into the other; a single number may have an axis or none."""
    if own is None or other is None or tuple(own) == tuple(other):
        return True
    return prod(own) == prod(other) == 1 and len(own) + len(other) == 1


# ---- heads ----


def head(own: Mapping[str, Shape], fit: Fit, file: Mapping[str, Shaped]) -> list[str]:
    """Return the names of the network's tensors that may be left random: a head for another number of classes.

    The last layer is among them. They have as many axes in the file, and another length along the first of them only;
    or the file lacks that layer whole. Where they are the last few layers, one after the other, only the first
    must take what comes before; the file may lack any of them. Empty if something else does not fit, or little does.
    """
    rest = [*fit.missing, *fit.other]
    order = list(dict.fromkeys(_layer(name) for name in own))
    layers = {_layer(name) for name in rest}
    if not order or order[-1] not in layers or len(layers) > _FEW or len(fit.names) < len(rest):
        return []
    lacking = {_layer(name) for name in fit.missing}
    if lacking & {_layer(name) for name in fit.names}:
        return []
    is_end = len(layers) > 1 and set(order[-len(layers) :]) == layers
    free = layers - {order[-len(layers)]} if is_end else set()
    if lacking - {order[-1]} and not is_end:
        return []
    right = all(
        _is_other_count(own[name], file[there].shape)
        or (_layer(name) in free and _has_as_many_axes(own[name], file[there].shape))
        for name, there in fit.other.items()
    )
    return [name for name in own if name in rest] if right else []


def _layer(name: str) -> str:
    return name.rpartition(".")[0]


def _has_as_many_axes(own: Shape, other: Shape) -> bool:
    return own is not None and other is not None and len(own) == len(other) > 0


def _is_other_count(own: Shape, other: Shape) -> bool:
    if own is None or other is None:
        return False
    return len(own) == len(other) > 0 and tuple(own[1:]) == tuple(other[1:])
