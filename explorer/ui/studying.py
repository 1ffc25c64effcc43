"""The comparison of initialisations: the person begins it, for it costs seconds; it goes with its recording."""

from PySide6.QtCore import QObject

from explorer.engine.messages import Failure, Recording, StudyInitialisation
from explorer.features.initialisation.view import CHANGED
from explorer.records.initialisation import InitialisationStudy
from explorer.ui.session import Session
from explorer.ui.window import MainWindow
from explorer.ui.work import Job, Urgency, WorkQueue
from explorer.window.notices import Level

_SLOT = "study"


class Studying(QObject):
    """Asks for the comparison and shows it as long as its recording lasts."""

    def __init__(self, window: MainWindow, session: Session, work: WorkQueue) -> None:
        super().__init__(window)
        self._view = window.initialisation
        self._window = window
        self._session = session
        self._work = work
        self._has_study = False
        self._action = window.actions_["compareInitialisations"]
        self._action.triggered.connect(self.compare)
        work.changed.connect(self._enable)

    def start(self, recording: Recording) -> None:
        """Take a new recording, for which nothing was compared yet."""
        self.stop()
        self._view.set_trace(recording.trace, CHANGED if self._has_study else "")
        self._has_study = False
        self._enable()

    def leave(self) -> None:
        """There is no recording any more."""
        self._has_study = False
        self.suspend()

    def suspend(self) -> None:
        """The recording is gone, and another one comes, for which the comparison does not hold."""
        self.stop()
        self._view.set_trace(None)
        self._enable()

    def stop(self) -> None:
        """Give up what is under way."""
        self._work.withdraw(_SLOT)

    def compare(self) -> None:
        """Open the pane and compare the initialisations of the live model's architecture."""
        recording, model = self._session.recording, self._session.model
        if recording is None or model is None or recording.trace.error is not None:
            return
        self._window.show_pane("Initialisation")
        seed = self._window.tool_bar.model_picker.start.seed if model.seed is None else model.seed
        self._work.submit(
            Job(
                slot=_SLOT,
                urgency=Urgency.STUDY,
                command=StudyInitialisation(seed, recording.number),
                text="comparing initialisations…",
                done=lambda study: self._on_compared(recording, study),
                failed=self._on_failed,
            )
        )

    def select(self, node: int) -> None:
        """Mark the operation that the other views show."""
        self._view.select_node(node)

    def _on_compared(self, recording: Recording, study: InitialisationStudy) -> None:
        if recording is self._session.recording:
            self._has_study = True
            self._window.notices.close_about("study")
            self._view.set_study(study)

    def _on_failed(self, failure: Failure) -> None:
        if not failure.cancelled:
            self._window.notices.tell(Level.WARNING, failure.message, about="study")

    def _enable(self) -> None:
        recording, running = self._session.recording, self._work.running
        busy = running is not None and running.slot == _SLOT
        self._action.setText("Comparing…" if busy else "Compare initialisations")
        possible = recording is not None and recording.trace.error is None
        self._action.setEnabled(possible and not busy)
