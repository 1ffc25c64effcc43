"""The canvas under a hand: wheel, drag and pinch, clicks, arrow keys along the edges, what the mouse asks about."""

from collections.abc import Callable

from PySide6.QtCore import QEvent, QPoint, QPointF, Qt, QTimer, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QNativeGestureEvent,
    QShowEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QApplication, QGestureEvent, QPinchGesture, QToolTip

from explorer.drawing.messages import Box
from explorer.window import format as fmt
from explorer.window.widgets.graph.canvas import GraphCanvas
from explorer.window.widgets.tips import show_tip

_NOTCH = 1.2  # how much nearer one notch of the wheel goes
_KEY_ZOOM = 1.4
_KEY_PAN = 96.0  # pixels
_ARROWS = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, -1),
    Qt.Key.Key_Down: (0, 1),
}
_ENTERS = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
_TIP = fmt.tip(
    "A click or the arrow keys choose an operation; a double click or Enter opens or closes a group, "
    "and goes near to a box that is too far away to be read.\n"
    "The wheel, + and − zoom; 0 shows the whole, 1 the operation; dragging or Shift+arrows move."
)


class GraphView(GraphCanvas):
    """The drawing as a person works with it.

    Attributes:
        tip_of: What is said of the box under the mouse.
        leaves: Called when Esc is pressed; returns False if there was nothing to leave, and Esc means something else.

    Signals:
        picked(str): Key of the box that was clicked, or to which an arrow key led.
        toggled(str): Key of a group or run to open or close.
        hovered(str): Key of the box under the mouse; empty for none.
        menu_asked(object): `QPoint` on the screen where the menu is to appear.
        appeared(): It came in sight.
    """

    picked = Signal(str)
    toggled = Signal(str)
    hovered = Signal(str)
    menu_asked = Signal(object)
    appeared = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.tip_of: Callable[[Box], str] = lambda box: box.name
        self.leaves: Callable[[], bool] = lambda: False
        self.can_leave: Callable[[], bool] = lambda: False
        self._pressed: QPointF | None = None
        self._is_dragged = False
        self._clicked = ""  # the group that waits whether a second click opens it
        self._once = QTimer(self, singleShot=True)
        self._once.timeout.connect(lambda: self.picked.emit(self._clicked))
        self.setObjectName("graphView")
        self.setAccessibleName("Graph of the network")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.grabGesture(Qt.GestureType.PinchGesture)

    def showEvent(self, event: QShowEvent) -> None:
        """Tell of it, unless only the window came back."""
        super().showEvent(event)
        if not event.spontaneous():
            self.appeared.emit()

    # ---- keys ----

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Go along the edges, open, close, zoom; see the tooltips of the buttons over it."""
        self._once.stop()
        key, shift = Qt.Key(event.key()), bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        if key in _ARROWS and shift:
            dx, dy = _ARROWS[key]
            self.pan(-dx * _KEY_PAN, -dy * _KEY_PAN)
        elif key in _ARROWS:
            self._go(*_ARROWS[key])
        elif key in (Qt.Key.Key_PageUp, Qt.Key.Key_PageDown):
            self.pan(0, (1 if key == Qt.Key.Key_PageUp else -1) * 0.8 * self.height())
        elif key in (Qt.Key.Key_Home, Qt.Key.Key_End):
            self._go_to_end(key == Qt.Key.Key_Home)
        elif key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal):
            self.zoom(_KEY_ZOOM)
        elif key == Qt.Key.Key_Minus:
            self.zoom(1 / _KEY_ZOOM)
        elif key == Qt.Key.Key_0:
            self.fit()
        elif key == Qt.Key.Key_1:
            self.go_near(self.marks.shown)
        elif key in _ENTERS:
            self._toggle(self._marked())
        elif key == Qt.Key.Key_Backspace:
            self._close_around(self._marked())
        elif key == Qt.Key.Key_Escape and self.leaves():
            event.accept()
        else:
            super().keyPressEvent(event)

    def _marked(self) -> Box | None:
        return self.atlas.box(self.marks.shown) if self.atlas is not None else None

    def _go(self, dx: int, dy: int) -> None:
        box, atlas = self._marked(), self.atlas
        if atlas is None:
            return
        if box is None:
            self._go_to_end(first=True)
        elif (beyond := atlas.beyond(box.key, dx, dy, self.across)) is not None:
            self.picked.emit(beyond)

    def _go_to_end(self, first: bool) -> None:
        closed = [box for box in self.atlas.boxes if not box.is_open] if self.atlas is not None else []
        if closed:
            self.picked.emit(closed[0 if first else -1].key)

    def _toggle(self, box: Box | None) -> None:
        """Go near to a box that cannot be read; open a group; close the one around what cannot be opened."""
        if box is not None and not self.is_read:
            self.go_near(box.key)
        elif box is not None and box.can_open:
            self.toggled.emit(box.key)
        else:
            self._close_around(box)

    def _close_around(self, box: Box | None) -> None:
        if box is not None and box.around:
            self.toggled.emit(box.around)

    # ---- mouse ----

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom at the mouse."""
        notches = event.angleDelta().y() / 120
        if notches and self.atlas is not None:
            self.zoom(_NOTCH**notches, event.position().x(), event.position().y())
        event.accept()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Remember where a click or a drag began."""
        if event.button() in (Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton):
            self._pressed, self._is_dragged = event.position(), False

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Move the drawing while dragging; else tell what lies under the mouse."""
        if self._pressed is None:
            self._hover(event.position())
            return
        moved = event.position() - self._pressed
        if self._is_dragged or moved.manhattanLength() >= QApplication.startDragDistance():
            self._is_dragged, self._pressed = True, event.position()
            self.setCursor(Qt.CursorShape.ClosedHandCursor)
            self.pan(moved.x(), moved.y())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """End a drag, or choose what was clicked."""
        if self._pressed is None:
            return
        was_dragged, self._pressed = self._is_dragged, None
        self.unsetCursor()
        if was_dragged or event.button() != Qt.MouseButton.LeftButton:
            return
        box = self.box_at(event.position().x(), event.position().y())
        if box is not None and not box.is_open:
            self._click(box)

    def _click(self, box: Box) -> None:
        """Choose a box; one that a double click opens only when it is known that there is none: that only opens."""
        self._once.stop()
        if box.can_open:
            self._clicked = box.key
            self._once.start(QApplication.doubleClickInterval())
        else:
            self.picked.emit(box.key)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Open or close a group or a run, or go near to a box that is too far away to be read; choose nothing."""
        self._once.stop()
        box = self.box_at(event.position().x(), event.position().y())
        if (
            event.button() == Qt.MouseButton.LeftButton
            and box is not None
            and (box.can_open or not self.is_read)
        ):
            self._toggle(box)

    def leaveEvent(self, event: QEvent) -> None:
        """Nothing lies under the mouse."""
        super().leaveEvent(event)
        self._say_hovered("")

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Ask for the menu, at the mouse or at the box of the operation."""
        place = event.globalPos()
        if event.reason() is not QContextMenuEvent.Reason.Mouse and self._marked() is not None:
            place = self.mapToGlobal(self.rect_of(self.marks.shown).center().toPoint())
        self.menu_asked.emit(QPoint(place))

    def _hover(self, at: QPointF) -> None:
        box = self.box_at(at.x(), at.y())
        self._say_hovered(box.key if box is not None and not box.is_open else "")

    def _say_hovered(self, key: str) -> None:
        if key != self.marks.hovered:
            self.hovered.emit(key)

    # ---- pinch, tooltips, keys that would mean something else ----

    def event(self, event: QEvent) -> bool:
        """Take pinches, say what the box under the mouse is, and keep Esc as long as there is something to leave."""
        kind = event.type()
        if kind == QEvent.Type.NativeGesture and isinstance(event, QNativeGestureEvent):
            return self._native(event)
        if kind == QEvent.Type.Gesture and isinstance(event, QGestureEvent):
            return self._pinch(event)
        if kind == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            self._tell(event)
            return True
        if kind == QEvent.Type.ShortcutOverride and self._keeps(event):
            event.accept()
            return True
        return super().event(event)

    def _keeps(self, event: QEvent) -> bool:
        return isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Escape and self.can_leave()

    def _native(self, event: QNativeGestureEvent) -> bool:
        if event.gestureType() != Qt.NativeGestureType.ZoomNativeGesture:
            return False
        self.zoom(1 + event.value(), event.position().x(), event.position().y())
        return True

    def _pinch(self, event: QGestureEvent) -> bool:
        pinch = event.gesture(Qt.GestureType.PinchGesture)
        if not isinstance(pinch, QPinchGesture):
            return False
        self._pressed = None  # the first finger drags nothing: Qt makes a mouse of it
        at, before = self.mapFromGlobal(pinch.centerPoint()), self.mapFromGlobal(pinch.lastCenterPoint())
        if pinch.state() is Qt.GestureState.GestureUpdated:
            self.pan(at.x() - before.x(), at.y() - before.y())
        self.zoom(pinch.scaleFactor(), at.x(), at.y())
        event.accept(pinch)
        return True

    def _tell(self, event: QHelpEvent) -> None:
        """Show what a box is, below it: a tooltip must not cover what it explains."""
        box = self.box_at(event.pos().x(), event.pos().y())
        if box is None:
            show_tip(_TIP, self, event)
            return
        rect = self.rect_of(box.key).toRect()
        below = QPoint(max(rect.left(), 0), min(rect.bottom(), self.height()))
        place = event.globalPos() if box.is_open else self.mapToGlobal(below)
        QToolTip.showText(place, self.tip_of(box), self, rect)
