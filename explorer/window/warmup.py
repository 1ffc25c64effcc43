"""Import pyqtgraph after the window is shown and before it is needed, in pieces that the event loop does not feel.

Half of the import is spent on making Qt's classes known to Python one by one; that part can be done ahead, a few at a
time. It must happen in the thread of the window: Qt's bindings do not bear being initialised from another.
"""

import time
from collections.abc import Iterator
from contextlib import suppress
from importlib import import_module

from PySide6 import QtCore, QtGui, QtWidgets

_SLICE_S = 0.008


class WarmUp(QtCore.QObject):
    """Works whenever the event loop has nothing else to do, until all is imported."""

    def __init__(self, parent: QtCore.QObject) -> None:
        super().__init__(parent)
        self._steps = _steps()
        self._timer = QtCore.QTimer(self, interval=0)
        self._timer.timeout.connect(self._on_idle)
        self._timer.start()

    def _on_idle(self) -> None:
        until = time.perf_counter() + _SLICE_S
        while time.perf_counter() < until:
            if next(self._steps, None) is None:
                self._timer.stop()
                return


def _steps() -> Iterator[str]:
    """Do one small piece each time; yield its name."""
    for module in (QtCore, QtGui, QtWidgets):
        for name in dir(module):
            getattr(module, name)
            yield name
    # What pyqtgraph imports in turn, some of it optional.
    for name in (
        "decimal",
        "pydoc",
        "PySide6.QtOpenGL",
        "PySide6.QtOpenGLWidgets",
        "PySide6.QtTest",
        "PySide6.QtSvg",
        "cuda.pathfinder",
        "cuda.bindings.driver",
        "cuda.bindings.runtime",
    ):
        with suppress(ImportError):
            import_module(name)
        yield name
    import_module("explorer.window.widgets.plot_area")
