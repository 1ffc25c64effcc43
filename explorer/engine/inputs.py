"""What a person opened: images and words, kept as they came, and made ready for a model on demand."""

from explorer import imaging, zoo
from explorer.records.errors import ExplorerError
from explorer.records.images import DecodedImage, ImageSource, OpenedImage, PreparedImage
from explorer.records.models import TextInput


class Inputs:
    """Open images and words by key; of the images one is kept decoded, the one used last."""

    def __init__(self) -> None:
        self._names: dict[str, str] = {}
        self._encoded: dict[str, bytes] = {}
        self._words: dict[str, str] = {}
        self._decoded: tuple[str, DecodedImage] | None = None

    def open(self, key: str, source: ImageSource) -> OpenedImage:
        """Read an image and decode it, or take in a word.

        Raises:
            ExplorerError: It cannot be read.
        """
        if source.text is not None:
            self._names[key], self._words[key] = source.name, source.text
            return OpenedImage(key, source.name, 0, 0, imaging.word_thumbnail(source.text))
        data = imaging.read(source)
        image = imaging.decode(data, source.name)
        self._names[key], self._encoded[key] = source.name, data
        self._decoded = (key, image)
        height, width = image.pixels.shape[:2]
        return OpenedImage(key, source.name, width, height, imaging.thumbnail(image), image.notes)

    def close(self, key: str) -> None:
        """Forget an image or a word."""
        for kept in (self._names, self._encoded, self._words):
            kept.pop(key, None)
        if self._decoded is not None and self._decoded[0] == key:
            self._decoded = None

    def name(self, key: str) -> str:
        """Return what a person calls it."""
        return self._names[key]

    def prepared(self, key: str, spec: zoo.ModelSpec, size: tuple[int, int] | None) -> PreparedImage:
        """Return the input of a model, for images at `size` (height, width) or the model's own.

        Raises:
            ExplorerError: It is not open, or the model does not read inputs of its kind.
        """
        if key not in self._names:
            raise ExplorerError("That image is not open any more; open it again.")
        preprocess, name = spec.preprocess, spec.entry.full_name
        if isinstance(preprocess, TextInput):
            if key not in self._words:
                raise ExplorerError(reads_words(name))
            return imaging.prepare_word(self._words[key], preprocess)
        if key in self._words:
            raise ExplorerError(f"{name} reads images, no words; open an image, or load zoo:char_cnn.")
        return imaging.prepare(self._image(key), preprocess.at(size) if size else preprocess)

    def _image(self, key: str) -> DecodedImage:
        if self._decoded is None or self._decoded[0] != key:
            self._decoded = (key, imaging.decode(self._encoded[key], self._names[key]))
        return self._decoded[1]


def reads_words(model: str) -> str:
    """Return one line for a person who gave an image to a network that reads text."""
    return f"{model} reads words; type one in the Input pane."
