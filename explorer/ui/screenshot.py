"""A picture of the real window over a real engine, made without a screen."""

import os
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from PySide6.QtCore import QEventLoop, QTimer

from explorer.records.errors import ExplorerError, UsageError
from explorer.ui.app import application_for_window, assemble
from explorer.ui.window import MainWindow
from explorer.window.settings import Settings

_PATIENCE_SECONDS = 180.0
_LOOK_MS = 30
_CALM_LOOKS = 4


def render(
    out: str,
    model: str | None = None,
    image: str | None = None,
    layer: str | None = None,
    tab: str | None = None,
    size: tuple[int, int] = (1440, 900),
    theme: str = "light",
    trusted: bool = False,
) -> None:
    """Write a picture of the window to the PNG file `out`.

    Args:
        out: The file.
        model: Name of the model; None for the default.
        image: File to open; None shows the empty window.
        layer: Name of the operation to show.
        tab: Words of the pane's title: `feature maps`, `kernels`, `receptive field`, `memory`.
        size: Width and height of the window in pixels.
        theme: `light` or `dark`.
        trusted: True if the person agreed to run the model's file.

    Raises:
        ExplorerError: A layer or pane of that name does not exist, the work took too long, or the file cannot
            be written.
    """
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    application_for_window()
    with TemporaryDirectory() as folder:
        # What the person's own window remembers neither shows in the picture nor changes.
        settings = Settings(Path(folder) / "settings.ini")
        settings.theme = theme
        window = assemble(None, model, [image] if image else [], settings, trusted)
        try:
            window.resize(*size)
            window.show()
            _picture(window, image, layer, tab, out)
        finally:
            window.close()


def _picture(window: MainWindow, image: str | None, layer: str | None, tab: str | None, out: str) -> None:
    _wait_until_idle(window)
    if window.controller.session.model is None:
        raise UsageError(window.notices.texts()[-1])
    if image is not None and window.controller.session.reads_words:
        name = window.controller.session.model.entry.full_name
        raise UsageError(f"{name} reads words, no images; leave out --image to see it read a sample word.")
    if image is not None and window.controller.session.recording is None:
        raise ExplorerError(window.notices.texts()[-1])
    if window.controller.session.recording is None and layer is not None:
        raise UsageError("A layer shows nothing without an image; add --image FILE.")
    _arrange(window, layer, tab)
    _wait_until_idle(window)
    _click_in_the_middle(window)
    _wait_until_idle(window)
    if not window.grab().save(out, "PNG"):
        raise ExplorerError(f"{out} cannot be written; choose a folder that exists and is yours.")


def _arrange(window: MainWindow, layer: str | None, tab: str | None) -> None:
    if tab is not None:
        titles = [
            window.tabs.tabText(place).replace("&&", "&").lower() for place in range(window.tabs.count())
        ]
        matches = [place for place, title in enumerate(titles) if tab.lower().replace("-", " ") in title]
        if not matches:
            raise UsageError(f"There is no pane '{tab}'; choose one of: {', '.join(titles)}.")
        window.tabs.setCurrentIndex(matches[0])
    if layer is not None:
        trace = window.controller.session.trace
        if trace is None or layer not in trace.by_name:
            raise UsageError(f"There is no layer '{layer}' in this model; `arch-explorer trace` lists them.")
        window.controller.stepping.go_to(trace.by_name[layer].id)


def _click_in_the_middle(window: MainWindow) -> None:
    grid = window.controller.probing.grid
    if grid is not None:
        window.controller.probing.probe_unit(grid[0] // 2, grid[1] // 2)


def _wait_until_idle(window: MainWindow) -> None:
    """Wait until nothing has been under way for a moment."""
    deadline = time.monotonic() + _PATIENCE_SECONDS
    calm = 0
    while calm < _CALM_LOOKS:
        if time.monotonic() > deadline:
            raise ExplorerError("The picture was not ready in time; try a smaller model.")
        calm = calm + 1 if window.controller.is_idle else 0
        loop = QEventLoop()
        QTimer.singleShot(_LOOK_MS, loop.quit)
        loop.exec()
