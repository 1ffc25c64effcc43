"""The hand on the picture while changes are tried: it lays and drags a patch, and draws."""

from collections.abc import Callable
from dataclasses import replace
from typing import cast

from PySide6.QtCore import QEvent, QObject, QPointF, Qt, QTimer
from PySide6.QtGui import QKeyEvent, QMouseEvent, QWheelEvent

from explorer.records.edits import Patch, Stroke
from explorer.window import format as fmt
from explorer.window.live import Live, Tool
from explorer.window.widgets.canvas import ARROWS, ImageCanvas
from explorer.window.widgets.tips import show_tip

_STEP = 1.1  # of the size, a notch of the wheel or a press of [ or ]
_PACE_MS = 16  # between two changes while the mouse moves: as often as a screen shows something new
_FAR = 10  # pixels that an arrow key goes with Shift
HINTS = {
    Tool.PATCH: "Drag the patch on the picture, or move it with the arrow keys (Shift: further). A click beside it "
    "brings it there.\nThe wheel, or [ and ], makes it smaller or larger; Delete takes it away.",
    Tool.BRUSH: "Draw on the picture, or press the arrow keys on it (Shift: without drawing).\nThe wheel, or [ and ], "
    "makes the brush smaller or larger; Delete takes the last stroke back.",
}
_PRESSES = (QEvent.Type.MouseButtonPress, QEvent.Type.MouseButtonDblClick)


