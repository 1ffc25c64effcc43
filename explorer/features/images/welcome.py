"""The empty window: how to begin, with an image, a sample photo one click away, or a word."""

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QSize, Qt, QTimer
from PySide6.QtGui import QAction, QIcon, QImageReader, QPixmap, QResizeEvent
from PySide6.QtWidgets import QGridLayout, QLabel, QPushButton, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from explorer.features.images.samples import open_sample, tip_of
from explorer.records.samples import Sample, samples
from explorer.window import format as fmt
from explorer.window.desk import Desk
from explorer.window.scene import Scene
from explorer.window.spec import Wish
from explorer.window.theme import SPACING

_THUMBNAIL = QSize(132, 92)
_FIRST_THUMBNAIL_MS = 150
_RING = (
    "QToolButton { border: 2px solid transparent; } QToolButton:focus { border-color: palette(highlight); }"
)
_TITLES = {False: "Drop an image here", True: "Type a word"}
_HINTS = {
    False: "An image, a folder of images, or your own network as a Python file. The model names what it sees; "
    "then step through every operation that led to the answer.",
    True: "This network reads words: type one, then step through every operation that led to its answer.",
}


class _Samples(QWidget):
    """The samples in one row, or in two where one would be cut."""

    def __init__(self, buttons: Sequence[QToolButton]) -> None:
        super().__init__()
        self._buttons = buttons
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(SPACING)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Minimum)
        self._lay_out(len(buttons))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Use two rows where one finds no room."""
        super().resizeEvent(event)
        one_row = sum(it.sizeHint().width() + SPACING for it in self._buttons) - SPACING
        self._lay_out(len(self._buttons) if one_row <= self.width() else (len(self._buttons) + 1) // 2)

    def _lay_out(self, columns: int) -> None:
        for place in range(len(self._buttons) + 2):
            # What is left over lies at both ends.
            self._grid.setColumnStretch(place, place in (0, columns + 1))
        for place, button in enumerate(self._buttons):
            self._grid.addWidget(button, place // columns, 1 + place % columns)


class WelcomePane:
    """Says what to do when nothing is open that the network reads."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._reads_words: bool | None = None
        self._open = _action_button(desk.action("openImages"))
        self._enter = _action_button(desk.action("enterWord"))
        self._title, self._hint = _label("title"), _label("muted")
        self._hint.setWordWrap(True)
        font = self._title.font()
        font.setPointSizeF(font.pointSizeF() * 1.6)
        self._title.setFont(font)
        self._samples = self._sample_row()
        self.widget = QWidget()
        self.widget.setObjectName("welcome")
        column = QVBoxLayout(self.widget)
        column.setSpacing(SPACING * 2)
        column.addStretch(1)
        column.addWidget(self._title)
        column.addWidget(self._hint)
        for part in (self._open, self._enter):
            column.addWidget(part, alignment=Qt.AlignmentFlag.AlignHCenter)
        column.addSpacing(SPACING * 2)
        column.addWidget(self._samples)
        column.addStretch(1)
        self._greet(False)

    def wants(self, scene: Scene) -> Wish | None:
        """Wish nothing."""
        return None

    def show(self, scene: Scene, answer: Any) -> None:
        """Ask for what the model reads."""
        if scene.seat.reads_words != self._reads_words:
            self._greet(scene.seat.reads_words)

    def _greet(self, words: bool) -> None:
        self._reads_words = words
        self._title.setText(_TITLES[words])
        self._hint.setText(_HINTS[words])
        self._enter.setVisible(words)
        self._open.setVisible(not words)
        self._samples.setVisible(not words)

    def _sample_row(self) -> QWidget:
        box = QWidget()
        column = QVBoxLayout(box)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACING * 2)
        column.addWidget(_label("muted", "or try a sample"))
        buttons = []
        for place, sample in enumerate(samples()):
            button = _sample_button(sample)
            button.clicked.connect(lambda _=False, it=sample: open_sample(self._desk, it))
            buttons.append(button)
            # The pictures come after the window is painted, one at a time.
            QTimer.singleShot(
                _FIRST_THUMBNAIL_MS + 40 * place, button, lambda b=button, s=sample: _illustrate(b, s)
            )
        column.addWidget(_Samples(buttons))
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
    button.setToolTip(fmt.tip(tip_of(sample)))
    button.setAccessibleName(f"Sample image: {sample.title}")
    button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    button.setStyleSheet(_RING)
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
