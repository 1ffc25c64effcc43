"""Where the keyboard is: one ring for all controls, seen by those who use keys, and gone at the next click."""

from typing import cast

from PySide6.QtCore import QEvent, QObject, QRect, QRectF, Qt, QTimer
from PySide6.QtGui import QColor, QCursor, QKeyEvent, QPainter, QPaintEvent, QPen, QRegion
from PySide6.QtWidgets import QApplication, QMenu, QPushButton, QScrollArea, QToolButton, QWidget
from shiboken6 import isValid

from explorer.window import theme
from explorer.window.keys import is_typed_into

_COMMANDS = (
    Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier | Qt.KeyboardModifier.MetaModifier
)
_LINE = 2  # pixels of the ring
_ROUND = 4
_MOVES = (
    QEvent.Type.Move,
    QEvent.Type.Resize,
    QEvent.Type.Show,
    QEvent.Type.Hide,
    QEvent.Type.LayoutRequest,
)


class KeyFocus(QObject):
    """Rings the control of a window, or of what it opens, that got the focus by a key.

    A field that is typed into shows it in its own outline, however it was reached, and a list that drops down marks a
    row. What scrolls has no ring, nor has what the focus falls to when a shortcut opens another page or lens.
    """

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._ring: _Ring | None = None
        self._by_key = False
        application = QApplication.instance()
        assert isinstance(application, QApplication), "a window has an application"
        application.focusChanged.connect(self._on_focus_changed)

    @property
    def ringed(self) -> QWidget | None:
        """The control that the ring is around; None while there is no ring."""
        return self._ring.held if self._ring is not None else None

    def _on_focus_changed(self, _: QWidget | None, now: QWidget | None) -> None:
        self._end_ring()
        if now is None or now.window().windowType() is Qt.WindowType.Popup:
            return  # its handle is another each time, of which Python is handed the one that is gone
        handle = now.window().windowHandle()
        if handle is not None:
            handle.installEventFilter(self)  # a second time is as good as once
        if self._by_key and not is_typed_into(now) and not isinstance(now, QScrollArea):
            self._ring = _Ring(now)

    def _end_ring(self) -> None:
        ring, self._ring = self._ring, None
        if ring is not None and isValid(ring):  # a dialog takes its ring with it
            ring.leave()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: ARG002
        """Note what the person uses, keys or the mouse; every event goes its way."""
        if event.type() == QEvent.Type.KeyPress:
            self._by_key = not cast(QKeyEvent, event).modifiers() & _COMMANDS
        elif event.type() == QEvent.Type.MouseButtonPress:
            self._by_key = False
            self._end_ring()
        return False


class _Ring(QWidget):
    """A ring over the window of a control, around that control wherever it is laid or scrolled to."""

    def __init__(self, control: QWidget) -> None:
        super().__init__(control.window())
        self.setObjectName("focusRing")
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.held = control
        self._watched: list[QWidget] = []  # the control, all that it lies in, and the veils over that
        self._soon = QTimer(self, singleShot=True, interval=0)
        self._soon.timeout.connect(self._place)
        self.hide()
        self._veils: list[QWidget] = []
        part: QWidget | None = control
        while part is not None:
            self._watched.append(part)
            self._veils += part.findChildren(QWidget, "veil", Qt.FindChildOption.FindDirectChildrenOnly)
            part = None if part.isWindow() else part.parentWidget()
        self._watched += self._veils
        for part in self._watched:
            part.installEventFilter(self)
        self._place()

    def leave(self) -> None:
        """Be around nothing any more."""
        for part in self._watched:
            if isValid(part):
                part.removeEventFilter(self)
        self._watched.clear()
        self.hide()
        self.deleteLater()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: ARG002
        """Go along, once all is laid out."""
        if event.type() in _MOVES:
            self._soon.start()
        return False

    def _place(self) -> None:
        area = _in_sight(self.held) if isValid(self.held) and self.held.isVisible() else QRect()
        if area.isEmpty() or any(isValid(veil) and veil.isVisible() for veil in self._veils):
            self.hide()
            return
        self.setGeometry(area.adjusted(-_LINE, -_LINE, _LINE, _LINE) & self.window().rect())
        inside = self.rect().adjusted(_ROUND, _ROUND, -_ROUND, -_ROUND)
        self.setMask(QRegion(self.rect()) - QRegion(inside))  # what lies inside is painted without it
        self.show()
        self.raise_()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        """Paint the ring."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(theme.current().accent), _LINE))
        half = _LINE / 2
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(half, half, -half, -half), _ROUND, _ROUND)


def _in_sight(control: QWidget) -> QRect:
    """Return where on its window a control is, without what is scrolled out of sight."""
    area, part = control.rect(), control
    while not part.isWindow() and (around := part.parentWidget()) is not None:
        area = area.translated(part.pos()) & around.rect()
        part = around
    return area


def give_menu(button: QToolButton | QPushButton, menu: QMenu) -> None:
    """Give a button its menu, of which the first entry is marked where a key opens it, so that keys go on from there.

    That the mouse left the button while the menu was open Qt does not tell it, but this does.
    """
    button.setMenu(menu)
    opened = QTimer(menu, singleShot=True, interval=0)
    opened.timeout.connect(lambda: _mark_first(menu))
    menu.aboutToShow.connect(lambda: None if QApplication.mouseButtons() else opened.start())
    left = QTimer(button, singleShot=True, interval=0)
    left.timeout.connect(lambda: _look_for_the_mouse(button))
    menu.aboutToHide.connect(left.start)


def _mark_first(menu: QMenu) -> None:
    if menu.isVisible() and menu.activeAction() is None:  # Qt's own way would open the submenu of the entry
        down = QKeyEvent(QEvent.Type.KeyPress, Qt.Key.Key_Down, Qt.KeyboardModifier.NoModifier)
        QApplication.sendEvent(menu, down)


def _look_for_the_mouse(button: QToolButton | QPushButton) -> None:
    place = button.mapFromGlobal(QCursor.pos())
    button.setAttribute(
        Qt.WidgetAttribute.WA_UnderMouse, button.isVisible() and button.rect().contains(place)
    )
    button.update()
