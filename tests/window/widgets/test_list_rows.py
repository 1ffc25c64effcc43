"""All lists that a box opens have rows of one comfortable height."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox
from pytestqt.qtbot import QtBot

from explorer.features import features
from explorer.window.frame import MainWindow
from explorer.window.spec import Place
from explorer.window.theme import LIST_ROW


def test_every_list_of_the_window_has_rows_of_one_height(qtbot: QtBot, window: MainWindow) -> None:
    for spec in [it for feature in features() for it in feature.panes]:
        field = {Place.LENS: "lens", Place.PAGE: "page"}.get(spec.place)
        if field is not None:
            window.desk.set(**{"page": "explore", field: spec.id})
            qtbot.wait(10)
    boxes = [it for it in window.findChildren(QComboBox) if it.count()]
    separator = Qt.ItemDataRole.AccessibleDescriptionRole
    heights = {
        box.view().sizeHintForRow(row)
        for box in boxes
        for row in range(box.count())
        if box.itemData(row, separator) != "separator"
    }
    assert len(boxes) > 5 and heights == {LIST_ROW}
