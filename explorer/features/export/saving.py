"""Saves and copies what is shown, and says what came of it."""

from pathlib import Path

from PySide6.QtWidgets import QApplication

from explorer.window.export import write
from explorer.window.save_path import ask_where_to_save
from explorer.window.spec import DeskLike, Export, Level

_ABOUT = "export"


def save_shown(desk: DeskLike) -> None:
    """Ask where to, and save what the pane in front shows."""
    for export in desk.exports()[:1]:
        parent = QApplication.activeWindow()
        patterns = " ".join(f"*{kind}" for kind in export.kinds)
        usual = f"{export.name}{export.kinds[0]}"
        path = ask_where_to_save(parent, "Save what is shown", usual, f"Files ({patterns})", export.kinds)
        if path:
            save(desk, export, Path(path))


def save(desk: DeskLike, export: Export, path: Path) -> None:
    """Save into a file, and say so; a failure leaves what was there."""
    try:
        write(path, export.content(path.suffix.lower()))
    except OSError as error:
        why = error.strerror or type(error).__name__
        desk.tell(
            Level.ERROR, f"{path.name} cannot be written: {why}. Choose another place or name.", about=_ABOUT
        )
    else:
        desk.tell(Level.INFO, f"Saved {path.name}", about=_ABOUT)


def copy_shown(desk: DeskLike) -> None:
    """Put what the pane in front shows on the clipboard, and say so."""
    for export in desk.exports()[:1]:
        export.copy()
        desk.tell(Level.INFO, "Copied what is shown", about=_ABOUT)
