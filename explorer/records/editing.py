"""The pixels of an edited picture: the same wherever they are computed, to the last bit."""

from collections.abc import Callable, Hashable
from functools import partial
from itertools import pairwise
from math import ceil, cos, exp, radians, sin
from typing import Any

import numpy as np
from numpy.typing import NDArray

from explorer.records.edits import GREY, Edit, Fill, Patch, Stroke

Pixels = NDArray[np.uint8]
_Floats = NDArray[np.float32]
_Step = tuple[Hashable, Callable[[Pixels], Pixels]]

_DETAIL = 0.05  # standard deviation of the blur in a patch, as a share of the picture's shorter side
_THINNEST = 1.5  # pixels across; between the middles of four pixels a thinner brush would leave nothing
_REACH = 3.0  # standard deviations after which a Gaussian is cut off
_LUMINANCE = (0.299, 0.587, 0.114)  # ITU-R 601-2


class Editing:
    """Edits one picture again and again; what an edit has in common with the one before is not computed anew.

    Args:
        picture: (H, W, 3) uint8 RGB; it is not written.
        in_grey: True for a network that reads luminance: what is drawn or added in colour loses it.
    """

    def __init__(self, picture: Pixels, in_grey: bool = False) -> None:
        self._picture, self._in_grey = picture, in_grey
        self._done: list[tuple[Hashable, Pixels]] = []  # after each step: what was done, and the picture then

    def edited(self, edit: Edit) -> Pixels:
        """Return the edited picture (H, W, 3), not to be written; the picture itself where nothing is changed."""
        now, taken = self._picture, 0
        steps = _steps(edit, self._picture.shape[:2])
        if steps and self._in_grey:
            steps.append(("grey", _grey))
        for (key, _), (done, after) in zip(steps, self._done, strict=False):
            if key != done:
                break
            now, taken = after, taken + 1
        del self._done[taken:]
        for key, step in steps[taken:]:
            now = step(now)
            self._done.append((key, now))
        return now


def _steps(edit: Edit, size: tuple[int, ...]) -> list[_Step]:
    """Return what is to be done: each a key that says what it is, and the function."""
    height, width = size
    shift = round(edit.down * height), round(edit.right * width)
    steps: list[_Step] = []
    if edit.crop != 1:
        steps.append((("crop", edit.crop), partial(_cropped, share=edit.crop)))
    if (edit.scale, edit.rotation, shift) != (1, 0, (0, 0)):
        key = ("moved", edit.scale, edit.rotation, shift)
        steps.append((key, partial(_moved, scale=edit.scale, rotation=edit.rotation, shift=shift)))
    if edit.blur > 0:
        steps.append((("blur", edit.blur), partial(_blurred, deviation=edit.blur)))
    if (edit.brightness, edit.contrast) != (1, 1):
        steps.append(
            (
                ("light", edit.brightness, edit.contrast),
                partial(_lit, brightness=edit.brightness, contrast=edit.contrast),
            )
        )
    if edit.noise > 0:
        steps.append(
            (("noise", edit.noise, edit.seed), partial(_noisy, deviation=edit.noise, seed=edit.seed))
        )
    steps += [((stroke,), partial(_drawn, stroke=stroke)) for stroke in edit.strokes]
    if edit.patch is not None:
        steps.append(((edit.patch, edit.seed), partial(_covered, patch=edit.patch, seed=edit.seed)))
    return steps


def _cropped(picture: Pixels, share: float) -> Pixels:
    result = np.empty_like(picture)
    result[:] = GREY
    kept = tuple(slice(a := round((1 - share) / 2 * length), length - a) for length in picture.shape[:2])
    if share > 0:
        result[kept] = picture[kept]
    return result


def _moved(picture: Pixels, scale: float, rotation: float, shift: tuple[int, int]) -> Pixels:
    """Scale and turn around the middle, then shift: bilinear, grey where the picture has nothing."""
    height, width = picture.shape[:2]
    middle = (height - 1) / 2, (width - 1) / 2
    turn = radians(rotation)
    down = np.arange(height)[:, np.newaxis] - middle[0] - shift[0]  # (H, 1)
    right = np.arange(width)[np.newaxis] - middle[1] - shift[1]  # (1, W)
    y = (cos(turn) * down + sin(turn) * right) / scale + middle[0]  # (H, W)
    x = (cos(turn) * right - sin(turn) * down) / scale + middle[1]
    y, x = np.clip(y + 1, 0, height + 1), np.clip(x + 1, 0, width + 1)
    top, left = np.minimum(y.astype(np.int32), height), np.minimum(x.astype(np.int32), width)
    lower, further = (y - top).astype(np.float32), (x - left).astype(np.float32)
    row = width + 2
    corners = [top * row + left + step for step in (0, 1, row, row + 1)]
    result = np.empty_like(picture)
    for channel, grey in enumerate(GREY):  # each for itself: numpy is slow along axes of length three
        plane = np.pad(picture[..., channel].astype(np.float32), 1, constant_values=grey).ravel()
        one, two, three, four = (np.take(plane, corner) for corner in corners)
        above, below = one + (two - one) * further, three + (four - three) * further
        result[..., channel] = _rounded(above + (below - above) * lower)
    return result


