"""Answers what a network says without parts of it: the recorded model runs again, as fast as a plain forward."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import numpy as np

from explorer.engine import answering, changed
from explorer.engine.bench import Bench
from explorer.engine.command import answers
from explorer.engine.held import HeldForward
from explorer.engine.live import one_line_for
from explorer.engine.task import Task
from explorer.features.ablation import ranking
from explorer.features.ablation.messages import (
    AnswerWithout,
    ListParts,
    Off,
    Part,
    Parts,
    RankChannels,
    Ranking,
    Shift,
    Without,
)
from explorer.features.ablation.ranking import Reader
from explorer.features.ablation.switching import Layout, changes, nearest
from explorer.forward.again import Change
from explorer.forward.returned import returned
from explorer.records.answers import Answer, AnswerWay
from explorer.records.errors import ExplorerError
from explorer.records.images import PreparedImage

_ALL = 1 << 24
"""More classes than any network has."""


@answers(ListParts)
def list_parts(ask: ListParts, bench: Bench, _task: Task) -> Parts:
    """Look up what of an operation can be switched off, and where there is something, if there is nothing of it."""
    forward, node = bench.node(ask.forward, ask.node)
    parts = Layout.of(forward, node).parts
    near = None if parts.has_some else nearest(forward, node)
    if near is None:
        return parts
    return replace(parts, near=near.node, near_part=Part.HEAD if near.heads else Part.CHANNEL)


@answers(AnswerWithout)
def answer_without(ask: AnswerWithout, bench: Bench, task: Task) -> Without:
    """Run the model once with the changes, and read its answer as that of the recorded forward is read."""
    forward = changed.forward_of(ask, bench, task)
    before = _before(forward, ask.way)
    switched = changes(bench.forward(ask.forward), ask.ablation)
    with _runs(forward, task) as run:
        given = run(switched, 1)
    pairs = zip(given, forward.made, strict=True)
    found = [(path, tensor, made) for (path, tensor), made in pairs]
    way = replace(ask.way, reading=before.reading, output=before.output)
    after = answering.of_returned(forward.model, forward.key, found, forward.prepared, way, _ALL)
    shown = _shifts(before, after, ask.top)
    return Without(_first(before, ask.top), _first(after, ask.top), shown)


@answers(RankChannels)
def rank_channels(ask: RankChannels, bench: Bench, task: Task) -> Ranking:
    """Run the model with each part alone switched off; several in one batch where that gives the same."""
    recorded, node = bench.node(ask.forward, ask.node)
    layout = Layout.of(recorded, node)
    layout.check(Off(node.name, ask.part, 0, ask.how))
    forward = changed.forward_of(ask, bench, task)
    reader = Reader.of(_before(forward, ask.way), forward.recording.returned, ask.target)
    with _runs(forward, task) as run:
        return ranking.rank(ask, recorded, layout, reader, run, task)


def _before(forward: HeldForward, way: AnswerWay) -> Answer:
    """Return the answer of a forward with all of its classes."""
    if forward.trace.error is not None:
        raise ExplorerError(f"{forward.trace.failure}; what gave no answer has none that could change.")
    answer = answering.of_forward(forward, way, _ALL)
    if answer.finding is not None:
        raise ExplorerError(
            f"{forward.trace.model} answers with {answer.said or 'something else than classes'}; "
            "what is switched off is told by classes only."
        )
    if not answer.predictions:
        raise ExplorerError(f"There are no classes to compare: {answer.reason}")
    return answer


@contextmanager
def _runs(forward: HeldForward, task: Task) -> Iterator[ranking.Run]:
    """Give a function that runs the model with changes, as it ran, and returns the tensors with the way to each."""
    with forward.as_it_ran(), forward.course.again as it:
        it.check = task.check

        def run(switched: dict[int, Change], times: int) -> ranking.Given:
            prepared = _repeated(forward.prepared, times)
            with one_line_for(f"{forward.trace.model} cannot run with what is switched off"):
                output: Any = it.run(lambda: forward.model.arguments(prepared), switched)
            return returned(output)

        yield run


def _repeated(prepared: tuple[PreparedImage, ...], times: int) -> tuple[PreparedImage, ...]:
    if times == 1:
        return prepared
    return tuple(replace(it, input=np.repeat(it.input, times, 0)) for it in prepared)


def _shifts(before: Answer, after: Answer, top: int) -> tuple[Shift, ...]:
    """Return the first classes of two answers, side by side."""
    was, now = ({it.index: it for it in answer.predictions} for answer in (before, after))
    first = [it.index for answer in (before, after) for it in answer.predictions[:top]]
    return tuple(Shift(was[k], now[k]) for k in dict.fromkeys(first) if k in was and k in now)


def _first(answer: Answer, top: int) -> Answer:
    return replace(answer, predictions=answer.predictions[:top])
