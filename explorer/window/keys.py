"""Courtesies of the keyboard: shortcuts work on layouts without Latin letters, plain keys stay with the control that
uses them, and Enter presses a button.

Qt finds a shortcut by the letter that a key writes. Where a layout writes other letters (Russian, Greek, Hebrew …) and
no Latin one is installed beside it, Ctrl+K is Ctrl+Л and matches nothing; then the place of the key decides.
"""

import sys
from typing import cast

from PySide6.QtCore import QCoreApplication, QEvent, QKeyCombination, QObject, Qt
from PySide6.QtGui import QAction, QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QTextBrowser,
    QTextEdit,
    QToolButton,
    QWidget,
)

from explorer.window.watching import WindowWatch

# The main block of the keyboard. Linux' event codes have the numbers of the scan codes that Windows uses; X11 and
# Wayland add 8 to them. macOS finds Latin letters itself and gives no codes.
_ROWS = {2: "1234567890-=", 16: "QWERTYUIOP[]", 30: "ASDFGHJKL;'`", 43: "\\ZXCVBNM,./"}
_OFFSET = 0 if sys.platform == "win32" else 8
_PLACES = {first + place: letter for first, row in _ROWS.items() for place, letter in enumerate(row)}
_LAST_ASCII, _FIRST_WITHOUT_TEXT = 0x7F, 0x01000000
_COMMANDS = (
    Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier | Qt.KeyboardModifier.MetaModifier
)
_MODIFIERS = _COMMANDS | Qt.KeyboardModifier.ShiftModifier
_ENTERS = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
_BUTTONS = (QPushButton, QToolButton)
_USE_SPACE = (QAbstractButton, QComboBox, QAbstractItemView, QTextBrowser)
LEAVES_SPACE = "leavesSpace"
"""A control with this property true has no use of its own for the space bar."""


def key_at_its_place(event: QKeyEvent) -> Qt.Key | None:
    """Return the key that a Latin layout has in the place of the one that was pressed; None where it says so itself.

    Digits count by their place with Ctrl or Alt on any layout: a French one writes them only with Shift.
    """
    letter = _PLACES.get(event.nativeScanCode() - _OFFSET)
    key = event.key()
    if letter is None or key == 0 or key >= _FIRST_WITHOUT_TEXT:
        return None
    as_digit = letter.isdigit() and key != ord(letter) and bool(event.modifiers() & _COMMANDS)
    return Qt.Key(ord(letter)) if key > _LAST_ASCII or as_digit else None


class KeyPlaces(WindowWatch):
    """Watches a window for keys that no shortcut took, and tries them as the keys of a Latin layout."""

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: ARG002
        """Take a key that means something by its place; every other event goes its way."""
        if event.type() != QEvent.Type.KeyPress:
            return False
        pressed = cast(QKeyEvent, event)
        latin = key_at_its_place(pressed)
        return latin is not None and self._try(pressed, latin)

    def _try(self, pressed: QKeyEvent, latin: Qt.Key) -> bool:
        """Return True if the key was a command in Latin letters, to the control with the focus or to the window."""
        modifiers = pressed.modifiers() & _MODIFIERS
        target = receiver(self._window)
        if claims(target, latin, modifiers, pressed.text()):
            if not modifiers & _COMMANDS:
                return False  # it is text
            return QCoreApplication.sendEvent(target, QKeyEvent(QEvent.Type.KeyPress, latin, modifiers))
        keys = QKeySequence(QKeyCombination(modifiers, latin))
        command = _command(target, keys)
        if command is None or (pressed.isAutoRepeat() and not command.autoRepeat()):
            return False
        if isinstance(command, QAction):
            command.trigger()
        else:
            command.activated.emit()
        return True


class PlainKeys(QObject):
    """Leaves a shortcut without modifier to the control that has the focus, if the key means something to it.

    Text fields claim what they write themselves; a button does not claim the Space that presses it. Enter presses a
    button as well.
    """

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        application = QApplication.instance()
        assert isinstance(application, QApplication), "a window has an application"
        application.focusChanged.connect(self._on_focus_changed)

    def _on_focus_changed(self, before: QWidget | None, now: QWidget | None) -> None:
        if before is not None:
            before.removeEventFilter(self)
        if now is not None and isinstance(now, _USE_SPACE) and not now.property(LEAVES_SPACE):
            now.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Claim Space for the control, and Enter for a button."""
        if event.type() not in (QEvent.Type.ShortcutOverride, QEvent.Type.KeyPress):
            return False
        pressed = cast(QKeyEvent, event)
        if pressed.modifiers() & _MODIFIERS:
            return False
        enters = pressed.key() in _ENTERS and isinstance(watched, _BUTTONS)
        if event.type() == QEvent.Type.KeyPress:
            if enters and not pressed.isAutoRepeat():
                cast(QAbstractButton, watched).click()
            return enters
        if enters or pressed.key() == Qt.Key.Key_Space:
            event.accept()
            return True
        return False


def is_typed_into(widget: QWidget) -> bool:
    """Tell whether a control holds a text that a person may be writing."""
    if isinstance(widget, QComboBox):
        return widget.isEditable()
    if isinstance(widget, QLineEdit | QTextEdit | QPlainTextEdit):
        return not widget.isReadOnly()
    return isinstance(widget, QAbstractSpinBox)


def receiver(window: QWidget) -> QWidget:
    """Return who would get the key."""
    popup = QApplication.activePopupWidget()
    if popup is not None:
        return popup.focusWidget() or popup
    return QApplication.focusWidget() or window


def claims(widget: QWidget, key: Qt.Key, modifiers: Qt.KeyboardModifier, text: str) -> bool:
    """Ask a control whether a key is its own, as Qt does before it looks for a shortcut."""
    question = QKeyEvent(QEvent.Type.ShortcutOverride, key, modifiers, text)
    question.ignore()
    QCoreApplication.sendEvent(widget, question)
    return question.isAccepted()


def _command(target: QWidget, keys: QKeySequence) -> QAction | QShortcut | None:
    """Return what a shortcut stands for: an action of a control or of what it lies in, else one of its window."""
    only_here = Qt.ShortcutContext.WidgetShortcut
    widget: QWidget | None = target
    while widget is not None:
        for action in widget.actions():
            in_reach = widget is target or action.shortcutContext() != only_here
            if in_reach and action.isEnabled() and keys in action.shortcuts():
                return action
        widget = None if widget.isWindow() else widget.parentWidget()
    shortcuts = target.window().findChildren(QShortcut)
    return next((it for it in shortcuts if it.isEnabled() and it.key() == keys), None)
