"""Sees which module is running, and which operation yields the output of a leaf."""

from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor, nn

from explorer.forward.tape import Frame, Tape
from explorer.forward.tensors import is_wrapped, tensors_in


def watchable(modules: list[tuple[str, nn.Module]]) -> list[tuple[str, nn.Module]]:
    """Leave out what torch.jit compiled, which has no Python to watch.

    Its kernels count as operations of the module around it.
    """
    return [(path, m) for path, m in modules if not isinstance(m, torch.jit.ScriptModule)]


@contextmanager
def watched(modules: list[tuple[str, nn.Module]], tape: Tape) -> Iterator[None]:
    """Put a forward before each module's own that tells which module is running."""
    called: dict[str, int] = defaultdict(int)

    def put_before(path: str, module: nn.Module) -> Callable[..., Any]:
        return _watched(path, type(module).__name__, module.forward, tape, called)

    with replaced(modules, put_before):
        yield


@contextmanager
def replaced(
    modules: list[tuple[str, nn.Module]], put_before: Callable[[str, nn.Module], Callable[..., Any]]
) -> Iterator[None]:
    """Call another forward in the place of each module's own.

    An attribute costs a tenth of a pair of hooks, which make torch take its slow path for every call. One that the
    module had itself is not put back.
    """
    for path, module in modules:
        vars(module)["forward"] = put_before(path, module)
    try:
        yield
    finally:
        for _, module in modules:
            vars(module).pop("forward", None)


def _watched(
    path: str, kind: str, forward: Callable[..., Any], tape: Tape, called: dict[str, int]
) -> Callable[..., Any]:
    frames, operations, kinds = tape.frames, tape.recording.operations, tape.recording.modules

    def watched(*args: Any, **kwargs: Any) -> Any:
        around = frames[-1]
        around.has_children = True
        call = called[path]
        called[path] = call + 1
        frame = Frame(path, call, len(operations), (*around.calls, (path, call)) if path else around.calls)
        frames.append(frame)
        tape.note_module(path)
        kinds.setdefault(path, kind)
        try:
            output = forward(*args, **kwargs)
            if not frame.has_children and (outputs := tensors_in(output)):
                _mark_leaf_output(tape, frame, outputs)
        except BaseException as error:
            tape.note_failure("", error)
            raise
        finally:
            frames.pop()
        tape.note_module(None)
        return output

    watched.__wrapped__ = forward  # type: ignore[attr-defined] # the signature stays readable
    return watched


def _mark_leaf_output(tape: Tape, frame: Frame, outputs: list[Tensor]) -> None:
    operations = tape.recording.operations
    last = len(operations) - 1
    producer = last if is_wrapped(outputs[0]) else tape.lineage.producer(outputs[0])
    if producer >= frame.first_operation:
        operations[producer].yields_module = True
    elif not is_wrapped(outputs[0]):
        # The module handed on what it was given or owns (identity, dropout in eval mode, a learned query):
        # say so, so that no module is missing.
        first_kernel = len(tape.recording.kernels)
        tape.add_silently("identity", outputs, outputs, first_kernel).yields_module = True
