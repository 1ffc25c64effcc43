"""The wheel scrolls: a control whose value it would change takes it only while it has the focus."""

from typing import cast

from PySide6.QtCore import QCoreApplication, QEvent, QObject, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QAbstractSlider, QAbstractSpinBox, QComboBox, QScrollBar, QWidget

from explorer.window.watching import WindowWatch

_TURNED = (QAbstractSlider, QAbstractSpinBox, QComboBox)


class ScrollingWheel(WindowWatch):
    """Watches a window for the wheel over a control without the focus, and gives it to what the control lies in."""

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: ARG002
        """Take a turn of the wheel that would change a value unasked; every other event goes its way."""
        if event.type() != QEvent.Type.Wheel:
            return False
        turned = cast(QWheelEvent, event)
        control = _turned(self._window.childAt(turned.position().toPoint()))
        if control is None or control.hasFocus():
            return False
        self._hand_up(control.parentWidget(), turned)
        return True

    def _hand_up(self, widget: QWidget | None, turned: QWheelEvent) -> None:
        """Give the turn to a widget, or to the next around it that takes it: Qt hands on only its own."""
        while widget is not None:
            given = _at(turned, widget.mapFrom(self._window, turned.position()))
            if QCoreApplication.sendEvent(widget, given) and given.isAccepted():
                return
            widget = None if widget.isWindow() else widget.parentWidget()


def _turned(widget: QWidget | None) -> QWidget | None:
    """Return the control in which a widget lies whose value the wheel would change; None for none."""
    while widget is not None and not widget.isWindow():
        if isinstance(widget, QScrollBar):
            return None
        if isinstance(widget, _TURNED):
            return widget
        widget = widget.parentWidget()
    return None


def _at(event: QWheelEvent, place: QPointF) -> QWheelEvent:
    """Return the same turn at a place of another widget."""
    return QWheelEvent(
        place,
        event.globalPosition(),
        event.pixelDelta(),
        event.angleDelta(),
        event.buttons(),
        event.modifiers(),
        Qt.ScrollPhase.NoScrollPhase,
        event.inverted(),
    )
