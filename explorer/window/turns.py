"""What is done behind the painted window: one thing a turn of the event loop, so that it never stands still."""

from collections import deque
from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer


class Turns(QObject):
    """Does one thing after the other, in the order they were added; between them what the person does is heard."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._waiting: deque[Callable[[], object]] = deque()
        self._timer = QTimer(self, interval=0)
        self._timer.timeout.connect(self._on_turn)

    @property
    def is_idle(self) -> bool:
        """True if nothing waits for its turn."""
        return not self._waiting

    def add(self, call: Callable[[], object]) -> None:
        """Call it when its turn comes."""
        self._waiting.append(call)
        self._timer.start()

    def _on_turn(self) -> None:
        call = self._waiting.popleft()
        if not self._waiting:
            self._timer.stop()
        call()
