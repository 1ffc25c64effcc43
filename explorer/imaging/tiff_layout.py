"""The header of a TIFF file: how its numbers lie in it (TIFF 6.0; BigTIFF; Adobe's technical note 3 on floats)."""

import struct
from dataclasses import dataclass
from math import ceil
from typing import Any

import numpy as np
from numpy.typing import NDArray

_COLOURS = {0: 1, 1: 1, 2: 3, 3: 1, 5: 4}  # photometric interpretation -> samples that are colour
_KINDS = {1: "u", 2: "i", 3: "f", 4: "u"}  # sample format -> numpy's kind
_WIDTHS = {"u": (*range(1, 33), 64), "i": (8, 16, 32, 64), "f": (16, 32, 64)}
_NUMBERS = {1: 1, 3: 2, 4: 4, 16: 8}  # types of tags that hold whole numbers -> bytes of one
_MOST_NUMBERS = 1 << 22  # of a tag: as many strips are enough for any picture
_PREDICTED = (5, 8, 32946, 34925, 50000)
COMPRESSIONS = (1, 32773, *_PREDICTED)
"""None, PackBits, LZW, Deflate (new and old), LZMA, Zstandard: all without loss."""
_NONE, _DIFFERENCES, _OF_FLOATS = 1, 2, 3  # predictors

