"""The engine's process: reads requests, answers them in lanes, and ends when the window does."""

import ctypes
import gc
import importlib
import logging
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing import connection as pipes
from multiprocessing.connection import Connection
from os import _exit  # what a model's code finds in `os` may be another
from queue import SimpleQueue
from typing import Any, Protocol

from explorer import paths
from explorer.engine.command import Command, Lane
from explorer.engine.envelopes import (
    LONGEST_TEXT,
    Begun,
    Broken,
    Cancel,
    Failure,
    Heartbeat,
    Part,
    Progress,
    Ready,
    Reply,
    Request,
    Stop,
)
from explorer.engine.lasting import freeze_libraries
from explorer.engine.task import Task
from explorer.engine.transport import EndedError, Grant, MessageSender, receive_in_engine
from explorer.records import faults
from explorer.records.errors import CancelledError, ExplorerError
from explorer.records.measures import EngineLoad
from explorer.records.text import one_line

HEARTBEAT_SECONDS = 0.5
_PROGRESS_SECONDS = 0.05
_SWITCH_SECONDS = 0.0005
_LOG_BYTES = 1_000_000
_PR_SET_PDEATHSIG = 1
_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD = -1, -3
_REUSED_BYTES = 1 << 30
_MMAP_THRESHOLD = 1 << 25  # the most that glibc accepts; larger blocks are mapped and returned one by one


class EngineLike(Protocol):
    """What the host needs of an engine."""

    def handle(self, command: Command[Any], task: Task) -> object:
        """Answer `command`; raises ExplorerError with a text for the person, CancelledError if cancelled."""

    def load(self) -> EngineLoad:
        """Return what only the engine's process knows of the machine; called from another thread."""


def connect(handle: int) -> Connection:
    """Return our end of the pipe, which processes of the model's own do not get."""
    if sys.platform == "win32":
        os.set_handle_inheritable(handle, False)
        return pipes.PipeConnection(handle)
    os.set_inheritable(handle, False)
    return Connection(handle)


def run(connection: Connection, factory: str, window: int) -> None:
    """Be the engine's process until the window ends or asks to stop; never returns.

    Args:
        connection: Our end of the pipe.
        factory: `module:callable` that builds the engine; imported here, so that the window need not.
        window: Process id of the window.
    """
    _end_with(window)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C in the terminal is the window's to handle
    sys.setswitchinterval(_SWITCH_SECONDS)  # or a view waits 5 ms for each turn while a forward runs
    _reuse_memory()
    _log_to_file()
    _log_what_nobody_caught()
    _vital(_Host(connection, window).serve, factory)


@dataclass
class _Ticket:
    """A request on its way; `begun` and `cancelled` change under the host's lock."""

    request: Request
    begun: bool = False
    cancelled: bool = False


class _Host:
    """The main thread builds the engine and works, the others view, list, read the pipe, send heartbeats."""

    def __init__(self, connection: Connection, window: int) -> None:
        self._connection = connection
        self._window = window
        self._sender = MessageSender(connection)
        if hasattr(os, "register_at_fork"):  # a copy that the model's own code makes is not the engine
            os.register_at_fork(after_in_child=self._orphan)
        self._queues: dict[Lane, SimpleQueue[_Ticket | None]] = {lane: SimpleQueue() for lane in Lane}
        self._tickets: dict[int, _Ticket] = {}
        self._lock = threading.Lock()
        self._engine: EngineLike | None = None
        self._modules = 0  # when the collector was last spared what is there

    def serve(self, factory: str) -> None:
        """Build the engine, answer requests until asked to stop, end the process."""
        self._start(self._read)
        self._start(self._beat)
        gc.disable()  # importing torch makes a million objects that stay: looking through them takes a tenth of it
        self._engine = engine = self._build(factory)
        gc.enable()
        gc.freeze()
        self._modules = len(sys.modules)
        self._send(Ready())
        self._start(self._work, engine, Lane.VIEW)
        self._start(self._work, engine, Lane.SIDE)
        self._work(engine, Lane.WORK)
        _exit(0)  # an orderly end would wait for the other lanes and for the libraries' own clean-up

    def _orphan(self) -> None:
        """Let go of the pipe in a copy of the process: what it sends would be taken for the engine's."""
        with suppress(OSError):
            self._connection.close()
        self._sender.end()

    def _start(self, target: Callable[..., None], *arguments: object) -> None:
        threading.Thread(target=_vital, args=(target, *arguments), daemon=True).start()

    def _build(self, factory: str) -> EngineLike:
        module, _, name = factory.partition(":")
        try:
            engine: EngineLike = getattr(importlib.import_module(module), name)()
            return engine
        except BaseException as error:
            logging.exception("The engine could not be built")
            self._send(Broken(one_line(f"{type(error).__name__}: {faults.text_of(error)}", LONGEST_TEXT)))
            _exit(1)

    # ---- threads ----

    def _read(self) -> None:
        while True:
            try:
                frame = receive_in_engine(self._connection)
            except (EOFError, OSError):
                _exit(0)  # the window is gone
            match frame:
                case Request():
                    ticket = self._tickets[frame.id] = _Ticket(frame)
                    self._queues[frame.command.lane].put(ticket)
                case Cancel(id):
                    self._cancel(id)
                case Grant():
                    self._sender.granted(frame)
                case Stop():
                    self._stop()

    def _beat(self) -> None:
        while True:
            if os.name == "posix" and os.getppid() != self._window:
                _exit(0)
            self._send(Heartbeat(self._load()))
            time.sleep(HEARTBEAT_SECONDS)

    def _work(self, engine: EngineLike, lane: Lane) -> None:
        while (ticket := self._queues[lane].get()) is not None:
            with self._lock:
                ticket.begun = not ticket.cancelled
            if ticket.begun:
                self._answer(engine, ticket)

    # ---- one request ----

    def _answer(self, engine: EngineLike, ticket: _Ticket) -> None:
        id, command = ticket.request.id, ticket.request.command
        self._send(Begun(id))
        try:
            result = engine.handle(command, self._task(ticket))
            self._sender.send(Reply(id, result))
        except EndedError:
            _exit(0)
        except BaseException as error:  # noqa: BLE001 - a model's own code may do anything, even leave
            self._send(_failure(id, command, error))
        with self._lock:
            del self._tickets[id]
        if command.frees:
            _return_memory()
        self._modules = freeze_libraries(self._modules)

    def _cancel(self, id: int) -> None:
        """Ask a running request to stop; answer a waiting one at once, for its lane may be busy for long."""
        with self._lock:
            ticket = self._tickets.get(id)
            if ticket is None or ticket.cancelled:
                return
            ticket.cancelled = True
            if ticket.begun:
                return
            del self._tickets[id]
        self._send(_cancelled(id))

    def _stop(self) -> None:
        if self._engine is None:
            _exit(0)  # importing the libraries cannot be interrupted
        with self._lock:
            for ticket in self._tickets.values():
                ticket.cancelled = True
        self._queues[Lane.WORK].put(None)

    def _task(self, ticket: _Ticket) -> Task:
        """Return what the engine may do meanwhile.

        Of its reports the first step is passed on, the last, and enough of those between.
        """
        id, command = ticket.request.id, ticket.request.command
        next_time = 0.0

        def report(done: int, total: int, text: str) -> None:
            nonlocal next_time
            now = time.monotonic()
            if now >= next_time or 0 < total <= done:
                next_time = now + _PROGRESS_SECONDS
                self._send(Progress(id, done, total, text))

        def part(record: object) -> None:
            self._sender.send(Part(id, record))

        return Task(command.activity, lambda: ticket.cancelled, report, part)

    def _load(self) -> EngineLoad:
        if self._engine is None:
            return EngineLoad()
        try:
            return self._engine.load()
        except Exception:
            logging.exception("The load of the engine could not be read")
            return EngineLoad()

    def _send(self, message: object) -> None:
        """Send what is known to be sendable."""
        try:
            self._sender.send(message)
        except (OSError, EndedError):
            _exit(0)  # the window is gone, or we are but a copy of the engine


