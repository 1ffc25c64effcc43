"""The commands themselves: each takes its options, prints its answer and returns the exit code."""

import argparse
from collections.abc import Callable
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import numpy as np
import torch

from explorer import imaging, weights, zoo
from explorer.analysis import timing, trace
from explorer.analysis.receptive_field import ReceptiveFields
from explorer.analysis.recorder import Recording, record
from explorer.cli import output
from explorer.cli.run import UsageError
from explorer.engine import live, messages
from explorer.engine.engine import Engine
from explorer.engine.live import LiveModel
from explorer.records.errors import ExplorerError
from explorer.records.images import ImageSource
from explorer.records.trace import Trace


def _models(options: argparse.Namespace) -> int:
    listing = zoo.entries(options.source, status=weights.status)
    output.say(*listing.notes)
    output.models(listing.entries, options.json)
    return 0


def _classify(options: argparse.Namespace) -> int:
    engine = Engine()
    loading = messages.LoadModel(options.model, options.weights, options.seed, options.device, options.trust)
    model: Any = _ask(engine, loading)
    answers = [_answer(engine, path, options.top, model) for path in options.images]
    output.answers(answers, options.json)
    return 1 if any("error" in answer for answer in answers) else 0


def _answer(engine: Engine, path: str, top: int, model: Any) -> dict[str, Any]:
    try:
        opened: Any = _ask(engine, messages.OpenImage(path, ImageSource(path, path)))
        answer: Any = _ask(engine, messages.Classify(path, top))
    except ExplorerError as error:
        output.say(str(error))
        return {"file": path, "error": str(error)}
    finally:
        _ask(engine, messages.CloseImage(path))
    output.say(*(f"{path}: {note}" for note in opened.notes))
    return {
        "file": path,
        "model": model.entry.full_name,
        "weights": model.weights,
        "pretrained": model.pretrained,
        "predictions": [
            {"index": p.index, "label": p.label, "probability": p.probability} for p in answer.predictions
        ],
    }


def _trace(options: argparse.Namespace) -> int:
    model = _load(options)
    forward, traced, _ = _recorded(model, _input(options, model))
    if options.save:
        _save(forward, options.save)
    output.trace(traced, options.json)
    if traced.error:
        output.say(f"{traced.model} failed at {traced.error.name}: {traced.error.message}")
        return 1
    return 0


