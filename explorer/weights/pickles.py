"""Pickles read as data: their instructions are followed by a machine that can build values and call nothing.

What a pickle calls, a class or a function, is never looked up. A call gives what `called` makes of its name, or an
`Inert`: the name, what it was called with and what was put into it.
"""

import pickletools
import struct
from collections.abc import Callable, Iterable
from typing import IO, Any

_MOST_STEPS = 20_000_000  # a hundred thousand tensors take five million


class PickleError(Exception):
    """These bytes are no pickle, or a broken one; its text says in what way."""


class Global:
    """A class or a function that the pickle names: `module.name`."""

    __slots__ = ("name",)

    def __init__(self, name: str) -> None:
        self.name = name


class Inert:
    """What a call that is not followed would have made.

    Attributes:
        name: What was called; empty if that had no name.
        args: What it was called with.
        state: What was then put into it as its state; None for nothing.
        items, values: What was then put into it as into a dictionary and as into a list.
    """

    __slots__ = ("args", "items", "name", "state", "values")

    def __init__(self, name: str, args: tuple[Any, ...]) -> None:
        self.name = name
        self.args = args
        self.state: Any = None
        self.items: dict[Any, Any] = {}
        self.values: list[Any] = []


Called = Callable[[str, tuple[Any, ...]], Any]
_ATOMS = (str, bytes, int, float, bool, type(None))
_BROKEN = (
    ValueError,
    IndexError,
    KeyError,
    TypeError,
    OverflowError,
    UnicodeError,
    AttributeError,
    struct.error,
)


def read(file: IO[bytes], called: Called, persistent: Callable[[Any], Any]) -> Any:
    """Read one pickle from where the file stands; afterwards it stands behind it.

    Args:
        file: Bytes; a memory map will do.
        called: Returns what a call of that name with these arguments gives; no more of the pickle is needed for it.
        persistent: Returns what an id stands for that the pickle uses for things kept outside of it.

    Raises:
        PickleError: It is broken.
    """
    try:
        return _Machine(called, persistent).run(file)
    except _BROKEN as error:
        raise PickleError(f"its pickle is broken: {error}") from error
    except (RecursionError, MemoryError) as error:
        raise PickleError("its pickle is larger than this computer's memory") from error


class _Machine:
    """The stack of values, the marks on it, and the memo."""

    def __init__(self, called: Called, persistent: Callable[[Any], Any]) -> None:
        self._called = called
        self._persistent = persistent
        self._stack: list[Any] = []
        self._below: list[list[Any]] = []  # stacks under the marks
        self._memo: dict[int, Any] = {}

    def run(self, file: IO[bytes]) -> Any:
        for steps, (opcode, arg, _) in enumerate(pickletools.genops(file)):
            if steps > _MOST_STEPS:
                raise PickleError("its pickle is too long for a list of tensors")
            if opcode.name == "STOP":
                return self._stack.pop()
            if opcode.name in _CONSTANTS:
                self._stack.append(_CONSTANTS[opcode.name](arg))
            elif opcode.name not in _SILENT:
                step = _STEPS.get(opcode.name)
                if step is None:
                    raise PickleError(f"its pickle asks for {opcode.name}, which files of weights do not")
                step(self, arg)
        raise PickleError("its pickle has no end")

    # ---- stack and memo ----

    def mark(self, _: Any) -> None:
        self._below.append(self._stack)
        self._stack = []

    def _marked(self) -> list[Any]:
        above = self._stack
        self._stack = self._below.pop()
        return above

    def pop(self, _: Any) -> None:
        if self._stack:
            self._stack.pop()
        else:
            self._marked()

    def pop_mark(self, _: Any) -> None:
        self._marked()

    def dup(self, _: Any) -> None:
        self._stack.append(self._stack[-1])

    def put(self, index: Any) -> None:
        self._memo[len(self._memo) if index is None else index] = self._stack[-1]

    def get(self, index: Any) -> None:
        self._stack.append(self._memo[index])

    # ---- collections ----

    def fresh(self, make: Callable[[], Any]) -> None:
        self._stack.append(make())

    def tuple_of(self, count: int) -> None:
        taken = tuple(self._stack[-count:])
        if len(taken) < count:
            raise PickleError("its pickle is broken: too little on the stack")
        self._stack[-count:] = [taken]

    def gathered(self, make: Callable[[list[Any]], Any]) -> None:
        above = self._marked()
        self._stack.append(make(above))

    def append(self, _: Any) -> None:
        value = self._stack.pop()
        self._extend([value])

    def appends(self, _: Any) -> None:
        self._extend(self._marked())

    def _extend(self, values: list[Any]) -> None:
        target = self._stack[-1]
        if isinstance(target, list):
            target.extend(values)
        elif isinstance(target, set):
            target.update(map(_key, values))
        elif isinstance(target, Inert):
            target.values.extend(values)

    def set_item(self, _: Any) -> None:
        value, key = self._stack.pop(), self._stack.pop()
        self._update([key, value])

    def set_items(self, _: Any) -> None:
        self._update(self._marked())

    def _update(self, flat: list[Any]) -> None:
        target = self._stack[-1]
        if isinstance(target, Inert):
            target = target.items
        if isinstance(target, dict):
            target.update(pairs(flat))

    # ---- what would run code ----

    def name(self, text: str) -> None:
        self._stack.append(Global(text.replace(" ", ".", 1)))

    def name_from_stack(self, _: Any) -> None:
        name, module = self._stack.pop(), self._stack.pop()
        self._stack.append(Global(f"{module}.{name}" if isinstance(module, str) else ""))

    def reduce(self, _: Any) -> None:
        args, function = self._stack.pop(), self._stack.pop()
        self._call(function, args)

    def new_with_names(self, _: Any) -> None:
        self._stack.pop()  # arguments by name
        self.reduce(None)

    def inst(self, text: str) -> None:
        self._call(Global(text.replace(" ", ".", 1)), tuple(self._marked()))

    def obj(self, _: Any) -> None:
        function, *args = self._marked()
        self._call(function, tuple(args))

    def _call(self, function: Any, args: Any) -> None:
        name = function.name if isinstance(function, Global) else ""
        self._stack.append(self._called(name, args if isinstance(args, tuple) else (args,)))

    def build(self, _: Any) -> None:
        state = self._stack.pop()
        if isinstance(target := self._stack[-1], Inert):
            target.state = state

    def persistent_id(self, text: Any) -> None:
        self._stack.append(self._persistent(self._stack.pop() if text is None else text))


