"""The map in the box of the operation."""

from dataclasses import replace

import numpy as np
from PySide6.QtGui import QColor
from window_fakes import value

from explorer.features.graph.thumbnail import telling_map
from explorer.records.values import Layout, Mosaic
from explorer.window import theme


def maps() -> np.ndarray:
    values = np.zeros((3, 4, 5), np.float32)
    values[0] = 900.0  # the strongest, but the same everywhere
    values[1, :, :2] = 90.0
    values[2, 0, 0] = np.nan
    return values


def test_the_map_is_the_one_whose_values_vary_most() -> None:
    pixels = np.zeros((9, 11), np.uint8)
    pixels[:4, 6:11] = 77  # the tile of channel 1
    mosaic = Mosaic(pixels, 2, np.zeros((3, 2)), True)
    image = telling_map(replace(value(1), values=maps(), mosaic=mosaic))
    assert (image.width(), image.height()) == (5, 4)
    colour = QColor.fromRgb(theme.value_table(True)[77])
    assert {image.pixelColor(x, y).name() for x in range(5) for y in range(4)} == {colour.name()}


def test_what_is_no_map_has_no_picture() -> None:
    assert telling_map(replace(value(1), layout=Layout.MATRIX)) is None
    assert telling_map(replace(value(1), mosaic=None, layout=Layout.VECTOR)) is None
