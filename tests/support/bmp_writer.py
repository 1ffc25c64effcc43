"""Writes BMP and PNM files of any kind, as oracle files for the decoder: nothing of it comes from Pillow."""

import struct
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

RGB, RLE8, RLE4, BITFIELDS = range(4)


def bmp(
    rows: NDArray[Any] | bytes,
    size: tuple[int, int],
    bits: int,
    compression: int = RGB,
    masks: Sequence[int] = (),
    header: int = 40,
    is_top_down: bool = False,
    palette: NDArray[np.uint8] | None = None,
) -> bytes:
    """Return a file of rows of packed pixels, or of encoded bytes.

    Args:
        rows: (H, …), the uppermost first.
        size: Width and height.
        masks: Of red, green, blue and alpha.
        header: Its length: 12 (OS/2), 40 (version 3), 52, 56, 108 (version 4) or 124 (version 5).
        palette: (N, 3).
    """
    width, height = size
    pixels = rows if isinstance(rows, bytes) else _padded(rows if is_top_down else rows[::-1])
    if header == 12:
        head = struct.pack("<IHHHH", 12, width, height, 1, bits)
        table = b"" if palette is None else palette[:, ::-1].tobytes()
    else:
        signed = -height if is_top_down else height
        colours = 0 if palette is None else len(palette)
        head = struct.pack(
            "<IiiHHIIiiII", header, width, signed, 1, bits, compression, len(pixels), 0, 0, colours, 0
        )
        table = b"" if palette is None else np.pad(palette[:, ::-1], ((0, 0), (0, 1))).tobytes()
    wanted = 12 if header == 40 and masks else max(0, header - 40)
    fields = struct.pack(f"<{len(masks)}I", *masks)[: min(wanted, 16)].ljust(min(wanted, 16), b"\0")[:wanted]
    rest = b"BGRs" + bytes(48) if header >= 108 else b""  # the colours are sRGB
    head += fields + rest + (struct.pack("<IIII", 4, 0, 0, 0) if header >= 124 else b"")
    start = 14 + len(head) + len(table)
    return struct.pack("<2sIHHI", b"BM", start + len(pixels), 0, 0, start) + head + table + pixels


def pnm(kind: int, values: NDArray[Any], largest: int) -> bytes:
    """Return a PNM file of kind 1 to 6 of `values` (H, W) or (H, W, 3)."""
    height, width = values.shape[:2]
    head = f"P{kind}\n# a comment\n{width} {height}\n".encode()
    if kind not in (1, 4):
        head += f"{largest}\n".encode()
    if kind < 4:
        return head + b"\n".join(b"%d" % value for value in values.ravel())
    if kind == 4:
        return head + np.packbits(values, axis=1).tobytes()
    return head + values.astype(">u2" if largest > 255 else "u1").tobytes()


def _padded(rows: NDArray[Any]) -> bytes:
    raw = np.ascontiguousarray(rows).view(np.uint8).reshape(len(rows), -1)
    return np.pad(raw, ((0, 0), (0, -raw.shape[1] % 4))).tobytes()
