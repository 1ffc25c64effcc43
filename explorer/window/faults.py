"""Faults of the window itself: one line for the person, the traceback for a file, and the window goes on."""

import sys
import traceback
from contextlib import suppress
from types import TracebackType

from explorer.paths import user_data
from explorer.window.notices import NoticeBar
from explorer.window.spec import Level

_LOG_BYTES = 1_000_000


def report_to(notices: NoticeBar) -> None:
    """Show whatever nobody caught as a notice, and append its traceback to `window.log` in the user's folder."""

    def on_fault(kind: type[BaseException], error: BaseException, where: TracebackType | None) -> None:
        _log("".join(traceback.format_exception(kind, error, where)))
        reason = " ".join(f"{kind.__name__}: {error}".split())
        notices.tell(
            Level.ERROR,
            f"Something in the window failed ({reason}); go on, and report window.log if it comes again.",
            about="fault",
        )

    sys.excepthook = on_fault


def _log(text: str) -> None:
    file = user_data() / "window.log"
    with suppress(OSError):
        file.parent.mkdir(parents=True, exist_ok=True)
        if file.exists() and file.stat().st_size > _LOG_BYTES:
            file.unlink()
        with file.open("a", encoding="utf-8") as stream:
            stream.write(text)
