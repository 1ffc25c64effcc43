"""The files that a drop or a paste names: in a list of addresses, or in plain text. Nothing is opened here."""

import itertools
import os
import re
import shlex
import socket
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote_to_bytes

from PySide6.QtCore import QMimeData

_LOCAL_HOSTS = ("", "localhost", "127.0.0.1")
_ELSEWHERE = re.compile(r"(?!file:)[a-z][a-z0-9+.-]+://|data:", re.IGNORECASE)
_LONGEST_TEXT = 1 << 16  # a longer one is no list of files
_LONGEST_PATH = 3 * 4096  # of letters, each of which may be written as three; no system takes a longer one
_MOST_LINES = 2_000  # of a list; far fewer are opened
_LONGEST_NAME = 255


@dataclass(frozen=True)
class Addresses:
    """What is named.

    Attributes:
        paths: Files and folders that are there, absolute.
        missing: Files that are named and are not there.
        remote: Addresses that lead elsewhere; nothing is fetched from them.
    """

    paths: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    remote: tuple[str, ...] = ()


def addresses(mime: QMimeData) -> Addresses:
    """Return what the data of a drop or of the clipboard names; only asks of each file whether it is there."""
    # The bytes themselves: Qt's own text of them loses the names that are not UTF-8.
    if listed := bytes(mime.data("text/uri-list").data()):
        lines = os.fsdecode(listed).replace("\r", "\n").split("\n", _MOST_LINES)[:_MOST_LINES]
        return _sorted(line for line in lines if line.strip() and not line.startswith("#"))
    raw = bytes(mime.data("text/plain").data()) if mime.hasFormat("text/plain") else mime.text().encode()
    if raw[:5].lower() == b"data:":  # it may carry a picture, of any length
        return Addresses(remote=(os.fsdecode(raw).strip(),))
    text = os.fsdecode(raw[:_LONGEST_TEXT]).strip("\0")
    return _in_text(text) if text.strip() else Addresses()


def shown(path: str) -> str:
    """Return the name of a file as it can be shown: in one line, without bytes that are no text."""
    name = os.path.basename(path.rstrip("/")) or path  # noqa: PTH119 - a name may end in a dot, or be one
    readable = os.fsencode(name[:_LONGEST_NAME]).decode("utf-8", "replace")
    return "".join(letter if letter.isprintable() else " " for letter in readable)


def _in_text(text: str) -> Addresses:
    """Take the text as one path, which may hold a line break, else each line as one."""
    whole = next((path for path in _readings(text) if _is_there(path)), None)
    if whole is not None:
        return Addresses((whole,))
    parts = itertools.chain.from_iterable(
        _parts(line) for line in text.splitlines()[:_MOST_LINES] if line.strip()
    )
    return _sorted(part for part in parts if _names_something(part))


def _parts(line: str) -> list[str]:
    """Return the paths of a line that holds several, as a terminal is handed them, else the line."""
    words = _words(line)
    return words if len(words) > 1 and all(map(_is_there, words)) else [line.strip()]


def _names_something(part: str) -> bool:
    return bool(_ELSEWHERE.match(part)) or any(map(os.path.isabs, _readings(part)))


def _sorted(lines: Iterable[str]) -> Addresses:
    paths, missing, remote = [], [], []
    for line in lines:
        if (candidates := list(_readings(line))) == []:
            remote.append(line)
        elif (there := next((path for path in candidates if _is_there(path)), None)) is not None:
            paths.append(there)
        else:
            missing.append(candidates[0])
    return Addresses(tuple(dict.fromkeys(paths)), tuple(missing), tuple(remote))


def _readings(text: str) -> Iterator[str]:
    """Yield the paths that a text may stand for, the likeliest first; none if it leads to another computer."""
    if len(text) > _LONGEST_PATH:
        yield from () if _ELSEWHERE.match(text) else (text[:_LONGEST_PATH],)  # which is nowhere
    elif text[:5].lower() == "file:":
        yield from _of_address(text[5:])
    elif not _ELSEWHERE.match(text):
        yield from _of_words(text)


def _of_address(rest: str) -> Iterator[str]:
    host, path = "", rest
    if rest.startswith("//"):
        host, slash, path = rest[2:].partition("/")
        path = slash + path
    if host.lower() in (*_LOCAL_HOSTS, socket.gethostname().lower()) and path.startswith("/"):
        yield os.fsdecode(unquote_to_bytes(os.fsencode(path)))
        yield path  # some programs write the name as it is


def _of_words(text: str) -> Iterator[str]:
    yield from (text, text.strip())
    words = _words(text)
    yield from words if len(words) == 1 else ()
    if text.startswith("~/"):
        yield str(Path(text.strip()).expanduser())


def _words(text: str) -> list[str]:
    """Take quotes and backslashes as a terminal does."""
    try:
        return shlex.split(text)
    except ValueError:
        return []


def _is_there(path: str) -> bool:
    try:
        return os.path.isabs(path) and os.path.exists(path)  # noqa: PTH110, PTH117 - it may be no text
    except ValueError:  # a zero byte
        return False
