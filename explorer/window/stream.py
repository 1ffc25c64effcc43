"""The stream that is open: a video or a camera, whose pictures take the place of the recorded one."""

from dataclasses import dataclass

CAMERA = "camera:"
"""Asks for the camera in the place of a video's path."""


@dataclass(frozen=True)
class Stream:
    """A choice of the scene.

    Attributes:
        wanted: What is to be opened: the path of a video, or `CAMERA`; empty for nothing.
        key: The open input on which its pictures are shown; empty while there is no stream.
        name: What a person calls it.
        playing: True while its pictures come by themselves.
        at: Time of the picture that is shown, in seconds.
        length: Of the whole, in seconds; 0 for a camera, which has no end.
        step: From a picture to the next, in seconds; 0 for a camera.
        rate: Pictures that are shown in a second.
        dropped: Pictures that came and were not shown, since it plays.
        why_not: Why its pictures are not followed; empty if they are.
        taken: How many pictures of a clip are taken, and how many it has; (0, 0) while none is made.
    """

    wanted: str = ""
    key: str = ""
    name: str = ""
    playing: bool = False
    at: float = 0.0
    length: float = 0.0
    step: float = 0.0
    rate: float = 0.0
    dropped: int = 0
    why_not: str = ""
    taken: tuple[int, int] = (0, 0)

    @property
    def is_open(self) -> bool:
        """True if there is one."""
        return bool(self.key)

    def within(self, at: float) -> float:
        """Return the nearest time that lies in it, in seconds."""
        return min(max(at, 0.0), max(self.length - self.step, 0.0))


@dataclass(frozen=True)
class Slides:
    """A choice of the scene: whether the open images are shown one after the other by themselves."""

    on: bool = False


def clock(seconds: float) -> str:
    """Return a time in a video: `00:03.2`."""
    tenths = round(10 * max(seconds, 0))
    return f"{tenths // 600:02}:{tenths // 10 % 60:02}.{tenths % 10}"
