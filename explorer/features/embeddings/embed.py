"""Networks used as backbones: the embeddings of images at one layer, kept while it is in use, and files of both."""

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from os import getpid
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.torch import save_file
from torch import Tensor

from explorer.engine import live
from explorer.engine.live import LiveModel, Report
from explorer.features.embeddings import backbone
from explorer.fields.algebra import Field
from explorer.records.embeddings import Embeddings, FailedImage, Pooling
from explorer.records.errors import CancelledError, ExplorerError
from explorer.records.trace import Node, Trace

Input = Callable[[str], tuple[str, Tensor]]
"""Gives the name of the image of a key and the model's input made of it."""


@dataclass(frozen=True)
class Cut:
    """Where a model is cut: at node number `node` of `trace`, whose output has `field`; images come at `size`."""

    model: LiveModel
    trace: Trace
    node: int
    field: Field | None
    size: tuple[int, int] | None

    @property
    def layer(self) -> Node:
        """The operation whose output is the embedding."""
        return self.trace.nodes[self.node]


class Backbones:
    """Embeds images at a cut; the embeddings at the last one are kept, so that a further image costs one forward."""

    def __init__(self) -> None:
        self._place: object = None
        self._vectors: dict[tuple[str, Pooling], NDArray[np.float32]] = {}

    def forget(self, key: str | None = None) -> None:
        """Forget the embeddings of an image, or all."""
        self._vectors = {at: it for at, it in self._vectors.items() if key is not None and at[0] != key}

    def embed(
        self,
        cut: Cut,
        keys: Sequence[str],
        pooling: Pooling,
        image: Input,
        report: Report,
        check: Callable[[], None],
    ) -> Embeddings:
        """Return the embeddings of images and their similarities; an image that fails is listed with the reason.

        Args:
            cut: Where.
            keys: Which images.
            pooling: How the value becomes a vector.
            image: Gives name and input for a key; may raise ExplorerError.
            report: Told of each image.
            check: Called before each operation; whatever it raises ends the work.

        Raises:
            CancelledError: If `check` raised it; what was embedded until then is kept.
            ExplorerError: There is no image, or none could be embedded; the text says why the first could not.
        """
        place = (id(cut.model), cut.size, cut.layer.name, cut.node)
        if place != self._place:
            self.forget()
            self._place = place
        done: dict[str, tuple[str, NDArray[np.float32]]] = {}
        failed: list[FailedImage] = []
        for count, key in enumerate(keys):
            name = key
            try:
                name, prepared = image(key)
                report(count, len(keys), f"embedding {name}")
                done[key] = name, self._vector(cut, key, prepared, pooling, check)
                _check_length(done, key, cut)
            except CancelledError:
                raise
            except ExplorerError as error:
                done.pop(key, None)
                failed.append(FailedImage(key, name, str(error)))
        if not done:
            reason = f"{failed[0].name}: {failed[0].reason}" if failed else "open an image first."
            raise ExplorerError(f"There is nothing to embed: {reason}")
        return _embeddings(cut, pooling, done, tuple(failed))

    def _vector(
        self, cut: Cut, key: str, prepared: Tensor, pooling: Pooling, check: Callable[[], None]
    ) -> NDArray[np.float32]:
        if (key, pooling) not in self._vectors:
            self._vectors.update({(key, it): vector for it, vector in _pooled(cut, prepared, check).items()})
        if (key, pooling) not in self._vectors:
            raise ExplorerError(
                f"{cut.layer.name} has more than {backbone.LONGEST} numbers; average over positions, or choose a "
                "later layer."
            )
        return self._vectors[key, pooling]


def _pooled(cut: Cut, prepared: Tensor, check: Callable[[], None]) -> dict[Pooling, NDArray[np.float32]]:
    """Run the model once and return the value as a vector in every way that is not too long."""
    model = cut.model.module
    with live.one_line_for(f"{cut.trace.model} cannot run on this image"):
        forward = backbone.run_until(model, prepared, cut.trace.nodes[: cut.node + 1], check)
        value = forward.value(cut.node)
        vectors = {
            pooling: backbone.pool(value, cut.field, pooling)
            for pooling in Pooling
            if pooling is Pooling.MEAN or value.numel() <= backbone.LONGEST
        }
    return {pooling: it for pooling, it in vectors.items() if 0 < it.size <= backbone.LONGEST}


