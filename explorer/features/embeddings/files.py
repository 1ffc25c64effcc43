"""Files of backbones: the weights that lead to a layer, and the embeddings of images at it."""

import json
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.torch import save_file

from explorer.engine import live
from explorer.engine.task import Task
from explorer.features.embeddings import backbone
from explorer.features.embeddings.backbone import Cut
from explorer.records.embeddings import Embeddings, Pooling
from explorer.records.errors import ExplorerError
from explorer.writing import beside


def save_weights(cut: Cut, pooling: Pooling, path: Path, task: Task) -> None:
    """Write the weights that lead to the cut, under the model's own names.

    A `.safetensors` file also says what they are (model, layer, weights, input size, preprocessing, pooling); a
    `.pt` file is the plain state_dict.

    Raises:
        ExplorerError: The suffix is another, nothing is to be saved, or the file cannot be written.
    """
    suffix = _suffix(path, (".safetensors", ".pt"), "weights")
    inputs, named = cut.forward.arguments()
    what = f"{cut.forward.trace.model} cannot run on this image"
    with live.one_line_for(what), cut.forward.model.mode(False) as module:
        nodes = cut.forward.trace.nodes[: cut.node + 1]
        run = backbone.run_until(module, inputs, nodes, task.check, named)
        state = backbone.cut_state(module, run)
    if not state:
        raise ExplorerError(f"No weights lead to {cut.layer.name}; choose a later layer.")
    if suffix == ".pt":
        _write(path, lambda file: torch.save(state, file))
    else:
        described = _described(cut, pooling)
        _write(path, lambda file: save_file(state, file, described))


def save_embeddings(embeddings: Embeddings, path: Path) -> None:
    """Write an `.npz` file that numpy loads without pickle.

    Its arrays are `embeddings` (N, D), `names` (N,), `layer`, `model`, `weights`, `pooling` and `note`.

    Raises:
        ExplorerError: The suffix is another, or the file cannot be written.
    """
    _suffix(path, (".npz",), "embeddings")
    arrays: dict[str, NDArray[Any]] = {
        "embeddings": embeddings.vectors,
        "names": np.array(embeddings.names, dtype=np.str_),
        **{
            name: np.array(text, dtype=np.str_)
            for name, text in (
                ("layer", embeddings.layer),
                ("model", embeddings.model),
                ("weights", embeddings.weights),
                ("pooling", str(embeddings.pooling)),
                ("note", embeddings.note),
            )
        },
    }

    def write(file: Path) -> None:
        with file.open("wb") as opened:  # given a path, numpy adds a suffix of its own
            np.savez(opened, **arrays)  # type: ignore[arg-type]

    _write(path, write)


def _described(cut: Cut, pooling: Pooling) -> dict[str, str]:
    return {
        "model": cut.forward.trace.model,
        "layer": cut.layer.name,
        "weights": cut.forward.model.loaded.weights,
        "input": "×".join(map(str, cut.forward.trace.input_shape)),
        "preprocessing": json.dumps(asdict(cut.forward.model.spec.preprocess)),
        "pooling": str(pooling),
        "output": "×".join(map(str, cut.layer.shape)),
    }


def _suffix(path: Path, allowed: tuple[str, ...], what: str) -> str:
    suffix = path.suffix.lower()
    if suffix not in allowed:
        raise ExplorerError(f"{path.name} has no suffix for {what}; choose {' or '.join(allowed)}.")
    return suffix


def _write(path: Path, write: Callable[[Path], object]) -> None:
    """Have a file written whole; what goes wrong is told in one line."""
    try:
        with beside(path) as file:
            write(file)
    except (OSError, RuntimeError, SafetensorError) as error:
        reason = " ".join(str(getattr(error, "strerror", None) or error).split())
        raise ExplorerError(f"{path} cannot be written ({reason}); choose another place.") from error
