"""`arch-explorer explain`: why a class got its score, as a picture or as numbers."""

import argparse
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np

from explorer.engine.messages import OpenImage, Record
from explorer.features.reasons.messages import Explain, Explanation, MethodSettings
from explorer.features.reasons.methods import Method
from explorer.records.errors import ExplorerError, UsageError
from explorer.records.forward import Forward
from explorer.records.images import ImageSource
from explorer.records.models import LoadedModel, TextInput
from explorer.terminal import heat_png, inputs, text
from explorer.terminal import options as common
from explorer.terminal.verb import Ask, Outcome
from explorer.writing import write

_KINDS = (".png", ".npy")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what the verb takes."""
    common.add_model(parser)
    parser.add_argument(
        "--image", type=Path, required=True, metavar="FILE", help="image, preprocessed for the model"
    )
    parser.add_argument(
        "--class",
        dest="target",
        metavar="C",
        help="number or name of the class; default: the first of the answer",
    )
    parser.add_argument(
        "--method", choices=[it.value for it in Method], default=Method.GRAD_CAM.value, metavar="NAME",
        help=f"{', '.join(Method)}; default: {Method.GRAD_CAM}",
    )  # fmt: skip
    parser.add_argument("--layer", metavar="L", help="operation or module whose grid a layer's method uses")
    parser.add_argument(
        "--out", type=_file, required=True, metavar="FILE",
        help="the map over the picture (.png), or its numbers, not normalised (.npy)",
    )  # fmt: skip
    usual = MethodSettings()
    add = parser.add_argument
    add("--steps", type=common.positive, default=usual.steps, metavar="N", help="of integrated gradients")
    add(
        "--patch",
        type=common.positive,
        default=usual.patch,
        metavar="N",
        help="side of occlusion's square, pixels",
    )
    add(
        "--stride",
        type=common.positive,
        default=usual.stride,
        metavar="N",
        help="from one square to the next",
    )
    add(
        "--masks",
        type=common.positive,
        default=usual.masks,
        metavar="N",
        help=f"of RISE (default {usual.masks})",
    )
    common.add_loading(parser)
    common.add_json(parser)


def carry_out(options: argparse.Namespace, ask: Ask) -> Outcome:
    """Record a forward, explain it and write the map.

    Raises:
        UsageError: There is no such class or layer, or the network reads words.
        ExplorerError: It cannot be explained, or the file cannot be written.
    """
    model = inputs.load(options, ask)
    if isinstance(model.preprocess, TextInput):
        raise UsageError(inputs.no_images(options.model))
    opened = ask(OpenImage(inputs.INPUT, ImageSource(str(options.image), str(options.image))))
    text.say(*(f"{options.image}: {note}" for note in opened.notes))
    forward = ask(Record(1, inputs.INPUT))
    node = _node(options, forward)
    settings = MethodSettings(
        steps=options.steps,
        patch=options.patch,
        stride=options.stride,
        masks=options.masks,
        seed=options.seed or 0,
    )
    if model.is_random:
        text.say(f"{model.entry.full_name}: random weights: there is nothing to explain")
    found = ask(Explain(1, Method(options.method), options.target, node, settings))
    layer = None if found.node is None else forward.trace.nodes[found.node].name  # as one types it
    _write(options.out, found, forward, model, layer)
    text.say(*found.notes)
    text.say(f"wrote {options.out}")
    return text.document(_document(options, found, model, layer)) if options.json else _lines(
        found, model, layer
    ), 0


def _node(options: argparse.Namespace, forward: Forward) -> int | None:
    if options.layer is None or forward.trace.error is not None:
        return None
    about = Method(options.method).about
    if not about.at_layer:
        raise UsageError(f"{about.title} looks at pixels, at no layer; leave out --layer.")
    return forward.trace.find(options.layer).id


def _write(path: Path, found: Explanation, forward: Forward, model: LoadedModel, layer: str | None) -> None:
    if path.suffix.lower() == ".npy":
        buffer = BytesIO()
        np.save(buffer, found.heat.values)
        content = buffer.getvalue()
    else:
        weights = "random weights" if model.is_random else model.weights
        place = f", {layer}" if layer else ""
        assert forward.picture is not None, "what is explained is an image"
        content = heat_png.png(forward.picture, found.heat, f"{model.entry.full_name}, {weights}{place}")
    try:
        write(path, content)
    except OSError as error:
        raise ExplorerError(f"{path} cannot be written: {error.strerror or error}.") from error


def _document(
    options: argparse.Namespace, found: Explanation, model: LoadedModel, layer: str | None
) -> dict[str, Any]:
    whole = found.completeness
    return {
        "model": model.entry.full_name,
        "weights": model.weights,
        "pretrained": model.pretrained,
        "file": str(options.image),
        "class": found.index,
        "label": found.label,
        "method": str(found.method),
        "layer": layer,
        "shape": found.heat.values.shape,
        "score": found.score,
        "score_is": found.score_is,
        "facts": found.facts,
        "completeness": None
        if whole is None
        else {"sum": whole.total, "difference": whole.difference, "steps": whole.steps},
    }


def _lines(found: Explanation, model: LoadedModel, layer: str | None) -> str:
    about = found.method.about
    high, wide = found.heat.values.shape
    score = f" (class {found.index}, {found.score_is} {found.score:.4g})" if about.of_class else ""
    lines = [f"{about.of(found.label)}{score}"]
    if not model.pretrained:
        lines.append("  the weights are not the published ones: the map is not knowledge")
    why = f" ({found.layer_why})" if found.layer_why else ""
    where = f"at {layer}{why}" if layer else "on the pixels of the input"
    lines.append(f"  {high}×{wide}, {where}")
    lines += [f"  {fact}" for fact in found.facts]
    return text.lines([*lines, *([] if found.completeness is None else [f"  {found.completeness.told}"])])


def _file(name: str) -> Path:
    path = Path(name)
    if path.suffix.lower() not in _KINDS:
        raise argparse.ArgumentTypeError(f"{name!r} does not end in {' or '.join(_KINDS)}")
    return path
