"""Videos that a test writes itself: pictures as JPEGs in an AVI container, one after the other (Motion JPEG)."""

import struct
from collections.abc import Sequence
from io import BytesIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image


def chunk(name: bytes, data: bytes) -> bytes:
    """A RIFF chunk, padded to an even length."""
    return name + struct.pack("<I", len(data)) + data + b"\0" * (len(data) % 2)


def group(name: bytes, *parts: bytes) -> bytes:
    return chunk(b"LIST", name + b"".join(parts))


def avi(pictures: Sequence[NDArray[np.uint8]], rate: int = 25) -> bytes:
    """An AVI of (H, W, 3) pictures of one size, `rate` a second, with an index."""
    height, width = pictures[0].shape[:2]
    count = len(pictures)
    jpegs = []
    for picture in pictures:
        out = BytesIO()
        Image.fromarray(picture).save(out, "JPEG", quality=95, subsampling=0)
        jpegs.append(out.getvalue())
    largest = max(map(len, jpegs))
    timing, room = (1_000_000 // rate, largest * rate), [0] * 4
    main = struct.pack("<14I", *timing, 0, 0x10, count, 0, 1, largest, width, height, *room)
    times = (1, rate, 0, count, largest, 10000, 0)
    stream = b"vidsMJPG" + struct.pack("<IHHI7I4H", 0, 0, 0, 0, *times, 0, 0, width, height)
    kind = struct.pack("<IiiHH4sIiiII", 40, width, height, 1, 24, b"MJPG", 3 * width * height, 0, 0, 0, 0)
    header = group(
        b"hdrl", chunk(b"avih", main), group(b"strl", chunk(b"strh", stream), chunk(b"strf", kind))
    )
    chunks = [chunk(b"00dc", jpeg) for jpeg in jpegs]
    places, at = [], 4
    for jpeg, each in zip(jpegs, chunks, strict=True):
        places.append(b"00dc" + struct.pack("<III", 0x10, at, len(jpeg)))
        at += len(each)
    body = b"AVI " + header + group(b"movi", *chunks) + chunk(b"idx1", b"".join(places))
    return chunk(b"RIFF", body)


def greys(count: int, height: int = 48, width: int = 64) -> list[NDArray[np.uint8]]:
    """Pictures of one grey each: the value of the k-th is `grey(k, count)`."""
    return [np.full((height, width, 3), grey(k, count), np.uint8) for k in range(count)]


def grey(number: int, count: int) -> int:
    return 16 + number * 224 // max(count - 1, 1)
