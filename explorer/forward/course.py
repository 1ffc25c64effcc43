"""The course of a forward: every call that it made, in order, so that the next one can be held against it.

A forward on inputs of the same shapes makes the same calls, with tensors of the same provenance, unless its code goes
by values. Where the calls are the same, so are the kernels below them, what they write, the edges, modules, names and
costs. `repeat.py` relies on nothing of it that it has not compared.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from operator import is_
from types import (
    BuiltinFunctionType,
    FunctionType,
    MethodDescriptorType,
    MethodWrapperType,
    WrapperDescriptorType,
)
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn
from torch._ops import OpOverload, OpOverloadPacket

from explorer.forward.leaves import Leaf, Standing, leaf_of, leaves_among, standing
from explorer.forward.recording import Kernel, Operation, Recording, Saved
from explorer.forward.standing import (
    Key,
    Layout,
    Modules,
    built_of,
    key_of,
    layout,
    memory_of,
    owned_by,
    states_of,
)

PLAIN = (bool, int, float, complex, str, bytes, type(None), type(...), slice, torch.Size, torch.dtype, torch.device,
         torch.layout, torch.memory_format)  # fmt: skip
"""What is compared by value; anything else but tensors and containers is the same only if it is the same object."""

_MODULES_OF_TORCH = ("torch", "torch.functional", "torch.nn.functional", "torch._tensor")
_OWN_KINDS = (Tensor, nn.Parameter, nn.Buffer)
_LIBRARIES = ("aten", "torchvision")
_BUILT_IN = (BuiltinFunctionType, MethodDescriptorType, MethodWrapperType, WrapperDescriptorType)
_Call = tuple[Any, tuple[Any, ...], dict[str, Any], Any, int, int, list[Saved]]
Event = tuple[int, str | None]
"""The calls that were made before, and the path of the module that begins; None where one ends."""


class Place(int):
    """Stands for a tensor: its number among all that a forward met."""

    __slots__ = ()


class Step(NamedTuple):
    """One call that the next forward has to make; or what a module handed on, which is no call.

    Attributes:
        func: The function; None for what a module handed on.
        args: What it is called with; places stand for tensors.
        kwargs: The same by name.
        operation: Number of the operation that it is, -1 if it is none.
        outputs: Places of the operation's values.
        layouts: Shapes, strides, types and devices of these.
        result: What it returns if it is no operation.
        copies: Operation and output of the values on memory that it writes.
        spots: Where tensors stand among `args`, with their places.
        named: Names of the tensors among `kwargs`, with their places.
    """

    func: Any
    args: tuple[Any, ...]
    kwargs: dict[str, Any]
    operation: int
    outputs: list[Place]
    layouts: list[Layout]
    result: Any
    copies: list[tuple[int, int]]
    spots: list[tuple[int, Place]]
    named: list[tuple[str, Place]]


@dataclass(frozen=True, eq=False)
class Plan:
    """What a forward did, without its values.

    Attributes:
        key: What the inputs were like.
        known: Tensors that were there before, by place: the model's own, then None for inputs and for all that the
            forward makes, but for others that it only reads.
        owned: How many of these are the model's own.
        built: The model's modules.
        states: Of each tensor that is known where it lies, how, and how often it had been written.
        steps: In order.
        operations: Those of the recording, without values.
        returned: Way to each tensor that was returned, and its place.
        modules: As in the recording.
        events: The modules that began and ended, in order.
        leaves: For each event the layer that begins, if its one call need not be watched.
        bytes: What the values take.
        derived: What was derived from the recording, true of all forwards that repeat it.
    """

    key: Key
    known: list[Tensor | None]
    owned: int
    built: tuple[list[Any], ...]
    states: list[Any]
    steps: list[Step]
    operations: list[Operation]
    returned: list[tuple[str, Place]]
    modules: dict[str, str]
    events: list[Event]
    leaves: list[Leaf | None]
    bytes: int
    derived: Any

    def fits(self, key: Key, built: tuple[list[Any], ...], inputs: list[Tensor]) -> bool:
        """Tell whether the inputs are like those, and the model and its tensors the same, unwritten since."""
        return (
            key == self.key
            and built == self.built
            and states_of(self.known) == self.states
            and not _share(inputs, self.states)
        )


class Course:
    """Takes down the calls of a forward.

    Args:
        modules: Those of the model that runs.
        inputs: The tensors that it is given.
        names: Names of the arguments given by name.

    Attributes:
        key: What the inputs are like.
    """

    def __init__(self, modules: Modules, inputs: list[Tensor], names: Iterable[str]) -> None:
        self.key = key_of(inputs, names)
        self.built = built_of(modules)
        self.owned = owned_by(modules)
        self.events: list[Event] = []
        self.standing: list[Standing | None] = []  # of the layers that began
        self._leaves = leaves_among(modules)
        self._was_written: Callable[[Tensor], bool] = lambda _: True
        self._before = states_of(self.owned)
        self.inputs = inputs
        self._calls: list[_Call] = []

    def note(
        self,
        call: tuple[Any, tuple[Any, ...], dict[str, Any]],
        result: Any,
        operation: int,
        begun: int,
        copied: list[Saved],
    ) -> None:
        """Take down a call that has run.

        Args:
            call: The function and its arguments.
            result: What it returned.
            operation: Number of the operation that it is, -1 if it is none.
            begun: How many operations there were before this one.
            copied: The values that were copied because it wrote on their memory.
        """
        func, args, kwargs = call
        self._calls.append((func, _as_is(args), _as_is(kwargs), result, operation, begun, copied))

    def give_up(self) -> None:
        """Hold nothing any more."""
        self._calls.clear()
        self.events.clear()
        self.standing.clear()

    def note_module(self, path: str | None) -> None:
        """Take down that a module begins; None that the innermost ends."""
        self.events.append((len(self._calls), path))
        leaf = None if path is None else self._leaves.get(path)
        self.standing.append(None if leaf is None else standing(leaf))

    def note_writes(self, was_written: Callable[[Tensor], bool]) -> None:
        """The forward is over; `was_written` tells whether a tensor's memory was written meanwhile."""
        self._was_written = was_written

    def plan(self, recording: Recording, derived: Any) -> Plan | None:
        """Return what the next forward of this kind will do; None where that cannot be told."""
        if recording.failure is not None or any(map(_by_chance, recording.kernels)):
            return None
        plan = _Compiler(self, recording).compiled(self._calls, derived)
        if plan is None or plan.states[: plan.owned] != self._before or _share(self.inputs, plan.states):
            return None
        return None if any(it is not None and self._was_written(it) for it in plan.known) else plan