class Hand(QObject):
    """Takes mouse, wheel and keys of a picture's canvas while changes are tried.

    Args:
        canvas: Where the picture is.
        choice: Returns what is tried now.
        choose: Takes what is tried from here on.
    """

    def __init__(
        self, canvas: ImageCanvas, choice: Callable[[], Live], choose: Callable[[Live], object]
    ) -> None:
        super().__init__(canvas)
        self._canvas, self._choice, self._choose = canvas, choice, choose
        self._grip: tuple[float, float] | None = None  # from the middle of the patch to where it was taken
        self._is_drawing = False
        self._latest: Live | None = None  # what the mouse has made of it since the last change
        self._pace = QTimer(self, singleShot=True, interval=_PACE_MS)
        self._pace.timeout.connect(self._on_pace)
        canvas.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: ARG002
        """Take what means something to the hand."""
        live = self._latest or self._choice()
        if not live.on or live.peeks or not self._canvas.has_picture:
            self._let_go()
            return False
        match event.type():
            case kind if kind in _PRESSES:
                return self._on_pressed(live, cast(QMouseEvent, event))
            case QEvent.Type.MouseMove:
                return self._on_moved(live, cast(QMouseEvent, event))
            case QEvent.Type.MouseButtonRelease:
                was_busy = self._is_busy
                self._let_go()
                return was_busy
            case QEvent.Type.Wheel:
                return self._on_wheel(live, cast(QWheelEvent, event))
            case QEvent.Type.ToolTip:
                show_tip(fmt.tip(HINTS[live.tool]), self._canvas, event)
                return True
            case QEvent.Type.KeyPress:
                is_taken = self._on_key(live, cast(QKeyEvent, event))
                self._on_pace()  # what a key does is seen at once
                return is_taken
        return False

    # ---- the mouse ----

    @property
    def _is_busy(self) -> bool:
        return self._is_drawing or self._grip is not None

    def _let_go(self) -> None:
        self._on_pace()
        self._grip, self._is_drawing = None, False

    def _at(self, position: QPointF) -> tuple[float, float]:
        """Return a place on the canvas as shares (y, x) of the picture, also beside it."""
        area = self._canvas.rect_of((0, 0, *self._canvas.size_of_picture))
        return (position.y() - area.top()) / area.height(), (position.x() - area.left()) / area.width()

    def _on_pressed(self, live: Live, event: QMouseEvent) -> bool:
        if event.button() != Qt.MouseButton.LeftButton:
            return False
        self._canvas.setFocus(Qt.FocusReason.MouseFocusReason)
        at = self._at(event.position())
        if live.tool is Tool.BRUSH:
            self._is_drawing = True
            self._begin(live, at)
            return True
        patch, (y, x) = live.edit.patch, at
        height, width = self._canvas.size_of_picture
        if patch is not None:
            top, left, bottom, right = patch.box((height, width))
            if top <= y * height < bottom and left <= x * width < right:
                self._grip = y - patch.y, x - patch.x
                return True
        self._grip = 0.0, 0.0
        self._lay(live, live.in_hand, y, x)
        return True

    def _on_moved(self, live: Live, event: QMouseEvent) -> bool:
        y, x = self._at(event.position())
        if self._is_drawing:
            self._go_on(live, (y, x))
        elif self._grip is not None:
            self._lay(live, live.in_hand, y - self._grip[0], x - self._grip[1])
        return self._is_busy

    def _on_wheel(self, live: Live, event: QWheelEvent) -> bool:
        notches = event.angleDelta().y() / 120
        if notches:
            self._change(live.with_size(live.size * _STEP**notches))
        return True

    def _move_to(self, live: Live) -> None:
        """Take what the mouse makes of it, no more often than it can be seen."""
        if self._pace.isActive():
            self._latest = live
        else:
            self._choose(live)
            self._pace.start()

    def _on_pace(self) -> None:
        if self._latest is not None:
            self._change(self._latest)
            self._pace.start()

    def _change(self, live: Live) -> None:
        self._latest = None
        self._choose(live)

    # ---- the keyboard ----

    def _on_key(self, live: Live, event: QKeyEvent) -> bool:
        key = Qt.Key(event.key())
        if key in ARROWS:
            self._on_arrow(live, *ARROWS[key], bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier))
        elif key in (Qt.Key.Key_BracketLeft, Qt.Key.Key_BracketRight):
            self._change(live.with_size(live.size * _STEP ** (1 if key == Qt.Key.Key_BracketRight else -1)))
        elif key in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            is_brush = live.tool is Tool.BRUSH
            self._change(live.with_strokes(live.edit.strokes[:-1]) if is_brush else live.with_patch(None))
        else:
            return False
        return True

    def _on_arrow(self, live: Live, rows: int, columns: int, is_far: bool) -> None:
        height, width = self._canvas.size_of_picture
        if live.tool is Tool.PATCH:
            step = _FAR if is_far else 1
            patch = live.in_hand
            self._lay(live, patch, patch.y + step * rows / height, patch.x + step * columns / width)
            return
        way = max(live.brush * min(height, width) / 2, 1.0)
        before = live.edit.strokes[-1].points[-1] if live.edit.strokes else (0.5, 0.5)
        at = before[0] + way * rows / height, before[1] + way * columns / width
        if is_far or not live.edit.strokes:
            self._begin(live, at)
        else:
            self._go_on(live, at)

    # ---- what comes of it ----

    def _lay(self, live: Live, patch: Patch, y: float, x: float) -> None:
        self._move_to(live.with_patch(replace(patch, y=_within(y), x=_within(x))))

    def _begin(self, live: Live, at: tuple[float, float]) -> None:
        stroke = Stroke(((_within(at[0]), _within(at[1])),), live.brush, live.colour)
        self._move_to(live.with_strokes((*live.edit.strokes, stroke)))

    def _go_on(self, live: Live, at: tuple[float, float]) -> None:
        """Draw on from where the last stroke ends; steps of less than a pixel change nothing."""
        if not live.edit.strokes:
            return
        *others, last = live.edit.strokes
        place = _within(at[0]), _within(at[1])
        height, width = self._canvas.size_of_picture
        if max(abs(place[0] - last.points[-1][0]) * height, abs(place[1] - last.points[-1][1]) * width) >= 1:
            self._move_to(live.with_strokes((*others, replace(last, points=(*last.points, place)))))


def _within(share: float) -> float:
    return min(max(share, 0.0), 1.0)
