"""The head of the window: joins its parts, watches over the engine, says what is going on."""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QMimeData, QObject, QTimer
from PySide6.QtGui import QAction, QGuiApplication
from PySide6.QtWidgets import QApplication, QFileDialog

from explorer import __version__
from explorer.engine.client import EngineDied
from explorer.engine.link import EngineLink
from explorer.engine.messages import (
    Classify,
    Command,
    EmbedImages,
    FindNGrams,
    Measure,
    OpenImage,
    Progress,
    Record,
    Recording,
    ViewKernel,
    ViewValue,
)
from explorer.records.images import ImageSource
from explorer.records.measures import EngineLoad
from explorer.records.models import LoadedModel
from explorer.ui.bridge import Bridge
from explorer.ui.embedding import Embedding
from explorer.ui.exporting import Exporting
from explorer.ui.guide import Guide
from explorer.ui.images_controller import ImagesController
from explorer.ui.measuring import Measuring
from explorer.ui.models_controller import ModelsController
from explorer.ui.probing import Probing
from explorer.ui.reading import Reading
from explorer.ui.session import Session
from explorer.ui.sizing import Sizing
from explorer.ui.stepping import Stepping
from explorer.ui.studying import Studying
from explorer.ui.window import MainWindow
from explorer.ui.work import WorkQueue
from explorer.window import drops, machine, theme
from explorer.window.collector import Collector
from explorer.window.notices import Level, NoticeAction
from explorer.window.settings import Settings

_MACHINE_MS = 1000
_CLOSE_SECONDS = 2.5
_IMAGES = "Images (*.png *.jpg *.jpeg *.webp *.bmp *.gif *.tif *.tiff *.ppm *.pgm);;All files (*)"


