"""Downloading published weights: resumable, cancellable, and under the final name only once proven whole."""

import http.client
import re
import shutil
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from explorer.records.errors import CancelledError, ExplorerError
from explorer.records.models import WeightsSpec
from explorer.weights.lock import LockedError, lock
from explorer.weights.store import folder, is_published

_CHUNK = 1 << 18
_TIMEOUT = 20.0  # seconds without a byte
_HEADERS = {"User-Agent": "architecture-explorer", "Accept-Encoding": "identity"}
_MOST_REQUESTS = 3  # of one download: a server that lies about what it sends is not asked for ever
_ROUNDED = 1.01  # published sizes are rounded, surely by less than that
_RESUMES = "start the download again and it goes on where it stopped"


class DownloadError(ExplorerError):
    """Weights could not be downloaded."""


def download(spec: WeightsSpec, progress: Callable[[int, int], None], cancelled: Callable[[], bool]) -> Path:
    """Download the weights, or go on with an earlier attempt, and return the path of the verified file.

    When it is cancelled or breaks off, what has arrived is kept beside the final name as `<name>.part`.

    Args:
        spec: What to download; http, https and file URLs are followed.
        progress: Called with the bytes there are and the bytes in all (0 if unknown) after each piece.
        cancelled: Asked after each piece.

    Raises:
        CancelledError: `cancelled` answered True.
        DownloadError: It failed; nothing lies under the final name that did not lie there before.
    """
    if spec.url is None:
        raise DownloadError(
            f"{spec.filename} is not published for download; choose a file of weights instead"
        )
    target = folder() / spec.filename
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with lock(target.with_name(f"{target.name}.lock")):
            return _download(spec, spec.url, target, progress, cancelled)
    except LockedError as error:
        raise DownloadError(
            f"{spec.filename} is being downloaded already; wait until that is done"
        ) from error
    except OSError as error:
        raise DownloadError(
            f"{spec.filename} cannot be kept in {target.parent}: {error.strerror or error}; "
            "make room or set TORCH_HOME to another folder"
        ) from error


def _download(
    spec: WeightsSpec,
    url: str,
    target: Path,
    progress: Callable[[int, int], None],
    cancelled: Callable[[], bool],
) -> Path:
    if target.is_file() and is_published(target, spec, cancelled):
        return target
    part = target.with_name(f"{target.name}.part")
    is_whole = _fetch(url, part, spec, progress, cancelled)
    if is_published(part, spec, cancelled):
        part.replace(target)
        return target
    if not is_whole:
        have = part.stat().st_size
        raise DownloadError(
            f"{spec.filename} ended after {have:,} bytes and is not what was published; the server did not say how "
            f"long it is, so it may have broken off; {_RESUMES}"
        )
    part.unlink()
    raise DownloadError(
        f"{spec.filename} arrived with another content than was published and was thrown away; "
        "start the download again, and if this stays so the server's file has changed"
    )


def _fetch(
    url: str,
    part: Path,
    spec: WeightsSpec,
    progress: Callable[[int, int], None],
    cancelled: Callable[[], bool],
) -> bool:
    """Fetch what the part lacks; return whether it is whole: False if only the end of what was sent says so."""
    have = part.stat().st_size if part.is_file() else 0
    response, done = _open(url, have, spec.filename)
    if response is None:
        return True
    with response:
        length = response.headers.get("Content-Length", "")
        total = done + int(length) if length.isdigit() else 0
        _check_space(part.parent, (total or spec.bytes or 0) - done, spec.filename)
        most = total or (spec.bytes or sys.maxsize) * _ROUNDED
        with part.open("ab" if done else "wb") as file:
            progress(done, total or spec.bytes or 0)
            for chunk in _chunks(response, spec.filename):
                file.write(chunk)
                done += len(chunk)
                progress(done, total or spec.bytes or 0)
                if cancelled():
                    raise CancelledError(f"the download of {spec.filename} was cancelled; {_RESUMES}")
                if done > most:
                    return True  # more than was published: it is something else
    if done < total:
        raise DownloadError(f"{spec.filename} broke off after {done:,} of {total:,} bytes; {_RESUMES}")
    # Sent anew from its start, and again no longer than before: that is all there is.
    return bool(total) or done == have


def _open(url: str, have: int, name: str) -> tuple[Any, int]:
    """Open the URL from byte `have` on.

    Returns:
        The answer, None if nothing is left to fetch; and the byte it truly starts at, `have` or 0.
    """
    for _ in range(_MOST_REQUESTS):
        response, start = _ask(url, have, name)
        if start is not None:
            return response, start
        have = 0
    raise DownloadError(
        f"{name} cannot be downloaded: the server does not send the bytes that it is asked for; "
        "try again later, or save the file yourself and choose it"
    )


def _ask(url: str, have: int, name: str) -> tuple[Any, int | None]:
    """Ask once for what follows byte `have`; return what `_open` does, no start if something else is sent."""
    headers = _HEADERS | ({"Range": f"bytes={have}-"} if have else {})
    try:
        response = _opener().open(urllib.request.Request(url, headers=headers), timeout=_TIMEOUT)
    except urllib.error.HTTPError as error:
        error.close()
        if error.code == http.HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE and have:
            whole = error.headers.get("Content-Range") == f"bytes */{have}"
            return None, have if whole else None
        raise DownloadError(
            f"{name} cannot be downloaded: the server answered {error.code} {error.reason}; try again later"
        ) from error
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise _broken(name, error) from error
    if response.status != http.HTTPStatus.PARTIAL_CONTENT:
        return response, 0
    found = re.match(r"bytes (\d+)-", response.headers.get("Content-Range", ""))
    if found and int(found[1]) == have:
        return response, have
    response.close()
    return None, None


def _opener() -> urllib.request.OpenerDirector:
    """Make an opener for http, https and file; urllib's own would follow a redirection to ftp as well."""
    opener = urllib.request.OpenerDirector()
    for handler in (
        urllib.request.ProxyHandler,
        urllib.request.HTTPHandler,
        urllib.request.HTTPSHandler,
        urllib.request.FileHandler,
        urllib.request.UnknownHandler,
        urllib.request.HTTPRedirectHandler,
        urllib.request.HTTPDefaultErrorHandler,
        urllib.request.HTTPErrorProcessor,
    ):
        opener.add_handler(handler())
    return opener


def _chunks(response: Any, name: str) -> Iterator[bytes]:
    """Yield what arrives as it arrives, so that a slow line can be cancelled between small pieces."""
    while True:
        try:
            chunk = response.read1(_CHUNK)
        except (OSError, http.client.HTTPException) as error:
            raise _broken(name, error) from error
        if not chunk:
            return
        yield chunk


def _broken(name: str, error: Exception) -> DownloadError:
    cause = getattr(error, "reason", None) or error
    reason = getattr(cause, "strerror", None) or str(cause) or type(error).__name__
    return DownloadError(f"{name} cannot be downloaded: {reason}; check the network, then {_RESUMES}")


def _check_space(place: Path, needed: int, name: str) -> None:
    free = shutil.disk_usage(place).free
    if needed > free:
        raise DownloadError(
            f"{name} needs {needed / 1e6:,.0f} MB more, {place} has {free / 1e6:,.0f} MB free; "
            "make room or set TORCH_HOME to another folder"
        )
