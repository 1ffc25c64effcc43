"""A panel over the whole window that has the keyboard to itself until it is closed."""

from PySide6.QtCore import QEvent, QObject, QSize, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QApplication, QFrame, QHBoxLayout, QLabel, QToolButton, QVBoxLayout, QWidget
from shiboken6 import isValid

from explorer.window import icons, theme
from explorer.window.theme import SPACING

VEIL = QColor(0, 0, 0, 90)
"""What lies over a window behind something that has the keyboard to itself."""

_MARGIN = 4 * SPACING
_CONTROL = Qt.KeyboardModifier.ControlModifier


class Overlay(QWidget):
    """Esc, a click beside the panel and its button close it; the focus then returns to where it was.

    Attributes:
        panel: The column in which the content stands, under its title.

    Signals:
        closed(): The person closed it.
    """

    closed = Signal()

    def __init__(self, window: QWidget, name: str, title: str, size: QSize) -> None:
        super().__init__(window)
        self.setObjectName(name)
        self.setAccessibleName(title)
        self._window = window
        self._wished = size
        self._focus_before: QWidget | None = None
        self._frame = QFrame(self)
        self._frame.setObjectName("overlayPanel")
        self._frame.setProperty("role", "panel")
        self._frame.setAutoFillBackground(True)
        self.panel = QVBoxLayout(self._frame)
        self.panel.setContentsMargins(2 * SPACING, 2 * SPACING, 2 * SPACING, 2 * SPACING)
        self.panel.setSpacing(SPACING)
        self.panel.addLayout(self._head(title))
        self.hide()
        window.installEventFilter(self)

    def _head(self, title: str) -> QHBoxLayout:
        heading = QLabel(title)
        heading.setProperty("role", "heading")
        self._close = QToolButton(autoRaise=True)
        self._close.setToolTip("Close (Esc)")
        self._close.setAccessibleName("Close")
        self._close.clicked.connect(self.closed)
        row = QHBoxLayout()
        row.addWidget(heading, 1)
        row.addWidget(self._close)
        return row

    def reveal(self, focus: QWidget) -> None:
        """Appear over the window, the keyboard in `focus`."""
        if not self.isVisible():
            self._focus_before = QApplication.focusWidget()
            self._close.setIcon(icons.icon("close"))
        self._place()
        self.show()
        self.raise_()
        focus.setFocus(Qt.FocusReason.PopupFocusReason)

    def leave(self) -> None:
        """Disappear; the focus returns to where it was, or goes where the window gives it."""
        if self.isVisible():
            self.hide()
            before, self._focus_before = self._focus_before, None
            if before is not None and isValid(before) and before.isVisible():
                before.setFocus(Qt.FocusReason.PopupFocusReason)
            held = QApplication.focusWidget()
            if held is not None and self.isAncestorOf(held):
                held.clearFocus()  # what is out of sight must take no keys

    # ---- its place ----

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Follow the size of the window."""
        if event.type() == QEvent.Type.Resize and watched is self._window:
            self._place()
        return super().eventFilter(watched, event)

    def _place(self) -> None:
        area = self._window.rect()
        self.setGeometry(area)
        size = self._wished.boundedTo(QSize(area.width() - 2 * _MARGIN, area.height() - 2 * _MARGIN))
        top = max(_MARGIN, (area.height() - size.height()) // 3)
        self._frame.setGeometry((area.width() - size.width()) // 2, top, size.width(), size.height())

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        """Draw a veil over what lies behind."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), VEIL)
        painter.setPen(QColor(theme.current().border))
        painter.drawRect(self._frame.geometry().adjusted(-1, -1, 0, 0))

    # ---- keys and clicks ----

    def event(self, event: QEvent) -> bool:
        """Keep plain keys, with Esc among them, from the shortcuts of the window behind."""
        if event.type() == QEvent.Type.ShortcutOverride:
            assert isinstance(event, QKeyEvent), "Qt sends no other event of this type"
            if not event.modifiers() & _CONTROL and event.key() not in _FUNCTION_KEYS:
                event.accept()
                return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Close on Esc; no other key reaches the window behind."""
        if event.key() == Qt.Key.Key_Escape:
            self.closed.emit()
        event.accept()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Close on a click beside the panel."""
        if not self._frame.geometry().contains(event.position().toPoint()):
            self.closed.emit()
        event.accept()

    def focusNextPrevChild(self, forward: bool) -> bool:
        """Keep the focus inside: what lies behind is out of reach. Once hidden, let the window have it."""
        if not self.isVisible():
            return super().focusNextPrevChild(forward)
        stops = [it for it in self._frame.findChildren(QWidget) if _can_be_reached(it)]
        now = QApplication.focusWidget()
        if not stops:
            return False
        place = stops.index(now) if now in stops else -1
        stops[(place + (1 if forward else -1)) % len(stops)].setFocus(Qt.FocusReason.TabFocusReason)
        return True


_FUNCTION_KEYS = range(Qt.Key.Key_F1, Qt.Key.Key_F35)


def _can_be_reached(widget: QWidget) -> bool:
    tab = Qt.FocusPolicy.TabFocus
    return (
        widget.isVisible()
        and widget.isEnabled()
        and bool(widget.focusPolicy() & tab)
        and not widget.focusProxy()
    )
