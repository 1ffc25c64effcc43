"""The timeline: the zoo's networks by year and error on ImageNet; each dot opens its network."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFocusEvent, QShowEvent
from PySide6.QtWidgets import QLabel, QPushButton, QVBoxLayout, QWidget

from explorer.features.cards.timeline_canvas import TimelineCanvas
from explorer.features.cards.timeline_text import rich_text
from explorer.records.models import ModelEntry
from explorer.window.theme import SPACING
from explorer.window.widgets.elided import ElidedLabel
from explorer.window.widgets.parts import page_head

_HINT = "A dot opens its network. Hollow: its weights were trained with a later recipe than the paper's."
_KEYS = (
    "Dots of one year stand side by side; the one in full colour is loaded. "
    "Arrow keys move from dot to dot, Enter opens one, Esc leaves."
)


class TimelineView(QWidget):
    """The page: what the drawing means, the drawing, and all that is known of the dot pointed at.

    Attributes:
        canvas: The drawing.
        again: Lists the networks anew; in sight where that failed.

    Signals:
        network_chosen: Full name of the network to open.
        closed: The person wants to leave.
    """

    network_chosen = Signal(str)
    closed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("timeline")
        self.canvas = TimelineCanvas()
        self.canvas.network_chosen.connect(self.network_chosen)
        self.canvas.closed.connect(self.closed)
        self.canvas.pointed.connect(self._on_pointed)
        self._detail = QLabel(wordWrap=True, textFormat=Qt.TextFormat.RichText)
        self._detail.setObjectName("timelineDetail")
        self._detail.setAlignment(Qt.AlignmentFlag.AlignTop)
        self._detail.setMinimumHeight(5 * self.fontMetrics().height())
        self.again = QPushButton("Try again")
        self.again.setToolTip("List the networks again")
        self.again.hide()
        hint = ElidedLabel(role="muted")
        hint.say(_HINT, _KEYS)
        column = QVBoxLayout(self)
        column.setContentsMargins(SPACING, SPACING, SPACING, SPACING)
        column.addLayout(page_head("History", hint))
        column.addWidget(self.canvas, 1)
        column.addWidget(self.again, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addWidget(self._detail)
        self._on_pointed(None)

    def set_networks(self, entries: Sequence[ModelEntry], loaded: str) -> None:
        """Show networks; the one of the full name `loaded` stands out."""
        self.canvas.set_networks(entries, loaded)

    def set_message(self, text: str) -> None:
        """Say why there is no drawing yet."""
        self.canvas.set_message(text)

    def showEvent(self, event: QShowEvent) -> None:
        """Give the drawing the keys when the page comes to the front."""
        super().showEvent(event)
        if not event.spontaneous():  # the whole window came back
            self.canvas.setFocus(Qt.FocusReason.OtherFocusReason)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Hand the focus to the drawing."""
        super().focusInEvent(event)
        self.canvas.setFocus(event.reason())

    def _on_pointed(self, entry: ModelEntry | None) -> None:
        self._detail.setText(rich_text(entry) if entry else "Point at a dot to read about its network.")
