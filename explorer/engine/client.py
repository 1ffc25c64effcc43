"""The window's side of the engine: starts its process, passes requests and events, notices when it fails."""

import atexit
import itertools
import multiprocessing
import signal
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import wait
from typing import Any

from explorer.engine.command import Command
from explorer.engine.envelopes import (
    LONGEST_TEXT,
    Failure,
    Heartbeat,
    Message,
    Part,
    Progress,
    Reply,
    Request,
    Stop,
)
from explorer.engine.ledger import End, Ledger, Limits
from explorer.engine.process import EngineProcess
from explorer.engine.transport import sweep
from explorer.records.text import one_line

_GLANCE_SECONDS = 0.25  # how often the limits are looked at


@dataclass(frozen=True)
class EngineStarted:
    """A process of the engine runs; it knows nothing of what was asked of an earlier one."""

    pid: int


@dataclass(frozen=True)
class EngineDied:
    """The process of the engine ended without being asked to.

    Attributes:
        message: One line: what, why, the next step.
        command: What it was doing; None if nothing.
        restarting: True if a new process is started, False if that is left to the person.
        by_cancel: True if it was ended because it did not stop when it was asked to.
    """

    message: str
    command: Command[Any] | None
    restarting: bool
    by_cancel: bool = False


Event = Message | EngineStarted | EngineDied
_PATIENT = Limits()


