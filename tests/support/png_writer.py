"""Writes PNG files of any kind, as oracle files for the decoder: nothing of it comes from Pillow."""

import struct
import zlib
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

_PASSES = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2))
_TYPES = {1: 0, 2: 4, 3: 2, 4: 6}  # samples -> colour type


def png(
    values: NDArray[np.uint16],
    bits: int,
    palette: NDArray[np.uint8] | None = None,
    transparent: Sequence[int] | bytes | None = None,
    is_interlaced: bool = False,
    chunks: Sequence[tuple[bytes, bytes]] = (),
) -> bytes:
    """Return a file of `values` (H, W, samples), each of `bits`.

    Args:
        palette: (N, 3); then `values` are places in it.
        transparent: The colour that is, as numbers; of a palette the alpha of each place, as bytes.
        is_interlaced: In the seven passes of Adam7.
        chunks: Further ones, before the pixels.
    """
    height, width, samples = values.shape
    kind = 3 if palette is not None else _TYPES[samples]
    header = struct.pack(">LLBBBBB", width, height, bits, kind, 0, 0, int(is_interlaced))
    written = [(b"IHDR", header), *chunks]
    if palette is not None:
        written.append((b"PLTE", palette.tobytes()))
    if transparent is not None:
        raw = (
            transparent
            if isinstance(transparent, bytes)
            else struct.pack(f">{len(transparent)}H", *transparent)
        )
        written.append((b"tRNS", raw))
    passes = [values[y::down, x::right] for x, y, right, down in _PASSES] if is_interlaced else [values]
    pixels = b"".join(_rows(part, bits) for part in passes if part.size)
    written += [(b"IDAT", zlib.compress(pixels)), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(map(_chunk, written))


def _rows(values: NDArray[np.uint16], bits: int) -> bytes:
    height = len(values)
    if bits == 16:
        rows = values.astype(">u2").reshape(height, -1).view(np.uint8)
    else:
        digits = (values[..., np.newaxis] >> np.arange(bits - 1, -1, -1)) & 1
        rows = np.packbits(digits.reshape(height, -1).astype(np.uint8), axis=1)
    return b"".join(b"\0" + row.tobytes() for row in rows)  # each with filter 0: as it is


def _chunk(part: tuple[bytes, bytes]) -> bytes:
    name, data = part
    return struct.pack(">L", len(data)) + name + data + struct.pack(">L", zlib.crc32(name + data))
