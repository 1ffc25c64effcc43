"""From a decoded image to a model's input, bit for bit as torchvision's presets and timm's transforms make it."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from explorer.imaging.errors import ImageError
from explorer.records.images import DecodedImage, PreparedImage
from explorer.records.models import Preprocess
from explorer.records.placement import Placement

Pixels = NDArray[np.uint8]
Resizes = Callable[[Pixels, tuple[int, int]], Pixels]
"""From pixels (H, W, 3) and a height and width to pixels of that size."""

_FILTERS = {method.name.lower(): method for method in Image.Resampling}

# Above this size the resized image is not made whole: a strip of 1 × 60 000 pixels would take gigabytes.
_MAX_RESIZED_PIXELS = 32_000_000
# A picture that is read as a whole and at its own size is made smaller from here on: 200 MB of numbers.
_MOST_PIXELS = 16_000_000


def prepare(
    image: DecodedImage,
    preprocess: Preprocess,
    further: Sequence[DecodedImage] = (),
    resizes: Resizes | None = None,
) -> PreparedImage:
    """Resize, crop the centre (padded where the image is smaller) unless the whole is read, normalise.

    Args:
        image: Any size from 1 × 1 pixel.
        preprocess: Sizes, interpolation and normalisation; one channel takes the luminance (ITU-R 601-2).
        further: The frames after it of a clip, of the same size; where the clip that is made has more, each is
            repeated as often as it needs, where it has fewer, they are taken from all parts of it.
        resizes: Brings pixels in colour to another size in place of Pillow.

    Returns:
        The input (1, C, H, W), of a clip (1, C, T, H, W), and the same pixels as RGB (H, W, 3).
    """
    made = [_made(each, preprocess, resizes) for each in (image, *further)]
    first = made[0]
    height, width = image.pixels.shape[:2]
    placement = Placement((height, width), first.step, first.first)
    arrays = [_normalised(each.picture, preprocess) for each in made]
    given = ""
    if preprocess.frames:
        chosen = np.arange(preprocess.frames) * len(arrays) // preprocess.frames
        array, given = np.stack([arrays[k] for k in chosen], 1), _clip(len(arrays), preprocess.frames)
    else:
        array = arrays[0]
    return PreparedImage(
        input=np.ascontiguousarray(array[np.newaxis]),
        picture=np.array(first.picture.convert("RGB")),
        placement=placement,
        given=given,
    )


def with_picture(prepared: PreparedImage, picture: Pixels, preprocess: Preprocess) -> PreparedImage:
    """Return a prepared image with another picture of its size: nothing is resized, the input is normalised anew.

    Args:
        prepared: Of one picture, no clip.
        picture: (H, W, 3), in colour also for a network that reads luminance.
        preprocess: By which it was prepared.
    """
    read = Image.fromarray(picture)
    if preprocess.channels == 1:
        read = read.convert("L")
    array = _normalised(read, preprocess)
    return replace(
        prepared, input=np.ascontiguousarray(array[np.newaxis]), picture=np.array(read.convert("RGB"))
    )


def _clip(known: int, frames: int) -> str:
    if known == 1:
        return f"one picture, repeated {frames} times"
    return (
        f"{known} frames of the clip, repeated to {frames}"
        if known < frames
        else f"{frames} frames of the clip"
    )


class _Made(NamedTuple):
    """A picture as a network reads it, and how it lies on the one it was made of, as in `Placement`."""

    picture: Image.Image
    step: tuple[float, float]
    first: tuple[float, float]


def _made(image: DecodedImage, preprocess: Preprocess, resizes: Resizes | None) -> _Made:
    picture = Image.fromarray(image.pixels)
    width, height = picture.size
    if preprocess.channels == 1:
        picture = picture.convert("L")
    resized, top, left = (height, width), 0, 0
    if preprocess.frame is not None:
        picture, resized, (top, left) = _resize(picture, preprocess.frame, preprocess, resizes)
    elif preprocess.crop_mode == "whole" and width * height > _MOST_PIXELS:
        shrunk = (_MOST_PIXELS / (width * height)) ** 0.5
        resized = max(1, int(height * shrunk)), max(1, int(width * shrunk))
        picture = picture.resize(resized[::-1], Image.Resampling.BILINEAR)
    if preprocess.crop_mode != "whole":
        picture, down, across = _crop_centre(picture, preprocess)
        top, left = top + down, left + across
    return _Made(picture, (height / resized[0], width / resized[1]), (top, left))


def _normalised(picture: Image.Image, preprocess: Preprocess) -> NDArray[np.float32]:
    """Return (C, H, W)."""
    pixels = np.asarray(picture).reshape(picture.height, picture.width, -1)  # (H, W, C) uint8
    if preprocess.order == "BGR":
        pixels = pixels[..., ::-1]
    # Scaled in float64 and rounded once: by 1/255 that is torchvision's division in float32, to the last bit.
    scaled = (np.arange(256) * preprocess.scale).astype(np.float32)
    mean, std = (np.asarray(it, dtype=np.float32)[:, np.newaxis] for it in (preprocess.mean, preprocess.std))
    # What becomes of each of the 256 values of a channel: (C, 256).
    levels = np.broadcast_to((scaled - mean) / std, (pixels.shape[2], 256))
    return np.stack([row.take(pixels[..., channel]) for channel, row in enumerate(levels)])


def thumbnail(image: DecodedImage, longest: int = 160) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    """Return a small copy (h, w, 3) uint8, its longer side at most `longest` pixels; never enlarged."""
    height, width = image.pixels.shape[:2]
    scale = min(1.0, longest / max(height, width))
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    small = Image.fromarray(image.pixels).resize(size, Image.Resampling.BICUBIC, reducing_gap=2.0)
    return np.array(small)


def _resize(
    picture: Image.Image, frame: tuple[int, int], preprocess: Preprocess, resizes: Resizes | None
) -> tuple[Image.Image, tuple[int, int], tuple[int, int]]:
    """Bring the picture to the frame (height, width), before the crop.

    Of a very long strip, and without antialiasing always, only the middle that survives the crop is made. Its
    pixels are those of the whole; a strip's but for the rounding and clipping between the filter's two passes,
    whose order Pillow chooses by the size.

    Returns:
        The picture, the height and width that the whole of it has, and where in that it begins, down and across.
    """
    width, height = picture.size
    new_width, new_height = _resized(picture.size, frame, preprocess.crop_mode)
    method = _FILTERS[preprocess.interpolation]
    whole = new_height, new_width
    if preprocess.crop_mode == "whole" and new_width * new_height > _MOST_PIXELS:
        raise ImageError("The picture is too long and narrow to be read as a whole; cut a part out of it.")
    if preprocess.antialias and new_width * new_height <= _MAX_RESIZED_PIXELS:
        if resizes is not None and picture.mode == "RGB":
            return Image.fromarray(resizes(np.array(picture), whole)), whole, (0, 0)
        return picture.resize((new_width, new_height), method), whole, (0, 0)
    size = whole if preprocess.crop_mode == "whole" else preprocess.size
    high, wide = (min(a, b) for a, b in zip(size, whole, strict=True))
    top, left = preprocess.first(new_height, high), preprocess.first(new_width, wide)
    if not preprocess.antialias:
        rows = _neighbours(height, new_height, range(top, top + high))
        columns = _neighbours(width, new_width, range(left, left + wide))
        return Image.fromarray(_bilinear(np.asarray(picture), rows, columns)), whole, (top, left)
    across, down = _stretch(left, wide, width / new_width), _stretch(top, high, height / new_height)
    kept = picture.resize((wide, high), method, box=(across[0], down[0], across[1], down[1]))
    return kept, whole, (top, left)


class _Neighbours(NamedTuple):
    """For each of some pixels along an axis, the two it lies between and the weight of the second."""

    near: NDArray[np.intp]
    far: NDArray[np.intp]
    weight: NDArray[np.float32]


def _bilinear(pixels: NDArray[np.uint8], rows: _Neighbours, columns: _Neighbours) -> NDArray[np.uint8]:
    """Resize (H, W, …) as torch's `interpolate` does without antialiasing: two pixels along each axis, in float32."""
    depth = (1,) * (pixels.ndim - 2)
    along = columns.weight.reshape(-1, *depth)
    above, below = (
        pixels[np.ix_(at, columns.near)] * (1 - along) + pixels[np.ix_(at, columns.far)] * along
        for at in (rows.near, rows.far)
    )
    weight = rows.weight.reshape(-1, 1, *depth)
    return np.rint(above * (1 - weight) + below * weight).astype(np.uint8)


