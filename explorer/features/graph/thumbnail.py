"""The strongest map of an operation, small enough for its box."""

import numpy as np
from PySide6.QtGui import QImage

from explorer.records.values import Layout, ValueView
from explorer.window import theme
from explorer.window.widgets.sampling import to_image


def strongest(value: ValueView) -> QImage | None:
    """Return the map whose values are largest on average, in the colours of the mosaic; None without maps."""
    mosaic = value.mosaic
    if mosaic is None or value.layout not in (Layout.MAPS, Layout.TOKENS) or not value.values.size:
        return None
    count, height, width = value.values.shape
    finite = np.where(np.isfinite(value.values), value.values, 0)
    channel = int(np.abs(finite).reshape(count, -1).mean(1, dtype=np.float64).argmax())
    row, column = divmod(channel, mosaic.columns)
    top, left = row * (height + 1), column * (width + 1)
    tile = np.ascontiguousarray(mosaic.pixels[top : top + height, left : left + width])
    return to_image(tile, theme.value_table(mosaic.signed)).copy() if tile.size else None