class _Compiler:
    """Puts places in the stead of tensors."""

    def __init__(self, course: Course, recording: Recording) -> None:
        self._recording = recording
        self._course = course
        owned, inputs = course.owned, course.inputs
        self._known: list[Tensor | None] = [*owned, *(None for _ in inputs)]
        self._places = {id(tensor): Place(k) for k, tensor in enumerate((*owned, *inputs))}
        self._values = {
            id(saved): (node, output)
            for node, operation in enumerate(recording.operations)
            for output, saved in enumerate(operation.values)
        }
        self._steps: list[Step] = []
        self._taken = 0  # operations

    def compiled(self, calls: list[_Call], derived: Any) -> Plan | None:
        operations = self._recording.operations
        returned = [operation for operation in operations if operation.op == "output"]
        own = {call[4] for call in calls}
        for call in calls:
            if not (self._hand_on(call[5], own) and self._take(call)):
                return None
        if not self._hand_on(len(operations) - len(returned), own):
            return None
        states, course = states_of(self._known), self._course
        if states is None or not all(id(it.results[0]) in self._places for it in returned):
            return None
        return Plan(
            course.key,
            self._known,
            len(course.owned),
            course.built,
            states,
            self._steps,
            [_without_values(operation) for operation in operations],
            [(it.way, self._places[id(it.results[0])]) for it in returned],
            dict(self._recording.modules),
            course.events,
            self._leaves(),
            self._recording.held_bytes(),
            derived,
        )

    def _leaves(self) -> list[Leaf | None]:
        events = self._course.events
        places = [k for k, step in enumerate(self._steps) if step.func is not None]
        leaves: list[Leaf | None] = [None] * len(events)
        for k, now in enumerate(self._course.standing):
            if now is None or k + 1 == len(events) or events[k + 1][1] is not None:
                continue
            own = places[events[k][0] : events[k + 1][0]]
            if own and own[-1] - own[0] == len(own) - 1:
                leaves[k] = leaf_of(now, self._steps[own[0] : own[-1] + 1], self._known)
        return leaves

    def _take(self, call: _Call) -> bool:
        func, args, kwargs, result, node, _, copied = call
        if not (
            _is_of_torch(func)
            and _is_told((args, kwargs))
            and all(id(saved) in self._values for saved in copied)
        ):
            return False
        given = (self._with_places(args), self._with_places(kwargs))
        results = self._recording.operations[node].results if node >= 0 else []
        if node < 0 and not _is_plain(result):
            return False
        copies = [self._values[id(saved)] for saved in copied]
        layouts = [layout(tensor) for tensor in results]
        kept = None if results else result
        outputs = [self._place(tensor, is_new=True) for tensor in results]
        spots = [(k, place) for k, place in enumerate(given[0]) if place.__class__ is Place]
        named = [(name, place) for name, place in given[1].items() if place.__class__ is Place]
        self._steps.append(Step(func, *given, node, outputs, layouts, kept, copies, spots, named))
        return True

    def _hand_on(self, until: int, called: set[int]) -> bool:
        """Take what modules handed on, which is an operation without a call; any other cannot be repeated."""
        for node in range(self._taken, until):
            operation = self._recording.operations[node]
            if node not in called and operation.op != "input":
                if operation.asked is not None:
                    return False
                outputs = [self._place(tensor) for tensor in operation.results]
                self._steps.append(Step(None, (), {}, node, outputs, [], None, [], [], []))
        self._taken = max(self._taken, until)
        return True

    def _with_places(self, value: Any) -> Any:
        if isinstance(value, Tensor):
            return self._place(value)
        kind = value.__class__
        if kind is list:
            return [self._with_places(item) for item in value]
        if kind is tuple:
            items = [self._with_places(item) for item in value]
            return value if all(map(is_, items, value)) else tuple(items)
        return {key: self._with_places(item) for key, item in value.items()} if kind is dict else value

    def _place(self, tensor: Tensor, is_new: bool = False) -> Place:
        """Return the place of a tensor; one that nobody has yielded yet was there before."""
        place = self._places.get(id(tensor))
        if place is None:
            place = self._places[id(tensor)] = Place(len(self._known))
            self._known.append(None if is_new else tensor)
        return place


