"""All models by name: the zoo's own, torchvision's, timm's, transformers' and the user's files."""

import difflib
from collections.abc import Callable
from dataclasses import replace
from typing import NamedTuple

from explorer.records.errors import ExplorerError
from explorer.records.models import ModelEntry, WeightsSpec, WeightsStatus
from explorer.records.names import split_file
from explorer.zoo import (
    alexnet,  # noqa: F401
    char_cnn,  # noqa: F401
    cifar_net,  # noqa: F401
    densenet,  # noqa: F401
    efficientnet,  # noqa: F401
    efficientnet_lite,  # noqa: F401  importing a family registers it
    folders,
    gap_cnn,  # noqa: F401
    googlenet,  # noqa: F401
    inception_v3,  # noqa: F401
    lenet,  # noqa: F401
    mixer,  # noqa: F401
    mnasnet,  # noqa: F401
    mobilenet_v1,  # noqa: F401
    mobilenet_v2,  # noqa: F401
    mobilenet_v3,  # noqa: F401
    registry,
    resnet,  # noqa: F401
    senet,  # noqa: F401
    shufflenet_v1,  # noqa: F401
    shufflenet_v2,  # noqa: F401
    timm_source,
    torchvision_source,
    transformers_source,
    user_file,
    vgg,  # noqa: F401
    vit,  # noqa: F401
    zfnet,  # noqa: F401
)
from explorer.zoo.registry import ModelSpec


class _Source(NamedTuple):
    names: Callable[[], list[str]]
    spec: Callable[[str], ModelSpec]
    is_installed: Callable[[], bool] = lambda: True
    entry: Callable[[str], ModelEntry] | None = None
    """Its line of the catalogue, where the rest of its spec takes long; it has no weights then."""


# In the order in which a bare name is looked up.
_SOURCES = {
    "torchvision": _Source(torchvision_source.names, torchvision_source.spec),
    "zoo": _Source(registry.names, registry.spec),
    "timm": _Source(timm_source.names, timm_source.spec, timm_source.is_installed),
    "transformers": _Source(
        transformers_source.names,
        transformers_source.spec,
        transformers_source.is_installed,
        transformers_source.entry,
    ),
}
_LISTED = ("zoo", "torchvision", "timm", "transformers")


class UnknownModelError(ExplorerError):
    """No model has the name."""


class Listing(NamedTuple):
    """Lines of the catalogue, and one line for each source that could not be listed."""

    entries: tuple[ModelEntry, ...]
    notes: tuple[str, ...]


def entries(
    source: str | None = None, status: Callable[[WeightsSpec], WeightsStatus] | None = None
) -> Listing:
    """List the models of one source, or of all: the zoo's first, then torchvision's, timm's and transformers'.

    Args:
        source: `zoo`, `torchvision`, `timm`, `transformers`, or None for all.
        status: Tells where published weights are; without it the entries leave that open.

    Raises:
        ExplorerError: There is no such source.
    """
    chosen = {key: _source(key) for key in (_LISTED if source is None else (source,))}
    listed = [_entry(each, name, status) for each in chosen.values() for name in each.names()]
    missing = [_not_installed(key) for key, each in chosen.items() if not each.is_installed()]
    return Listing(tuple(listed), tuple(missing))


def resolve(name: str, trusted: bool | str = False) -> ModelSpec:
    """Return the model of that name without building it.

    Args:
        name: `NAME` (looked up in torchvision, then zoo, timm, transformers), `SOURCE:NAME`,
            `path/to/file.py:callable`, or a folder with the `config.json` of a network of timm or transformers.
        trusted: SHA-256 of the content that the user agreed to run; True for any content, False for none.

    Raises:
        UnknownModelError: No model has the name; the message offers the closest ones.
        UntrustedFileError: It names a user's file, and `trusted` is False.
        ExplorerError: There is no such source or file.
    """
    if parts := split_file(name):
        return user_file.spec(*parts, trusted=trusted)
    if folders.is_one(name):
        return folders.spec(name)
    prefix, colon, own_name = name.rpartition(":")
    sources = [_source(prefix)] if colon else list(_SOURCES.values())
    for source in sources:
        if own_name in source.names():
            return source.spec(own_name)
    raise UnknownModelError(_unknown(name, prefix, own_name, sources))


def _source(name: str) -> _Source:
    if name not in _SOURCES:
        raise ExplorerError(
            f"there is no source {name!r}; choose {', '.join(_LISTED)} or path/to/file.py:NAME"
        )
    return _SOURCES[name]


def _unknown(name: str, prefix: str, own_name: str, sources: list[_Source]) -> str:
    if prefix in _SOURCES and not _SOURCES[prefix].is_installed():
        return f"{name} cannot be had: {_not_installed(prefix)}"
    known = dict.fromkeys(each for source in sources for each in source.names())
    close = difflib.get_close_matches(own_name, known, n=3)
    if not close:
        return f"no model is named {name!r}; `arch-explorer models` lists all"
    return f"no model is named {name!r}; close are {', '.join(close)}"


def _not_installed(source: str) -> str:
    return (
        f"{source} is not installed: its models are missing here; "
        f"install architecture-explorer[{source}] to have them"
    )


def _entry(source: _Source, name: str, status: Callable[[WeightsSpec], WeightsStatus] | None) -> ModelEntry:
    if source.entry is not None:
        return replace(source.entry(name), weights=WeightsStatus.NONE)
    spec = source.spec(name)
    if spec.weights is None:
        return replace(spec.entry, weights=WeightsStatus.NONE)
    return replace(spec.entry, weights=status(spec.weights)) if status else spec.entry
