"""What a verb of the command line is given and what it returns."""

from typing import Protocol, TypeVar

from explorer.engine.command import Command

A = TypeVar("A")

Outcome = tuple[str, int]
"""What to print on standard output, and the exit code."""


class Ask(Protocol):
    """Asks the engine and waits for its answer."""

    def __call__(self, command: Command[A], /) -> A:
        """Return the answer; raises what the engine raises."""
