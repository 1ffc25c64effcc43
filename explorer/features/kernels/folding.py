"""Long matrices cut into parts that stand side by side: as one image they would be a strip that nobody can read."""

import math
from typing import Any

import torch
from torch import Tensor

from explorer.engine import values
from explorer.records.values import Layout

_LONG = 3.0  # times as long as it is wide: what is less long stays one image
_NEAR = 2.0  # a cut may miss the best number of parts by this factor


def folded(parts: dict[str, Any], shared_scale: bool, aspect: float) -> dict[str, Any]:
    """Return the picture of a matrix, (1, R, C), as one of parts (K, r, c) if it is long; any other as it is.

    Args:
        parts: Layout, values, mosaic and statistics of the picture.
        shared_scale: One scale over all parts, or one a part.
        aspect: Width over height of the pane that the picture is to fill.
    """
    if parts["layout"] is not Layout.MATRIX or parts["values"].dtype.kind not in "fiub":
        return parts
    matrix = torch.from_numpy(parts["values"])[0]
    count, across = _cut(*matrix.shape)
    if count == 1:
        return parts
    tiles = _parts(matrix, count, across)
    levels, signed = torch.from_numpy(parts["mosaic"].levels[:1]), parts["mosaic"].signed
    if not shared_scale:
        levels, signed = values.scale_of(tiles, parts["statistics"], shared_scale)
    mosaic = values.draw(tiles, levels, signed, aspect, 1, parts["statistics"])
    return parts | {"values": tiles.numpy(), "mosaic": mosaic, "cut_across": across}


def _parts(matrix: Tensor, count: int, across: bool) -> Tensor:
    """Return stretches of columns (if `across`) or of rows of a matrix (R, C), one behind the other."""
    rows, columns = matrix.shape
    if not across:
        return matrix.reshape(count, rows // count, columns)
    return matrix.reshape(rows, count, columns // count).transpose(0, 1).contiguous()


def _cut(rows: int, columns: int) -> tuple[int, bool]:
    """Return into how many equal parts a matrix is cut, and whether columns are: together they are about a square."""
    long, short = max(rows, columns), min(rows, columns)
    if not short or long <= _LONG * short:
        return 1, False
    best = math.sqrt(long / short)
    near = range(max(2, math.ceil(best / _NEAR)), min(long - 1, math.floor(best * _NEAR)) + 1)
    cuts = [k for k in near if long % k == 0]
    return (min(cuts, key=lambda k: abs(math.log(k / best))), columns > rows) if cuts else (1, False)
