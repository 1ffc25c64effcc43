"""What was asked of one process of the engine, what it answered, and what it should have answered by now."""

import os
import sys
import time
from dataclasses import dataclass, field
from queue import SimpleQueue
from typing import Any

from explorer.engine.command import Command
from explorer.engine.envelopes import Begun, Broken, Cancel, Failure, Part, Progress, Ready, Reply, Request

_LONGEST_GLANCE = 1.0  # a longer one means that we stood still, and the engine perhaps with us
_MOST_CROWDED = 8.0  # beyond, an engine that hangs would never be ended


@dataclass(frozen=True)
class Limits:
    """How patient the client is; all times in seconds, the first three of a machine that is not overloaded.

    Attributes:
        building: Silence allowed until the engine is built; it may import its libraries from a slow disk.
        silence: Silence allowed afterwards; the engine sends a heartbeat twice a second.
        cancel: Time a built engine has to answer a request that was cancelled.
        restarts, window: Restarts allowed within this time; one that a cancel forced is free.
    """

    building: float = 120.0
    silence: float = 30.0
    cancel: float = 2.0
    restarts: int = 3
    window: float = 60.0


@dataclass(frozen=True)
class End:
    """Why a process ended or has to.

    Attributes:
        cause: Goes on after "The engine".
        culprit: The request that is to blame; None if it is the one that was running.
        restart: False if it would only happen again.
        free: True if the person caused it.
    """

    cause: str
    culprit: int | None = None
    restart: bool = True
    free: bool = False


@dataclass
class Ledger:
    """What was asked of one process and what it answered; requests may come before the process does.

    Attributes:
        pending: Requests without an answer.
        begun: Those that the engine works on.
        cancelled: When they were cancelled, by `clock`.
        outbox: What is to be written to the pipe; None ends it.
        clock: Seconds since the process was started that it could have used: none while we stood still, fewer where
            the machine has more to do than it can.
        heard, ready: When the last message came, and the one that the engine is built.
        broken: Set if the engine cannot be built.
    """

    pending: dict[int, Command[Any]] = field(default_factory=dict)
    begun: set[int] = field(default_factory=set)
    cancelled: dict[int, float] = field(default_factory=dict)
    outbox: SimpleQueue[object] = field(default_factory=SimpleQueue)
    clock: float = 0.0
    heard: float = 0.0
    ready: float | None = None
    broken: End | None = None
    _looked: float | None = None

    def ask(self, request: Request) -> None:
        """Take down a request and put it into the outbox."""
        self.pending[request.id] = request.command
        self.outbox.put(request)

    def cancel(self, id: int) -> None:
        """Put it into the outbox that request `id` is to stop, once and only if it is open."""
        if id in self.pending and id not in self.cancelled:
            self.cancelled[id] = self.clock
            self.outbox.put(Cancel(id))

    def note(self, message: object) -> bool:
        """Take down what `message` changes; False if it is about a request that is not open."""
        self.heard = self.clock
        if isinstance(message, Reply | Failure | Progress | Part | Begun) and not self._is_open(message.id):
            return False
        match message:
            case Reply(id=id) | Failure(id=id):
                del self.pending[id]
                self.begun.discard(id)
                self.cancelled.pop(id, None)
            case Begun(id):
                self.begun.add(id)
            case Ready():
                self.ready = self.clock
            case Broken(text):
                self.broken = End(f"could not be built ({text})", restart=False)
        return True

    def _is_open(self, id: object) -> bool:
        """Tell whether a request waits for its answer; a model's own code may have sent anything in its place."""
        return isinstance(id, int) and id in self.pending

    def running(self) -> int | None:
        """The request that the engine works on; of several, the one most likely to have ended it."""
        return min(self.begun, key=lambda id: (self.pending[id].lane, id), default=None)

    def overdue(self, limits: Limits) -> End | None:
        """Advance the clock; return what the engine should have answered by now."""
        self._advance()
        patience = limits.building if self.ready is None else limits.silence
        if self.clock - self.heard > patience:
            return End(f"gave no sign of life for over {patience:g} s and was ended")
        if self.ready is not None:
            for id, since in self.cancelled.items():
                if self.clock - max(since, self.ready) > limits.cancel:
                    return End("did not stop when it was asked to, and was ended", id, free=True)
        return None

    def _advance(self) -> None:
        """Count what passed since the last look; after a standstill every patience begins anew."""
        now = time.monotonic()
        passed = now - self._looked if self._looked is not None else 0.0
        self._looked = now
        if passed > _LONGEST_GLANCE:
            self.heard = self.clock
            self.cancelled = dict.fromkeys(self.cancelled, self.clock)
        else:
            self.clock += passed / _crowd()


def _crowd() -> float:
    """How many times what its processors can do the machine has to do; at least 1, where it is not known as well.

    Linux counts those that wait for a disk as well, so also a machine whose memory is at its end.
    """
    if sys.platform == "win32":
        return 1.0
    return min(max(os.getloadavg()[0] / (os.cpu_count() or 1), 1.0), _MOST_CROWDED)