class EngineClient:
    """Holds one engine process and answers every request sent to it with exactly one `Reply` or `Failure`.

    Nothing is asked again by itself: after `EngineStarted` the caller sends what it still needs.

    Args:
        on_event: Called with each event, in the client's own thread; must not wait for the one that stops us.
        factory: `module:callable` that builds the engine, imported in its process.
        limits: How patient to be.
    """

    def __init__(
        self,
        on_event: Callable[[Event], None],
        factory: str = "explorer.engine.engine:Engine",
        limits: Limits = _PATIENT,
    ) -> None:
        self._on_event = on_event
        self._factory = factory
        self._limits = limits
        self._ids = itertools.count(1)
        self._lock = threading.Lock()  # guards the ledger and the flags below
        self._ledger = Ledger()  # takes requests before there is a process
        self._process: EngineProcess | None = None
        self._restarts: deque[float] = deque()
        self._thread: threading.Thread | None = None
        self._resting = False  # True once the restarts are used up
        self._stop_by: float | None = None
        self._bell, self._ringer = multiprocessing.Pipe(duplex=False)

    @property
    def pid(self) -> int | None:
        """Process id of the engine; None while there is none."""
        process = self._process
        return process.pid if process is not None else None

    def start(self) -> None:
        """Start the engine without waiting for it; also after the restarts were used up."""
        with self._lock:
            self._restarts.clear()
            self._resting = False
            if self._thread is None:
                self._stop_by = None
                self._thread = threading.Thread(target=self._serve, name="engine client", daemon=True)
                self._thread.start()
                atexit.register(self.stop)
        self._ring()

    def send(self, command: Command[Any]) -> int:
        """Ask for `command` and return the id that its answer will carry; never waits."""
        with self._lock:
            id = next(self._ids)
            self._ledger.ask(Request(id, command))
            if self._resting:
                self._ring()
        return id

    def cancel(self, id: int) -> None:
        """Ask that request `id` stop; an answer that is already on its way still comes."""
        with self._lock:
            self._ledger.cancel(id)

    def stop(self, timeout: float = 3.0) -> None:
        """End the engine within `timeout` seconds, politely in the first third; open requests fail."""
        with self._lock:
            thread = self._thread
            if thread is None:
                return
            self._stop_by = time.monotonic() + timeout / 3
        atexit.unregister(self.stop)
        self._ring()
        if thread is threading.current_thread():
            return
        thread.join(timeout * 2 / 3)
        if thread.is_alive() and self._process is not None:
            self._process.kill()  # it is in the middle of a message that does not go on
            thread.join(timeout / 3)

    def _ring(self, failure: Failure | None = None) -> None:
        """Wake the client's thread, perhaps to pass on a failure that another found."""
        self._ringer.send(failure)

    def _on_unsendable(self, item: object, error: Exception) -> None:
        """Let a request fail that cannot be written; called in the writing thread."""
        _report(error)
        if isinstance(item, Request):
            reason = one_line(f"{type(error).__name__}: {error}", LONGEST_TEXT)
            self._ring(Failure(item.id, f"This cannot be sent to the engine ({reason})."))

    # ---- in the client's thread ----

    def _serve(self) -> None:
        try:
            _guarded(sweep)
            while self._stop_by is None:
                if self._resting:
                    self._rest()
                else:
                    self._live()
            self._refuse("The engine was stopped before this was done.")
        finally:
            with self._lock:
                self._thread = None

    def _live(self) -> None:
        """Have a process of the engine from its start to its end; an error of our own ends it as well."""
        ledger = self._ledger
        try:
            end = self._accompany(ledger)
        except Exception as error:  # noqa: BLE001 - without this thread nobody would be answered any more
            _report(error)
            end = End(
                one_line(
                    f"was ended by an error in the window ({type(error).__name__}: {error})", LONGEST_TEXT
                )
            )
        if self._stop_by is None:
            self._bury(end)

    def _accompany(self, ledger: Ledger) -> End:
        """Run one process of the engine and say how it ended."""
        try:
            process = self._process = EngineProcess(self._factory, ledger.outbox, self._on_unsendable)
        except OSError as error:
            return End(f"could not be started ({error})", restart=False)
        try:
            self._tell(EngineStarted(process.pid))
            end = self._attend(process, ledger)
        except BaseException:
            process.kill()
            raise
        finally:
            exit_code = process.close()
            self._process = None
        return end or ledger.broken or End(_how_it_ended(exit_code))

    def _attend(self, process: EngineProcess, ledger: Ledger) -> End | None:
        """Pass messages on until the process ends by itself (None) or has to be ended."""
        asked_to_stop = False
        while True:
            ready = wait([process.connection, self._bell], _GLANCE_SECONDS)
            if self._bell in ready and (failure := self._bell.recv()) is not None:
                self._deliver(failure, ledger)
            if process.connection in ready:
                try:
                    message = process.receiver.receive()
                except (EOFError, OSError):
                    return None
                except Exception as error:  # noqa: BLE001 - whatever it was, this engine cannot be understood
                    process.kill()
                    return End(f"sent something that cannot be read ({type(error).__name__})")
                self._deliver(message, ledger)
            elif process.has_ended and not process.connection.poll():
                return None  # a process of the model's own holds the pipe open
            if self._stop_by is None:
                with self._lock:
                    end = ledger.overdue(self._limits)
                if end is not None:
                    process.kill()
                    return end
            elif not asked_to_stop:
                asked_to_stop = True
                ledger.outbox.put(Stop())
            elif time.monotonic() > self._stop_by:
                process.kill()
                return None

    def _deliver(self, message: object, ledger: Ledger) -> None:
        with self._lock:
            is_awaited = ledger.note(message)
        if is_awaited and isinstance(message, Reply | Failure | Progress | Part | Heartbeat):
            self._tell(message)

    def _tell(self, event: Event) -> None:
        _guarded(self._on_event, event)

    def _bury(self, end: End) -> None:
        """Answer what the dead process left open, and decide whether there will be another."""
        with self._lock:
            ledger, self._ledger = self._ledger, Ledger()
            restarting = end.restart and (end.free or self._may_restart())
            self._resting = not restarting
        culprit = ledger.running() if end.culprit is None else end.culprit
        command = None if culprit is None else ledger.pending[culprit]
        doing = f" while {command.activity}" if command is not None else ""
        advice = "it is starting again" if restarting else "start it again to go on"
        message = f"The engine {end.cause}{doing}; {advice}."
        for id in ledger.pending:
            text = message if id == culprit else "The engine ended before this was done; try again."
            self._fail(id, text, ledger, ended=True)
        self._tell(EngineDied(message, command, restarting, end.free))

    def _may_restart(self) -> bool:
        now = time.monotonic()
        while self._restarts and now - self._restarts[0] > self._limits.window:
            self._restarts.popleft()
        if len(self._restarts) >= self._limits.restarts:
            return False
        self._restarts.append(now)
        return True

    def _rest(self) -> None:
        """Refuse requests until the engine is started again or stopped for good."""
        self._bell.recv()
        if self._resting and self._stop_by is None:
            self._refuse("The engine is off; start it again to go on.")

    def _refuse(self, text: str) -> None:
        with self._lock:
            ledger, self._ledger = self._ledger, Ledger()
        for id in ledger.pending:
            self._fail(id, text, ledger)

    def _fail(self, id: int, text: str, ledger: Ledger, ended: bool = False) -> None:
        cancelled = id in ledger.cancelled
        self._tell(Failure(id, "Cancelled." if cancelled else text, cancelled, ended))


def _guarded(call: Callable[..., None], *arguments: object) -> None:
    """Call what may fail without ending this thread."""
    try:
        call(*arguments)
    except Exception as error:  # noqa: BLE001 - whatever it was, it is reported
        _report(error)


def _report(error: Exception) -> None:
    """Hand an error to whoever looks after threads that fail, though this one goes on."""
    threading.excepthook(
        threading.ExceptHookArgs((type(error), error, error.__traceback__, threading.current_thread()))
    )


def _how_it_ended(exit_code: int) -> str:
    if exit_code >= 0:
        return f"ended with exit code {exit_code}"
    name = next((known.name for known in signal.Signals if known == -exit_code), f"signal {-exit_code}")
    hint = " (perhaps memory ran out)" if name == "SIGKILL" else ""
    return f"was ended by {name}{hint}"
