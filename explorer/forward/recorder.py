"""Record every operation of one forward pass, exactly, and leave the model as it was.

Two torch modes share the work: `functions.py` sees the operations, `kernels.py` below it what they do to memory.
`modules.py` knows the module they ran in. All three take down on one tape what they see.
"""

import gc
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import torch
from torch import nn

from explorer.forward.course import Course
from explorer.forward.functions import Functions
from explorer.forward.gradients import needs_gradients
from explorer.forward.keeping import Keeping
from explorer.forward.kernels import Kernels
from explorer.forward.lineage import Lineage
from explorer.forward.modules import watchable, watched
from explorer.forward.naming import name_operations
from explorer.forward.preserve import Preserved, lies_in, uncompiled
from explorer.forward.recording import Recording
from explorer.forward.repeat import Plans, repeated
from explorer.forward.returned import returned
from explorer.forward.standing import Modules, can_be_held
from explorer.forward.tape import ReachedError, Tape
from explorer.forward.tensors import tensors_in

# What torch.jit compiled runs as it was written, unfused.
_OPERATION_BY_OPERATION = partial(torch.jit.optimized_execution, False)  # type: ignore[attr-defined]


def record(
    model: nn.Module,
    inputs: tuple[Any, ...],
    check: Callable[[], None] = lambda: None,
    until: int | None = None,
    named: dict[str, Any] | None = None,
    keeping: Keeping | None = None,
    plans: Plans | None = None,
) -> Recording:
    """Run `model(*inputs, **named)` once, without gradients, and record every operation.

    A model whose forward differentiates is run again, with gradients.

    Parameters, buffers, attributes, mode, hooks, inputs and random state are afterwards what they were before.

    Args:
        model: The module, in the mode it is to be recorded in.
        inputs: Positional arguments of its forward.
        check: Called before each operation; whatever it raises ends the forward.
        until: Number of the operation that is to be the last; nothing after it is computed. Its module does not
            return, so that it may not bear the module's name. None for all operations.
        named: Keyword arguments of its forward.
        keeping: Which values are kept; None for all.
        plans: What is known of earlier forwards of this model. One that takes the course of an earlier one is compared
            with that, and nothing is derived anew: the recording has a plan then, and no kernels. Else it has a
            course, to be learned.

    Returns:
        The recording, up to the failure if the forward raised.

    Raises:
        CancelledError: If `check` raised it.
    """
    named, tensors = named or {}, tensors_in(inputs, named)
    modules = list(model.named_modules())
    asked = (model, modules, inputs, check, until, named, keeping)
    course = None
    may_repeat = until is None and (keeping is None or keeping.is_plain)
    if plans is not None and may_repeat and can_be_held(modules, tensors):
        if (found := _repeated(model, modules, inputs, check, named, keeping, plans)) is not None:
            return found
        course = Course(modules, tensors, named)
    recording = _recorded(*asked, gradients=False, course=course)
    if recording.failure is not None and needs_gradients(recording.failure.error):
        recording = _recorded(*asked, gradients=True, course=None)
    return recording


def _repeated(
    model: nn.Module,
    modules: Modules,
    inputs: tuple[Any, ...],
    check: Callable[[], None],
    named: dict[str, Any],
    keeping: Keeping | None,
    plans: Plans,
) -> Recording | None:
    """Record a forward that takes the course of an earlier one; None if there is none, or it does not."""
    tensors = tensors_in(inputs, named)
    plan = plans.find(modules, tensors, named)
    if plan is None or not (keeping is None or keeping.has_room_for(plan.bytes)):
        return None
    with (
        _uncollected(),
        plans.preserved(modules),
        Preserved((), tensors),
        torch.no_grad(),
        _deeper_recursion(),
        uncompiled(),
        _OPERATION_BY_OPERATION(),
    ):
        recording = repeated(plan, model, modules, inputs, named, check)
    if recording is None:
        plans.leave(plan)
    return recording


def _recorded(
    model: nn.Module,
    modules: Modules,
    inputs: tuple[Any, ...],
    check: Callable[[], None],
    until: int | None,
    named: dict[str, Any],
    keeping: Keeping | None,
    gradients: bool,
    course: Course | None,
) -> Recording:
    preserved = Preserved((it for _, it in modules), tensors_in(inputs, named))
    with _uncollected(), preserved, torch.set_grad_enabled(gradients):
        tape = Tape(modules, Lineage(preserved.before_write), until, keeping)
        tape.recording.course = course
        with (
            watched(watchable(modules), tape),
            _deeper_recursion(),
            uncompiled(),
            _OPERATION_BY_OPERATION(),
        ):
            _run(model, inputs, named, Functions(tape, check), tape)
        if written := preserved.written():  # to be put back, of which a repetition would not know
            tape.cannot_repeat()
            tape.lineage.let_go(written)
            tape.recording.written = tuple(
                path for path, it in model.named_parameters() if lies_in(it, written)
            )
        if (course := tape.recording.course) is not None:
            course.note_writes(tape.lineage.was_written)
        if (keeper := tape.keeper) is not None:
            keeper.finish()
            if keeper.raised is not None:
                raise keeper.raised
    name_operations(tape.recording)
    return tape.recording


def _run(
    model: nn.Module, inputs: tuple[Any, ...], named: dict[str, Any], functions: Functions, tape: Tape
) -> None:
    try:
        for tensor in tensors_in(inputs, named):
            tape.add("input", [], [], [tensor], first_kernel=0)
        with Kernels(tape), functions:
            output = model(*inputs, **named)
        if tape.refused is not None:
            raise tape.refused
        tape.lineage.forget_writes()
        for way, tensor in returned(output):
            tape.add_silently("output", [tensor], [tensor], len(tape.recording.kernels)).way = way
    except ReachedError:
        pass
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # noqa: BLE001 - whatever a model raises is its result, shown as such
        tape.note_failure("", tape.refused or error)
        tape.recording.failure = tape.raised
    # Raised here, because the model may have caught it or made another of it.
    if functions.cancelled is not None:
        raise functions.cancelled


@contextmanager
def _uncollected() -> Iterator[None]:
    """Keep Python from collecting garbage: a recording makes many objects that stay, which sets it off in vain."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


@contextmanager
def _deeper_recursion() -> Iterator[None]:
    """Allow twice the depth: watching adds a frame to every call of a module."""
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(2 * limit)
    try:
        yield
    finally:
        sys.setrecursionlimit(limit)
