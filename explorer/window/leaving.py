"""Esc leaves a field: what was typed and not confirmed is taken back, and the keyboard is again where it was."""

from typing import cast

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QDoubleSpinBox, QSpinBox, QWidget
from shiboken6 import isValid

from explorer.window.keys import claims, is_typed_into

LEAVES_ESCAPE = "leavesEscape"
"""What has this property true, and all that lies in it, leaves Esc to the window."""


class LeavingFields(QObject):
    """Takes Esc for the field of a window that a person types into, unless the field has a use of its own for it."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self._came_from: QWidget | None = None  # who had the keyboard before any field
        application = QApplication.instance()
        assert isinstance(application, QApplication), "a window has an application"
        application.focusChanged.connect(self._on_focus_changed)

    def leave(self, field: QWidget) -> None:
        """Give the keyboard back, if the field has it: what is pressed next is not for it."""
        if field.hasFocus():
            field.clearFocus()
            before = self._came_from
            if before is not None and isValid(before) and before.isVisible() and before.isEnabled():
                before.setFocus(Qt.FocusReason.OtherFocusReason)

    def _on_focus_changed(self, before: QWidget | None, now: QWidget | None) -> None:
        if before is not None and before.window() is self._window:
            before.removeEventFilter(self)
            if not is_typed_into(before):
                self._came_from = before
        if (
            now is not None
            and now.window() is self._window
            and is_typed_into(now)
            and not _leaves_escape(now)
        ):
            now.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Claim Esc before the window's shortcut of the same key does, and leave at it."""
        if event.type() not in (QEvent.Type.ShortcutOverride, QEvent.Type.KeyPress):
            return False
        field, pressed = cast(QWidget, watched), cast(QKeyEvent, event)
        if pressed.key() != Qt.Key.Key_Escape or pressed.modifiers() or self._is_its_own(field):
            return False
        if event.type() == QEvent.Type.KeyPress:
            _take_back(field)
            self.leave(field)
        event.accept()
        return True

    def _is_its_own(self, field: QWidget) -> bool:
        """Tell whether the field, or what it lies in, has a use of its own for Esc."""
        field.removeEventFilter(self)
        try:
            return claims(field, Qt.Key.Key_Escape, Qt.KeyboardModifier.NoModifier, "")
        finally:
            field.installEventFilter(self)


def leave(field: QWidget) -> None:
    """Give the keyboard back to who had it before the person went to the field."""
    leaving = field.window().findChild(LeavingFields)
    if leaving is not None:
        leaving.leave(field)


def _take_back(field: QWidget) -> None:
    """Show a number as it is; any other field shows what is true when it loses the keyboard."""
    match field:
        case QSpinBox():
            field.setValue(field.value())
        case QDoubleSpinBox():
            field.setValue(field.value())


def _leaves_escape(widget: QWidget | None) -> bool:
    while widget is not None:
        if widget.property(LEAVES_ESCAPE):
            return True
        widget = widget.parentWidget()
    return False
