"""The tensors in what a model returns, each with the way to it: `[1]`, `.logits`, `['class scores']`."""

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from types import FunctionType, MethodType, ModuleType
from typing import Any

from torch import Tensor, nn

_DEEPEST = 32  # nested deeper than this is no answer but a structure of the model's own
_LONGEST_KEY = 60
_CLOSED = (str, bytes, int, float, type, nn.Module, ModuleType, FunctionType, MethodType)


def returned(output: Any) -> list[tuple[str, Tensor]]:
    """Return every tensor in what a model returned, with the way to it, in order.

    Looked into are tuples, lists, named tuples, dictionaries (Hugging Face's `ModelOutput` is one), dataclasses, and
    the public attributes of any other object. What is reached twice on two ways is there twice, as a tensor;
    a container that was seen already is not looked into again.

    Args:
        output: What the forward returned; a lone tensor is reached on the way ``.
    """
    return list(_walk("", output, set(), _DEEPEST))


def _walk(way: str, value: Any, seen: set[int], depth: int) -> Iterator[tuple[str, Tensor]]:
    if isinstance(value, Tensor):
        yield way, value
    elif value is not None and not isinstance(value, _CLOSED) and id(value) not in seen and depth:
        seen.add(id(value))
        for step, part in _parts(value):
            yield from _walk(way + step, part, seen, depth - 1)


def _parts(value: Any) -> Iterator[tuple[str, Any]]:
    """Yield what a container holds, each with the step to it."""
    if isinstance(value, tuple | list):
        # Named tuples have `_fields`; those that torch returns, of `max` for one, only what `match` goes by.
        names = getattr(value, "_fields", getattr(value, "__match_args__", None))
        named = names if isinstance(names, tuple) and len(names) == len(value) else ()
        for place, part in enumerate(value):
            yield (_attribute(named[place]) if named else f"[{place}]"), part
    elif isinstance(value, Mapping):
        for place, (key, part) in enumerate(value.items()):
            yield _key(key, place), part
    elif is_dataclass(value):
        for each in fields(value):
            yield _attribute(each.name), getattr(value, each.name, None)
    else:
        for name, part in dict(getattr(value, "__dict__", {})).items():
            if isinstance(name, str) and not name.startswith("_"):
                yield _attribute(name), part


def _key(key: Any, place: int) -> str:
    """Return the step to an entry of a dictionary; a key that is neither text nor a number counts by its place."""
    if isinstance(key, str):
        return _attribute(key)
    return f"[{int(key) if isinstance(key, int) else place}]"


def _attribute(name: Any) -> str:
    """Return `.name`; what is no name of Python's, as a dictionary's key may be, is quoted, escaped and cut."""
    text = str.__str__(name) if isinstance(name, str) else "?"
    if text.isidentifier() and len(text) <= _LONGEST_KEY:
        return f".{text}"
    return f"[{text[:_LONGEST_KEY]!r}{'…' if len(text) > _LONGEST_KEY else ''}]"
