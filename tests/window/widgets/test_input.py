import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QVBoxLayout, QWidget

from explorer.window import theme
from explorer.window.widgets.input import InputView


@pytest.fixture
def view(qtbot, qapp):
    theme.apply(qapp, "light")
    widget = InputView()
    qtbot.addWidget(widget)
    widget.resize(400, 430)
    widget.canvas.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # the ring of the focus would lie over it
    widget.show()
    return widget


def _framed_columns(view: InputView, row: int) -> list[int]:
    """Return the columns at which white lines, those of a field, cross a row of a picture."""
    shot = view.canvas.grab().toImage()
    white = QColor("white")
    y = round(view.canvas.rect_of((row, 0, row + 1, 1)).center().y())
    xs = [x for x in range(shot.width()) if shot.pixelColor(x, y) == white]
    origin, scale = view.canvas.rect_of((0, 0, 1, 1)).left(), view.canvas.scale
    return sorted({round((x + 0.5 - origin) / scale) for x in xs})


def test_the_box_lies_where_the_field_is(view):
    view.set_picture(np.zeros((50, 50, 3), np.uint8))
    view.set_box((10, 20, 30, 45), "exact")
    assert _framed_columns(view, 20) == [20, 45]
    assert _framed_columns(view, 5) == []
    assert view.caption == "receptive field"
    view.set_box(None, "")
    assert _framed_columns(view, 20) == []
    assert view.caption == ""


@pytest.mark.parametrize(
    ("box", "status", "columns", "caption"),
    [
        (None, "global", [0, 50], "sees the whole input"),
        ((0, 0, 50, 50), "global", [0, 50], "sees the whole input"),
        (None, "unknown", [], "what it sees is unknown"),
        (None, "exact", [], "sees nothing of the input"),
    ],
)
def test_each_status_says_what_it_means(view, box, status, columns, caption):
    view.set_picture(np.zeros((50, 50, 3), np.uint8))
    view.set_box(box, status)
    assert [column for column in _framed_columns(view, 20) if column in (0, 50)] == columns
    assert view.caption == caption


def test_a_second_click_on_a_pixel_and_delete_want_no_mark_and_an_arrow_at_the_edge_keeps_it(view, qtbot):
    view.set_picture(np.zeros((50, 50, 3), np.uint8))
    with qtbot.assertNotEmitted(view.cleared):
        view.canvas.clicked.emit(0, 0)
        view.canvas.arrow_pressed.emit(-1, 0)
    with qtbot.waitSignal(view.cleared):
        view.canvas.clicked.emit(0, 0)
    for key in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
        with qtbot.waitSignal(view.cleared):
            QTest.keyClick(view.canvas, key)


def test_a_bound_is_dashed(view):
    view.set_picture(np.zeros((50, 50, 3), np.uint8))
    view.set_box((10, 20, 30, 45), "exact")
    solid = view.canvas.grab().toImage()
    view.set_box((10, 20, 30, 45), "bound")
    assert view.canvas.grab().toImage() != solid
    assert "at most" in view.caption


def test_mouse_and_arrow_keys_choose_a_pixel(view, qtbot):
    view.set_picture(np.zeros((50, 40, 3), np.uint8))
    spot = view.canvas.rect_of((49, 38, 50, 39)).center().toPoint()
    with qtbot.waitSignal(view.pixel_selected, timeout=1000) as clicked:
        QTest.mouseClick(view.canvas, Qt.MouseButton.LeftButton, pos=spot)
    assert clicked.args == [49, 38]
    with qtbot.waitSignal(view.pixel_selected, timeout=1000) as moved:
        QTest.keyClick(view.canvas, Qt.Key.Key_Right)
    assert moved.args == [49, 39]
    with qtbot.waitSignal(view.pixel_selected, timeout=1000) as stopped:
        QTest.keyClick(view.canvas, Qt.Key.Key_Down)
    assert stopped.args == [49, 39]


def test_a_new_picture_clears_box_and_pixel(view):
    view.set_picture(np.zeros((50, 50, 3), np.uint8))
    plain = view.canvas.grab().toImage()
    view.set_box((1, 1, 9, 9), "exact")
    view.set_pixel((20, 20))
    assert view.canvas.grab().toImage() != plain
    view.set_picture(np.zeros((50, 50, 3), np.uint8))
    assert view.canvas.grab().toImage() == plain


def test_without_a_picture_it_says_what_to_do_and_chooses_nothing(view, qtbot):
    blank = QColor(theme.current().surface)
    shot = view.canvas.grab().toImage()
    line = shot.height() // 2
    assert any(shot.pixelColor(x, line) != blank for x in range(50, 350))
    with qtbot.assertNotEmitted(view.pixel_selected):
        QTest.mouseClick(view.canvas, Qt.MouseButton.LeftButton, pos=QPoint(100, 100))
        QTest.keyClick(view.canvas, Qt.Key.Key_Down)
    view.set_box((0, 0, 5, 5), "exact")
    view.set_picture(np.zeros((4, 4, 3), np.uint8)[:, ::-1])  # not contiguous
    assert not view.grab().isNull()


def test_at_the_side_the_room_of_the_picture_is_the_same_whatever_its_proportion(qtbot) -> None:
    side = QWidget()
    qtbot.addWidget(side)
    view, below = InputView(stands=True), QWidget()
    column = QVBoxLayout(side)
    column.addWidget(view)
    column.addWidget(below, 1)
    side.resize(290, 1000)
    side.show()
    places = set()
    for shape in (None, (224, 224, 3), (100, 300, 3), (300, 100, 3), None):
        view.set_picture(None if shape is None else np.zeros(shape, np.uint8))
        qtbot.wait(20)
        places.add(below.y())
    assert len(places) == 1 and view.canvas.height() == view.canvas.width()


def test_at_the_side_it_is_as_high_as_its_picture_and_lower_in_a_low_window(qtbot) -> None:
    side = QWidget()
    qtbot.addWidget(side)
    view, below = InputView(stands=True), QWidget()
    column = QVBoxLayout(side)
    column.addWidget(view)
    column.addWidget(below, 1)
    view.set_picture(np.zeros((224, 224, 3), np.uint8))
    side.resize(290, 1000)
    side.show()
    qtbot.waitUntil(lambda: view.canvas.height() == view.canvas.width())
    assert view.height() < view.canvas.height() + 40, "nothing is left empty below its caption"
    side.resize(290, 600)
    qtbot.waitUntil(lambda: view.canvas.height() == 134)
    below.hide()
    qtbot.wait(20)
    assert view.canvas.height() == 134, "it stays as it is, whatever is folded"
