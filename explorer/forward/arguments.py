"""The arguments of a call by their names, from a Python signature or from the schemas of a built-in function."""

import inspect
from functools import cache
from typing import Any, NamedTuple

import torch
from torch import Tensor
from torch._jit_internal import boolean_dispatched


def bind(func: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> dict[str, Any] | None:
    """Return all arguments of a call by name, defaults filled in; None if nobody knows their names.

    Args:
        func: A Python function, a built-in one of torch (`torch.conv2d`, `Tensor.permute`), or a kernel.
        args: As it was called.
        kwargs: As it was called.
    """
    # `F.max_pool2d` is two functions behind one of `*args`; both take the same arguments.
    python = boolean_dispatched.get(func, {}).get("if_false", func) if inspect.isfunction(func) else None
    if (signature := _signature(python)) is not None:
        try:
            bound = signature.bind(*args, **kwargs)
        except TypeError:
            return None
        bound.apply_defaults()
        return dict(bound.arguments)
    for schema in _schemas(func):
        named = _bind(schema, args, kwargs)
        if named is not None:
            return named
    return None


@cache
def _signature(func: Any) -> inspect.Signature | None:
    """Return the signature of a Python function; None of what only wraps a built-in one, as `Tensor.__pow__` does."""
    try:
        return inspect.signature(func) if func is not None else None
    except ValueError:
        return None


class _Argument(NamedTuple):
    """An argument of a schema: its name, what it may be, and its default if it has one."""

    name: str
    type: Any
    is_placed: bool
    has_default: bool
    default: Any


@cache
def _schemas(func: Any) -> tuple[tuple[_Argument, ...], ...]:
    """Return the schemas that a call may follow: the one of a kernel, or all of a built-in function's name."""
    if isinstance(func, torch._ops.OpOverload):
        return (_arguments(func._schema),)
    name = getattr(func, "__name__", "")
    if name in ("__get__", "__set__"):
        return ()
    if name.startswith("__") and name.endswith("__"):
        name = name.strip("_")
        name = name[1:] if name[1:] in ("add", "sub", "mul", "div", "matmul") and name[0] in "ir" else name
        name = {"truediv": "div", "itruediv": "div"}.get(name, name)
    return tuple(map(_arguments, torch._C._jit_get_schemas_for_operator(f"aten::{name}"))) if name else ()


def _arguments(schema: Any) -> tuple[_Argument, ...]:
    return tuple(
        _Argument(a.name, a.type, not a.kwarg_only, a.has_default_value(), a.default_value)
        for a in schema.arguments
    )


def _bind(
    schema: tuple[_Argument, ...], args: tuple[Any, ...], kwargs: dict[str, Any]
) -> dict[str, Any] | None:
    """Return the arguments by the names of a schema; None if it takes others."""
    placed = [argument for argument in schema if argument.is_placed]
    args = _gathered(placed, args)
    if len(args) > len(placed):
        return None
    given = dict(zip((argument.name for argument in placed), args, strict=False))
    names = {argument.name for argument in schema}
    for name, value in kwargs.items():
        known = name if name in names else _ALIASES.get(name, name)
        if known not in names or known in given:
            return None
        given[known] = value
    for argument in schema:
        if argument.name not in given:
            if not argument.has_default:
                return None
            given[argument.name] = argument.default
        elif not _takes(argument.type, given[argument.name]):
            return None
    return given


_ALIASES = {"input": "self", "axis": "dim", "keepdims": "keepdim"}


def _gathered(placed: list[_Argument], args: tuple[Any, ...]) -> tuple[Any, ...]:
    """`x.permute(0, 2, 1)` gives one list of three dimensions."""
    if len(placed) == 2 and len(args) != 2 and str(placed[1].type) == "List[int]":
        rest = args[1:]
        if rest and all(type(value) is int for value in rest):
            return (*args[:1], list(rest))
    return args


def _takes(type_: Any, value: Any) -> bool:
    kind = _kind(type_)
    if kind == "OptionalType":
        return value is None or _takes(type_.getElementType(), value)
    if kind == "ListType":
        element = type_.getElementType()
        if isinstance(value, list | tuple):
            return all(_takes(element, item) for item in value)
        return _kind(element) == "IntType" and type(value) is int
    if kind == "IntType" and isinstance(value, torch.dtype | torch.layout | torch.memory_format):
        return True
    expected = _PYTHON.get(kind)
    return expected is None or (
        isinstance(value, expected) and (type(value) is not bool or kind == "BoolType")
    )


def _kind(type_: Any) -> str:
    kind: str = type_.kind()
    return kind


_PYTHON: dict[str, Any] = {
    "TensorType": Tensor,
    "IntType": int,
    "FloatType": (int, float),
    "NumberType": (int, float, complex),
    "BoolType": bool,
    "StringType": str,
}
