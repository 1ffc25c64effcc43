"""Folders as Hugging Face's hub keeps them: a `config.json` that names a network, and its weights beside it."""

import json
from pathlib import Path
from typing import Any

from explorer.records.entries import RepeatedError, said_once
from explorer.records.errors import ExplorerError
from explorer.records.text import shown
from explorer.zoo import timm_folder, transformers_folder
from explorer.zoo.registry import ModelSpec

CONFIG = "config.json"
_LARGEST = 16_000_000  # bytes; the names of 21,841 classes take two


def is_one(name: str) -> bool:
    """Tell whether a model's name is that of such a folder."""
    try:
        return (Path(name) / CONFIG).is_file()
    except (OSError, ValueError):
        return False


def spec(folder: str) -> ModelSpec:
    """Return what a folder's `config.json` says of its network, which is timm's or transformers'; nothing is built.

    Raises:
        ExplorerError: It names no network of theirs for pictures.
    """
    config = read(Path(folder) / CONFIG)
    if "model_type" in config and "architecture" not in config:
        return transformers_folder.spec(folder, config, read)
    return timm_folder.spec(folder, config)


def read(path: Path) -> dict[str, Any]:
    """Return what a file of JSON holds; empty if that is no dictionary.

    Raises:
        ExplorerError: It cannot be read, is no JSON, or says something twice with different values.
    """
    try:
        with path.open("rb") as file:
            content = json.loads(file.read(_LARGEST), object_pairs_hook=said_once)
    except OSError as error:
        raise ExplorerError(
            f"cannot read {shown(str(path), 200)}: {error.strerror}; check the folder"
        ) from error
    except RepeatedError as error:
        raise ExplorerError(f"{shown(str(path), 200)} {error}; keep the right one") from error
    except (ValueError, RecursionError) as error:
        raise ExplorerError(f"{shown(str(path), 200)} is no JSON; fetch the folder again") from error
    return content if isinstance(content, dict) else {}
