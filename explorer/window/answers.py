"""What the engine answered, kept as long as there is room, the longest unused going first."""

from collections import OrderedDict
from collections.abc import Collection, Container, Mapping
from dataclasses import fields, is_dataclass
from typing import Any

import numpy as np

from explorer.engine.command import Command

_MOST = 96
_MOST_BYTES = 256 << 20


class Answers:
    """Answers by their questions. A question that looks into a forward goes with it."""

    def __init__(self) -> None:
        self._kept: OrderedDict[Command[Any], Any] = OrderedDict()
        self._bytes = 0

    def __contains__(self, command: object) -> bool:
        return command in self._kept

    def get(self, command: Command[Any]) -> Any:
        """Return the answer, which may be a `Failure`; None if it is not known."""
        if command not in self._kept:
            return None
        self._kept.move_to_end(command)
        return self._kept[command]

    def keep(self, command: Command[Any], answer: Any, needed: Collection[Command[Any]] = ()) -> None:
        """Keep an answer; it and those that are `needed` stay, however large they are."""
        self.forget(command)
        self._kept[command] = answer
        self._bytes += _bytes_of(answer)
        for oldest in tuple(self._kept):
            if len(self._kept) <= _MOST and self._bytes <= _MOST_BYTES:
                return
            if oldest != command and oldest not in needed:
                self.forget(oldest)

    def forget(self, command: Command[Any]) -> None:
        """Forget the answer to a question."""
        if command in self._kept:
            self._bytes -= _bytes_of(self._kept.pop(command))

    def forget_but(self, forwards: Container[int], like: Container[int] = ()) -> None:
        """Forget what was asked of any other forward than these and is not true of all that ran `like` one of those."""
        for command in tuple(self._kept):
            held = all(it in forwards for it in command.forwards)
            if not held and not (command.like_forwards and all(it in like for it in command.like_forwards)):
                self.forget(command)


def _bytes_of(answer: Any) -> int:
    """Return the bytes of the arrays in a record."""
    if isinstance(answer, np.ndarray):
        return int(answer.nbytes)
    if isinstance(answer, Mapping):
        return sum(map(_bytes_of, answer.values()))
    if isinstance(answer, tuple):
        return sum(map(_bytes_of, answer))
    if is_dataclass(answer):
        return sum(_bytes_of(getattr(answer, field.name)) for field in fields(answer))
    return 0
