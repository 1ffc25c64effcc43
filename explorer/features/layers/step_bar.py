"""The steps in the top line: first, back, where we are, on, last, play."""

from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QToolButton, QWidget

from explorer.features.layers.steps import last, position
from explorer.window import format as fmt
from explorer.window.desk import Desk
from explorer.window.scene import Scene
from explorer.window.spec import Wish
from explorer.window.theme import SPACING

_BEFORE = ("stepFirst", "stepBackward")
_AFTER = ("stepForward", "stepLast", "play")
_WIDEST = "8888 of 8888"
_BUTTON = 32


class StepsPane:
    """Buttons of fixed widths around a text of a fixed width: nothing moves while one steps."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self.widget = QWidget()
        self.position = QLabel(alignment=Qt.AlignmentFlag.AlignCenter)
        self.position.setObjectName("stepPosition")
        self.position.setAccessibleName("Current operation")
        self.position.setProperty("role", "title")
        self.position.setTextFormat(Qt.TextFormat.PlainText)
        font = self.position.font()
        font.setBold(True)
        self.position.setFont(font)
        self.position.setFixedWidth(self.position.fontMetrics().horizontalAdvance(_WIDEST) + SPACING)
        row = QHBoxLayout(self.widget)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addStretch(1)
        for id in _BEFORE:
            row.addWidget(self._button(id))
        row.addWidget(self.position)
        for id in _AFTER:
            row.addWidget(self._button(id))
        row.addStretch(1)

    def _button(self, id: str) -> QToolButton:
        button = QToolButton(autoRaise=True)
        button.setDefaultAction(self._desk.action(id))
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonIconOnly)
        button.setFixedSize(_BUTTON, _BUTTON)
        button.setAccessibleName(self._desk.action(id).text())
        return button

    def wants(self, scene: Scene) -> Wish | None:
        """Wish nothing: the place stands in the scene."""
        return None

    def show(self, scene: Scene, answer: Any) -> None:
        """Say where in the forward pass we are, counted as everywhere: 0 is the input."""
        node, trace = scene.current, scene.trace
        if node is not None and trace is not None:
            text = position(node, trace)
            tip = f"Operation {text}, the input being 0: {node.person_name} ({node.op})"
            if node.op == "output":
                tip = f"What the network returned: {node.name}"
        elif scene.failure:
            text, tip = f"✕ after {last(scene)}", scene.failure
        elif scene.is_coming:
            return  # what was there stays until the next forward
        else:
            text, tip = "–", "No operation yet: open an image"
        if text != self.position.text() or tip != self.position.toolTip():
            self.position.setText(text)
            self.position.setToolTip(fmt.tip(tip))
