"""The commands themselves: each takes its options and returns what to print, and the exit code."""

import argparse
from collections.abc import Callable
from difflib import get_close_matches
from typing import Any

import torch

from explorer import weights, zoo
from explorer.cli import output, tensors
from explorer.engine import live, messages
from explorer.engine.engine import Engine
from explorer.engine.live import LiveModel
from explorer.fields.receptive_field import ReceptiveFields
from explorer.forward import timing, trace
from explorer.forward.recorder import Recording, record
from explorer.records.errors import ExplorerError, UsageError
from explorer.records.images import ImageSource
from explorer.records.models import TextInput
from explorer.records.trace import Trace

Outcome = tuple[str, int]


def carry_out(options: argparse.Namespace) -> Outcome:
    """Carry out the command that `options` hold.

    Returns:
        What to print on standard output, and the exit code.

    Raises:
        UsageError: What the command asks for does not exist.
        ExplorerError: Some input cannot be used.
    """
    chosen = vars(options)
    if chosen.get("model"):
        _check_request(options.model, options.trust, chosen.get("device", "cpu"))
    return _COMMANDS[options.command](options)


def _check_request(model: str, trusted: bool, device: str) -> None:
    try:
        live.find_device(device)
        zoo.resolve(model, trusted=trusted)
    except ExplorerError as error:
        raise UsageError(str(error)) from error


# ---- models, classify ----


def _models(options: argparse.Namespace) -> Outcome:
    listing = zoo.entries(options.source, status=weights.status)
    output.say(*listing.notes)
    return output.models(listing.entries, options.json), 0


def _classify(options: argparse.Namespace) -> Outcome:
    engine = Engine()
    model: Any = _ask(
        engine,
        messages.LoadModel(options.model, options.weights, options.seed, options.device, options.trust),
    )
    if isinstance(model.preprocess, TextInput):
        raise UsageError(_no_images(options.model))
    answers = [_answer(engine, path, options.top, model) for path in options.images]
    failed = any("error" in answer for answer in answers)
    return output.answers(answers, options.json), 1 if failed else 0


def _answer(engine: Engine, path: str, top: int, model: Any) -> dict[str, Any]:
    try:
        opened: Any = _ask(engine, messages.OpenImage(path, ImageSource(path, path)))
        answer: Any = _ask(engine, messages.Classify(path, top))
    except ExplorerError as error:
        output.say(f"arch-explorer: {error}")
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


def _ask(engine: Engine, command: messages.Command) -> object:
    return engine.handle(command, _no_report, _never_cancelled)


# ---- trace, receptive-field ----


def _trace(options: argparse.Namespace) -> Outcome:
    model = _load(options.model, options.trust, options.weights, options.seed, options.device)
    forward, traced, _ = _recorded(model, _input(options, model))
    if options.save:
        tensors.save(forward, options.save)
    output.say(f"{traced.model}: weights {model.loaded.weights}")
    return output.trace(traced, options.json), _said_failure(traced, model)


def _input(options: argparse.Namespace, model: LiveModel) -> torch.Tensor:
    preprocess = model.spec.preprocess
    if options.image:
        if isinstance(preprocess, TextInput):
            raise UsageError(_no_images(options.model))
        return tensors.from_image(options.image, preprocess)
    if not options.input:
        return tensors.noise(options.shape or preprocess.shape, preprocess)
    value = tensors.from_npy(options.input)
    fitting = model.fitting(value)
    if fitting.dtype is not value.dtype:
        output.say(f"{options.input}: {value.dtype} converted to {fitting.dtype}, the dtype of the model")
    return fitting


def _no_images(model: str) -> str:
    return f"{model} reads words, no images; `arch-explorer trace {model}` gives it random letters."


def _receptive_field(options: argparse.Namespace) -> Outcome:
    # Receptive fields follow from the operations alone: any weights give the same.
    model = _load(options.model, options.trust, "random", seed=0, device="cpu")
    preprocess = model.spec.preprocess
    _, traced, fields = _recorded(model, tensors.noise(options.shape or preprocess.shape, preprocess))
    if traced.error and options.layer not in traced.by_name:
        return "", _said_failure(traced, model)
    node = _find_layer(traced, options.layer)
    unit = _unit(options.unit, fields.grid(node), options.layer)
    return output.field(options.layer, fields.of_unit(node, unit), options.json), _said_failure(traced, model)


