"""timm's networks, where timm is installed; it is imported when first asked.

They are built with random weights: timm keeps its weights on a hub and has its own way of fetching them, so
none are offered here. A file of weights saved from such a network can be loaded.
"""

import importlib.util
import math
from functools import partial

from torch import nn

from explorer.records.models import ModelEntry, Preprocess
from explorer.zoo.registry import IMAGENET_MEAN, IMAGENET_STD, ModelSpec


def is_installed() -> bool:
    """Tell whether timm can be imported, without importing it."""
    return importlib.util.find_spec("timm") is not None


def names() -> list[str]:
    """Return the names of timm's architectures, in timm's order; empty if it is not installed."""
    if not is_installed():
        return []
    import timm

    return list(timm.list_models())


def spec(name: str) -> ModelSpec:
    """Return what timm says of `name` without building it; the family is the module that defines it."""
    import timm

    family = timm.model_entrypoint(name).__module__.rsplit(".", 1)[-1]
    build = partial(_build, name)
    return ModelSpec(
        entry=ModelEntry(name, "timm", family),
        preprocess=_preprocess(name),
        weights=None,
        build=build,
        # Among so many constructors some compute with their random parameters: they are left alone.
        build_empty=build,
    )


def _preprocess(name: str) -> Preprocess:
    """Take the input of timm's default weights; timm's other crop modes become a crop of the centre."""
    import timm

    config = timm.get_pretrained_cfg(name)
    if config is None:
        return Preprocess(256, 224, IMAGENET_MEAN, IMAGENET_STD)
    channels, crop, _ = config.input_size
    return Preprocess(
        resize=math.floor(crop / config.crop_pct),
        crop=crop,
        mean=tuple(config.mean),
        std=tuple(config.std),
        interpolation=config.interpolation if config.interpolation == "bilinear" else "bicubic",
        channels=channels,
    )


def _build(name: str) -> nn.Module:
    import timm

    return timm.create_model(name, pretrained=False)  # type: ignore[no-any-return]
