"""Folders as Hugging Face's hub keeps timm's networks: a `config.json` that names one, and its weights beside it."""

import math
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from torch import nn

from explorer.records.errors import ExplorerError
from explorer.records.models import ModelEntry, Preprocess, WeightsStatus
from explorer.records.text import shown
from explorer.zoo import timm_source
from explorer.zoo.registry import ModelSpec

# What timm would fetch or run by itself; all else in `model_args` only shapes the network.
NOT_PASSED = (
    "pretrained",
    "pretrained_cfg",
    "pretrained_cfg_overlay",
    "checkpoint_path",
    "cache_dir",
    "scriptable",
)


def spec(folder: str, config: dict[str, Any]) -> ModelSpec:
    """Return what the `config.json` of a folder says of its network, which is timm's; nothing is built.

    Raises:
        ExplorerError: It names no network of timm.
    """
    name = shown(Path(folder).name)
    architecture = config.get("architecture")
    if not timm_source.is_installed():
        raise ExplorerError(f"{name} holds a network of timm; install architecture-explorer[timm] to load it")
    if not isinstance(architecture, str) or architecture not in timm_source.names():
        found = shown(str(architecture or config.get("model_type", "nothing")), 40)
        raise ExplorerError(
            f"{name}: its config.json names {found}, which is no network of timm; "
            "choose a model, then its file of weights"
        )
    known = timm_source.spec(architecture)
    build = partial(_build, architecture, _arguments(config))
    assert isinstance(known.preprocess, Preprocess), "timm's networks see images"
    return ModelSpec(
        entry=ModelEntry(folder, "folder", known.entry.family, weights=WeightsStatus.NONE),
        preprocess=_preprocess(known.preprocess, config.get("pretrained_cfg")),
        weights=None,
        build=build,
        build_empty=build,
        categories=_labels(config),
        comes_with=Path(folder),
    )


def _arguments(config: dict[str, Any]) -> dict[str, Any]:
    """Return what timm is to build the network with: its number of classes, and plain arguments of its own."""
    given = config.get("model_args")
    plain = {
        key: tuple(value) if isinstance(value, list) else value
        for key, value in (given.items() if isinstance(given, dict) else ())
        if key not in NOT_PASSED and isinstance(value, int | float | str | list | None)
    }
    options = {"num_classes": config.get("num_classes"), "global_pool": config.get("global_pool")}
    return {key: value for key, value in options.items() if isinstance(value, int | str)} | plain


def _build(architecture: str, arguments: dict[str, Any]) -> nn.Module:
    import timm

    return timm.create_model(architecture, pretrained=False, **arguments)  # type: ignore[no-any-return]


def _preprocess(usual: Preprocess, config: Any) -> Preprocess:
    """Return timm's usual preparation of the architecture with what the folder says otherwise."""
    if not isinstance(config, dict):
        return usual
    said: dict[str, Any] = {}
    for key in ("mean", "std"):
        if len(value := _numbers(config.get(key))) == 3:
            said[key] = tuple(map(float, value))
    size, share = _numbers(config.get("input_size")), config.get("crop_pct")
    if len(size) == 3 and size[1] == size[2] and isinstance(share, int | float) and 0 < share <= 1:
        said |= {"crop": int(size[1]), "resize": math.floor(size[1] / share)}
    if config.get("interpolation") in ("bilinear", "bicubic"):
        said["interpolation"] = config["interpolation"]
    return replace(usual, **said)


def _numbers(value: Any) -> list[float]:
    right = isinstance(value, list) and all(isinstance(it, int | float) and 0 < it < 1e5 for it in value)
    return value if right else []


def _labels(config: dict[str, Any]) -> tuple[str, ...] | None:
    names = config.get("label_names")
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        return None
    return tuple(shown(name) for name in names) or None
