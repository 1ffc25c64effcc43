"""A picture of the real window over a real engine, made without a screen."""

import os
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from PySide6.QtCore import QEventLoop, QTimer, qInstallMessageHandler

from explorer.records.errors import ExplorerError, UsageError
from explorer.window.app import application_for_window, assemble
from explorer.window.frame import MainWindow
from explorer.window.scene import Scene, Unit
from explorer.window.settings import Settings
from explorer.window.spec import Feature, PaneSpec, Place
from explorer.window.start import Start
from explorer.window.widgets.picture_exports import png_of
from explorer.writing import write

_PATIENCE_SECONDS = 180.0
_LOOK_MS = 30
_CALM_LOOKS = 4


@dataclass(frozen=True)
class Shot:
    """What is to be seen.

    Attributes:
        model: Name of the model; None for the default.
        image: File to open; None shows the empty window.
        layer: Name of the operation to show; None for the first convolution.
        page, tab: Id or title of the page and of the lens in front; None for the first.
        size: Width and height of the window in pixels.
        theme: `light` or `dark`.
        trusted: True if the person agreed to run the model's file.
    """

    model: str | None = None
    image: str | None = None
    layer: str | None = None
    page: str | None = None
    tab: str | None = None
    size: tuple[int, int] = (1440, 900)
    theme: str = "light"
    trusted: bool = False


def render(shot: Shot, features: Sequence[Feature], out: str) -> None:
    """Write a picture of the window to the PNG file `out`.

    Raises:
        UsageError: A model, page, lens or layer of that name does not exist.
        ExplorerError: The work took too long, or the file cannot be written.
    """
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    application_for_window()
    specs = [spec for feature in features for spec in feature.panes]
    page, lens = _named(shot.page, Place.PAGE, specs), _named(shot.tab, Place.LENS, specs)
    with TemporaryDirectory() as folder, _without_a_word():
        # What the person's own window remembers neither shows in the picture nor changes.
        settings = Settings(Path(folder) / "settings.ini")
        settings.theme = shot.theme
        images = (shot.image,) if shot.image else ()
        window = assemble(Start(shot.model, images, shot.trusted), features, None, settings)
        try:
            window.setMinimumSize(
                0, 0
            )  # a picture may be larger or smaller than the screen that is not there
            window.resize(*shot.size)
            window.show()
            _wait_until_idle(window)
            _check(window, shot)
            window.desk.put(_arranged(window.desk.scene, shot, page, lens))
            _wait_until_idle(window)
            _write(png_of(window.grab().toImage()), out)
        finally:
            window.close()


@contextmanager
def _without_a_word() -> Iterator[None]:
    """Keep from the terminal what Qt says of each window on a screen that is not there; all else is handed on."""

    def hand_on(_kind: object, _context: object, said: str) -> None:
        if "propagateSizeHints" not in said:
            print(said, file=sys.stderr)

    before = qInstallMessageHandler(hand_on)
    try:
        yield
    finally:
        qInstallMessageHandler(before)


def _write(content: bytes, out: str) -> None:
    try:
        write(Path(out), content)
    except OSError as error:
        why = error.strerror or type(error).__name__
        text = f"{out} cannot be written ({why}); choose a folder that exists and is yours."
        raise ExplorerError(text) from error


def _named(name: str | None, place: Place, specs: Sequence[PaneSpec]) -> str | None:
    """Return the id of the pane whose id or title holds `name`."""
    if name is None:
        return None
    here = {spec.id: spec.title for spec in specs if spec.place is place}
    if place is Place.PAGE:
        here = {"explore": "Explore", **here}
    wanted = name.lower().replace("-", " ")
    found = [id for id, title in here.items() if wanted in (id, title.lower())]
    found += [id for id, title in here.items() if wanted in title.lower()]
    if not found:
        kind = "page" if place is Place.PAGE else "lens"
        raise UsageError(f"There is no {kind} '{name}'; choose one of: {', '.join(here)}.")
    return found[0]


def _check(window: MainWindow, shot: Shot) -> None:
    scene = window.desk.scene
    said = window.notices.texts()[-1:] or ["The model could not be loaded."]
    if scene.model is None:
        raise UsageError(said[0])
    if shot.image is not None and scene.seat.reads_words:
        name = scene.model.entry.full_name
        raise UsageError(f"{name} reads words, no images; leave out --image to see it read a sample word.")
    if shot.image is not None and scene.forward is None:
        raise ExplorerError(said[0])
    if shot.layer is not None and scene.forward is None:
        raise UsageError("A layer shows nothing without an image; add --image FILE.")
    if shot.layer is not None and scene.trace is not None:
        scene.trace.find(shot.layer)


def _arranged(scene: Scene, shot: Shot, page: str | None, lens: str | None) -> Scene:
    """Return the scene as it is to be seen; the unit in the middle is asked about."""
    node, layer = scene.node, scene.layer
    if shot.layer is not None and scene.trace is not None:
        found = scene.trace.find(shot.layer)
        node, layer = found.id, found.name
    place = Unit(0.5, 0.5) if scene.forward is not None else None
    return replace(
        scene, page=page or scene.page, lens=lens or scene.lens, node=node, layer=layer, place=place
    )


def _wait_until_idle(window: MainWindow) -> None:
    """Wait until nothing has been under way for a moment."""
    deadline = time.monotonic() + _PATIENCE_SECONDS
    calm = 0
    while calm < _CALM_LOOKS:
        if time.monotonic() > deadline:
            raise ExplorerError("The picture was not ready in time; try a smaller model.")
        calm = calm + 1 if window.desk.is_idle else 0
        loop = QEventLoop()
        QTimer.singleShot(_LOOK_MS, loop.quit)
        loop.exec()
