"""Which places of a map are its strongest, and what of the picture is cut out to show them; numpy only."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from explorer.records.values import FieldOfUnit

_LEAST_CUT = 16  # pixels: fewer tell a person nothing
_SHARED = 0.5


def strongest(values: NDArray[np.float64], cuts: NDArray[np.int32], count: int) -> list[tuple[int, int]]:
    """Return so many of the strongest places of a map (h, w), the strongest first.

    A place counts that none of the eight beside it exceeds. Of equal values the one nearest the middle is taken first,
    then always the one farthest from those that were taken. What shows as much as half of what is shown already is left
    out.

    Args:
        values: What is not finite is no place.
        cuts: (h, w, 4): what is cut out for each place, as `around` gives it.
        count: How many places at most.
    """
    rows, columns = np.nonzero(_peaks(values))
    heights, boxes = values[rows, columns], cuts[rows, columns]
    middle = (values.shape[0] - 1) / 2, (values.shape[1] - 1) / 2
    far = -np.hypot(rows - middle[0], columns - middle[1])
    is_open = np.ones(len(rows), dtype=bool)
    found: list[tuple[int, int]] = []
    while len(found) < count and is_open.any():
        is_best = is_open & (heights == heights[is_open].max())
        k = int(np.where(is_best, far, -np.inf).argmax())
        away = np.hypot(rows - rows[k], columns - columns[k])
        far = np.minimum(far, away) if found else away
        found.append((int(rows[k]), int(columns[k])))
        is_open &= _shared(boxes[k], boxes) < _SHARED
    return found


def around(boxes: NDArray[np.int32], size: tuple[int, ...]) -> NDArray[np.int32]:
    """Return what of a picture (height, width) is cut out to show boxes (..., 4): 16 pixels along each side at least.

    A box that holds nothing stands for the whole.
    """
    cuts = np.empty_like(boxes)
    for axis, side in enumerate(size):
        first, last = boxes[..., axis], boxes[..., axis + 2]
        length = np.minimum(np.maximum(last - first, _LEAST_CUT), side)
        start = np.clip((first + last - length) // 2, 0, side - length)
        cuts[..., axis], cuts[..., axis + 2] = start, start + length
    cuts[(boxes[..., 2:] <= boxes[..., :2]).any(-1)] = (0, 0, *size)
    return cuts


def centre_of(field: FieldOfUnit, size: tuple[int, ...]) -> tuple[float, ...] | None:
    """Return where in a picture (height, width) the field of a unit is centred; None where all of it lies within.

    Where the fields do not lie evenly, or are not known, the units do: as on a map that is laid over the picture.
    """
    if field.stride is None or field.start is None or field.size is None:
        grid = field.grid or (1,) * len(size)
        return tuple((u + 0.5) * side / n for u, n, side in zip(field.unit, grid, size, strict=True))
    box = field.box
    if box is not None and (box[2] - box[0], box[3] - box[1]) == field.size:
        return None
    parts = zip(field.start, field.stride, field.unit, field.size, size, strict=True)
    return tuple(min(max(start + step * u + n / 2, 0.0), side) for start, step, u, n, side in parts)


def _peaks(values: NDArray[np.float64]) -> NDArray[np.bool_]:
    finite = np.where(np.isfinite(values), values, -np.inf)
    padded = np.pad(finite, 1, constant_values=-np.inf)
    high, wide = values.shape
    found = np.isfinite(values)
    for down in range(3):
        for across in range(3):
            found &= finite >= padded[down : down + high, across : across + wide]
    return found


def _shared(one: NDArray[np.int32], others: NDArray[np.int32]) -> NDArray[Any]:
    """Return how much of the larger of two boxes lies in both, for each of the others (n, 4)."""
    sides = np.minimum(one[2:], others[:, 2:]) - np.maximum(one[:2], others[:, :2])
    areas = (others[:, 2:] - others[:, :2]).prod(-1), (one[2:] - one[:2]).prod()
    return np.asarray(sides.clip(min=0).prod(-1) / np.maximum(*areas))