def _find_layer(traced: Trace, layer: str) -> int:
    """Return the operation named `layer`, or the last one of the module with that path."""
    if layer in traced.by_name:
        return traced.by_name[layer].id
    inside = [n.id for n in traced.nodes if n.module == layer or n.module.startswith(layer + ".")]
    if layer and inside:
        return inside[-1]
    close = get_close_matches(layer, list(traced.by_name), n=3, cutoff=0.4)
    hint = f"did you mean {' or '.join(close)}?" if close else "`arch-explorer trace` lists the names."
    raise UsageError(f"{traced.model} has no operation or module named {layer!r}; {hint}")


def _unit(wanted: tuple[int, ...] | None, grid: tuple[int, ...] | None, layer: str) -> tuple[int, ...]:
    """Return the unit that is meant, by default that in the middle of the grid; () where there is no grid."""
    if grid is None:
        if wanted is not None:
            raise UsageError(f"{layer} has no map to choose a unit on; leave out --unit.")
        return ()
    unit = tuple(n // 2 for n in grid) if wanted is None else wanted
    if len(unit) != len(grid) or any(u >= n for u, n in zip(unit, grid, strict=True)):
        shown = "×".join(map(str, grid))
        raise UsageError(
            f"--unit {','.join(map(str, unit))} lies outside the map of {layer}, which is {shown}; count from 0."
        )
    return unit


def _recorded(model: LiveModel, value: torch.Tensor) -> tuple[Recording, Trace, ReceptiveFields]:
    forward = record(model.module, (model.fitting(value),))
    fields = ReceptiveFields(forward)
    traced = trace.build(forward, model.module, model.spec.entry.full_name)
    return forward, fields.filled_in(traced), fields


def _said_failure(traced: Trace, model: LiveModel) -> int:
    """Say where the forward failed, if it did, and which sizes would have worked; return the exit code."""
    if traced.error is None:
        return 0
    sizes = live.other_sizes(model, traced.input_shape)
    hint = f" {sizes.sentence}" if sizes else ""
    output.say(f"arch-explorer: {output.failure(traced)}{hint}")
    return 1


# ---- profile ----


def _profile(options: argparse.Namespace) -> Outcome:
    model = _load(options.model, options.trust, options.weights, options.seed, options.device)
    documents = [_profiled(model, batch, options.train) for batch in options.batch]
    return output.profile(documents, options.json), 0


def _profiled(model: LiveModel, batch: int, train: bool) -> dict[str, Any]:
    preprocess = model.spec.preprocess
    value = model.fitting(tensors.noise((batch, *preprocess.shape[1:]), preprocess))
    model.module.train(train)
    forward, traced, _ = _recorded(model, value)
    if traced.error:
        raise ExplorerError(f"{output.failure(traced)} (batch {batch})")
    memory = trace.memory(forward, model.module)
    with live.one_line_for(f"{traced.model} cannot be timed"):
        timed = timing.measure(model.module, (value,), forward.operations, runs=10)
    with live.one_line_for(f"{traced.model} cannot be trained"):
        step = timing.train_steps(model.module, (value,), runs=10) if train else None
    return output.profile_document(traced, timed, memory, step)


_COMMANDS: dict[str, Callable[[argparse.Namespace], Outcome]] = {
    "models": _models,
    "classify": _classify,
    "trace": _trace,
    "receptive-field": _receptive_field,
    "profile": _profile,
}


def _load(name: str, trusted: bool, wanted: str | None, seed: int | None, device: str) -> LiveModel:
    return live.load(name, wanted, seed, device, trusted, _no_report, _never_cancelled)


def _no_report(_done: int, _total: int, _text: str) -> None:
    """Nobody watches a command's progress."""


def _never_cancelled() -> bool:
    return False
