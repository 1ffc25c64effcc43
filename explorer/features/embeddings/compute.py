"""Answers what is asked of a network as a backbone: the embeddings of images at one layer, kept while it is in use."""

from collections.abc import MutableMapping, Sequence
from pathlib import Path
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from explorer.engine import live
from explorer.engine.bench import Bench
from explorer.engine.command import answers
from explorer.engine.inputs import OpenInput
from explorer.engine.live import LiveModel
from explorer.engine.task import Task
from explorer.features.embeddings import backbone, files
from explorer.features.embeddings.backbone import Cut
from explorer.features.embeddings.messages import EmbedImages, SaveBackbone, SaveEmbeddings
from explorer.records.embeddings import Embeddings, FailedImage, Pooling
from explorer.records.errors import CancelledError, ExplorerError
from explorer.records.models import LoadedModel

Vector = NDArray[np.float32]
"""(D,)"""


@answers(EmbedImages)
def embed_images(ask: EmbedImages, bench: Bench, task: Task) -> Embeddings:
    """Embed images and compare them; an image that fails is listed with the reason."""
    return _embed(ask, bench, task)


@answers(SaveEmbeddings)
def save_embeddings(ask: SaveEmbeddings, bench: Bench, task: Task) -> str:
    """Embed images and write their vectors into a file."""
    files.save_embeddings(_embed(ask, bench, task), Path(ask.path))
    return ask.path


@answers(SaveBackbone)
def save_backbone(ask: SaveBackbone, bench: Bench, task: Task) -> str:
    """Write the weights that lead to a layer into a file."""
    cut = _cut(ask, bench)
    task.report(0, 0, f"writing {ask.path}")
    files.save_weights(cut, ask.pooling, Path(ask.path), task)
    return ask.path


def _cut(ask: EmbedImages | SaveEmbeddings | SaveBackbone, bench: Bench) -> Cut:
    forward, node = bench.node(ask.forward, ask.node)
    return Cut(forward, node.id)


def _embed(ask: EmbedImages | SaveEmbeddings, bench: Bench, task: Task) -> Embeddings:
    """Embed one image after the other; if it is cancelled, what was embedded until then is kept.

    Raises:
        ExplorerError: There is no image, or none could be embedded; the text says why the first could not.
    """
    cut = _cut(ask, bench)
    done: dict[str, tuple[str, Vector]] = {}
    failed: list[FailedImage] = []
    for count, key in enumerate(ask.keys):
        name = key
        try:
            opened = bench.inputs.get(key)
            name = opened.name
            task.report(count, len(ask.keys), f"embedding {name}")
            done[key] = name, _vector(cut, key, ask.pooling, bench, task)
            _check_length(done, key, cut)
        except CancelledError:
            raise
        except ExplorerError as error:
            done.pop(key, None)
            failed.append(FailedImage(key, name, str(error)))
    if not done:
        reason = f"{failed[0].name}: {failed[0].reason}" if failed else "open an image first."
        raise ExplorerError(f"There is nothing to embed: {reason}")
    return _embeddings(cut, ask.pooling, done, tuple(failed))


class _Known:
    """The embeddings at the cut that was last asked for, so that a further image costs one forward.

    A memo of the model. The embeddings of an image go when it is closed.
    """

    def __init__(self, _model: LiveModel) -> None:
        self._place: object = None
        self._vectors: WeakKeyDictionary[OpenInput, dict[Pooling, Vector]] = WeakKeyDictionary()

    def at(self, cut: Cut) -> MutableMapping[OpenInput, dict[Pooling, Vector]]:
        """Return what is known at a cut; what is known of another one is forgotten."""
        place = (cut.forward.size, cut.layer.name, cut.node)
        if place != self._place:
            self._place, self._vectors = place, WeakKeyDictionary()
        return self._vectors


def _vector(cut: Cut, key: str, pooling: Pooling, bench: Bench, task: Task) -> Vector:
    opened, known = bench.inputs.get(key), cut.forward.model.memo(_Known).at(cut)
    if opened not in known:
        known[opened] = _pooled(cut, key, bench, task)
    if pooling not in known[opened]:
        raise ExplorerError(
            f"{cut.layer.name} has more than {backbone.LONGEST:,} numbers; average over positions, or choose a "
            "later layer."
        )
    return known[opened][pooling]


def _pooled(cut: Cut, key: str, bench: Bench, task: Task) -> dict[Pooling, Vector]:
    """Run the model once and return the value as a vector in every way that is not too long."""
    model, trace = cut.forward.model, cut.forward.trace
    inputs, named = model.arguments(bench.inputs.prepared(key, model.spec, cut.forward.size))
    with live.one_line_for(f"{trace.model} cannot run on this image"), model.mode(False) as module:
        nodes, room = trace.nodes[: cut.node + 1], bench.keeping(model.loaded.device).room
        forward = backbone.run_until(module, inputs, nodes, task.check, named, room)
        value = forward.value(cut.node)
        vectors = {
            pooling: backbone.pool(value, cut.field, pooling)
            for pooling in Pooling
            if pooling is Pooling.MEAN or value.numel() <= backbone.LONGEST
        }
    return {pooling: it for pooling, it in vectors.items() if 0 < it.size <= backbone.LONGEST}


def _check_length(done: dict[str, tuple[str, Vector]], key: str, cut: Cut) -> None:
    first, own = next(iter(done.values()))[1].size, done[key][1].size
    if own != first:
        raise ExplorerError(
            f"{cut.layer.name} gives {own:,} numbers here and {first:,} for the image before; "
            "choose a layer of one size."
        )


def _embeddings(
    cut: Cut,
    pooling: Pooling,
    done: dict[str, tuple[str, Vector]],
    failed: tuple[FailedImage, ...],
) -> Embeddings:
    names = tuple(name for name, _ in done.values())
    vectors = np.stack([vector for _, vector in done.values()])
    return Embeddings(
        model=cut.forward.trace.model,
        weights=cut.forward.model.loaded.weights,
        layer=cut.layer.name,
        shape=cut.layer.shape,
        pooling=pooling,
        note=backbone.describe(cut.layer.shape, cut.field, pooling, vectors.shape[1]),
        keys=tuple(done),
        names=names,
        vectors=vectors,
        similarity=backbone.similarities(vectors),
        remarks=_remarks(names, vectors, cut.forward.model.loaded),
        failed=failed,
    )


def _remarks(names: Sequence[str], vectors: Vector, model: LoadedModel) -> tuple[str, ...]:
    remarks = []
    for name, vector in zip(names, vectors, strict=True):
        if not np.isfinite(vector).all():
            remarks.append(f"The embedding of {name} is not finite: it cannot be compared.")
        elif not vector.any():
            remarks.append(
                f"The embedding of {name} is zero: it has no direction, its similarity counts as 0."
            )
    if model.is_random:
        remarks.append("The weights are random: what is similar here was not learned.")
    return tuple(remarks)
