"""Save the rows of a view as a file that a spreadsheet reads."""

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QAbstractItemView

from explorer.window.desk import Desk
from explorer.window.export import write
from explorer.window.save_path import ask_where_to_save
from explorer.window.spec import Level
from explorer.window.widgets.tables import csv_of


def add_save(desk: Desk, view: QAbstractItemView, what: str) -> None:
    """Give a view the action "Save rows as CSV…" in its context menu; see `save_rows`."""
    action = QAction("Save rows as CSV…", view)
    action.triggered.connect(lambda: save_rows(desk, view, what))
    view.addAction(action)
    view.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)


def save_rows(desk: Desk, view: QAbstractItemView, what: str) -> None:
    """Ask for a file and write all rows, with headings and plain numbers; say how it went.

    Args:
        desk: Where it is said.
        view: Whose rows.
        what: Ends the name that is offered.
    """
    trace = desk.scene.trace
    name = trace.model.rpartition(":")[2].replace("/", "-") if trace is not None else "model"
    rows = csv_of(view)  # what was there when the person asked, whatever comes while the dialog is open
    path = ask_where_to_save(view, f"Save {what}", f"{name}-{what}.csv", "Table (*.csv)", (".csv",))
    if not path:
        return
    try:
        write(Path(path), rows.encode("utf-8"))
    except OSError as error:
        why = error.strerror or str(error)
        desk.tell(
            Level.ERROR, f"{Path(path).name} was not saved: {why}. Choose another folder.", about="save"
        )
    else:
        desk.tell(Level.INFO, f"Saved {Path(path).name}", about="save")
