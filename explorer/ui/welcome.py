"""The empty window: how to begin, with an image, a sample photo one click away, or a word."""

import json
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtGui import QAction, QIcon, QImageReader, QPixmap
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QToolButton, QVBoxLayout, QWidget

from explorer.paths import resources
from explorer.window.theme import SPACING

_THUMBNAIL = QSize(132, 92)
_FIRST_THUMBNAIL_MS = 150
_TITLES = {False: "Drop an image here", True: "Type a word"}
_HINTS = {
    False: "The model names what it sees; then step through every operation that led to the answer.",
    True: "This network reads words (Ctrl+E): type one, then step through every operation that led to its answer.",
}


@dataclass(frozen=True)
class Sample:
    """A photo that comes with the program."""

    title: str
    credit: str
    path: Path


def samples() -> list[Sample]:
    """Return the photos that come with the program."""
    folder = resources() / "samples"
    entries = json.loads((folder / "samples.json").read_text(encoding="utf-8"))
    return [
        Sample(entry["title"], f"{entry['credit']}, {entry['licence']}", folder / entry["file"])
        for entry in entries
    ]


class Welcome(QWidget):
    """Says what to do when nothing is open that the network reads.

    Signals:
        sample_chosen(str): The file of a sample photo.
    """

    sample_chosen = Signal(str)

    def __init__(
        self,
        open_images: QAction,
        enter_word: QAction,
        show_timeline: QAction,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("welcome")
        self._open, self._enter = _action_button(open_images), _action_button(enter_word)
        self._title, self._hint = _label("title"), _label("muted")
        self._hint.setWordWrap(True)
        font = self._title.font()
        font.setPointSizeF(font.pointSizeF() * 1.6)
        self._title.setFont(font)
        self._samples = self._sample_row()
        or_read = _label("muted", "or read how networks became what they are")
        column = QVBoxLayout(self)
        column.setSpacing(SPACING * 2)
        column.addStretch(2)
        column.addWidget(self._title)
        column.addWidget(self._hint)
        column.addWidget(self._open, alignment=Qt.AlignmentFlag.AlignCenter)
        column.addWidget(self._enter, alignment=Qt.AlignmentFlag.AlignCenter)
        column.addSpacing(SPACING * 2)
        column.addWidget(self._samples)
        column.addWidget(or_read)
        column.addWidget(_action_button(show_timeline), alignment=Qt.AlignmentFlag.AlignCenter)
        column.addStretch(3)
        self.set_reading(False)

    def set_reading(self, words: bool) -> None:
        """Ask for a word, or for an image."""
        self._title.setText(_TITLES[words])
        self._hint.setText(_HINTS[words])
        self._enter.setVisible(words)
        self._open.setVisible(not words)
        self._samples.setVisible(not words)

    def _sample_row(self) -> QWidget:
        box = QWidget()
        column = QVBoxLayout(box)
        column.setContentsMargins(0, 0, 0, SPACING * 2)
        column.setSpacing(SPACING * 2)
        column.addWidget(_label("muted", "or try a sample"))
        row = QHBoxLayout()
        row.setSpacing(SPACING)
        column.addLayout(row)
        row.addStretch()
        for place, sample in enumerate(samples()):
            button = _sample_button(sample)
            button.clicked.connect(lambda _=False, path=str(sample.path): self.sample_chosen.emit(path))
            row.addWidget(button)
            # The pictures come after the window is painted, one at a time.
            QTimer.singleShot(
                _FIRST_THUMBNAIL_MS + 40 * place, button, lambda b=button, s=sample: _illustrate(b, s)
            )
        row.addStretch()
        return box


def _label(role: str, text: str = "") -> QLabel:
    label = QLabel(text, alignment=Qt.AlignmentFlag.AlignCenter)
    label.setProperty("role", role)
    return label


def _action_button(action: QAction) -> QPushButton:
    button = QPushButton(action.text())
    button.setToolTip(action.toolTip())
    button.clicked.connect(action.trigger)
    return button


def _sample_button(sample: Sample) -> QToolButton:
    button = QToolButton()
    button.setText(sample.title)
    button.setAutoRaise(True)
    button.setIconSize(_THUMBNAIL)
    button.setObjectName(f"sample-{sample.path.stem}")
    button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextUnderIcon)
    button.setToolTip(f"Open the sample “{sample.title}” ({sample.credit})")
    button.setAccessibleName(f"Sample image: {sample.title}")
    button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    blank = QPixmap(_THUMBNAIL)
    blank.fill(Qt.GlobalColor.transparent)
    button.setIcon(QIcon(blank))
    return button


def _illustrate(button: QToolButton, sample: Sample) -> None:
    reader = QImageReader(str(sample.path))
    size = reader.size().scaled(_THUMBNAIL, Qt.AspectRatioMode.KeepAspectRatioByExpanding)
    reader.setScaledSize(size)
    picture = QPixmap.fromImage(reader.read())
    left, top = (size.width() - _THUMBNAIL.width()) // 2, (size.height() - _THUMBNAIL.height()) // 2
    button.setIcon(QIcon(picture.copy(left, top, _THUMBNAIL.width(), _THUMBNAIL.height())))
