"""From a decoded image to a model's input, bit for bit as torchvision's presets and timm's transforms make it."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from explorer.records.images import DecodedImage, PreparedImage
from explorer.records.models import Preprocess

Pixels = NDArray[np.uint8]
Resizes = Callable[[Pixels, tuple[int, int]], Pixels]
"""From pixels (H, W, 3) and a height and width to pixels of that size."""

_FILTERS = {method.name.lower(): method for method in Image.Resampling}

# Above this size the resized image is not made whole: a strip of 1 × 60 000 pixels would take gigabytes.
_MAX_RESIZED_PIXELS = 32_000_000


def prepare(image: DecodedImage, preprocess: Preprocess, resizes: Resizes | None = None) -> PreparedImage:
    """Resize, crop the centre (padded where the image is smaller), normalise.

    Args:
        image: Any size from 1 × 1 pixel.
        preprocess: Sizes, interpolation and normalisation; one channel takes the luminance (ITU-R 601-2).
        resizes: Brings pixels in colour to another size in place of Pillow.

    Returns:
        The input (1, C, H, W) and the same pixels as RGB (H, W, 3).
    """
    picture = Image.fromarray(image.pixels)
    if preprocess.channels == 1:
        picture = picture.convert("L")
    if preprocess.frame is not None:
        picture = _resize(picture, preprocess.frame, preprocess, resizes)
    picture = _crop_centre(picture, preprocess)
    # Scaled in float64 and rounded once: by 1/255 that is torchvision's division in float32, to the last bit.
    pixels = np.asarray(picture, dtype=np.float64).reshape(*preprocess.size, -1)  # (H, W, C)
    if preprocess.order == "BGR":
        pixels = pixels[..., ::-1]
    mean = np.asarray(preprocess.mean, dtype=np.float32)
    std = np.asarray(preprocess.std, dtype=np.float32)
    normalised = ((pixels * preprocess.scale).astype(np.float32) - mean) / std
    return PreparedImage(
        input=np.ascontiguousarray(normalised.transpose(2, 0, 1)[np.newaxis]),
        picture=np.array(picture.convert("RGB")),
    )


def thumbnail(image: DecodedImage, longest: int = 160) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    """Return a small copy (h, w, 3) uint8, its longer side at most `longest` pixels; never enlarged."""
    height, width = image.pixels.shape[:2]
    scale = min(1.0, longest / max(height, width))
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    small = Image.fromarray(image.pixels).resize(size, Image.Resampling.BICUBIC, reducing_gap=2.0)
    return np.array(small)


def _resize(
    picture: Image.Image, frame: tuple[int, int], preprocess: Preprocess, resizes: Resizes | None
) -> Image.Image:
    """Bring the picture to the frame (height, width), before the crop.

    Of a very long strip only the middle that survives the crop is made. Its pixels are those of the whole
    but for the rounding and clipping between the filter's two passes, whose order Pillow chooses by the size.
    """
    width, height = picture.size
    high, wide = preprocess.size
    new_width, new_height = _resized(picture.size, frame, preprocess.crop_mode)
    method = _FILTERS[preprocess.interpolation]
    if new_width * new_height <= _MAX_RESIZED_PIXELS:
        if resizes is not None and picture.mode == "RGB":
            return Image.fromarray(resizes(np.array(picture), (new_height, new_width)))
        return picture.resize((new_width, new_height), method)
    left, right = _middle(new_width, min(wide, new_width), width, preprocess.cut)
    top, bottom = _middle(new_height, min(high, new_height), height, preprocess.cut)
    kept = min(wide, new_width), min(high, new_height)
    return picture.resize(kept, method, box=(left, top, right, bottom))


def _resized(size: tuple[int, int], frame: tuple[int, int], crop_mode: str) -> tuple[int, int]:
    """Return the width and height that a picture of some width and height gets in a frame (height, width)."""
    width, height = size
    frame_height, frame_width = frame
    if crop_mode == "squash":
        return frame_width, frame_height
    if crop_mode == "center" and frame_width == frame_height:  # torchvision's: what overhangs is rounded down
        shorter = min(size)
        return (
            frame_width if width == shorter else int(frame_width * width / height),
            frame_height if height == shorter else int(frame_height * height / width),
        )
    ratios = width / frame_width, height / frame_height  # timm's: both sides are rounded
    ratio = max(ratios) if crop_mode == "border" else min(ratios)
    return max(1, round(width / ratio)), max(1, round(height / ratio))


def _middle(resized: int, kept: int, original: int, cut: str) -> tuple[float, float]:
    """Return the stretch of a side of `original` pixels that the middle `kept` of `resized` pixels shows."""
    first = _centre(resized, kept, cut)
    step = original / resized
    return first * step, (first + kept) * step


def _padding(preprocess: Preprocess) -> tuple[int, ...]:
    """Return the colour around a picture that is smaller than the crop: black, or the mean in a border."""
    is_border = preprocess.crop_mode == "border"
    return tuple(round(255 * mean) if is_border else 0 for mean in preprocess.mean)


def _crop_centre(picture: Image.Image, preprocess: Preprocess) -> Image.Image:
    """Cut out the centre, padded where the picture is smaller."""
    width, height = picture.size
    high, wide = preprocess.size
    left, top = _centre(width, wide, preprocess.cut), _centre(height, high, preprocess.cut)
    padded = Image.new(picture.mode, (max(width, wide), max(height, high)), _padding(preprocess))
    padded.paste(picture, (max(0, -left), max(0, -top)))
    left, top = max(0, left), max(0, top)
    return padded.crop((left, top, left + wide, top + high))


def _centre(length: int, crop: int, cut: str) -> int:
    """Return where a centred crop begins; negative is the padding before a side that is too short."""
    if length < crop:
        return -((crop - length) // 2)
    # Python's round, to the even neighbour, is torchvision's.
    return (length - crop) // 2 if cut == "before" else round((length - crop) / 2)
