"""The row under the input's picture: changes can be tried on it; while they are, what was before, and the ways out."""

from dataclasses import replace

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QToolButton, QWidget

from explorer.window import format as fmt
from explorer.window.desk import Desk
from explorer.window.live import Live
from explorer.window.scene import Scene
from explorer.window.theme import SPACING

_BUTTONS = {"tryChanges": "Try changes", "resetChanges": "Reset", "keepChanged": "Keep"}
_ENDS = fmt.tip("Put the changes away: the input is as it was (Esc). E brings them back")


class LiveBar(QWidget):
    """Buttons for what the feature of changes declares; `Before` shows it as long as it is held."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.setObjectName("liveBar")
        self._desk = desk
        self._buttons: dict[str, QToolButton] = {}
        self._begins = desk.action("tryChanges").toolTip()
        self.before = QToolButton()
        self.before.setObjectName("seeBeforeButton")
        self.before.setText("Before")
        self.before.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.before.setToolTip(
            fmt.tip(
                "Hold to see the input, the maps and the answer as they were (Shift+E turns it on and off)"
            )
        )
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(SPACING // 2)
        for id, text in _BUTTONS.items():
            button = self._buttons[id] = QToolButton()
            desk.action(id).setIconText(text)  # what stands on a button, where the menu says more
            button.setDefaultAction(desk.action(id))
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            row.addWidget(button)
            if id == "tryChanges":
                row.addWidget(self.before)
        for button in (*self._buttons.values(), self.before):
            button.setProperty("role", "button")
            button.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.before.pressed.connect(lambda: self._peek(True))
        self.before.released.connect(lambda: self._peek(False))

    def show_scene(self, scene: Scene) -> None:
        """Show what can be done."""
        is_on = scene.choice(Live).on
        action = self._desk.action("tryChanges")
        action.setIconText("Done" if is_on else _BUTTONS["tryChanges"])
        action.setToolTip(_ENDS if is_on else self._begins)
        for button in (self.before, self._buttons["resetChanges"], self._buttons["keepChanged"]):
            button.setVisible(is_on)
        self.before.setEnabled(not scene.choice(Live).edit.is_nothing)

    def _peek(self, peeks: bool) -> None:
        self._desk.choose(replace(self._desk.scene.choice(Live), peeks=peeks))
        self._desk.settle()
