"""Record a forward that takes the course of an earlier one: call by call it is compared with that.

Only the functions are seen and which module begins and ends, not the kernels below: where the calls, the provenance of
their tensors and the layouts of the results are the same, all else is. At the first difference the forward is given up,
to be recorded anew.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from operator import is_
from typing import Any

import torch
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode

from explorer.forward.attention import ATTENTION, FusedAttention, fused_attention, open_attention
from explorer.forward.course import PLAIN, Course, Place, Plan, Step
from explorer.forward.leaves import Leaf
from explorer.forward.modules import replaced, watchable
from explorer.forward.preserve import Preserved
from explorer.forward.recording import Asked, Operation, Recording, Saved
from explorer.forward.returned import returned
from explorer.forward.standing import Key, Modules, built_of, key_of
from explorer.forward.tensors import tensors_in
from explorer.records.errors import CancelledError

_MOST_PLANS = 4
_END = Step("end", (), {}, -1, [], [], None, [], [], [])


class Plans:
    """What was learned of one model's forwards, the newest first; a course that was left once is not learned again."""

    def __init__(self) -> None:
        self._plans: list[Plan] = []
        self._left: set[Key] = set()
        self._preserved = Preserved(())

    def preserved(self, modules: Modules) -> Preserved:
        """Return what preserves the modules: the one of the last time, which takes less, if they are the same."""
        own = [it for _, it in modules]
        if not self._preserved.is_of(own):
            self._preserved = Preserved(own)
        return self._preserved

    def find(self, modules: Modules, inputs: list[Tensor], named: dict[str, Any]) -> Plan | None:
        """Return the plan of forwards on inputs like these; None if there is none."""
        if not self._plans:
            return None
        key, built = key_of(inputs, named), built_of(modules)
        return next((plan for plan in self._plans if plan.fits(key, built, inputs)), None)

    def learn(self, recording: Recording, derived: Any) -> None:
        """Keep the course of a recording with what was derived from it; it may be repeated from now on."""
        course, recording.course = recording.course, None
        if not isinstance(course, Course) or course.key in self._left:
            return
        plan = course.plan(recording, derived)
        if plan is None:
            self._left.add(course.key)
        else:
            others = [it for it in self._plans if it.key != plan.key]
            self._plans = [plan, *others][:_MOST_PLANS]

    def leave(self, plan: Plan) -> None:
        """Forget a course that a forward has left."""
        self._plans = [it for it in self._plans if it is not plan]
        self._left.add(plan.key)


class LeftError(BaseException):
    """Ends a forward that does not take the course of the earlier one; a model that catches it does not keep it up."""


def repeated(
    plan: Plan,
    model: nn.Module,
    modules: Modules,
    inputs: tuple[Any, ...],
    named: dict[str, Any],
    check: Callable[[], None],
) -> Recording | None:
    """Run a model, of these modules, and return the recording; None if it does not take the planned course.

    Raises:
        CancelledError: If `check` raised it.
    """
    repeat = _Repeat(plan, tensors_in(inputs, named), check)
    try:
        with repeat.watching(modules), repeat:
            output = model(*inputs, **named)
        found = repeat.finished(output)
    except KeyboardInterrupt:
        raise
    except BaseException:  # noqa: BLE001 - the recording anew says what a model raises
        found = None
    if repeat.cancelled is not None:  # the model may have caught it
        raise repeat.cancelled from None
    return found


