"""Where pictures that follow each other come from: what a camera and a video have in common."""

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QImage

from explorer.records.images import RawPixels
from explorer.window.drops import raw_pixels

LONGEST = 1920  # pixels: a larger picture is made smaller before it goes to the engine


@dataclass(frozen=True, eq=False)
class Shot:
    """A picture as it came; its pixels are made only if it is shown.

    Attributes:
        number: Its place among those of its source, the dropped ones counted.
        at: Its time, in seconds.
        image: Makes it.
    """

    number: int
    at: float
    image: Callable[[], QImage]

    def pixels(self, longest: int = LONGEST) -> RawPixels | None:
        """Return its pixels, smaller where its longer side has more than `longest`; None if it cannot be made."""
        image = self.image()
        if image.isNull():
            return None
        if max(image.width(), image.height()) > longest:
            from PySide6.QtCore import Qt

            keep, smooth = Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation
            image = image.scaled(longest, longest, keep, smooth)
        return raw_pixels(image.convertToFormat(QImage.Format.Format_RGBX8888))


class Source(QObject):
    """A video or a camera; it begins paused and gives its first picture as soon as it has it.

    Attributes:
        name: What a person calls it.
        length: In seconds; 0 for a camera.
        step: Seconds from a picture to the next; 0 for a camera.

    Signals:
        came(object): A `Shot`.
        failed(str): Why there are no more pictures, one line.
        ended(): The last picture was given.
    """

    came = Signal(object)
    failed = Signal(str)
    ended = Signal()

    name = ""
    length = 0.0
    step = 0.0

    def play(self) -> None:
        """Let the pictures come by themselves."""

    def pause(self) -> None:
        """Let no more pictures come."""

    def seek(self, at: float) -> None:
        """Give the picture of a time, in seconds; a camera gives its next one."""

    def close(self) -> None:
        """End it; nothing comes any more."""
