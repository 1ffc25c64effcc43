"""Pretrained weights are fetched, one model's after the other, and loaded where their model is there."""

from dataclasses import replace

from explorer.engine.envelopes import Failure
from explorer.engine.messages import ListModels, LoadModel
from explorer.features.models.choice import Download
from explorer.features.models.messages import DownloadWeights
from explorer.records.initialisation import Scheme
from explorer.records.names import plain
from explorer.window import loading
from explorer.window.desk import Desk
from explorer.window.requests import Wanted
from explorer.window.scene import EngineState, Scene
from explorer.window.spec import Level, NoticeAction

ABOUT = "download"


def start(desk: Desk, name: str) -> None:
    """Fetch the pretrained weights of a model; one download at a time."""
    if desk.scene.engine is EngineState.OFF:
        desk.tell(Level.WARNING, "The engine is off; start it (Ctrl+Shift+E), then download.", about=ABOUT)
    elif desk.scene.choice(Download).name:
        desk.tell(Level.INFO, "A download is under way; start the next one when it is done.", about=ABOUT)
    else:
        desk.choose(Download(name))


class Downloads:
    """Follows what is to be fetched, and says what came of it."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._running: Wanted | None = None
        self._wanted: LoadModel | None = None
        desk.follow(self.follow)
        desk.died.connect(self._on_died)

    def follow(self, scene: Scene) -> None:
        """Begin what is to be fetched; what went wrong with a model is past once another is wanted."""
        wanted = scene.seat.wanted
        if wanted not in (self._wanted, scene.seat.loaded):
            self._desk.hush(ABOUT)
            self._desk.hush(loading.ABOUT)
        self._wanted = wanted
        name = scene.choice(Download).name
        if name and self._running is None:
            self._desk.hush(ABOUT)
            command = DownloadWeights(name)
            self._running = Wanted(command, command.urgency)  # the answer may come before `do` returns
            running = self._desk.do(
                command, lambda _: self._on_downloaded(name), lambda failure: self._on_failed(name, failure)
            )
            if self._running is not None:
                self._running = running

    def _end(self) -> None:
        self._running = None
        self._desk.choose(Download())

    def _on_downloaded(self, name: str) -> None:
        desk = self._desk
        self._end()
        desk.ask_again(ListModels())
        seat = desk.scene.seat
        if seat.is_live and seat.wanted is not None and seat.model and seat.model.entry.full_name == name:
            loading.want(desk, replace(seat.wanted, weights="pretrained", initialisation=Scheme.DEFAULT))
        else:
            use = NoticeAction("Load it", lambda: loading.load(desk, name))
            desk.tell(Level.INFO, f"The weights of {plain(name)} are on disk.", use, about=ABOUT)

    def _on_failed(self, name: str, failure: Failure) -> None:
        desk = self._desk
        self._end()
        if failure.cancelled:
            text = f"The download of {plain(name)} was stopped; what is there is kept, the next one goes on from it."
            desk.tell(Level.INFO, text, about=ABOUT)
        else:
            again = NoticeAction("Try again", lambda: start(desk, name))
            desk.tell(Level.ERROR, failure.message, again, about=ABOUT)

    def _on_died(self, _: object) -> None:
        """The engine is gone, and with it the download."""
        if self._running is not None:
            self._end()
