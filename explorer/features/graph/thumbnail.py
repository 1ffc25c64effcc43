"""The most telling map of an operation, small enough for its box."""

import numpy as np
from PySide6.QtGui import QImage

from explorer.records.values import Layout, ValueView
from explorer.window import theme
from explorer.window.widgets.sampling import to_image


def telling_map(value: ValueView) -> QImage | None:
    """Return the map whose values vary most, in the colours of the mosaic; None without maps."""
    mosaic = value.mosaic
    if mosaic is None or value.layout not in (Layout.MAPS, Layout.TOKENS) or not value.values.size:
        return None
    _, height, width = value.values.shape
    row, column = divmod(value.telling_channel, mosaic.columns)
    top, left = row * (height + 1), column * (width + 1)
    tile = np.ascontiguousarray(mosaic.pixels[top : top + height, left : left + width])
    return to_image(tile, theme.value_table(mosaic.signed)).copy() if tile.size else None