WIDTH, HEIGHT, BITS, COMPRESSION, PHOTOMETRIC, FILL_ORDER = 256, 257, 258, 259, 262, 266
STRIPS, ORIENTATION, SAMPLES, ROWS, STRIP_BYTES, PLANAR, PREDICTOR = 273, 274, 277, 278, 279, 284, 317
PALETTE, TILE_WIDTH, TILE_HEIGHT, TILES, TILE_BYTES, EXTRA, FORMAT, PROFILE = (
    320, 322, 323, 324, 325, 338, 339, 34675,
)  # fmt: skip
_WANTED = frozenset(
    (WIDTH, HEIGHT, BITS, COMPRESSION, PHOTOMETRIC, FILL_ORDER, STRIPS, ORIENTATION, SAMPLES, ROWS, STRIP_BYTES,
     PLANAR, PREDICTOR, PALETTE, TILE_WIDTH, TILE_HEIGHT, TILES, TILE_BYTES, EXTRA, FORMAT)
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class Directory:
    """The first directory of a file: the tags that say how it is decoded.

    Attributes:
        order: `<` or `>`, the order of bytes.
        numbers: Values by tag.
        profile: The ICC profile; None if there is none.
        has_more: True if further pages follow.
    """

    order: str
    numbers: dict[int, NDArray[np.int64]]
    profile: bytes | None
    has_more: bool

    def first(self, tag: int, default: int) -> int:
        """Return a tag's first value."""
        values = self.numbers.get(tag)
        return default if values is None or not len(values) else int(values[0])


@dataclass(frozen=True, eq=False)
class Layout:
    """How the numbers of a page lie in the file.

    Attributes:
        width, height: Of the page, in pixels.
        samples: Numbers of a pixel; `colours` of them are colour, what follows is alpha or unknown.
        bits, kind: Of a number: bits, and `u`, `i` or `f`.
        order: `<` or `>`, the order of bytes.
        photometric: 0 and 1 are grey, 2 RGB, 3 a palette, 5 CMYK.
        extra: What the further samples are: 1 premultiplied alpha, 2 alpha, else unknown.
        is_planar: True if each sample has a plane of its own.
        compression, predictor: Numbers of the specification.
        is_reversed: True if the bits of each byte come in the other order.
        part: Width and height of a tile, or of a strip; only the last strip may be less high.
        is_tiled: True for tiles.
        offsets, counts: Where the parts begin in the file, and how many bytes they take.
    """

    width: int
    height: int
    samples: int
    colours: int
    bits: int
    kind: str
    order: str
    photometric: int
    extra: tuple[int, ...]
    is_planar: bool
    compression: int
    predictor: int
    is_reversed: bool
    part: tuple[int, int]
    is_tiled: bool
    offsets: NDArray[np.int64]
    counts: NDArray[np.int64] | None

    @property
    def grid(self) -> tuple[int, int]:
        """Number of tiles, or strips, across and down."""
        return ceil(self.width / self.part[0]), ceil(self.height / self.part[1])

    @property
    def bytes(self) -> int:
        """Bytes of all numbers, those at the edge of tiles included."""
        (across, down), (wide, high) = self.grid, self.part
        return across * wide * down * high * self.samples * self.bits // 8


def directory(data: bytes) -> Directory:
    """Read the first directory of a TIFF or BigTIFF file.

    Raises:
        ValueError, struct.error: It is none, or is damaged.
    """
    order = {b"II": "<", b"MM": ">"}.get(data[:2])
    if order is None:
        raise ValueError("no order of bytes")
    is_big = struct.unpack_from(f"{order}H", data, 2)[0] == 43
    count, entry, offset = ("Q", "HHQ8s", 8) if is_big else ("H", "HHL4s", 4)
    (start,) = struct.unpack_from(f"{order}{'Q' if is_big else 'L'}", data, offset)
    (entries,) = struct.unpack_from(order + count, data, start)
    start += struct.calcsize(order + count)
    size = struct.calcsize(order + entry)
    if entries * size > len(data):
        raise ValueError("a directory longer than the file")
    numbers, profile = {}, None
    for place in range(start, start + entries * size, size):
        tag, kind, length, value = struct.unpack_from(order + entry, data, place)
        if tag == PROFILE and kind in (1, 7) and profile is None:
            profile = _outside(data, order, value, length)
        elif tag in _WANTED and kind in _NUMBERS and tag not in numbers:
            numbers[tag] = _numbers(data, order, kind, length, value)
    (further,) = struct.unpack_from(f"{order}{'Q' if is_big else 'L'}", data, start + entries * size)
    return Directory(order, numbers, profile, further != 0)


def layout(found: Directory) -> Layout | None:
    """Return how the numbers lie; None for a kind that is no plain numbers (JPEG, fax, YCbCr, mixed depths, …)."""
    width, height = found.first(WIDTH, 0), found.first(HEIGHT, 0)
    bits, formats = _all_one(found, BITS, 1), _all_one(found, FORMAT, 1)
    compression, photometric = found.first(COMPRESSION, 1), found.first(PHOTOMETRIC, -1)
    kind = _KINDS.get(formats or 0, "")
    is_plain = photometric in _COLOURS and compression in COMPRESSIONS and bits in _WIDTHS.get(kind, ())
    samples = found.first(SAMPLES, 1)
    predictor = found.first(PREDICTOR, _NONE) if compression in _PREDICTED else _NONE
    if not (is_plain and width and height and samples >= _COLOURS[photometric]):
        return None
    if not _can_predict(predictor, bits or 0, kind):
        return None
    is_tiled = TILES in found.numbers
    rows = min(found.first(ROWS, height), height)
    part = (found.first(TILE_WIDTH, 0), found.first(TILE_HEIGHT, 0)) if is_tiled else (width, rows)
    if not all(part):
        raise ValueError("tiles or strips of no size")
    return Layout(
        width, height, samples, _COLOURS[photometric], bits or 0, kind, found.order, photometric,
        tuple(map(int, found.numbers.get(EXTRA, ()))), found.first(PLANAR, 1) == 2 and samples > 1, compression,
        predictor, found.first(FILL_ORDER, 1) == 2, part, is_tiled,
        found.numbers[TILES] if is_tiled else found.numbers.get(STRIPS, np.zeros(0, np.int64)),
        found.numbers.get(TILE_BYTES if is_tiled else STRIP_BYTES),
    )  # fmt: skip


def _can_predict(predictor: int, bits: int, kind: str) -> bool:
    if predictor == _OF_FLOATS:
        return kind == "f"
    return predictor == _NONE or (predictor == _DIFFERENCES and bits in (8, 16, 32, 64))


def _all_one(found: Directory, tag: int, default: int) -> int | None:
    """Return the value that a tag has for every sample; None if they differ."""
    values = {int(value) for value in found.numbers.get(tag, ())} or {default}
    return values.pop() if len(values) == 1 else None


def _numbers(data: bytes, order: str, kind: int, length: int, value: bytes) -> NDArray[np.int64]:
    if length > _MOST_NUMBERS:
        raise ValueError("a tag of too many numbers")
    dtype = np.dtype(f"{order}u{_NUMBERS[kind]}")
    raw = _outside(data, order, value, length * dtype.itemsize)
    found: NDArray[Any] = np.frombuffer(raw, dtype)
    return found.astype(np.int64)


def _outside(data: bytes, order: str, value: bytes, size: int) -> bytes:
    """Return the bytes of a value, which stands in the entry itself if it has room there."""
    if size <= len(value):
        return value[:size]
    (offset,) = struct.unpack(f"{order}{'Q' if len(value) == 8 else 'L'}", value)
    found = data[offset : offset + size]
    if len(found) < size:
        raise ValueError("a tag's value lies outside the file")
    return found