class Controller(QObject):
    """Lives as long as its window.

    Args:
        window: The window, which it owns the behaviour of.
        link: The engine; started already.
        settings: What was remembered.
    """

    def __init__(self, window: MainWindow, link: EngineLink, settings: Settings) -> None:
        super().__init__(window)
        self.session = Session()
        self._window = window
        self._settings = settings
        self._bridge = Bridge(link, self)
        self._work = WorkQueue(self._bridge, self)
        parts = (window, self.session, self._bridge, self._work, settings)
        self.models = ModelsController(*parts)
        self.images = ImagesController(*parts)
        self.stepping = Stepping(window, self.session, self._bridge)
        self.probing = Probing(window, self.session, self._bridge)
        self.measuring = Measuring(window, self.session, self._work)
        self.sizing = Sizing(window, self.session)
        self.reading = Reading(window, self.session, self._bridge, self.images)
        self.exporting = Exporting(window, self.session, self._bridge)
        self.embedding = Embedding(window, self.session, self._work)
        self.studying = Studying(window, self.session, self._work)
        self._collector = Collector(window)
        self._alive = False
        self._restoring = False
        self._culprit: Command | None = None
        self._why = ""
        self._machine_timer = QTimer(self, interval=_MACHINE_MS)
        self._machine_timer.timeout.connect(self._sample_machine)
        self._machine_timer.start()
        self._connect_parts()
        self._connect_actions()
        # Behind the other parts: a hint is followed when they have taken in the recording.
        self.guide = Guide(window, self.session, self.models, self.images, self.stepping)
        window.set_recent(settings.recent_images)

    def _connect_parts(self) -> None:
        self._bridge.started.connect(self._on_engine_started)
        self._bridge.died.connect(self._on_engine_died)
        self._bridge.heartbeat.connect(self._on_heartbeat)
        self._work.changed.connect(self._tell_status)
        self._work.progressed.connect(self._on_progress)
        self.models.changing.connect(self._on_model_changing)
        self.models.loaded.connect(self._on_model_loaded)
        self.models.kept.connect(self._on_model_kept)
        self.models.listed.connect(self.measuring.plan)
        self.models.download_changed.connect(self._tell_status)
        self.images.recorded.connect(self._on_recorded)
        self.images.recorded.connect(self.sizing.explain)
        self.images.emptied.connect(self._on_emptied)
        self.images.emptied.connect(self.reading.leave)
        self.sizing.changed.connect(self._on_size_changed)
        self.images.changed.connect(self.embedding.update)
        self.stepping.value_shown.connect(self.probing.follow)
        self.stepping.moved.connect(self.measuring.select)
        self.stepping.moved.connect(self.studying.select)
        self.stepping.moved.connect(self.exporting.enable)
        self.stepping.moved.connect(self.embedding.enable)

    def _connect_actions(self) -> None:
        window, actions = self._window, self._window.actions_
        actions["openImages"].triggered.connect(self._on_open_images)
        actions["pasteImage"].triggered.connect(self._on_paste)
        actions["cancelWork"].triggered.connect(self.cancel)
        actions["showTimeline"].toggled.connect(self._tell_status)
        actions["toggleTheme"].triggered.connect(self._on_toggle_theme)
        actions["chooseModel"].triggered.connect(window.tool_bar.model_picker.open_popup)
        actions["about"].triggered.connect(self._on_about)
        actions["quit"].triggered.connect(window.close)
        window.welcome.sample_chosen.connect(lambda path: self.open_files([path]))
        window.recent_menu.triggered.connect(self._on_recent)
        window.dropped.connect(self._on_dropped)
        window.closing.connect(self.close)

    @property
    def is_idle(self) -> bool:
        """True if nothing is asked, planned or played: what is shown stays as it is."""
        return (
            self._work.is_idle
            and not self._bridge.is_waiting
            and not self.measuring.is_planned
            and not self._restoring
            and self.stepping.is_settled
        )

    # ---- what a person asks for ----

    def start(self, model: str | None, images: Sequence[str], trusted: bool = False) -> None:
        """Load a model (None: the last one; `trusted` if its file may run) and open files."""
        self._window.tool_bar.set_device(self._settings.device)
        self.models.load(model or self._settings.model, trusted=trusted)
        self.open_files(images)

    def open_files(self, paths: Sequence[str]) -> None:
        """Open image files."""
        self.images.open([ImageSource(Path(path).name or path, path=path) for path in paths])

    def cancel(self) -> None:
        """Stop what plays, what the engine works on, or else the download; else leave the timeline."""
        self.stepping.play(False)
        if not self._work.is_idle:
            self._work.cancel()
        elif self.models.download is not None:
            self.models.cancel_download()
        else:
            self._window.show_timeline(False)

    def close(self) -> None:
        """Remember the window and end the engine."""
        self._settings.set_layout(*self._window.layout_state())
        self._settings.save()
        self._machine_timer.stop()
        self.measuring.stop()
        self.stepping.play(False)
        self._bridge.close(_CLOSE_SECONDS)
        self._collector.stop()

    def _on_open_images(self) -> None:
        paths, _ = QFileDialog.getOpenFileNames(self._window, "Open images", "", _IMAGES)
        self.open_files(paths)

    def _on_recent(self, action: QAction) -> None:
        self.open_files([action.data()])

    def _on_paste(self) -> None:
        self._take(drops.read(QGuiApplication.clipboard().mimeData(), "pasted image"))

    def _on_dropped(self, mime: QMimeData) -> None:
        self._take(drops.read(mime, "dropped image"))

    def _take(self, dropped: drops.Dropped) -> None:
        for text in dropped.notices:
            self._window.notices.tell(Level.WARNING, text, about="drop")
        self.images.open(dropped.sources)

    def _on_toggle_theme(self) -> None:
        name = "light" if theme.current().name == "dark" else "dark"
        self._settings.theme = name
        application = QApplication.instance()
        assert isinstance(application, QApplication), "a window has an application"
        theme.apply(application, name)

    def _on_about(self) -> None:
        self._window.notices.tell(
            Level.INFO,
            f"Architecture Explorer {__version__}: see a vision network think. "
            "Every number and every pixel is what the model computed.",
            about="about",
        )

    # ---- model and recording ----

    def _on_model_changing(self) -> None:
        self.measuring.stop()
        self.embedding.withdraw()
        self.studying.stop()
        self.images.withdraw()

    def _on_model_loaded(self, _: LoadedModel) -> None:
        if self._restoring:
            why = self._why.partition(";")[0]
            self._window.notices.tell(Level.INFO, f"{why}; it runs again.", about="engine")
        self._restoring = False
        self.stepping.leave()
        self._ask_anew()
        self.reading.begin()
        if not self.session.images:
            self.models.list_once()

    def _on_size_changed(self) -> None:
        self._on_model_changing()
        self._ask_anew()

    def _ask_anew(self) -> None:
        """Drop what another model, or another size, answered: it must not stand under the new name."""
        self.session.recording = None
        self._window.predictions.clear()
        self.measuring.leave()
        self.stepping.suspend()
        self.embedding.leave()
        self.studying.suspend()
        self.probing.forget()
        self.images.ask_anew()

    def _on_model_kept(self) -> None:
        self._restoring = False
        self.images.ask_missing()
        self.embedding.update()
        if self.session.model is None:
            self.models.list_once()

    def _on_recorded(self, recording: Recording) -> None:
        self.measuring.start(recording)
        self.studying.start(recording)
        culprit, self._culprit = self._culprit, None
        if isinstance(culprit, ViewValue | ViewKernel):
            self.stepping.start(recording, refused=(culprit.node, self._why))
        else:
            self.stepping.start(recording)
        self.reading.start(recording, refused=isinstance(culprit, FindNGrams))
        self.embedding.start(recording)
        self.models.list_once()
        # Listing keeps the processor busy: what is measured beside it would be too slow.
        if not isinstance(culprit, Measure) and not self.models.is_listing:
            self.measuring.plan()

    def _on_emptied(self) -> None:
        self.measuring.leave()
        self.probing.forget()
        self.stepping.leave()
        self.embedding.leave()
        self.studying.leave()
        self.exporting.enable()

    # ---- the engine's life ----

    def _on_engine_started(self, _: int) -> None:
        first, self._alive = not self._restoring, True
        if not first:
            self._restore()
        self._tell_status()

    def _on_engine_died(self, died: EngineDied) -> None:
        self._alive = False
        self._restoring = died.restarting
        self._culprit, self._why = died.command, died.message
        self.measuring.stop()
        self.models.forget_requests()
        self.session.recording = None
        self.stepping.suspend()
        self.stepping.resume()
        self.embedding.leave()
        self._work.reset()
        restart = None if died.restarting else NoticeAction("Start the engine", self._start_again)
        self._window.notices.tell(Level.ERROR, died.message, restart, about="engine")
        self._tell_status()

    def _start_again(self) -> None:
        self._restoring = True
        self._bridge.start()

    def _restore(self) -> None:
        """Bring a new engine to where the old one was, without what killed it."""
        match self._culprit:
            case Record(key=key) | Classify(key=key) | OpenImage(key=key):
                self.images.hold(key)
            case EmbedImages():
                self.embedding.drop()
        if not self.models.restore(self._culprit):
            self._restoring = False
        self.images.reopen()

    def _on_heartbeat(self, load: EngineLoad) -> None:
        self._window.tool_bar.set_devices(load.cuda_devices)
        self._window.status_line.resource_panel.set_load(load)

    def _sample_machine(self) -> None:
        self._window.status_line.resource_panel.set_machine(machine.sample(self._bridge.pid))

    # ---- what is going on ----

    def _on_progress(self, progress: Progress) -> None:
        if self._work.running is not None:
            self._window.status_line.set_message(progress.text or self._work.running.text)
            self._window.status_line.set_progress(progress.done, progress.total)

    def _tell_status(self) -> None:
        status, job, download = self._window.status_line, self._work.running, self.models.download
        in_front = self._window.actions_["showTimeline"].isChecked()
        self._window.actions_["cancelWork"].setEnabled(in_front or job is not None or download is not None)
        if job is not None:
            status.set_message(job.text)
            status.set_progress(0, 0)
        elif download is not None:
            status.set_message(download.text)
            status.set_progress(download.done, download.total)
        else:
            status.hide_progress()
            status.set_message(self._rest_text())

    def _rest_text(self) -> str:
        if not self._alive:
            return (
                "starting the engine…"
                if self._restoring or self.session.model is None
                else "the engine is off"
            )
        return "ready" if self.session.model is not None else "no model"
