"""The model's input must be torchvision's, bit for bit; torchvision itself is the oracle."""

import tracemalloc

import numpy as np
import pytest
import torch
from PIL import Image
from torchvision.models import EfficientNet_B0_Weights, ResNet50_Weights, ViT_H_14_Weights
from torchvision.transforms import InterpolationMode
from torchvision.transforms._presets import ImageClassification, VideoClassification

from explorer.imaging import prepare, thumbnail
from explorer.records.images import DecodedImage
from explorer.records.models import Preprocess

SIZES = [
    (300, 400),
    (400, 300),
    (224, 224),
    (256, 256),
    (257, 255),
    (1, 1),
    (3, 2),
    (50, 300),
    (900, 31),
    (223, 225),
]


def photo(width: int, height: int) -> DecodedImage:
    random = np.random.default_rng(width * 10_007 + height)
    return DecodedImage(random.integers(0, 256, (height, width, 3), np.uint8))


def preset(weights) -> ImageClassification:
    return weights.transforms()


PRESETS = {
    "resnet50 v1": preset(ResNet50_Weights.IMAGENET1K_V1),
    "resnet50 v2": preset(ResNet50_Weights.IMAGENET1K_V2),
    "efficientnet_b0": preset(EfficientNet_B0_Weights.IMAGENET1K_V1),
    "vit_h_14": preset(ViT_H_14_Weights.IMAGENET1K_SWAG_E2E_V1),
    "resized below the crop": ImageClassification(crop_size=65, resize_size=32),
    "odd crop": ImageClassification(crop_size=97, resize_size=130, interpolation=InterpolationMode.BICUBIC),
    "zoo": ImageClassification(crop_size=224, resize_size=256, mean=(0.498,) * 3, std=(0.502,) * 3),
}


def preprocess_of(oracle: ImageClassification) -> Preprocess:
    return Preprocess(
        resize=oracle.resize_size[0],
        crop=oracle.crop_size[0],
        mean=tuple(oracle.mean),
        std=tuple(oracle.std),
        interpolation=oracle.interpolation.value,
    )


@pytest.mark.parametrize(("width", "height"), SIZES)
@pytest.mark.parametrize("name", PRESETS)
def test_the_input_equals_torchvisions_bit_for_bit(name, width, height):
    oracle = PRESETS[name]
    image = photo(width, height)
    expected = oracle(Image.fromarray(image.pixels)).numpy()[np.newaxis]
    preprocess = preprocess_of(oracle)
    prepared = prepare(image, preprocess)
    assert prepared.input.dtype == np.float32
    assert prepared.input.shape == preprocess.shape
    assert prepared.input.flags.c_contiguous
    np.testing.assert_array_equal(prepared.input, expected)


def test_every_grey_level_is_normalised_as_torch_does():
    levels = np.arange(256, dtype=np.uint8).repeat(3).reshape(16, 16, 3)
    oracle = ImageClassification(crop_size=16, resize_size=16)
    expected = oracle(Image.fromarray(levels)).numpy()
    np.testing.assert_array_equal(prepare(DecodedImage(levels), preprocess_of(oracle)).input[0], expected)


@pytest.mark.parametrize(("width", "height"), SIZES)
def test_the_picture_is_the_input_before_normalisation(width, height):
    preprocess = preprocess_of(PRESETS["resnet50 v2"])
    prepared = prepare(photo(width, height), preprocess)
    assert prepared.picture.shape == (224, 224, 3)
    assert prepared.picture.dtype == np.uint8
    restored = prepared.input[0].transpose(1, 2, 0) * preprocess.std + preprocess.mean
    np.testing.assert_array_equal(np.rint(restored * 255).astype(np.uint8), prepared.picture)


@pytest.mark.parametrize(("width", "height"), SIZES)
def test_one_channel_is_the_luminance(width, height):
    image = photo(width, height)
    oracle = ImageClassification(crop_size=28, resize_size=32, mean=(0.1307,), std=(0.3081,))
    expected = oracle(Image.fromarray(image.pixels).convert("L")).numpy()
    prepared = prepare(image, Preprocess(resize=32, crop=28, mean=(0.1307,), std=(0.3081,), channels=1))
    np.testing.assert_array_equal(prepared.input[0], expected)
    assert prepared.picture.shape == (28, 28, 3)
    assert (prepared.picture == prepared.picture[:, :, :1]).all()


@pytest.mark.parametrize(("width", "height"), SIZES)
def test_without_a_resize_the_centre_is_cropped_or_padded(width, height):
    image = photo(width, height)
    # A preset always resizes; to the length that the shorter side already has, it changes nothing.
    oracle = ImageClassification(crop_size=64, resize_size=min(width, height))
    prepared = prepare(
        image, Preprocess(resize=None, crop=64, mean=tuple(oracle.mean), std=tuple(oracle.std))
    )
    np.testing.assert_array_equal(prepared.input[0], oracle(Image.fromarray(image.pixels)).numpy())


