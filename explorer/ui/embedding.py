"""The backbone: a layer at which every open image is embedded, kept while images and models change."""

from pathlib import Path

from PySide6.QtCore import QObject

from explorer.engine.messages import (
    EmbedImages,
    Failure,
    Recording,
    SaveBackbone,
    SaveEmbeddings,
)
from explorer.features.embeddings.view import NO_BACKBONE
from explorer.records.embeddings import Embeddings
from explorer.ui.session import Session
from explorer.ui.window import MainWindow
from explorer.ui.work import Job, Urgency, WorkQueue
from explorer.window.notices import Level
from explorer.window.save_path import ask_where_to_save

_SLOT, _SAVE = "embed", "save"
_WEIGHTS = "Weights (*.safetensors *.pt)"
_ARRAYS = "Embeddings (*.npz)"


class Embedding(QObject):
    """Has the open images embedded at the backbone's layer and shows the nearest to the selected one."""

    def __init__(self, window: MainWindow, session: Session, work: WorkQueue) -> None:
        super().__init__(window)
        self._window = window
        self._session = session
        self._work = work
        self._view = window.embeddings
        self._embeddings: Embeddings | None = None
        self._asked: EmbedImages | None = None  # what has no answer yet
        self._answered: EmbedImages | None = None  # what the embeddings are the answer to
        window.actions_["useAsBackbone"].triggered.connect(self.use)
        window.image_strip.image_selected.connect(self._show)
        self._view.image_selected.connect(self._show)
        self._view.pooling_chosen.connect(self.update)
        self._view.weights_requested.connect(self._on_weights_requested)
        self._view.embeddings_requested.connect(self._on_embeddings_requested)
        window.tabs.currentChanged.connect(self._show)
        work.changed.connect(self._on_work_changed)

    # ---- the backbone ----

    def use(self) -> None:
        """Cut the network at the operation that is shown, and open the pane."""
        current = self._session.current
        if current is None:
            return
        if self._session.backbone != current.name:
            self._forget()
        self._session.backbone = current.name
        self._view.set_backbone(current.name)
        self._window.show_pane("Embeddings")
        self.enable()
        self.update()

    def start(self, recording: Recording) -> None:
        """Take a new recording: the backbone stays if its layer is there."""
        layer = self._session.backbone
        node = recording.trace.by_name.get(layer or "")
        if node is not None and self._embeddings is not None and node.shape != self._embeddings.shape:
            self._forget()  # images come at another size
        if layer is None:
            self._view.set_backbone(None, NO_BACKBONE)
        elif node is None:
            self.drop(
                f"{recording.trace.model} has no operation {layer} here; step to a layer and press "
                "“Use this layer as backbone” (Ctrl+B)."
            )
        self.update()
        self.enable()

    def withdraw(self) -> None:
        """Ask no more of a model that goes; what is shown stays until the next one is there."""
        self._asked = None
        self._work.withdraw(_SLOT)

    def leave(self) -> None:
        """The model is another one or gone, or no image is open: what was embedded is of no use."""
        self.withdraw()
        self._forget()
        self.enable()

    def drop(self, message: str = NO_BACKBONE) -> None:
        """Use no backbone any more."""
        self._session.backbone = None
        self.leave()
        self._view.set_backbone(None, message)

    def enable(self) -> None:
        """Offer what is possible now."""
        self._window.actions_["useAsBackbone"].setEnabled(self._session.node is not None)
        self._view.set_savable(self._place() is not None)

    # ---- embeddings ----

    def update(self) -> None:
        """Ask for the embeddings of the open images, unless they are there, and show what is known."""
        place, keys = self._place(), self._keys()
        if place is not None and keys:
            command = EmbedImages(keys, place, self._view.pooling, self._session.recording_number)
            if command != self._answered:
                self._ask(command)
        self._show()

    def _ask(self, command: EmbedImages) -> None:
        self._asked = command
        count = len(command.keys)
        self._work.submit(
            Job(
                slot=_SLOT,
                urgency=Urgency.EMBED,
                command=command,
                text=f"embedding {count} image{'' if count == 1 else 's'}…",
                done=lambda embeddings: self._on_embedded(command, embeddings),
                failed=self._on_embed_failed,
            )
        )

    def _on_embedded(self, command: EmbedImages, embeddings: Embeddings) -> None:
        place = self._place()
        if place != command.node or command.recording != self._session.recording_number:
            return  # the answer to an older wish
        self._embeddings, self._answered = embeddings, command
        if command == self._asked:
            self._asked = None
        self._window.notices.close_about(_SLOT)
        self._view.set_embeddings(embeddings)
        self._show()

    def _on_embed_failed(self, failure: Failure) -> None:
        self._asked = None
        if self._answered is not None:
            self._view.set_pooling(self._answered.pooling)
        self._tell_failure(failure, _SLOT)
        self._show()

    def _tell_failure(self, failure: Failure, about: str) -> None:
        if not failure.cancelled:
            self._window.notices.tell(Level.ERROR, failure.message, about=about)

    def _on_work_changed(self) -> None:
        running = self._work.running
        self._view.set_busy(running is not None and running.slot == _SLOT)

    def _show(self) -> None:
        if self._window.tabs.currentWidget() is not self._view:
            return  # it is shown when the pane is opened
        images, key = self._session.images, self._session.selected
        thumbnails = {it.key: it.opened.thumbnail for it in images.values() if it.opened is not None}
        name = images[key].source.name if key in images else "this image"
        self._view.select_image(key, name, thumbnails, self._waiting_for(key))

    def _waiting_for(self, key: str | None) -> str:
        """Say why there is no embedding of an image yet."""
        failed = self._embeddings.failed if self._embeddings is not None else ()
        if any(image.key == key for image in failed):
            return ""
        if self._asked is not None:
            return "Embedding the open images…"
        return "Not embedded yet. Press “Use this layer as backbone” to embed the open images."

    def _place(self) -> int | None:
        """Return the backbone's operation in the current recording."""
        trace, layer = self._session.trace, self._session.backbone
        return trace.by_name[layer].id if trace is not None and layer in trace.by_name else None

    def _keys(self) -> tuple[str, ...]:
        images = (it for it in self._session.images.values() if it.opened is not None and not it.held)
        return tuple(image.key for image in images if self._session.fits(image))

    def _forget(self) -> None:
        self._embeddings = self._answered = None
        self._view.set_embeddings(None)
        self._show()

    # ---- files ----

    def _on_weights_requested(self) -> None:
        # What is saved is what was shown when the dialog opened, whatever comes while it is open.
        place, number = self._place(), self._session.recording_number
        path = self._ask_for_path("Save weights up to here", _WEIGHTS, ".safetensors", ".pt")
        if path and place is not None:
            self._submit(SaveBackbone(place, path, self._view.pooling, number), path)

    def _on_embeddings_requested(self) -> None:
        place, number, keys = self._place(), self._session.recording_number, self._keys()
        path = self._ask_for_path("Save embeddings", _ARRAYS, ".npz")
        if path and place is not None:
            self._submit(SaveEmbeddings(keys, place, path, self._view.pooling, number), path)

    def _submit(self, command: SaveBackbone | SaveEmbeddings, path: str) -> None:
        text, slot = f"writing {Path(path).name}…", type(command).__name__
        self._work.submit(Job(slot, Urgency.SELECTED, command, text, self._on_saved, self._on_save_failed))

    def _on_saved(self, path: str) -> None:
        self._window.notices.tell(Level.INFO, f"Saved {path}", about=_SAVE)

    def _on_save_failed(self, failure: Failure) -> None:
        self._tell_failure(failure, _SAVE)

    def _ask_for_path(self, title: str, filters: str, *suffixes: str) -> str:
        """Return the file that the person chose, with one of the suffixes; empty if none was chosen."""
        model = self._session.trace.model if self._session.trace is not None else ""
        name = f"{model.rpartition(':')[2]}-{self._session.backbone}".replace(":", "-").replace("/", "-")
        return ask_where_to_save(self._window, title, f"{name}{suffixes[0]}", filters, suffixes)
