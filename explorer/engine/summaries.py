"""Statistics and histograms of a recording, computed ahead so that a step waits only for its picture."""

from collections.abc import Callable
from threading import Thread, main_thread

from explorer.engine import values
from explorer.engine.values import Summary
from explorer.fields.receptive_field import ReceptiveFields
from explorer.forward.recorder import Recording
from explorer.records.errors import ExplorerError

_GLANCE_S = 0.05


class Summaries:
    """Goes through the operations in order, in a thread of its own, until done or stopped."""

    def __init__(self, forward: Recording, fields: ReceptiveFields) -> None:
        self._forward = forward
        self._fields = fields
        self._known: dict[int, Summary] = {}
        self._stopped = False
        # Not a daemon: torch aborts the process if a thread is inside it when Python ends. It goes with the main one.
        self._thread = Thread(target=self._run, name="summaries")

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def get(self, node: int) -> Summary | None:
        """Return the summary of a node's first output; None while it is not known."""
        return self._known.get(node)

    def finish(self, check: Callable[[], None]) -> None:
        """Wait until all are known, for measuring wants the processor alone; `check` may raise to end the wait."""
        while self._thread.is_alive():
            check()
            self._thread.join(_GLANCE_S)

    def stop(self) -> None:
        """End soon: nobody looks into this recording any more."""
        self._stopped = True

    def _run(self) -> None:
        for node, operation in enumerate(self._forward.operations):
            if self._stopped or not main_thread().is_alive():
                return
            try:
                tensor, field = self._forward.value(node), self._fields.fields[node]
                self._known[node] = values.summarise(tensor, operation.name, field)
            except ExplorerError:
                continue  # too large or empty: whoever looks at it is told so
