"""What a person takes along: a figure of an operation, a summary of the model."""

from PySide6.QtCore import QObject
from PySide6.QtGui import QGuiApplication

from explorer.engine.messages import Failure, SaveFigure, SummariseModel
from explorer.ui.bridge import Bridge
from explorer.ui.session import Session
from explorer.ui.window import MainWindow
from explorer.window.notices import Level
from explorer.window.save_path import ask_where_to_save

_FIGURES = "Figures (*.png *.pdf *.svg)"


class Exporting(QObject):
    """Asks where to, has the engine draw or write, says what came of it."""

    def __init__(self, window: MainWindow, session: Session, bridge: Bridge) -> None:
        super().__init__(window)
        self._window = window
        self._session = session
        self._bridge = bridge
        window.actions_["saveFigure"].triggered.connect(self._on_save_figure)
        window.actions_["copySummary"].triggered.connect(self.copy_summary)

    def enable(self) -> None:
        """Offer what is possible now."""
        self._window.actions_["saveFigure"].setEnabled(self._session.node is not None)
        self._window.actions_["copySummary"].setEnabled(self._session.recording is not None)

    def save_figure(self, path: str) -> None:
        """Have the current operation drawn into a file."""
        if self._session.node is not None:
            aspect = self._window.feature_maps.aspect
            command = SaveFigure(self._session.node, path, aspect, self._session.recording_number)
            self._bridge.ask(command, self._on_saved, self._on_failed)

    def copy_summary(self) -> None:
        """Put torchinfo's summary of the model on the clipboard."""
        self._bridge.ask(SummariseModel(), self._on_summary, self._on_failed)

    def _on_save_figure(self) -> None:
        current = self._session.current
        if current is None:
            return
        name = f"{current.name.replace(':', '-')}.png"
        path = ask_where_to_save(self._window, "Save figure", name, _FIGURES, (".png", ".pdf", ".svg"))
        if path:
            self.save_figure(path)

    def _on_saved(self, path: str) -> None:
        self._window.notices.tell(Level.INFO, f"Saved {path}", about="export")

    def _on_summary(self, text: str) -> None:
        QGuiApplication.clipboard().setText(text)
        lines = text.count("\n") + 1
        self._window.notices.tell(
            Level.INFO, f"The summary is on the clipboard ({lines} lines)", about="export"
        )

    def _on_failed(self, failure: Failure) -> None:
        self._window.notices.tell(Level.ERROR, failure.message, about="export")
