"""What a person opened: images, words and arrays, kept as they came, and made ready for a model on demand."""

import hashlib
import itertools
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from explorer import imaging, zoo
from explorer.engine.arguments import noise_for
from explorer.records.errors import ExplorerError
from explorer.records.images import (
    DecodedImage,
    ImageSource,
    OpenedArray,
    OpenedImage,
    PreparedImage,
    RawPixels,
)
from explorer.records.models import Slot, TensorInput, TextInput, VisionTask


@dataclass(frozen=True, eq=False)
class OpenInput:
    """An open image, word or array; once it is closed, or opened anew, this very object is gone.

    Attributes:
        name: What a person calls it.
        image: Bytes of an image, or its pixels where it came without being encoded; else None.
        word: A word, else None.
        array: An array for any model, else None.
        further: The pictures of a video after its first one, `image`.
    """

    name: str
    image: bytes | RawPixels | None = None
    word: str | None = None
    array: NDArray[Any] | None = None
    further: tuple[RawPixels, ...] = ()


class Inputs:
    """Open images, words and arrays by key; of the images one is kept decoded, the one used last."""

    def __init__(self) -> None:
        self._open: dict[str, OpenInput] = {}
        self._decoded: tuple[OpenInput, DecodedImage] | None = None

    def open(self, key: str, source: ImageSource) -> OpenedImage:
        """Read an image and decode it, or take in a word.

        Raises:
            ExplorerError: It cannot be read.
        """
        if source.text is not None:
            self._open[key] = OpenInput(source.name, word=source.text)
            digest = hashlib.blake2b(f"word {source.text}".encode(errors="surrogatepass")).hexdigest()
            thumbnail = imaging.word_thumbnail(source.text)
            return OpenedImage(key, source.name, 0, 0, thumbnail, digest=digest)
        data = source.pixels or imaging.read(source)
        image = _decoded(data, source.name)
        opened = self._open[key] = OpenInput(source.name, image=data, further=source.further)
        self._decoded = (opened, image)
        height, width = image.pixels.shape[:2]
        thumbnail, digest = imaging.thumbnail(image), _digest(data, image)
        return OpenedImage(key, source.name, width, height, thumbnail, image.notes, digest)

    def open_array(self, key: str, name: str, array: NDArray[Any]) -> OpenedArray:
        """Take in an array."""
        self._open[key] = OpenInput(name, array=array)
        return OpenedArray(key, array.shape, str(array.dtype))

    def close(self, key: str) -> None:
        """Forget an image, a word or an array."""
        closed = self._open.pop(key, None)
        if self._decoded is not None and self._decoded[0] is closed:
            self._decoded = None

    def get(self, key: str) -> OpenInput:
        """Return what is open under a key.

        Raises:
            ExplorerError: Nothing is.
        """
        if key not in self._open:
            raise ExplorerError("That image is not open any more; open it again.")
        return self._open[key]

    def prepared(
        self, key: str, spec: zoo.ModelSpec, size: tuple[int, int] | None, beside: tuple[str, ...] = ()
    ) -> tuple[PreparedImage, ...]:
        """Return all inputs of a model, for images at `size` (height, width) or the model's own.

        Args:
            key: Of the first, or of the first image.
            spec: The model.
            size: As in `Classify`.
            beside: Keys of further inputs: as many as the model has, or as many as it has images; where there are
                fewer images than it takes, they are given again.

        Raises:
            ExplorerError: One is not open, or the model does not read inputs of its kind.
        """
        slots, keys = spec.inputs, (key, *beside)
        turns = itertools.cycle(keys)
        is_each = len(keys) == len(slots)
        taken = [
            next(turns) if is_each or not isinstance(slot.takes, TensorInput) else None for slot in slots
        ]
        made = (
            PreparedImage(noise_for(slot).numpy(), None) if k is None else self._one(k, slot, spec, size)
            for k, slot in zip(taken, slots, strict=True)
        )
        if spec.entry.task is not VisionTask.FLOW:
            return tuple(made)
        return tuple(
            replace(it, given=f"second picture: {self._second(key, taken[place])}") if place == 1 else it
            for place, it in enumerate(made)
        )

    def _second(self, first: str, second: str | None) -> str:
        return "the same one" if second is None or second == first else self.get(second).name

    def _one(self, key: str, slot: Slot, spec: zoo.ModelSpec, size: tuple[int, int] | None) -> PreparedImage:
        opened, preprocess, name = self.get(key), slot.takes, spec.entry.full_name
        if opened.array is not None:
            return PreparedImage(opened.array, None)
        if isinstance(preprocess, TensorInput):
            return PreparedImage(noise_for(slot).numpy(), None)
        if isinstance(preprocess, TextInput):
            if opened.word is None:
                raise ExplorerError(f"{name} reads words; type one in the Input pane.")
            return imaging.prepare_word(opened.word, preprocess)
        if opened.image is None:
            raise ExplorerError(f"{name} reads images, no words; open an image, or load zoo:char_cnn.")
        image = self._image(opened, opened.image)
        further: tuple[DecodedImage, ...] = ()
        if preprocess.frames and isinstance(opened.image, bytes):
            further = imaging.further_frames(opened.image, image, preprocess.frames)
        elif preprocess.frames:
            further = tuple(imaging.decode_pixels(each, opened.name) for each in opened.further)
        wanted = preprocess.at(size) if size else preprocess
        return imaging.prepare(image, wanted, further, spec.resizes)

    def _image(self, opened: OpenInput, data: bytes | RawPixels) -> DecodedImage:
        if self._decoded is None or self._decoded[0] is not opened:
            self._decoded = (opened, _decoded(data, opened.name))
        return self._decoded[1]


def _decoded(data: bytes | RawPixels, name: str) -> DecodedImage:
    return imaging.decode_pixels(data, name) if isinstance(data, RawPixels) else imaging.decode(data, name)


def _digest(data: bytes | RawPixels, image: DecodedImage) -> str:
    """Return what is the same for the same pixels; of a clip they are only its first frame: its bytes count too."""
    digest = hashlib.blake2b(repr(image.pixels.shape).encode())
    digest.update(np.ascontiguousarray(image.pixels).data)
    if isinstance(data, bytes) and imaging.is_animated(data):
        digest.update(data)
    return digest.hexdigest()
