"""What a network of transformers reads is what its image processor gives, that which transformers takes by default."""

from typing import Any

import numpy as np
import pytest
import transformers
from transformers.models.auto.image_processing_auto import IMAGE_PROCESSOR_MAPPING_NAMES

from explorer.imaging import prepare
from explorer.records.errors import ExplorerError
from explorer.records.images import DecodedImage
from explorer.zoo import transformers_images, transformers_source

SHAPES = [(91, 240), (333, 128), (61, 60), (40, 40)]
"""Heights and widths of pictures: wider, taller, nearly square, smaller than most crops."""
MEAN = {"image_mean": [0.48, 0.46, 0.41], "image_std": [0.27, 0.26, 0.28]}
PUBLISHED = {  # of EfficientNet, which divides by it twice
    "image_mean": [0.485, 0.456, 0.406],
    "image_std": [0.47853944732904434, 0.4732863213908838, 0.47434163093566895],
}

SETTINGS: dict[str, dict[str, Any]] = {
    "a height and width": {"size": {"height": 48, "width": 80}, **MEAN},
    "a square in one number": {"size": 65, **MEAN},
    "a shorter side and an odd crop": {"size": {"shortest_edge": 65}, "do_center_crop": True, "crop_size": 56, **MEAN},
    "a crop that is no square": {
        "size": {"shortest_edge": 64}, "do_center_crop": True, "crop_size": {"height": 48, "width": 63},
    },
    "a crop larger than the picture": {
        "size": {"shortest_edge": 40}, "do_center_crop": True, "crop_size": {"height": 51, "width": 50},
    },
    "a crop alone": {"do_resize": False, "do_center_crop": True, "crop_size": {"height": 50, "width": 51}},
    "nearest": {"size": 56, "resample": 0},
    "lanczos": {"size": 56, "resample": 1},
    "bilinear": {"size": 56, "resample": 2},
    "bicubic": {"size": 56, "resample": 3},
    "another scale": {"size": 56, "rescale_factor": 1 / 127.5, **MEAN},
    "no mean": {"size": 56, "do_normalize": False},
    "no scale": {"size": 56, "do_rescale": False, **MEAN},
    "neither": {"size": 56, "do_rescale": False, "do_normalize": False},
}  # fmt: skip
OWN: dict[str, list[dict[str, Any]]] = {
    "ConvNextImageProcessor": [
        {"size": {"shortest_edge": 64}, "crop_pct": 0.95},
        {"size": {"shortest_edge": 224}, "crop_pct": 0.875},
        {"size": {"shortest_edge": 384}, "crop_pct": 0.875},
    ],
    "EfficientNetImageProcessor": [
        {"size": 64, "rescale_offset": offset, "include_top": top, "rescale_factor": factor, **PUBLISHED}
        for offset, factor in ((False, 1 / 255), (True, 1 / 127.5))
        for top in (False, True)
    ],
    "BeitImageProcessor": [{"size": 64, "do_center_crop": True, "crop_size": 48, "do_reduce_labels": True}],
    "LevitImageProcessor": [
        {"size": {"shortest_edge": 64}, "crop_size": 64},
        {"size": {"height": 64, "width": 60}, "do_center_crop": False},
    ],
    "PoolFormerImageProcessor": [
        {"size": {"shortest_edge": 64}, "crop_size": 64, "crop_pct": share} for share in (0.9, 0.95, 1.0)
    ] + [{"size": {"height": 60, "width": 60}, "crop_size": 56}],
    "MobileViTImageProcessor": [
        {"size": {"shortest_edge": 72}, "crop_size": 64, "do_flip_channel_order": flip} for flip in (False, True)
    ],
    "SegformerImageProcessor": [{"size": 64}],
    "CLIPImageProcessor": [{"size": {"shortest_edge": 64}, "crop_size": {"height": 64, "width": 64}}],
}  # fmt: skip


