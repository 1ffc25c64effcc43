"""What Pillow loses of PNG files: the lower half of 16-bit colours, and the exact colour that is transparent."""

from collections.abc import Sequence
from io import BytesIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFile, PngImagePlugin

_DEPTH, _KIND = 24, 25  # places in the file: every one begins with its header
_GREY, _RGB, _GREY_ALPHA, _RGBA = 0, 2, 4, 6  # kinds of colour
_BLOCK = 1 << 22  # numbers that are rounded at once


def load(image: PngImagePlugin.PngImageFile, data: bytes) -> tuple[Image.Image, list[str]]:
    """Load a PNG image, its colours rounded to 8 bits, its transparent colour found exactly.

    Args:
        image: Opened, not loaded.
        data: The file.

    Returns:
        The image, and a note if there was something to round.
    """
    depth, kind = data[_DEPTH], data[_KIND]
    image.load()
    key = image.info.get("transparency")
    if depth < 8 and kind == _GREY and isinstance(key, int) and key < 2**depth and image.mode == "L":
        image.info["transparency"] = key * 255 // (2**depth - 1)  # as the grey values themselves
    if depth < 16 or kind not in (_RGB, _GREY_ALPHA, _RGBA):
        return image, []
    if kind == _GREY_ALPHA:
        both = _again(data, "RGBA", "RGBA")  # grey, its lower half, alpha, its lower half
        upper, lower = both[:, :, 0::2], both[:, :, 1::2]
    else:
        mode = "RGB" if kind == _RGB else "RGBA"
        # Numbers begin with their upper byte; read as if they began with the lower one, what is taken is the lower.
        upper, lower = np.asarray(image), _again(data, mode, f"{mode};16L")
    whole = Image.fromarray(_rounded(upper, lower))
    if isinstance(key, tuple) and kind == _RGB:
        whole.putalpha(Image.fromarray(_opacity(upper, lower, key)))
    whole.info.update({name: image.info[name] for name in ("icc_profile",) if name in image.info})
    return whole, ["16 bits a channel reduced to 8"]


def _again(data: bytes, mode: str, raw_mode: str) -> NDArray[np.uint8]:
    """Decode the file as if its bytes stood for something else."""
    image = PngImagePlugin.PngImageFile(BytesIO(data))
    image._mode = mode
    image.tile = [ImageFile._Tile(tile[0], tile[1], tile[2], raw_mode) for tile in image.tile]
    image.load()
    return np.asarray(image)


def _rounded(upper: NDArray[np.uint8], lower: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return numbers of 16 bits as the nearest of 8: 65535 becomes 255. Same shape (H, W, C)."""
    rounded = np.empty_like(upper)
    rows = max(1, _BLOCK // max(1, upper[0].size))
    for top in range(0, len(upper), rows):
        part = slice(top, top + rows)
        numbers = upper[part].astype(np.uint32) << 8 | lower[part]
        rounded[part] = (numbers + 128) // 257
    return rounded


def _opacity(upper: NDArray[np.uint8], lower: NDArray[np.uint8], key: Sequence[int]) -> NDArray[np.uint8]:
    """Return 0 where all 16 bits of each channel are those of the transparent colour, else 255. Shape (H, W)."""
    is_key = np.ones(upper.shape[:2], bool)
    for channel, number in enumerate(key):
        is_key &= (upper[:, :, channel] == number >> 8) & (lower[:, :, channel] == number & 255)
    return np.where(is_key, 0, 255).astype(np.uint8)
