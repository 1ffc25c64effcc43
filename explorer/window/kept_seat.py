"""How a seat is kept for the next start: its network, and what was chosen for it, as texts."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Self

from explorer.engine.messages import LoadModel, Size
from explorer.records.initialisation import Scheme
from explorer.records.names import split_file
from explorer.records.sizes import in_reach
from explorer.window.scene import Seat

_MOST_DIGITS = 19  # what torch takes as a seed


@dataclass(frozen=True)
class KeptSeat:
    """What comes back of a seat.

    Attributes:
        command: How its network is loaded; consent to run a file, and what a person said of its inputs, are not kept.
        size: Height and width of its inputs; None for the network's own.
        image: What an input of its own is found by; empty for none.
    """

    command: LoadModel
    size: Size | None = None
    image: str = ""

    @classmethod
    def of(cls, seat: Seat, image: str, before: Self | None) -> Self | None:
        """Return what is kept of a seat; None if it has no network that was ever there.

        Args:
            seat: The seat; what is still on its way does not count, if it was not there before.
            image: What its input is found by.
            before: What came back of it at this start.
        """
        command, wanted = seat.loaded, seat.wanted
        if command is None and wanted is not None and wanted.name in _there(seat, before):
            command = wanted
        if command is None:
            return None
        chosen = (seat.size, image) if wanted is not None and wanted.name == command.name else (None, "")
        return cls(replace(command, name=_absolute(command.name)), *chosen)

    def texts(self) -> list[str]:
        """Return it as `read` takes it."""
        command, size = self.command, "" if self.size is None else "×".join(map(str, self.size))
        seed = "" if command.seed is None else str(command.seed)
        head = "random head" if command.random_head else ""
        scheme = command.initialisation.value
        return [command.name, command.weights or "", seed, command.device, scheme, head, size, self.image]

    @classmethod
    def read(cls, texts: list[str], number: int) -> Self | None:
        """Return what was kept of seat `number`; None if nothing was. What cannot be read is as without a choice."""
        if len(texts) != 8 or not texts[0]:
            return None
        name, weights, seed, device, scheme, head, size, image = texts
        command = LoadModel(
            name,
            weights or None,
            seed=_number(seed),
            device=device,
            initialisation=Scheme(scheme) if scheme in set(Scheme) else Scheme.DEFAULT,
            seat=number,
            random_head=bool(head),
        )
        return cls(command, _size(size), image)


def _there(seat: Seat, before: KeptSeat | None) -> tuple[str, ...]:
    """Return the names of the network that was there where none is now: in the engine that ended, or the last time."""
    if seat.model is not None:
        return seat.model.entry.full_name, seat.model.entry.name
    return () if before is None else (before.command.name,)


def _absolute(name: str) -> str:
    """Return a network's name, that of a file or a folder as it is found from anywhere."""
    if (own := split_file(name)) is not None:
        return f"{Path(own[0]).absolute()}:{own[1]}"
    return str(Path(name).absolute()) if Path(name, "config.json").is_file() else name


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= _MOST_DIGITS else None


def _size(text: str) -> Size | None:
    height, _, width = text.partition("×")
    size = _number(height) or 0, _number(width) or 0
    return size if in_reach(*size) else None
