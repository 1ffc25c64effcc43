"""`arch-explorer attention`: how tokens look at each other in one layer."""

import argparse
from io import BytesIO
from pathlib import Path

import numpy as np

from explorer.engine.messages import OpenImage, Record
from explorer.features.attention.messages import AttentionView, ReadWeights, ViewAttention
from explorer.features.attention.paper import paper
from explorer.records.attention import Attention, attentions
from explorer.records.errors import ExplorerError, UsageError
from explorer.records.forward import Forward
from explorer.records.images import ImageSource
from explorer.records.models import LoadedModel, TextInput
from explorer.terminal import inputs, text
from explorer.terminal import options as common
from explorer.terminal.verb import Ask, Outcome
from explorer.writing import write

_KINDS = (".npy", ".png")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what the verb takes."""
    common.add_model(parser)
    parser.add_argument(
        "--image", type=Path, required=True, metavar="FILE", help="image, preprocessed for the model"
    )
    parser.add_argument(
        "--layer", metavar="L", help="name of an operation or path of a module; default: the last attention"
    )
    parser.add_argument("--head", type=_number, metavar="H", help="one head, from 0; default: all")
    parser.add_argument(
        "--token",
        type=_number,
        metavar="T",
        help="the token that looks, from 0; default: all; in a picture the class token, or the middle",
    )
    parser.add_argument(
        "--out",
        type=_file,
        required=True,
        metavar="FILE",
        help="written: .npy for the weights (heads, q, k), .png for a picture of one token",
    )
    common.add_loading(parser)
    common.add_memory(parser)
    common.add_json(parser)


def carry_out(options: argparse.Namespace, ask: Ask) -> Outcome:
    """Record a forward and write the weights of one attention.

    Raises:
        UsageError: There is no such layer, head or token, or no attention.
        ExplorerError: The file cannot be written.
    """
    model = inputs.load(options, ask)
    if isinstance(model.preprocess, TextInput):
        raise UsageError(inputs.no_images(options.model))
    path = str(options.image)
    opened = ask(OpenImage(inputs.INPUT, ImageSource(path, path)))
    text.say(*(f"{path}: {note}" for note in opened.notes))
    forward = ask(Record(1, inputs.INPUT))
    attention = _attention(forward, options.layer)
    if attention is None:
        return "", text.say_failure(forward)
    token = options.token
    view = ask(ViewAttention(1, attention.shown, token, again=True))
    _check_head(options.head, view)
    content = _content(options, ask, forward, attention, view, model)
    try:
        write(options.out, content)
    except OSError as error:
        raise ExplorerError(f"{options.out} cannot be written: {error.strerror or error}.") from error
    text.say(f"{forward.trace.model}: weights {model.weights}", f"wrote {options.out}")
    shown = _document(forward, path, view) if options.json else _line(view)
    return shown, text.say_failure(forward)


def _attention(forward: Forward, layer: str | None) -> Attention | None:
    """Return the attention asked for; None where the forward failed before it."""
    trace = forward.trace
    found = attentions(trace)
    if layer is None:
        failed = trace.error is not None and not found.all
        return None if failed else found.at(trace, found.all[-1].shown if found.all else 0)
    if trace.error and layer not in trace.by_name:
        return None
    return found.named(trace, layer)


def _content(
    options: argparse.Namespace,
    ask: Ask,
    forward: Forward,
    attention: Attention,
    view: AttentionView,
    model: LoadedModel,
) -> bytes:
    if options.out.suffix.lower() == ".npy":
        content = BytesIO()
        np.save(content, ask(ReadWeights(1, attention.shown, options.head, options.token, again=True)))
        return content.getvalue()
    weights = "random weights" if model.is_random else model.weights
    title = f"{forward.trace.model}, {view.title}, {weights}"
    return paper(view, forward.picture, title, options.head)


def _check_head(head: int | None, view: AttentionView) -> None:
    if head is not None and head >= view.heads:
        raise UsageError(
            f"There is no head {head}: there are {view.heads}, numbered from 0 to {view.heads - 1}."
        )


def _document(forward: Forward, file: str, view: AttentionView) -> str:
    document = {
        "model": forward.trace.model,
        "file": file,
        "layer": view.title,
        "heads": view.heads,
        "tokens": [view.queries.count, view.keys.count],
        "grid": view.queries.grid,
        "class_token": view.queries.extra > 0,
    }
    windows = {"windows": view.windows} if view.windows > 1 else {}
    return text.document(document | windows)


def _line(view: AttentionView) -> str:
    side, q = view.queries, view.shape[0]
    grid = "their places are not known" if side.grid is None else f"on a grid of {text.times(side.grid)}"
    windows = f", in {view.windows:,} windows of {q:,} tokens" if view.windows > 1 else ""
    beside = f", {side.extra} beside it" if side.extra else ""
    tokens = f"{side.count:,} tokens look at {view.keys.count:,}"
    lines = [f"{view.title}: {view.heads} heads, {tokens}{windows}; {grid}{beside}"]
    far = view.distance if view.distance is not None else [None] * view.heads
    rows = [(f"{head}", _real(far[head]), _real(view.entropy[head])) for head in range(view.heads)]
    return text.lines(lines + text.table(("head", "mean distance, pixels", "entropy, bits"), rows))


def _real(value: object) -> float | None:
    return None if value is None else float(str(value))


def _number(value: str) -> int:
    if not value.isdecimal():
        raise argparse.ArgumentTypeError(f"{value!r} is not a whole number of at least 0")
    return int(value)


def _file(name: str) -> Path:
    path = Path(name)
    if path.suffix.lower() not in _KINDS:
        raise argparse.ArgumentTypeError(f"{name!r} does not end in .npy or .png")
    return path
