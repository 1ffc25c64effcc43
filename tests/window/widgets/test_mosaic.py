from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtTest import QTest
from samples import move_mouse, value_view

from explorer.window import theme
from explorer.window.widgets.figures import drawing
from explorer.window.widgets.mosaic import MosaicView


@pytest.fixture
def mosaic(qtbot):
    widget = MosaicView()
    qtbot.addWidget(widget)
    widget.resize(400, 300)
    widget.show()
    value = value_view(np.random.default_rng(0).normal(size=(7, 4, 5)))  # 3 columns, 3 rows, 2 tiles unused
    widget.set_mosaic(value.mosaic, (7, 4, 5))
    return widget


def test_places_and_tiles_agree(mosaic):
    for channel in range(7):
        top, left, bottom, right = mosaic.tile_of(channel)
        assert (bottom - top, right - left) == (4, 5)
        assert mosaic.locate(top, left) == (channel, 0, 0)
        assert mosaic.locate(bottom - 1, right - 1) == (channel, 3, 4)


def test_gaps_and_unused_tiles_are_no_place(mosaic):
    assert mosaic.locate(4, 0) is None
    assert mosaic.locate(0, 5) is None
    assert mosaic.locate(12, 14) is None


def test_mouse_tells_channel_and_unit(mosaic, qtbot):
    top, left, _, _ = mosaic.tile_of(4)
    spot = mosaic.rect_of((top + 2, left + 3, top + 3, left + 4)).center().toPoint()
    with qtbot.waitSignal(mosaic.value_hovered, timeout=1000) as hovered:
        move_mouse(mosaic, spot)
    assert hovered.args == [4, 2, 3]
    facts: list[tuple[int, ...]] = []
    mosaic.channel_selected.connect(lambda *args: facts.append(args))
    mosaic.unit_selected.connect(lambda *args: facts.append(args))
    QTest.mouseClick(mosaic, Qt.MouseButton.LeftButton, pos=spot)
    assert facts == [(4,), (2, 3)]


def test_arrow_keys_walk_over_the_channels_and_stop_at_the_ends(mosaic, qtbot):
    mosaic.select_channel(0)
    chosen: list[int] = []
    mosaic.channel_selected.connect(chosen.append)
    keys = Qt.Key
    for key in (keys.Key_Left, keys.Key_Right, keys.Key_Down, keys.Key_Down, keys.Key_Up, keys.Key_Left):
        QTest.keyClick(mosaic, key)
    assert chosen == [1, 4, 1, 0]  # from 4 there is no tile below


def test_the_selected_tile_is_framed_and_without_a_mosaic_nothing_is_asked(mosaic, qtbot):
    before = mosaic.grab().toImage()
    mosaic.select_channel(3)
    framed = mosaic.grab().toImage()
    mosaic.select_unit((1, 1))
    assert before != framed != mosaic.grab().toImage()
    mosaic.set_mosaic(None, (0, 0, 0))
    with qtbot.assertNotEmitted(mosaic.channel_selected):
        QTest.keyClick(mosaic, Qt.Key.Key_Right)
    assert not mosaic.grab().isNull()


def test_neither_the_frame_of_the_first_tile_nor_that_of_the_last_column_is_cut(mosaic):
    for channel in (0, 2):
        mosaic.select_channel(channel)
        frame = mosaic.rect_of(mosaic.tile_of(channel)).adjusted(-4, -4, 4, 4)
        assert mosaic.rect().contains(frame.toAlignedRect().adjusted(1, 1, -1, -1))


def test_the_frame_of_a_tile_at_the_border_is_seen_on_all_its_four_sides(mosaic):
    for channel in range(7):
        mosaic.select_channel(channel)
        picture, tile = mosaic.grab().toImage(), mosaic.rect_of(mosaic.tile_of(channel)).toAlignedRect()
        accent = QColor(theme.current().accent)
        for x, y in (
            (tile.center().x(), tile.top() - 1),
            (tile.center().x(), tile.bottom() + 1),
            (tile.left() - 1, tile.center().y()),
            (tile.right() + 1, tile.center().y()),
        ):
            near = [picture.pixelColor(x + dx, y + dy) for dx in (-1, 0, 1) for dy in (-1, 0, 1)]
            assert accent in near


def test_the_ring_of_a_unit_hides_no_tile_that_is_hardly_larger_than_it(qtbot):
    widget = MosaicView()
    qtbot.addWidget(widget)
    widget.resize(300, 300)
    value = value_view(np.random.default_rng(0).normal(size=(900, 7, 7)))
    widget.set_mosaic(value.mosaic, (900, 7, 7))
    widget.select_channel(40)
    framed = widget.grab().toImage()
    widget.select_unit((3, 3))
    assert widget.grab().toImage() == framed  # the large map beside it shows the unit


