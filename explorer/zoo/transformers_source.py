"""Hugging Face's vision networks, where transformers is installed; it is imported when first asked.

They are built from their default configuration with random weights and 1000 classes, as those published for ImageNet-1k
have; a folder with weights is read by `transformers_folder`. Nothing is fetched.
"""

import ast
import copy
import importlib.util
import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache, partial
from pathlib import Path
from typing import Any

from torch import nn

from explorer.records.errors import ExplorerError
from explorer.records.models import ModelEntry, Preprocess
from explorer.zoo import transformers_images
from explorer.zoo.registry import IMAGENET_MEAN, IMAGENET_STD, ModelSpec

_CLASSES = 1000
LEFT_OUT = {
    "imagegpt": "reads numbers of colours",
    "shieldgemma2": "reads text beside the picture",
    "siglip2": "reads patches of its own with their places",
    "timm_wrapper": "is one of timm's, under another name",
}
"""Of the classifiers of images those that do not read a picture alone."""


def is_installed() -> bool:
    """Tell whether transformers can be imported, without importing it."""
    return importlib.util.find_spec("transformers") is not None


def names() -> list[str]:
    """Return the types of networks that classify pictures, in transformers' order; empty if it is not installed."""
    return [name for name in _classifiers() if name not in LEFT_OUT] if is_installed() else []


def entry(name: str) -> ModelEntry:
    """Return the line of the catalogue of a type of networks; nothing of it is imported."""
    family = re.sub(r"ForImageClassification\w*$", "", _classifiers()[name])
    return ModelEntry(name, "transformers", family)


def spec(name: str) -> ModelSpec:
    """Return what transformers says of a type of networks without building one."""
    from transformers import CONFIG_MAPPING

    with alone():
        config = CONFIG_MAPPING[name](num_labels=_CLASSES)
    build = partial(build_network, _classifiers()[name], config)
    size = image_size(config)
    settings = transformers_images.sized(name, size) if size else {}
    found = transformers_images.prepared(name, settings)
    return ModelSpec(
        entry=entry(name),
        preprocess=found.preprocess if found else imagenet(size),
        weights=None,
        build=build,
        build_empty=build,
        prepares=found.prepares if found else None,
        resizes=found.resizes if found else None,
    )


def build_network(kind: str, config: Any) -> nn.Module:
    """Build a network of one of transformers' classes with random weights; `config` is left as it is."""
    import transformers

    with alone():
        return getattr(transformers, kind)(copy.deepcopy(config))  # type: ignore[no-any-return]


@contextmanager
def alone() -> Iterator[None]:
    """Keep transformers from asking its hub, and from writing its advice to the terminal, meanwhile.

    Raises:
        ExplorerError: It tried to fetch something.
    """
    from huggingface_hub import constants, errors
    from transformers.utils import logging

    usual, was_offline = logging.get_verbosity(), constants.HF_HUB_OFFLINE
    logging.set_verbosity_error()
    constants.HF_HUB_OFFLINE = (
        True  # what the variables HF_HUB_OFFLINE and TRANSFORMERS_OFFLINE set at the start
    )
    try:
        yield
    except errors.OfflineModeIsEnabled as error:
        raise ExplorerError(
            "the network's configuration names something of another place; nothing is fetched"
        ) from error
    finally:
        logging.set_verbosity(usual)
        constants.HF_HUB_OFFLINE = was_offline


def image_size(config: Any) -> tuple[int, int] | None:
    """Return the height and width of pictures that a configuration names, or its part for pictures; None if none.

    Raises:
        ExplorerError: There can be no such picture; what is said follows the name of the file.
    """
    for part in (config, getattr(config, "vision_config", None)):
        size = getattr(part, "image_size", None)
        if isinstance(size, int) and size:
            return transformers_images.checked(size)
        if isinstance(size, list | tuple) and len(size) == 2 and all(isinstance(it, int) for it in size):
            return transformers_images.checked(*size)
    return None


def imagenet(size: tuple[int, int] | None) -> Preprocess:
    """Return what is done with pictures where transformers has no image processor for a network."""
    crop = size or (224, 224)
    return Preprocess(crop, crop, IMAGENET_MEAN, IMAGENET_STD, "bicubic", crop_mode="squash")


@cache
def _classifiers() -> dict[str, str]:
    """Return the class of each classifier of pictures by the type of its configuration, the first of several.

    The table is read in transformers' own file: to import it takes seconds, and a list of names comes at each start.
    """
    found = importlib.util.find_spec("transformers")
    place = (
        Path(found.origin if found and found.origin else "").parent / "models" / "auto" / "modeling_auto.py"
    )
    try:
        known = _table(place.read_text(encoding="utf-8"))
    except (OSError, ValueError, SyntaxError, StopIteration) as error:
        raise ExplorerError(
            "the installed transformers lists its networks in another way than is known here; install 5.24"
        ) from error
    return {name: kinds if isinstance(kinds, str) else kinds[0] for name, kinds in known}


def _table(source: str) -> list[tuple[str, Any]]:
    calls = (
        it.value for it in ast.parse(source).body if isinstance(it, ast.Assign) and _is_table(it.targets[0])
    )
    table = next(it.args[0] for it in calls if isinstance(it, ast.Call))
    return list(ast.literal_eval(table))


def _is_table(target: ast.expr) -> bool:
    return isinstance(target, ast.Name) and target.id == "MODEL_FOR_IMAGE_CLASSIFICATION_MAPPING_NAMES"
