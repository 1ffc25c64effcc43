"""What a saved file is called, and where it goes: under a known suffix, and never over a file unasked."""

from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QWidget

from explorer.records.names import split_file
from explorer.window.settings import Settings

_FOLDER = "save_folder"


def file_name(model: str, *parts: str) -> str:
    """Return the name of a file that says what it holds: of which model, and what of it.

    Args:
        model: Its name, with or without its source; of a person's own file only the file's name is taken.
        parts: What of it.
    """
    own = split_file(model)
    short = Path(own[0]).stem if own else model.rpartition(":")[2]
    return "-".join([short, *parts]).replace(":", "-").replace("/", "-")


def ask_where_to_save(
    parent: QWidget | None,
    settings: Settings,
    title: str,
    name: str,
    filters: str,
    suffixes: tuple[str, ...],
) -> str:
    """Return the path that the person chose, at first in the folder of the last time; empty if none.

    A path without one of the suffixes gets the first. If that makes it the name of a file that exists, the dialog
    opens again with it, for only the dialog asks before it lets a file be replaced.
    """
    name = str(Path(settings.text(_FOLDER, "")) / name)
    while True:
        path, _ = QFileDialog.getSaveFileName(parent, title, name, filters)
        if not path:
            return ""
        settings.put(_FOLDER, str(Path(path).parent))
        if path.lower().endswith(suffixes):
            return path
        name = f"{path}{suffixes[0]}"
        if not Path(name).exists():
            return name
