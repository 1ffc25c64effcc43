"""Big pictures brought to the size of the screen: a few gathers in numpy, not a scaled drawing in Qt."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QImage

Pixels = NDArray[np.uint8]
THIN = 2.0
"""Device pixels per picture pixel below which gaps between tiles are drawn as lines over them, all equally wide."""


@dataclass(frozen=True)
class Axis:
    """How one axis of a picture lies on the screen; all in device pixels.

    Attributes:
        size: Picture pixels along the axis.
        origin: Where picture pixel 0 begins.
        scale: Device pixels per picture pixel.
        extent: Device pixels that can be seen.
        pitch: Every `pitch`-th picture pixel is a gap between tiles, not sampled below `THIN`; 0 without gaps.
    """

    size: int
    origin: float
    scale: float
    extent: int
    pitch: int = 0

    @property
    def visible(self) -> range:
        """Device pixels whose centre lies on the picture and on the screen."""
        first = max(0, int(np.ceil(self.origin - 0.5)))
        stop = min(self.extent, int(np.ceil(self.origin + self.size * self.scale - 0.5)))
        return range(first, max(first, stop))

    @property
    def gaps(self) -> NDArray[np.intp]:
        """Which of the visible device pixels, counted from the first, lie on a gap between tiles."""
        return np.flatnonzero(self._under(0.5) % self.pitch == self.pitch - 1)

    def first(self, pixel: int) -> int:
        """Return the first of the visible device pixels, counted likewise, that lies on a picture pixel or beyond."""
        return int(np.searchsorted(self._under(0.5), pixel))

    def sources(self, offset: float) -> NDArray[np.intp]:
        """Return the picture pixel under each visible device pixel, taken at `offset` (0 to 1) inside it."""
        index = self._under(offset)
        if self.pitch > 1 and self.scale < THIN:
            index[index % self.pitch == self.pitch - 1] -= 1
        return index

    def _under(self, offset: float) -> NDArray[np.intp]:
        visible = self.visible
        at = np.arange(visible.start, visible.stop) + offset
        return np.clip((at - self.origin) // self.scale, 0, self.size - 1).astype(np.intp)


def settled(origin: float, length: float, extent: float, start: float | None = None) -> float:
    """Return an origin that centres what fits, or has it at `start`, and leaves no margin beside what does not."""
    if length > extent:
        return min(0.0, max(origin, extent - length))
    return float((extent - length) // 2) if start is None else start


def sample(pixels: Pixels, rows: Axis, columns: Axis) -> Pixels:
    """Return the visible part of a picture at the size of the screen.

    Magnified pixels stay sharp (nearest neighbour). Shrunk ones are the mean of four samples; since a
    `Mosaic` is linear in the values, so is that mean. Where one of the four has no value (0), it has none.

    Args:
        pixels: (H, W) quantised or (H, W, 3) RGB.
        rows: The placement of its rows.
        columns: The placement of its columns.
    """
    if min(rows.scale, columns.scale) >= 1:
        return pixels.take(rows.sources(0.5), axis=0).take(columns.sources(0.5), axis=1)
    near, far = columns.sources(0.25), columns.sources(0.75)
    bands = [pixels.take(rows.sources(offset), axis=0) for offset in (0.25, 0.75)]
    samples = [band.take(index, axis=1) for band in bands for index in (near, far)]
    total = samples[0].astype(np.uint16)
    for one in samples[1:]:
        total += one
    mean = (total >> 2).astype(np.uint8)
    if pixels.ndim == 2:
        mean[np.minimum.reduce(samples) == 0] = 0
    return mean


def to_image(pixels: Pixels, table: list[int]) -> QImage:
    """Return an image over the memory of `pixels`, which the caller keeps alive as long as the image.

    Args:
        pixels: C-contiguous, (H, W) indices into `table` or (H, W, 3) RGB.
        table: 256 QRgb colours; not used for RGB.
    """
    height, width = pixels.shape[:2]
    if pixels.ndim == 3:
        return QImage(pixels.data, width, height, 3 * width, QImage.Format.Format_RGB888)
    image = QImage(pixels.data, width, height, width, QImage.Format.Format_Indexed8)
    image.setColorTable(table)
    return image