def _neighbours(length: int, resized: int, wanted: range) -> _Neighbours:
    """Return what the `wanted` ones of the `resized` pixels along an axis of `length` pixels are made of."""
    step = np.float32(length / resized)
    at = np.maximum((np.asarray(wanted).astype(np.float32) + np.float32(0.5)) * step - np.float32(0.5), 0)
    near = np.minimum(at.astype(np.intp), length - 1)
    return _Neighbours(near, np.minimum(near + 1, length - 1), (at - near).astype(np.float32))


def _resized(size: tuple[int, int], frame: tuple[int, int], crop_mode: str) -> tuple[int, int]:
    """Return the width and height that a picture of some width and height gets in a frame (height, width)."""
    width, height = size
    frame_height, frame_width = frame
    if crop_mode == "squash":
        return frame_width, frame_height
    if (
        crop_mode in ("center", "whole") and frame_width == frame_height
    ):  # torchvision's: what overhangs is rounded down
        shorter = min(size)
        return (
            frame_width if width == shorter else int(frame_width * width / height),
            frame_height if height == shorter else int(frame_height * height / width),
        )
    ratios = width / frame_width, height / frame_height  # timm's: both sides are rounded
    ratio = max(ratios) if crop_mode == "border" else min(ratios)
    return max(1, round(width / ratio)), max(1, round(height / ratio))


def _stretch(first: int, kept: int, step: float) -> tuple[float, float]:
    """Return the stretch of a side that `kept` pixels from `first` on show of it after a resize by `step`."""
    return first * step, (first + kept) * step


def _padding(preprocess: Preprocess) -> tuple[int, ...]:
    """Return the colour around a picture that is smaller than the crop: black, or the mean in a border."""
    is_border = preprocess.crop_mode == "border"
    return tuple(round(255 * mean) if is_border else 0 for mean in preprocess.mean)


def _crop_centre(picture: Image.Image, preprocess: Preprocess) -> tuple[Image.Image, int, int]:
    """Cut out the centre, padded where the picture is smaller; return it and where it begins, down and across."""
    width, height = picture.size
    high, wide = preprocess.size
    left, top = preprocess.first(width, wide), preprocess.first(height, high)
    padded = Image.new(picture.mode, (max(width, wide), max(height, high)), _padding(preprocess))
    padded.paste(picture, (max(0, -left), max(0, -top)))
    begun = max(0, left), max(0, top)
    return padded.crop((*begun, begun[0] + wide, begun[1] + high)), top, left
