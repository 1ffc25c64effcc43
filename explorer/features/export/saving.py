"""Saves and copies what is shown, and says what came of it."""

from PySide6.QtWidgets import QApplication

from explorer.window.saving import ask_and_save
from explorer.window.spec import DeskLike, Level


def save_shown(desk: DeskLike) -> None:
    """Ask where to, and save what the pane in front shows."""
    for export in desk.exports()[:1]:
        ask_and_save(desk, export, QApplication.activeWindow(), "Save what is shown")


def copy_shown(desk: DeskLike) -> None:
    """Put what the pane in front shows on the clipboard, and say so."""
    for export in desk.exports()[:1]:
        export.copy()
        desk.tell(Level.INFO, "Copied what is shown", about="save")