def _blurred(picture: Pixels, deviation: float) -> Pixels:
    """Convolve with a Gaussian; beyond its border the picture goes on as it ends."""
    values = picture.astype(np.float32)
    for axis in (0, 1):
        values = _smoothed(values, deviation, axis)
    return _rounded(values)


def _smoothed(values: _Floats, deviation: float, axis: int) -> _Floats:
    reach = ceil(_REACH * deviation)
    weights = [exp(-0.5 * (k / deviation) ** 2) for k in range(reach + 1)]
    whole = weights[0] + 2 * sum(weights[1:])
    length = values.shape[axis]
    padded = np.pad(values, [(reach, reach) if it == axis else (0, 0) for it in range(3)], mode="edge")

    def from_(first: int) -> _Floats:
        return padded[first : first + length] if axis == 0 else padded[:, first : first + length]

    result = values * np.float32(weights[0] / whole)
    for k, weight in enumerate(weights[1:], 1):
        pair = from_(reach - k) + from_(reach + k)
        pair *= np.float32(weight / whole)
        result += pair
    return result


def _lit(picture: Pixels, brightness: float, contrast: float) -> Pixels:
    values = np.clip(picture.astype(np.float32) * np.float32(brightness), 0, 255)
    mean = np.float32((values @ np.array(_LUMINANCE, np.float32)).mean(dtype=np.float64))
    return _rounded((values - mean) * np.float32(contrast) + mean)


def _noisy(picture: Pixels, deviation: float, seed: int) -> Pixels:
    drawn = np.random.default_rng(seed).standard_normal(picture.shape, np.float32)
    return _rounded(picture + drawn * np.float32(deviation))


def _drawn(picture: Pixels, stroke: Stroke) -> Pixels:
    """Draw what is within half a width of the way, from pixel to pixel."""
    height, width = picture.shape[:2]
    result, radius = picture.copy(), max(stroke.width * min(height, width), _THINNEST) / 2
    way = [(y * height - 0.5, x * width - 0.5) for y, x in stroke.points]
    for begin, end in pairwise(way * 2 if len(way) == 1 else way):
        rows, columns = (
            slice(max(int(min(a, b) - radius), 0), min(max(int(max(a, b) + radius + 2), 0), length))
            for a, b, length in zip(begin, end, (height, width), strict=True)
        )
        y, x = np.ogrid[rows, columns]
        y, x = y - begin[0], x - begin[1]
        along = end[0] - begin[0], end[1] - begin[1]
        length = along[0] ** 2 + along[1] ** 2
        share = np.clip((y * along[0] + x * along[1]) / length, 0, 1) if length else 0.0
        near = (y - share * along[0]) ** 2 + (x - share * along[1]) ** 2 <= radius**2
        result[rows, columns][near] = stroke.colour
    return result


def _covered(picture: Pixels, patch: Patch, seed: int) -> Pixels:
    top, left, bottom, right = patch.box(picture.shape[:2])
    result = picture.copy()
    below = picture[top:bottom, left:right]
    if below.size:
        result[top:bottom, left:right] = _filling(picture, below, patch, seed)
    return result


def _filling(picture: Pixels, below: Pixels, patch: Patch, seed: int) -> Pixels:
    match patch.fill:
        case Fill.GREY:
            return np.array(GREY, np.uint8)
        case Fill.MEAN:
            return _rounded(below.mean((0, 1), dtype=np.float64))
        case Fill.BLUR:
            return _blurred(below, _DETAIL * min(picture.shape[:2]))
        case Fill.NOISE:
            return np.random.default_rng(seed).integers(0, 256, below.shape, np.uint8)


def _grey(picture: Pixels) -> Pixels:
    """Return the luminance (ITU-R 601-2, as Pillow rounds it) in all three channels."""
    shares = np.array([19595, 38470, 7471], np.uint32)  # of 65536
    luminance = (picture @ shares + 32768) >> 16  # (H, W)
    return np.repeat(luminance.astype(np.uint8)[..., np.newaxis], 3, 2)


def _rounded(values: NDArray[np.floating[Any]]) -> Pixels:
    rounded: Pixels = np.clip(np.rint(values), 0, 255).astype(np.uint8)
    return rounded
