"""What a model's own code raised, in one line for a person: what it was, and where in the model's files."""

import sys
import sysconfig
import traceback
from functools import cache
from pathlib import Path
from types import CodeType, TracebackType
from typing import Any

_LONGEST = 500
_SAID_OF_NO_MEMORY = ("can't allocate memory", "not enough memory")  # torch on Linux and elsewhere
_NO_MEMORY = "there is not enough memory; choose a smaller input, or allow less memory for values"
_WAYS_OUT = {
    "ScriptModule' object has no attribute 'forward'": (
        "torch compiled it without a forward that Python can call; compile the module around it instead"
    ),
    "Expected all tensors to be on the same device": (
        "perhaps the network makes a tensor on another device than its input's; let it run on the CPU"
    ),
}
"""What torch's own words hide."""
_INSTALLED = ("site-packages", "dist-packages")
_OURS = str(Path(__file__).absolute().parents[1])


def told(error: BaseException) -> str:
    """Return kind and text of an error on one line, and where it was raised: `ValueError: no (net.py, line 3)`.

    The text is cut at 500 characters; one that cannot be had, because its own code raises, is said to be so.
    """
    place = place_of(error)
    return f"{kind_and_text(error)} ({place})" if place else kind_and_text(error)


def kind_and_text(error: BaseException) -> str:
    """Return kind and text of an error on one line, without where it was raised, and a way out where one is known."""
    if is_out_of_memory(error):
        return _NO_MEMORY
    # A syntax error's own text ends in its place.
    text = str(error.msg) if isinstance(error, SyntaxError) else text_of(error)
    shown = "".join(c if c.isprintable() else " " for c in text[: 10 * _LONGEST])
    ways_out = (f": {way}" for words, way in _WAYS_OUT.items() if words in text)
    return f"{type(error).__name__}: {' '.join(shown.split())[:_LONGEST]}".rstrip(": ") + "".join(ways_out)


def is_out_of_memory(error: BaseException) -> bool:
    """Tell whether an error says that there was no memory for something, on the CPU or a graphics card."""
    if isinstance(error, MemoryError) or type(error).__name__ in ("OutOfMemoryError", "_ArrayMemoryError"):
        return True
    said = text_of(error) if isinstance(error, RuntimeError) else ""
    return any(words in said for words in _SAID_OF_NO_MEMORY)


def text_of(error: BaseException) -> str:
    """Return the text of an error, which is as much the model's own code as what raised it."""
    try:
        return str(error)
    except BaseException as another:  # noqa: BLE001 - any code may run here
        return f"its text cannot be read ({type(another).__name__})"


def place_of(error: BaseException) -> str:
    """Return the line of a model's own code, innermost, that an error passed: `net.py, line 12`; empty if none did.

    Its own code is all but torch's, Python's own library and this program.
    """
    if isinstance(error, SyntaxError) and error.filename:
        return _line(error.filename, error.lineno)
    return _innermost(error.__traceback__)


def home_of(thing: Any) -> str:
    """Return where a function, or the class of a network, is written: `net.py, line 12`; empty if nobody knows."""
    for name in ("__code__", "__init__", "forward"):
        code = getattr(thing, name, None)
        code = code if isinstance(code, CodeType) else getattr(code, "__code__", None)
        if isinstance(code, CodeType) and not _is_library(code.co_filename):
            return _line(code.co_filename, code.co_firstlineno)
    return ""


def _innermost(trace: TracebackType | None) -> str:
    own = [
        (f.f_code.co_filename, n)
        for f, n in traceback.walk_tb(trace)
        if not _is_library(f.f_code.co_filename)
    ]
    return _line(*own[-1]) if own else ""


def _line(filename: str, number: int | None) -> str:
    name = Path(filename).name
    return f"{name}, line {number}" if number else name


def is_installed(filename: str) -> bool:
    """Tell whether a file is one of Python's own library or of an installed package."""
    if any(f"/{folder}/" in filename.replace("\\", "/") for folder in _INSTALLED):
        return True
    return filename.startswith((_library(), _OURS))


def _is_library(filename: str) -> bool:
    """Tell whether a file is Python's, torch's or ours; a package of networks that is installed is none of these."""
    if filename.startswith("<"):
        return True
    torch = getattr(sys.modules.get("torch"), "__file__", None)
    if filename.startswith(_OURS) or (torch and filename.startswith(str(Path(torch).parent))):
        return True
    return filename.startswith(_library()) and not any(folder in filename for folder in _INSTALLED)


@cache
def _library() -> str:
    return sysconfig.get_path("stdlib")
