"""Opens a video or the camera; where that cannot be, one line says what is missing and how to get it."""

from collections.abc import Callable

from PySide6.QtCore import QObject

from explorer.features.stream.source import Source
from explorer.window.addresses import shown
from explorer.window.stream import CAMERA

Opens = Callable[[str, QObject], Source]
_EXTRA = (
    "needs the extra `camera`: pip install 'architecture-explorer[camera]', then start the program again."
)


def open_source(wanted: str, parent: QObject) -> Source:
    """Return the video of a path, or the camera.

    Raises:
        LookupError: It cannot be opened; one line.
    """
    what = "The camera" if wanted == CAMERA else shown(wanted)
    try:
        from explorer.features.stream import media  # here: few need it
    except ModuleNotFoundError as error:
        raise LookupError(f"{what} {_EXTRA}") from error
    except ImportError as error:
        raise LookupError(f"{what} {_lacks(str(error))}") from error
    if wanted == CAMERA:
        return media.CameraSource(parent)
    return media.VideoFile(wanted, what, parent)


def _lacks(error: str) -> str:
    """Say which of the system's libraries is missing, from what the system said of it."""
    library = error.partition(":")[0].strip()
    if library.startswith("libpulse."):
        return f"needs the system library {library} (on Debian: apt-get install libpulse0); then start again."
    if ".so" in library:
        return f"needs the system library {library}: install it, then start the program again."
    return "cannot be opened: QtMultimedia does not fit this system; install the extra `camera` anew."
