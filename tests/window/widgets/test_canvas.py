import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor
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
    assert shot.pixelColor(_centre(canvas, 25, 35)).lightness() > 100
    canvas.set_mask(None)
    assert canvas.grab().toImage().pixelColor(_centre(canvas, 25, 35)) == QColor("black")


def test_a_new_theme_recolours_values(canvas, qapp):
    canvas.set_quantised(np.full((4, 4), 128, np.uint8), signed=True)
    light = canvas.grab().toImage().pixel(200, 150)
    theme.apply(qapp, "dark")
    dark = canvas.grab().toImage().pixel(200, 150)
    assert (light, dark) == (light, theme.value_table(True)[128])
    assert light != dark
    theme.apply(qapp, "light")


@pytest.mark.parametrize("pixels", [None, np.zeros((0, 5), np.uint8), np.zeros((1, 1), np.uint8)])
def test_nothing_and_next_to_nothing_can_be_shown(canvas, pixels):
    canvas.set_message("Open an image")
    canvas.set_quantised(pixels, signed=False)
    canvas.zoom(3)
    canvas.fit()
    assert not canvas.grab().isNull()
    assert canvas.has_picture == (pixels is not None and pixels.size > 0)
