"""The model: chosen, loaded, moved to another device, its weights downloaded."""

from dataclasses import replace

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QFileDialog

from explorer.engine.messages import (
    Catalogue,
    Command,
    DownloadWeights,
    Failure,
    ListModels,
    LoadModel,
    Progress,
)
from explorer.records.initialisation import Scheme
from explorer.records.models import LoadedModel
from explorer.ui.bridge import Bridge
from explorer.ui.model_files import ModelFiles, file_of
from explorer.ui.session import Session
from explorer.ui.window import MainWindow
from explorer.ui.work import Job, Urgency, WorkQueue
from explorer.window.notices import Level, NoticeAction
from explorer.window.settings import DEFAULT_MODEL, Settings

_SEED = 0


class ModelsController(QObject):
    """Keeps the picker, the device and the live model in step.

    Signals:
        changing(): Another model was asked for; what is under way for the old one is pointless.
        loaded(object): `LoadedModel`, the live model now.
        kept(): Loading failed or was cancelled; the old model lives on.
        listed(): The catalogue is there, or cannot be had.
        download_changed(): A download began, went on or ended.
    """

    changing = Signal()
    loaded = Signal(object)
    kept = Signal()
    listed = Signal()
    download_changed = Signal()

    def __init__(
        self, window: MainWindow, session: Session, bridge: Bridge, work: WorkQueue, settings: Settings
    ) -> None:
        super().__init__(window)
        self._window = window
        self._session = session
        self._bridge = bridge
        self._work = work
        self._settings = settings
        self._live: LoadModel | None = None  # how to get the live model again
        self._wanted: LoadModel | None = None  # what is being loaded
        self._listing = False
        self._download: int | None = None
        self.download: Progress | None = None
        self._picker = window.tool_bar.model_picker
        self._picker.model_chosen.connect(self.load_as_chosen)
        self._picker.download_requested.connect(self.start_download)
        self._files = ModelFiles(window, settings)
        self._picker.file_requested.connect(lambda: self._files.ask_for_file(self.load_as_chosen))
        window.tool_bar.device_chosen.connect(self.move_to)
        actions = window.actions_
        actions["openModelFile"].triggered.connect(lambda: self._files.ask_for_file(self.load))
        actions["loadWeightsFile"].triggered.connect(self.ask_for_weights_file)
        actions["downloadWeights"].triggered.connect(self._on_download_action)

    @property
    def is_listing(self) -> bool:
        """True while the engine lists the models, which keeps it busy."""
        return self._listing

    # ---- loading ----

    def load_as_chosen(self, name: str) -> None:
        """Load a model, its weights as the person chose them in the picker."""
        start = self._picker.start
        if start.scheme is None:
            self.load(name, seed=start.seed)
        else:
            self.load(name, "random", seed=start.seed, scheme=start.scheme)

    def load(
        self,
        name: str,
        weights: str | None = None,
        trusted: bool = False,
        seed: int = _SEED,
        scheme: Scheme = Scheme.DEFAULT,
    ) -> None:
        """Load a model by its name; a person's own file asks for consent first, unless it was given."""
        command = LoadModel(name, weights, seed=seed, device=self._wanted_device(), initialisation=scheme)
        file = file_of(name)
        if file is None:
            self._request(command)
        elif trusted:
            self._request(replace(command, trusted=True))
        else:
            self._files.with_consent(file, lambda content: self._request(replace(command, trusted=content)))

    def move_to(self, device: str) -> None:
        """Load the live model again, on another device."""
        self._settings.device = device
        if self._live is not None:
            self._request(replace(self._live, device=device))

    def restore(self, culprit: Command | None) -> bool:
        """Load what was wanted, or lived, when the engine died; never the `culprit`. Return False if nothing."""
        candidates = (self._wanted, self._live)
        command = next((it for it in candidates if it is not None and it != culprit), None)
        self._wanted = None
        if command is None:
            self._session.model = None
            return False
        self._request(command)
        return True

    def _wanted_device(self) -> str:
        return self._session.model.device if self._session.model else self._window.tool_bar.device

    def _request(self, command: LoadModel) -> None:
        self.changing.emit()
        self._wanted = command
        short = command.name.rpartition("/")[2].rpartition(":")[2]
        self._work.submit(
            Job(
                slot="model",
                urgency=Urgency.MODEL,
                command=command,
                text=f"loading {short}…",
                done=lambda model: self._on_loaded(command, model),
                failed=lambda failure: self._on_load_failed(command, failure),
            )
        )

    def _on_loaded(self, command: LoadModel, model: LoadedModel) -> None:
        if self._live is None or self._live.name != command.name:
            self._session.size = None
        self._live = command
        if self._wanted == command:
            self._wanted = None
        self._session.model = model
        self._settings.model = command.name
        self._window.set_model(model, self._session.size)
        for about in ("model", "model notes", "size", "forward"):
            self._window.notices.close_about(about)
        if model.notes:
            self._window.notices.tell(Level.INFO, "; ".join(model.notes), about="model notes")
        self.loaded.emit(model)

    def _on_load_failed(self, command: LoadModel, failure: Failure) -> None:
        self._wanted = None
        if not failure.cancelled:
            self._window.notices.tell(Level.ERROR, failure.message, self._way_out(command), about="model")
        if self._session.model is not None:
            self._window.set_model(self._session.model, self._session.size)
        self.kept.emit()

    def _way_out(self, command: LoadModel) -> NoticeAction | None:
        """Offer the default model where there would be none at all."""
        if self._session.model is not None or command.name == DEFAULT_MODEL:
            return None
        return NoticeAction("Load the default model", lambda: self.load(DEFAULT_MODEL))

    # ---- the catalogue ----

    def list_once(self) -> None:
        """Ask for the catalogue, unless it is there or on its way."""
        if self._session.catalogue is None and not self._listing:
            self._list()

    def _list(self) -> None:
        self._listing = True
        self._bridge.ask(ListModels(), self._on_catalogue, self._on_list_failed)

    def _on_catalogue(self, catalogue: Catalogue) -> None:
        self._session.catalogue = catalogue
        self._listing = False
        self._picker.set_catalogue(catalogue.entries, catalogue.notes)
        self.listed.emit()

    def _on_list_failed(self, failure: Failure) -> None:
        self._listing = False
        self._picker.set_catalogue((), (failure.message,))
        self._window.notices.tell(
            Level.WARNING,
            failure.message,
            NoticeAction("List the models again", self.list_once),
            about="catalogue",
        )
        self.listed.emit()

    def forget_requests(self) -> None:
        """The engine is gone, and with it what was asked outside the queue."""
        self._listing = False
        self._end_download()

    # ---- weights ----

    def start_download(self, name: str) -> None:
        """Download the pretrained weights of a model; one download at a time."""
        if self._download is not None:
            self._window.notices.tell(
                Level.INFO, "A download is under way; start the next one when it is done.", about="download"
            )
            return
        self._window.notices.close_about("download")
        self.download = Progress(0, 0, 0, f"downloading the weights of {name}…")
        self._download = self._bridge.ask(
            DownloadWeights(name),
            lambda _: self._on_downloaded(name),
            lambda failure: self._on_download_failed(name, failure),
            self._on_download_progress,
        )
        self.download_changed.emit()

    def cancel_download(self) -> None:
        """Stop the download; what is there is kept, and the next one goes on from it."""
        if self._download is not None:
            self._bridge.cancel(self._download)

    def _on_download_action(self) -> None:
        if self._session.model is not None:
            self.start_download(self._session.model.entry.full_name)

    def _on_download_progress(self, progress: Progress) -> None:
        self.download = progress
        self.download_changed.emit()

    def _on_downloaded(self, name: str) -> None:
        self._end_download()
        self._session.catalogue = None
        if self._live is not None and self._session.model and self._session.model.entry.full_name == name:
            self._request(replace(self._live, weights=None, initialisation=Scheme.DEFAULT))
        else:
            self._window.notices.tell(Level.INFO, f"The weights of {name} are on disk.", about="download")
        self.list_once()

    def _on_download_failed(self, name: str, failure: Failure) -> None:
        self._end_download()
        if failure.cancelled:
            self._window.notices.tell(Level.INFO, f"The download of {name} was cancelled.", about="download")
        else:
            again = NoticeAction("Try again", lambda: self.start_download(name))
            self._window.notices.tell(Level.ERROR, failure.message, again, about="download")

    def _end_download(self) -> None:
        self._download, self.download = None, None
        self.download_changed.emit()

    def ask_for_weights_file(self) -> None:
        """Let the person choose a file of weights for the live model."""
        if self._live is None:
            return
        filters = "Weights (*.safetensors *.pt *.pth *.bin);;All files (*)"
        path, _ = QFileDialog.getOpenFileName(self._window, "Load weights", "", filters)
        if path:
            self._request(replace(self._live, weights=path, initialisation=Scheme.DEFAULT))
