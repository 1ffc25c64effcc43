"""What a file of weights holds beside its tensors: names of classes, a configuration, notes."""

import json
from typing import Any

from explorer.records.entries import Entries

METADATA = "__metadata__"
"""Under this name a file of safetensors keeps what is no tensor, all of it text."""


def beside(content: Any) -> dict[str, Any]:
    """Return the metadata of a safetensors file, or the entries of a saved dictionary; tensors are not read.

    Text that is JSON is given as what it says.

    Args:
        content: What the file holds, as it was read without running anything.
    """
    if isinstance(content, dict) and isinstance(content.get(METADATA), dict):
        content = content[METADATA]
    if not isinstance(content, dict):
        return {}
    return {key: _decoded(value) for key, value in content.items() if isinstance(key, str)}


def _decoded(value: Any) -> Any:
    if not isinstance(value, str) or value[:1] not in ("[", "{"):
        return value
    try:
        return json.loads(value, object_pairs_hook=Entries)
    except (ValueError, RecursionError):
        return value
