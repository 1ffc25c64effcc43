"""The strip of images: what stands below each, and who is told of a choice."""

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QGuiApplication, QTextDocument
from PySide6.QtWidgets import QApplication

from explorer.features.images.strip import ImageStrip, _Item
from explorer.records.answers import Prediction
from explorer.records.images import OpenedImage
from explorer.window import theme

CAT = Prediction(282, "tiger cat", 0.392)


def opened(key: str, colour: tuple[int, int, int] = (200, 30, 30)) -> OpenedImage:
    thumbnail = np.broadcast_to(np.uint8(colour), (90, 111, 3))
    return OpenedImage(key, f"{key}.png", 451, 300, thumbnail, ("palette converted to RGB",))


@pytest.fixture
def strip(qtbot) -> ImageStrip:
    view = ImageStrip()
    qtbot.addWidget(view)
    view.resize(700, view.height())
    view.show()
    for key in ("a", "b", "c"):
        view.set_opened(opened(key))
    return view


def said(strip: ImageStrip, row: int) -> str:
    return strip.model().index(row, 0).data(Qt.ItemDataRole.AccessibleTextRole)


def tip(strip: ImageStrip, row: int) -> str:
    return strip.model().index(row, 0).data(Qt.ItemDataRole.ToolTipRole)


def click(qtbot, strip: ImageStrip, row: int) -> None:
    point = strip.visualRect(strip.model().index(row, 0)).center()
    qtbot.mouseClick(strip.viewport(), Qt.MouseButton.LeftButton, pos=point)


def test_an_image_is_there_before_it_is_opened(strip):
    strip.add_pending("d", "late.png")
    assert strip.keys() == ("a", "b", "c", "d")
    assert said(strip, 3) == "late.png: opening …"
    strip.set_opened(opened("d"))
    assert strip.keys() == ("a", "b", "c", "d") and said(strip, 3) == "d.png: –"


def test_the_thumbnail_is_painted_even_from_a_view_of_an_array(strip):
    wide = np.zeros((90, 222, 3), np.uint8)
    wide[:, ::2] = (10, 200, 30)
    image = OpenedImage("a", "a.png", 111, 90, wide[:, ::2])
    strip.set_opened(image)
    centre = strip.visualRect(strip.model().index(0, 0)).center()
    pixel = strip.viewport().grab().toImage().pixelColor(centre.x(), centre.y() - 20)
    assert pixel == QColor(10, 200, 30)


def test_the_answer_stands_below_the_name(strip):
    strip.set_answer("b", CAT, True)
    assert said(strip, 1) == "b.png: tiger cat 39.2 %"
    assert "451×300 pixels" in tip(strip, 1) and "palette converted to RGB" in tip(strip, 1)
    strip.set_answer("b", None, True)
    assert said(strip, 1) == "b.png: –"


def test_the_bar_tells_how_sure_an_answer_is_and_what_is_none_is_muted(strip):
    def coloured() -> int:
        """Pixels of the bar in the accent, in the line below the text of the first tile."""
        shot, place = strip.viewport().grab().toImage(), strip.visualRect(strip.model().index(0, 0))
        accent = QColor(theme.current().accent)
        rows = range(place.center().y(), place.bottom() + 1)
        return max(
            sum(shot.pixelColor(x, y) == accent for x in range(place.left(), place.right())) for y in rows
        )

    lengths = []
    for probability in (0.98, 0.016):
        strip.set_answer("a", replace(CAT, probability=probability), pretrained=True)
        lengths.append(coloured())
    item: _Item = strip._images.items[0]
    assert not item.is_muted() and lengths[1] <= 3 < 70 < lengths[0]
    strip.set_held("a", "It reads words.", "no image")
    assert item.is_muted()
    strip.set_answer("a", CAT, pretrained=False)
    assert item.share() is None and item.is_muted() and coloured() == 0


def test_an_answer_of_random_weights_is_not_shown_as_one(strip):
    strip.set_answer("b", CAT, False)
    assert said(strip, 1) == "b.png: random weights"


def test_a_failed_image_stays_with_its_reason(strip):
    before = strip.grab().toImage()
    strip.set_failed("b", "b.png is cut off; save it anew.")
    assert strip.grab().toImage() != before
    assert said(strip, 1) == "b.png: failed" and "cut off" in tip(strip, 1)


def test_what_comes_for_a_closed_image_is_lost_quietly(strip):
    strip.remove("b")
    strip.set_answer("b", CAT, True)
    strip.set_failed("b", "too late")
    strip.remove("b")
    strip.select("b")
    assert strip.keys() == ("a", "c")


