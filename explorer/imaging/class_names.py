"""Names of classes, from a person's file or from what came with a network or its weights; hostile until read."""

import json
import stat
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from explorer.records.entries import Entries
from explorer.records.errors import UsageError
from explorer.records.text import one_line

_MOST_BYTES = 8 << 20
_MOST_CLASSES = 1 << 20
_LONGEST = 200
_KEYS = (
    "id2label", "label2id", "class_names", "classes", "CLASSES", "categories", "labels", "names", "label_names",
    "class_to_idx", "idx_to_class",
)  # fmt: skip
_AROUND = ("meta", "config", "hyper_parameters", "args")  # what checkpoints keep such entries in
_ADVICE = "write one name a line, or a JSON list or dictionary of them"

Names = tuple[str, ...]


def read_class_names(path: Path) -> Names:
    """Return the names of the classes in a file, in order: one a line, or a JSON list or dictionary.

    A dictionary maps numbers to names, names to numbers, or holds one that does (`id2label` of a configuration).
    Empty lines at the end do not count.

    Raises:
        UsageError: In one line: the file is missing, no regular file, too large, no text, or holds something else.
    """
    name = one_line(path.name)
    text = _text(path, name)
    if path.suffix.lower() == ".json" or text.lstrip()[:1] in ("[", "{"):
        try:
            read = json.loads(text, object_pairs_hook=Entries)
        except (ValueError, RecursionError) as error:
            if path.suffix.lower() == ".json":
                raise UsageError(f"{name} is broken JSON: {one_line(str(error))}; {_ADVICE}.") from None
        else:
            if (repeated := repeated_class(read)) is not None:
                raise UsageError(f"{name} says {repeated!r} twice; keep one of the two.")
            if (found := class_names_in(read)) is None:
                raise UsageError(f"{name} holds no names of classes; {_ADVICE}.")
            return found
    return _of_lines(text, name)


def _of_lines(text: str, name: str) -> Names:
    lines = text.rstrip().splitlines()
    if not lines:
        raise UsageError(f"{name} is empty; {_ADVICE}.")
    if len(lines) > _MOST_CLASSES:
        raise UsageError(f"{name} has {len(lines):,} lines, more than a network has classes; {_ADVICE}.")
    return tuple(map(_clean, lines))


def _text(path: Path, name: str) -> str:
    try:
        state = path.stat()
        if stat.S_ISDIR(state.st_mode):
            raise UsageError(f"{name} is a folder; name the file with the names of the classes.")
        if not stat.S_ISREG(state.st_mode):  # a pipe or a device may never end
            raise UsageError(f"{name} is no regular file; {_ADVICE} into one.")
        if state.st_size > _MOST_BYTES:
            raise UsageError(f"{name} has {state.st_size:,} bytes, too many for names of classes; {_ADVICE}.")
        return path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError:
        raise UsageError(f"{name} is no text in UTF-8; {_ADVICE}.") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or one_line(str(error))
        raise UsageError(f"{name} cannot be read: {reason}; check the path of the class names.") from None


def repeated_class(value: Any) -> str | None:
    """Return the number or name that the JSON which `class_names_in` would read says twice; None if none."""
    held = _held(value)
    return one_line(held.repeated, 40) if isinstance(held, Entries) and held.repeated is not None else None


def class_names_in(value: Any) -> Names | None:
    """Return the names of classes that a list or a dictionary holds, in order; None if it holds none, or one twice.

    Args:
        value: A list of names, or of lists that end in one; a dictionary of them by number, or of numbers by name;
            or a dictionary that holds one of these under a usual key, as a configuration or a checkpoint does.
    """
    value = _held(value)
    if isinstance(value, Mapping):
        return _numbered(value) if repeated_class(value) is None else None
    return _listed(value) if isinstance(value, list | tuple) else None


def _held(value: Any) -> Any:
    """Return the list or dictionary of names that a configuration or a checkpoint holds, or what is given."""
    if isinstance(value, Mapping):
        around = [value, *(value[key] for key in _AROUND if isinstance(value.get(key), Mapping))]
        held = (
            each[key] for each in around for key in _KEYS if isinstance(each.get(key), Mapping | list | tuple)
        )
        return next(held, value)
    return value


def _numbered(value: Mapping[Any, Any]) -> Names | None:
    """Return the names in a dictionary from numbers to names or the other way round, if it has all from 0 on."""
    if not 0 < len(value) <= _MOST_CLASSES:
        return None
    pairs = list(value.items())
    if all(_number(name) is not None for _, name in pairs) and not all(
        _number(key) is not None for key, _ in pairs
    ):
        pairs = [(number, name) for name, number in pairs]
    by_number = {_number(key): name for key, name in pairs}
    if set(by_number) != set(range(len(pairs))):
        return None
    return _listed([by_number[number] for number in range(len(pairs))])


def _number(value: object) -> int | None:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    return (
        int(value)
        if isinstance(value, str) and value.isascii() and value.isdecimal() and len(value) < 9
        else None
    )


def _listed(values: Iterable[Any]) -> Names | None:
    """Return names, or the last of each entry (`["n01440764", "tench"]`); None unless all are text."""
    last = [each[-1] if isinstance(each, list | tuple) and each else each for each in values]
    if not 0 < len(last) <= _MOST_CLASSES or not all(isinstance(each, str) for each in last):
        return None
    return tuple(map(_clean, last))


def _clean(name: str) -> str:
    """Return a name fit to be shown: one line, printable, not endless; `–` if nothing of it can be seen."""
    return one_line(name, _LONGEST) or "–"
