"""A client of a fake engine, as a test drives it."""

import queue
from collections.abc import Callable
from typing import TypeVar

import fake_engine

from explorer.engine.client import EngineClient, Event
from explorer.engine.envelopes import Failure, Progress, Reply
from explorer.engine.ledger import Limits
from explorer.engine.messages import LoadModel

DEADLINE = 30
FAKE = f"{fake_engine.__name__}:FakeEngine"
EventType = TypeVar("EventType", bound=Event)


class Driver:
    """A client whose events wait in a queue."""

    def __init__(self, factory: str = FAKE, limits: Limits | None = None) -> None:
        self._events: queue.SimpleQueue[Event] = queue.SimpleQueue()
        self.client = EngineClient(self._events.put, factory, limits or Limits())
        self.send = self.client.send
        self.answers: dict[int, list[Reply | Failure]] = {}

    def next(self, kind: type[EventType], where: Callable[[EventType], bool] = lambda _: True) -> EventType:
        """Wait for an event; those before it are passed over, but answers are kept."""
        while True:
            event = self._events.get(timeout=DEADLINE)
            if isinstance(event, Reply | Failure):
                self.answers.setdefault(event.id, []).append(event)
            if isinstance(event, kind) and where(event):
                return event

    def answer(self, id: int) -> Reply | Failure:
        """Wait until request `id` is answered."""
        while id not in self.answers:
            self.next(Reply | Failure)  # type: ignore[arg-type]
        return self.answers[id][0]

    def result(self, id: int) -> object:
        """Wait for the result of request `id`."""
        answer = self.answer(id)
        assert isinstance(answer, Reply), answer
        return answer.result

    def ask(self, command: object) -> object:
        """Send `command` and return the result."""
        return self.result(self.send(command))  # type: ignore[arg-type]

    def begun(self, id: int) -> None:
        """Wait until request `id` is running."""
        self.next(Progress, lambda progress: progress.id == id)

    def run(self, name: str) -> int:
        """Send work and wait until it is running."""
        id = self.send(LoadModel(name))
        self.begun(id)
        return id

    def drain(self) -> None:
        """Take the answers that are there already."""
        while not self._events.empty():
            event = self._events.get()
            if isinstance(event, Reply | Failure):
                self.answers.setdefault(event.id, []).append(event)