def test_a_click_is_told_once(qtbot, strip):
    told = []
    strip.image_selected.connect(told.append)
    click(qtbot, strip, 1)
    click(qtbot, strip, 1)
    qtbot.keyClick(strip, Qt.Key.Key_Right)
    assert told == ["b", "c"]


def test_selecting_from_outside_tells_nobody(qtbot, strip):
    told = []
    strip.image_selected.connect(told.append)
    strip.select("c")
    assert strip.currentIndex().row() == 2
    click(qtbot, strip, 2)
    assert told == []


def test_it_scrolls_by_whole_images_and_no_further_than_it_takes(qtbot, strip):
    for key in "defgh":
        strip.add_pending(key, f"{key}.png")
    strip.resize(3 * strip.visualRect(strip.model().index(0, 0)).width() + 10, strip.height())
    bar = strip.horizontalScrollBar()
    qtbot.waitUntil(lambda: bar.maximum() > 0)
    strip.select("b")
    assert bar.value() == 0
    strip.select("d")  # the first out of sight
    assert strip.visualRect(strip.model().index(1, 0)).left() == 0
    assert strip.viewport().rect().contains(strip.visualRect(strip.currentIndex()))
    there = bar.value()
    strip.select("c")
    assert bar.value() == there
    strip.select("a")
    assert bar.value() == 0


def test_delete_asks_for_closing_and_takes_nothing_away(qtbot, strip):
    strip.activateWindow()
    strip.setFocus()
    strip.select("b")
    with qtbot.waitSignal(strip.image_closed) as closed:
        qtbot.keyClick(strip, Qt.Key.Key_Delete)
    assert closed.args == ["b"] and strip.keys() == ("a", "b", "c")


def test_what_is_selected_is_copied_as_it_is_read(qtbot, strip):
    strip.activateWindow()
    strip.setFocus()
    strip.select("b")
    strip.set_answer("b", CAT, True)
    qtbot.keyClick(strip, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QGuiApplication.clipboard().text() == "b.png: tiger cat 39.2 %"


def test_removing_the_selected_image_selects_none_and_tells_nobody(qtbot, strip):
    told = []
    strip.select("b")
    strip.image_selected.connect(told.append)
    strip.remove("b")
    assert told == [] and strip.selectedIndexes() == []
    click(qtbot, strip, 1)
    assert told == ["c"]


def test_removing_another_image_keeps_the_selection(strip):
    strip.select("c")
    strip.remove("a")
    assert strip.currentIndex().row() == 1 and said(strip, 1) == "c.png: –"


def test_a_strip_without_images_is_empty(strip):
    strip.select("c")
    for key in ("a", "b", "c"):
        strip.remove(key)
    assert strip.keys() == ()
    assert not strip.grab().isNull()


def test_a_name_that_looks_like_markup_is_shown_as_it_is(strip):
    strip.add_pending("d", "<b>cat</b>.png")
    tip = strip.model().index(3, 0).data(Qt.ItemDataRole.ToolTipRole)
    shown = QTextDocument()
    shown.setHtml(tip)
    assert "<b>cat</b>.png" in shown.toPlainText()


@pytest.mark.parametrize("width", [206, 276, 500])
def test_no_tile_is_cut_at_the_edge(strip, width):
    for key in "abcdef":
        strip.add_pending(key, f"{key}.png")
    strip.setFixedWidth(width)
    strip.show()
    QApplication.processEvents()
    places = [strip.visualRect(strip.model().index(row, 0)) for row in range(6)]
    room = strip.viewport().width()
    whole = [it for it in places if it.right() < room]
    assert len(whole) == room // 88 and places[len(whole)].left() >= room - len(whole)


def test_in_a_narrow_tile_the_key_word_stays(strip):
    metrics = strip.fontMetrics()
    helmet = _Item(
        "a", "astronaut-on-the-moon.png", answer=Prediction(1, "football helmet", 0.2), pretrained=True
    )
    room = metrics.horizontalAdvance("football helm")
    name, answer = helmet.fitting(metrics, room)
    assert answer.startswith("football h") and answer.endswith("…")
    assert name.startswith("ast") and name.endswith("png")
    drawn = _Item("a", "a.png", answer=CAT)
    assert drawn.fitting(metrics, room)[1] == "random" and drawn.line() == "random weights"


def test_nothing_moves_when_the_strip_begins_to_scroll(strip):
    before = strip.viewport().height()
    for number in range(20):
        strip.set_opened(opened(f"more{number}"))
    strip.executeDelayedItemsLayout()
    assert strip.horizontalScrollBar().maximum() > 0 and strip.viewport().height() == before
