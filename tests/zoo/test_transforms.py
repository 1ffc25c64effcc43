"""What a network reads is what its own source's transform gives it, bit for bit: tolerance 0."""

from collections import defaultdict
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import timm
from PIL import Image
from timm.data import create_transform, resolve_data_config
from torchvision import models

from explorer.imaging import prepare
from explorer.records.images import DecodedImage
from explorer.records.models import Preprocess
from explorer.zoo import timm_source, torchvision_source

SHAPES = [(91, 240), (333, 128), (61, 60)]
"""Heights and widths of pictures: wider, taller, nearly square; smaller and larger than what networks read."""


def photos() -> list[DecodedImage]:
    """Noise: each pixel tells where it came from."""
    random = np.random.default_rng(0)
    return [DecodedImage(random.integers(0, 256, (*shape, 3), np.uint8)) for shape in SHAPES]


def assert_equal(preprocess: Preprocess, oracle: Callable[[Image.Image], Any], names: list[str]) -> None:
    for photo in photos():
        expected = oracle(Image.fromarray(photo.pixels)).numpy()
        found = prepare(photo, preprocess).input[0]
        assert found.shape == expected.shape, names
        assert np.array_equal(found, expected), (names, np.abs(found - expected).max())


def timm_config(name: str) -> dict[str, Any]:
    return resolve_data_config(pretrained_cfg=timm.get_pretrained_cfg(name).to_dict())


def test_each_pretrained_network_of_timm_reads_what_timm_gives_it() -> None:
    """Weights whose configurations are equal are looked at once."""
    by_config: dict[str, list[str]] = defaultdict(list)
    for name in timm.list_models(pretrained=True):
        by_config[repr(timm_config(name))].append(name)
    assert sum(map(len, by_config.values())) > 1500
    assert {timm_config(names[0])["crop_mode"] for names in by_config.values()} == {
        "center",
        "squash",
        "border",
    }
    for names in by_config.values():
        preprocess = timm_source.preprocess(names[0])
        assert all(timm_source.preprocess(name) == preprocess for name in names)
        assert_equal(preprocess, create_transform(**timm_config(names[0]), is_training=False), names)


def test_each_name_in_the_catalogue_is_that_of_its_default_weights() -> None:
    spec = timm_source.spec("tf_efficientnetv2_b3")
    assert spec.preprocess == timm_source.preprocess("tf_efficientnetv2_b3.in21k_ft_in1k")
    assert isinstance(spec.preprocess, Preprocess)
    assert spec.preprocess.crop_mode == "squash"


def test_all_weights_of_torchvision_read_what_torchvision_gives_them() -> None:
    presets = {
        repr(weights.transforms()): weights
        for name in models.list_models(module=models)
        for weights in models.get_model_weights(name)
    }
    assert len(presets) > 20
    for weights in presets.values():
        oracle = weights.transforms()
        assert_equal(torchvision_source.preprocess(oracle), oracle, [str(weights)])


@pytest.mark.parametrize("crop_mode", ["center", "squash", "border"])
@pytest.mark.parametrize("crop_pct", [0.7, 0.875, 1.0, 1.15])
@pytest.mark.parametrize("size", [(64, 64), (65, 65), (48, 80), (80, 48)])
@pytest.mark.parametrize("interpolation", ["nearest", "bilinear", "bicubic", "lanczos"])
def test_whatever_timm_can_be_told_is_done_as_timm_does_it(
    crop_mode: str,
    crop_pct: float,
    size: tuple[int, int],
    interpolation: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    said = {"input_size": (3, *size), "crop_pct": crop_pct, "crop_mode": crop_mode}
    said |= {"interpolation": interpolation, "mean": (0.5, 0.4, 0.3), "std": (0.2, 0.25, 0.3)}
    config = timm.models.PretrainedCfg(**said)
    monkeypatch.setattr(timm, "get_pretrained_cfg", lambda name: config)
    oracle = create_transform(**resolve_data_config(pretrained_cfg=config.to_dict()), is_training=False)
    assert_equal(timm_source.preprocess("any"), oracle, [repr(said)])
