"""What a feature declares: panes, actions, followers, verbs; by name, so that nothing is imported too early."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any, Protocol

from explorer.engine.command import Command, Urgency
from explorer.engine.envelopes import Failure
from explorer.window.scene import Scene


class Place(Enum):
    """Where a pane stands."""

    BAR = auto()  # in the top line, from the left
    NAVIGATOR = (
        auto()
    )  # at the left of the Explore page; a method `wished_width` says how wide it would like to be
    HEAD = auto()  # over the lenses
    LENS = auto()
    WELCOME = auto()  # in the place of head and lenses, while it fits the scene
    SIDE = auto()  # at the right of the Explore page, one under the other
    PAGE = auto()
    FOOT = auto()  # in the bottom line, from the left


class Level(Enum):
    """How much a notice matters."""

    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True)
class NoticeAction:
    """A button on a notice, which closes when it is pressed; or a line of a submenu.

    Attributes:
        label: What stands on it.
        run: Does it.
        waits: True if the notice stays until the person has answered it or closed it.
        tip: What it does, in a few words; a line of a submenu that has one is found by the search as well.
    """

    label: str
    run: Callable[[], object]
    waits: bool = True
    tip: str = ""


@dataclass(frozen=True)
class Export:
    """Something that a pane in front lets a person take along; a pane offers them by a method `exports`.

    Attributes:
        name: The name of its file, without ending.
        kinds: The endings it can have, each with its dot; the first is the usual one.
        content: Makes the content of a file of one of these kinds.
        copy: Puts it on the clipboard.
    """

    name: str
    kinds: tuple[str, ...]
    content: Callable[[str], bytes]
    copy: Callable[[], object]


class Teller(Protocol):
    """Who tells a person something."""

    def tell(
        self,
        level: Level,
        text: str,
        action: NoticeAction | None = None,
        about: str = "",
        field: Any = None,
        detail: str = "",
    ) -> Any:
        """Show a notice; one about the same takes the place of the one before."""


class DeskLike(Teller, Protocol):
    """What an action may use of the desk."""

    @property
    def scene(self) -> Scene:
        """What is true now."""

    @property
    def settings(self) -> Any:
        """What is remembered between two starts; the class would bring Qt with it."""

    def set(self, **changes: Any) -> None:
        """Change fields of the scene."""

    def put(self, scene: Scene) -> None:
        """Put another scene in the place of this one."""

    def choose(self, choice: object) -> None:
        """Put a choice in the place of the one of its kind."""

    def settle(self) -> None:
        """Let the panes follow now."""

    def do(
        self,
        command: Command[Any],
        done: Callable[[Any], object] = ...,
        failed: Callable[[Failure], object] | None = None,
        urgency: Urgency | None = None,
    ) -> Any:
        """Ask what the person started by hand."""

    def known(self, command: Command[Any]) -> Any:
        """Return the answer to a command if it is there, else None; a failure is a `Failure`."""

    def exports(self) -> tuple[Export, ...]:
        """Return what the pane in front offers to be saved or copied."""

    def ask_again(self, command: Command[Any]) -> None:
        """Forget an answer, so that whoever wishes it asks anew."""

    def cancel(self) -> None:
        """Stop what the engine works on."""

    def start_engine(self) -> None:
        """Start an engine that was left dead."""

    def leave(self) -> None:
        """End the program."""


@dataclass(frozen=True)
class Wish:
    """What a pane wants to know.

    Attributes:
        command: The question whose answer it shows.
        beside: Further questions; it looks their answers up with `Desk.known` when it is shown the scene.
        ahead: What it will likely want next, the likeliest first.
    """

    command: Command[Any]
    beside: tuple[Command[Any], ...] = ()
    ahead: tuple[Command[Any], ...] = ()


@dataclass(frozen=True, eq=False)
class Waiting:
    """The answer is on its way.

    Attributes:
        text: What is being done.
        done, total: How far; a `total` of 0 if nobody knows.
        part: An answer so far, of the kind that the whole will be; None if there is none.
        is_news: True if what the pane shows is of another network than the scene's, or was to give way when the
            engine ended, so that it must not stay.
    """

    text: str = ""
    done: int = 0
    total: int = 0
    part: Any = None
    is_news: bool = False


def _fits(_: Scene) -> str:
    return ""


def _always(_: Scene) -> bool:
    return True


@dataclass(frozen=True)
class PaneSpec:
    """A pane, before it is built.

    Attributes:
        id: Its name in the scene; its widget bears `<id>Pane`.
        title: On its tab.
        tip: What it shows, in a few words.
        place: Where it stands.
        pane: `module:Class` of the pane, imported when it is first seen.
        key: The shortcut that brings it to the front.
        icon: Name of its icon; for a page.
        stretch: Its share of the room that is left over in its row or column; 0 for as much as it needs.
        misfit: Says why it has nothing to show of a scene; empty if it has. A lens is dimmed then, a side hidden.
        words: Other words by which a person may search for it.
    """

    id: str
    title: str
    tip: str
    place: Place
    pane: str
    key: str = ""
    icon: str = ""
    stretch: int = 0
    misfit: Callable[[Scene], str] = _fits
    words: str = ""


@dataclass(frozen=True)
class ActionSpec:
    """Something that a person can do.

    Attributes:
        id: Its object name.
        text: In the menu; a function of the scene where it changes.
        tip: What it does, in a few words.
        run: Does it.
        keys: Its shortcuts.
        icon: Name of its icon; a function of the scene where it changes.
        menu: The menu it stands in, or a submenu of it as `&View/Graph`; empty for none.
        part: Which part of its menu it stands in; lines set the parts apart; a submenu stands where its first does.
        in_bar: True for a button at the right of the top line.
        enabled: Whether it works on a scene. An action that is enabled works.
        checked: Whether it is on; None for an action that is only done.
        offers: What stands in a submenu of its own, asked for when it is opened; None for no submenu.
        words: Other words by which a person may search for it.
        needs: What it needs, to be said where it does not work: `an open image`.
    """

    id: str
    text: str | Callable[[Scene], str]
    tip: str
    run: Callable[[DeskLike], object]
    keys: tuple[str, ...] = ()
    icon: str | Callable[[Scene], str] = ""
    menu: str = ""
    in_bar: bool = False
    enabled: Callable[[Scene], bool] = _always
    checked: Callable[[Scene], bool] | None = None
    offers: Callable[[DeskLike], Sequence[NoticeAction]] | None = None
    words: str = ""
    part: int = 0
    needs: str = ""


@dataclass(frozen=True)
class Verb:
    """A verb of the command line.

    Attributes:
        name: What is typed.
        help: What it does, in a line.
        terminal: The module with its `add_arguments` and `carry_out`, imported only if it is asked for.
    """

    name: str
    help: str
    terminal: str


@dataclass(frozen=True)
class Feature:
    """All that a feature brings.

    Attributes:
        panes, actions, verbs: See there.
        followers: `module:Class` of what follows the scene without showing it; built with the window, it gets the desk
            and says what it follows: with `Desk.follow` each scene, or a signal.
    """

    panes: tuple[PaneSpec, ...] = ()
    actions: tuple[ActionSpec, ...] = ()
    verbs: tuple[Verb, ...] = ()
    followers: tuple[str, ...] = ()
