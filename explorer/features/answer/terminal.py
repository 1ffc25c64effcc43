"""`arch-explorer classify`: what is in images."""

import argparse
from collections.abc import Iterable, Iterator
from contextlib import suppress
from itertools import islice
from pathlib import Path
from typing import Any

from explorer.engine.messages import Classify, CloseImage, OpenImage, ReadClassNames
from explorer.features.answer.finding_text import document_of, lines_of
from explorer.records.answers import Answer, AnswerWay, Reading
from explorer.records.errors import ExplorerError, UsageError
from explorer.records.image_files import Found, look_for_images, several
from explorer.records.images import ImageSource
from explorer.records.models import LoadedModel, TextInput, VisionTask
from explorer.records.names import DEFAULT_MODEL
from explorer.terminal import options as common
from explorer.terminal import text
from explorer.terminal.inputs import load, no_images
from explorer.terminal.verb import Ask, Outcome


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what the verb takes."""
    parser.add_argument("images", nargs="+", metavar="IMAGE", help="a file, or a folder for all images in it")
    parser.add_argument("--model", default=DEFAULT_MODEL, metavar="M", help=common.MODEL_HELP)
    common.add_loading(parser)
    parser.add_argument(
        "--top", type=common.positive, default=5, metavar="K", help="classes to name (default 5)"
    )
    _add_way(parser)
    common.add_json(parser)


def _add_way(parser: argparse.ArgumentParser) -> None:
    """Add how the answer is read."""
    parser.add_argument(
        "--reading",
        choices=["auto", *Reading],
        default="auto",
        help="what the network's numbers are: scores of classes of which one is right (softmax), or each on its own "
        "(sigmoid), probabilities already, other values; default: found from what made them",
    )
    parser.add_argument(
        "--output", metavar="NAME", help="the tensor to read where several are returned: logits, output[1]"
    )
    parser.add_argument(
        "--labels", metavar="FILE", help="names of the classes: one a line, or a JSON list or dictionary"
    )


def carry_out(options: argparse.Namespace, ask: Ask) -> Outcome:
    """Classify one image after the other; one that fails does not keep the others from being answered."""
    model = load(options, ask)
    if isinstance(model.preprocess, TextInput):
        raise UsageError(no_images(options.model))
    if options.labels is not None:
        ask(ReadClassNames(options.labels))  # refused before anything runs
    reading = None if options.reading == "auto" else Reading(options.reading)
    way = AnswerWay(reading, options.output, options.labels)
    paths = [path for named in options.images for path in _files(named)]
    followers = _followers(paths, model)
    answers = [
        _answer(path, after, options.top, way, model, ask)
        for path, after in zip(paths, followers, strict=True)
    ]
    failed = any("error" in answer for answer in answers)
    return text.document(answers) if options.json else _lines(answers), 1 if failed else 0


def _files(path: str) -> Iterator[str]:
    """Yield a file, or the images in a folder and below it; what is left out there is said."""
    found = Found()
    if Path(path).is_dir():
        look_for_images([path], found)
        if found.left_out:
            text.say(f"{path}: {several(len(found.images), 'image') or 'no image'}{found.left_out}")
    yield from found.images or [path]


def _followers(paths: list[str], model: LoadedModel) -> list[Iterable[str]]:
    """Return what may be the second picture of each for a network that compares two: those after it; else none."""
    is_flow = model.entry.task is VisionTask.FLOW
    return [islice(paths, place + 1, None) if is_flow else () for place in range(len(paths))]


def _answer(
    path: str, followers: Iterable[str], top: int, way: AnswerWay, model: LoadedModel, ask: Ask
) -> dict[str, Any]:
    beside: tuple[str, ...] = ()
    try:
        opened = ask(OpenImage(path, ImageSource(path, path)))
        beside = _opened_first(followers, ask)
        answer = ask(Classify(path, top, way=way, beside=beside))
    except ExplorerError as error:
        text.say(f"arch-explorer: {error}")
        return {"file": path, "error": str(error)}
    finally:
        for each in (path, *beside):
            ask(CloseImage(each))
    text.say(*(f"{path}: {note}" for note in opened.notes))
    return {
        "file": path,
        "model": model.entry.full_name,
        "weights": model.weights,
        "pretrained": model.pretrained,
        "reading": _reading(answer),
        **({"tie": answer.tie} if answer.tie else {}),
        "predictions": [
            {"index": p.index, "label": p.label, "probability": p.probability, "value": p.value}
            for p in answer.predictions
        ],
        **({} if answer.finding is None else document_of(answer.finding)),
        **({"given": answer.given} if answer.given else {}),
    }


def _opened_first(paths: Iterable[str], ask: Ask) -> tuple[str, ...]:
    """Open the first image that can be opened and return it; none if none can: each is told of in its own turn."""
    for path in paths:
        with suppress(ExplorerError):
            ask(OpenImage(path, ImageSource(path, path)))
            return (path,)
    return ()


def _reading(answer: Answer) -> dict[str, Any]:
    return {
        "kind": str(answer.reading),
        "said": answer.said,
        "reason": answer.reason,
        "output": answer.output or None,
        "outputs": answer.outputs,
        "names": answer.names or None,
    }


def _lines(answers: list[dict[str, Any]]) -> str:
    """Return what was seen in each image; those that failed are left to standard error."""
    return text.lines(line for answer in answers if "error" not in answer for line in _of_image(answer))


def _of_image(answer: dict[str, Any]) -> list[str]:
    lines = [f"{answer['file']}  ({answer['model']}, {answer['weights']})"]
    if not answer["pretrained"]:
        lines.append("  these are not the published weights: the answer may say nothing about the image")
    reading = answer["reading"]
    if given := answer.get("given"):
        lines.append(f"  {given}")
    if found := lines_of(answer):
        return [*lines, "  " + "; ".join(filter(None, (reading["said"], reading["names"]))), *found]
    if not answer["predictions"]:
        return [*lines, f"  {reading['said']}: {reading['reason']}"]
    tie = f"{answer['tie']}, none comes first" if "tie" in answer else ""
    lines.append("  " + "; ".join(filter(None, (reading["said"], tie, reading["names"]))))
    return lines + [f"  {_result(p)}  {p['label']}" for p in answer["predictions"]]


def _result(prediction: dict[str, Any]) -> str:
    share, value = prediction["probability"], prediction["value"]
    return f"{value:10.4g}" if share is None else f"{share:6.1%}"
