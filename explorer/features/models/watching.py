"""The files of the loaded model are watched: when one has changed, the person is offered to load it again."""

from functools import partial
from pathlib import Path

from PySide6.QtCore import QFileSystemWatcher, QTimer

from explorer.engine.messages import LoadModel
from explorer.window import loading
from explorer.window.desk import Desk
from explorer.window.scene import Scene
from explorer.window.settings import content_hash
from explorer.window.spec import Level, NoticeAction

ABOUT = "model file changed"
_CALM_MS = 300  # an editor writes in several steps


class Watching:
    """Follows the loaded model, and tells once its own Python file or its file of weights is another one.

    Editors replace a file instead of writing into it: its folder is watched as well, and the file anew each time.
    """

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._seen: tuple[LoadModel | None, bool] = (None, False)
        self._stamps: dict[Path, str] = {}
        self._told: dict[Path, str] = {}
        self._watcher = QFileSystemWatcher(desk)
        self._calm = QTimer(desk, singleShot=True, interval=_CALM_MS)
        self._calm.timeout.connect(self._look)
        self._watcher.fileChanged.connect(lambda _: self._calm.start())
        self._watcher.directoryChanged.connect(lambda _: self._calm.start())
        desk.follow(self.follow)

    def follow(self, scene: Scene) -> None:
        """Watch the files of the model that is loaded."""
        loaded = scene.seat.loaded
        if (loaded, scene.seat.stale) == self._seen:
            return
        self._seen = (loaded, scene.seat.stale)
        if self._told:
            self._told.clear()
            self._desk.hush(ABOUT)  # it was said of the model before
        self._stamps = {file: _stamp(file) for file in _files(loaded)}
        own = loading.file_of(loaded.name) if loaded is not None else None
        if loaded is not None and own is not None and isinstance(loaded.trusted, str):
            self._stamps[own[0]] = loaded.trusted  # what was run, even if the file has changed since
        if old := [*self._watcher.files(), *self._watcher.directories()]:
            self._watcher.removePaths(old)
        self._watch()
        if self._stamps:
            self._calm.start()

    def _watch(self) -> None:
        known = {*self._watcher.files(), *self._watcher.directories()}
        wanted = {str(path) for file in self._stamps for path in (file, file.parent) if path.exists()}
        if missing := sorted(wanted - known):
            self._watcher.addPaths(missing)

    def _look(self) -> None:
        self._watch()
        for file, loaded in self._stamps.items():
            now = _stamp(file)
            if now in ("", self._told.get(file, loaded)):
                continue
            self._told[file] = now
            if now == loaded:
                self._desk.hush(ABOUT)
            else:
                self._tell(file, now)

    def _tell(self, file: Path, content: str) -> None:
        desk = self._desk
        if file.suffix != ".py" or desk.settings.is_trusted(content) or desk.scene.seat.wanted is None:
            label, more = "Reload", "."
        else:
            label = "Run and reload"
            more = "; to build its network it runs as it is now, with all your rights on this computer."
        action = NoticeAction(label, partial(self._reload, file, content))
        desk.tell(Level.INFO, f"{file.name} has changed since it was loaded{more}", action, about=ABOUT)

    def _reload(self, file: Path, content: str) -> None:
        """Load the model again; pressing the button was the consent to what the file held then."""
        if file.suffix == ".py":
            self._desk.settings.trust(content)
        loading.reload(self._desk)


def _files(loaded: LoadModel | None) -> list[Path]:
    if loaded is None:
        return []
    own = loading.file_of(loaded.name)
    weights = [Path(loaded.weights)] if loaded.weights not in (None, "pretrained", "random") else []
    return [*([own[0]] if own else []), *weights]


def _stamp(file: Path) -> str:
    """Return what differs once a file has changed: of a program its content's hash, of weights time and size."""
    try:
        if file.suffix == ".py":
            return content_hash(file)
        state = file.stat()
    except OSError:
        return ""
    return f"{state.st_mtime_ns} {state.st_size}"
