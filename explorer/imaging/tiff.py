"""TIFF files of plain numbers: any depth, whole or floating, in planes, strips and tiles.

Pillow knows a list of layouts, takes some others for what they are not and calls the rest damaged. Here the numbers are
read as they stand in the file; Pillow's libtiff only decompresses.
"""

import struct
from io import BytesIO
from math import ceil
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import TiffImagePlugin

from explorer.imaging.tiff_layout import (
    BITS,
    COMPRESSION,
    HEIGHT,
    ROWS,
    SAMPLES,
    STRIP_BYTES,
    STRIPS,
    WIDTH,
    Layout,
)
from explorer.imaging.tiff_layout import PHOTOMETRIC as MEANING

_BLOCK = 1 << 20  # numbers that are unpacked at once
_REVERSED = bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))
_UNCOMPRESSED, _DIFFERENCES, _OF_FLOATS = 1, 2, 3


def read(data: bytes, layout: Layout, samples: int) -> NDArray[Any]:
    """Return the first `samples` numbers of each pixel: (H, W, samples), of the file's own kind and depth.

    Raises:
        OSError: The file is cut short or cannot be decompressed.
    """
    if layout.is_planar:
        planes = [_plane(data, layout, number, 1) for number in range(samples)]
        return np.concatenate(planes, axis=2)
    return _plane(data, layout, 0, layout.samples)[:, :, :samples]


def _plane(data: bytes, layout: Layout, number: int, together: int) -> NDArray[Any]:
    """Return plane `number`, of `together` numbers a pixel: (H, W, together)."""
    wide, high = layout.part
    across, down = layout.grid
    row_bytes = ceil(wide * together * layout.bits / 8)
    rows = down * high if layout.is_tiled else layout.height
    parts = _parts(data, layout, number, across * down, row_bytes)
    raw = _raw(parts, layout, row_bytes, across * rows)
    lines = _unpacked(raw, layout, wide, together)  # (across * rows, wide, together)
    if layout.is_tiled:
        tiles = lines.reshape(down, across, high, wide, together).swapaxes(1, 2)
        lines = tiles.reshape(down * high, across * wide, together)
    return lines[: layout.height, : layout.width]


def _parts(data: bytes, layout: Layout, plane: int, count: int, row_bytes: int) -> list[bytes]:
    """Return the bytes of the strips or tiles of a plane."""
    high = layout.part[1]
    parts = []
    for place in range(plane * count, (plane + 1) * count):
        if place >= len(layout.offsets):
            raise OSError("image file is truncated: strips or tiles are missing")
        rows = high if layout.is_tiled else min(high, layout.height - (place - plane * count) * high)
        size = rows * row_bytes
        if layout.compression != _UNCOMPRESSED:
            known = layout.counts is not None and place < len(layout.counts)
            size = int(layout.counts[place]) if known and layout.counts is not None else len(data)
        start = int(layout.offsets[place])
        part = data[start : start + size] if start >= 0 and size > 0 else b""
        if not part or (layout.compression == _UNCOMPRESSED and len(part) < size):
            raise OSError("image file is truncated")
        parts.append(part.translate(_REVERSED) if layout.is_reversed else part)
    return parts


def _raw(parts: list[bytes], layout: Layout, row_bytes: int, rows: int) -> NDArray[np.uint8]:
    """Return the decompressed rows: (rows, row_bytes)."""
    if layout.compression == _UNCOMPRESSED:
        return np.frombuffer(b"".join(parts), np.uint8).reshape(rows, row_bytes)
    with TiffImagePlugin.TiffImageFile(BytesIO(_grey(parts, layout, row_bytes, rows))) as image:
        return np.asarray(image)


def _grey(parts: list[bytes], layout: Layout, row_bytes: int, rows: int) -> bytes:
    """Return a TIFF file of 8-bit grey whose pixels are the bytes of the rows."""
    sizes = [len(part) for part in parts]
    offsets = np.cumsum([8, *sizes[:-1]]).tolist()
    start = 8 + sum(sizes)
    tags = {
        WIDTH: [row_bytes],
        HEIGHT: [rows],
        BITS: [8],
        COMPRESSION: [layout.compression],
        MEANING: [1],
        STRIPS: offsets,
        SAMPLES: [1],
        ROWS: [layout.part[1]],
        STRIP_BYTES: sizes,
    }
    values = start + 2 + 12 * len(tags) + 4
    entries, outside = b"", b""
    for tag, numbers in sorted(tags.items()):
        packed = struct.pack(f"<{len(numbers)}L", *numbers)
        if len(numbers) > 1:
            packed, outside = struct.pack("<L", values + len(outside)), outside + packed
        entries += struct.pack("<HHL", tag, 4, len(numbers)) + packed
    header = struct.pack("<2sHL", b"II", 42, start)
    return b"".join((header, *parts, struct.pack("<H", len(tags)), entries, bytes(4), outside))


def _unpacked(raw: NDArray[np.uint8], layout: Layout, wide: int, together: int) -> NDArray[Any]:
    """Return the numbers of rows of bytes: (rows, wide, together), predictions undone."""
    if layout.predictor == _OF_FLOATS:
        return _floats(raw, layout, wide, together)
    if layout.bits in (8, 16, 32, 64):
        dtype = np.dtype(f"{layout.order}{layout.kind}{layout.bits // 8}")
        numbers = np.ascontiguousarray(raw).view(dtype).astype(dtype.newbyteorder("="), copy=False)
    else:
        numbers = _bits(raw, layout, wide * together)
    lines = numbers.reshape(-1, wide, together)
    if layout.predictor == _DIFFERENCES:
        whole = lines.view(f"u{lines.itemsize}")  # of floats it is their bits that are predicted
        lines = np.cumsum(whole, axis=1, dtype=whole.dtype).view(lines.dtype)
    return lines


def _floats(raw: NDArray[np.uint8], layout: Layout, wide: int, together: int) -> NDArray[Any]:
    """Undo the prediction of floats: a row holds their first bytes, then their second ones, each as differences."""
    size = layout.bits // 8
    differences = raw.reshape(-1, wide * size, together)
    planes = np.cumsum(differences, axis=1, dtype=np.uint8).reshape(-1, size, wide * together)
    numbers = np.ascontiguousarray(planes.swapaxes(1, 2)).view(f">f{size}")
    return numbers.astype(f"f{size}").reshape(-1, wide, together)


def _bits(raw: NDArray[np.uint8], layout: Layout, count: int) -> NDArray[np.uint32]:
    """Return `count` whole numbers a row, of up to 32 bits: those of 24 in the file's order of bytes, else packed."""
    bits = layout.bits
    if bits == 24 and layout.order == "<":
        raw = raw[:, : count * 3].reshape(-1, count, 3)[:, :, ::-1].reshape(-1, count * 3)
    weights = (1 << np.arange(bits - 1, -1, -1, dtype=np.uint64)).astype(np.uint32)
    numbers = np.empty((len(raw), count), np.uint32)
    step = max(1, _BLOCK // count)
    for start in range(0, len(raw), step):
        block = np.unpackbits(raw[start : start + step], axis=1, count=count * bits)
        numbers[start : start + step] = block.reshape(-1, count, bits) @ weights
    return numbers
