"""Images and words as they were opened, and as they are made ready for a model."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from explorer.records.placement import Placement


@dataclass(frozen=True, eq=False)
class RawPixels:
    """A picture as another program put it on the clipboard, not encoded.

    Attributes:
        rows: (H, bytes of a row) uint8; a row may be longer than its pixels.
        width: In pixels.
        mode, order: In Pillow's words: what the pixels are (`RGB`, `RGBA`, `L`), and their bytes (`BGRX`).
    """

    rows: NDArray[np.uint8]
    width: int
    mode: str
    order: str


@dataclass(frozen=True)
class Frame:
    """A picture of a stream (a video, a camera), told from all others by two numbers.

    Attributes:
        stream: Number of the stream, given once.
        number: Of the picture in it, given once.
        pixels: The picture.
    """

    stream: int
    number: int
    pixels: RawPixels = field(compare=False, repr=False)


@dataclass(frozen=True)
class ImageSource:
    """Where an image comes from: one of a file, bytes (clipboard, a browser's drag), pixels and an address.

    Attributes:
        name: What a person calls it (the file's name, "pasted image").
        path: The file.
        data: Encoded bytes.
        text: A word for networks that read text, in the place of an image.
        pixels: A picture that is not encoded.
        address: One that carries the picture in itself (`data:image/png;base64,…`).
        further: Of a video, whose first picture is `pixels`: those after it, evenly spaced over the whole of it.
    """

    name: str
    path: str | None = None
    data: bytes | None = None
    text: str | None = None
    pixels: RawPixels | None = None
    address: str | None = None
    further: tuple[RawPixels, ...] = ()


@dataclass(frozen=True)
class DecodedImage:
    """A decoded image: (H, W, 3) uint8 RGB, and what was converted on the way, one line each."""

    pixels: NDArray[np.uint8]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class PreparedImage:
    """A model's input, and its picture or its characters.

    Attributes:
        input: (1, C, H, W) float32, normalised, or (1, C, T, H, W) for a clip; or (1, L) int64, a number for each
            character; or an array of any shape and dtype that was given as it is.
        picture: (H, W, 3) uint8 RGB: the same pixels before normalisation, as the model sees them, of a clip its first
            frame; None for a word and for an array.
        characters: What the model reads, one character for each number; empty for an image.
        placement: How the input lies on the picture; None for a word and for an array.
        given: What was made of the picture where that is not plain: `one picture, repeated 16 times`; empty else.
    """

    input: NDArray[Any]
    picture: NDArray[np.uint8] | None
    characters: str = ""
    placement: Placement | None = None
    given: str = ""


@dataclass(frozen=True)
class OpenedImage:
    """An image, or a word, in the strip.

    Attributes:
        key: The window's name for it.
        name: What a person calls it.
        width, height: Size in pixels after rotation by EXIF; 0 for a word.
        thumbnail: (h, w, 3) uint8 RGB, longer side at most 160 pixels.
        notes: What was converted while decoding, one line each.
        digest: The same for the same picture or word, however it came; empty where nobody knows.
    """

    key: str
    name: str
    width: int
    height: int
    thumbnail: NDArray[np.uint8]
    notes: tuple[str, ...] = ()
    digest: str = ""


@dataclass(frozen=True)
class OpenedArray:
    """An array that is open as an input: the session's key for it, its shape and its dtype (`float32`)."""

    key: str
    shape: tuple[int, ...]
    dtype: str
