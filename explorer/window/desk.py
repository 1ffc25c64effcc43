"""The desk: all that a feature gets. It holds the scene, asks what the panes wish, and shows them the answers."""

import itertools
import sys
from collections import deque
from collections.abc import Callable
from dataclasses import replace
from typing import Any, Protocol

from PySide6.QtCore import QObject, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QAction

from explorer.engine.client import EngineDied, EngineStarted
from explorer.engine.command import Command, Lane, Urgency
from explorer.engine.envelopes import Failure, Heartbeat, Part, Progress, Reply
from explorer.records.trace import Trace
from explorer.window.requests import EngineLinkLike, Requests, Wanted
from explorer.window.scene import EngineState, Scene
from explorer.window.seated import Pane, Seated
from explorer.window.settings import Settings
from explorer.window.spec import Export, Level, NoticeAction, Teller, Wish
from explorer.window.turns import Turns
from explorer.window.wishes import Wishes

_CALM_MS, _MOST_ROUNDS = 700, 20


class Notices(Teller, Protocol):
    """Where notices appear."""

    def close_about(self, key: str) -> None:
        """Close the notice about `key`, if there is one."""


class Desk(QObject):
    """Holds the scene and keeps the panes true to it.

    Attributes:
        scene, settings: What is true now; what is remembered.
        front: Finds the pane in front, for what is done with what it shows; None if there is none.

    One rule serves all panes: those in sight are asked what they wish; an answer is shown only to the wish that it
    answers; what is known is not asked again; what killed the engine is refused by name, never asked again; a forward
    that is gone takes its answers with it.

    Signals:
        settled(): The panes in sight show the scene, as far as it is known.
        worked(): Another command runs, or none, or it is further.
        died(object): `EngineDied`; the scene says so already, what was asked is forgotten.
        dropped(object): `QMimeData` that was dropped on the window or pasted; valid while the signal is handled.
        leaving(): The person wants to end the program.
    """

    settled = Signal()
    worked = Signal()
    died = Signal(object)
    dropped = Signal(object)
    leaving = Signal()
    _arrived = Signal()

    def __init__(
        self,
        link: EngineLinkLike,
        notices: Notices,
        settings: Settings,
        scene: Scene | None = None,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.scene = scene or Scene()
        self.settings = settings
        self.front: Callable[[], Any] = lambda: None
        self._link = link
        self._notices = notices
        self._requests = Requests(link, self._on_worked)
        self._numbers = itertools.count(1)
        self._panes: list[Seated] = []
        self._followers: list[Callable[[Scene], object]] = []
        self._wishes = Wishes(self._requests, self._on_answered, self._on_moved)
        self._actions: dict[str, QAction] = {}
        self._turns = Turns(self)
        self._wished: list[Wish] = []  # by the panes in sight, when they were asked last
        self._is_settling = self._is_planned = self._is_answered = self._is_closed = False
        self._calm = QTimer(self, singleShot=True, interval=_CALM_MS)
        self._calm.timeout.connect(self._on_calm)
        # The events stay in Python's queue: only a bare signal crosses the threads.
        self._events: deque[Any] = deque()
        self._arrived.connect(self._on_arrived, Qt.ConnectionType.QueuedConnection)
        link.listen(self._receive)

    # ---- the scene ----

    def set(self, **changes: Any) -> None:
        """Change fields of the scene; the panes follow, once per turn of the event loop."""
        self.put(replace(self.scene, **changes))

    def put(self, scene: Scene) -> None:
        """Put another scene in the place of this one; the panes follow, once per turn of the event loop."""
        self.scene = scene.after(self.scene)
        self.refresh()

    def choose(self, choice: object) -> None:
        """Put a choice in the place of the one of its kind; the panes follow."""
        if self.scene.choice(type(choice)) != choice:
            self.put(self.scene.with_choice(choice))

    def pick(self, trace: Trace | None, node: int, **changes: Any) -> None:
        """Show the operation that a person picked where a trace is drawn, and change other fields of the scene with it.

        Nothing happens if the scene has gone on to another forward by then: the number is one of its own there.
        """
        if trace is not None and trace is self.scene.trace:
            self.put(replace(self.scene.at_node(node), **changes))
            self.settle()

    def refresh(self) -> None:
        """Let the panes follow at the next turn of the event loop: the scene, or what is in sight, has changed."""
        if not self._is_planned and not self._is_closed:
            self._is_planned = True
            QTimer.singleShot(0, self, self._on_turn)

    def later(self, call: Callable[[], object]) -> None:
        """Call it behind what is painted, in a turn of the event loop of its own."""
        self._turns.add(call)

    def settle(self) -> None:
        """Let the panes follow now, as a key press wants it."""
        if self._is_settling or self._is_closed:
            return
        self._is_settling = True
        try:
            with self._requests.together():
                for _ in range(_MOST_ROUNDS):
                    before = self.scene
                    for follow in self._followers:
                        _guarded(follow, self.scene)
                    if self.scene is before:
                        break
                self._is_planned = self._is_answered = False  # whoever is shown it may plan another turn
                scene = self.scene
                wished = self._wish(scene)
            self._requests.go_on()  # before what is known is shown, in the middle of others too: the engine works
            self._show(scene, wished)
        finally:
            self._is_settling = False
        self.settled.emit()

    def exports(self) -> tuple[Export, ...]:
        """Return what the pane in front offers to be saved or copied; empty if nothing."""
        pane = self.front()
        return tuple(pane.exports()) if hasattr(pane, "exports") else ()

    def next_number(self) -> int:
        """Return a number for a forward, given once."""
        return next(self._numbers)

    # ---- who is at the desk ----

    def seat(self, pane: Pane, in_sight: Callable[[], bool]) -> None:
        """Take in a pane; it is asked and shown whenever `in_sight`."""
        self._panes.append(Seated(pane, in_sight))
        self.refresh()

    def follow(self, follower: Callable[[Scene], object]) -> None:
        """Call `follower` with every scene before the panes see it; it may change the scene."""
        self._followers.append(follower)
        self.refresh()

    # ---- asking ----

    def do(
        self,
        command: Command[Any],
        done: Callable[[Any], object] = lambda _: None,
        failed: Callable[[Failure], object] | None = None,
        urgency: Urgency | None = None,
    ) -> Wanted:
        """Ask what a person started by hand.

        Args:
            command: The question.
            done: Called with the answer.
            failed: Called with the failure; None tells it in a notice, unless it was cancelled.
            urgency: When its turn comes; None for that of the command.
        """
        on_failure = failed or self._tell_failure
        rank = command.urgency if urgency is None else urgency
        wanted = Wanted(command, rank, done, on_failure, lambda _: self._on_worked(), by_hand=True)
        return self._requests.ask(wanted)

    def ask(
        self,
        command: Command[Any],
        done: Callable[[Any], object],
        failed: Callable[[Failure], object],
        urgency: Urgency,
    ) -> Wanted:
        """Ask what follows from the scene: if the engine ends, whoever follows the scene asks anew."""
        return self._requests.ask(Wanted(command, urgency, done, failed, lambda _: self._on_worked()))

    def ask_again(self, command: Command[Any]) -> None:
        """Forget an answer, so that whoever wishes it asks anew."""
        self._wishes.forget(command, self.scene)
        self.refresh()

    def known(self, command: Command[Any]) -> Any:
        """Return the answer to a command if it is there, else None; a failure is a `Failure`."""
        return self._wishes.known(command)

    @property
    def is_flowing(self) -> bool:
        """True while answers to what a person moves are on their way."""
        return self._wishes.is_flowing

    def withdraw(self, wanted: Wanted) -> None:
        """Nobody wants it any more."""
        self._requests.withdraw(wanted)

    def cancel(self, wanted: Wanted | None = None) -> None:
        """Stop a command, or what the engine works on, the downloads last."""
        if wanted is not None:
            self._requests.cancel(wanted)
        elif not self._requests.cancel_lane(Lane.WORK):
            self._requests.cancel_lane(Lane.SIDE)

    @property
    def working(self) -> list[Wanted]:
        """What the engine works on, other than quick looks."""
        return [it for it in self._requests.running if it.is_told]

    @property
    def is_idle(self) -> bool:
        """True if nothing is asked or planned: what is shown stays as it is."""
        is_planned = self._is_planned or self._events or self._calm.isActive()
        return self._requests.is_idle and self._turns.is_idle and not is_planned

    @property
    def has_caught_up(self) -> bool:
        """True if the panes in sight have what they wish, but for what may wait."""
        return self._wishes.has_caught_up

    def leave(self) -> None:
        """End the program."""
        self.leaving.emit()

    def action(self, id: str) -> QAction:
        """Return an action by its id, for a button; what it does is declared by a feature."""
        if id not in self._actions:
            self._actions[id] = QAction(self)
        return self._actions[id]

    # ---- telling ----

    def tell(
        self,
        level: Level,
        text: str,
        action: NoticeAction | None = None,
        about: str = "",
        field: Any = None,
        detail: str = "",
    ) -> None:
        """Show a notice; one about the same takes the place of the one before."""
        self._notices.tell(level, text, action, about, field, detail)

    def hush(self, about: str) -> None:
        """Close the notice about something, if there is one."""
        self._notices.close_about(about)

    def _tell_failure(self, failure: Failure) -> None:
        if not failure.cancelled:
            self.tell(Level.ERROR, failure.message)

    # ---- the engine ----

    @property
    def engine_pid(self) -> int | None:
        """Process id of the engine; None while it does not run."""
        return self._link.pid

    def start_engine(self) -> None:
        """Start an engine that was left dead."""
        self.set(engine=EngineState.STARTING)
        self._link.start()

    def close(self, timeout: float) -> None:
        """End the engine within `timeout` seconds; nothing is called back any more."""
        self._is_closed = True
        self._calm.stop()
        self._link.stop(timeout)
        self._events.clear()

    def _receive(self, event: Any) -> None:
        """Take an event in the client's thread."""
        if not self._is_closed:
            self._events.append(event)
            self._arrived.emit()

    @Slot()
    def _on_arrived(self) -> None:
        if not self._events or self._is_closed:
            return
        match self._events.popleft():
            case Reply() | Failure() | Progress() | Part() as message:
                with self._requests.together():
                    self._requests.take(message)
                    if self._is_answered:
                        self.settle()
            case Heartbeat(load=load):
                if load != self.scene.load:
                    self.set(load=load)
            case EngineStarted():
                self._requests.is_alive = True
                self.set(engine=EngineState.ALIVE)
                self._requests.go_on()
            case EngineDied() as died:
                self._on_died(died)

    def _on_died(self, died: EngineDied) -> None:
        self._requests.is_alive = False
        self._requests.reset()
        # What was only slow to stop is no danger: the person may want it again.
        self._wishes.bury(None if died.by_cancel else died.command, died.message, self.scene)
        self.set(engine=EngineState.STARTING if died.restarting else EngineState.OFF)
        self.died.emit(died)

    def _on_worked(self) -> None:
        busy = any(it.by_hand or it.command.lane is Lane.WORK for it in self.working)
        if busy != self.scene.busy:
            self.set(busy=busy)
        if not self._requests.is_calm:
            self._requests.may_idle = False
            self._calm.stop()
        elif not self._requests.is_idle and not self._requests.may_idle and not self._calm.isActive():
            self._calm.start()
        self.worked.emit()

    @Slot()
    def _on_calm(self) -> None:
        self._requests.may_idle = True
        self._requests.go_on()

    @Slot()
    def _on_turn(self) -> None:
        planned, self._is_planned = self._is_planned, False
        if planned:
            self.settle()

    # ---- one rule for all panes ----

    def _wish(self, scene: Scene) -> list[tuple[Seated, Wish | None]]:
        """Ask what the panes in sight wish to know."""
        self._wishes.forget_gone(scene)
        wished = [(it, _guarded(it.pane.wants, scene)) for it in self._panes if it.in_sight()]
        self._wished = [wish for _, wish in wished if wish is not None]
        if self._wishes.ask_for(self._wished, scene, fetch=False):
            self.later(self._fetch)  # when what is there is painted: the engine's answer would hold that up
        return wished

    def _show(self, scene: Scene, wished: list[tuple[Seated, Wish | None]]) -> None:
        for seated, wish in wished:
            answer = seated.told(scene, self._wishes.answer(wish, scene))
            beside = [self._wishes.known(command) for command in wish.beside] if wish is not None else []
            if seated.has_changed(scene, answer, beside):
                _guarded(seated.pane.show, scene, answer)

    def _fetch(self) -> None:
        if not self._is_planned:
            self._wishes.ask_for(self._wished, self.scene, fetch=True)

    def _on_answered(self) -> None:
        self._is_answered = True
        self.refresh()

    def _on_moved(self) -> None:
        self._on_worked()
        self.refresh()


def _guarded(call: Callable[..., Any], *arguments: Any) -> Any:
    """Call one of many; what it raises is told as a fault of the window, and the others go on."""
    try:
        return call(*arguments)
    except Exception:  # noqa: BLE001 - nothing is swallowed: the hook tells the person and writes the log
        sys.excepthook(*sys.exc_info())
        return None
