"""Networks in a person's own Python files: which callable builds it, and whether the file may run at all."""

import ast
from collections.abc import Callable
from pathlib import Path

from PySide6.QtWidgets import QComboBox, QFileDialog

from explorer.ui.window import MainWindow
from explorer.window.notices import Level, NoticeAction
from explorer.window.settings import Settings, content_hash

_ABOUT = "model file"


class ModelFiles:
    """Asks in notices; a file that was agreed to is known by its content from then on.

    Args:
        window: Where the notices appear.
        settings: What was agreed to.
    """

    def __init__(self, window: MainWindow, settings: Settings) -> None:
        self._window = window
        self._settings = settings

    def ask_for_file(self, load: Callable[[str], None]) -> None:
        """Let the person choose a Python file and the callable in it, then `load` the network `file.py:callable`."""
        path, _ = QFileDialog.getOpenFileName(self._window, "Load a network", "", "Python (*.py)")
        if path:
            self._ask_for_callable(Path(path), load)

    def with_consent(self, file: Path, go_on: Callable[[str], None]) -> None:
        """Call `go_on` with the hash of the content if the person agreed to run just that, or once they do."""
        try:
            content = content_hash(file)
        except OSError as error:
            self._refuse(file, error)
            return
        if self._settings.is_trusted(content):
            go_on(content)
        else:
            self._ask_consent(file, content, go_on)

    def _ask_for_callable(self, file: Path, load: Callable[[str], None]) -> None:
        names = QComboBox(editable=True)
        names.setObjectName("callableName")
        names.setAccessibleName("Callable that builds the network")
        names.setToolTip("Function without arguments, or class, that gives the network")
        names.setMinimumContentsLength(16)
        names.addItems(callables_in(file))
        self._window.notices.tell(
            Level.INFO,
            f"Which function or class of {file.name} builds the network?",
            NoticeAction("Load", lambda: load(f"{file}:{names.currentText().strip()}")),
            field=names,
            about=_ABOUT,
        )

    def _ask_consent(self, file: Path, content: str, go_on: Callable[[str], None]) -> None:
        def agree() -> None:
            self._settings.trust(content)
            go_on(content)

        self._window.notices.tell(
            Level.WARNING,
            f"{file} is a program: to build its network it runs with all your rights on this computer. "
            "Run it only if you trust whoever wrote it; the answer is kept until the file changes.",
            NoticeAction("Run this file", agree),
            about=_ABOUT,
        )

    def _refuse(self, file: Path, error: OSError) -> None:
        text = f"{file} cannot be read: {error.strerror or error}; choose another file."
        self._window.notices.tell(Level.ERROR, text, about=_ABOUT)


def file_of(model: str) -> Path | None:
    """Return the Python file of a model named `path/to/file.py:callable`; None for all other names."""
    file, colon, _ = model.rpartition(":")
    return Path(file) if colon and file.endswith(".py") else None


def callables_in(file: Path) -> list[str]:
    """Return the functions and classes at the top of a Python file, which is only read; none if it cannot be."""
    try:
        tree = ast.parse(file.read_bytes())
    except (OSError, SyntaxError, ValueError):
        return []
    defined = [node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.ClassDef)]
    return [name for name in defined if not name.startswith("_")]
