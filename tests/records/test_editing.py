"""Edited pictures against independent computations of each change."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from PIL import Image, ImageEnhance

from explorer.records.editing import Editing
from explorer.records.edits import NOTHING, Edit, Fill, Patch, Stroke

HEIGHT, WIDTH = 36, 50
PATCH = Patch(y=0.25, x=0.75, side=0.25)
BOX = (slice(4, 13), slice(33, 42))  # nine pixels a side; the middle at row 9 less 4.5, column 37.5 less 4.5


@pytest.fixture(scope="module")
def picture() -> NDArray[np.uint8]:
    """Something smooth with a little noise, so that all changes show."""
    y, x = np.mgrid[:HEIGHT, :WIDTH]
    waves = np.stack([np.sin(x / 5), np.cos(y / 7), np.sin((x + y) / 4)], 2)
    drawn = np.random.default_rng(1).integers(-20, 20, (HEIGHT, WIDTH, 3))
    return np.clip(128 + 100 * waves + drawn, 0, 255).astype(np.uint8)


def edited(picture: NDArray[np.uint8], **changes: object) -> NDArray[np.uint8]:
    return Editing(picture).edited(replace(NOTHING, **changes))


def is_rounded(pixels: NDArray[np.uint8], exact: NDArray[np.float64]) -> bool:
    """Tell whether pixels are what a computation in float64 gives, rounded."""
    return bool(np.abs(pixels - np.clip(exact, 0, 255)).max() <= 0.5 + 1e-3)


def outside(picture: NDArray[np.uint8]) -> NDArray[np.bool_]:
    mask = np.ones((HEIGHT, WIDTH), bool)
    mask[BOX] = False
    return mask


def test_nothing_is_the_picture_itself(picture: NDArray[np.uint8]) -> None:
    assert Editing(picture).edited(NOTHING) is picture and NOTHING.is_nothing
    assert Edit(seed=7).is_nothing and not Edit(patch=PATCH).is_nothing


# ---- what covers ----


def test_a_patch_covers_its_square_and_nothing_else(picture: NDArray[np.uint8]) -> None:
    grey = edited(picture, patch=PATCH)
    assert (grey[BOX] == 128).all()
    mean = edited(picture, patch=replace(PATCH, fill=Fill.MEAN))
    assert is_rounded(mean[BOX], np.broadcast_to(picture[BOX].astype(float).mean((0, 1)), (9, 9, 3)))
    noise = edited(picture, patch=replace(PATCH, fill=Fill.NOISE))
    assert len(np.unique(noise[BOX])) > 100 and np.array_equal(
        noise, edited(picture, patch=replace(PATCH, fill=Fill.NOISE))
    )
    assert not np.array_equal(noise, edited(picture, patch=replace(PATCH, fill=Fill.NOISE), seed=1))
    blur = edited(picture, patch=replace(PATCH, fill=Fill.BLUR))
    assert is_rounded(blur[BOX], gaussian(picture[BOX], 0.05 * HEIGHT))
    for result in (grey, mean, noise, blur):
        assert np.array_equal(result[outside(picture)], picture[outside(picture)])


def test_a_patch_at_the_border_or_beyond_covers_what_there_is(picture: NDArray[np.uint8]) -> None:
    corner = edited(picture, patch=Patch(0.0, 0.0, 0.5))
    assert (corner[:9, :9] == 128).all() and np.array_equal(corner[9:], picture[9:])
    for fill in Fill:
        assert np.array_equal(edited(picture, patch=Patch(3.0, -2.0, 0.5, fill)), picture)
    whole = edited(picture, patch=Patch(0.5, 0.5, 9.0))
    assert (whole == 128).all()


def test_a_stroke_colours_what_is_within_half_its_width(picture: NDArray[np.uint8]) -> None:
    points = ((0.1, 0.1), (0.6, 0.5), (0.5, 0.98))
    result = edited(picture, strokes=(Stroke(points, 6 / HEIGHT, (250, 1, 2)),))
    far = distances([(y * HEIGHT, x * WIDTH) for y, x in points])
    assert (result[far < 2.99] == (250, 1, 2)).all() and (far < 2.99).sum() > 100
    assert np.array_equal(result[far > 3.01], picture[far > 3.01])
    dot = edited(picture, strokes=(Stroke(((0.5, 0.5),), 0.0, (9, 9, 9)),))
    assert 1 <= (dot != picture).any(2).sum() <= 4, "a brush is at least a pixel wide"


def distances(way: list[tuple[float, float]]) -> NDArray[np.float64]:
    """Return how far the middle of each pixel is from a way, tried in small steps."""
    y, x = (it[..., None] + 0.5 for it in np.mgrid[:HEIGHT, :WIDTH])
    steps = np.linspace(0, 1, 2001)
    far = [
        np.hypot(y - (a[0] + steps * (b[0] - a[0])), x - (a[1] + steps * (b[1] - a[1]))).min(2)
        for a, b in pairwise(way)
    ]
    return np.minimum.reduce(far)


# ---- place and size ----


def test_a_shift_moves_whole_pixels(picture: NDArray[np.uint8]) -> None:
    result = edited(picture, down=-5 / HEIGHT, right=7 / WIDTH)
    assert np.array_equal(result[:-5, 7:], picture[5:, :-7])
    assert (result[-5:] == 128).all() and (result[:, :7] == 128).all()


def test_a_crop_keeps_the_middle_and_may_keep_nothing(picture: NDArray[np.uint8]) -> None:
    half = edited(picture, crop=0.5)
    assert np.array_equal(half[9:27, 12:38], picture[9:27, 12:38])
    assert (half[:9] == 128).all() and (half[27:] == 128).all() and (half[:, :12] == 128).all()
    assert (edited(picture, crop=0.0) == 128).all()


@pytest.mark.parametrize(
    "scale, rotation, down, right", [(2.0, 0, 0, 0), (0.6, 0, 0, 0), (1, 30, 0, 0), (1.3, -75, 4, -6)]
)
def test_scale_and_rotation_are_bilinear(
    picture: NDArray[np.uint8], scale: float, rotation: float, down: int, right: int
) -> None:
    turn, y, x = np.radians(rotation), *np.mgrid[:HEIGHT, :WIDTH].astype(float)
    # Complex numbers: up and to the right are positive, so that a positive angle turns to the left.
    shown = (x - (WIDTH - 1) / 2 - right) - 1j * (y - (HEIGHT - 1) / 2 - down)
    source = shown / (scale * np.exp(1j * turn))
    grid = np.stack([source.real / ((WIDTH - 1) / 2), -source.imag / ((HEIGHT - 1) / 2)], 2)
    tensor = torch.from_numpy(picture.astype(float)).permute(2, 0, 1)[None] - 128
    sampled = F.grid_sample(tensor, torch.from_numpy(grid)[None], padding_mode="zeros", align_corners=True)
    exact = sampled[0].permute(1, 2, 0).numpy() + 128
    result = edited(picture, scale=scale, rotation=rotation, down=down / HEIGHT, right=right / WIDTH)
    assert is_rounded(result, exact)


def test_a_quarter_turn_is_to_the_left(picture: NDArray[np.uint8]) -> None:
    square = np.ascontiguousarray(picture[:, :HEIGHT])
    assert np.array_equal(edited(square, rotation=90.0), np.rot90(square))


# ---- blur, light, noise ----


def gaussian(picture: NDArray[np.uint8], deviation: float) -> NDArray[np.float64]:
    reach = int(np.ceil(3 * deviation))
    line = torch.exp(-0.5 * (torch.arange(-reach, reach + 1, dtype=torch.float64) / deviation) ** 2)
    kernel = (line[:, None] * line[None]) / line.sum() ** 2
    tensor = torch.from_numpy(picture.astype(float)).permute(2, 0, 1)[:, None]
    padded = F.pad(tensor, [reach] * 4, mode="replicate")
    return F.conv2d(padded, kernel[None, None])[:, 0].permute(1, 2, 0).numpy()


@pytest.mark.parametrize("deviation", [0.4, 1.5, 6.0])
def test_blur_is_a_gaussian(picture: NDArray[np.uint8], deviation: float) -> None:
    assert is_rounded(edited(picture, blur=deviation), gaussian(picture, deviation))


def test_brightness_and_contrast_are_those_of_pillow(picture: NDArray[np.uint8]) -> None:
    image = Image.fromarray(picture)
    for factor in (0.0, 0.5, 1.7):
        bright = np.asarray(ImageEnhance.Brightness(image).enhance(factor)).astype(int)
        assert np.abs(edited(picture, brightness=factor) - bright).max() <= 1  # Pillow cuts where we round
        contrast = np.asarray(ImageEnhance.Contrast(image).enhance(factor)).astype(int)
        assert np.abs(edited(picture, contrast=factor) - contrast).max() <= 1


def test_noise_is_normal_and_its_seed_tells_it(picture: NDArray[np.uint8]) -> None:
    level = np.full((200, 200, 3), 128, np.uint8)
    added = edited(level, noise=20.0).astype(float) - 128
    assert added.std() == pytest.approx(20, rel=0.01) and abs(added.mean()) < 0.2
    assert np.array_equal(edited(level, noise=20.0), edited(level, noise=20.0))
    assert not np.array_equal(edited(level, noise=20.0), edited(level, noise=20.0, seed=1))


def test_for_a_network_that_reads_luminance_all_is_grey(picture: NDArray[np.uint8]) -> None:
    edit = Edit(noise=30.0, strokes=(Stroke(((0.2, 0.2), (0.8, 0.8)), 0.2, (250, 20, 90)),))
    grey = Editing(picture, in_grey=True)
    luminance = np.asarray(Image.fromarray(Editing(picture).edited(edit)).convert("L"))
    assert np.array_equal(grey.edited(edit), np.repeat(luminance[..., None], 3, 2))
    assert grey.edited(NOTHING) is picture


# ---- one after the other ----


def test_what_is_kept_from_the_edit_before_changes_nothing(picture: NDArray[np.uint8]) -> None:
    before = picture.copy()
    kept = Editing(picture)
    edits = [
        Edit(blur=1.0, patch=PATCH),
        Edit(blur=1.0, patch=replace(PATCH, y=0.5)),
        Edit(rotation=10.0, blur=1.0, noise=5.0, patch=PATCH),
        Edit(rotation=10.0, noise=5.0, seed=3, patch=replace(PATCH, fill=Fill.NOISE)),
        NOTHING,
        Edit(brightness=1.2, strokes=(Stroke(((0.5, 0.5),), 0.2, (0, 0, 0)),)),
    ]
    for edit in edits:
        assert np.array_equal(kept.edited(edit), Editing(picture).edited(edit)), edit
    assert np.array_equal(picture, before)
