"""`arch-explorer compare`: networks side by side, and each with each."""

import argparse
from collections.abc import Sequence
from itertools import combinations
from math import isfinite
from typing import Any

from explorer.engine.messages import AllowMemory, Classify, OpenImage, Record
from explorer.features.compare import telling
from explorer.features.compare.facts import facts_of
from explorer.features.compare.messages import TOLERANCE, CompareValues, Facts
from explorer.features.compare.telling import Answered, Compared, Ran
from explorer.records.answers import Answer
from explorer.records.errors import ExplorerError, UsageError
from explorer.records.images import ImageSource
from explorer.records.models import TextInput
from explorer.terminal import inputs, text
from explorer.terminal import options as common
from explorer.terminal.verb import Ask, Outcome


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what the verb takes."""
    parser.add_argument("models", nargs="+", metavar="M", help=f"at least two; each {common.MODEL_HELP}")
    parser.add_argument(
        "--image", nargs="+", action="extend", default=[], metavar="FILE",
        help="images to be answered; the values are those of the first, else of noise",
    )  # fmt: skip
    common.add_loading(parser, several=True)
    parser.add_argument(
        "--tolerance", type=_tolerance, default=TOLERANCE, metavar="X",
        help=f"relative error beyond which values differ (default {TOLERANCE:g}; 0: not bit for bit the same)",
    )  # fmt: skip
    parser.add_argument(
        "--top", type=common.positive, default=5, metavar="K", help="classes to name (default 5)"
    )
    common.add_memory(parser)
    common.add_json(parser)


def carry_out(options: argparse.Namespace, ask: Ask) -> Outcome:
    """Load the models, let each run once, ask them about the images, and compare each with each."""
    if len(options.models) < 2:
        raise UsageError("compare takes at least two models; `arch-explorer trace` shows one.")
    loads = _loads(options)
    if options.memory is not None:
        ask(AllowMemory(options.memory))
    images = {file: _complaint(file, ask) for file in options.image}
    opened = [file for file, complaint in images.items() if not complaint]
    ran = [_run(seat, load, opened[:1], ask) for seat, load in enumerate(loads)]
    failures = [text.say_failure(it.forward) for it in ran]
    answers = [_answers(file, complaint, options.top, ran, ask) for file, complaint in images.items()]
    pairs = [
        Compared(ran[a], ran[b], ask(CompareValues(a + 1, b + 1)), options.tolerance)
        for a, b in combinations(range(len(ran)), 2)
    ]
    text.say(f"values are those of {opened[0] if opened else 'noise (seed 0)'}")
    text.say(*(note for it in pairs for note in it.notes))
    code = max(*failures, *(1 for it in answers if it.has_failed), 0)
    if options.json:
        return text.document(_document(ran, pairs, answers)), code
    return text.lines(telling.lines(ran, pairs, answers)), code


def _loads(options: argparse.Namespace) -> list[argparse.Namespace]:
    """Return the options of each model as if it were alone."""
    said = {
        name: common.of_each(f"--{name}", getattr(options, name), len(options.models))
        for name in ("weights", "seed", "size")
    }
    return [
        argparse.Namespace(
            **{**vars(options), "model": model, **{name: each[place] for name, each in said.items()}}
        )
        for place, model in enumerate(options.models)
    ]


def _complaint(file: str, ask: Ask) -> str:
    """Open an image under its path; return why that failed, empty if it did not."""
    try:
        opened = ask(OpenImage(file, ImageSource(file, file)))
    except ExplorerError as error:
        text.say(f"arch-explorer: {error}")
        return str(error)
    text.say(*(f"{file}: {note}" for note in opened.notes))
    return ""


def _run(seat: int, load: argparse.Namespace, images: Sequence[str], ask: Ask) -> Ran:
    """Load a model into a seat of its own and record its forward, the number after the seat's."""
    model = inputs.load(load, ask, seat)
    if images and isinstance(model.preprocess, TextInput):
        raise UsageError(inputs.no_images(load.model))
    key, *beside = images or inputs.noise(model, ask, [])
    forward = ask(Record(seat + 1, key, seat=seat, beside=tuple(beside)))
    text.say(f"{forward.trace.model}: weights {model.weights}")
    return Ran(seat, forward, facts_of(model, forward))


def _answers(file: str, complaint: str, top: int, ran: Sequence[Ran], ask: Ask) -> Answered:
    if complaint:
        return Answered(file, complaint=complaint)
    found: list[Answer] = []
    for it in ran:
        try:
            found.append(ask(Classify(file, top, seat=it.seat)))
        except ExplorerError as error:
            text.say(f"arch-explorer: {error}")
            found.append(Answer(file, said="no answer", reason=str(error)))
    return Answered(file, tuple(found))


def _tolerance(given: str) -> float:
    try:
        read = float(given)
    except ValueError:
        read = -1.0
    if not (isfinite(read) and read >= 0):
        raise argparse.ArgumentTypeError(f"{given!r} is not a number of at least 0, such as 1e-5")
    return read


# ---- JSON ----


def _document(ran: Sequence[Ran], pairs: Sequence[Compared], answers: Sequence[Answered]) -> dict[str, Any]:
    return {
        "models": [_model(it.facts) for it in ran],
        "pairs": [_pair(it) for it in pairs],
        "answers": [_answer(it) for it in answers],
    }


def _model(facts: Facts) -> dict[str, Any]:
    return {
        "name": facts.name,
        "params": facts.params,
        "macs": facts.macs,
        "activation_bytes": facts.activation_bytes,
        "input_shape": facts.input_shape,
        "top1": facts.top1,
    }


def _pair(it: Compared) -> dict[str, Any]:
    nodes_a, nodes_b = it.a.forward.trace.nodes, it.b.forward.trace.nodes
    matched = [
        {
            "a": nodes_a[found.a].name,
            "b": nodes_b[found.b].name,
            "cosine": found.cosine,
            "relative_error": found.relative_error,
        }
        for found in it.values.agreements
    ]
    return {
        "a": it.a.facts.name,
        "b": it.b.facts.name,
        "matched": matched,
        "only_a": it.only_a,
        "only_b": it.only_b,
        "first_difference": it.parts_at,
    }


def _answer(it: Answered) -> dict[str, Any]:
    if it.complaint:
        return {"file": it.file, "error": it.complaint}
    predictions = [
        [
            {"index": p.index, "label": p.label, "probability": p.probability, "value": p.value}
            for p in answer.predictions
        ]
        for answer in it.answers
    ]
    return {
        "file": it.file,
        "predictions": predictions,
        "ties": [answer.tie or None for answer in it.answers],
    }
