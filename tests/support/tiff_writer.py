"""Writes TIFF files of any layout, as oracle files for the decoder: nothing of it comes from Pillow."""

import lzma
import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

NONE, LZW, DEFLATE, OLD_DEFLATE, PACKBITS, LZMA = 1, 5, 8, 32946, 32773, 34925
_SHORT, _LONG, _LONG8, _BYTES = 3, 4, 16, 7


@dataclass(frozen=True)
class Style:
    """How the numbers are laid down; `part` is the size of a tile, or the rows of a strip."""

    order: str = "<"
    is_planar: bool = False
    compression: int = NONE
    predictor: int = 1
    part: tuple[int, int] | int | None = None
    is_reversed: bool = False
    is_big: bool = False


def tiff(
    values: NDArray[Any],
    photometric: int,
    bits: int | None = None,
    extra: Sequence[int] = (),
    style: Style = Style(),
    tags: dict[int, Sequence[int] | bytes] | None = None,
) -> bytes:
    """Return a file of `values` (H, W, samples), each of `bits` (by default as many as numpy holds)."""
    height, width, samples = values.shape
    depth = bits or values.itemsize * 8
    planes = [values[:, :, [k]] for k in range(samples)] if style.is_planar else [values]
    parts = [part for plane in planes for part in _parts(plane, depth, style)]
    kind = {"u": 1, "i": 2, "f": 3}[values.dtype.kind]
    written: dict[int, Sequence[int] | bytes] = {
        256: [width], 257: [height], 258: [depth] * samples, 259: [style.compression], 262: [photometric],
        277: [samples], 284: [2 if style.is_planar else 1], 317: [style.predictor], 339: [kind] * samples,
    }  # fmt: skip
    if extra:
        written[338] = list(extra)
    if style.is_reversed:
        written[266] = [2]
    starts = np.cumsum([16, *map(len, parts)]).tolist()
    if isinstance(style.part, tuple):
        written |= {322: [style.part[0]], 323: [style.part[1]], 324: starts[:-1], 325: list(map(len, parts))}
    else:
        written |= {273: starts[:-1], 278: [style.part or height], 279: list(map(len, parts))}
    return _file(b"".join(parts), {**written, **(tags or {})}, style)


def _parts(plane: NDArray[Any], depth: int, style: Style) -> list[bytes]:
    height, width, _ = plane.shape
    if not isinstance(style.part, tuple):
        rows = style.part or height
        blocks = [plane[top : top + rows] for top in range(0, height, rows)]
    else:
        wide, high = style.part
        padded = np.pad(plane, ((0, -height % high), (0, -width % wide), (0, 0)), constant_values=1)
        blocks = [
            padded[top : top + high, left : left + wide]
            for top in range(0, height, high)
            for left in range(0, width, wide)
        ]
    return [_encoded(block, depth, style) for block in blocks]


def _encoded(block: NDArray[Any], depth: int, style: Style) -> bytes:
    raw = _raw(block, depth, style)
    pack = {NONE: bytes, LZW: _lzw, DEFLATE: zlib.compress, OLD_DEFLATE: zlib.compress,
            PACKBITS: _packbits, LZMA: lambda data: lzma.compress(data, preset=0)}  # fmt: skip
    packed: bytes = pack[style.compression](raw)
    if style.is_reversed:
        packed = bytes(int(f"{byte:08b}"[::-1], 2) for byte in packed)
    return packed


def _raw(block: NDArray[Any], depth: int, style: Style) -> bytes:
    """Rows of numbers as bytes, predicted if that is wanted."""
    rows, _, samples = block.shape
    if style.predictor == 3:
        planes = block.astype(block.dtype.newbyteorder(">")).reshape(rows, -1, 1).view(np.uint8)
        planes = planes.swapaxes(1, 2).reshape(rows, -1, samples)
        return np.diff(planes, axis=1, prepend=np.uint8(0)).astype(np.uint8).tobytes()
    if style.predictor == 2:
        whole = block.view(f"u{block.itemsize}")
        block = np.diff(whole, axis=1, prepend=whole.dtype.type(0)).astype(whole.dtype)
    if depth in (8, 16, 32, 64):
        return block.astype(block.dtype.newbyteorder(style.order)).tobytes()
    if depth == 24:
        four = np.ascontiguousarray(block.astype(f"{style.order}u4")).view(np.uint8).reshape(-1, 4)
        return (four[:, :3] if style.order == "<" else four[:, 1:]).tobytes()
    digits = (block[..., np.newaxis] >> np.arange(depth - 1, -1, -1)) & 1
    return np.packbits(digits.reshape(rows, -1).astype(np.uint8), axis=1).tobytes()


def _lzw(data: bytes) -> bytes:
    """Literals of 9 bits only: the table is cleared before they grow longer."""
    codes: list[int] = []
    for start in range(0, len(data), 250):
        codes += [256, *data[start : start + 250]]
    digits = (np.array([*codes, 257])[:, np.newaxis] >> np.arange(8, -1, -1)) & 1
    return np.packbits(digits.astype(np.uint8)).tobytes()


def _packbits(data: bytes) -> bytes:
    return b"".join(
        bytes([len(part) - 1]) + part for part in (data[k : k + 128] for k in range(0, len(data), 128))
    )


def _file(pixels: bytes, tags: dict[int, Sequence[int] | bytes], style: Style) -> bytes:
    order, big = style.order, style.is_big
    head = struct.pack(f"{order}2sH", b"II" if order == "<" else b"MM", 43 if big else 42)
    start = 16 + len(pixels) + len(pixels) % 2
    header = head + (struct.pack(f"{order}HHQ", 8, 0, start) if big else struct.pack(f"{order}L8x", start))
    room, count = (8, "Q") if big else (4, "H")
    size = struct.calcsize(f"{order}{count}") + len(tags) * (12 + 2 * (room - 4)) + room
    entries, outside = struct.pack(f"{order}{count}", len(tags)), b""
    for tag, values in sorted(tags.items()):
        if isinstance(values, bytes):
            kind, packed = _BYTES, values
        else:
            large = tag in (273, 279, 324, 325)
            kind, letter = ((_LONG8, "Q") if big else (_LONG, "L")) if large else (_SHORT, "H")
            packed = struct.pack(f"{order}{len(values)}{letter}", *values)
        if len(packed) > room:
            value = struct.pack(f"{order}{'Q' if big else 'L'}", start + size + len(outside))
            outside += packed + b"\0" * (len(packed) % 2)
        else:
            value = packed.ljust(room, b"\0")
        entries += struct.pack(f"{order}HH{'Q' if big else 'L'}", tag, kind, len(values)) + value
    return header + pixels + b"\0" * (len(pixels) % 2) + entries + bytes(room) + outside
