"""What the function that answers a command may do meanwhile: look whether it is cancelled, say how far it is."""

from collections.abc import Callable

from explorer.records.errors import CancelledError


def _never() -> bool:
    return False


def _ignore(*_: object) -> None:
    """Nobody listens."""


class Task:
    """A command on its way.

    Args:
        doing: What is done, with which a cancelled task names itself.
        cancelled: Tells whether it is to stop.
        report: Takes what is done, of how much (0 if unknown), and a line about it.
        part: Takes an answer so far.
    """

    def __init__(
        self,
        doing: str = "this",
        cancelled: Callable[[], bool] = _never,
        report: Callable[[int, int, str], object] = _ignore,
        part: Callable[[object], object] = _ignore,
    ) -> None:
        self._doing = doing
        self._cancelled = cancelled
        self._report = report
        self._part = part

    @property
    def is_cancelled(self) -> bool:
        """True if it is to stop."""
        return self._cancelled()

    def check(self) -> None:
        """Go on.

        Raises:
            CancelledError: It is to stop.
        """
        if self._cancelled():
            raise CancelledError(f"{self._doing[:1].upper()}{self._doing[1:]} was cancelled.")

    def report(self, done: int, total: int, text: str) -> None:
        """Say that `done` of `total` (0 if nobody knows) is done, and what is being done."""
        self._report(done, total, text)

    def part(self, record: object) -> None:
        """Hand over an answer so far: a record of the kind that the command is answered with."""
        self._part(record)
