"""What a source tells of a model, and the register of the architectures written in this package."""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from torch import Tensor, nn

from explorer.records.models import ModelEntry, Preprocess, Slot, TensorInput, TextInput, WeightsSpec
from explorer.zoo.empty import without_random_numbers

StateDict = dict[str, Tensor]

IMAGENET_MEAN = (0.485, 0.456, 0.406)
IMAGENET_STD = (0.229, 0.224, 0.225)


def unchanged(state: StateDict) -> StateDict:
    """Return the state_dict as it is: its keys are the module's own."""
    return state


@dataclass(frozen=True)
class ModelSpec:
    """Everything needed to show a model, build it and load its weights.

    Attributes:
        entry: Its line in the catalogue; `weights` is left open, for where they are is not known here.
        preprocess: How images, or words, become its input.
        weights: The published weights; None if there are none.
        build: Makes the network with random weights, as its source makes it.
        build_empty: Makes the network that the published weights expect, random initialisation left out: its
            parameters hold garbage until weights are loaded.
        adapt: Maps a published state_dict to the keys of the network; keys that are right already stay.
        categories: Names of the classes; None for those of ImageNet-1k where the output has 1000.
        comes_with: The file or folder of weights that the network came with; None without one.
        around: Context in which the network's own code runs, and finds what it imports.
        slots: All its inputs; empty for one that is `preprocess`.
        notes: What a person should know of where it comes from, one line each.
        prepares: What its source itself makes of a picture (H, W, 3), an input (C, H, W); None where that is not asked.
        resizes: How its source brings pixels (H, W, 3) to a height and width; None for Pillow's way.
    """

    entry: ModelEntry
    preprocess: Preprocess | TextInput | TensorInput
    weights: WeightsSpec | None
    build: Callable[[], nn.Module]
    build_empty: Callable[[], nn.Module]
    adapt: Callable[[StateDict], StateDict] = unchanged
    categories: tuple[str, ...] | None = None
    comes_with: Path | None = None
    around: Callable[[], AbstractContextManager[None]] = nullcontext
    slots: tuple[Slot, ...] = ()
    notes: tuple[str, ...] = ()
    prepares: Callable[[NDArray[np.uint8]], NDArray[np.float32]] | None = None
    resizes: Callable[[NDArray[np.uint8], tuple[int, int]], NDArray[np.uint8]] | None = None

    @property
    def inputs(self) -> tuple[Slot, ...]:
        """All inputs, at least one."""
        return self.slots or (Slot("", self.preprocess),)


_SPECS: dict[str, Callable[[], ModelSpec]] = {}


def register(
    name: str,
    build: Callable[[], nn.Module],
    *,
    family: str,
    year: int,
    preprocess: Preprocess | TextInput,
    params: int | None = None,
    macs: int | None = None,
    top1: float | None = None,
    weights: WeightsSpec | Callable[[], WeightsSpec | None] | None = None,
    adapt: Callable[[StateDict], StateDict] = unchanged,
    categories: tuple[str, ...] | None = None,
    later_recipe: bool = False,
    variant: str = "",
) -> None:
    """Enter an architecture under its name; arguments as in `ModelEntry` and `ModelSpec`.

    Args:
        weights: The published weights, or a function that looks for them each time the model is asked for.

    Raises:
        ValueError: The name is taken.
    """
    if name in _SPECS:
        raise ValueError(f"the zoo holds two architectures named {name}")
    entry = ModelEntry(
        name, "zoo", family, year, params, macs, top1, later_recipe=later_recipe, variant=variant
    )
    empty = without_random_numbers(build)

    def make() -> ModelSpec:
        found = weights() if callable(weights) else weights
        return ModelSpec(entry, preprocess, found, build, empty, adapt, categories)

    _SPECS[name] = make


def imagenet(resize: int, crop: int, interpolation: str = "bilinear") -> Preprocess:
    """Return the preprocessing that most networks for ImageNet share."""
    return Preprocess(resize, crop, IMAGENET_MEAN, IMAGENET_STD, interpolation)


def torchvision_file(filename: str, mebibytes: float) -> WeightsSpec:
    """Return the file of weights that torchvision publishes under this name.

    Args:
        filename: Ends in the first digits of its SHA-256.
        mebibytes: Its size as published, rounded to three decimals.
    """
    digest = filename.rpartition("-")[2].partition(".")[0]
    url = f"https://download.pytorch.org/models/{filename}"
    return WeightsSpec(url, filename, digest, round(mebibytes * 2**20))


def names() -> list[str]:
    """Return the names of the registered architectures, in alphabetical order."""
    return sorted(_SPECS)


def spec(name: str) -> ModelSpec:
    """Return what is known of the registered architecture `name`; KeyError if there is none."""
    return _SPECS[name]()