class _Repeat(TorchFunctionMode):
    """Compares each call with the plan and keeps what it yields."""

    def __init__(self, plan: Plan, inputs: list[Tensor], check: Callable[[], None]) -> None:
        super().__init__()
        self.cancelled: CancelledError | None = None
        self.recording = Recording(modules=dict(plan.modules), plan=plan)
        self._plan = plan
        self._check = check
        self._steps = iter(plan.steps)
        self._events = iter(plan.events)
        self._leaves = iter(plan.leaves)
        self._calls = 0
        self._has_left = False
        self._tensors: list[Any] = [*plan.known]  # by place
        self._tensors[plan.owned : plan.owned + len(inputs)] = inputs
        for node, tensor in enumerate(inputs):
            self._keep(node, [tensor], None)

    def watching(self, modules: Modules) -> AbstractContextManager[None]:
        """Return a context in which modules have to begin and end as the plan says."""
        return replaced(watchable(modules), self._watched)

    def _watched(self, path: str, module: nn.Module) -> Callable[..., Any]:
        forward = module.forward

        def watched(*args: Any, **kwargs: Any) -> Any:
            leaf = self._come_to(path)
            if leaf is not None and not kwargs and self._is_met(leaf, args) and leaf.is_like(module, forward):
                return self._run_leaf(leaf, forward, args)
            output = forward(*args, **kwargs)
            self._come_to(None)
            return output

        watched.__wrapped__ = forward  # type: ignore[attr-defined] # the signature stays readable
        return watched

    def _come_to(self, path: str | None) -> Leaf | None:
        if self._has_left or next(self._events, None) != (self._calls, path):
            self._leave()
        return next(self._leaves)

    def _is_met(self, leaf: Leaf, args: tuple[Any, ...]) -> bool:
        """Tell whether a layer is given what the plan says, and nobody else sees the functions that it calls."""
        alone: bool = torch._C._len_torch_function_stack() == 1
        return alone and len(args) == 1 and args[0] is self._tensors[leaf.given]

    def _run_leaf(self, leaf: Leaf, forward: Callable[..., Any], args: tuple[Any, ...]) -> Any:
        """Run a layer that is what it was and given what the plan says: its call is the one that it made then."""
        with torch._C.DisableTorchFunction():
            self._ask()
            for _ in range(leaf.calls):
                self._following()
            if leaf.step.copies:
                self._copy(leaf.step.copies)
            result = forward(*args)
            self._calls += leaf.calls - 1
            self._take(leaf.step, result, leaf.asked(self._tensors))
            self._come_to(None)
        return result

    def _ask(self) -> None:
        """Ask whether to go on."""
        try:
            self._check()
        except CancelledError as error:
            self.cancelled = error
            raise

    def __torch_function__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        """Run `func` if it is what the plan says."""
        if func in ATTENTION:
            if (opened := open_attention(func)) is not None:
                with self:
                    return opened(*args, **(kwargs or {}))
            if (fused := fused_attention(func, args, kwargs or {})) is not None:
                return self._run_shown(fused, func, args, kwargs or {})
        self._ask()
        step = self._next(func, args, kwargs)
        if step.copies:
            self._copy(step.copies)
        result = func(*args, **kwargs) if kwargs else func(*args)
        self._take(step, result, (func, args, kwargs or {}))
        return result

    def finished(self, output: Any) -> Recording | None:
        """Return the recording, with what the model returned; None if that is not what the plan says."""
        plan, tensors = self._plan, self._tensors
        step = self._following()
        found = returned(output)
        same = [(way, tensors[place]) for way, place in plan.returned]
        if (
            self._has_left
            or step is not _END
            or next(self._events, None) is not None
            or len(found) != len(same)
        ):
            return None
        for (way, tensor), (planned, expected) in zip(found, same, strict=True):
            if way != planned or tensor is not expected:
                return None
            self._keep(len(self.recording.operations), [tensor], None)
        return self.recording

    def _run_shown(
        self, fused: FusedAttention, func: Any, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> Any:
        """Run a fused attention, and before it is taken down the operations that explain it."""
        result = func(*args, **kwargs)
        with self:
            fused.weights()
        self._take(self._next(func, args, kwargs), result, (func, args, kwargs))
        return result

    def _next(self, func: Any, args: tuple[Any, ...], kwargs: dict[str, Any] | None) -> Step:
        """Return the next step, which has to be this call."""
        if self._has_left:
            raise LeftError
        step = self._following()
        if not (func is step.func or func == step.func):
            self._leave()
        expected = list(step.args)
        for k, place in step.spots:
            expected[k] = self._tensors[place]
        # Most arguments are the very same objects; only where they are not it takes a closer look.
        same = len(args) == len(expected) and all(map(is_, args, expected))
        if not same and not self._matches(args, step.args):
            self._leave()
        if kwargs or step.kwargs:
            self._compare(kwargs or {}, step)
        return step

    def _following(self) -> Step:
        """Return the next step that is a call."""
        step = next(self._steps, _END)
        while step.func is None:
            self._hand_on(step)
            step = next(self._steps, _END)
        return step

    def _compare(self, kwargs: dict[str, Any], step: Step) -> None:
        expected = step.kwargs.copy()
        for name, place in step.named:
            expected[name] = self._tensors[place]
        same = kwargs.keys() == expected.keys() and all(map(is_, kwargs.values(), expected.values()))
        if not same and not self._matches(kwargs, step.kwargs):
            self._leave()

    def _take(self, step: Step, result: Any, asked: Asked) -> None:
        self._calls += 1
        if step.operation < 0:
            if result is not step.result and not self._matches(result, step.result):
                self._leave()
            return
        tensors = self._tensors
        if isinstance(result, Tensor):
            outputs = [result]
        else:
            outputs = tensors_in(result) or [tensors[place] for place in step.outputs]
        if len(outputs) != len(step.outputs):
            self._leave()
        for tensor, place, (shape, strides, dtype, device) in zip(
            outputs, step.outputs, step.layouts, strict=True
        ):
            if (
                tensor.shape != shape
                or tensor.stride() != strides
                or tensor.dtype is not dtype
                or tensor.device != device
            ):
                self._leave()
            if (known := tensors[place]) is None:
                tensors[place] = tensor
            elif known is not tensor:
                self._leave()
        self._keep(step.operation, outputs, asked)

    def _hand_on(self, step: Step) -> None:
        """Keep what a module handed on."""
        self._keep(step.operation, [self._tensors[place] for place in step.outputs], None)

    def _keep(self, node: int, outputs: list[Any], asked: Asked | None) -> None:
        o = self._plan.operations[node]
        self.recording.operations.append(
            Operation(
                o.op, o.module, o.call, o.inputs, o.parameters, outputs, [Saved(it) for it in outputs], o.kernels,
                o.name, o.yields_module, o.announced, asked, o.calls, o.within, o.way, o.ordinal,
            )
        )  # fmt: skip

    def _copy(self, values: list[tuple[int, int]]) -> None:
        """Copy values on memory that is about to be written."""
        for node, output in values:
            saved = self.recording.operations[node].values[output]
            saved.tensor = saved.tensor.clone()

    def _matches(self, value: Any, planned: Any) -> bool:
        kind = planned.__class__
        if kind is Place:
            return self._tensors[planned] is value
        if kind is tuple or kind is list:
            if value.__class__ is not kind or len(value) != len(planned):
                return False
            for one, other in zip(value, planned, strict=True):
                if one is not other and not self._matches(one, other):
                    return False
            return True
        if value is planned:
            return True
        if kind is dict:
            same = value.__class__ is dict and value.keys() == planned.keys()
            return same and all(self._matches(value[key], planned[key]) for key in planned)
        if value.__class__ is not kind or not isinstance(value, PLAIN):
            return False
        return repr(value) == repr(planned) if kind is float else bool(value == planned)

    def _leave(self) -> Any:
        self._has_left = True
        raise LeftError