def _cancelled(id: int) -> Failure:
    return Failure(id, "Cancelled.", cancelled=True)


def _failure(id: int, command: Command[Any], error: BaseException) -> Failure:
    """Say why `command` failed; what is not meant for a person is a fault and logged."""
    if isinstance(error, CancelledError):
        return _cancelled(id)
    if isinstance(error, ExplorerError):
        return Failure(id, one_line(faults.text_of(error), LONGEST_TEXT), allows=error.allows)
    logging.error("%s failed", command.activity, exc_info=error)
    activity = f"{command.activity[:1].upper()}{command.activity[1:]}"
    cause = one_line(f"{type(error).__name__}: {faults.text_of(error)}", LONGEST_TEXT)
    return Failure(id, f"{activity} failed: {cause}; the log (engine.log) has the details.")


# ---- the process ----


def _vital(target: Callable[..., None], *arguments: object) -> None:
    """Do what the engine cannot be without; if it fails we end, for the window sees that and starts another."""
    try:
        target(*arguments)
    except BaseException:
        logging.exception("The engine cannot go on")
        _exit(1)


def _log_what_nobody_caught() -> None:
    """Log the errors of other threads, and of places such as `__del__`; both else vanish in a terminal."""

    def log(fault: "threading.ExceptHookArgs | sys.UnraisableHookArgs") -> None:
        logging.error("Nobody caught this %s", fault.exc_type.__name__, exc_info=fault.exc_value)

    threading.excepthook = log
    sys.unraisablehook = log


def _end_with(window: int) -> None:
    """Let the kernel end us with the window, even if a library holds the interpreter lock for ever (Linux).

    The signal comes when the thread that started us ends; the client starts us in a thread that outlives us.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        if os.getppid() != window:
            _exit(0)


def _reuse_memory() -> None:
    """Keep freed memory for the next forward (glibc): new pages for 50 MB cost more than filling them."""
    if sys.platform == "linux":
        libc = ctypes.CDLL(None)
        if hasattr(libc, "mallopt"):
            libc.mallopt(_M_TRIM_THRESHOLD, _REUSED_BYTES)
            libc.mallopt(_M_MMAP_THRESHOLD, _MMAP_THRESHOLD)


def _return_memory() -> None:
    """Give back what a former model left (glibc), which would else be kept, up to `_REUSED_BYTES`."""
    if sys.platform == "linux":
        libc = ctypes.CDLL(None)
        if hasattr(libc, "malloc_trim"):
            libc.malloc_trim(0)


def _log_to_file() -> None:
    """Tracebacks go to `engine.log` in the user's folder, or to standard error if it cannot be written."""
    from logging.handlers import RotatingFileHandler  # here, because the window imports this file as well

    folder = paths.user_data()
    with suppress(OSError):
        folder.mkdir(parents=True, exist_ok=True)
        handler = RotatingFileHandler(
            folder / "engine.log", maxBytes=_LOG_BYTES, backupCount=1, encoding="utf-8", delay=True
        )
        handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
        logging.getLogger().addHandler(handler)
