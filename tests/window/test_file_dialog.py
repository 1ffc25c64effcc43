"""Qt's own dialog for files: its names can be read, and it comes back as large as it was."""

from pathlib import Path

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QFileDialog, QTreeView
from pytestqt.qtbot import QtBot

from explorer.window.file_dialog import tidy
from explorer.window.settings import Settings

LONG = "a photo whose name says all that there is to say about it.png"


def opened(qtbot: QtBot, folder: Path, settings: Settings) -> QFileDialog:
    dialog = QFileDialog(None, "Open", str(folder))
    dialog.setOption(QFileDialog.Option.DontUseNativeDialog)
    qtbot.addWidget(dialog)
    tidy(dialog, settings)
    dialog.show()
    return dialog


def test_a_long_name_is_whole_and_so_is_every_other_column(qtbot: QtBot, tmp_path: Path) -> None:
    (tmp_path / LONG).write_bytes(b"")
    dialog = opened(qtbot, tmp_path, Settings(tmp_path / "settings.ini"))
    files = dialog.findChild(QTreeView, "treeView")
    qtbot.waitUntil(lambda: files.model().rowCount(files.rootIndex()) > 0)
    header = files.header()
    for column in range(header.count()):
        if not header.isSectionHidden(column):
            assert files.columnWidth(column) >= files.sizeHintForColumn(column), column


def test_it_is_as_large_as_it_was(qtbot: QtBot, tmp_path: Path) -> None:
    settings = Settings(tmp_path / "settings.ini")
    dialog = opened(qtbot, tmp_path, settings)
    QApplication.processEvents()
    dialog.resize(700, 444)
    QTimer.singleShot(0, dialog.reject)
    qtbot.waitUntil(lambda: not dialog.isVisible())
    QApplication.processEvents()
    again = opened(qtbot, tmp_path, settings)
    QApplication.processEvents()
    assert (again.width(), again.height()) == (700, 444)
