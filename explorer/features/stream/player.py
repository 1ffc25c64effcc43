"""Keeps a video or a camera true to the scene, and hands on its newest picture whenever the engine is free."""

import itertools
from collections import deque
from dataclasses import replace
from time import monotonic

from PySide6.QtCore import QObject

from explorer.features.stream.clip import Clip
from explorer.features.stream.doing import why_not_followed
from explorer.features.stream.opening import Opens, open_source
from explorer.features.stream.source import Shot, Source
from explorer.records.edits import LiveView
from explorer.records.images import Frame, ImageSource, RawPixels
from explorer.window.desk import Desk
from explorer.window.live import Live, live
from explorer.window.scene import Scene, SceneImage
from explorer.window.spec import Level
from explorer.window.stream import Stream

_ABOUT = "stream"
_LOOKS_BACK = 2.0  # seconds over which pictures are counted
_STREAMS, _FRAMES = itertools.count(1), itertools.count(1)


class Player(QObject):
    """Opens what is wanted, plays, seeks; pictures that come while the engine is busy are passed over and counted.

    Args:
        desk: Whose scene it follows.
        opens: Opens a video or a camera.
    """

    def __init__(self, desk: Desk, opens: Opens = open_source) -> None:
        super().__init__(desk)
        self._desk, self._opens = desk, opens
        self._source: Source | None = None
        self._clip: Clip | None = None
        self._stream = 0
        self._plays = False
        self._at = 0.0  # the time that it gave last
        self._latest: Shot | None = None  # came, and is not handed on
        self._asked: tuple[Frame, Shot] | None = None  # handed on, and not shown yet
        self._shown: int | None = None  # number of the picture that was shown last without a leap before it
        self._times: deque[float] = deque()
        desk.follow(self._follow)
        desk.settled.connect(self._on_settled)

    # ---- following the scene ----

    def _follow(self, scene: Scene) -> None:
        choice = scene.choice(Stream)
        if choice.wanted:
            self._open(choice)
        elif self._source is None:
            return
        elif self._is_given and (not choice.is_open or scene.find(choice.key) is None):
            self._end(Stream())
        elif choice.is_open:
            self._lead(scene, choice, self._source)

    @property
    def _is_given(self) -> bool:
        """True if its first picture is open."""
        return self._stream > 0

    def _open(self, choice: Stream) -> None:
        self._end(Stream())
        try:
            source = self._source = self._opens(choice.wanted, self)
        except LookupError as error:
            self._desk.tell(Level.WARNING, str(error.args[0]), about=_ABOUT)
            return
        self._desk.hush(_ABOUT)
        source.came.connect(self._on_came)
        source.failed.connect(self._on_failed)
        source.ended.connect(self._on_ended)

    def _end(self, choice: Stream) -> None:
        """Let go of the source; its first picture stays an open image."""
        source, self._source, self._clip = self._source, None, None
        self._stream, self._plays, self._latest, self._asked = 0, False, None, None
        self._start_counting()
        if source is not None:
            source.close()
        live_choice = self._desk.scene.choice(Live)
        self._desk.choose(choice)
        self._desk.choose(replace(live_choice, frame=None))

    def _lead(self, scene: Scene, choice: Stream, source: Source) -> None:
        """Play, stop, or go where the person wants it; what is not shown does not play."""
        is_shown = scene.image == choice.key
        why_not = why_not_followed(scene) if is_shown else ""
        changed = replace(choice, why_not=why_not, playing=choice.playing and is_shown and not why_not)
        if (not is_shown or why_not) and scene.choice(Live).frame is not None:
            self._desk.choose(replace(scene.choice(Live), frame=None))
            self._latest = self._asked = None
        is_ready = scene.forward is not None and scene.forward.key == choice.key
        plays = changed.playing and (is_ready or not source.length)
        if plays != self._plays:
            self._plays = plays
            self._start_counting()
            changed = replace(changed, rate=0.0, dropped=0 if plays else changed.dropped)
            (source.play if plays else source.pause)()
        if choice.at != self._at:
            self._at, self._shown = choice.at, None
            source.seek(choice.at)
        self._desk.choose(changed)
        if is_shown and self._clip is None and self._lacks_clip(scene, choice, source):
            self._clip = Clip(source, scene.model.preprocess.frames, self._on_clip_moved, self._on_clip)  # type: ignore[union-attr]

    def _lacks_clip(self, scene: Scene, choice: Stream, source: Source) -> bool:
        image, model = scene.find(choice.key), scene.model
        wants = model is not None and getattr(model.preprocess, "frames", 0) > 0
        return wants and source.length > 0 and image is not None and not image.source.further

    # ---- what the source gives ----

    def _on_came(self, shot: Shot) -> None:
        source = self._source
        if source is None:
            return
        if not self._is_given:
            self._begin(shot, source)
        elif self._clip is not None:
            self._clip.take(shot)
        else:
            self._latest = shot
            self._hand_on()

    def _begin(self, shot: Shot, source: Source) -> None:
        """Open the first picture as an ordinary image: on its forward the others are followed."""
        pixels = shot.pixels()
        if pixels is None:
            return
        self._stream = next(_STREAMS)
        image = ImageSource(source.name, pixels=pixels)
        scene = replace(self._desk.scene.with_inputs(image), page="explore")
        key = scene.images[-1].key
        self._at, self._shown = shot.at, shot.number
        stream = Stream("", key, source.name, True, shot.at, source.length, source.step)
        self._desk.put(scene.with_choice(stream))

    def _on_failed(self, why: str) -> None:
        self._end(Stream())
        self._desk.tell(Level.WARNING, why, about=_ABOUT)

    def _on_ended(self) -> None:
        self._desk.choose(replace(self._desk.scene.choice(Stream), playing=False))

    # ---- handing on and counting ----

    def _on_settled(self) -> None:
        if self._source is not None:
            self._count()
            self._hand_on()

    def _hand_on(self) -> None:
        """Hand on the newest picture, if the one before is answered and shown."""
        scene, shot = self._desk.scene, self._latest
        choice, trying = scene.choice(Stream), scene.choice(Live)
        is_ready = scene.forward is not None and scene.forward.key == choice.key == scene.image
        is_busy = trying.asked != trying.trial or self._desk.is_flowing
        if shot is None or not is_ready or is_busy or choice.why_not:
            return
        self._latest = None
        pixels = shot.pixels()
        if pixels is None:
            return
        frame = Frame(self._stream, next(_FRAMES), pixels)
        self._at, self._asked = shot.at, (frame, shot)
        scene = scene.with_choice(replace(trying, frame=frame))
        self._desk.put(scene.with_choice(replace(choice, at=shot.at)))

    def _count(self) -> None:
        """Count what is shown now, and what was passed over before it."""
        scene = self._desk.scene
        question, asked = live(scene), self._asked
        if question is None or asked is None or scene.choice(Live).asked.frame != asked[0]:
            return
        if not isinstance(self._desk.known(question), LiveView):
            return
        self._asked, now, number = None, monotonic(), asked[1].number
        if not self._plays:
            return
        choice = scene.choice(Stream)
        missed = 0 if self._shown is None else max(number - self._shown - 1, 0)
        self._shown = number
        self._times.append(now)
        while now - self._times[0] > _LOOKS_BACK:
            self._times.popleft()
        span = now - self._times[0]
        rate = (len(self._times) - 1) / span if span > 0 else 0.0
        self._desk.choose(replace(choice, rate=rate, dropped=choice.dropped + missed))

    def _start_counting(self) -> None:
        self._times.clear()
        self._shown = None

    # ---- a clip ----

    def _on_clip_moved(self, done: int, total: int) -> None:
        self._desk.choose(replace(self._desk.scene.choice(Stream), taken=(done, total)))

    def _on_clip(self, pictures: tuple[RawPixels, ...]) -> None:
        """Open the clip in the place of its first picture."""
        self._clip, scene = None, self._desk.scene
        choice = replace(scene.choice(Stream), taken=(0, 0))
        before = scene.find(choice.key)
        if before is None or not pictures:
            return
        first, *others = pictures
        after = SceneImage.of(replace(before.source, pixels=first, further=tuple(others) or (first,)))
        images = tuple(after if it is before else it for it in scene.images)
        shown = after.key if scene.image == before.key else scene.image
        self._desk.put(replace(scene.with_choice(replace(choice, key=after.key)), images=images, image=shown))
