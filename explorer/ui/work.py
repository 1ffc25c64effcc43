"""The order of the long requests: one at a time, the most urgent first, a later wish in place of an older."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum

from PySide6.QtCore import QObject, Signal

from explorer.engine.messages import Command, Failure, Progress
from explorer.ui.bridge import Bridge, OnFailure, OnResult


class Urgency(IntEnum):
    """What comes first; from `EMBED` on a job gives way to what is more urgent, even when it already runs."""

    MODEL = 0
    SELECTED = 1
    OPEN = 2
    CLASSIFY = 3
    EMBED = 4
    STUDY = 5
    MEASURE = 6


@dataclass(frozen=True)
class Job:
    """A long request that waits for its turn.

    Attributes:
        slot: What it is about; a later job of the same slot replaces it, queued or running.
        urgency: Its rank.
        command: What is asked of the engine.
        text: What the status line says while it runs.
        done: Called with the result, also if the job was replaced after the engine had finished it.
        failed: Called with the failure; not if the job was replaced or put off.
    """

    slot: str
    urgency: Urgency
    command: Command
    text: str
    done: OnResult
    failed: OnFailure


class WorkQueue(QObject):
    """Runs jobs one after the other.

    Signals:
        changed(): Another job runs, or none.
        progressed(object): `Progress` of the running job.
    """

    changed = Signal()
    progressed = Signal(object)

    def __init__(self, bridge: Bridge, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._bridge = bridge
        self._queue: list[Job] = []
        self._running: Job | None = None
        self._request = 0
        self._abandoned = False  # The running job was replaced or put off: its failure concerns nobody.
        self._settling = False  # A callback runs; what it submits is weighed together, once it is through.

    @property
    def running(self) -> Job | None:
        """The job the engine works on."""
        return self._running

    @property
    def is_idle(self) -> bool:
        """True if nothing runs and nothing waits."""
        return self._running is None and not self._queue

    def submit(self, job: Job) -> None:
        """Queue a job; it replaces one of the same slot."""
        self._queue = [other for other in self._queue if other.slot != job.slot]
        self._queue.append(job)
        if self._running is not None:
            self._make_way(self._running, job)
        self._run_next()

    def withdraw(self, slot: str) -> None:
        """Forget the queued job of `slot` and stop it if it runs; nothing is called back for a failure."""
        self._queue = [job for job in self._queue if job.slot != slot]
        if self._running is not None and self._running.slot == slot:
            self._abandon()

    def withdraw_all(self, belongs: Callable[[Job], bool]) -> None:
        """Withdraw every job that `belongs` to what is no longer wanted."""
        for job in [*self._queue, *([self._running] if self._running else [])]:
            if belongs(job):
                self.withdraw(job.slot)

    def cancel(self) -> None:
        """Stop the running job and give up all that wait, as the person asked."""
        given_up, self._queue = self._queue, []
        if self._running is not None:
            self._bridge.cancel(self._request)
        for job in given_up:
            job.failed(Failure(0, "Cancelled.", cancelled=True))
        self.changed.emit()

    def reset(self) -> None:
        """Forget everything: the engine is gone."""
        self._queue.clear()
        self._running = None
        self._abandoned = False
        self.changed.emit()

    def _make_way(self, running: Job, job: Job) -> None:
        if running.slot == job.slot:
            self._abandon()
        elif running.urgency >= Urgency.EMBED and job.urgency < running.urgency and not self._abandoned:
            self._queue.append(running)
            self._abandon()

    def _abandon(self) -> None:
        if not self._abandoned:
            self._abandoned = True
            self._bridge.cancel(self._request)

    def _run_next(self) -> None:
        if self._running is not None or self._settling or not self._queue:
            return
        job = min(self._queue, key=lambda waiting: waiting.urgency)  # min keeps the order of equals
        self._queue.remove(job)
        self._running, self._abandoned = job, False
        self._request = self._bridge.ask(job.command, self._on_done, self._on_failed, self._on_progress)
        self.changed.emit()

    def _on_done(self, result: object) -> None:
        job, _ = self._take()
        # A job put off that was finished after all needs no second run.
        self._queue = [waiting for waiting in self._queue if waiting is not job]
        # Even a job that was replaced is told of its success: the engine's state has changed with it.
        self._settle(lambda: job.done(result))

    def _on_failed(self, failure: Failure) -> None:
        job, abandoned = self._take()
        self._settle(lambda: None if abandoned else job.failed(failure))

    def _on_progress(self, progress: Progress) -> None:
        self.progressed.emit(progress)

    def _take(self) -> tuple[Job, bool]:
        assert self._running is not None, "an answer came without a running job"
        taken = self._running, self._abandoned
        self._running, self._abandoned = None, False
        return taken

    def _settle(self, call_back: Callable[[], None]) -> None:
        self._settling = True
        try:
            call_back()
        finally:
            self._settling = False
            self._run_next()
            if self._running is None:
                self.changed.emit()
