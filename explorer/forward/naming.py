"""How operations are called: lower-case names of what they do, unique names of which one it is."""

from functools import cache
from typing import Any

from explorer.forward.recording import Recording


@cache
def operation_name(func: Any) -> str:
    """Return the lower-case name of an operation, in-place and reflected variants under the plain one."""
    func = getattr(func, "overloadpacket", func)  # `torch.ops.aten.sub.Tensor` is `sub`
    name = getattr(func, "__name__", type(func).__name__)
    if name in ("__get__", "__set__"):
        name = getattr(getattr(func, "__self__", None), "__name__", name)
    return _strip(name)


def _strip(name: str) -> str:
    """`relu_`, `__iadd__`, `__radd__` and `_max_pool2d` are `relu`, `add`, `add` and `max_pool2d`."""
    if name.startswith("__") and name.endswith("__"):
        name = name.strip("_")
        if name[0] in "ir" and name[1:] in _OPERATORS:
            name = name[1:]
    name = name.strip("_").lower()
    return _SYNONYMS.get(name, name)


_OPERATORS = {
    "add", "sub", "mul", "div", "truediv", "floordiv", "mod", "pow", "matmul", "and", "or", "xor", "lshift", "rshift"
}  # fmt: skip
_SYNONYMS = {"truediv": "div", "floordiv": "floor_divide", "mod": "remainder"}


def module_name(path: str, call: int) -> str:
    """Return the name of the operation that yields the output of a leaf module, in its call number `call`."""
    return f"{path}:{call}" if call else path


def functional_name(module: str, op: str) -> str:
    """Return the name of an operation that no leaf module owns."""
    return f"{module}.{op}" if module else op


class Names:
    """Hands out each name once; one that is taken gets a number."""

    def __init__(self) -> None:
        self._taken: set[str] = set()
        self._repeats: dict[str, int] = {}

    def unique(self, base: str) -> str:
        """Return `base`, or `base:1`, `base:2` and so on."""
        name = base
        while name in self._taken:
            self._repeats[base] = self._repeats.get(base, 0) + 1
            name = f"{base}:{self._repeats[base]}"
        self._taken.add(name)
        return name


def name_operations(recording: Recording) -> None:
    """Give every operation a unique name; the one that yields a leaf module's output bears the module's path.

    A tensor that was returned is named by the way to it. It comes last, and so takes no name from an operation.
    """
    names = Names()
    for operation in recording.operations:
        if operation.yields_module and operation.module:
            operation.name = names.unique(module_name(operation.module, operation.call))
    for operation in recording.operations:
        if not operation.name:
            operation.name = names.unique(functional_name(operation.module, operation.op) + operation.way)
    if (failed := recording.failure) is not None:
        if failed.op and not (failed.leaf and failed.module):
            failed.name = names.unique(functional_name(failed.module, failed.op))
        else:
            failed.name = module_name(failed.module or "model", failed.call)