def _as_is(value: Any) -> Any:
    """Return containers as they are now: a model may add to a list that it has passed."""
    kind = value.__class__
    if kind is list:
        return [_as_is(item) for item in value]
    if kind is tuple:
        items = [_as_is(item) for item in value]
        return value if all(map(is_, items, value)) else tuple(items)
    return {key: _as_is(item) for key, item in value.items()} if kind is dict and value else value


def _is_of_torch(func: Any) -> bool:
    """Tell whether a function is one of torch's, in which no code of a model's goes by values unseen."""
    if isinstance(func, FunctionType):
        return func.__module__ in _MODULES_OF_TORCH
    if isinstance(func, OpOverload | OpOverloadPacket):
        return str(func).partition(".")[0] in _LIBRARIES
    return isinstance(func, _BUILT_IN)


def _is_told(value: Any) -> bool:
    """Tell whether all that a call is given can be compared: tensors, what is plain, functions and classes."""
    if isinstance(value, Tensor):
        return type(value) in _OWN_KINDS  # another kind may run code of its own in any function
    kind = value.__class__
    if kind is tuple or kind is list:
        return all(map(_is_told, value))
    if kind is dict:
        return all(map(_is_told, value.values()))
    if kind is slice:
        return all(part is None or part.__class__ is int for part in (value.start, value.stop, value.step))
    return isinstance(value, (*PLAIN, type, FunctionType, BuiltinFunctionType))


def _by_chance(kernel: Kernel) -> bool:
    """Tell whether chance has a part in a kernel: fields that go by what was drawn hold for that draw alone."""
    if torch.Tag.nondeterministic_seeded not in kernel.func.tags:
        return False
    for place, argument in enumerate(kernel.func._schema.arguments):
        if argument.name == "dropout_p":  # of attention, which draws nothing without
            given = kernel.args[place] if place < len(kernel.args) else None
            return bool(kernel.kwargs.get(argument.name, argument.default_value if given is None else given))
    return True


def _share(inputs: list[Tensor], states: list[Any]) -> bool:
    """Tell whether an input lies in memory of a tensor that was there before."""
    own = {memory for _, memory, *_ in states} - {0}
    return any(memory_of(tensor) in own for tensor in inputs)


def _is_plain(value: Any) -> bool:
    """Tell whether the code that gets this value does the same whenever it gets an equal one."""
    if value.__class__ is tuple:
        return all(map(_is_plain, value))
    return isinstance(value, PLAIN) and not isinstance(value, float)  # a float was read from values


def _without_values(operation: Operation) -> Operation:
    o = operation
    return Operation(
        *(o.op, o.module, o.call, o.inputs, o.parameters, [], [], slice(0, 0)),
        *(o.name, o.yields_module, o.announced, None, o.calls, o.within, o.way, o.ordinal),
    )
