"""The frames of an animation become those of a clip; what is hostile or still gives none."""

from io import BytesIO

import numpy as np
import pytest
from PIL import ExifTags, Image

from explorer.imaging import decode, further_frames, prepare
from explorer.records.models import Preprocess


def animation(count: int, kind: str) -> bytes:
    """Return an animation whose frame number k is grey, 10 k of 255."""
    frames = [Image.new("RGB", (12, 8), (10 * k,) * 3) for k in range(count)]
    file = BytesIO()
    frames[0].save(file, kind, save_all=True, append_images=frames[1:], duration=50, lossless=True)
    return file.getvalue()


def greys(data: bytes, count: int) -> list[int]:
    first = decode(data, "a.gif")
    return [round(it.pixels.mean() / 10) for it in (first, *further_frames(data, first, count))]


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "PNG"])
def test_frames_are_taken_evenly_from_a_longer_clip_and_all_of_a_shorter_one(kind: str) -> None:
    assert greys(animation(20, kind), 5) == [0, 4, 8, 12, 16]
    assert greys(animation(3, kind), 5) == [0, 1, 2]


@pytest.mark.parametrize("kind", ["WEBP", "PNG"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_all_frames_are_turned_as_the_first_is(kind: str, orientation: int) -> None:
    """All frames of the file are the same but for one pixel, without which they would be left out."""
    random = np.random.default_rng(orientation)
    pixels = random.integers(0, 256, (8, 12, 3), np.uint8)
    frames = []
    for k in range(3):
        pixels[4, 6] = 90 * k
        frames.append(Image.fromarray(pixels))
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = orientation
    file = BytesIO()
    frames[0].save(
        file, kind, save_all=True, append_images=frames[1:], duration=50, lossless=True, exif=exif.tobytes()
    )
    first = decode(file.getvalue(), "a")
    further = further_frames(file.getvalue(), first, 3)
    assert len(further) == 2
    for each in further:
        assert (each.pixels != first.pixels).any(2).sum() == 1


def test_what_is_still_or_broken_has_no_further_frames() -> None:
    still = BytesIO()
    Image.new("RGB", (12, 8)).save(still, "PNG")
    assert greys(still.getvalue(), 4) == [0]
    cut = animation(9, "GIF")
    assert len(further_frames(cut[: len(cut) // 2], decode(cut, "a.gif"), 9)) < 9
    assert further_frames(b"GIF89a", decode(cut, "a.gif"), 4) == ()


def test_a_clip_repeats_frames_where_it_has_too_few_and_says_so() -> None:
    data = animation(3, "GIF")
    first = decode(data, "a.gif")
    takes = Preprocess(8, 8, (0.0,) * 3, (1.0,) * 3, frames=6, antialias=False)
    prepared = prepare(first, takes, further_frames(data, first, takes.frames))
    assert prepared.given == "3 frames of the clip, repeated to 6"
    levels = np.rint(prepared.input[0, 0].mean((1, 2)) * 25.5).astype(int)
    assert levels.tolist() == [0, 0, 1, 1, 2, 2]
