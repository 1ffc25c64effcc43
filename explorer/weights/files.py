"""A file or a folder of weights, whatever wrote it, read without running what may hide in it."""

import json
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from explorer.records.entries import RepeatedError, said_once
from explorer.records.text import listed, shown
from explorer.weights import archive, kinds, legacy, safetensors
from explorer.weights.beside import beside
from explorer.weights.parts import Part, parts
from explorer.weights.pickles import Inert, PickleError
from explorer.weights.store import WeightsError
from explorer.weights.tensors import Leaf, StateDict

_INDEX = ".index.json"
_LARGEST_INDEX = 100_000_000  # bytes
_MOST_SHARDS = 10_000
# What Hugging Face's hub and timm keep in a folder, the best first.
_IN_FOLDER = (
    "model.safetensors", f"model.safetensors{_INDEX}", "pytorch_model.bin", f"pytorch_model.bin{_INDEX}",
)  # fmt: skip
_ENDINGS = (".safetensors", ".pt", ".pth", ".bin", ".ckpt")


@dataclass(frozen=True, eq=False)
class Checkpoint:
    """What a file of weights holds; no tensor has been read yet.

    Attributes:
        name: The file's name, for a person.
        parts: Its dictionaries of tensors, the likeliest first; at least one.
        beside: What it holds beside them, by name.
    """

    name: str
    parts: tuple[Part, ...]
    beside: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def of(cls, tensors: StateDict, name: str = "the weights") -> "Checkpoint":
        """Return the checkpoint that holds these tensors and nothing else."""
        return cls(name, (Part((), dict(tensors)),))


def load(path: Path) -> Checkpoint:
    """Look into a file of weights, the index of a sharded one, or a folder as Hugging Face's hub keeps it.

    No code in the file runs: what a pickle calls is never looked up.

    Raises:
        WeightsError: It is missing, of another kind, broken, or holds no tensors by name.
    """
    if os.path.isdir(path):  # noqa: PTH112 - False for a path that cannot even be asked about
        path = weights_in(path)
    kinds.refuse_what_cannot_be_read(path)
    if path.name.endswith(_INDEX):
        return Checkpoint(shown(path.name), (Part((), _sharded(path)),))
    content = _content(path)
    found = parts(content)
    if not found:
        raise WeightsError(f"{shown(path.name)} holds {_what(content)}, no tensors by name; {kinds.SAVE}")
    return Checkpoint(shown(path.name), tuple(found), beside(content))


def weights_in(folder: Path) -> Path:
    """Return the file of weights in a folder.

    Raises:
        WeightsError: There is none, or several and none of a usual name.
    """
    try:
        names = sorted(each.name for each in folder.iterdir())
    except OSError as error:
        raise kinds.unreadable(folder, error) from error
    usual = next((name for name in _IN_FOLDER if name in names), None)
    if usual is not None:
        return folder / usual
    found = [name for name in names if name.endswith(_ENDINGS)]
    if len(found) == 1:
        return folder / found[0]
    name = shown(folder.name)
    if any(each.endswith(".distcp") for each in names):
        raise WeightsError(
            f"{name} is a distributed checkpoint; make one file of it with "
            "`python -m torch.distributed.checkpoint.format_utils dcp_to_torch` and load that"
        )
    if not found:
        raise WeightsError(f"{name} is a folder without a file of weights; choose the file itself")
    raise WeightsError(
        f"{name} is a folder with several files of weights ({listed(found)}); choose one of them"
    )


def _content(path: Path) -> Any:
    first = kinds.head(path)
    if safetensors.is_one(first):
        return safetensors.read(path)
    if first.startswith(b"PK\x03\x04"):
        return _of_pickle(archive.read, path)
    if (found := kinds.foreign(first, path)) is not None:
        raise found
    if not first.startswith((b"\x80", b"(", b"}", b"]", b"c")):
        raise kinds.unknown(first, path)
    return _of_pickle(legacy.read, path)


def _of_pickle(read: Any, path: Path) -> Any:
    try:
        return read(path)
    except PickleError as error:
        why = shown(" ".join(str(error).split()), 160)
        raise WeightsError(f"{shown(path.name)} cannot be read as weights: {why}; fetch it again") from error


def _what(content: Any) -> str:
    if isinstance(content, dict):
        names = [
            key if isinstance(key, str) else str(key) if isinstance(key, int) else "…" for key in content
        ]
        objects = [each.name for each in content.values() if isinstance(each, Inert) and each.name]
        called = f" (and calls {shown(objects[0])}, which was not run)" if objects else ""
        return f"a dictionary of {listed(names, 60)}{called}" if content else "an empty dictionary"
    if isinstance(content, Inert):
        return f"what {shown(content.name or 'an object')} would make, which was not run"
    for kind, what in (
        (Leaf, "one tensor alone"),
        (list | tuple, "a list"),
        (int | float, "a number"),
        (str, "text"),
    ):
        if isinstance(content, kind):
            return what
    return "nothing"


# ---- sharded ----


def _sharded(index: Path) -> StateDict:
    """Gather the tensors that the index of a sharded checkpoint names, from the files beside it."""
    name = shown(index.name)
    table = _read_json(index)
    places = table.get("weight_map") if isinstance(table, dict) else None
    if not isinstance(places, dict) or not places or not all(isinstance(it, str) for it in places.values()):
        raise WeightsError(
            f"{name} is no index of weights: it has no weight_map; choose the file of weights itself"
        )
    files = sorted(set(places.values()))
    if len(files) > _MOST_SHARDS:
        raise WeightsError(f"{name} names {len(files):,} files; choose the file of weights itself")
    gathered: StateDict = {}
    for file in files:
        if file != Path(file).name or "\\" in file or file in ("", ".", ".."):
            raise WeightsError(f"{name} names {shown(file)}, which is not beside it; fetch the index again")
        shard = index.parent / file
        kinds.refuse_what_cannot_be_read(shard)
        found = parts(_content(shard))
        tensors = found[0].tensors if found else {}
        wanted = [key for key, place in places.items() if place == file]
        if lacking := [key for key in wanted if key not in tensors]:
            raise WeightsError(
                f"{name}: {shown(file)} lacks {len(lacking)} of its tensors ({listed(lacking)}); fetch it again"
            )
        gathered |= {key: tensors[key] for key in wanted}
    return gathered


def _read_json(path: Path) -> Any:
    if path.stat().st_size > _LARGEST_INDEX:
        raise WeightsError(f"{shown(path.name)} is too long for an index; choose the file of weights itself")
    try:
        return json.loads(path.read_bytes(), object_pairs_hook=said_once)
    except OSError as error:
        raise kinds.unreadable(path, error) from error
    except RepeatedError as error:
        raise WeightsError(f"{shown(path.name)} {error}; fetch it again") from error
    except (ValueError, RecursionError) as error:
        raise WeightsError(f"{shown(path.name)} is no JSON, as an index would be; fetch it again") from error
