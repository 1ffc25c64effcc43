"""Runs a recorded model on an edited picture, and meets the one operation that is looked at."""

from dataclasses import replace

import torch
from torch import Tensor

from explorer.engine import answering, changed, recall, values
from explorer.engine.bench import Bench
from explorer.engine.command import answers
from explorer.engine.held import HeldForward
from explorer.engine.summaries import Summaries
from explorer.engine.task import Task
from explorer.features.live.messages import LookLive
from explorer.forward.again import can_be_met, handed_on
from explorer.records.answers import Answer, AnswerWay, Prediction
from explorer.records.edits import LiveView
from explorer.records.errors import CancelledError, ExplorerError
from explorer.records.values import ValueView

_ALL = 1 << 30


@answers(LookLive)
def look_live(ask: LookLive, bench: Bench, task: Task) -> LiveView:
    """Edit the picture, run the model on it once, and tell the answer and the value asked for."""
    recorded = bench.forward(ask.forward)
    if ask.node is not None:
        bench.node(ask.forward, ask.node)
    task.check()
    forward, value = _run(recorded, ask, task)
    answer, before, former = _answers(recorded, forward, ask)
    scale = None if value is None or ask.edit.frame is not None else _scale(recorded, value, ask, bench, task)
    return LiveView(
        answer=answer,
        before=before,
        value=None if value is None else _view(forward, value, ask, scale),
        unmet="" if ask.node is None or value is not None else _unmet(forward, ask.node),
        picture=None if ask.edit.frame is None else forward.prepared[0].picture,
        former=former,
    )


def _run(recorded: HeldForward, ask: LookLive, task: Task) -> tuple[HeldForward, Tensor | None]:
    """Run the model on the changed input; return that forward, and the value of an operation right after it ran."""
    seen: list[Tensor] = []

    def see(value: Tensor) -> None:
        seen.append(value.detach().clone())  # what runs after it may write over it

    operations = recorded.recording.operations
    at = None if ask.node is None else handed_on(operations, ask.node)
    changes = {at: see} if at is not None and can_be_met(operations[at]) else {}
    forward = changed.run(recorded, ask.edit, changes, task)
    if ask.node is not None and operations[ask.node].op in ("input", "output"):
        seen = [forward.recording.value(ask.node)]
    return forward, seen[0] if seen else None


def _answers(
    recorded: HeldForward, forward: HeldForward, ask: LookLive
) -> tuple[Answer, tuple[Prediction, ...], int | None]:
    """Return the answer, and what the recorded forward answered to the same classes.

    Where the class that was first is not among the first any more it takes the last place, and its number is told.
    """

    def read(top: int) -> Answer:
        return answering.of_forward(forward, ask.way, top)

    answer = read(ask.top)
    if ask.edit.frame is not None:
        return answer, (), None  # a picture of a stream has no before
    known = recorded.memo(_Former).of(recorded, ask.way)
    first = next(iter(known), None)
    is_gone = bool(answer.predictions) and first not in [it.index for it in answer.predictions]
    former = [it for it in read(_ALL).predictions if it.index == first] if is_gone else []
    if former:
        answer = replace(answer, predictions=(*answer.predictions[: ask.top - 1], *former))
    before = tuple(known[it.index] for it in answer.predictions if it.index in known)
    return answer, before, first if former else None


class _Former:
    """What a forward answered to all classes, by how it is read."""

    def __init__(self, _: HeldForward) -> None:
        self._read: dict[AnswerWay, dict[int, Prediction]] = {}

    def of(self, forward: HeldForward, way: AnswerWay) -> dict[int, Prediction]:
        """Return the classes by their number, the most probable first."""
        if way not in self._read:
            answer = answering.of_forward(forward, way, _ALL)
            self._read[way] = {it.index: it for it in answer.predictions}
        return self._read[way]


class _Scales:
    """The scales of the values of a forward, by operation and by whether all channels have one; None of a vector."""

    def __init__(self, _: HeldForward) -> None:
        self.known: dict[tuple[int, bool], values.Scale | None] = {}


def _scale(
    recorded: HeldForward, value: Tensor, ask: LookLive, bench: Bench, task: Task
) -> values.Scale | None:
    """Return the scale that the recorded value is drawn in, so that before and after can be compared.

    None where there is none, or for a value of another shape.
    """
    assert ask.node is not None, "of an operation that was asked about"
    node = recorded.trace.nodes[ask.node]
    known, key = recorded.memo(_Scales).known, (node.id, ask.shared_scale)
    if key not in known:
        try:
            recall.hold(bench, recorded, (node.id,), task)
        except CancelledError:
            raise
        except ExplorerError:
            return None  # the recorded value has no room: there is nothing to compare with
        before, field = recorded.recording.value(node.id), recorded.fields.fields[node.id]
        summary = recorded.memo(Summaries).get(node.id)
        drawn = values.view(before, node.id, node.name, field, ask.shared_scale, summary=summary).mosaic
        known[key] = None if drawn is None else (torch.from_numpy(drawn.levels), drawn.signed)
    return known[key] if tuple(value.shape) == node.outputs[0].shape else None


def _view(forward: HeldForward, value: Tensor, ask: LookLive, scale: values.Scale | None) -> ValueView:
    assert ask.node is not None, "of an operation that was asked about"
    node = forward.trace.nodes[ask.node]
    field = forward.fields.fields[node.id]
    return values.view(value, node.id, node.person_name, field, ask.shared_scale, ask.aspect, scale=scale)


def _unmet(forward: HeldForward, node: int) -> str:
    return (
        f"{forward.trace.nodes[node].name} is a part of a call that runs in one go, so that its value on the changed "
        "input is not known; choose an operation before or after it."
    )
