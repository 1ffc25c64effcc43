"""Qt's own dialog for files, where the desktop has none: its columns are wide enough to be read."""

from PySide6.QtCore import QSize, QTimer
from PySide6.QtWidgets import QFileDialog, QHeaderView, QSplitter, QTreeView

from explorer.window.settings import Settings

_SIZE = QSize(920, 560)
_KIND = 2  # the column that repeats the ending of the name
_PLACES = 150  # pixels of the list of places at the left
_SAVED = "file_dialog/size"


def tidy(dialog: QFileDialog, settings: Settings) -> None:
    """Give names the room that the other columns leave, and the dialog the size that it had; a desktop's own has none.

    Args:
        dialog: Before it is shown.
        settings: Where its size is remembered.
    """
    files = dialog.findChild(QTreeView, "treeView")
    if files is None:
        return
    dialog.setViewMode(QFileDialog.ViewMode.Detail)
    header = files.header()
    header.setStretchLastSection(False)
    header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
    header.hideSection(_KIND)
    header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
    kept = [int(it) for it in settings.texts(_SAVED) if it.isascii() and it.isdecimal()]
    size = QSize(*kept) if len(kept) == 2 else _SIZE
    size = size.boundedTo(dialog.screen().availableSize())
    dialog.setMinimumSize(size)  # it is fitted to what it holds when it is shown, whatever size it has
    dialog.resize(size)
    QTimer.singleShot(0, dialog, lambda: dialog.setMinimumSize(0, 0))
    parts = dialog.findChild(QSplitter)
    if parts is not None:
        parts.setSizes([_PLACES, dialog.width() - _PLACES])
    dialog.finished.connect(lambda _: settings.put(_SAVED, [str(dialog.width()), str(dialog.height())]))
