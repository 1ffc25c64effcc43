"""Faults of the window itself: one line for the person, the traceback for a file, and the window goes on."""

import sys
import threading
import traceback
from contextlib import suppress
from types import TracebackType

from PySide6.QtCore import QObject, Signal, Slot

from explorer.paths import user_data
from explorer.window.notices import NoticeBar
from explorer.window.spec import Level

_LOG_BYTES = 1_000_000


class _Desk(QObject):
    """Takes faults from any thread and shows them in the window's.

    Signals:
        reported(str): Which error it was.
    """

    reported = Signal(str)

    def __init__(self, notices: NoticeBar) -> None:
        super().__init__(notices)
        self._notices = notices
        self.reported.connect(self._show)

    @Slot(str)
    def _show(self, reason: str) -> None:
        self._notices.tell(
            Level.ERROR,
            f"Something in the window failed ({reason}); go on, and report window.log if it comes again.",
            about="fault",
        )


def report_to(notices: NoticeBar) -> None:
    """Show whatever nobody caught as a notice, and append its traceback to `window.log` in the user's folder.

    This goes for the window's own thread, for others, and for places that cannot raise, such as `__del__`.
    """
    desk = _Desk(notices)

    def on_fault(kind: type[BaseException], error: BaseException | None, where: TracebackType | None) -> None:
        _log("".join(traceback.format_exception(kind, error, where)))
        reason = " ".join("".join(traceback.format_exception_only(kind, error)).split())
        with suppress(RuntimeError):  # the window is gone
            desk.reported.emit(reason)

    def on_fault_of_thread(fault: threading.ExceptHookArgs) -> None:
        if fault.exc_type is not SystemExit:  # a thread may leave
            on_fault(fault.exc_type, fault.exc_value, fault.exc_traceback)

    sys.excepthook = on_fault
    threading.excepthook = on_fault_of_thread
    sys.unraisablehook = lambda fault: on_fault(fault.exc_type, fault.exc_value, fault.exc_traceback)


def _log(text: str) -> None:
    file = user_data() / "window.log"
    with suppress(OSError):
        file.parent.mkdir(parents=True, exist_ok=True)
        if file.exists() and file.stat().st_size > _LOG_BYTES:
            file.unlink()
        with file.open("a", encoding="utf-8") as stream:
            stream.write(text)
