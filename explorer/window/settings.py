"""What the window remembers between two starts."""

import hashlib
from collections.abc import Iterable
from pathlib import Path

from PySide6.QtCore import QByteArray, QSettings, Qt
from PySide6.QtGui import QGuiApplication

from explorer.paths import user_data
from explorer.records.errors import UsageError
from explorer.records.units import read_bytes

_RECENT = 10
_WIDEST = 10_000  # pixels; no edge of a window is as wide


class Settings:
    """A settings file; a missing or broken entry reads as its default.

    Args:
        file: Where it lies; None for the user's data folder.
    """

    def __init__(self, file: Path | None = None) -> None:
        self._store = QSettings(str(file or user_data() / "settings.ini"), QSettings.Format.IniFormat)

    @property
    def theme(self) -> str:
        """`light` or `dark`; the system's preference until the person chose one."""
        dark = QGuiApplication.styleHints().colorScheme() == Qt.ColorScheme.Dark
        stored = self.text("theme", "")
        return stored if stored in ("light", "dark") else ("dark" if dark else "light")

    @theme.setter
    def theme(self, name: str) -> None:
        self._store.setValue("theme", name)

    @property
    def memory(self) -> int | None:
        """Bytes that the values of forwards may take; None for half of the free memory."""
        try:
            return read_bytes(self.text("memory", ""))
        except UsageError:
            return None

    @memory.setter
    def memory(self, room: int | None) -> None:
        self._store.setValue("memory", "" if room is None else str(room))

    @property
    def recent_images(self) -> list[str]:
        """Files opened lately, the latest first."""
        return self.texts("recent_images")

    def add_recent_images(self, paths: Iterable[str]) -> None:
        """Put files at the head of the recent ones."""
        self._store.setValue("recent_images", list(dict.fromkeys([*paths, *self.recent_images]))[:_RECENT])

    def geometry(self) -> QByteArray:
        """Return the window's place and size; empty before the first end."""
        value = self._store.value("window/geometry")
        return value if isinstance(value, QByteArray) else QByteArray()

    def widths(self) -> list[int]:
        """Return the widths of the Explore page's two edges in pixels; empty before the first end."""
        kept = self.texts("window/widths")
        sound = len(kept) == 2 and all(it.isascii() and it.isdecimal() and int(it) < _WIDEST for it in kept)
        return [int(width) for width in kept] if sound else []

    def set_layout(self, geometry: QByteArray, widths: Iterable[int]) -> None:
        """Keep the window's place and size, and the widths of the Explore page's edges."""
        self._store.setValue("window/geometry", geometry)
        self._store.setValue("window/widths", [str(width) for width in widths])

    def put(self, name: str, value: str | list[str]) -> None:
        """Keep a text, or a list of texts."""
        self._store.setValue(name, value)

    def is_trusted(self, content: str) -> bool:
        """Return True if the person agreed to run a file whose content has this hash."""
        return content in self.texts("trusted_files")

    def trust(self, content: str) -> None:
        """Remember that a file whose content has this hash may run."""
        self._store.setValue("trusted_files", sorted({*self.texts("trusted_files"), content}))

    def save(self) -> None:
        """Write to disk now."""
        self._store.sync()

    def text(self, name: str, default: str) -> str:
        """Return a text that was kept, or the default."""
        value = self._store.value(name, default)
        return value if isinstance(value, str) and value else default

    def texts(self, name: str) -> list[str]:
        """Return a list of texts that was kept; empty if none was."""
        # An INI file holds a list of one as a plain string.
        value = self._store.value(name, [])
        if isinstance(value, str):
            return [value] if value else []
        return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []


def content_hash(file: Path) -> str:
    """Return the SHA-256 of a file's content in hexadecimal digits.

    Raises:
        OSError: The file cannot be read.
    """
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