def assert_equal(settings: dict[str, Any], oracle: Any) -> None:
    found = transformers_images.prepared("vit", settings)
    assert found is not None
    for shape in SHAPES:
        pixels = np.random.default_rng(0).integers(0, 256, (*shape, 3), np.uint8)
        expected = oracle(pixels, input_data_format="channels_last", return_tensors="np")["pixel_values"][0]
        ours = prepare(DecodedImage(pixels), found.preprocess, resizes=found.resizes).input[0]
        assert ours.shape == expected.shape
        # Rounded once more or once less in float32: the pixels themselves are equal.
        np.testing.assert_allclose(ours, expected, rtol=5e-7, atol=5e-7)


@pytest.mark.parametrize("settings", SETTINGS.values(), ids=SETTINGS)
def test_whatever_a_processor_is_told_is_done_as_it_does_it(settings: dict[str, Any]) -> None:
    assert_equal(
        {"image_processor_type": "ViTImageProcessor", **settings}, transformers.ViTImageProcessor(**settings)
    )


@pytest.mark.parametrize(
    ("name", "settings"), [(name, each) for name, variants in OWN.items() for each in variants]
)
def test_what_is_a_processors_own_is_followed(name: str, settings: dict[str, Any]) -> None:
    assert_equal({"image_processor_type": name, **settings}, getattr(transformers, name)(**settings))


@pytest.mark.parametrize(
    "named",
    [
        {"image_processor_type": "ConvNextImageProcessorFast"},
        {"image_processor_type": "ConvNextImageProcessorPil"},
        {"feature_extractor_type": "ConvNextFeatureExtractor"},
    ],
)
def test_older_names_of_processors_are_known(named: dict[str, str]) -> None:
    settings = {"size": {"shortest_edge": 64}, "crop_pct": 0.9}
    assert_equal(named | settings, transformers.ConvNextImageProcessor(**settings))


DIFFER = {"donut-swin", "perceiver", "pp_lcnet", "textnet"}  # they crop first, pad, or keep the proportions


@pytest.mark.parametrize("name", sorted({*transformers_source.names()} & {*IMAGE_PROCESSOR_MAPPING_NAMES}))
def test_each_type_is_prepared_as_its_processor_does_it(name: str) -> None:
    settings = transformers_images.sized(name, (64, 64))
    found = transformers_images.prepared(name, settings)
    assert found is not None
    pixels = np.random.default_rng(0).integers(0, 256, (91, 240, 3), np.uint8)
    ours = prepare(DecodedImage(pixels), found.preprocess, resizes=found.resizes).input[0]
    expected = found.prepares(pixels)
    is_equal = ours.shape == expected.shape and np.allclose(ours, expected, rtol=5e-7, atol=5e-7)
    assert is_equal is (name not in DIFFER)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"size": {"height": 10**9, "width": 10**9}}, "asks for 1000000000 pixels a side; give 1 to 4,096"),
        ({"size": "x"}, "cannot be used"),
        ({"size": 32, "resample": 99}, "cannot be used"),
        ({"size": 32, "rescale_factor": "abc"}, "cannot be used"),
        ({"size": 32, "rescale_factor": float("inf")}, "no usable mean, deviation or scale"),
        ({"size": 32, "image_mean": [float("nan")] * 3}, "no usable mean, deviation or scale"),
        ({"size": 32, "image_std": [0, 1, 1]}, "no usable mean, deviation or scale"),
        ({"size": 32, "image_mean": [0.5] * 7, "image_std": [0.5] * 7}, "no usable mean, deviation or scale"),
        ({"image_processor_type": "ConvNextImageProcessor", "size": 32}, ""),
        (
            {"image_processor_type": "ConvNextImageProcessor", "size": {"height": 3, "width": 3}},
            "shorter side",
        ),
    ],
)
def test_settings_that_cannot_be_are_one_line(settings: dict[str, Any], message: str) -> None:
    if not message:
        assert transformers_images.prepared("vit", settings) is not None
        return
    with pytest.raises(ExplorerError) as caught:
        transformers_images.prepared("vit", settings)
    assert message in str(caught.value) and "\n" not in str(caught.value)
