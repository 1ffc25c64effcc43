"""The images: opened, chosen, classified, recorded, closed."""

from collections.abc import Iterable

from PySide6.QtCore import QObject, Signal

from explorer.engine.messages import (
    Answer,
    Classify,
    CloseImage,
    Failure,
    OpenImage,
    Record,
    Recording,
    Size,
)
from explorer.features.models.size_box import text_of
from explorer.records.images import ImageSource, OpenedImage
from explorer.ui.bridge import Bridge, OnFailure
from explorer.ui.session import Session, SessionImage
from explorer.ui.window import MainWindow
from explorer.ui.work import Job, Urgency, WorkQueue
from explorer.window.notices import Level, NoticeAction
from explorer.window.settings import Settings

_RECORD = "record"


class ImagesController(QObject):
    """Keeps the strip, the input, the answer and the recording true to the selected image.

    Signals:
        recorded(object): The `Recording` that the engine now holds.
        emptied(): There is nothing to show: no image is open, or the selected one was not recorded.
        changed(): An image was opened or closed, or the one before is selected again.
    """

    recorded = Signal(object)
    emptied = Signal()
    changed = Signal()

    def __init__(
        self, window: MainWindow, session: Session, bridge: Bridge, work: WorkQueue, settings: Settings
    ) -> None:
        super().__init__(window)
        self._window = window
        self._session = session
        self._bridge = bridge
        self._work = work
        self._settings = settings
        self._has_answered = False
        window.image_strip.image_selected.connect(self.select)
        window.image_strip.image_closed.connect(self.close)
        window.embeddings.image_selected.connect(self.select)

    # ---- opening ----

    def open(self, sources: Iterable[ImageSource]) -> None:
        """Open images and show the answer to the first of them."""
        added = [self._session.add_image(source) for source in sources]
        if not added:
            return
        self._window.show_timeline(False)  # the answer would come behind it
        for image in added:
            self._window.image_strip.add_pending(image.key, image.source.name)
        fitting = [image.key for image in added if self._session.fits(image)]
        if fitting:
            self._session.selected = fitting[0]
        else:
            self._tell_kind()
        for image in added:
            self._request_open(image)
        self._show_strip()

    def reopen(self) -> None:
        """Hand all images to a new engine, which knows none."""
        for image in self._session.images.values():
            if not image.failed:
                image.opened, image.answered = None, False
                self._request_open(image)

    def _request_open(self, image: SessionImage) -> None:
        urgency = Urgency.SELECTED if image.key == self._session.selected else Urgency.OPEN
        self._work.submit(
            Job(
                slot=f"open {image.key}",
                urgency=urgency,
                command=OpenImage(image.key, image.source),
                text=f"opening {image.source.name}…",
                done=lambda opened: self._on_opened(image, opened),
                failed=lambda failure: self._on_open_failed(image, failure),
            )
        )

    def _on_opened(self, image: SessionImage, opened: OpenedImage) -> None:
        if image.key not in self._session.images:  # closed while it was opened
            self._bridge.ask(CloseImage(image.key), lambda _: None)
            return
        image.opened = opened
        self._window.image_strip.set_opened(opened)
        # The strip tells the notes of each image; a line of its own is for the one that is looked at.
        if opened.notes and image.key == self._session.selected:
            self._window.notices.tell(Level.INFO, f"{opened.name}: {'; '.join(opened.notes)}", about="notes")
        if image.source.path is not None:
            self._settings.add_recent_images([image.source.path])
            self._window.set_recent(self._settings.recent_images)
        self._request_answer(image.key)
        self.changed.emit()

    def _on_open_failed(self, image: SessionImage, failure: Failure) -> None:
        image.failed = True
        self._window.image_strip.set_failed(image.key, failure.message)
        if not failure.cancelled:
            self._window.notices.tell(Level.ERROR, failure.message)
        if self._session.selected == image.key:
            self._fall_back(image.key)

    def _fall_back(self, key: str) -> None:
        """Return to the answer that is still shown, else to any other image."""
        recording = self._session.recording
        if recording is not None and recording.key in self._session.images:
            self._select_in_strip(recording.key)
        elif (other := self._session.neighbour(key)) is not None:
            self.select(other)
        else:
            # Nothing but broken images: the notice has said why, and the window is empty again.
            for broken in [other for other, image in self._session.images.items() if image.failed]:
                self._window.image_strip.remove(broken)
                del self._session.images[broken]
            self._session.selected = None
            self._show_strip()

    # ---- answers ----

    def select(self, key: str) -> None:
        """Show the answer to an open image."""
        image = self._session.images.get(key)
        if image is None or image.failed:
            return
        if not self._session.fits(image):
            self._tell_kind()
            self._show_strip()
            return
        image.held = False
        self._select_in_strip(key)
        recording = self._session.recording
        if recording is not None and recording.key == key:
            self._work.withdraw(_RECORD)
        elif image.opened is not None:
            self._request_answer(key)

    def ask_anew(self) -> None:
        """Ask for every answer again: the live model is another one."""
        for image in self._session.images.values():
            image.answered = False
            if image.opened is not None:
                self._window.image_strip.set_answer(image.key, None, False)
        self._select_fitting()
        self.ask_missing()

    def _select_fitting(self) -> None:
        """Select an image that the live model reads, if the selected one is of the other kind."""
        selected = self._session.images.get(self._session.selected or "")
        if selected is None or not self._session.fits(selected):
            usable = [
                key for key, it in self._session.images.items() if self._session.fits(it) and not it.failed
            ]
            self._session.selected = usable[0] if usable else None
            self._show_strip()

    def _tell_kind(self) -> None:
        """Say calmly that the live model reads inputs of the other kind."""
        model = self._session.model
        if model is not None:
            name = model.entry.full_name
            text = (
                f"{name} reads words; type one in the Input pane."
                if self._session.reads_words
                else f"{name} reads images; drop one here, or load a network that reads words."
            )
            self._window.notices.tell(Level.INFO, text, about="kind")

    def ask_missing(self) -> None:
        """Ask for what is not known of the open images."""
        for key, image in self._session.images.items():
            if image.held and key == self._session.selected:
                self._offer_again(Level.WARNING, f"{self._not_recorded(image)}: the engine ended on it.")
            elif image.opened is not None:
                self._request_answer(key)

    def withdraw(self) -> None:
        """Withdraw what is asked of a model that goes."""
        self._window.notices.close_about(_RECORD)
        self._work.withdraw_all(lambda job: isinstance(job.command, Record | Classify))

    def hold(self, key: str) -> None:
        """Ask nothing about an image on which the engine died, until the person selects it again."""
        image = self._session.images.get(key)
        if image is None:
            return
        image.held = True
        if self._session.selected == key and (other := self._session.neighbour(key)) is not None:
            self._select_in_strip(other)

    def _request_answer(self, key: str) -> None:
        image, recording = self._session.images[key], self._session.recording
        if self._session.model is None or image.held or not self._session.fits(image):
            return
        if key == self._session.selected:
            if recording is None or recording.key != key:
                self._request_recording(key)
        elif not image.answered:
            self._request_classification(key, Urgency.CLASSIFY, self._on_classify_failed)

    def _request_classification(self, key: str, urgency: Urgency, failed: OnFailure) -> None:
        size = self._session.size
        self._work.submit(
            Job(
                f"classify {key}",
                urgency,
                Classify(key, size=size),
                "classifying…",
                lambda answer: self._on_answer(answer, size),
                failed,
            )
        )

    def _request_recording(self, key: str) -> None:
        name, size = self._session.images[key].source.name, self._session.size
        self._work.withdraw(f"classify {key}")
        if not self._has_answered:
            # A first recording takes several times as long as a first answer: the answer comes before it.
            # If it fails, the recording says where.
            self._request_classification(key, Urgency.SELECTED, lambda _: None)
        self._work.submit(
            Job(
                _RECORD,
                Urgency.SELECTED,
                Record(key, size=size),
                f"recording the forward pass on {name}…",
                lambda recording: self._on_recording(recording, size),
                lambda failure: self._on_recording_failed(key, failure),
            )
        )

    def _on_recording(self, recording: Recording, size: Size | None) -> None:
        model = self._session.model
        if model is None or size != self._session.size:
            return
        if recording.key not in self._session.images:
            # Closed while it was recorded: the engine must hold what is shown again.
            if self._session.selected is not None and self._session.recording is not None:
                self._request_recording(self._session.selected)
            return
        self._session.recording = recording
        self._window.notices.close_about(_RECORD)
        self._has_answered = True
        self._session.images[recording.key].answered = True
        self._window.show_welcome(False)
        self._window.input_view.set_picture(recording.picture)
        self._window.receptive_field.set_picture(recording.picture)
        self._window.predictions.set_predictions(recording.predictions, model.pretrained, model.weights)
        if recording.predictions:
            self._window.image_strip.set_answer(recording.key, recording.predictions[0], model.pretrained)
        self.recorded.emit(recording)

    def _on_recording_failed(self, key: str, failure: Failure) -> None:
        recording, image = self._session.recording, self._session.images[key]
        if recording is None or recording.key not in self._session.images:
            text = f"{self._not_recorded(image)}: it was cancelled." if failure.cancelled else failure.message
            self._offer_again(Level.INFO if failure.cancelled else Level.ERROR, text)
            return
        if not failure.cancelled:
            self._window.notices.tell(Level.ERROR, failure.message, about=_RECORD)
        self._fall_back(key)
        self.changed.emit()

    def _not_recorded(self, image: SessionImage) -> str:
        at = f" at {text_of(self._session.size)}" if self._session.size is not None else ""
        return f"{image.source.name} was not recorded{at}"

    def _offer_again(self, level: Level, text: str) -> None:
        """Show nothing, for nothing holds, and let the person have the selected image recorded after all."""
        self._show_nothing()
        again = NoticeAction("Record again", self._record_again)
        self._window.notices.tell(level, text, again, about=_RECORD)

    def _record_again(self) -> None:
        if self._session.selected is not None:
            self.select(self._session.selected)

    def _on_answer(self, answer: Answer, size: Size | None) -> None:
        model = self._session.model
        if model is None or answer.key not in self._session.images or size != self._session.size:
            return
        self._session.images[answer.key].answered = True
        self._has_answered = True
        if answer.key == self._session.selected:
            self._window.predictions.set_predictions(answer.predictions, model.pretrained, model.weights)
        if answer.predictions:
            self._window.image_strip.set_answer(answer.key, answer.predictions[0], model.pretrained)

    def _on_classify_failed(self, failure: Failure) -> None:
        recording = self._session.recording
        if recording is None or recording.trace.error is None:  # else its notice says it all
            self._on_failed(failure)

    def _on_failed(self, failure: Failure) -> None:
        if not failure.cancelled:
            self._window.notices.tell(Level.ERROR, failure.message, about="answer")

    # ---- closing ----

    def close(self, key: str) -> None:
        """Close an image; the one beside it takes its place."""
        image = self._session.images.get(key)
        if image is None:
            return
        beside = self._session.neighbour(key) if not image.failed else None
        del self._session.images[key]
        self._window.image_strip.remove(key)
        self._work.withdraw_all(lambda job: job.slot in (f"open {key}", f"classify {key}"))
        if image.opened is not None:
            self._bridge.ask(CloseImage(key), lambda _: None)
        if self._session.selected == key:
            self._work.withdraw(_RECORD)
            self._session.selected = None
            if beside is not None:
                self.select(beside)
        self._show_strip()
        self.changed.emit()

    def _select_in_strip(self, key: str) -> None:
        self._session.selected = key
        self._window.image_strip.select(key)

    def _show_strip(self) -> None:
        strip = self._window.image_strip
        strip.setVisible(len(self._session.images) > 1)
        if self._session.selected is not None:
            strip.select(self._session.selected)
        if not any(self._session.fits(image) for image in self._session.images.values()):
            self._window.notices.close_about(_RECORD)
            self._window.show_welcome(True)
            self._show_nothing()

    def _show_nothing(self) -> None:
        self._session.recording = None
        self._window.predictions.clear()
        self._window.input_view.set_picture(None)
        self._window.receptive_field.set_picture(None)
        self.emptied.emit()
