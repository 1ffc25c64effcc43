"""Tiles that would be tiny if all were seen: larger ones in fewer columns, and the others by scrolling."""

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from explorer.records.values import Mosaic
from explorer.window.widgets.long_mosaic import LongMosaic, laid_in
from explorer.window.widgets.value_parts import ValueParts

SHAPE = (1000, 7, 7)


def mosaic(count: int, columns: int, side: int = 7) -> Mosaic:
    """A mosaic whose tiles have their number, modulo 200, as their colour."""
    pixels = np.zeros((-(-count // columns) * (side + 1) - 1, columns * (side + 1) - 1), np.uint8)
    for tile in range(count):
        row, column = divmod(tile, columns)
        top, left = row * (side + 1), column * (side + 1)
        pixels[top : top + side, left : left + side] = tile % 200 + 1
    return Mosaic(pixels, columns, np.tile([0.0, 1.0], (count, 1)), False)


@pytest.fixture
def view(qtbot: QtBot) -> LongMosaic:
    view = LongMosaic()
    qtbot.addWidget(view)
    view.resize(308, 400)
    view.show()
    view.set_mosaic(mosaic(1000, 28), SHAPE)
    return view


def tile_in_sight(view: LongMosaic, channel: int) -> bool:
    tile = view.rect_of(view.tile_of(channel))
    return tile.top() >= 0 and tile.bottom() <= view.height()


def wheel(
    view: LongMosaic, notches: float, keys: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier
) -> None:
    at = QPointF(50, 50)
    turned = QWheelEvent(
        at,
        at,
        QPoint(),
        QPoint(0, round(120 * notches)),
        Qt.MouseButton.NoButton,
        keys,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    view.wheelEvent(turned)


def test_tiles_in_fewer_columns_are_the_same_tiles() -> None:
    laid = laid_in(mosaic(10, 4), (10, 7, 7), 3)
    assert laid.columns == 3 and np.array_equal(laid.pixels, mosaic(10, 3).pixels)


def test_tiles_of_red_green_and_blue_are_laid_anew_as_well() -> None:
    plain = mosaic(10, 4)
    coloured = replace(plain, pixels=np.repeat(plain.pixels[..., None], 3, 2))
    assert np.array_equal(laid_in(coloured, (10, 7, 7), 3).pixels[..., 1], mosaic(10, 3).pixels)


def test_tiles_that_belong_together_stay_in_a_row(view: LongMosaic) -> None:
    for group, columns in ((5, 10), (40, 28)):  # of forty, which have no room, all are seen as they are
        view.group = group
        view.set_mosaic(mosaic(1000, 28), SHAPE)
        tops = [view.tile_of(it)[0] for it in range(columns + 1)]
        assert len(set(tops[:-1])) == 1 and tops[-1] > tops[0]


def test_tiny_tiles_are_shown_large_enough_and_each_is_where_it_is_said_to_be(view: LongMosaic) -> None:
    assert view.rect_of(view.tile_of(1)).left() - view.rect_of(view.tile_of(0)).left() >= 24
    assert view.bar.isVisible() and tile_in_sight(view, 0) and not tile_in_sight(view, 999)
    for channel in (0, 13, 999):
        assert view.tile(channel).min() == view.tile(channel).max() == channel % 200 + 1


def test_where_there_is_room_for_all_all_are_seen_and_the_wheel_zooms(view: LongMosaic) -> None:
    view.set_mosaic(mosaic(100, 8), (100, 7, 7))
    assert not view.bar.isVisible() and all(tile_in_sight(view, it) for it in (0, 99))
    before = view.scale
    wheel(view, 1)
    assert view.scale > before


def test_the_wheel_scrolls_by_whole_rows_and_with_ctrl_it_zooms(view: LongMosaic) -> None:
    first, before = view.rect_of(view.tile_of(0)).top(), view.scale
    wheel(view, -1)
    moved = first - view.rect_of(view.tile_of(0)).top()
    assert view.scale == before and moved == pytest.approx(3 * 8 * view.scale)
    wheel(view, 9)
    assert view.rect_of(view.tile_of(0)).top() == first
    for _ in range(30):  # as a touchpad tells it
        wheel(view, -4 / 120)
    assert first - view.rect_of(view.tile_of(0)).top() == pytest.approx(moved)
    wheel(view, -99)
    assert tile_in_sight(view, 999)
    wheel(view, 1, Qt.KeyboardModifier.ControlModifier)
    assert view.scale > before and not view.bar.isVisible()
    view.fit()
    assert view.bar.isVisible() and view.scale == before


def test_who_is_chosen_comes_into_sight_and_who_was_scrolled_away_stays_away(view: LongMosaic) -> None:
    view.select_channel(700)
    assert tile_in_sight(view, 700)
    wheel(view, 99)
    view.select_channel(700)  # as at each new value of the same operation
    view.set_mosaic(mosaic(1000, 28), SHAPE)
    view.select_channel(700)
    assert not tile_in_sight(view, 700)
    QTest.keyClick(view, Qt.Key.Key_Right)
    assert tile_in_sight(view, 701)


def test_with_another_width_there_are_as_many_columns_as_have_room(qtbot: QtBot, view: LongMosaic) -> None:
    view.select_channel(700)
    view.resize(200, 300)
    qtbot.waitUntil(lambda: view.rect_of(view.tile_of(8)).left() < 100)
    assert view.rect_of(view.tile_of(1)).left() > 24 and tile_in_sight(view, 700)
    view.resize(2000, 1200)
    assert not view.bar.isVisible() and all(tile_in_sight(view, it) for it in (0, 999))


def test_the_tiles_are_the_same_whenever_the_view_is_shown_and_drawn_again(qtbot: QtBot) -> None:
    parts = ValueParts()
    qtbot.addWidget(parts)
    parts.resize(640, 690)
    found = set()
    for _ in range(3):
        parts.show()
        parts.mosaic.set_mosaic(mosaic(672, 19, 14), (672, 14, 14))
        qtbot.wait(1)
        found.add((parts.mosaic.tile_of(500), parts.mosaic.bar.isVisible()))
        parts.hide()
        parts.show()
        qtbot.wait(1)
        found.add((parts.mosaic.tile_of(500), parts.mosaic.bar.isVisible()))
    assert len(found) == 1


def test_without_values_there_is_nothing_to_scroll(view: LongMosaic) -> None:
    view.set_mosaic(None, (1, 1, 1))
    assert not view.bar.isVisible() and not view.has_picture
