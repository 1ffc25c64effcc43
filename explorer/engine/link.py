"""The way to the engine's process, usable before Qt is imported: what it says early waits for the window."""

import threading
from collections.abc import Callable
from typing import Any

from explorer.engine.client import EngineClient
from explorer.engine.command import Command

Listener = Callable[[Any], None]


class EngineLink:
    """An `EngineClient` whose events wait until somebody listens.

    The engine needs a second or two to import torch: a program starts it first, then draws its window.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._early: list[Any] = []
        self._listener: Listener | None = None
        self._client = EngineClient(self._receive)

    @property
    def pid(self) -> int | None:
        """Process id of the engine; None while it does not run."""
        return self._client.pid

    def start(self) -> None:
        """Start the engine's process; returns at once."""
        self._client.start()

    def listen(self, listener: Listener) -> None:
        """Hand all events kept so far to `listener`, then every later one, in the client's thread."""
        with self._lock:
            for event in self._early:
                listener(event)
            self._early.clear()
            self._listener = listener

    def send(self, command: Command[Any]) -> int:
        """Send a command; return the id its answer will carry."""
        return self._client.send(command)

    def cancel(self, request_id: int) -> None:
        """Ask that a request stop."""
        self._client.cancel(request_id)

    def stop(self, timeout: float) -> None:
        """End the engine's process within `timeout` seconds."""
        self._client.stop(timeout)

    def _receive(self, event: Any) -> None:
        with self._lock:
            if self._listener is None:
                self._early.append(event)
            else:
                self._listener(event)