def _check_length(done: dict[str, tuple[str, NDArray[np.float32]]], key: str, cut: Cut) -> None:
    first, own = next(iter(done.values()))[1].size, done[key][1].size
    if own != first:
        raise ExplorerError(
            f"{cut.layer.name} gives {own} numbers here and {first} for the image before; "
            "choose a layer of one size."
        )


def _embeddings(
    cut: Cut,
    pooling: Pooling,
    done: dict[str, tuple[str, NDArray[np.float32]]],
    failed: tuple[FailedImage, ...],
) -> Embeddings:
    names = tuple(name for name, _ in done.values())
    vectors = np.stack([vector for _, vector in done.values()])
    return Embeddings(
        model=cut.trace.model,
        weights=cut.model.loaded.weights,
        layer=cut.layer.name,
        shape=cut.layer.shape,
        pooling=pooling,
        note=backbone.describe(cut.layer.shape, cut.field, pooling, vectors.shape[1]),
        keys=tuple(done),
        names=names,
        vectors=vectors,
        similarity=backbone.similarities(vectors),
        remarks=_remarks(names, vectors, cut.model.loaded.weights),
        failed=failed,
    )


def _remarks(names: Sequence[str], vectors: NDArray[np.float32], weights: str) -> tuple[str, ...]:
    remarks = []
    for name, vector in zip(names, vectors, strict=True):
        if not np.isfinite(vector).all():
            remarks.append(f"The embedding of {name} is not finite: it cannot be compared.")
        elif not vector.any():
            remarks.append(
                f"The embedding of {name} is zero: it has no direction, its similarity counts as 0."
            )
    if weights.startswith("random"):
        remarks.append("The weights are random: what is similar here was not learned.")
    return tuple(remarks)


# ---- files ----


def save_weights(cut: Cut, image: Tensor, pooling: Pooling, path: Path, check: Callable[[], None]) -> None:
    """Write the weights that lead to the cut, under the model's own names.

    A `.safetensors` file also says what they are (model, layer, weights, input size, preprocessing, pooling); a
    `.pt` file is the plain state_dict.

    Raises:
        ExplorerError: The suffix is another, nothing is to be saved, or the file cannot be written.
    """
    suffix = _suffix(path, (".safetensors", ".pt"), "weights")
    with live.one_line_for(f"{cut.trace.model} cannot run on this image"):
        forward = backbone.run_until(cut.model.module, image, cut.trace.nodes[: cut.node + 1], check)
        state = backbone.cut_state(cut.model.module, forward)
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
        "model": cut.trace.model,
        "layer": cut.layer.name,
        "weights": cut.model.loaded.weights,
        "input": "×".join(map(str, cut.trace.input_shape)),
        "preprocessing": json.dumps(asdict(cut.model.spec.preprocess)),
        "pooling": str(pooling),
        "output": "×".join(map(str, cut.layer.shape)),
    }


def _suffix(path: Path, allowed: tuple[str, ...], what: str) -> str:
    suffix = path.suffix.lower()
    if suffix not in allowed:
        raise ExplorerError(f"{path.name} has no suffix for {what}; choose {' or '.join(allowed)}.")
    return suffix


def _write(path: Path, write: Callable[[Path], object]) -> None:
    """Have a file written beside `path` and put in its place at once: nobody meets half a file."""
    beside = path.with_name(f".{path.name}.{getpid()}.part")
    try:
        try:
            beside.touch()  # what the file system refuses, it refuses here, in its own words
            write(beside)
            beside.replace(path)
        finally:
            beside.unlink(missing_ok=True)
    except (OSError, RuntimeError, SafetensorError) as error:
        reason = " ".join(str(getattr(error, "strerror", None) or error).split())
        raise ExplorerError(f"{path} cannot be written ({reason}); choose another place.") from error
