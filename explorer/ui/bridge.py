"""Requests to the engine and their answers, on the window's thread."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QObject, Qt, Signal, Slot

from explorer.engine.client import EngineDied, EngineStarted
from explorer.engine.link import EngineLink
from explorer.engine.messages import Command, Failure, Heartbeat, Progress, Reply

OnResult = Callable[[Any], None]
OnFailure = Callable[[Failure], None]
OnProgress = Callable[[Progress], None]


@dataclass(frozen=True)
class _Expected:
    done: OnResult
    failed: OnFailure
    progress: OnProgress


class Bridge(QObject):
    """Sends commands and calls back on the window's thread, in the order in which the engine answered.

    Signals:
        started(int): The engine runs; its process id.
        died(object): `EngineDied`. All requests in flight are lost and call nothing back.
        heartbeat(object): `EngineLoad`.
        answered(): A request was answered and its callback has run.
    """

    started = Signal(int)
    died = Signal(object)
    heartbeat = Signal(object)
    answered = Signal()
    _arrived = Signal()

    def __init__(self, link: EngineLink, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._link = link
        self._events: deque[Any] = deque()
        self._expected: dict[int, _Expected] = {}
        self._closed = False
        self._off = False  # The engine rests after too many deaths; only the client's thread touches this.
        # The events themselves stay in Python's queue: only a bare signal crosses the threads.
        self._arrived.connect(self._on_arrived, Qt.ConnectionType.QueuedConnection)
        link.listen(self._receive)

    @property
    def pid(self) -> int | None:
        """Process id of the engine; None while it does not run."""
        return self._link.pid

    @property
    def is_waiting(self) -> bool:
        """True while an answer is outstanding."""
        return bool(self._expected)

    def ask(
        self,
        command: Command,
        done: OnResult,
        failed: OnFailure | None = None,
        progress: OnProgress | None = None,
    ) -> int:
        """Send a command; `done` gets its result, `failed` its failure, `progress` what is said meanwhile."""
        request_id = self._link.send(command)
        self._expected[request_id] = _Expected(done, failed or _ignore, progress or _ignore)
        return request_id

    def cancel(self, request_id: int) -> None:
        """Ask that a request stop; its answer still comes."""
        if request_id in self._expected:
            self._link.cancel(request_id)

    def start(self) -> None:
        """Start an engine that was left dead."""
        self._link.start()

    def close(self, timeout: float) -> None:
        """End the engine within `timeout` seconds; nothing is called back any more."""
        self._closed = True
        self._expected.clear()
        self._link.stop(timeout)
        self._events.clear()

    def _receive(self, event: Any) -> None:
        """Take an event in the client's thread."""
        if isinstance(event, EngineDied | EngineStarted):
            self._off = isinstance(event, EngineDied) and not event.restarting
        if not self._closed and not self._is_last_will(event):
            self._events.append(event)
            self._arrived.emit()

    def _is_last_will(self, event: Any) -> bool:
        """True for the failure of a dead engine's request: `EngineDied` follows and says it once for all."""
        return isinstance(event, Failure) and self._link.pid is None and not self._off

    @Slot()
    def _on_arrived(self) -> None:
        if self._events and not self._closed:
            self._dispatch(self._events.popleft())

    def _dispatch(self, event: Any) -> None:
        match event:
            case Reply(id=request_id, result=result):
                if expected := self._expected.pop(request_id, None):
                    expected.done(result)
                    self.answered.emit()
            case Failure(id=request_id):
                if expected := self._expected.pop(request_id, None):
                    expected.failed(event)
                    self.answered.emit()
            case Progress(id=request_id):
                if expected := self._expected.get(request_id):
                    expected.progress(event)
            case Heartbeat(load=load):
                self.heartbeat.emit(load)
            case EngineStarted(pid=pid):
                self.started.emit(pid)
            case EngineDied():
                self._expected.clear()
                self.died.emit(event)


def _ignore(_: Any) -> None:
    """Take an answer that nobody waits for."""
