"""Python's garbage collector on the window's thread only, where destroying Qt's objects is safe."""

import gc

from PySide6.QtCore import QObject, QTimer

_EVERY_MS = 500
_FULL_EVERY = 240  # rounds between full collections: two minutes
_SETTLED_MS = 4_000


class Collector(QObject):
    """Collects from a timer; automatic collection, which any thread may trigger, is off while it lives.

    Young objects are looked at often, all of them rarely: a full collection holds the window up for longest.
    What is there at the start, and once all has settled, is frozen, so that no collection walks through it.
    """

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._rounds = 0
        self._timer = QTimer(self, interval=_EVERY_MS)
        self._timer.timeout.connect(self._on_timeout)
        self._freeze = QTimer(self, singleShot=True, interval=_SETTLED_MS)
        self._freeze.timeout.connect(gc.freeze)
        gc.disable()
        gc.freeze()
        self._timer.start()
        self._freeze.start()
        parent.destroyed.connect(gc.enable)

    def stop(self) -> None:
        """Give the collector back to Python."""
        self._timer.stop()
        self._freeze.stop()
        gc.unfreeze()
        gc.enable()

    def _on_timeout(self) -> None:
        self._rounds += 1
        young, middle, _ = gc.get_threshold()
        if self._rounds % _FULL_EVERY == 0:
            gc.collect()
        elif gc.get_count()[1] > middle:
            gc.collect(1)
        elif gc.get_count()[0] > young:
            gc.collect(0)
