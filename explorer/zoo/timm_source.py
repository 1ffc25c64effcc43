"""timm's networks, where timm is installed; it is imported when first asked.

They are built with random weights: timm keeps its weights on a hub and has its own way of fetching them, so
none are offered here. A file of weights saved from such a network can be loaded.
"""

import importlib.util
import math
from functools import partial

from torch import nn

from explorer.records.models import ModelEntry, Preprocess
from explorer.zoo.registry import ModelSpec


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
        preprocess=preprocess(name),
        weights=None,
        build=build,
        # Among so many constructors some compute with their random parameters: they are left alone.
        build_empty=build,
    )


def preprocess(name: str) -> Preprocess:
    """Return how timm prepares images for the weights of that name, `ARCHITECTURE` or `ARCHITECTURE.TAG`.

    It is what `timm.data.create_transform` makes of the weights' own configuration, for use rather than training.
    """
    import timm
    from timm.data import resolve_data_config

    published = timm.get_pretrained_cfg(name)
    config = resolve_data_config(pretrained_cfg=published.to_dict() if published else {})
    channels, high, wide = config["input_size"]
    frame_high, frame_wide = (math.floor(side / config["crop_pct"]) for side in (high, wide))
    is_square = high == wide
    return Preprocess(
        resize=frame_high if is_square else (frame_high, frame_wide),
        crop=high if is_square else (high, wide),
        mean=tuple(config["mean"]),
        std=tuple(config["std"]),
        interpolation=config["interpolation"],
        channels=channels,
        crop_mode=config["crop_mode"],
    )


def _build(name: str) -> nn.Module:
    import timm

    return timm.create_model(name, pretrained=False)  # type: ignore[no-any-return]
