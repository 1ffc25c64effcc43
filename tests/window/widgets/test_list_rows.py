"""All lists that a box opens have rows of one comfortable height."""

import re
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox
from pytestqt.qtbot import QtBot

import explorer
from explorer.features import features
from explorer.window.frame import MainWindow
from explorer.window.spec import Place
from explorer.window.theme import LIST_ROW
from explorer.window.widgets.list_rows import ListBox, ListRows


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
    assert {len(box.findChildren(ListRows)) for box in boxes} == {1}, "one is set over another"


def test_a_list_has_them_wherever_and_whenever_it_is_made(qtbot: QtBot) -> None:
    made = [ListBox(), ListBox(editable=True)]
    for box in made:
        qtbot.addWidget(box)
        box.addItems(["one", "two"])
    assert [box.view().sizeHintForRow(1) for box in made] == [LIST_ROW, LIST_ROW]


def test_no_other_kind_of_list_is_made() -> None:
    home = Path(explorer.__file__).parent
    others = [
        it for it in home.rglob("*.py") if re.search(r"\bQComboBox\(|\(QComboBox\):", it.read_text("utf-8"))
    ]
    assert [it.name for it in others] == ["list_rows.py"]
