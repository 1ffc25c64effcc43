"""The empty window: how to begin, and sample photos one click away."""

import json
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtGui import QAction, QIcon, QImageReader, QPixmap
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QToolButton, QVBoxLayout, QWidget

from explorer.paths import resources
from explorer.ui.theme import SPACING

_THUMBNAIL = QSize(132, 92)
_FIRST_THUMBNAIL_MS = 150


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
    """Says what to do when no image is open.

    Signals:
        sample_chosen(str): The file of a sample photo.
    """

    sample_chosen = Signal(str)

    def __init__(self, open_images: QAction, show_timeline: QAction, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("welcome")
        title = QLabel("Drop an image here", alignment=Qt.AlignmentFlag.AlignCenter)
        title.setProperty("role", "title")
        font = title.font()
        font.setPointSizeF(font.pointSizeF() * 1.6)
        title.setFont(font)
        hint = QLabel(
            "The model names what it sees; then step through every operation that led to the answer.",
            alignment=Qt.AlignmentFlag.AlignCenter,
            wordWrap=True,
        )
        hint.setProperty("role", "muted")
        or_sample = QLabel("or try a sample", alignment=Qt.AlignmentFlag.AlignCenter)
        or_sample.setProperty("role", "muted")
        column = QVBoxLayout(self)
        column.setSpacing(SPACING * 2)
        column.addStretch(2)
        column.addWidget(title)
        column.addWidget(hint)
        column.addWidget(_action_button(open_images), alignment=Qt.AlignmentFlag.AlignCenter)
        column.addSpacing(SPACING * 2)
        column.addWidget(or_sample)
        column.addLayout(self._sample_row())
        column.addSpacing(SPACING * 2)
        or_read = QLabel("or read how networks became what they are", alignment=Qt.AlignmentFlag.AlignCenter)
        or_read.setProperty("role", "muted")
        column.addWidget(or_read)
        column.addWidget(_action_button(show_timeline), alignment=Qt.AlignmentFlag.AlignCenter)
        column.addStretch(3)

    def _sample_row(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(SPACING)
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
        return row


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
