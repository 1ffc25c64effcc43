"""The files of the loaded models are watched: when one has changed, the person is offered to load it again."""

from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import TypeAlias

from PySide6.QtCore import QFileSystemWatcher, QTimer

from explorer.engine.messages import LoadModel
from explorer.window import loading
from explorer.window.desk import Desk
from explorer.window.scene import Scene, letter
from explorer.window.settings import content_hash
from explorer.window.spec import Level, NoticeAction

ABOUT = "model file changed"
_CALM_MS = 300  # an editor writes in several steps

_Seen: TypeAlias = tuple[LoadModel | None, bool]  # what is loaded in a seat, and whether it is wanted anew


class Watching:
    """Follows the loaded models, and tells once a Python file of one or its file of weights is another one.

    Editors replace a file instead of writing into it: its folder is watched as well, and the file anew each time.
    """

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._seen: tuple[_Seen, ...] = ()
        self._seats: list[_Files] = []
        self._watcher = QFileSystemWatcher(desk)
        self._calm = QTimer(desk, singleShot=True, interval=_CALM_MS)
        self._calm.timeout.connect(self._look)
        self._watcher.fileChanged.connect(lambda _: self._calm.start())
        self._watcher.directoryChanged.connect(lambda _: self._calm.start())
        desk.follow(self.follow)

    def follow(self, scene: Scene) -> None:
        """Watch the files of the models that are loaded."""
        seen = tuple((seat.loaded, seat.stale) for seat in scene.seats)
        if seen == self._seen:
            return
        before, self._seen = self._seen, seen
        for number, of in enumerate(self._seats):
            if of.told and (number >= len(seen) or before[number] != seen[number]):
                self._desk.hush(about(number))  # it was said of the model before
        self._seats = [self._files_of(number, before) for number in range(len(seen))]
        if old := [*self._watcher.files(), *self._watcher.directories()]:
            self._watcher.removePaths(old)
        self._watch()
        if any(of.stamps for of in self._seats):
            self._calm.start()

    def _files_of(self, number: int, before: tuple[_Seen, ...]) -> "_Files":
        """Return the files of a seat: as they were, those of where its model sat before a swap, or as they are now."""
        now = self._seen[number]
        if now in before[number : number + 1]:
            return self._seats[number]
        gone = ((it, of) for it, of in zip(before, self._seats, strict=True) if it not in self._seen)
        moved = next((of for it, of in gone if _anywhere(it) == _anywhere(now)), None)
        return _Files.of(now[0]) if moved is None else _Files(moved.stamps)

    def _watch(self) -> None:
        known = {*self._watcher.files(), *self._watcher.directories()}
        files = [file for of in self._seats for file in of.stamps]
        wanted = {str(path) for file in files for path in (file, file.parent) if path.exists()}
        if missing := sorted(wanted - known):
            self._watcher.addPaths(missing)

    def _look(self) -> None:
        self._watch()
        for number, of in enumerate(self._seats):
            for file, loaded in of.stamps.items():
                now = _stamp(file)
                if now in ("", of.told.get(file, loaded)):
                    continue
                of.told[file] = now
                if now == loaded:
                    self._desk.hush(about(number))
                else:
                    self._tell(number, file, now)

    def _tell(self, number: int, file: Path, content: str) -> None:
        desk = self._desk
        wanted = desk.scene.seats[number].wanted if number < len(desk.scene.seats) else None
        if file.suffix != ".py" or desk.settings.is_trusted(content) or wanted is None:
            label, more = "Reload", "."
        else:
            label = "Run and reload"
            more = f"; “{label}” runs the new code, with all your rights."
        action = NoticeAction(label, partial(self._reload, number, file, content))
        is_one_of_many = sum(seat.loaded is not None for seat in desk.scene.seats) > 1
        which = f" as network {letter(number)} of Compare" if is_one_of_many else ""
        text = f"{file.name} has changed since it was loaded{which}{more}"
        desk.tell(Level.INFO, text, action, about=about(number))

    def _reload(self, number: int, file: Path, content: str) -> None:
        """Load the model again; pressing the button was the consent to what the file held then."""
        if file.suffix == ".py":
            self._desk.settings.trust(content)
        loading.reload(self._desk, number)


def _anywhere(seen: _Seen) -> _Seen:
    """Return what is seen of a seat as if it were the first."""
    return seen[0] and replace(seen[0], seat=0), seen[1]


@dataclass(frozen=True)
class _Files:
    """The files of a model: what each was when it was loaded, and of which change the person was told."""

    stamps: dict[Path, str] = field(default_factory=dict)
    told: dict[Path, str] = field(default_factory=dict)

    @classmethod
    def of(cls, loaded: LoadModel | None) -> "_Files":
        stamps = {file: _stamp(file) for file in _files(loaded)}
        own = loading.file_of(loaded.name) if loaded is not None else None
        if loaded is not None and own is not None and isinstance(loaded.trusted, str):
            stamps[own[0]] = loaded.trusted  # what was run, even if the file has changed since
        return cls(stamps)


def about(number: int) -> str:
    """Return what a notice about a changed file of a seat is about."""
    return f"{ABOUT} of seat {number}" if number else ABOUT


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
