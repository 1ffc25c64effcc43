"""The veil: what belongs to another network, or is not there yet, must not be read as what was asked for."""

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, Qt, QTimer
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from explorer.window import theme
from explorer.window.scene import EngineState, Scene
from explorer.window.skeleton import paint_skeleton
from explorer.window.theme import SPACING

_AFTER_MS = 400  # what comes sooner needs no veil, and nothing blinks
_OVER_OTHERS, _OVER_NOTHING = 0.66, 1.0


Parts = tuple[QWidget, QWidget, QWidget, QWidget]


class Veil(QWidget):
    """Lies over a widget while another forward is on its way, and says what is being done; clicks go through.

    It stays until what comes is shown as well, and as dense as it came. Where there was nothing before it is there at
    once and opaque, with the skeleton of what comes, and only where that will be: tabs and headings stay.

    Attributes:
        spares: Whether navigators and side say themselves what is coming: then the skeleton is not over them, and an
            answer that comes before the recording can be read.

    Args:
        covered: What it lies over.
        parts: Where in it the contents of the navigators, the head, the lens and the side are.
    """

    def __init__(self, covered: QWidget, parts: Parts | None = None) -> None:
        super().__init__(covered)
        self.setObjectName("veil")
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._covered = covered
        self._parts = parts
        self.spares = (False, False)
        self._text = ""
        self._had_others = False
        self._strength = _OVER_OTHERS
        self._delay = QTimer(self, singleShot=True, interval=_AFTER_MS)
        self._delay.timeout.connect(self._reveal)
        covered.installEventFilter(self)
        self.hide()

    @property
    def text(self) -> str:
        """What it says; empty while it is not wanted."""
        return self._text

    def follow(self, scene: Scene, is_shown: bool) -> None:
        """Be there as long as what lies below is not what was asked for.

        Args:
            scene: What is true now.
            is_shown: True if the panes in sight show it.
        """
        text = coming(scene)
        if not text and (is_shown or not self.isVisible()):
            self._text = ""
            self._had_others = scene.forward is not None
            self._delay.stop()
            self.hide()
        elif self.isVisible():
            self._text = text or self._text
            self.update()
        else:
            self._text = text
            if not self._delay.isActive():
                self._strength = _OVER_OTHERS if self._had_others else _OVER_NOTHING
                self._delay.start(_AFTER_MS if self._had_others else 0)

    def _reveal(self) -> None:
        self.setGeometry(self._covered.rect())
        self.raise_()
        self.show()

    def _places(self) -> tuple[QRect, QRect, QRect, QRect]:
        """Return where the skeleton is; nowhere where a part says itself what is coming."""
        assert self._parts is not None, "asked only of the parts of a page"
        navigator, head, lens, side = (_place(part, self._covered) for part in self._parts)
        return QRect() if self.spares[0] else navigator, head, lens, QRect() if self.spares[1] else side

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Cover all of it, whatever size it has."""
        if watched is self._covered and event.type() == QEvent.Type.Resize and self.isVisible():
            self.setGeometry(self._covered.rect())
        return super().eventFilter(watched, event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the ground and the words."""
        tokens = theme.current()
        painter = QPainter(self)
        middle = self.rect()
        if self._strength == _OVER_NOTHING and self._parts is not None:
            places = self._places()
            paint_skeleton(painter, *places)
            middle = places[2]
        else:
            ground = QColor(tokens.window)
            ground.setAlphaF(self._strength)
            painter.fillRect(event.rect(), ground)
        font = painter.font()
        font.setPointSizeF(font.pointSizeF() * 1.3)
        painter.setFont(font)
        words = painter.boundingRect(middle, Qt.AlignmentFlag.AlignCenter, self._text)
        painter.fillRect(words.adjusted(-2 * SPACING, -SPACING, 2 * SPACING, SPACING), QColor(tokens.window))
        painter.setPen(QColor(tokens.text))
        painter.drawText(words, Qt.AlignmentFlag.AlignCenter, self._text)


def _place(part: QWidget, page: QWidget) -> QRect:
    """Return where a part of a page is in it; nowhere if it is folded away."""
    return QRect(part.mapTo(page, QPoint(0, 0)), part.size()) if part.isVisible() else QRect()


def coming(scene: Scene) -> str:
    """Say what is on its way in the place of what is shown; empty if nothing is."""
    seat, selected = scene.seat, scene.selected
    if selected is None or not scene.can_record(selected):
        return ""
    if seat.wanted is not None and not seat.is_live:
        return f"Loading {seat.wanted.name.rpartition('/')[2].rpartition(':')[2]}…"
    beside = scene.forward is not None and scene.forward.key != selected.key
    if scene.is_coming or (beside and scene.engine is not EngineState.OFF):
        return f"Recording {selected.source.name}…"
    return ""
