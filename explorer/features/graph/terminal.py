"""`arch-explorer graph`: the network drawn into a file."""

import argparse
from pathlib import Path

from explorer.drawing.messages import DrawGraph
from explorer.drawing.picture import picture
from explorer.drawing.svg import svg
from explorer.engine.messages import OpenImage, Record
from explorer.features.graph.document import document
from explorer.features.graph.dot import dot
from explorer.features.graph.paper import paper
from explorer.features.graph.web import web_page
from explorer.records import units
from explorer.records.errors import ExplorerError, UsageError
from explorer.records.images import ImageSource
from explorer.records.models import LoadedModel, TextInput
from explorer.records.trace import Trace
from explorer.terminal import inputs, text
from explorer.terminal import options as common
from explorer.terminal.verb import Ask, Outcome
from explorer.writing import write

_KINDS = ("svg", "pdf", "png", "dot", "html", "json")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what the verb takes."""
    common.add_model(parser)
    parser.add_argument(
        "--out",
        required=True,
        type=_file,
        metavar="FILE",
        help=f"written; its ending is one of {', '.join(_KINDS)}",
    )
    parser.add_argument(
        "--depth",
        type=_depth,
        metavar="N",
        help="levels of modules that are open; default: a page to be read",
    )
    parser.add_argument("--across", action="store_true", help="from left to right, not from top to bottom")
    given = parser.add_mutually_exclusive_group()
    given.add_argument("--image", type=Path, metavar="FILE", help="image, preprocessed for the model")
    common.add_shape(given)
    common.add_loading(parser)


def carry_out(options: argparse.Namespace, ask: Ask) -> Outcome:
    """Record a forward and write its drawing.

    Raises:
        ExplorerError: The file cannot be written.
    """
    model = inputs.load(options, ask)
    key, *beside = _open(options, model, ask)
    forward = ask(Record(1, key, beside=tuple(beside)))
    content = _content(options, forward.trace, ask)
    try:
        write(options.out, content)
    except OSError as error:
        raise ExplorerError(f"{options.out} cannot be written: {error.strerror or error}.") from error
    text.say(f"wrote {options.out}")
    return "", text.say_failure(forward)


def _open(options: argparse.Namespace, model: LoadedModel, ask: Ask) -> tuple[str, ...]:
    if options.image is None:
        return inputs.noise(model, ask, options.shape)
    if isinstance(model.preprocess, TextInput):
        raise UsageError(inputs.no_images(options.model))
    opened = ask(OpenImage(inputs.INPUT, ImageSource(str(options.image), str(options.image))))
    text.say(*(f"{options.image}: {note}" for note in opened.notes))
    return (inputs.INPUT,)


def _content(options: argparse.Namespace, trace: Trace, ask: Ask) -> bytes:
    kind = options.out.suffix[1:].lower()
    if kind == "json":
        return f"{text.document(document(trace))}\n".encode()
    drawing = ask(DrawGraph(1, depth=options.depth, across=options.across))
    caption = f"{trace.model}, input {units.shape(trace.input_shape)}"
    if kind == "dot":
        return dot(drawing, caption, options.across).encode()
    drawn = picture(drawing, caption, options.across)
    if kind in ("png", "pdf"):
        return paper(drawn, kind)
    return (web_page(drawn, caption) if kind == "html" else svg(drawn)).encode()


def _file(name: str) -> Path:
    path = Path(name)
    if path.suffix[1:].lower() not in _KINDS:
        raise argparse.ArgumentTypeError(f"{name!r} does not end in one of .{', .'.join(_KINDS)}")
    return path


def _depth(value: str) -> int:
    if not value.isdecimal():
        raise argparse.ArgumentTypeError(f"{value!r} is not a whole number of at least 0")
    return int(value)
