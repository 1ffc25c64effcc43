"""A word in the place of an image."""

import numpy as np
import pytest

from explorer import imaging
from explorer.records.models import TextInput

TEXT = TextInput("abc", shortest=6, usual=8)


def test_word_becomes_numbers_and_the_characters_they_stand_for() -> None:
    prepared = imaging.prepare_word("Bad", TEXT)
    assert prepared.input.tolist() == [[2, 5, 4, 1, 3, 0]] and prepared.input.dtype == np.int64
    assert prepared.characters == "‹ba□›·" and prepared.picture is None


@pytest.mark.parametrize("word", ["", "a", "architecture", "日本語 \n\x00", "x" * 5000])
def test_thumbnail_is_a_small_grey_picture(word: str) -> None:
    picture = imaging.word_thumbnail(word)
    assert picture.shape == (120, 160, 3) and picture.dtype == np.uint8
    assert (picture[..., 0] == picture[..., 2]).all()


def test_thumbnails_of_two_words_differ() -> None:
    assert not np.array_equal(imaging.word_thumbnail("cat"), imaging.word_thumbnail("dog"))
