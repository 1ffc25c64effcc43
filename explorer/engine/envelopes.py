"""What goes through the pipe between window and engine: requests, answers, signs of life."""

from dataclasses import dataclass
from typing import Any

from explorer.engine.command import Command
from explorer.records.measures import EngineLoad

LONGEST_TEXT = 500


@dataclass(frozen=True)
class Request:
    """A command under an id that its answer will carry."""

    id: int
    command: Command[Any]


@dataclass(frozen=True)
class Cancel:
    """Ask that request `id` stop; it is answered by a `Failure` whose `cancelled` is True."""

    id: int


@dataclass(frozen=True, eq=False)
class Reply:
    """The answer to request `id`."""

    id: int
    result: object


@dataclass(frozen=True)
class Failure:
    """Request `id` failed.

    Attributes:
        message: One line: what, why, the next step.
        cancelled: True if it was cancelled.
        ended: True if the engine ended before it was answered; what ended it is told right afterwards.
        allows: The attribute of the command that, set to True, would let it go on; empty for none.
    """

    id: int
    message: str
    cancelled: bool = False
    ended: bool = False
    allows: str = ""


@dataclass(frozen=True)
class Progress:
    """How far request `id` is: `done` of `total` (0 if unknown), and what it is doing."""

    id: int
    done: int
    total: int
    text: str


@dataclass(frozen=True, eq=False)
class Part:
    """An answer to request `id` so far, of the kind that the whole will be."""

    id: int
    result: object


@dataclass(frozen=True)
class Heartbeat:
    """The engine lives."""

    load: EngineLoad


Message = Reply | Failure | Progress | Part | Heartbeat

# ---- what passes through the pipe besides messages ----


@dataclass(frozen=True)
class Ready:
    """The engine is built; from now on it must be responsive."""


@dataclass(frozen=True)
class Broken:
    """The engine cannot be built, and would not be if it were tried again."""

    message: str


@dataclass(frozen=True)
class Begun:
    """Request `id` is being worked on."""

    id: int


@dataclass(frozen=True)
class Stop:
    """The client asks the host to end."""
