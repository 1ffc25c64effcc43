"""The frames of an animated picture (GIF, WebP, APNG), for networks that read videos."""

import numpy as np
from PIL import Image

from explorer.imaging.colour import to_rgb
from explorer.imaging.decode import turn
from explorer.imaging.identify import open_image
from explorer.records.images import DecodedImage

_MOST_PIXELS = 400_000_000
"""In all frames up to the last that is looked at: each is drawn over the one before."""
_ANIMATED = ("GIF", "WEBP", "PNG")


def further_frames(data: bytes, first: DecodedImage, count: int) -> tuple[DecodedImage, ...]:
    """Return the frames after the first, so that there are `count` evenly spaced ones with it, or all that there are.

    Args:
        data: Encoded bytes, of any origin.
        first: What they were decoded to.
        count: Frames that are wanted, the first among them.

    Returns:
        Turned as the first is, and none but those of its size; what cannot be read ends them. Empty for what is
        not animated.
    """
    found: list[DecodedImage] = []
    try:
        image = _animated(data)
        if image is None:
            return ()
        turned, _ = turn(image)
        width, height = image.size
        known = min(int(getattr(image, "n_frames", 1)), max(1, _MOST_PIXELS // (width * height)))
        for number in sorted({k * known // count for k in range(count)} if known > count else range(known)):
            image.seek(number)
            frame = to_rgb(image.copy(), 8)[0]
            pixels = np.array(frame if turned is None else frame.transpose(turned))
            if number and pixels.shape == first.pixels.shape:
                found.append(DecodedImage(pixels))
    except Exception:  # noqa: BLE001 - on hostile bytes Pillow raises nearly anything, and the first frame is sound
        return tuple(found)
    return tuple(found)


def is_animated(data: bytes) -> bool:
    """Tell whether encoded bytes, of any origin, say of themselves that they have further frames; none is decoded."""
    try:
        return _animated(data) is not None
    except Exception:  # noqa: BLE001 - as above
        return False


def _animated(data: bytes) -> Image.Image | None:
    """Open an animated picture; None for what is not animated."""
    image = open_image(data)
    is_one = image is not None and image.format in _ANIMATED and getattr(image, "is_animated", False)
    return image if is_one else None
