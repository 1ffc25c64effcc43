"""Values over a picture: where, how strong, and what shows nothing."""

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF
from PySide6.QtGui import QImage, QPainter

from explorer.records.heat import HeatMap
from explorer.window.widgets.heat_layer import HeatLayer


def heat(values: list[list[float]], signed: bool = False, limit: float | None = None) -> HeatMap:
    return HeatMap(np.array(values, np.float32), signed, "heat", limit)


def drawn(shown: HeatMap, dim: float = 0.0) -> NDArray[np.int64]:
    """Return (8, 8, 3), grey where nothing is drawn; each of 2×2 values fills 4×4 pixels."""
    image = QImage(8, 8, QImage.Format.Format_RGB32)
    image.fill(0xFF808080)
    painter = QPainter(image)
    HeatLayer(shown, 1.0, smooth=False, dim=dim).draw(painter, QRectF(0, 0, 8, 8))
    painter.end()
    return np.frombuffer(image.constBits(), np.uint8).reshape(8, 8, 4)[:, :, 2::-1].astype(int)


def test_the_strongest_value_hides_the_picture_and_zero_shows_it() -> None:
    picture = drawn(heat([[0, 1], [2, 4]]))
    assert (picture[:4, :4] == 128).all()
    assert picture[4:, 4:].tolist() == [[[253, 231, 37]] * 4] * 4  # the last colour of the sequential map
    assert (picture[4:, :4] != picture[:4, 4:]).any()


def test_signs_get_two_colours_and_only_a_signed_map_draws_what_is_below_zero() -> None:
    signed, plain = drawn(heat([[-1, 1], [0, 0]], signed=True)), drawn(heat([[-1, 1], [0, 0]]))
    assert signed[0, 0, 2] > signed[0, 0, 0] and signed[0, 7, 0] > signed[0, 7, 2]  # blue below, orange above
    assert (plain[0, 0] == 128).all() and (plain[0, 7] != 128).any()


def test_what_is_unknown_or_all_zero_is_not_drawn() -> None:
    nan = float("nan")
    assert (drawn(heat([[nan, 0], [0, nan]])) == 128).all() and heat([[nan, nan]]).full == 0
    assert (drawn(heat([[nan, 3], [0, 0]]))[0, 7] != 128).any() and heat([[nan, -3]]).full == 3


def test_a_limit_makes_maps_comparable() -> None:
    assert (drawn(heat([[0, 1], [0, 0]], limit=4)) == drawn(heat([[0, 1], [0, 4]])))[:4].all()


def test_a_picture_is_dimmed_under_a_sparse_map() -> None:
    picture = drawn(heat([[0, 0], [0, 4]]), dim=0.5)
    assert (abs(picture[0, 0] - 64) <= 1).all() and picture[7, 7].tolist() == [253, 231, 37]


def test_a_small_map_goes_on_to_the_borders() -> None:
    small = HeatMap(np.array([[0, 1], [2, 4]], np.float32), False, "heat", lies=(0.25, 0.25, 0.75, 0.75))
    picture = drawn(small)  # each value fills 2×2 pixels in the middle
    assert (picture[:4, :4] == 128).all() and (picture[4:, 4:] == [253, 231, 37]).all()
    assert small.at(0.0, 0.99) == small.at(0.3, 0.6) == 1 and small.at(0.7, 0.7) == 4


def test_a_map_lies_where_its_fields_lie() -> None:
    values = [[0, 1], [2, 4]]
    moved = HeatMap(np.array(values, np.float32), False, "heat", lies=(0.25, -0.25, 1.25, 0.75))
    even, shifted = drawn(heat(values)), drawn(moved)
    assert (shifted[2:, :6] == even[:6, 2:]).all()  # down by half a cell, left by half a cell
    assert (shifted[:2, :6] == even[:1, 2:]).all() and (shifted[2:, 6:] == shifted[2:, 5:6]).all()  # no gap
