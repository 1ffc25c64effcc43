"""What a saved file is called, and where it goes: under a known suffix, and never over a file unasked."""

from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QWidget


def file_name(*parts: str) -> str:
    """Return the name of a file that says what it holds: of what, and what of it."""
    return "-".join(parts).replace(":", "-").replace("/", "-")


def ask_where_to_save(
    parent: QWidget | None, title: str, name: str, filters: str, suffixes: tuple[str, ...]
) -> str:
    """Return the path that the person chose; empty if none.

    A path without one of the suffixes gets the first. If that makes it the name of a file that exists, the dialog
    opens again with it, for only the dialog asks before it lets a file be replaced.
    """
    while True:
        path, _ = QFileDialog.getSaveFileName(parent, title, name, filters)
        if not path or path.lower().endswith(suffixes):
            return path
        name = f"{path}{suffixes[0]}"
        if not Path(name).exists():
            return name
