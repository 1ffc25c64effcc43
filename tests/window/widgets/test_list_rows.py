"""All lists that a box opens have rows of one comfortable height."""

import re
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QImage, QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QApplication, QComboBox
from pytestqt.qtbot import QtBot

import explorer
from explorer.features import features
from explorer.window import theme
from explorer.window.frame import MainWindow
from explorer.window.spec import Place
from explorer.window.theme import LIST_ROW
from explorer.window.widgets.list_rows import ListBox, ListRows, heading


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


def first_ink(image: QImage) -> tuple[int, set[str]]:
    """Return the first column of a picture of a row that is inked, and all colours in it."""
    ground = image.pixelColor(0, 0)
    inked = {
        (x, image.pixelColor(x, y).name())
        for x in range(image.width())
        for y in range(image.height())
        if image.pixelColor(x, y) != ground
    }
    return min(x for x, _ in inked), {colour for _, colour in inked}


@pytest.mark.parametrize("name", ["light", "dark"])
def test_a_heading_does_not_look_like_what_can_be_chosen_and_the_closed_field_carries_no_indent(
    qtbot: QtBot, name: str
) -> None:
    theme.apply(QApplication.instance(), name)
    box = ListBox()
    qtbot.addWidget(box)
    model = QStandardItemModel(box)
    for item in (heading("Hill"), QStandardItem("Hill"), QStandardItem("Hill")):
        model.appendRow(item)
    model.item(2).setEnabled(False)
    box.setModel(model)
    box.setCurrentIndex(1)
    box.showPopup()
    box.view().clearSelection()
    rows = box.view().grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
    rects = [box.view().visualRect(model.index(row, 0)).adjusted(2, 2, -2, -2) for row in range(3)]
    (head, inks), (entry, plain), (off, faint) = (first_ink(rows.copy(it)) for it in rects)
    box.hidePopup()
    tokens = theme.current()
    muted, text, pale = (QColor(it).name() for it in (tokens.muted, tokens.text, tokens.faint))
    assert muted in inks and text not in inks and text in plain
    assert pale in faint and not {text, muted} & faint
    assert head < entry == off and box.currentText() == "Hill"
    assert not model.item(0).flags() & (Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsEnabled)


def test_no_other_kind_of_list_is_made() -> None:
    home = Path(explorer.__file__).parent
    others = [
        it for it in home.rglob("*.py") if re.search(r"\bQComboBox\(|\(QComboBox\):", it.read_text("utf-8"))
    ]
    assert [it.name for it in others] == ["list_rows.py"]
