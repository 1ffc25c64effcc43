"""What the window remembers between two starts."""

import hashlib
from collections.abc import Iterable
from pathlib import Path

from PySide6.QtCore import QByteArray, QSettings, Qt
from PySide6.QtGui import QGuiApplication

from explorer.paths import user_data

DEFAULT_MODEL = "zoo:efficientnet_lite0"
_RECENT = 10


class Settings:
    """A settings file; a missing or broken entry reads as its default.

    Args:
        file: Where it lies; None for the user's data folder.
    """

    def __init__(self, file: Path | None = None) -> None:
        self._store = QSettings(str(file or user_data() / "settings.ini"), QSettings.Format.IniFormat)

    @property
    def model(self) -> str:
        """Full name of the model used last."""
        return self._text("model", DEFAULT_MODEL)

    @model.setter
    def model(self, name: str) -> None:
        self._store.setValue("model", name)

    @property
    def device(self) -> str:
        """Device used last."""
        return self._text("device", "cpu")

    @device.setter
    def device(self, name: str) -> None:
        self._store.setValue("device", name)

    @property
    def theme(self) -> str:
        """`light` or `dark`; the system's preference until the person chose one."""
        dark = QGuiApplication.styleHints().colorScheme() == Qt.ColorScheme.Dark
        stored = self._text("theme", "")
        return stored if stored in ("light", "dark") else ("dark" if dark else "light")

    @theme.setter
    def theme(self, name: str) -> None:
        self._store.setValue("theme", name)

    @property
    def recent_images(self) -> list[str]:
        """Files opened lately, the latest first."""
        return self._list("recent_images")

    def add_recent_images(self, paths: Iterable[str]) -> None:
        """Put files at the head of the recent ones."""
        self._store.setValue("recent_images", list(dict.fromkeys([*paths, *self.recent_images]))[:_RECENT])

    def layout(self) -> tuple[QByteArray, QByteArray]:
        """Return the window's geometry and the state of its docks; empty before the first end."""
        values = [self._store.value(f"window/{name}") for name in ("geometry", "state")]
        geometry, state = (value if isinstance(value, QByteArray) else QByteArray() for value in values)
        return geometry, state

    def set_layout(self, geometry: QByteArray, state: QByteArray) -> None:
        """Keep the window's geometry and the state of its docks."""
        self._store.setValue("window/geometry", geometry)
        self._store.setValue("window/state", state)

    def is_trusted(self, content: str) -> bool:
        """Return True if the person agreed to run a file whose content has this hash."""
        return content in self._list("trusted_files")

    def trust(self, content: str) -> None:
        """Remember that a file whose content has this hash may run."""
        self._store.setValue("trusted_files", sorted({*self._list("trusted_files"), content}))

    def save(self) -> None:
        """Write to disk now."""
        self._store.sync()

    def _text(self, name: str, default: str) -> str:
        value = self._store.value(name, default)
        return value if isinstance(value, str) and value else default

    def _list(self, name: str) -> list[str]:
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
