"""What a person should know of a network of their own: layers that it hides from torch, inputs that are no picture."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
from torch import nn
from torch.nn.parameter import is_lazy

from explorer import imaging, zoo
from explorer.records import faults
from explorer.records.images import DecodedImage
from explorer.records.models import Passing, Preprocess
from explorer.records.text import one_line

_MOST_NAMED = 3
_DEEPEST = 4


def of(network: nn.Module, spec: zoo.ModelSpec) -> tuple[str, ...]:
    """Return what is peculiar, one line each."""
    return (
        *spec.notes,
        *_preparation(spec),
        *_unregistered(network),
        *_without_shape(network),
        *_inputs(spec),
    )


def _preparation(spec: zoo.ModelSpec) -> Iterator[str]:
    """Say if pictures are not prepared here as the network's own source does it: it is tried on two of noise."""
    if spec.prepares is None or not isinstance(spec.preprocess, Preprocess):
        return
    random = np.random.default_rng(0)
    for shape in _SHAPES:
        pixels = random.integers(0, 256, (*shape, 3), np.uint8)
        ours = imaging.prepare(DecodedImage(pixels), spec.preprocess, resizes=spec.resizes).input[0]
        try:
            theirs = spec.prepares(pixels)
        except Exception as error:  # noqa: BLE001  a stranger's settings
            theirs, why = None, f" ({one_line(faults.kind_and_text(error))})"
        else:
            why = ""
        if theirs is None or theirs.shape != ours.shape or not np.allclose(theirs, ours, _EQUAL, _EQUAL):
            yield f"its own image processor prepares pictures in another way than is done here{why}"
            return


_SHAPES = ((91, 240), (333, 128))
_EQUAL = 1e-6


def _unregistered(network: nn.Module) -> Iterator[str]:
    registered = {id(module) for module in network.modules()}
    found = {id(it): (path, it) for path, it in _hidden(network) if id(it) not in registered}
    if not found:
        return
    paths = [path for path, _ in found.values()]
    named = ", ".join(paths[:_MOST_NAMED]) + (", …" if len(paths) > _MOST_NAMED else "")
    weights = {id(p): p for _, it in found.values() for p in it.parameters() if not is_lazy(p)}
    count = sum(p.numel() for p in weights.values())
    what = "1 module is" if len(paths) == 1 else f"{len(paths):,} modules are"
    yield (
        f"{what} not registered: {named}; {count:,} parameters are neither counted, loaded nor moved: "
        "keep them in an nn.ModuleList or nn.ModuleDict"
    )


def _hidden(network: nn.Module) -> Iterator[tuple[str, nn.Module]]:
    """Yield the modules that others keep in plain lists, tuples, sets and dictionaries."""
    for path, module in network.named_modules():
        for name, value in vars(module).items():
            if not name.startswith("_") or name.lstrip("_") not in _OF_TORCH:
                yield from _inside(f"{path}.{name}" if path else name, value, _DEEPEST)


_OF_TORCH = {name.lstrip("_") for name in vars(nn.Module())}


def _inside(path: str, value: Any, depth: int) -> Iterator[tuple[str, nn.Module]]:
    if isinstance(value, nn.Module):
        yield path, value
    elif depth and isinstance(value, (list, tuple, set, frozenset)):
        for place, item in enumerate(value):
            yield from _inside(f"{path}[{place}]", item, depth - 1)
    elif depth and isinstance(value, dict):
        for key, item in value.items():
            yield from _inside(f"{path}[{key!r:.40}]", item, depth - 1)


def _without_shape(network: nn.Module) -> Iterator[str]:
    lazy = [
        path
        for path, module in network.named_modules()
        if any(map(is_lazy, module.parameters(recurse=False)))
    ]
    if lazy:
        verb = "does" if len(lazy) == 1 else "do"
        yield f"{', '.join(lazy[:_MOST_NAMED])} {verb} not run: the shapes of these lazy layers stay unknown"


def _inputs(spec: zoo.ModelSpec) -> Iterator[str]:
    """Say what a person's own network takes, unless it is one picture in colour of the usual size."""
    first = spec.inputs[0].takes
    if spec.entry.source != "file" or (
        len(spec.inputs) == 1 and isinstance(first, Preprocess) and first.shape == (1, 3, 224, 224)
    ):
        return
    noise = [slot for slot in spec.inputs if not slot.is_image]
    is_plain = len(spec.inputs) == 1 and spec.inputs[0].passing is Passing.POSITION
    told = "; ".join((replace(slot, name="") if is_plain else slot).sentence for slot in spec.inputs)
    yield f"it takes {told}" + (" (noise is given where no picture can be)" if noise else "")
