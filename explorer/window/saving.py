"""Save what a pane offers into a file, and say what came of it."""

from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QAbstractItemView, QWidget

from explorer.window.desk import Desk
from explorer.window.save_path import ask_where_to_save, file_name
from explorer.window.spec import DeskLike, Export, Level
from explorer.window.widgets.canvas import ImageCanvas
from explorer.window.widgets.picture_exports import png_of
from explorer.window.widgets.tables import csv_of, table_of
from explorer.writing import write

_ABOUT = "save"


def add_save(desk: Desk, view: QAbstractItemView, what: str) -> None:
    """Give a view the action "Save rows as CSV…" in its context menu; see `save_rows`."""
    action = QAction("Save rows as CSV…", view)
    action.triggered.connect(lambda: save_rows(desk, view, what))
    view.addAction(action)
    view.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)


def add_save_picture(desk: Desk, canvas: ImageCanvas) -> None:
    """Give a picture the action "Save picture…" in its context menu: the whole of it, with what is drawn over it."""

    def save() -> None:
        image = canvas.image()
        if image is not None:
            content = png_of(image)  # what was there when the person asked
            export = Export(file_name(_model_of(desk), "input"), (".png",), lambda _: content, lambda: None)
            ask_and_save(desk, export, canvas, "Save picture")

    action = QAction("Save picture…", canvas)
    action.setObjectName("savePicture")
    action.triggered.connect(save)
    canvas.addAction(action)


def save_rows(desk: Desk, view: QAbstractItemView, what: str) -> None:
    """Ask for a file and write all rows, with headings and plain numbers; say how it went.

    Args:
        desk: Where it is said.
        view: Whose rows.
        what: Ends the name that is offered.
    """
    table = table_of(view, file_name(_model_of(desk), what))
    rows = csv_of(
        view
    ).encode()  # what was there when the person asked, whatever comes while the dialog is open
    ask_and_save(desk, replace(table, content=lambda _: rows), view, f"Save {what}")


def _model_of(desk: Desk) -> str:
    trace = desk.scene.trace
    return trace.model if trace is not None else "model"


def ask_and_save(desk: DeskLike, export: Export, parent: QWidget | None, title: str) -> None:
    """Ask where to, and save there."""
    patterns = " ".join(f"*{kind}" for kind in export.kinds)
    usual = f"{export.name}{export.kinds[0]}"
    path = ask_where_to_save(parent, desk.settings, title, usual, f"Files ({patterns})", export.kinds)
    if path:
        _save(desk, export, Path(path))


def _save(desk: DeskLike, export: Export, path: Path) -> None:
    """Save into a file, and say so; a failure leaves what was there."""
    try:
        write(path, export.content(path.suffix.lower()))
    except OSError as error:
        why = error.strerror or type(error).__name__
        text = f"{path.name} was not saved: {why}. Choose another place or name."
        desk.tell(Level.ERROR, text, about=_ABOUT)
    else:
        desk.tell(Level.INFO, f"Saved {path.name}", about=_ABOUT)
