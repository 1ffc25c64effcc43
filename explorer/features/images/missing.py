"""In the place of the lenses: why an input could not be opened, and what to do; never the values of another."""

from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from explorer.features.images import choosing
from explorer.window import format as fmt
from explorer.window.desk import Desk
from explorer.window.scene import Scene
from explorer.window.spec import Wish
from explorer.window.theme import SPACING
from explorer.window.widgets.parts import label, paragraph

_WIDEST = 60 * SPACING
_NEXT = "Nothing ran on it, so there is nothing to show of it. Pick another input in the strip, or try this one again."


class MissingPane:
    """Says so of the input that the person picked."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self.title, self.why, self.next = label("heading"), paragraph(), paragraph("muted")
        self.next.setText(_NEXT)
        again, close = QPushButton("Try again"), QPushButton("Close it")
        again.setToolTip("Open it anew: it may be another file by now")
        close.setToolTip(fmt.tip("Take it off the strip (Ctrl+W)"))
        again.clicked.connect(self._on_again)
        close.clicked.connect(desk.action("closeImage").trigger)
        buttons = QHBoxLayout()
        buttons.setSpacing(SPACING)
        buttons.addWidget(again)
        buttons.addWidget(close)
        buttons.addStretch(1)
        self.widget = QWidget()
        column = QVBoxLayout(self.widget)
        column.setContentsMargins(4 * SPACING, 4 * SPACING, 4 * SPACING, 4 * SPACING)
        column.setSpacing(2 * SPACING)
        column.addStretch(1)
        for text in (self.title, self.why, self.next):
            text.setMaximumWidth(_WIDEST)
            text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            column.addWidget(text)
        column.addLayout(buttons)
        column.addStretch(1)

    def wants(self, scene: Scene) -> Wish | None:
        """Wish nothing: the scene says why."""
        return None

    def show(self, scene: Scene, answer: Any) -> None:
        """Name the input, and say why nothing is shown of it."""
        image = scene.selected
        if image is not None and image.failed:
            self.title.setText(f"{image.source.name} could not be opened")
            self.why.setText(image.failed)

    def _on_again(self) -> None:
        if self._desk.scene.image is not None:
            choosing.show(self._desk, self._desk.scene.image)
