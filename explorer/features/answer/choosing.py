"""The file with the names of the classes, chosen in a dialog."""

from PySide6.QtWidgets import QApplication, QFileDialog

from explorer.window import answer_ways
from explorer.window.desk import Desk
from explorer.window.drops import LABELS_ENDINGS

_FOLDER = "labels_folder"


def choose_names(desk: Desk) -> None:
    """Let the person choose a file with the names of the classes."""
    kinds = f"Names of classes ({' '.join(f'*{ending}' for ending in LABELS_ENDINGS)});;All files (*)"
    folder = desk.settings.text(_FOLDER, "")
    path, _ = QFileDialog.getOpenFileName(QApplication.activeWindow(), "Names of the classes", folder, kinds)
    if path:
        desk.settings.put(_FOLDER, path.rpartition("/")[0])
        answer_ways.use_names(desk, path)
