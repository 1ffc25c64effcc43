"""Pictures of operations, there before they are asked for: cached, fetched ahead, the latest wish first."""

from collections import OrderedDict
from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject, Signal

from explorer.engine.messages import Command, Failure
from explorer.records.values import ValueView
from explorer.ui.bridge import Bridge

Key = tuple[int, bool]  # operation, shared scale
_MOST_VIEWS = 24
_MOST_BYTES = 192 << 20


class Feed(QObject):
    """Fetches `ValueView`s of one recording; at most one request is in flight, so none is ever queued.

    Signals:
        ready(object): The `ValueView` that was wanted last.
        failed(str): Why the one that was wanted last cannot be had.
    """

    ready = Signal(object)
    failed = Signal(str)

    def __init__(
        self, bridge: Bridge, command: Callable[[int, bool], Command], parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._bridge = bridge
        self._command = command
        self._cache: OrderedDict[Key, ValueView] = OrderedDict()
        self._failures: dict[Key, str] = {}
        self._wanted: Key | None = None
        self._ahead: tuple[Key, ...] = ()
        self._in_flight: Key | None = None
        self._generation = 0
        self._delivered = True

    @property
    def is_settled(self) -> bool:
        """True if what was wanted last was delivered."""
        return self._delivered

    def reset(self) -> None:
        """Forget everything: the recording is another one, and answers under way belong to the old."""
        self._generation += 1
        self._cache.clear()
        self._failures.clear()
        self._wanted, self._ahead, self._in_flight = None, (), None
        self._delivered = True

    def refuse(self, node: int, why: str) -> None:
        """Never ask for `node` in this recording; whoever wants it learns why."""
        for shared in (True, False):
            self._failures[node, shared] = why

    def want(self, node: int, shared: bool, ahead: Sequence[int] = ()) -> None:
        """Deliver the view of `node`, at once if it is there; then fetch those of `ahead`.

        Args:
            node: Id of the operation.
            shared: True for one colour scale over all channels.
            ahead: Operations that are likely next, the likeliest first.
        """
        self._wanted = (node, shared)
        self._ahead = tuple((other, shared) for other in ahead)
        self._delivered = False
        self._deliver()
        self._fetch()

    def _deliver(self) -> None:
        if self._wanted is None or self._delivered:
            return
        if (view := self._cache.get(self._wanted)) is not None:
            self._cache.move_to_end(self._wanted)
            self._delivered = True
            self.ready.emit(view)
        elif (message := self._failures.get(self._wanted)) is not None:
            self._delivered = True
            self.failed.emit(message)

    def _fetch(self) -> None:
        if self._in_flight is not None or self._wanted is None:
            return
        likely = self._ahead if self._delivered else (self._wanted, *self._ahead)
        missing = [key for key in likely if key not in self._cache and key not in self._failures]
        if missing:
            key, generation = missing[0], self._generation
            self._in_flight = key
            self._bridge.ask(
                self._command(*key),
                lambda view: self._on_view(generation, key, view),
                lambda failure: self._on_failure(generation, key, failure),
            )

    def _on_view(self, generation: int, key: Key, view: ValueView) -> None:
        if generation != self._generation:
            return
        self._in_flight = None
        self._cache[key] = view
        self._trim()
        self._deliver()
        self._fetch()

    def _on_failure(self, generation: int, key: Key, failure: Failure) -> None:
        if generation != self._generation:
            return
        self._in_flight = None
        self._failures[key] = failure.message
        self._deliver()
        self._fetch()

    def _trim(self) -> None:
        # The newest stays, however large it is.
        while len(self._cache) > 1 and (
            len(self._cache) > _MOST_VIEWS or sum(map(_size, self._cache.values())) > _MOST_BYTES
        ):
            key, _ = self._cache.popitem(last=False)
            if key == self._wanted or key in self._ahead:
                self._ahead = ()  # there is no room for more: it would push out what is fetched for now


def _size(view: ValueView) -> int:
    return int(view.values.nbytes + (view.mosaic.pixels.nbytes if view.mosaic else 0))
