import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QGuiApplication
from PySide6.QtTest import QTest
from samples import move_mouse, wheel

from explorer.window import theme
from explorer.window.widgets.canvas import ImageCanvas
from explorer.window.widgets.overlays import Box


@pytest.fixture
def canvas(qtbot, qapp):
    theme.apply(qapp, "light")
    widget = ImageCanvas()
    qtbot.addWidget(widget)
    widget.resize(400, 300)
    widget.show()
    return widget


def _picture(height: int, width: int) -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (height, width, 3), dtype=np.uint8)


def _centre(canvas: ImageCanvas, y: int, x: int) -> QPoint:
    return canvas.rect_of((y, x, y + 1, x + 1)).center().toPoint()


def test_a_picture_is_fitted_with_its_aspect_and_magnified_without_smoothing(canvas):
    pixels = _picture(10, 20)
    canvas.set_picture(pixels)
    assert canvas.scale == 20  # 400 / 20 is less than 300 / 10
    shot = canvas.grab().toImage()
    for y, x in ((0, 0), (9, 19), (4, 7)):
        corner = canvas.rect_of((y, x, y + 1, x + 1)).toRect()
        for at in (corner.topLeft() + QPoint(2, 2), corner.center(), corner.bottomRight() - QPoint(2, 2)):
            assert shot.pixelColor(at).getRgb()[:3] == tuple(pixels[y, x])


def test_a_shrunk_mosaic_shows_means_and_no_gaps(canvas):
    pixels = np.full((1201, 1201), 200, np.uint8)
    pixels[600, :] = pixels[:, 600] = 0
    canvas.set_quantised(pixels, signed=False, pitch=(601, 601))
    shot = canvas.grab().toImage()
    seen = {shot.pixel(x, 150) for x in range(60, 340)} | {shot.pixel(200, y) for y in range(10, 290)}
    assert seen == {theme.value_table(False)[200]}


def test_shrinking_averages_values_and_keeps_missing_ones_missing(canvas):
    pixels = np.tile(np.array([[100, 140], [140, 100]], np.uint8), (300, 300))
    pixels[:60] = 0
    canvas.set_quantised(pixels, signed=False)
    shot = canvas.grab().toImage()
    table = theme.value_table(False)
    assert shot.pixel(200, 200) == table[120]
    assert shot.pixel(200, 5) == table[0]


def test_hover_and_click_tell_the_pixel(canvas, qtbot):
    canvas.set_picture(_picture(10, 20))
    with qtbot.waitSignal(canvas.hovered, timeout=1000) as hovered:
        move_mouse(canvas, _centre(canvas, 3, 17))
    assert hovered.args == [3, 17]
    with qtbot.waitSignal(canvas.clicked, timeout=1000) as clicked:
        QTest.mouseClick(canvas, Qt.MouseButton.LeftButton, pos=_centre(canvas, 9, 0))
    assert clicked.args == [9, 0]
    with qtbot.waitSignal(canvas.left, timeout=1000):
        move_mouse(canvas, QPoint(200, 2))  # above the picture
    with qtbot.assertNotEmitted(canvas.clicked):
        QTest.mouseClick(canvas, Qt.MouseButton.LeftButton, pos=QPoint(200, 2))


def test_the_wheel_zooms_around_the_cursor_and_0_fits_again(canvas):
    canvas.set_picture(_picture(100, 100))
    at = QPointF(123, 77)
    before, scale = canvas.pixel_at(at), canvas.scale
    wheel(canvas, at, 5)
    assert canvas.scale > 2 * scale
    assert canvas.pixel_at(at) == before
    QTest.keyClick(canvas, Qt.Key.Key_0)
    assert canvas.scale == scale
    QTest.keyClick(canvas, Qt.Key.Key_Plus)
    assert canvas.scale > scale
    QTest.keyClick(canvas, Qt.Key.Key_Minus)
    assert canvas.scale == scale
    wheel(canvas, at, -5)
    assert canvas.scale == scale  # never smaller than fitted


def test_dragging_pans_and_is_no_click(canvas, qtbot):
    canvas.set_picture(_picture(100, 100))
    canvas.zoom(8)
    start = canvas.pixel_at(QPointF(200, 150))
    with qtbot.assertNotEmitted(canvas.clicked):
        QTest.mousePress(canvas, Qt.MouseButton.LeftButton, pos=QPoint(200, 150))
        move_mouse(canvas, QPoint(248, 150))
        QTest.mouseRelease(canvas, Qt.MouseButton.LeftButton, pos=QPoint(248, 150))
    assert canvas.pixel_at(QPointF(248, 150)) == start


def test_zoom_stays_for_a_picture_of_the_same_size_only(canvas):
    canvas.set_picture(_picture(100, 100))
    canvas.zoom(4)
    scale = canvas.scale
    canvas.set_picture(_picture(100, 100))
    assert canvas.scale == scale
    canvas.set_picture(_picture(50, 50))
    assert canvas.scale == 6


