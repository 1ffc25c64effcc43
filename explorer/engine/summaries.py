"""Statistics and histograms of a forward, computed ahead so that a step waits only for its picture."""

from explorer.engine import values
from explorer.engine.background import GoesOn
from explorer.engine.held import HeldForward
from explorer.engine.values import Summary
from explorer.records.errors import ExplorerError


class Summaries:
    """Goes through the operations of a forward in order, in a thread of its own, until done or nobody looks any more.

    To be kept as a memo of the forward.
    """

    def __init__(self, forward: HeldForward) -> None:
        self._recording = forward.recording
        self._fields = forward.fields
        self._known: dict[int, Summary] = {}
        self.catch_up(forward)

    def catch_up(self, forward: HeldForward) -> None:
        """Go through those values of the forward that are held now and were not when they were looked for."""
        forward.background.start(self._run, "summaries")

    def get(self, node: int) -> Summary | None:
        """Return the summary of a node's first output; None while it is not known."""
        return self._known.get(node)

    def _run(self, goes_on: GoesOn) -> None:
        for node, operation in enumerate(self._recording.operations):
            if not goes_on():
                return
            if node in self._known:
                continue
            try:
                tensor, field = self._recording.value(node), self._fields.fields[node]
                self._known[node] = values.summarise(tensor, operation.name, field)
            except ExplorerError:
                continue  # too large, empty or let go: whoever looks at it is told so
