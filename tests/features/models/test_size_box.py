from PySide6.QtCore import Qt
from PySide6.QtWidgets import QStyle, QStyleOptionComboBox, QWidget
from pytestqt.qtbot import QtBot

from explorer.features.models.size_box import SizeBox


def entered(box: SizeBox) -> list[str]:
    heard: list[str] = []
    box.size_entered.connect(heard.append)
    return heard


def test_the_own_size_comes_first_and_no_size_twice(qtbot: QtBot) -> None:
    box = SizeBox()
    qtbot.addWidget(box)
    box.set_sizes((224, 224), None)
    offered = [box.itemText(row) for row in range(box.count()) if box.itemText(row)]
    assert offered[0] == box.currentText() == "224×224"
    assert len(offered) == len(set(offered)) and "299×299" in offered


def test_enter_tells_what_was_typed_and_leaving_forgets_it(qtbot: QtBot) -> None:
    box = SizeBox()
    qtbot.addWidget(box)
    box.show()
    box.set_sizes((224, 224), (333, 500))
    heard = entered(box)
    assert box.currentText() == "333×500"
    box.activateWindow()
    box.edit()
    qtbot.waitUntil(box.hasFocus)
    qtbot.keyClicks(box, "22")
    qtbot.keyClick(box, Qt.Key.Key_Return)
    assert heard == ["22"]
    box.clearFocus()
    assert box.currentText() == "333×500" and heard == ["22"]


def test_enter_tells_even_the_size_in_use_once(qtbot: QtBot) -> None:
    box = SizeBox()
    qtbot.addWidget(box)
    box.set_sizes((224, 224), None)
    heard = entered(box)
    box.edit()
    qtbot.keyClick(box, Qt.Key.Key_Return)
    assert heard == ["224×224"]


def test_a_network_without_images_has_no_size_to_choose(qtbot: QtBot) -> None:
    box = SizeBox()
    qtbot.addWidget(box)
    box.set_sizes(None, None)
    assert not box.isEnabled() and box.count() == 0 and "words" in box.toolTip()


def in_slot(qtbot: QtBot) -> tuple[QWidget, SizeBox]:
    box = SizeBox()
    slot = box.in_slot()
    qtbot.addWidget(slot)
    slot.show()
    box.set_sizes((224, 224), None)
    return slot, box


def test_the_list_opens_where_the_arrow_is_drawn(qtbot: QtBot) -> None:
    _slot, box = in_slot(qtbot)
    option = QStyleOptionComboBox()
    box.initStyleOption(option)
    press = box.style().subControlRect(
        QStyle.ComplexControl.CC_ComboBox, option, QStyle.SubControl.SC_ComboBoxArrow, box
    )
    image = box.grab().toImage()
    ground = image.pixelColor(box.width() - 2, 2)
    line = box.lineEdit().geometry()
    drawn = [
        x
        for x in range(line.right() + 1, box.width())
        if any(image.pixelColor(x, y) != ground for y in range(box.height()))
    ]
    assert drawn and press.left() <= drawn[0] and drawn[-1] <= press.right()
    text_end = box.fontMetrics().horizontalAdvance(box.currentText())
    assert drawn[0] - text_end < 40, "it follows the text"


def test_the_focus_keeps_the_size_of_the_box_and_nothing_beside_it_moves(qtbot: QtBot) -> None:
    slot, box = in_slot(qtbot)
    before, room = box.size(), slot.width()
    box.activateWindow()
    box.edit()
    qtbot.waitUntil(box.hasFocus)
    assert box.size() == before
    qtbot.keyClicks(box, "1×3×224×2240")
    assert before.width() < box.width() <= room == slot.width()
    box.restore()
    assert box.size() == before