def _receptive_field(options: argparse.Namespace) -> int:
    options.weights, options.seed, options.device = "random", 0, "cpu"
    model = _load(options)
    _, traced, fields = _recorded(model, _noise(options.shape or model.spec.preprocess.shape))
    node = _find_layer(traced, options.layer)
    grid = fields.grid(node)
    if options.unit is not None and grid is None:
        raise UsageError(f"{options.layer} has no map to choose a unit on; leave out --unit.")
    unit = options.unit or tuple(n // 2 for n in grid or ())
    if grid is not None and (len(unit) != len(grid) or any(u >= n for u, n in zip(unit, grid, strict=True))):
        raise UsageError(
            f"--unit {unit} lies outside the map of {options.layer}, which is {grid}; count from 0."
        )
    output.field(options.layer, fields.of_unit(node, unit), options.json)
    if traced.error:
        output.say(f"{traced.model} failed at {traced.error.name}: {traced.error.message}")
    return 1 if traced.error else 0


def _profile(options: argparse.Namespace) -> int:
    model = _load(options)
    if 0 in options.batch:
        raise UsageError("--batch needs at least one image.")
    documents = [_profiled(model, batch, options.train) for batch in options.batch]
    output.profile(documents, options.json)
    return 0


def _profiled(model: LiveModel, batch: int, train: bool) -> dict[str, Any]:
    shape = (batch, *model.spec.preprocess.shape[1:])
    value = _noise(shape).to(model.loaded.device)
    model.module.train(train)
    forward, traced, _ = _recorded(model, value)
    if traced.error:
        raise ExplorerError(f"{traced.model} failed at {traced.error.name}: {traced.error.message}")
    memory = trace.memory(forward, model.module)
    timed = timing.measure(model.module, (value,), forward.operations, runs=10)
    step = timing.train_steps(model.module, (value,), runs=10) if train else None
    return output.profile_document(traced, timed, memory, step)


def _screenshot(options: argparse.Namespace) -> int:
    from explorer.ui.screenshot import render

    render(
        out=options.out,
        model=options.model,
        image=options.image,
        layer=options.layer,
        tab=options.tab,
        size=options.size,
        theme=options.theme,
        trusted=options.trust,
    )
    output.say(f"wrote {options.out}")
    return 0


COMMANDS: dict[str, Callable[[argparse.Namespace], int]] = {
    "models": _models,
    "classify": _classify,
    "trace": _trace,
    "receptive-field": _receptive_field,
    "profile": _profile,
    "screenshot": _screenshot,
}


def _ask(engine: Engine, command: messages.Command) -> object:
    return engine.handle(command, lambda done, total, text: None, lambda: False)


def _load(options: argparse.Namespace) -> LiveModel:
    return live.load(
        options.model,
        options.weights,
        options.seed,
        options.device,
        options.trust,
        lambda done, total, text: None,
        lambda: False,
    )


def _recorded(model: LiveModel, value: torch.Tensor) -> tuple[Recording, Trace, ReceptiveFields]:
    forward = record(model.module, (value.to(model.loaded.device),))
    fields = ReceptiveFields(forward)
    traced = trace.build(forward, model.module, model.spec.entry.full_name)
    return forward, trace.with_fields(traced, fields), fields


def _input(options: argparse.Namespace, model: LiveModel) -> torch.Tensor:
    if options.input:
        return _from_npy(options.input)
    if options.image:
        source = ImageSource(str(options.image), str(options.image))
        image = imaging.decode(imaging.read(source), source.name)
        output.say(*(f"{source.name}: {note}" for note in image.notes))
        return torch.from_numpy(imaging.prepare(image, model.spec.preprocess).input)
    return _noise(options.shape or model.spec.preprocess.shape)


def _noise(shape: tuple[int, ...]) -> torch.Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(0))


def _from_npy(path: Path) -> torch.Tensor:
    try:
        array = np.load(path, allow_pickle=False)
    except (OSError, ValueError, EOFError) as error:
        reason = " ".join(str(error).split())
        raise ExplorerError(
            f"{path} cannot be read as a .npy array ({reason}); save it with numpy.save."
        ) from None
    if not isinstance(array, np.ndarray) or array.dtype.kind not in "fiub":
        raise ExplorerError(f"{path} does not hold one array of numbers; save it with numpy.save.")
    if array.dtype == np.float64:
        output.say(f"{path}: float64 converted to float32, the dtype of the model")
        array = array.astype(np.float32)
    return torch.from_numpy(np.ascontiguousarray(array.astype(array.dtype.newbyteorder("="))))


def _save(forward: Recording, folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for node, operation in enumerate(forward.operations):
            for k, saved in enumerate(operation.values):
                name = f"{node}.npy" if k == 0 else f"{node}.{k}.npy"
                np.save(folder / name, trace.numpy_of(saved.tensor), allow_pickle=False)
    except OSError as error:
        raise ExplorerError(f"Values cannot be written to {folder}: {error.strerror}.") from error


def _find_layer(traced: Trace, layer: str) -> int:
    """Return the operation named `layer`, or the last one of the module with that path."""
    if layer in traced.by_name:
        return traced.by_name[layer].id
    inside = [n.id for n in traced.nodes if n.module == layer or n.module.startswith(layer + ".")]
    if inside:
        return inside[-1]
    close = get_close_matches(layer, list(traced.by_name), n=3, cutoff=0.4)
    hint = f"did you mean {' or '.join(close)}?" if close else "`arch-explorer trace` lists the names."
    raise UsageError(f"{traced.model} has no operation or module named {layer!r}; {hint}")
