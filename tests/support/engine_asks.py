"""How a test asks an engine in its own process."""

from collections import deque
from collections.abc import Callable
from typing import Any

import pytest

from explorer.engine.command import Command
from explorer.engine.engine import Engine
from explorer.engine.envelopes import Reply
from explorer.engine.messages import LoadModel, OpenImage
from explorer.engine.task import Task
from explorer.engine.transport import Grant, MessageReceiver, MessageSender
from explorer.records.errors import CancelledError, ExplorerError
from explorer.records.images import ImageSource
from explorer.records.samples import samples

Own = Callable[[str], LoadModel]


class Asker:
    """Asks an engine; remembers the progress it reported, and the answers so far."""

    def __init__(self) -> None:
        self.engine = Engine()
        self.progress: list[tuple[int, int, str]] = []
        self.parts: list[Any] = []

    def __call__(self, command: Command[Any], cancel_after: int | None = None) -> Any:
        """Return the answer; from the look number `cancel_after` on, the engine is told that it was cancelled."""
        looks = 0

        def cancelled() -> bool:
            nonlocal looks
            looks += 1
            return cancel_after is not None and looks > cancel_after

        def report(done: int, total: int, text: str) -> None:
            self.progress.append((done, total, text))

        return self.engine.handle(command, Task(command.activity, cancelled, report, self.parts.append))

    def complaint(self, command: Command[Any]) -> str:
        """Return the one line with which the engine refuses."""
        with pytest.raises(ExplorerError) as caught:
            self(command)
        line = str(caught.value)
        assert line and "\n" not in line and not isinstance(caught.value, CancelledError)
        return line

    def open(self, photo: str) -> Any:
        """Open a sample photo under its own name."""
        (path,) = (sample.path for sample in samples() if sample.path.stem == photo)
        return self(OpenImage(photo, ImageSource(path.name, str(path))))


class _Loop:
    """A pipe whose both ends are here."""

    def __init__(self) -> None:
        self._frames: deque[bytes] = deque()

    def send_bytes(self, frame: bytes) -> None:
        self._frames.append(frame)

    def recv_bytes(self) -> bytes:
        return self._frames.popleft()


def crossed(answer: object) -> Any:
    """Send an answer through the transport, which refuses what a window could not read, and return what arrives."""
    pipe: Any = _Loop()
    sender = MessageSender(pipe)
    sender.granted(Grant(None))
    sender.send(Reply(1, answer))
    receiver = MessageReceiver(pipe, lambda grant: None)
    try:
        reply = receiver.receive() or receiver.receive()
    finally:
        receiver.close()
    assert isinstance(reply, Reply)
    return reply.result
