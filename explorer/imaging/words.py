"""A word in the place of an image: as a model's input, and as a picture in the strip."""

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from explorer.records.images import PreparedImage
from explorer.records.models import TextInput

_SIZE = (160, 120)  # pixels across and down
_LETTERS = 18  # as many as can still be read
_LARGEST, _WHOLE = (
    26,
    230,
)  # pixels: the height of letters, and that times their number where the picture is full
_PAPER, _INK = 232, 72  # grey levels that are calm on light and dark


def prepare_word(word: str, preprocess: TextInput) -> PreparedImage:
    """Return the input (1, L) int64 for a word, and the characters that its numbers stand for."""
    return PreparedImage(preprocess.numbers(word), None, preprocess.characters(word))


def word_thumbnail(word: str) -> NDArray[np.uint8]:
    """Return a small neutral picture (120, 160, 3) uint8 with the beginning of the word on it."""
    picture = Image.new("L", _SIZE, _PAPER)
    shown = word if len(word) <= _LETTERS else f"{word[: _LETTERS - 1]}…"
    font = ImageFont.load_default(min(_LARGEST, _WHOLE // max(len(shown), 1)))
    ImageDraw.Draw(picture).text((_SIZE[0] / 2, _SIZE[1] / 2), shown, _INK, font, anchor="mm")
    return np.array(picture.convert("RGB"))
