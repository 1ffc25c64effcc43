"""A picture of the numbers in a TIFF file: grey, RGB, palette or CMYK, with alpha."""

import struct
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from explorer.imaging import tiff, tiff_layout
from explorer.imaging.colour import PALETTE_NOTE, alpha_to_8_bits, to_8_bits
from explorer.imaging.errors import ImageError
from explorer.imaging.tiff_layout import Directory, Layout

_GREY_INVERTED, _PALETTE, _CMYK = 0, 3, 5  # photometric interpretations
_PREMULTIPLIED, _ALPHA = 1, 2  # kinds of further samples
_FORMATS = {1: "whole numbers", 2: "signed numbers", 3: "floats", 5: "complex numbers", 6: "complex numbers"}
_LARGEST = 1 << 30  # bytes of numbers that are held at once


@dataclass(frozen=True, eq=False)
class TiffPage:
    """The first page of a TIFF file of plain numbers, not yet decoded.

    Attributes:
        data: The file.
        directory, layout: What its header says.
    """

    data: bytes
    directory: Directory
    layout: Layout

    @classmethod
    def of(cls, data: bytes) -> "TiffPage | None":
        """Return the page; None for a kind of TIFF that is no plain numbers, or whose header is damaged."""
        try:
            directory = tiff_layout.directory(data)
            layout = tiff_layout.layout(directory)
        except (ValueError, struct.error):
            return None
        return cls(data, directory, layout) if layout is not None else None

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels."""
        return self.layout.width, self.layout.height

    @property
    def profile(self) -> bytes | None:
        """The ICC profile of its colours; None if there is none, or they come from a palette."""
        return None if self.layout.photometric == _PALETTE else self.directory.profile

    @property
    def orientation(self) -> int:
        """Value of the tag "Orientation"."""
        return self.directory.first(tiff_layout.ORIENTATION, 1)

    def load(self, name: str) -> tuple[Image.Image, list[str]]:
        """Return the picture, of 8 bits a channel, and what was converted, one line each.

        Raises:
            ImageError: It would take more memory than it may.
            OSError: The file is cut short or cannot be decompressed.
        """
        layout = self.layout
        alpha = layout.extra[0] if layout.extra[:1] in ((_PREMULTIPLIED,), (_ALPHA,)) else 0
        if not layout.extra and layout.photometric == 2 and layout.samples == 4:
            alpha = _ALPHA  # what a fourth sample is, is not said; everybody takes it for alpha
        if layout.photometric == _CMYK or layout.samples == layout.colours:
            alpha = 0
        used = layout.colours + (1 if alpha else 0)
        if layout.bytes > _LARGEST:
            raise ImageError(
                f"{name} is too large: {layout.width}×{layout.height} pixels of {layout.samples} × {layout.bits} "
                f"bits take {layout.bytes / 1e9:.1f} GB, the limit is {_LARGEST >> 30} GB; "
                "save it smaller, or with 8 bits a channel, and open that"
            )
        values = tiff.read(self.data, layout, used)
        image, notes = self._picture(values[:, :, : layout.colours])
        if alpha:
            image = _with_alpha(
                image, alpha_to_8_bits(values[:, :, -1], layout.bits), alpha == _PREMULTIPLIED
            )
        if layout.samples > used:
            shown = "the first is shown as grey" if used == 1 else f"the first {used} are shown"
            notes.append(f"Has {layout.samples} channels: {shown}")
        return image, notes

    def _picture(self, values: NDArray[Any]) -> tuple[Image.Image, list[str]]:
        layout = self.layout
        if layout.photometric == _PALETTE:
            return self._looked_up(values[:, :, 0]), [PALETTE_NOTE]
        what = "grey values" if layout.colours == 1 else "colours"
        scaled, notes = to_8_bits(values, layout.bits, what)
        if layout.colours == 1:
            grey = scaled[:, :, 0]
            if layout.photometric == _GREY_INVERTED:
                grey = 255 - grey
            is_binary = layout.bits == 1
            return Image.fromarray(grey).convert("1") if is_binary else Image.fromarray(grey), notes
        mode = "CMYK" if layout.photometric == _CMYK else "RGB"
        return Image.frombytes(mode, self.size, np.ascontiguousarray(scaled).tobytes()), notes

    def _looked_up(self, places: NDArray[Any]) -> Image.Image:
        """Return the colours of a palette: 3 rows of 16-bit numbers, some writers' of 8 bits."""
        palette = self.directory.numbers.get(tiff_layout.PALETTE, np.zeros(0, np.int64))
        count = 2**self.layout.bits
        if len(palette) != 3 * count:
            raise OSError("its palette is incomplete")
        colours = palette if palette.max() < 256 else palette >> 8
        table = colours.reshape(3, count).T.astype(np.uint8)
        return Image.fromarray(table[places])


def unread_tiff(data: bytes) -> str | None:
    """Say of a TIFF whose header is sound which kind it is, and what to do; None of anything else."""
    try:
        directory = tiff_layout.directory(data)
    except (ValueError, struct.error):
        return None
    if not (directory.first(tiff_layout.WIDTH, 0) and directory.first(tiff_layout.HEIGHT, 0)):
        return None
    bits = "/".join(str(value) for value in directory.numbers.get(tiff_layout.BITS, ())[:4]) or "1"
    facts = (
        f"{_FORMATS.get(directory.first(tiff_layout.FORMAT, 1), 'unknown numbers')} of {bits} bits, "
        f"photometric interpretation {directory.first(tiff_layout.PHOTOMETRIC, -1)}, "
        f"compression {directory.first(tiff_layout.COMPRESSION, 1)}"
    )
    return f"is a kind of TIFF that is not read ({facts}): save it as 8-bit RGB, or as PNG, and open that"


def _with_alpha(image: Image.Image, alpha: NDArray[np.uint8], is_premultiplied: bool) -> Image.Image:
    if is_premultiplied:
        values = np.asarray(image, dtype=np.float32)
        opaque = np.maximum(alpha, 1)[:, :, np.newaxis] if values.ndim == 3 else np.maximum(alpha, 1)
        image = Image.fromarray(np.minimum(np.rint(values * 255 / opaque), 255).astype(np.uint8))
    image = image.convert({"1": "LA", "L": "LA"}.get(image.mode, "RGBA"))
    image.putalpha(Image.fromarray(alpha))
    return image
