"""A question to the engine is a value: it says what it asks, and therefore it is also the key of its answer."""

from collections.abc import Callable
from enum import IntEnum
from importlib import import_module
from typing import Any, ClassVar, Generic, TypeVar

from explorer.records.names import plain

A = TypeVar("A", covariant=True)
R = TypeVar("R")


class Lane(IntEnum):
    """Commands of one lane are answered one after the other; lanes do not wait for each other."""

    WORK = 0  # the engine's main thread: loads and forwards
    VIEW = 1  # looks into a forward; must never wait for a long one
    SIDE = 2  # lists and downloads


class Urgency(IntEnum):
    """What comes first in a lane; from `BESIDE` on a command gives way to what is more urgent, even when it runs."""

    MODEL = 0
    SELECTED = 1
    OPEN = 2
    ANSWER = 3
    BESIDE = 4
    LAB = 5
    AHEAD = 6  # what will likely be wanted next
    IDLE = 7  # begins when nothing else has been asked for a while


class Command(Generic[A]):
    """Something that the engine is asked; `A` is the record it answers with. Subclasses are frozen dataclasses.

    A subclass stands in a module `messages` of a package; the function that answers it stands in the module `compute`
    of the same package, which only the engine imports.

    Attributes:
        lane: Where it waits.
        urgency: When its turn comes.
        doing: What it does, to be put after "while"; `{name}` stands for the field `name`.
        frees: True if much memory is no longer needed afterwards.
        looks_into: Its fields that are numbers of recorded forwards.
        flows: True if one comes after the other as long as a person moves something: nobody is told that it runs, and
            an answer is forgotten when the next is wished.
    """

    lane: ClassVar[Lane] = Lane.WORK
    urgency: ClassVar[Urgency] = Urgency.SELECTED
    doing: ClassVar[str] = ""
    frees: ClassVar[bool] = False
    looks_into: ClassVar[tuple[str, ...]] = ("forward",)
    flows: ClassVar[bool] = False

    @property
    def activity(self) -> str:
        """What it does, for a person: `loading resnet50`."""
        return plain(self.doing.format_map(vars(self)))

    @property
    def forwards(self) -> tuple[int, ...]:
        """Numbers of the recorded forwards that it looks into; empty for none."""
        return tuple(getattr(self, name) for name in self.looks_into if hasattr(self, name))

    @property
    def like_forwards(self) -> tuple[int, ...]:
        """For each of them the first of the forwards that ran alike, of all of which its answer is true; else empty."""
        like = getattr(self, "like", ())
        return like if isinstance(like, tuple) else (like,)


_ANSWERERS: dict[type, Callable[..., Any]] = {}


def answers(kind: type[Command[R]]) -> Callable[[Callable[..., R]], Callable[..., R]]:
    """Let the decorated function, called with a command, the `Bench` and a `Task`, answer commands of `kind`."""

    def register(function: Callable[..., R]) -> Callable[..., R]:
        _ANSWERERS[kind] = function
        return function

    return register


def answerer(kind: type[Command[R]]) -> Callable[..., R]:
    """Return the function that answers commands of `kind`; imports its module, which may bring torch.

    Raises:
        LookupError: No function says that it answers them.
    """
    if kind not in _ANSWERERS:
        import_module(f"{kind.__module__.rpartition('.')[0]}.compute")
    if kind not in _ANSWERERS:
        raise LookupError(f"Nothing answers {kind.__name__}.")
    function: Callable[..., R] = _ANSWERERS[kind]
    return function
