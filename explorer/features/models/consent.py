"""A person's own Python files: none runs before the person agreed, and which callable builds the network is asked."""

from dataclasses import replace
from functools import partial
from pathlib import Path

from explorer.engine.messages import LoadModel
from explorer.features.models import kept_inputs, watching
from explorer.features.models.callables import callables_in, fault_of
from explorer.window import format as fmt
from explorer.window import loading
from explorer.window.desk import Desk
from explorer.window.scene import Scene
from explorer.window.settings import content_hash
from explorer.window.spec import Level, NoticeAction
from explorer.window.widgets.list_rows import ListBox

ABOUT = "model file"


class Consent:
    """Follows what is wanted, before the stage does, and takes back a file that may not run yet.

    Whoever wants a file, from wherever, is asked; a file that was agreed to is known by its content from then on.
    """

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._vetted: dict[int, LoadModel] = {}  # what may run and is on its way, by seat
        self._others: dict[int, LoadModel] = {}  # the network of no file that was wanted last, by seat
        desk.follow(self.follow)

    def follow(self, scene: Scene) -> None:
        """Ask about what is wanted and not agreed to."""
        for number, seat in enumerate(scene.seats):
            wanted = seat.wanted
            own = loading.file_of(wanted.name) if wanted is not None else None
            if wanted is not None and own is None and wanted != self._others.get(number):
                self._others[number] = wanted
                self._hush(number)  # the person went on
            if wanted is None or own is None or seat.is_live:
                self._vetted.pop(number, None)
            elif wanted != self._vetted.get(number):
                if _may_run(wanted, *own):
                    self._vetted[number] = kept = kept_inputs.with_kept(self._desk.settings, wanted)
                    if kept != wanted:  # it comes back at a start
                        self._desk.put(self._desk.scene.with_seat(number, wanted=kept))
                else:
                    self._desk.put(self._desk.scene.with_seat(number, wanted=seat.loaded, stale=False))
                    self._ask(number, wanted, *own)

    def _hush(self, number: int) -> None:
        """Take back what was asked or said of another file."""
        self._desk.hush(_about(number))
        if number == 0:
            self._desk.hush(loading.ABOUT)

    def _ask(self, number: int, wanted: LoadModel, file: Path, callable_name: str) -> None:
        try:
            content = content_hash(file)
        except OSError as error:
            text = f"{file} cannot be read: {error.strerror or error}; choose another file."
            self._desk.tell(Level.ERROR, text, about=_about(number))
            return
        if not callable_name:
            self._ask_for_callable(number, wanted, file)
        elif self._desk.settings.is_trusted(content):
            self._want(number, replace(wanted, trusted=content))
        else:
            self._ask_consent(number, wanted, file, content)

    def _ask_for_callable(self, number: int, wanted: LoadModel, file: Path, again: bool = False) -> None:
        if fault := fault_of(file):
            self._desk.tell(Level.ERROR, fault, about=_about(number))
            return
        found = callables_in(file)
        if len(found) == 1:
            self._want(number, replace(wanted, name=f"{file}:{found[0]}"))
            return

        def load() -> None:
            self._desk.hush(_about(number))
            if name := box.currentText().strip():
                self._want(number, replace(wanted, name=f"{file}:{name}"))
            else:
                self._ask_for_callable(number, wanted, file, again=True)

        box = _box(found)
        line = box.lineEdit()
        assert line is not None, "the box is editable"
        line.returnPressed.connect(load)
        text = f"Which function or class of {file.name} builds the network?"
        if again:
            text = f"No name was given. {text}"
        self._desk.tell(Level.INFO, text, NoticeAction("Load", load), about=_about(number), field=box)

    def _ask_consent(self, number: int, wanted: LoadModel, file: Path, content: str) -> None:
        text = (
            f"{file} is a program: it runs with all your rights on this computer. "
            "Run it only if you trust whoever wrote it. Alt+Enter runs it."
        )
        detail = "It runs to build its network. The answer is kept until the file changes."
        agree = partial(self._agree, number, replace(wanted, trusted=content), content)
        self._desk.hush(watching.about(number))  # it is the same question
        run = NoticeAction("Run this file", agree)
        self._desk.tell(Level.WARNING, text, run, about=_about(number), detail=detail)

    def _agree(self, number: int, wanted: LoadModel, content: str) -> None:
        self._desk.settings.trust(content)
        self._want(number, wanted)

    def _want(self, number: int, wanted: LoadModel) -> None:
        self._desk.hush(_about(number))
        if number >= len(self._desk.scene.seats):
            return  # closed while the person was asked
        wanted = kept_inputs.with_kept(self._desk.settings, wanted)
        loaded = self._desk.scene.seats[number].loaded
        self._desk.put(self._desk.scene.with_seat(number, wanted=wanted, stale=wanted == loaded))


def _about(number: int) -> str:
    """Return what a question about the file of a seat is about: each has its own."""
    return f"{ABOUT} of seat {number}" if number else ABOUT


def _may_run(wanted: LoadModel, file: Path, callable_name: str) -> bool:
    """Tell whether the person agreed to run the file, as it is now, and said what builds the network."""
    if not callable_name or wanted.trusted is True:
        return bool(callable_name)
    try:
        return wanted.trusted == content_hash(file)
    except OSError:
        return False


def _box(names: list[str]) -> ListBox:
    box = ListBox(editable=True)
    box.setObjectName("callableName")
    box.setAccessibleName("Callable that builds the network")
    box.setToolTip(
        fmt.tip("Function without arguments, class or variable that gives the network; Enter loads it")
    )
    box.setMinimumContentsLength(16)
    box.addItems(names)
    return box
