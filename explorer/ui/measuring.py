"""Time and memory: measured by itself when the engine has nothing else to do, shown where they are looked at."""

from PySide6.QtCore import QObject, QTimer

from explorer.engine.messages import Failure, Measure, Measurement, Recording
from explorer.ui.session import Session
from explorer.ui.window import MainWindow
from explorer.ui.work import Job, Urgency, WorkQueue
from explorer.window.notices import Level

_SLOT = "measure"
_AFTER_MS = 700  # The views of a new recording come first.


class Measuring(QObject):
    """Plans measurements and spreads what they give."""

    def __init__(self, window: MainWindow, session: Session, work: WorkQueue) -> None:
        super().__init__(window)
        self._window = window
        self._session = session
        self._work = work
        self._measurement: Measurement | None = None
        self._is_current = True  # the pane shows the recording and its measurement
        self._timer = QTimer(self, singleShot=True, interval=_AFTER_MS)
        self._timer.timeout.connect(self.measure)
        window.measures.measure_requested.connect(self.measure)
        window.actions_["measure"].triggered.connect(self.measure)
        window.tabs.currentChanged.connect(self._show)
        work.changed.connect(self._on_work_changed)

    @property
    def is_planned(self) -> bool:
        """True if a measurement is about to begin."""
        return self._timer.isActive()

    def start(self, recording: Recording) -> None:
        """Take a new recording, whose time is not known yet."""
        self.stop()
        self._window.status_line.resource_panel.set_memory(recording.memory)
        self._window.actions_["measure"].setEnabled(recording.trace.error is None)
        self._forget()

    def leave(self) -> None:
        """There is no recording any more."""
        self.stop()
        self._window.actions_["measure"].setEnabled(False)
        self._window.status_line.resource_panel.set_memory(None)
        self._forget()

    def stop(self) -> None:
        """Give up what is planned or under way."""
        self._timer.stop()
        self._work.withdraw(_SLOT)

    def plan(self) -> None:
        """Measure soon, once nothing else is to be done."""
        if self._session.recording is not None:
            self._timer.start()

    def measure(self) -> None:
        """Measure the current recording's model; gives way to everything else."""
        recording = self._session.recording
        if recording is None or recording.trace.error is not None:
            return
        self._work.submit(
            Job(
                slot=_SLOT,
                urgency=Urgency.MEASURE,
                command=Measure(recording=self._session.recording_number),
                text="measuring time…",
                done=lambda measurement: self._on_measured(recording, measurement),
                failed=self._on_failed,
            )
        )

    def select(self, node: int) -> None:
        """Mark the operation that the other views show."""
        if self._is_current:
            self._window.measures.select_node(node)

    def _on_measured(self, recording: Recording, measurement: Measurement) -> None:
        if recording is not self._session.recording:
            return
        self._measurement = measurement
        self._window.layer_tree.set_timing(measurement.timing)
        self._window.status_line.resource_panel.set_forward(measurement.timing.forward)
        self._is_current = False
        self._show()

    def _on_failed(self, failure: Failure) -> None:
        if not failure.cancelled:
            self._window.notices.tell(Level.WARNING, failure.message, about="measure")

    def _on_work_changed(self) -> None:
        running = self._work.running
        self._window.measures.set_busy(running is not None and running.slot == _SLOT)

    def _forget(self) -> None:
        self._measurement = None
        self._window.status_line.resource_panel.set_forward(None)
        self._is_current = False
        self._show()

    def _show(self) -> None:
        """Fill the pane, but only where it is seen: its table is long."""
        if self._is_current or self._window.tabs.currentWidget() is not self._window.measures:
            return
        self._is_current = True
        recording = self._session.recording
        trace, memory = (recording.trace, recording.memory) if recording else (None, None)
        self._window.measures.set_trace(trace, memory)
        if self._measurement is not None:
            self._window.measures.set_measurement(self._measurement)
        if self._session.node is not None:
            self._window.measures.select_node(self._session.node)
