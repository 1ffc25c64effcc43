"""Where files of weights are kept, and whether one is what was published.

Downloads share the folder of torch's hub: what torchvision fetched once is found here, and the reverse.
"""

import hashlib
import os
from collections.abc import Callable
from pathlib import Path

from explorer.records.errors import CancelledError, ExplorerError
from explorer.records.models import WeightsSpec, WeightsStatus

_CHUNK = 1 << 20


class WeightsError(ExplorerError):
    """A file of weights cannot be used."""


def folder() -> Path:
    """Return the folder of downloaded weights: `TORCH_HOME`, else torch's part of the user's cache."""
    cache = os.environ.get("XDG_CACHE_HOME", "~/.cache")
    home = os.environ.get("TORCH_HOME", str(Path(cache) / "torch"))
    return Path(home).expanduser() / "hub" / "checkpoints"


def find(spec: WeightsSpec) -> Path | None:
    """Return where the file lies: in the package that brings them or among the downloads; None if nowhere."""
    places = [folder() / spec.filename]
    if spec.path is not None:
        places.insert(0, Path(spec.path))
    return next((place for place in places if place.is_file()), None)


def status(spec: WeightsSpec) -> WeightsStatus:
    """Tell where the weights are; a file on disk is not opened for that."""
    if find(spec) is not None:
        return WeightsStatus.ON_DISK
    return WeightsStatus.NONE if spec.url is None else WeightsStatus.DOWNLOADABLE


def is_published(path: Path, spec: WeightsSpec, cancelled: Callable[[], bool] = lambda: False) -> bool:
    """Tell whether the file's content is the published one: by its hash, or by its size if no hash is known.

    Where the hash is known the size is not asked: it may have been published rounded.

    Raises:
        CancelledError: `cancelled` answered True; it is asked after each MiB.
        OSError: The file cannot be read.
    """
    if not spec.sha256_prefix:
        return spec.bytes is None or path.stat().st_size == spec.bytes
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            if cancelled():
                raise CancelledError(f"checking {path.name} was cancelled")
            digest.update(chunk)
    return digest.hexdigest().startswith(spec.sha256_prefix)