def test_unused_tiles_show_the_ground_and_the_marked_unit_has_a_dark_and_a_light_ring(mosaic):
    mosaic.select_channel(0)
    mosaic.select_unit((2, 2))
    shot = mosaic.grab().toImage()
    unused = mosaic.rect_of((10, 12, 13, 16)).center().toPoint()
    assert shot.pixelColor(unused) == QColor(theme.current().window)
    unit = mosaic.rect_of((2, 2, 3, 3))
    y = round(unit.center().y())
    assert shot.pixelColor(round(unit.left()), y) == QColor("white")
    assert shot.pixelColor(round(unit.left()) - 3, y) == QColor("black")


def test_small_tiles_lie_whole_pixels_apart_with_one_dark_pixel_between(qtbot):
    mosaic = MosaicView()
    qtbot.addWidget(mosaic)
    mosaic.resize(300, 700)
    mosaic.show()
    mosaic.set_mosaic(value_view(np.ones((1280, 7, 7))).mosaic, (1280, 7, 7))
    tiles = [mosaic.rect_of(mosaic.tile_of(channel)) for channel in (0, 1, 2)]
    steps = {after.left() - before.left() for before, after in pairwise(tiles)}
    assert steps == {round(tiles[1].left() - tiles[0].left())}
    shot, y = mosaic.grab().toImage(), round(tiles[0].center().y())
    row = [shot.pixelColor(x, y) for x in range(round(tiles[0].left()), round(tiles[2].left()))]
    lines = [at for at, colour in enumerate(row) if colour == QColor(theme.DARK.gap)]
    assert len(lines) == 2
    assert QColor(theme.LIGHT.gap) not in row


@pytest.mark.parametrize("name", ["light", "dark"])
@pytest.mark.parametrize("width", [180, 300, 420, 700, 1200])
def test_no_gap_is_louder_than_dark_tiles(qtbot, qapp, name, width):
    theme.apply(qapp, name)
    mosaic = MosaicView()
    qtbot.addWidget(mosaic)
    mosaic.resize(width, 900)
    values = np.zeros((768, 14, 14))
    values[0, 0, 0] = 1
    mosaic.set_mosaic(value_view(values).mosaic, (768, 14, 14))
    mosaic.show()
    first, second = (mosaic.rect_of(mosaic.tile_of(channel)) for channel in (40, 41))
    shot, y = mosaic.grab().toImage(), round(first.center().y())
    row = [shot.pixelColor(x, y) for x in range(round(first.left()) + 1, round(second.right()))]
    theme.apply(qapp, "light")
    assert max(colour.lightness() for colour in row) <= QColor(theme.DARK.gap).lightness()


def test_pale_tiles_are_parted_by_a_line_no_darker_than_they_need(qtbot):
    mosaic = MosaicView()
    qtbot.addWidget(mosaic)
    mosaic.resize(300, 700)
    mosaic.show()
    values = np.ones((1280, 7, 7))
    values[::2] = -1
    mosaic.set_mosaic(value_view(values).mosaic, (1280, 7, 7))
    first, second = (mosaic.rect_of(mosaic.tile_of(channel)) for channel in (0, 1))
    shot, y = mosaic.grab().toImage(), round(first.center().y())
    row = [shot.pixelColor(x, y) for x in range(round(first.left()), round(second.right()))]
    assert QColor(theme.LIGHT.gap) in row and QColor(theme.LIGHT.muted) not in row


@pytest.mark.parametrize("ratio", [1.0, 1.25, 1.5, 1.75])
@pytest.mark.parametrize("tiles", [8, 6])
@pytest.mark.parametrize("width", range(150, 220, 7))
def test_gaps_between_tiles_in_colour_are_ground_up_to_the_tiles_at_every_size(qtbot, width, tiles, ratio):
    pixels = np.zeros((7, 15, 3), np.uint8)  # two rows of four tiles of 3×3, white; the gaps have no value
    for tile in range(tiles):
        top, left = 4 * (tile // 4), 4 * (tile % 4)
        pixels[top : top + 3, left : left + 3] = 255
    value = value_view(np.ones((tiles, 3, 3)))
    widget = MosaicView()
    qtbot.addWidget(widget)
    widget.resize(width, 150)
    widget.set_mosaic(replace(value.mosaic, pixels=pixels, columns=4), (tiles, 3, 3))
    image = QImage(round((width + 2) * ratio), round(150 * ratio), QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(ratio)
    image.fill(QColor(theme.current().window))
    with drawing(ratio):
        widget.render(image, QPoint(1, 0))  # on a fine screen that is half a pixel, as where a widget stands
    seen = {image.pixelColor(x, y).name() for x in range(image.width()) for y in range(image.height())}
    assert seen == {"#ffffff", QColor(theme.current().window).name()}
