"""What the actions of the program do."""

from dataclasses import replace

from explorer.window.live import Live, is_trying
from explorer.window.scene import Scene
from explorer.window.spec import DeskLike


def can_stop(scene: Scene) -> bool:
    """Tell whether there is something to stop or to come back from."""
    return scene.busy or scene.playing or scene.page != "explore" or is_trying(scene)


def stop(desk: DeskLike) -> None:
    """Stop what plays and what the engine works on; where nothing does, go back to Explore, or end the trying."""
    scene = desk.scene
    if scene.playing:
        desk.set(playing=False)
    if scene.busy:
        desk.cancel()
    if scene.playing or scene.busy:
        return
    if scene.page != "explore":
        desk.set(page="explore")
    elif is_trying(scene):
        desk.choose(scene.choice(Live).put_away())


def fold(desk: DeskLike, edge: int) -> None:
    """Fold an edge of the Explore page away, or unfold it: 0 the navigators, 1 the sides."""
    folded = [it != (place == edge) for place, it in enumerate(desk.scene.folded)]
    desk.put(replace(desk.scene, folded=(folded[0], folded[1])))


def toggle_theme(desk: DeskLike) -> None:
    """Change between light and dark, and remember it."""
    from PySide6.QtWidgets import QApplication

    from explorer.window import theme

    name = "light" if theme.current().name == "dark" else "dark"
    desk.settings.theme = name
    application = QApplication.instance()
    assert isinstance(application, QApplication), "a window has an application"
    theme.apply(application, name)
