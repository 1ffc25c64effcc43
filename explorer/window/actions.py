"""Everything a person can do, as the features declare it: Qt's actions, kept true to the scene."""

from collections.abc import Callable, Iterable, Iterator

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu, QWidget

from explorer.window import format as fmt
from explorer.window import icons
from explorer.window.desk import Desk
from explorer.window.format import tip
from explorer.window.scene import Scene
from explorer.window.spec import ActionSpec

_MENU_WIDTH = 480
MENUS = ("File", "Model", "Step", "View", "Help")


class Actions:
    """The actions by id, each a child of the window and found by its object name.

    What an action is enabled and checked by is declared with it; here is the one place that tells Qt.
    """

    def __init__(self, desk: Desk, window: QWidget) -> None:
        self._desk = desk
        self._window = window
        self._specs: dict[str, ActionSpec] = {}
        self._actions: dict[str, QAction] = {}
        self._looks: dict[str, tuple[str, str]] = {}
        self._seen: Scene | None = None
        desk.settled.connect(self.follow)

    def __getitem__(self, id: str) -> QAction:
        return self._actions[id]

    def __iter__(self) -> Iterator[tuple[ActionSpec, QAction]]:
        return iter([(self._specs[id], action) for id, action in self._actions.items()])

    def add(self, specs: Iterable[ActionSpec]) -> None:
        """Take in what a feature declares."""
        for spec in specs:
            assert spec.id not in self._specs, f"two actions are called {spec.id}"
            self._specs[spec.id] = spec
            action = self._actions[spec.id] = self._build(spec)
            self._window.addAction(action)
        self.be_true()

    def fill(self, menu: QMenu) -> None:
        """Put the actions into a menu, those of each of the `MENUS` and of its submenus in one of its own."""
        menus = {title: menu.addMenu(title) for title in MENUS}
        last: dict[str, int] = {}
        for spec, action in sorted(self, key=lambda it: it[0].part):
            if not spec.menu:
                continue
            title, _, within = spec.menu.partition("/")
            own = menus.get(spec.menu) or menus.setdefault(spec.menu, menus[title].addMenu(within))
            if own.actions() and last.get(spec.menu) != spec.part:
                own.addSeparator()
            last[spec.menu] = spec.part
            own.addAction(action)
            if spec.offers is not None:
                action.setMenu(self._submenu(spec, own))

    def follow(self) -> None:
        """Be true to the scene, if it is another one."""
        if self._desk.scene is not self._seen:
            self.be_true()

    def be_true(self) -> None:
        """Be true to the scene and to what the window is."""
        scene = self._seen = self._desk.scene
        for id, action in self._actions.items():
            spec = self._specs[id]
            action.setEnabled(spec.enabled(scene))
            if spec.checked is not None:
                action.setChecked(spec.checked(scene))
            self._dress(spec, action, scene)

    def dress(self) -> None:
        """Draw the icons in the colours of the current theme."""
        self._looks.clear()
        self.be_true()

    def _build(self, spec: ActionSpec) -> QAction:
        action = self._desk.action(spec.id)
        action.setObjectName(spec.id)
        action.setCheckable(spec.checked is not None)
        shortcuts = [QKeySequence(key) for key in spec.keys]
        action.setShortcuts(shortcuts)
        shown = " or ".join(keys.toString(QKeySequence.SequenceFormat.NativeText) for keys in shortcuts)
        action.setToolTip(fmt.tip(f"{spec.tip} ({shown})" if shown else spec.tip))
        action.triggered.connect(lambda _=False: self._run(spec))
        return action

    def _submenu(self, spec: ActionSpec, parent: QMenu) -> QMenu:
        """Return a menu of what an action offers, filled whenever it is opened."""
        menu = QMenu(parent, toolTipsVisible=True)

        def fill() -> None:
            menu.clear()
            for offer in spec.offers(self._desk) if spec.offers is not None else ():
                shown = menu.fontMetrics().elidedText(offer.label, Qt.TextElideMode.ElideMiddle, _MENU_WIDTH)
                item = menu.addAction(shown.replace("&", "&&"), offer.run)
                item.setToolTip(tip(offer.tip or offer.label))

        menu.aboutToShow.connect(fill)
        return menu

    def _run(self, spec: ActionSpec) -> None:
        """Do it, and settle at once: a key press does not wait for a turn of the event loop."""
        if spec.enabled(self._desk.scene):
            spec.run(self._desk)
        self._seen = None  # Qt has turned the tick of what was pressed, whatever came of it
        self._desk.settle()

    def _dress(self, spec: ActionSpec, action: QAction, scene: Scene) -> None:
        look = (_now(spec.text, scene), _now(spec.icon, scene))
        if self._looks.get(spec.id) != look:
            self._looks[spec.id] = look
            action.setText(look[0])
            if look[1]:
                action.setIcon(icons.icon(look[1]))


def _now(look: str | Callable[[Scene], str], scene: Scene) -> str:
    return look if isinstance(look, str) else look(scene)
