"""The network drawn: pan, zoom, boxes that open where they are, what is marked. It paints only what is in sight."""

from PySide6.QtCore import QEasingCurve, QEvent, QRectF, Qt, QTimer, QVariantAnimation, Signal
from PySide6.QtGui import (
    QColor,
    QPainter,
    QPaintEvent,
    QResizeEvent,
)
from PySide6.QtWidgets import QStyle, QWidget

from explorer.drawing.messages import Box, Drawing
from explorer.window import theme
from explorer.window.widgets.figures import detail
from explorer.window.widgets.graph import camera as views
from explorer.window.widgets.graph.atlas import Atlas, Rect, Rects, between, pin
from explorer.window.widgets.graph.box_painter import NAMES_FROM
from explorer.window.widgets.graph.camera import Camera
from explorer.window.widgets.graph.marks import Marks
from explorer.window.widgets.graph.rims import beyond, paint_rims
from explorer.window.widgets.graph.sight import Sight

_FLIGHT_MS = 180
_CALM_MS = 80  # after the last step of a movement
_MOST_MOVING = 500  # boxes; more than that go to their places at once


class GraphCanvas(QWidget):
    """Shows a drawing. What a hand does to it is in `GraphView`, which inherits it.

    Attributes:
        across: True if the drawing goes from left to right.
        least: Scale from which the whole drawing is what it begins with.

    Signals:
        moved(): Another part of the drawing is in sight, or another drawing.
        touched(): A person moves the drawing; `moved` follows.
    """

    moved = Signal()
    touched = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.across = False
        self.least = views.READABLE
        self._atlas: Atlas | None = None
        self._marks = Marks()
        self._message = ""
        self._camera = Camera()
        self._is_untouched = True  # nobody has moved the picture since the network was first drawn
        self._sight: Sight | None = None
        self._begin: Rects | None = None  # where boxes come from, while a group opens
        self._from, self._to = self._camera, self._camera
        self._flight = QVariantAnimation(self, startValue=0.0, endValue=1.0)
        self._flight.setEasingCurve(QEasingCurve.Type.InOutCubic)
        self._flight.valueChanged.connect(self._on_flight)
        self._calm = QTimer(self, singleShot=True, interval=_CALM_MS)
        self._calm.timeout.connect(self.update)
        self.setMinimumHeight(8 * theme.SPACING)

    # ---- what is shown ----

    @property
    def atlas(self) -> Atlas | None:
        """The drawing; None if there is none."""
        return self._atlas

    @property
    def camera(self) -> Camera:
        """Which part of the drawing is in sight; where it is on the way to, while it moves."""
        return self._to

    @property
    def now(self) -> Camera:
        """Which part of the drawing is in sight at this moment, on its way or not."""
        return self._camera

    @property
    def is_read(self) -> bool:
        """True if the drawing is near enough for the names in its boxes to be read."""
        return self._to.scale >= NAMES_FROM

    @property
    def spine(self) -> float:
        """Where the main way begins across the flow, in the drawing: in the middle of the first box; 0 without one."""
        if self._atlas is None or not self._atlas.boxes:
            return 0.0
        left, top, right, bottom = self._atlas.home_of(self._atlas.boxes[0].key)
        return (top + bottom) / 2 if self.across else (left + right) / 2

    @property
    def marks(self) -> Marks:
        """What is marked."""
        return self._marks

    @property
    def message(self) -> str:
        """What stands in the place of a drawing."""
        return self._message

    def set_message(self, text: str) -> None:
        """Say why there is no drawing."""
        self._message = text
        self.update()

    def set_drawing(self, drawing: Drawing | None, across: bool = False, anchor: str = "") -> None:
        """Show a drawing in the place of the one before.

        Args:
            drawing: The drawing; None for none.
            across: True if it goes from left to right.
            anchor: Key of a box that stays where it is, for the drawing is of the same network; empty for another one.
        """
        before, old = self._atlas, self._camera
        self._flight.stop()
        self._begin = None
        turned, self.across = across != self.across, across
        if drawing is None:
            self._atlas = self._sight = None
        else:
            self._atlas = Atlas(drawing)
            self._sight = Sight(self._atlas, across, self.font())
        if before is None or self._atlas is None or turned or not _has_both(before, self._atlas, anchor):
            self.go_home()
        else:
            self._open_up(before, old, anchor)
        self.update()
        self.moved.emit()

    def set_marks(self, marks: Marks) -> None:
        """Mark other things."""
        before, self._marks = self._marks, marks
        if marks != before or marks.bars is not before.bars or marks.thumbnail is not before.thumbnail:
            self.update()

    # ---- looking ----

    @property
    def room(self) -> tuple[float, float]:
        """Width and height of the widget."""
        return float(self.width()), float(self.height())

    @property
    def size_of_drawing(self) -> tuple[float, float]:
        """Width and height of the drawing, with what is written beside its lines."""
        if self._atlas is None or self._sight is None:
            return 0.0, 0.0
        return max(self._atlas.drawing.width, self._sight.right), self._atlas.drawing.height

    def go_home(self) -> None:
        """Look at the drawing as it is first seen, with the operation that is shown in sight."""
        self._is_untouched = True
        target = views.opening(self.size_of_drawing, self.room, self.across, self.least, self.spine)
        if self._atlas is not None and self._marks.shown in self._atlas.number:
            target = self._revealing(target, self._marks.shown)
        self._look(target)

    def fit(self) -> None:
        """Show the whole drawing."""
        self.fly_to(views.fitting(self.size_of_drawing, self.room))

    def go_near(self, key: str) -> None:
        """Show a box in the middle, at the size at which it is drawn."""
        if self._atlas is not None and key in self._atlas.number:
            self.fly_to(views.centred(Camera(views.READABLE), self._atlas.home_of(key), self.room))

    def reveal(self, key: str) -> None:
        """Bring a box in sight, if it is not."""
        if self._atlas is not None and key in self._atlas.number:
            target = self._revealing(self._to, key)
            if target != self._to:
                self._fly(target)

    def read(self, key: str) -> None:
        """Bring a box in sight, near enough for its name to be read."""
        if self.is_read:
            self.reveal(key)
        else:
            self.go_near(key)

    def _revealing(self, camera: Camera, key: str) -> Camera:
        assert self._atlas is not None, "a box is one of a drawing"
        rect = self._atlas.home_of(key)
        return views.revealing(camera, rect, self.size_of_drawing, self.room, self.across)

    def zoom(self, factor: float, x: float | None = None, y: float | None = None) -> None:
        """Go nearer or farther; what is at (x, y) of the widget stays there, or what is in its middle."""
        at = self.width() / 2 if x is None else x, self.height() / 2 if y is None else y
        self._touch()
        self._look(self._to.zoomed(factor, *at).kept(self.size_of_drawing, self.room))

    def pan(self, dx: float, dy: float) -> None:
        """Move the drawing by pixels of the widget."""
        self._touch()
        self._look(self._to.moved(dx, dy).kept(self.size_of_drawing, self.room))

    def look_at(self, x: float, y: float) -> None:
        """Have a place of the drawing in the middle."""
        at_x, at_y = self._to.place(self.width() / 2, self.height() / 2)
        self.pan((at_x - x) * self._to.scale, (at_y - y) * self._to.scale)

    def fly_to(self, target: Camera) -> None:
        """Move smoothly to where the person wants to look."""
        self._touch()
        self._fly(target)

    def follow(self, camera: Camera) -> None:
        """Look as another graph does, with some of this drawing in sight; boxes on their way go on."""
        camera = camera.kept(self.size_of_drawing, self.room)
        if self._begin is None:
            self._look(camera)
        else:
            self._camera = self._from = self._to = camera
            self.update()
            self.moved.emit()

    def box_at(self, x: float, y: float) -> Box | None:
        """Return the innermost box at a place of the widget."""
        return self._atlas.at(*self._camera.place(x, y)) if self._atlas is not None else None

    def rect_of(self, key: str) -> QRectF:
        """Return where a box is in the widget."""
        assert self._atlas is not None, "a box is one of a drawing"
        left, top, right, bottom = self._camera.to_widget(self._atlas.rect(key))
        return QRectF(left, top, right - left, bottom - top)

    # ---- moving ----

    def _touch(self) -> None:
        self._is_untouched = False
        self.touched.emit()

    def _look(self, camera: Camera) -> None:
        self._land()
        if camera.scale != self._camera.scale:
            self._calm.start()
        self._camera = self._to = camera
        self.update()
        self.moved.emit()

    def _fly(self, target: Camera) -> None:
        if not self._begins(target):
            self._look(target)

    def _begins(self, target: Camera) -> bool:
        """Begin to move, unless nobody would see it."""
        moves = self.style().styleHint(QStyle.StyleHint.SH_Widget_Animation_Duration, None, self) > 0
        if not moves or not self.isVisible():
            return False
        if self._begin is not None and self._atlas is not None:
            self._begin = self._atlas.rects  # they go on from where they are by now
        self._flight.stop()
        self._from, self._to = self._camera, target
        self._flight.setDuration(_FLIGHT_MS)
        self._flight.start()
        return True

    def _land(self) -> None:
        self._flight.stop()
        self._begin = None
        if self._atlas is not None:
            self._atlas.rects = self._atlas.home

    def _on_flight(self, share: float) -> None:
        if self._flight.state() is not QVariantAnimation.State.Running:
            return
        self._camera = self._from.towards(self._to, share, self.room)
        self._calm.start()
        if self._begin is not None and self._atlas is not None:
            self._atlas.rects = self._begin * (1 - share) + self._atlas.home * share
        if share >= 1.0:
            self._look(self._to)
        else:
            self.update()
            self.moved.emit()

    def _open_up(self, before: Atlas, old: Camera, anchor: str) -> None:
        """Let the boxes go to where they are by now; the anchor stays."""
        assert self._atlas is not None
        self._is_untouched = False
        was = before.rect(anchor)
        (x, y), (new_x, new_y) = (
            pin(one, other, anchor, self.across)
            for one, other in ((before, self._atlas), (self._atlas, before))
        )
        camera = Camera(old.scale, old.left + (x - new_x) * old.scale, old.top + (y - new_y) * old.scale)
        self._camera = self._to = camera
        target = self._with_opened(camera, anchor)
        shift = [new_x - x, new_y - y] * 2
        begin = between(before, self._atlas, was) + shift
        seen = self._atlas.boxes_in(camera.area(*self.room))
        if len(seen) <= _MOST_MOVING and (abs(begin - self._atlas.home) > 0.5).any():
            self._begin = self._atlas.rects = begin
            if self._begins(target):
                return
        self._land()
        if target != camera:
            self._fly(target)

    def _with_opened(self, camera: Camera, anchor: str) -> Camera:
        """Return the camera with a group that is open now in sight, and what is shown of it."""
        assert self._atlas is not None
        if not self._atlas.boxes[self._atlas.number[anchor]].is_open:
            return camera
        group, shown = self._atlas.home_of(anchor), self._marks.shown
        keys = [anchor]
        if shown in self._atlas.number and _is_within(self._atlas.home_of(shown), group):
            keys.append(shown)
        for key in keys:
            if not _is_within(camera.to_widget(self._atlas.home_of(key)), (0.0, 0.0, *self.room)):
                camera = self._revealing(camera, key)
        return camera

    # ---- painting ----

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint what is in sight, or the message."""
        painter = QPainter(self)
        painter.fillRect(event.rect(), QColor(theme.current().surface))
        if self._sight is None:
            self._paint_message(painter)
        else:
            self._paint_drawing(painter, self._sight)
        painter.end()

    def _paint_drawing(self, painter: QPainter, sight: Sight) -> None:
        if detail() is not None or self._begin is not None:  # for a figure, or while boxes are on their way
            still, on_screen = self._begin is None, detail() is None
            sight.paint(painter, QRectF(self.rect()), self._camera, self._marks, still, on_screen)
            sight.paint_marked(painter, self._camera, self._marks)
        else:
            sight.show(painter, self.rect(), self._camera, self._marks, self._calm.isActive())
        if self._begin is None:
            sight.paint_names(painter, QRectF(self.rect()), self._camera)
        if detail() is None and self._atlas is not None:
            paint_rims(painter, QRectF(self.rect()), beyond(self._atlas, self._camera.area(*self.room)))

    def _paint_message(self, painter: QPainter) -> None:
        painter.setPen(QColor(theme.current().muted))
        margin = 2 * theme.SPACING
        area = self.rect().adjusted(margin, margin, -margin, -margin)
        painter.drawText(area, Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, self._message)

    # ---- events ----

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep what is at the top, in its middle; before anybody moved the picture, show it as it is first seen."""
        super().resizeEvent(event)
        if self._is_untouched:
            self.go_home()
            return
        dx = (event.size().width() - event.oldSize().width()) / 2
        self._look(self._to.moved(dx, 0.0).kept(self.size_of_drawing, self.room))

    def changeEvent(self, event: QEvent) -> None:
        """Follow the theme and the font."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange and self._atlas is not None:
            self._sight = Sight(self._atlas, self.across, self.font())
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.PaletteChange):
            self.update()


def _has_both(before: Atlas, after: Atlas, key: str) -> bool:
    return key in before.number and key in after.number


def _is_within(inner: Rect, outer: Rect) -> bool:
    return all(it >= out for it, out in zip(inner[:2], outer[:2], strict=True)) and all(
        it <= out for it, out in zip(inner[2:], outer[2:], strict=True)
    )
