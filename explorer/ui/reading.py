"""Networks that read words: the word in the place of the picture, and the n-gram that each filter found in it."""

from PySide6.QtCore import QObject

from explorer.engine.messages import FindNGrams, Recording
from explorer.records.images import ImageSource
from explorer.records.ngrams import NGram
from explorer.ui.bridge import Bridge
from explorer.ui.images_controller import ImagesController
from explorer.ui.session import Session
from explorer.ui.window import MainWindow
from explorer.window.widgets.input import EMPTY

SAMPLE = "architecture"
NO_PICTURE = "A word has no picture; the Input pane shows which characters a filter sees"


class Reading(QObject):
    """Opens what is typed, and marks in the word what a filter answers most to."""

    def __init__(
        self, window: MainWindow, session: Session, bridge: Bridge, images: ImagesController
    ) -> None:
        super().__init__(window)
        self._window = window
        self._session = session
        self._bridge = bridge
        self._images = images
        self._ngrams: tuple[NGram, ...] = ()
        window.word_view.word_entered.connect(self.open)
        window.feature_maps.unit_selected.connect(self._on_unit_selected)
        window.receptive_field.unit_selected.connect(self._on_unit_selected)
        window.actions_["enterWord"].triggered.connect(window.word_view.edit)

    def open(self, word: str) -> None:
        """Let the network read a word; one that is open already is selected."""
        known = next((key for key, image in self._session.images.items() if image.source.text == word), None)
        if known is not None:
            self._images.select(known)
        else:
            self._images.open([ImageSource(f"“{word}”", text=word)])

    def begin(self) -> None:
        """Another model lives: show the word or the picture, and a sample word where none is open."""
        self.leave()
        reads = self._session.reads_words
        self._window.show_reading(reads)
        self._window.actions_["enterWord"].setEnabled(reads)
        self._window.receptive_field.input.set_message(NO_PICTURE if reads else EMPTY)
        if reads and not any(self._session.fits(image) for image in self._session.images.values()):
            self.open(SAMPLE)

    def start(self, recording: Recording, refused: bool = False) -> None:
        """Show the word of a new recording and, unless that is `refused`, ask what the filters found in it."""
        self.leave()
        if recording.characters:
            self._window.word_view.set_word(recording.characters)
        if recording.characters and not refused:
            self._bridge.ask(FindNGrams(recording.number), lambda found: self._on_found(recording, found))

    def leave(self) -> None:
        """No word is open any more."""
        self._ngrams = ()
        self._window.word_view.set_word("")

    def _on_found(self, recording: Recording, found: tuple[NGram, ...]) -> None:
        if self._session.recording is recording:
            self._ngrams = found
            self._window.word_view.set_ngrams(found)

    def _on_unit_selected(self, row: int, _position: int) -> None:
        """Mark what the filter found whose row of a convolution's output (filters, positions) was clicked."""
        mine = (gram for gram in self._ngrams if (gram.node, gram.filter) == (self._session.node, row))
        if (ngram := next(mine, None)) is not None:
            self._window.word_view.mark(ngram)
