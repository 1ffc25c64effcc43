"""What a pane shows as a table, with headings and plain numbers, to be saved or copied."""

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QAbstractItemView

from explorer.window.scene import Scene
from explorer.window.spec import Export
from explorer.window.widgets.tables import csv_of


def table_of(scene: Scene, view: QAbstractItemView, what: str) -> tuple[Export, ...]:
    """Return the rows of a view, to be saved or copied; nothing while there are none.

    Args:
        scene: The scene that it shows.
        view: Whose rows.
        what: What it is, in one word, for the name of the file.
    """
    if view.model().rowCount() == 0:
        return ()
    model = scene.model.entry.name if scene.model is not None else "network"
    return (
        Export(
            f"{model}-{what}".replace(":", "-").replace("/", "-"),
            (".csv",),
            lambda _: csv_of(view).encode(),
            lambda: QGuiApplication.clipboard().setText(csv_of(view, separator="\t")),
        ),
    )