def test_boxes_are_drawn_in_the_accent_and_a_mask_veils_the_rest(canvas):
    canvas.set_picture(np.zeros((30, 40, 3), np.uint8))
    canvas.set_boxes([Box((10, 10, 20, 20), label="here")])
    edge = canvas.rect_of((10, 10, 20, 20))
    accent = QColor(theme.current().accent)
    middle_left = QPoint(round(edge.left()), round(edge.center().y()))
    assert canvas.grab().toImage().pixelColor(middle_left) == accent
    canvas.set_boxes([])
    mask = np.zeros((30, 40), bool)
    mask[10:20, 10:20] = True
    canvas.set_mask(mask)
    shot = canvas.grab().toImage()
    assert shot.pixelColor(_centre(canvas, 15, 15)) == QColor("black")
    assert 40 < shot.pixelColor(_centre(canvas, 25, 35)).lightness() < 120, "dimmed, and can still be read"
    canvas.set_mask(None)
    assert canvas.grab().toImage().pixelColor(_centre(canvas, 25, 35)) == QColor("black")


def test_a_new_theme_recolours_values(canvas, qapp):
    canvas.set_quantised(np.array([[0, 128]], np.uint8), signed=True)
    missing, zero = QPoint(100, 150), QPoint(300, 150)
    light = canvas.grab().toImage()
    theme.apply(qapp, "dark")
    dark = canvas.grab().toImage()
    assert dark.pixel(missing) == theme.value_table(True)[0] != light.pixel(missing)
    assert dark.pixel(zero) == theme.value_table(True)[128] != light.pixel(zero)
    theme.apply(qapp, "light")


@pytest.mark.parametrize("pixels", [None, np.zeros((0, 5), np.uint8), np.zeros((1, 1), np.uint8)])
def test_nothing_and_next_to_nothing_can_be_shown(canvas, pixels):
    canvas.set_message("Open an image")
    canvas.set_quantised(pixels, signed=False)
    canvas.zoom(3)
    canvas.fit()
    assert not canvas.grab().isNull()
    assert canvas.has_picture == (pixels is not None and pixels.size > 0)


def test_the_frame_of_a_field_is_white_and_orange_unlike_that_of_a_selection(canvas):
    canvas.set_picture(np.zeros((30, 40, 3), np.uint8))
    canvas.set_boxes([Box((10, 10, 20, 20), field=True)])
    edge = canvas.rect_of((10, 10, 20, 20))
    at = QPoint(round(edge.left()), round(edge.center().y()))
    shot = canvas.grab().toImage()
    assert shot.pixelColor(at) == QColor("white")
    assert shot.pixelColor(at - QPoint(2, 0)) == QColor(theme.current().field)


def test_a_fitted_picture_keeps_the_margin_and_hugs_what_is_below(qtbot):
    class Hugging(ImageCanvas):
        margin, hugs = 4, True

    canvas = Hugging()
    qtbot.addWidget(canvas)
    canvas.resize(208, 400)
    canvas.show()
    canvas.set_picture(_picture(10, 20))
    assert canvas.maximumHeight() == 108 == canvas.height_at(208)
    canvas.resize(208, 108)
    whole = canvas.rect_of((0, 0, 10, 20))
    assert (whole.left(), whole.top(), whole.width(), whole.height()) == (4, 4, 200, 100)
    canvas.set_picture(None)
    assert canvas.maximumHeight() > 10_000


def test_a_picture_that_is_looked_into_is_as_large_as_a_whole_one(qtbot):
    class Framed(ImageCanvas):
        margin = 3

    canvas = Framed()
    qtbot.addWidget(canvas)
    canvas.resize(106, 106)
    canvas.set_picture(np.full((10, 10, 3), 255, np.uint8))
    canvas.show()
    whole = canvas.grab().toImage()
    canvas.zoom(4)
    assert canvas.grab().toImage() == whole


def test_looking_at_a_box_shows_it_with_as_much_around_it(canvas):
    canvas.set_picture(_picture(100, 100))
    canvas.look_at((40, 35, 70, 65))
    seen = [canvas.pixel_at(QPointF(200, y)) for y in (1, 298)]
    assert [y for y, _ in seen] == [25, 84] and canvas.pixel_at(QPointF(200, 150)) == (55, 50)
    canvas.look_at((0, 0, 100, 100))
    assert canvas.scale == 3  # no smaller than fitted


def test_it_looks_at_the_same_box_in_another_size_until_a_person_zooms_or_pans(canvas):
    box = (10, 35, 20, 45)
    canvas.set_picture(_picture(100, 100))
    canvas.look_at(box, least=10)
    for size in ((200, 120), (500, 300)):
        canvas.resize(*size)
        assert canvas.rect_of(box).center() == QRectF(canvas.rect()).center() and canvas.is_part
        assert canvas.rect_of(box).height() == size[1] / 2
    canvas.zoom(0.5)
    chosen = canvas.scale
    canvas.resize(500, 280)
    assert canvas.scale == chosen, "the zoom that a person chose stays"


def test_ctrl_c_copies_the_whole_picture_magnified_in_the_colours_of_the_screen(canvas):
    canvas.set_quantised(np.array([[1, 255]], np.uint8), signed=True)
    canvas.zoom(4)
    QTest.keyClick(canvas, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    copied = QGuiApplication.clipboard().image()
    assert (copied.width(), copied.height()) == (512, 256)
    assert [copied.pixel(x, 128) for x in (10, 500)] == [theme.value_table(True)[i] for i in (1, 255)]


def test_nothing_is_copied_where_there_is_no_picture(canvas):
    QGuiApplication.clipboard().setText("kept")
    canvas.set_picture(None)
    QTest.keyClick(canvas, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QGuiApplication.clipboard().text() == "kept" and canvas.image() is None