def _key(value: Any) -> Any:
    """Return what can stand for a value as a key: hashing a deep tuple would exhaust the stack."""
    return value if isinstance(value, _ATOMS) else Inert("", (value,))


def pairs(flat: Iterable[Any]) -> dict[Any, Any]:
    """Return the dictionary of keys and values that stand one after the other."""
    both = list(flat)
    return {_key(key): value for key, value in zip(both[::2], both[1::2], strict=True)}


_SILENT = ("PROTO", "FRAME")
_LITERALS = (
    "INT", "BININT", "BININT1", "BININT2", "LONG", "LONG1", "LONG4", "FLOAT", "BINFLOAT", "STRING", "BINSTRING",
    "SHORT_BINSTRING", "UNICODE", "BINUNICODE", "SHORT_BINUNICODE", "BINUNICODE8", "BINBYTES", "SHORT_BINBYTES",
    "BINBYTES8", "BYTEARRAY8",
)  # fmt: skip
_CONSTANTS: dict[str, Callable[[Any], Any]] = dict.fromkeys(_LITERALS, lambda arg: arg)
_CONSTANTS |= {"NONE": lambda _: None, "NEWTRUE": lambda _: True, "NEWFALSE": lambda _: False}

_STEPS: dict[str, Callable[[_Machine, Any], None]] = {
    "MARK": _Machine.mark,
    "POP": _Machine.pop,
    "POP_MARK": _Machine.pop_mark,
    "DUP": _Machine.dup,
    **dict.fromkeys(("PUT", "BINPUT", "LONG_BINPUT", "MEMOIZE"), _Machine.put),
    **dict.fromkeys(("GET", "BINGET", "LONG_BINGET"), _Machine.get),
    "EMPTY_LIST": lambda machine, _: machine.fresh(list),
    "EMPTY_DICT": lambda machine, _: machine.fresh(dict),
    "EMPTY_SET": lambda machine, _: machine.fresh(set),
    "EMPTY_TUPLE": lambda machine, _: machine.fresh(tuple),
    "TUPLE1": lambda machine, _: machine.tuple_of(1),
    "TUPLE2": lambda machine, _: machine.tuple_of(2),
    "TUPLE3": lambda machine, _: machine.tuple_of(3),
    "TUPLE": lambda machine, _: machine.gathered(tuple),
    "LIST": lambda machine, _: machine.gathered(list),
    "DICT": lambda machine, _: machine.gathered(pairs),
    "FROZENSET": lambda machine, _: machine.gathered(lambda values: set(map(_key, values))),
    "APPEND": _Machine.append,
    **dict.fromkeys(("APPENDS", "ADDITEMS"), _Machine.appends),
    "SETITEM": _Machine.set_item,
    "SETITEMS": _Machine.set_items,
    "GLOBAL": _Machine.name,
    "STACK_GLOBAL": _Machine.name_from_stack,
    **dict.fromkeys(("REDUCE", "NEWOBJ"), _Machine.reduce),
    "NEWOBJ_EX": _Machine.new_with_names,
    "INST": _Machine.inst,
    "OBJ": _Machine.obj,
    "BUILD": _Machine.build,
    **dict.fromkeys(("PERSID", "BINPERSID"), _Machine.persistent_id),
}
