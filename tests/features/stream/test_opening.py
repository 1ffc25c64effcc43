"""What is missing for a video is said in one line, with the way to get it."""

import sys
from importlib.abc import MetaPathFinder
from typing import Any

import pytest
from PySide6.QtCore import QObject

from explorer.features.stream.opening import open_source
from explorer.window.stream import CAMERA


class Refusing(MetaPathFinder):
    """Lets the import of QtMultimedia fail."""

    def __init__(self, error: ImportError) -> None:
        self._error = error

    def find_spec(self, name: str, path: Any, target: Any = None) -> None:
        if name == "PySide6.QtMultimedia":
            raise self._error


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (
            ModuleNotFoundError("No module named 'PySide6.QtMultimedia'"),
            "pip install 'architecture-explorer[camera]'",
        ),
        (ImportError("libpulse.so.0: cannot open shared object file"), "apt-get install libpulse0"),
        (ImportError("libva.so.2: cannot open shared object file"), "the system library libva.so.2"),
        (ImportError("undefined symbol: _ZN7QObject"), "install the extra `camera` anew"),
    ],
)
def test_one_line_says_what_to_do(monkeypatch: pytest.MonkeyPatch, error: ImportError, told: str) -> None:
    for name in ("PySide6.QtMultimedia", "explorer.features.stream.media"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    stream = sys.modules.get("explorer.features.stream")
    monkeypatch.delattr(stream, "media", raising=False)
    monkeypatch.setattr(sys, "meta_path", [Refusing(error), *sys.meta_path])
    for wanted, name in (("/films/clip.mp4", "clip.mp4 "), (CAMERA, "The camera ")):
        with pytest.raises(LookupError) as caught:
            open_source(wanted, QObject())
        line = caught.value.args[0]
        assert line.startswith(name) and told in line and "\n" not in line
