"""A recorded forward on its input as a person changed it: one for all who ask about the same changes."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from torch import Tensor

from explorer import imaging
from explorer.engine.bench import Bench
from explorer.engine.held import HeldForward
from explorer.engine.live import one_line_for
from explorer.engine.messages import OfInput
from explorer.engine.task import Task
from explorer.forward.again import Change
from explorer.forward.recording import Saved
from explorer.forward.returned import returned
from explorer.forward.sparse import dense
from explorer.records.editing import Editing
from explorer.records.edits import NOTHING, Edit
from explorer.records.errors import ExplorerError
from explorer.records.images import Frame, PreparedImage
from explorer.records.models import Preprocess


@dataclass(eq=False)
class _Last:
    """The changes that were asked about last, and whether the forward on them has run."""

    editing: Editing
    edit: Edit = NOTHING
    has_run: bool = False


def forward_of(ask: OfInput[object], bench: Bench, task: Task) -> HeldForward:
    """Return the forward that is asked about: the recorded one, or it on the changed input, which has run by then.

    Of the latter what it returned is held; `recall.hold` gets the values that are needed.

    Raises:
        ExplorerError: There is no such forward, it failed or is of no one picture, or it cannot run on the changed one.
        CancelledError: It was cancelled.
    """
    recorded = bench.forward(ask.forwards[0])
    if ask.edit.is_nothing:
        return recorded
    forward = on(recorded, ask.edit)
    return forward if recorded.memo(_last).has_run else run(recorded, ask.edit, {}, task)


def on(recorded: HeldForward, edit: Edit) -> HeldForward:
    """Return a forward on its picture after an edit; it may not have run. The one after another edit is gone then.

    Raises:
        ExplorerError: It is of no one picture, or it failed when it was recorded.
    """
    if recorded.trace.error is not None:
        raise ExplorerError(f"{recorded.trace.failure}; changes are tried on what gave an answer.")
    last = recorded.memo(_last)
    if recorded.on_changed is None or last.edit != edit:
        first = recorded.prepared[0]
        preprocess = recorded.model.spec.inputs[0].takes
        assert isinstance(preprocess, Preprocess), "there would be no editing"
        if edit.frame is None:
            made = imaging.with_picture(first, last.editing.edited(edit), preprocess)
        else:
            made = _in_place(recorded, edit, edit.frame, preprocess)
        recorded.on_changed = recorded.on((made,))
        last.edit, last.has_run = edit, False
    return recorded.on_changed


def run(recorded: HeldForward, edit: Edit, changes: Mapping[int, Change], task: Task) -> HeldForward:
    """Run a forward on its picture after an edit, and return it, what it returned held.

    Args:
        recorded: As it was recorded.
        edit: What is changed on the picture.
        changes: As in `Again.run`: operations that are met on the way.
        task: Stops it.

    Raises:
        ExplorerError: It failed or is of no one picture, or it cannot run on this one.
        CancelledError: It was cancelled.
    """
    forward, again = on(recorded, edit), recorded.course.again
    again.check = task.check
    what = f"{forward.trace.model} cannot run on the changed input"
    with one_line_for(what), forward.as_it_ran(), again:
        _hold(forward, returned(again.run(forward.arguments, changes)))
    recorded.memo(_last).has_run = True
    return forward


def _hold(forward: HeldForward, tensors: list[tuple[str, Tensor]]) -> None:
    """Hold what a forward returned: copies, for it may be the model's own, which is put back."""
    ends = [it for it in forward.recording.operations if it.op == "output"]
    if [way for way, _ in tensors] != [it.way for it in ends]:
        raise ExplorerError(
            f"On the changed input {forward.trace.model} returned something else than when it was recorded."
        )
    for end, (_, tensor) in zip(ends, tensors, strict=True):
        end.values[:1] = [Saved(dense(tensor).clone())]


def _in_place(recorded: HeldForward, edit: Edit, frame: Frame, preprocess: Preprocess) -> PreparedImage:
    """Return a picture of a stream, prepared as the recorded one was, after the rest of an edit."""
    decoded = imaging.decode_pixels(frame.pixels, "the picture")
    wanted = preprocess.at(recorded.size) if recorded.size else preprocess
    made = imaging.prepare(decoded, wanted, (), recorded.model.spec.resizes)
    if made.picture is None or replace(edit, frame=None).is_nothing:
        return made
    editing = Editing(made.picture, in_grey=preprocess.channels == 1)
    return imaging.with_picture(made, editing.edited(edit), preprocess)


def _last(recorded: HeldForward) -> _Last:
    first, preprocess = recorded.prepared[0], recorded.model.spec.inputs[0].takes
    if first.picture is None or first.placement is None or not isinstance(preprocess, Preprocess):
        raise ExplorerError("This input is no picture; open an image to try changes on it.")
    if preprocess.frames or len(recorded.prepared) != 1:
        raise ExplorerError(
            f"{recorded.trace.model} takes more than one input; changes are tried on networks that take one."
        )
    return _Last(Editing(first.picture, in_grey=preprocess.channels == 1))
