"""Watching a window for events before its widgets have them."""

from PySide6.QtCore import QObject
from PySide6.QtGui import QWindow
from PySide6.QtWidgets import QWidget


class WindowWatch(QObject):
    """Listens at the window's place on the screen; whoever derives from it says in `eventFilter` what it takes.

    Not at the application: a filter in Python there would be called for each of thousands of events.
    """

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self._watched: QWindow | None = None

    def watch(self) -> None:
        """Begin; to be called when the window is shown, for before it has no place to listen at."""
        handle = self._window.windowHandle()
        if handle is not None and handle is not self._watched:
            self._watched = handle
            handle.installEventFilter(self)
