"""What a person said of the inputs of their own networks is kept with the file and the callable."""

import hashlib
from dataclasses import replace

from explorer.engine.messages import NOTHING_TOLD, LoadModel
from explorer.features.models import sizes
from explorer.records.models import LoadedModel, ToldInputs
from explorer.window import loading
from explorer.window.settings import Settings


def is_own(model: LoadedModel | None) -> bool:
    """Tell whether a model comes from a person's own file."""
    return model is not None and model.entry.source == "file"


def keep(settings: Settings, name: str, text: str, takes_image: bool) -> None:
    """Keep what was typed for `path/to/file.py:callable`; an empty text forgets it."""
    settings.put(_key(name), f"{'image' if takes_image else 'shape'} {text}" if text else "")


def with_kept(settings: Settings, wanted: LoadModel) -> LoadModel:
    """Return the command with what was kept for its file, if nothing else is told."""
    if wanted.told != NOTHING_TOLD:
        return wanted
    return replace(wanted, told=_read(settings.text(_key(wanted.name), "")))


def _read(kept: str) -> ToldInputs:
    kind, _, text = kept.partition(" ")
    try:
        return sizes.told(text, kind == "image") if text else NOTHING_TOLD
    except ValueError:  # a settings file may hold anything
        return NOTHING_TOLD


def _key(name: str) -> str:
    own = loading.file_of(name)
    path = f"{own[0].absolute()}:{own[1]}" if own is not None else name
    return f"inputs/{hashlib.sha256(path.encode()).hexdigest()[:24]}"
