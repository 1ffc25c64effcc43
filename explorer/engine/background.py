"""What goes on beside the commands, in threads that look into a forward while it is held."""

from collections.abc import Callable
from threading import Thread, main_thread

_GLANCE_S = 0.05

GoesOn = Callable[[], bool]


class Background:
    """The threads of one forward."""

    def __init__(self) -> None:
        self._threads: list[Thread] = []
        self._wanted = True

    def start(self, work: Callable[[GoesOn], None], name: str) -> None:
        """Run `work` in a thread; it is given what tells whether to go on, and is to ask often."""
        # Not a daemon: torch aborts the process if a thread is inside it when Python ends. It goes with the main one.
        thread = Thread(target=work, args=(self._goes_on,), name=name)
        self._threads = [*filter(Thread.is_alive, self._threads), thread]
        thread.start()

    def finish(self, check: Callable[[], None]) -> None:
        """Wait until all is done, for measuring wants the processor alone; `check` may raise to end the wait."""
        for thread in tuple(self._threads):
            while thread.is_alive():
                check()
                thread.join(_GLANCE_S)

    def stop(self) -> None:
        """End soon: nobody looks into this forward any more."""
        self._wanted = False

    def _goes_on(self) -> bool:
        return self._wanted and main_thread().is_alive()
