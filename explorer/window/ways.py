"""The ways through the window as actions: to each page, navigator and lens, and the whole screen."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt

from explorer.window.scene import Scene
from explorer.window.spec import ActionSpec, DeskLike, PaneSpec, Place

if TYPE_CHECKING:
    from PySide6.QtWidgets import QMainWindow

_FIELDS = {Place.PAGE: "page", Place.LENS: "lens", Place.NAVIGATOR: "navigator"}
WAY = "show_"
"""How the names of these actions begin."""
_MENUS = {Place.PAGE: "View/Pages", Place.LENS: "View/Lenses", Place.NAVIGATOR: "View/Tree and graph"}


def ways(specs: Iterable[PaneSpec]) -> list[ActionSpec]:
    """Return an action `show_<id>` for each page, navigator and lens; a lens that does not fit says so itself.

    Of a navigator that is in sight it leads back to the one before; of a lens or a page in sight it does nothing.
    """
    shown = sorted((spec for spec in specs if spec.place in _FIELDS), key=lambda spec: spec.key)
    return [_way(spec, _FIELDS[spec.place]) for spec in shown]


def _way(spec: PaneSpec, field: str) -> ActionSpec:
    def go(desk: DeskLike) -> None:
        scene = desk.scene
        back = field == "navigator" and is_there(scene)
        changes: dict[str, Any] = {"page": "explore", field: scene.navigator_before if back else spec.id}
        if field == "navigator":
            changes["folded"] = (False, scene.folded[1])
        elif field == "lens":
            changes["spread"] = False
        desk.set(**changes)

    def is_there(scene: Scene) -> bool:
        hidden = {"navigator": scene.folded[0], "lens": scene.spread}.get(field, False)
        return getattr(scene, field) == spec.id and (
            field == "page" or (scene.page == "explore" and not hidden)
        )

    keys = (spec.key,) if spec.key else ()
    return ActionSpec(
        f"{WAY}{spec.id}",
        spec.title,
        spec.tip,
        go,
        keys,
        spec.icon,
        _MENUS[spec.place],
        checked=is_there,
        words=spec.words,
        part=list(_MENUS).index(spec.place),
    )


def full_screen(window: "QMainWindow") -> ActionSpec:
    """Return the action that gives the window the whole screen, and back."""

    def change(_: DeskLike) -> None:
        window.setWindowState(
            window.windowState() ^ Qt.WindowState.WindowFullScreen
        )  # a maximised one is so again

    return ActionSpec(
        "fullScreen",
        "Full screen",
        "Give the window the whole screen, or take it back",
        change,
        ("F11",),
        menu="View",
        checked=lambda _: window.isFullScreen(),
        words="maximise",
        part=7,
    )
