"""The list of keyboard shortcuts."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QFormLayout, QLabel, QScrollArea, QWidget

from explorer.ui.actions import Actions
from explorer.window.theme import SPACING

_ELSEWHERE = (
    ("Space", "Play or pause; press the button that has the focus"),
    ("Ctrl+F", "Filter the layers"),
    ("Arrow keys", "Move from unit to unit, or from pixel to pixel"),
    ("+  −  0", "Zoom a picture in and out, fit it"),
    ("Ctrl+C", "Copy the selected rows of a table"),
)


class ShortcutList(QScrollArea):
    """All shortcuts of the window, one a line."""

    def __init__(self, actions: Actions) -> None:
        super().__init__()
        self.setObjectName("shortcutList")
        self.setAccessibleName("Keyboard shortcuts")
        self.setFrameShape(QScrollArea.Shape.NoFrame)
        self.setWidgetResizable(True)
        page = QWidget()
        lines = QFormLayout(page)
        lines.setContentsMargins(SPACING, SPACING, SPACING, SPACING)
        lines.setHorizontalSpacing(SPACING * 2)
        native = QKeySequence.SequenceFormat.NativeText
        for action in actions.all():
            if keys := " or ".join(key.toString(native) for key in action.shortcuts()):
                lines.addRow(_keys(keys), QLabel(action.text().rstrip("…")))
        for keys, text in _ELSEWHERE:
            label = QLabel(text)
            label.setWordWrap(True)
            lines.addRow(_keys(keys), label)
        self.setWidget(page)


def _keys(text: str) -> QLabel:
    label = QLabel(text)
    label.setProperty("role", "muted")
    label.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
    return label
