"""What the engine is asked and when: one command at a time in each lane, the most urgent first."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any, Protocol

from explorer.engine.command import Command, Lane, Urgency
from explorer.engine.envelopes import Failure, Part, Progress, Reply
from explorer.records.names import plain


class Link(Protocol):
    """The way to an engine, wherever it is."""

    def send(self, command: Command[Any]) -> int:
        """Send a command; return the id that its answer will carry."""

    def cancel(self, request_id: int) -> None:
        """Ask that a request stop; its answer still comes."""


class EngineLinkLike(Link, Protocol):
    """The way to an engine that can be started and stopped."""

    @property
    def pid(self) -> int | None:
        """Process id of the engine; None while it does not run."""

    def listen(self, listener: Callable[[Any], None]) -> None:
        """Hand all events to `listener`, in any thread."""

    def start(self) -> None:
        """Start the engine, also one that was left dead."""

    def stop(self, timeout: float) -> None:
        """End the engine within `timeout` seconds."""


def _ignore(_: Any) -> None:
    """Nobody waits for it."""


@dataclass(eq=False)
class Wanted:
    """A command that somebody waits for.

    Attributes:
        command: The question.
        urgency: When its turn comes.
        done: Called with the answer.
        failed: Called with the `Failure`; not if it was withdrawn.
        moved: Called with each `Progress` and `Part`.
        by_hand: True if a person started it and is to be told if the engine ends before its turn.
        progress: What the engine said last of how far it is; None before it said anything.
        part: The answer so far; None if there is none.
    """

    command: Command[Any]
    urgency: Urgency
    done: Callable[[Any], object] = _ignore
    failed: Callable[[Failure], object] = _ignore
    moved: Callable[["Wanted"], object] = _ignore
    by_hand: bool = False
    progress: Progress | None = None
    part: Any = None

    @property
    def is_told(self) -> bool:
        """True if a person is told that it runs: not of quick looks, nor of what flows."""
        return self.command.lane is not Lane.VIEW and not self.command.flows

    @property
    def text(self) -> str:
        """What is being done, for a person."""
        return (self.progress.text if self.progress else "") or self.command.activity


@dataclass(eq=False)
class _Running:
    """What a lane works on; `abandoned` if nobody waits for it any more."""

    id: int
    wanted: Wanted
    abandoned: bool = False


class Requests:
    """Keeps each lane of the engine busy with the most urgent of what is wanted.

    What is withdrawn while the work lane runs it is cancelled; in the other lanes it is let finish: it is short, or
    cannot be stopped half-way.
    A command that may wait (from `Urgency.BESIDE` on) gives way to a more urgent one, and is asked anew afterwards.

    Args:
        link: Where to ask.
        changed: Called when another command runs, or none.
    """

    def __init__(self, link: Link, changed: Callable[[], object] = lambda: None) -> None:
        self._link = link
        self._changed = changed
        self._waiting: list[Wanted] = []
        self._running: dict[Lane, _Running] = {}
        self._is_held = False
        self.is_alive = False
        self.may_idle = False

    @property
    def running(self) -> list[Wanted]:
        """What the engine works on and somebody waits for; the work lane first."""
        return [
            self._running[lane].wanted for lane in sorted(self._running) if not self._running[lane].abandoned
        ]

    @property
    def is_idle(self) -> bool:
        """True if nothing runs and nothing waits."""
        return not self._running and not self._waiting

    @property
    def is_calm(self) -> bool:
        """True if nothing runs or waits but what waits for calm itself, and downloads, which hardly disturb."""
        busy = (*self._waiting, *(run.wanted for run in self._running.values()))
        return all(
            it.urgency is Urgency.IDLE or (it.command.lane is Lane.SIDE and it.urgency >= Urgency.BESIDE)
            for it in busy
        )

    @contextmanager
    def together(self) -> Iterator[None]:
        """Weigh what is asked meanwhile at the end, all of it together, unless `go_on` is called before."""
        before, self._is_held = self._is_held, True
        try:
            yield
        finally:
            self._is_held = before
            if not before:
                self.go_on()
                self._changed()

    def ask(self, wanted: Wanted) -> Wanted:
        """Ask a question as soon as it is its turn."""
        with self.together():
            self._waiting.append(wanted)
            running = self._running.get(wanted.command.lane)
            if running is not None and _gives_way(running.wanted, wanted) and not running.abandoned:
                self._waiting.append(running.wanted)
                self._abandon(running)
        return wanted

    def withdraw(self, wanted: Wanted) -> None:
        """Nobody wants it any more; nothing is called back for a failure."""
        if wanted in self._waiting:
            self._waiting.remove(wanted)
        for running in self._running.values():
            if running.wanted is wanted and not running.abandoned:
                if wanted.command.lane is Lane.WORK:
                    self._abandon(running)
                else:
                    wanted.failed = _ignore

    def cancel(self, wanted: Wanted) -> None:
        """Stop it, as the person asked; `failed` is called with a failure that says so."""
        if wanted in self._waiting:
            self._waiting.remove(wanted)
            wanted.failed(Failure(0, "Cancelled.", cancelled=True))
        for running in self._running.values():
            if running.wanted is wanted and not running.abandoned:
                self._link.cancel(running.id)

    def cancel_lane(self, lane: Lane) -> bool:
        """Stop what a lane works on and give up all that wait for it; return False if there was nothing.

        In the other lanes than that of the work only what a person started is meant.
        """
        given_up = [it for it in self._waiting if it.command.lane is lane and it.urgency is not Urgency.IDLE]
        running = self._running.get(lane)
        for wanted in given_up:
            if lane is Lane.WORK or wanted.by_hand:
                self.cancel(wanted)
        if running is not None and not running.abandoned and (lane is Lane.WORK or running.wanted.by_hand):
            self._link.cancel(running.id)
            return True
        return lane is Lane.WORK and bool(given_up)

    def reset(self) -> None:
        """Forget everything: the engine is gone. Only what a person started is told that it comes to nothing."""
        gone = [*(run.wanted for run in self._running.values() if not run.abandoned), *self._waiting]
        self._waiting.clear()
        self._running.clear()
        for wanted in gone:
            if wanted.by_hand:
                wanted.failed(Failure(0, "The engine ended before this was done; try again.", ended=True))
        self._changed()

    def take(self, message: Reply | Failure | Progress | Part) -> None:
        """Take what the engine said to a request."""
        found = next(((lane, it) for lane, it in self._running.items() if it.id == message.id), None)
        if found is None or (isinstance(message, Failure) and message.ended):
            return  # of an engine that has ended it is told once, for all
        lane, running = found
        wanted = running.wanted
        if isinstance(message, Progress | Part):
            if isinstance(message, Progress):
                wanted.progress = replace(message, text=plain(message.text))
            else:
                wanted.part = message.result
            if not running.abandoned:
                wanted.moved(wanted)
            return
        del self._running[lane]
        wanted.progress = wanted.part = None
        if isinstance(message, Failure):
            message = replace(message, message=plain(message.message))
        with self.together():
            self._call_back(running, message)

    def go_on(self) -> None:
        """Let every free lane begin what is most urgent."""
        if not self.is_alive:
            return
        for lane in Lane:
            while lane not in self._running and (ready := self._ready(lane)):
                wanted = min(ready, key=lambda it: it.urgency)  # min keeps the order of equals
                self._waiting.remove(wanted)
                # Before it is sent: an engine in this process may answer at once.
                running = self._running[lane] = _Running(-1, wanted)
                running.id = self._link.send(wanted.command)
                self._changed()

    def _ready(self, lane: Lane) -> list[Wanted]:
        may_idle = self.may_idle and self.is_calm
        here = [it for it in self._waiting if it.command.lane is lane]
        return [it for it in here if may_idle or it.urgency is not Urgency.IDLE]

    def _abandon(self, running: _Running) -> None:
        running.abandoned = True
        self._link.cancel(running.id)

    def _call_back(self, running: _Running, message: Reply | Failure) -> None:
        wanted = running.wanted
        if isinstance(message, Reply):
            # What was put off and finished after all needs no second run; and even what was withdrawn is told of
            # its success, for the engine's state has changed with it.
            self._waiting = [it for it in self._waiting if it is not wanted]
            wanted.done(message.result)
        elif not running.abandoned:
            wanted.failed(message)


def _gives_way(running: Wanted, wanted: Wanted) -> bool:
    is_long = running.command.lane is Lane.WORK
    return is_long and running.urgency >= Urgency.BESIDE and wanted.urgency < running.urgency
