"""What the decoder of videos has to say of each file is no news for a person's terminal."""

import ctypes
from contextlib import suppress
from pathlib import Path

import PySide6
from PySide6.QtCore import QLoggingCategory

_QUIET = -8  # AV_LOG_QUIET, of FFmpeg's `libavutil/log.h`


def silence_qt() -> None:
    """Let QtMultimedia not write to the terminal; to be called before it is imported."""
    QLoggingCategory.setFilterRules("qt.multimedia*=false")


def silence_decoder() -> None:
    """Let FFmpeg, which QtMultimedia has brought, not write to the terminal; to be called once that has loaded it."""
    for library in (Path(PySide6.__file__).parent / "Qt" / "lib").glob("*avutil.so.*"):
        with suppress(OSError, AttributeError):  # of another system, or another FFmpeg: it goes on talking
            ctypes.CDLL(str(library)).av_log_set_level(_QUIET)
