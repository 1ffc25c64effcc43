"""What the panes wish to know: asked once, remembered under its question, refused by name where it ended the engine."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from explorer.engine.command import Command, Lane, Urgency
from explorer.engine.envelopes import Failure
from explorer.window.answers import Answers
from explorer.window.requests import Requests, Wanted
from explorer.window.scene import EngineState, Scene
from explorer.window.spec import Waiting, Wish

_OFF = Failure(0, "The engine is off; start it again to go on.")


class Wishes:
    """Asks what is wished, and what will likely be wished next; knows the answers.

    Args:
        requests: Through which it asks.
        answered: Called when an answer has come.
        moved: Called when an answer is further.
    """

    def __init__(
        self, requests: Requests, answered: Callable[[], object], moved: Callable[[], object]
    ) -> None:
        self._requests = requests
        self._answered = answered
        self._moved = moved
        self._answers = Answers()
        self._asked: dict[Command[Any], Wanted] = {}
        self._now: tuple[Command[Any], ...] = ()  # what is wished
        # What was fetched ahead of that: once, for it may find no room.
        self._fetched: set[Command[Any]] = set()
        self._refused: dict[tuple[Any, ...], Failure] = {}

    @property
    def has_caught_up(self) -> bool:
        """True if all that is wished of what is shown is there, but for what may wait."""
        return not any(
            it.urgency < Urgency.BESIDE and _is_looked_at(it.command) for it in self._asked.values()
        )

    @property
    def is_flowing(self) -> bool:
        """True while the engine is to answer something of what flows."""
        return any(command.flows for command in self._asked)

    def known(self, command: Command[Any]) -> Any:
        """Return the answer to a command if it is there, else None; a failure is a `Failure`."""
        return self._answers.get(command)

    def answer(self, wish: Wish | None, scene: Scene) -> Any:
        """Return what is to be shown to a wish now: the answer, why there is none, or that it is on its way."""
        if wish is None:
            return Waiting("") if scene.is_coming else None
        command = wish.command
        if command in self._answers:
            return self._answers.get(command)
        if (why := self._refused.get(_named(command, scene))) is not None:
            return why
        if scene.engine is EngineState.OFF:
            return _OFF
        wanted = self._asked.get(command)
        if wanted is None:
            return Waiting(command.activity)
        done, total = (wanted.progress.done, wanted.progress.total) if wanted.progress else (0, 0)
        return Waiting(wanted.text, done, total, wanted.part)

    def ask_for(self, wishes: Sequence[Wish], scene: Scene, fetch: bool) -> bool:
        """Ask for what is wished and not known, and for no more than that and, with `fetch`, what is likely next.

        Returns:
            True if there is something to fetch that was not asked for now.
        """
        now = tuple(dict.fromkeys(command for wish in wishes for command in (wish.command, *wish.beside)))
        if now != self._now:
            flows = any(command.flows for command in now)
            self._forget_left([command for command in self._now if command not in now], flows)
            self._now, self._fetched = now, set()
        missing = [it for it in now if it not in self._answers]
        # Only when all that is wished now is there, the likely next is fetched: it must not stand in the way. What
        # waits for calm itself does not count, nor lists.
        pressing = [it for it in missing if it.urgency is not Urgency.IDLE and _is_looked_at(it)]
        ahead = [] if pressing else [command for wish in wishes for command in wish.ahead]
        fresh = [it for it in ahead if it in self._asked or it not in self._fetched]
        wanted = {it: it for it in [*missing, *(it for it in fresh if it not in self._answers)]}
        for command in [it for it in self._asked if not _is_same(it, wanted.get(it))]:
            self._requests.withdraw(self._asked.pop(command))
        if scene.engine is EngineState.OFF:
            return False
        for command in wanted:
            urgency = command.urgency if command in missing else Urgency.AHEAD
            if (asked := self._asked.get(command)) is not None:
                asked.urgency = urgency  # what was fetched ahead may be what is wished by now
            elif _named(command, scene) not in self._refused:
                if urgency is Urgency.AHEAD and not fetch:
                    return True
                self._fetched.add(command)
                self._ask(command, urgency)
        return False

    def forget(self, command: Command[Any], scene: Scene) -> None:
        """Forget an answer or a refusal, so that whoever wishes it asks anew."""
        self._answers.forget(command)
        self._refused.pop(_named(command, scene), None)

    def forget_gone(self, scene: Scene) -> None:
        """Forget what was asked of a forward that is gone, and is not true of all that ran like one that is there."""
        held = [(seat.forward.number, seat.like) for seat in scene.seats if seat.forward is not None]
        self._answers.forget_but({number for number, _ in held}, {like for _, like in held})

    def _forget_left(self, commands: Sequence[Command[Any]], flows: bool) -> None:
        """Forget of looks that are left that they were cancelled: who comes back wants to see.

        Where something `flows` on, what came before of it is forgotten as well.
        """
        for command in commands:
            answer = self._answers.get(command)
            cancelled = isinstance(answer, Failure) and answer.cancelled
            if (command.flows and flows) or (hasattr(command, "again") and cancelled):
                self._answers.forget(command)

    def bury(self, culprit: Command[Any] | None, why: str, scene: Scene) -> None:
        """The engine is gone, and with it what was asked; what ended it is refused from now on."""
        self._asked.clear()
        if culprit is not None:
            self._refused[_named(culprit, scene)] = Failure(0, why)

    def _ask(self, command: Command[Any], urgency: Urgency, again: bool = False) -> None:
        """Ask a question; with `again`, so that the model runs again for what was let go."""
        sent = replace(command, again=True) if again else command  # type: ignore[type-var]
        wanted = Wanted(
            sent,
            urgency,
            lambda answer: self._on_answer(command, wanted, answer),
            lambda failure: self._on_answer(command, wanted, failure),
            lambda _: self._moved(),
        )
        self._asked[command] = wanted  # before it is asked: the answer may come at once
        self._requests.ask(wanted)

    def _on_answer(self, command: Command[Any], wanted: Wanted, answer: Any) -> None:
        again = self._asked.pop(command, None)
        if again is not None and again is not wanted:
            self._requests.withdraw(again)  # wished, given up and wished again: one answer is enough
        if _is_let_go(answer) and wanted.command is command:
            if command in self._now:  # for what is only likely next no model runs
                self._ask(command, command.urgency, again=True)
        else:
            self._answers.keep(command, answer, self._now)
        self._answered()


def _named(command: Command[Any], scene: Scene) -> tuple[Any, ...]:
    """Return what a command asks, whatever number its forward has: a new engine's forward is the same question."""
    if not command.forwards:
        return (command,)
    nameless = {name: 0 for name in (*command.looks_into, "like", "again") if hasattr(command, name)}
    about = (_about(number, scene) for number in command.forwards)
    return replace(command, **nameless), *about  # type: ignore[type-var]


def _about(number: int, scene: Scene) -> tuple[Any, ...]:
    """Return what a forward is of, whatever its number."""
    seat = next((it for it in scene.seats if it.forward and it.forward.number == number), scene.seat)
    key = seat.forward.key if seat.forward is not None else scene.image
    return seat.wanted, key, seat.size


def _is_looked_at(command: Command[Any]) -> bool:
    """Tell whether a command asks for what is looked at: a list that is not there yet covers and delays nothing."""
    return command.lane is not Lane.SIDE


def _is_let_go(answer: Any) -> bool:
    """Tell whether the engine let go of what was asked for, and would let the model run again for it."""
    return isinstance(answer, Failure) and answer.allows == "again"


def _is_same(asked: Command[Any], wanted: Command[Any] | None) -> bool:
    """Tell whether what was asked is still wanted, and of the same forward: of one that is gone nothing can be told."""
    return wanted is not None and asked.forwards == wanted.forwards
