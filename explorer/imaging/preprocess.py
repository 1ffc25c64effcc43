"""From a decoded image to a model's input, bit for bit as torchvision's `ImageClassification` preset."""

import numpy as np
from PIL import Image

from explorer.records.images import DecodedImage, PreparedImage
from explorer.records.models import Preprocess

_FILTERS = {"bilinear": Image.Resampling.BILINEAR, "bicubic": Image.Resampling.BICUBIC}

# Above this size the resized image is not made whole: a strip of 1 × 60 000 pixels would take gigabytes.
_MAX_RESIZED_PIXELS = 32_000_000


def prepare(image: DecodedImage, preprocess: Preprocess) -> PreparedImage:
    """Resize the shorter side, crop the centre (black where the image is smaller), normalise.

    Args:
        image: Any size from 1 × 1 pixel.
        preprocess: Sizes, interpolation and normalisation; one channel takes the luminance (ITU-R 601-2).

    Returns:
        The input (1, C, H, W) and the same pixels as RGB (H, W, 3).
    """
    picture = Image.fromarray(image.pixels)
    if preprocess.channels == 1:
        picture = picture.convert("L")
    if preprocess.resize is not None:
        picture = _resize(picture, preprocess.resize, preprocess)
    picture = _crop_centre(picture, *preprocess.size)
    # float32 from the first step on, divided rather than multiplied by a reciprocal: torchvision's last bits.
    pixels = np.asarray(picture, dtype=np.float32).reshape(*preprocess.size, -1)  # (H, W, C)
    mean = np.asarray(preprocess.mean, dtype=np.float32)
    std = np.asarray(preprocess.std, dtype=np.float32)
    normalised = (pixels / np.float32(255) - mean) / std
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


def _resize(picture: Image.Image, resize: int, preprocess: Preprocess) -> Image.Image:
    """Scale until the picture covers the frame; the side that overhangs is rounded down, as torchvision does.

    Of a very long strip only the middle that survives the crop is made. Its pixels are those of the whole
    but for the rounding and clipping between the filter's two passes, whose order Pillow chooses by the size.
    """
    width, height = picture.size
    high, wide = preprocess.size
    shorter = min(high, wide)
    frame_height, frame_width = high * resize // shorter, wide * resize // shorter
    method = _FILTERS[preprocess.interpolation]
    if width * frame_height <= height * frame_width:  # the picture is the taller of the two
        longer = int(frame_width * height / width)
        if frame_width * longer <= _MAX_RESIZED_PIXELS or longer <= high:
            return picture.resize((frame_width, longer), method)
        begin, end = _middle(longer, high, height)
        return picture.resize((frame_width, high), method, box=(0, begin, width, end))
    longer = int(frame_height * width / height)
    if frame_height * longer <= _MAX_RESIZED_PIXELS or longer <= wide:
        return picture.resize((longer, frame_height), method)
    begin, end = _middle(longer, wide, width)
    return picture.resize((wide, frame_height), method, box=(begin, 0, end, height))


def _middle(resized: int, kept: int, original: int) -> tuple[float, float]:
    """Return the stretch of a side of `original` pixels that the middle `kept` of `resized` pixels shows."""
    first = _centre(resized, kept)
    step = original / resized
    return first * step, (first + kept) * step


def _crop_centre(picture: Image.Image, high: int, wide: int) -> Image.Image:
    """Cut out the centre, padded with black where the picture is smaller."""
    width, height = picture.size
    # Odd remainders: padding is rounded down at the left and top, a crop's offset to the even neighbour.
    pad_left, pad_top = max(0, wide - width) // 2, max(0, high - height) // 2
    padded = Image.new(picture.mode, (max(width, wide), max(height, high)))
    padded.paste(picture, (pad_left, pad_top))
    left, top = _centre(padded.width, wide), _centre(padded.height, high)
    return padded.crop((left, top, left + wide, top + high))


def _centre(length: int, crop: int) -> int:
    """Return where a centred crop begins; Python's round, to the even neighbour, is torchvision's."""
    return round((length - crop) / 2)
