"""What follows from the scene is asked for, once, and withdrawn when it follows no more."""

from collections.abc import Callable, Hashable, Mapping
from typing import Any, NamedTuple

from explorer.engine.command import Command, Urgency
from explorer.window.desk import Desk
from explorer.window.requests import Wanted


class Need(NamedTuple):
    """A question that follows from the scene, and who is told what came of it."""

    command: Command[Any]
    urgency: Urgency
    done: Callable[[Any], object]
    failed: Callable[[Any], object]


class Following:
    """Keeps what is asked of the engine true to what is needed."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._asked: dict[Hashable, Wanted] = {}  # what is under way, by what it is about

    def need(self, needs: Mapping[Hashable, Need]) -> None:
        """Ask for what is needed and not under way, and withdraw what is under way and not needed any more."""
        for about in [it for it in self._asked if it not in needs]:
            self._desk.withdraw(self._asked.pop(about))
        for about, need in needs.items():
            if about in self._asked:
                self._asked[about].urgency = need.urgency  # another input may be shown by now
            else:
                self._ask(about, need)

    def under_way(self, about: Hashable) -> Command[Any] | None:
        """Return what is asked about something; None if nothing is."""
        wanted = self._asked.get(about)
        return wanted.command if wanted is not None else None

    def forget(self) -> None:
        """Forget all that was asked: the engine is gone."""
        self._asked.clear()

    def _ask(self, about: Hashable, need: Need) -> None:
        def over(call_back: Callable[[Any], object]) -> Callable[[Any], None]:
            def called(answer: Any) -> None:
                again = self._asked.pop(about, None)
                if again is not None and again is not wanted:
                    self._desk.withdraw(again)  # wanted, given up and wanted again: one answer is enough
                call_back(answer)

            return called

        wanted = self._asked[about] = self._desk.ask(
            need.command, over(need.done), over(need.failed), need.urgency
        )
