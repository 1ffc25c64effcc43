"""Runs a recorded model on an edited picture, and meets the one operation that is looked at."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial

from torch import Tensor

from explorer import imaging
from explorer.engine import answering, values
from explorer.engine.arguments import Arguments
from explorer.engine.bench import Bench
from explorer.engine.command import answers
from explorer.engine.held import HeldForward
from explorer.engine.live import one_line_for
from explorer.engine.task import Task
from explorer.features.live.messages import LookLive
from explorer.forward.again import Again, can_be_met, handed_on
from explorer.forward.returned import returned
from explorer.forward.tensors import tensors_in
from explorer.records.answers import Answer, AnswerWay, Prediction
from explorer.records.editing import Editing
from explorer.records.edits import LiveView
from explorer.records.errors import ExplorerError
from explorer.records.images import PreparedImage
from explorer.records.models import Preprocess
from explorer.records.values import ValueView

_ALL = 1 << 30


@answers(LookLive)
def look_live(ask: LookLive, bench: Bench, task: Task) -> LiveView:
    """Edit the picture, run the model on it once, and tell the answer and the value asked for."""
    forward = bench.forward(ask.forward)
    if ask.node is not None:
        bench.node(ask.forward, ask.node)
    task.check()
    prepared = _changed(forward, ask)
    with one_line_for(f"{forward.trace.model} cannot run on the changed input"):
        given, value = _run(forward, prepared, ask.node, task)
    answer, before = _answers(forward, given, prepared, ask)
    return LiveView(
        answer=answer,
        before=before,
        value=None if value is None else _view(forward, value, ask),
        unmet="" if ask.node is None or value is not None else _unmet(forward, ask.node),
    )


def _changed(forward: HeldForward, ask: LookLive) -> tuple[PreparedImage, ...]:
    """Return the inputs of a forward, its one picture edited."""
    first = forward.prepared[0]
    preprocess = forward.model.spec.inputs[0].takes
    if first.picture is None or first.placement is None or not isinstance(preprocess, Preprocess):
        raise ExplorerError("This input is no picture; open an image to try changes on it.")
    if preprocess.frames or len(forward.prepared) != 1:
        raise ExplorerError(
            f"{forward.trace.model} takes more than one input; changes are tried on networks that take one."
        )
    editing = forward.memo(_editing)
    picture = editing.edited(ask.edit)
    return (imaging.with_picture(first, picture, preprocess),)


def _editing(forward: HeldForward) -> Editing:
    picture = forward.prepared[0].picture
    assert picture is not None, "asked only of a forward on a picture"
    return Editing(picture, in_gray=getattr(forward.model.spec.inputs[0].takes, "channels", 3) == 1)


def _run(
    forward: HeldForward, prepared: tuple[PreparedImage, ...], node: int | None, task: Task
) -> tuple[answering.Returned, Tensor | None]:
    """Run the model on other inputs; return what it returned, and the value of an operation right after it ran."""
    operations = forward.recording.operations
    arguments = partial(forward.model.arguments, prepared)
    found = None if node is None else _of_input(forward, arguments, node)
    seen: list[Tensor] = [] if found is None else [found]

    def see(value: Tensor) -> None:
        seen.append(value.detach().clone())  # what runs after it may write over it

    at = None if node is None or seen else handed_on(operations, node)
    changes = {at: see} if at is not None and can_be_met(operations[at]) else {}
    again = forward.memo(_again)
    again.check = task.check
    with forward.as_it_ran(), again:
        output = again.run(arguments, changes)
    tensors = returned(output)
    if [way for way, _ in tensors] != [way for way, _ in forward.recording.returned]:
        raise ExplorerError("it returned something else than when it was recorded")
    if node is not None and operations[node].op == "output":
        seen = [tensor for way, tensor in tensors if way == operations[node].way][:1]
    given = [(way, tensor, made) for (way, tensor), made in zip(tensors, forward.made, strict=True)]
    return given, seen[0] if seen else None


def _again(forward: HeldForward) -> Again:
    return Again(forward.model.module, forward.recording.operations)


def _of_input(forward: HeldForward, arguments: Callable[[], Arguments], node: int) -> Tensor | None:
    """Return the value of an operation that is an input; None if it is none."""
    inputs = [k for k, operation in enumerate(forward.recording.operations) if operation.op == "input"]
    if node not in inputs:
        return None
    return tensors_in(*arguments())[inputs.index(node)]


def _answers(
    forward: HeldForward, given: answering.Returned, prepared: tuple[PreparedImage, ...], ask: LookLive
) -> tuple[Answer, tuple[Prediction, ...]]:
    """Return the answer, and what the forward answered to the same classes.

    Where the class that was first is not among the first any more it takes the last place.
    """

    def read(top: int) -> Answer:
        return answering.of_returned(forward.model, forward.key, given, prepared, ask.way, top)

    answer = read(ask.top)
    known = forward.memo(_Former).of(forward, ask.way)
    first = next(iter(known), None)
    if first is not None and answer.predictions and first not in [it.index for it in answer.predictions]:
        former = [it for it in read(_ALL).predictions if it.index == first]
        answer = replace(answer, predictions=(*answer.predictions[: ask.top - len(former)], *former))
    before = tuple(known[it.index] for it in answer.predictions if it.index in known)
    return answer, before


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


def _view(forward: HeldForward, value: Tensor, ask: LookLive) -> ValueView:
    assert ask.node is not None, "of an operation that was asked about"
    node = forward.trace.nodes[ask.node]
    field = forward.fields.fields[node.id]
    return values.view(value, node.id, node.name, field, ask.shared_scale, ask.aspect)


def _unmet(forward: HeldForward, node: int) -> str:
    return (
        f"{forward.trace.nodes[node].name} is a part of a call that runs in one go, so that its value on the changed "
        "input is not known; choose an operation before or after it."
    )
