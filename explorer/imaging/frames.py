"""The frames of an animated picture (GIF, WebP, APNG), for networks that read videos."""

import numpy as np

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
        image = open_image(data)
        if image is None or image.format not in _ANIMATED or not getattr(image, "is_animated", False):
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
