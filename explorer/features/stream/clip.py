"""Pictures of a whole video, evenly spaced, for a network that reads several at once."""

from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer

from explorer.features.stream.source import Shot, Source
from explorer.records.images import RawPixels

LONGEST = 640  # pixels: a clip has many pictures
_PATIENCE_MS = 2000


class Clip(QObject):
    """Goes through a video that does not play, picture by picture.

    Args:
        source: The video.
        count: How many pictures; where the video has fewer, all of them.
        moved: Called with each that is taken: how many, and how many there are to be.
        done: Called with all of them.
    """

    def __init__(
        self,
        source: Source,
        count: int,
        moved: Callable[[int, int], object],
        done: Callable[[tuple[RawPixels, ...]], object],
    ) -> None:
        super().__init__(source)
        self._source, self._moved, self._done = source, moved, done
        known = max(1, round(source.length / source.step))
        self._numbers = [k * known // count for k in range(count)] if known > count else list(range(known))
        self._taken: list[RawPixels] = []
        self._last: Shot | None = None
        self._patience = QTimer(self, singleShot=True, interval=_PATIENCE_MS)
        self._patience.timeout.connect(self._on_patience)
        self._go_on()

    def take(self, shot: Shot) -> None:
        """Take a picture, if it is the one that was asked for."""
        self._last = shot
        if self._numbers and shot.number == self._numbers[0]:
            self._keep(shot)

    def _on_patience(self) -> None:
        """Take what came last: the times in the file are not even, or its end cannot be read."""
        if self._last is not None:
            self._keep(self._last)
        else:
            self._numbers.pop(0)
            self._go_on()

    def _keep(self, shot: Shot) -> None:
        self._numbers.pop(0)
        pixels = shot.pixels(LONGEST)
        if pixels is not None:
            self._taken.append(pixels)
        self._moved(len(self._taken), len(self._taken) + len(self._numbers))
        self._go_on()

    def _go_on(self) -> None:
        if self._numbers:
            self._patience.start()
            self._source.seek(self._numbers[0] * self._source.step)
        else:
            self._patience.stop()
            self._done(tuple(self._taken))
