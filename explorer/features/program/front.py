"""What lies over the window: the search, the shortcuts or the page about the program; at most one at a time."""

from PySide6.QtWidgets import QWidget

from explorer.features.program.choice import InFront
from explorer.window.desk import Desk
from explorer.window.frame import MainWindow
from explorer.window.scene import Scene
from explorer.window.widgets.overlay import Overlay


class Front:
    """Follows the scene: builds what it says is in front when it is first wanted, shows it, hides the others."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._overlays: dict[str, tuple[Overlay, QWidget]] = {}
        desk.follow(self.follow)

    def follow(self, scene: Scene) -> None:
        """Show what the scene says is in front."""
        wanted = scene.choice(InFront).name
        for name, (overlay, _) in self._overlays.items():
            if name != wanted:
                overlay.leave()
        window = self._desk.parent()
        if not wanted or not isinstance(window, MainWindow):
            return
        if wanted not in self._overlays:
            overlay, focus = self._overlays[wanted] = self._built(wanted, window)
            overlay.closed.connect(self._on_closed)
        overlay, focus = self._overlays[wanted]
        if not overlay.isVisible():
            overlay.reveal(focus)

    def _built(self, name: str, window: MainWindow) -> tuple[Overlay, QWidget]:
        if name == "search":
            from explorer.features.program.palette import Palette

            palette = Palette(self._desk, window)
            self._desk.seat(palette, palette.widget.isVisible)
            return palette.widget, palette.line
        if name == "shortcuts":
            from explorer.features.program.shortcuts import ShortcutSheet

            sheet = ShortcutSheet(window)
            return sheet, sheet.line
        from explorer.features.program.about import About

        about = About(window)
        return about, about.parts

    def _on_closed(self) -> None:
        self._desk.choose(InFront())
        self._desk.settle()