@pytest.mark.parametrize(("width", "height"), [(2, 1100), (1100, 2)])
@pytest.mark.parametrize("interpolation", [InterpolationMode.BILINEAR, InterpolationMode.BICUBIC])
def test_of_a_long_strip_only_the_middle_is_resized_and_agrees_with_the_whole(width, height, interpolation):
    # Middle greys: the overshoot of the bicubic filter is not clipped between its passes.
    image = DecodedImage(photo(width, height).pixels // 2 + 64)
    oracle = ImageClassification(
        crop_size=224, resize_size=256, mean=(0,) * 3, std=(1,) * 3, interpolation=interpolation
    )
    whole = oracle(Image.fromarray(image.pixels)).numpy() * 255
    strip = prepare(image, preprocess_of(oracle)).input[0] * 255
    assert np.ptp(whole) > 50
    assert np.abs(strip - whole).max() < 2.5  # grey levels: each of the two passes rounds


def test_the_longest_strip_takes_no_more_memory_than_its_crop():
    """Resized whole, it would have 256 × 5 000 000 × 256 pixels."""
    prepared = prepare(
        DecodedImage(np.full((5_000_000, 1, 3), 9, np.uint8)), preprocess_of(PRESETS["resnet50 v1"])
    )
    assert (prepared.picture == 9).all()


VIDEOS = {"by its shorter side": (64, 56), "squashed": (48, 70)}


@pytest.mark.parametrize(("width", "height"), [*SIZES, (1, 3000), (4000, 2)])
@pytest.mark.parametrize("resize", VIDEOS.values(), ids=VIDEOS)
def test_a_frame_of_a_clip_equals_torchvisions_without_antialiasing(width, height, resize):
    mode = "squash" if resize == VIDEOS["squashed"] else "center"
    oracle = VideoClassification(crop_size=(40, 40), resize_size=resize if mode == "squash" else (resize[0],))
    image = photo(width, height)
    expected = oracle(torch.from_numpy(image.pixels).permute(2, 0, 1)[None]).numpy()
    takes = Preprocess(
        resize if mode == "squash" else resize[0], 40, tuple(oracle.mean), tuple(oracle.std),
        crop_mode=mode, frames=1, antialias=False,
    )  # fmt: skip
    # Values between two grey levels may be rounded to either: at most 1.5 % of the pixels of a strip.
    found = prepare(image, takes).input[0]
    level = 1 / 255 / min(oracle.std)
    assert np.abs(found - expected).max() < 1.01 * level
    assert (np.abs(found - expected) < level / 100).mean() > 0.98


@pytest.mark.parametrize(("width", "height"), [(60_000, 1), (1, 60_000)])
def test_a_long_strip_takes_little_memory_for_a_clip(width, height):
    """Resized whole, in float32, it would take 40 GB."""
    takes = Preprocess(256, 224, (0.0,) * 3, (1.0,) * 3, frames=16, antialias=False)
    tracemalloc.start()
    try:
        prepare(DecodedImage(np.full((height, width, 3), 9, np.uint8)), takes)
        assert tracemalloc.get_traced_memory()[1] < 60_000_000
    finally:
        tracemalloc.stop()


def test_what_is_prepared_can_be_handed_to_torch_and_written_to():
    prepared = prepare(photo(40, 40), preprocess_of(PRESETS["resnet50 v1"]))
    torch.from_numpy(prepared.input).add_(1)
    prepared.picture[0, 0] = 1


@pytest.mark.parametrize(
    ("width", "height", "shape"),
    [
        (640, 480, (120, 160, 3)),
        (480, 640, (160, 120, 3)),
        (100, 50, (50, 100, 3)),
        (1, 1, (1, 1, 3)),
        (5000, 1, (1, 160, 3)),
        (160, 160, (160, 160, 3)),
    ],
)
def test_a_thumbnail_keeps_the_proportions_and_is_never_enlarged(width, height, shape):
    small = thumbnail(photo(width, height))
    assert small.shape == shape
    assert small.dtype == np.uint8


def test_a_thumbnail_shows_the_picture():
    half = np.zeros((400, 400, 3), np.uint8)
    half[:, 200:] = (10, 200, 30)
    small = thumbnail(DecodedImage(half), longest=40)
    assert small.shape == (40, 40, 3)
    assert small[20, 5].tolist() == [0, 0, 0]
    assert small[20, 35].tolist() == [10, 200, 30]
